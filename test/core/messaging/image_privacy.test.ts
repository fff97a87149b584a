import fc from 'fast-check';
import { encode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { withoutPrivateData } from '../../../core/messaging/image_privacy.ts';
import { readImage } from '../../../core/messaging/images.ts';
import { jpeg } from '../../support/images.ts';

const text = (word: string) => [...word].map((one) => one.charCodeAt(0));
const place = 'N 50.4501 E 30.5234';

/** A segment of a JPEG. */
const segment = (marker: number, payload: readonly number[]) => [
  ...[0xff, marker, (payload.length + 2) >> 8, (payload.length + 2) & 0xff],
  ...payload,
];

/** A JPEG with more segments at its beginning, as a camera or a program puts them there. */
const withSegments = (...segments: readonly (readonly number[])[]) =>
  Uint8Array.from([...jpeg.bytes.subarray(0, 2), ...segments.flat(), ...jpeg.bytes.subarray(2)]);

/** What a camera writes in either order of bytes: a place, and which way up it was held. */
function exif(turn: number, isLittle: boolean): number[] {
  const two = (value: number) => (isLittle ? [value & 0xff, value >> 8] : [value >> 8, value & 0xff]);
  const four = (value: number) => (isLittle ? [...two(value), 0, 0] : [0, 0, ...two(value)]);
  const head = [...text(isLittle ? 'II' : 'MM'), ...two(42), ...four(8)];
  const model = [...two(0x010f), ...two(2), ...four(4), ...text('Cam\0')];
  const orientation = [...two(0x0112), ...two(3), ...four(1), ...two(turn), 0, 0];
  return [...text('Exif\0\0'), ...head, ...two(2), ...model, ...orientation, ...four(0), ...text(place)];
}

const privacy = (bytes: Uint8Array) => withoutPrivateData({ type: 'image/jpeg', bytes }).bytes;
const says = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

describe('a photo that is kept', () => {
  it.each([
    ['where it was taken', segment(0xe1, exif(1, true))],
    ['what programs wrote of it', segment(0xe1, text(`http://ns.adobe.com/xap/1.0/\0${place}`))],
    ['who owns it', segment(0xed, text(`Photoshop 3.0\0${place}`))],
    ['a comment', segment(0xfe, text(place))],
    ['other pictures beside it', segment(0xe2, text(`MPF\0${place}`))],
  ])('loses %s, and nothing of what it shows', (_, added) => {
    expect(says(withSegments(added))).toContain(place);
    expect(privacy(withSegments(added))).toEqual(jpeg.bytes);
  });

  it('keeps its colours: a profile, and how they are written', () => {
    const adobe = segment(0xee, text('Adobe\0d\0\0\0\0\u0001'));
    expect(says(jpeg.bytes)).toContain('ICC_PROFILE');
    expect(privacy(withSegments(adobe))).toEqual(withSegments(adobe));
  });

  it.each([
    [6, true],
    [8, false],
  ])('keeps which way up it is shown (%i), and says nothing besides', (turn, isLittle) => {
    const kept = privacy(withSegments(segment(0xe1, exif(turn, isLittle))));
    expect(says(kept)).not.toContain(place);
    expect(says(kept)).not.toContain('Cam');
    // Read again it says the same.
    expect(privacy(kept)).toEqual(kept);
    expect([...kept.subarray(2, 4), kept.length - jpeg.bytes.length]).toEqual([0xff, 0xe1, 36]);
    expect(kept[2 + 4 + 6 + 8 + 2 + 9]).toBe(turn);
    expect(readImage(kept)).toEqual(readImage(jpeg.bytes));
  });

  it('as a PNG loses words, times and what a camera wrote, and nothing else', () => {
    const bytes = encode({
      width: 3,
      height: 2,
      data: new Uint8Array(24).fill(7),
      text: { Location: place },
    });
    expect(says(bytes)).toContain(place);
    const kept = withoutPrivateData({ type: 'image/png', bytes }).bytes;
    const plain = encode({ width: 3, height: 2, data: new Uint8Array(24).fill(7) });
    expect(Buffer.from(kept)).toEqual(Buffer.from(plain));
  });

  it('that is broken inside is kept as far as it is whole, and never breaks us', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom('image/jpeg', 'image/png'),
        (noise, type) => {
          const bytes = Uint8Array.from([...(type === 'image/png' ? [] : [0xff, 0xd8]), ...noise]);
          expect(withoutPrivateData({ type, bytes } as const).bytes.length).toBeLessThanOrEqual(
            bytes.length + 36,
          );
        },
      ),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.nat({ max: 80 }), fc.uint8Array({ minLength: 1, maxLength: 8 }), (at, noise) => {
        const bytes = withSegments(segment(0xe1, exif(6, true)));
        bytes.set(noise, at + 6);
        expect(privacy(bytes).length).toBeLessThanOrEqual(bytes.length);
      }),
      { numRuns: 500 },
    );
  });
});
