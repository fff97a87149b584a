/** Pictures that every messenger shows. */
export const imageTypes = ['image/png', 'image/jpeg'] as const;
export type ImageType = (typeof imageTypes)[number];

/** A picture as bytes. */
export interface Image {
  readonly type: ImageType;
  readonly bytes: Uint8Array;
}

/** What the bytes of a picture say of it. */
export interface ImageHead {
  readonly type: ImageType;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
}

/** The most bytes of a picture that is kept: Viber shows no more. */
export const mostImageBytes = 1024 * 1024;
/** No messenger shows more of a side. */
export const mostPixels = 5000;
/** Telegram shows none that is longer than so many times its breadth. */
export const mostStretched = 20;

/** Why what was sent cannot be used as a picture; `unreachable`: the channel does not hand it out. */
export type PictureProblem = 'not_a_picture' | 'too_large' | 'wrong_shape' | 'unreachable';

/** The kind and size of a picture that every messenger shows, or why it is none. */
export function judgeImage(
  bytes: Uint8Array,
): { readonly head: ImageHead } | { readonly problem: PictureProblem; readonly head?: ImageHead } {
  if (bytes.length > mostImageBytes) return { problem: 'too_large' };
  const head = readImage(bytes);
  if (!head) return { problem: 'not_a_picture' };
  const [short, long] = [Math.min(head.width, head.height), Math.max(head.width, head.height)];
  return long > mostPixels || long > short * mostStretched ? { problem: 'wrong_shape', head } : { head };
}

/** Bytes that are known to be a PNG. */
export function png(bytes: Uint8Array): Image {
  return { type: 'image/png', bytes };
}

/** How files of a type end. */
export function extensionOf(type: ImageType): 'png' | 'jpg' {
  return type === 'image/png' ? 'png' : 'jpg';
}

/** The kind and size of a picture, read from its bytes; undefined where they are no whole PNG or JPEG. */
export function readImage(bytes: Uint8Array): ImageHead | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return readPng(view) ?? readJpeg(view);
}

/** The signature, then the header chunk with the size, at the end the chunk that says so: https://www.w3.org/TR/png/ */
function readPng(view: DataView): ImageHead | undefined {
  const whole = view.byteLength >= 45 && view.getUint32(0) === 0x89504e47 && view.getUint32(4) === 0x0d0a1a0a;
  if (!whole || view.getUint32(12) !== 0x49484452 || view.getUint32(view.byteLength - 8) !== 0x49454e44) {
    return undefined;
  }
  return sized('image/png', view.getUint32(16), view.getUint32(20));
}

/** Segments one after the other; the size stands in the one that begins a frame: https://www.w3.org/Graphics/JPEG/itu-t81.pdf */
function readJpeg(view: DataView): ImageHead | undefined {
  const { byteLength: end } = view;
  if (end < 4 || view.getUint16(0) !== 0xffd8 || view.getUint16(end - 2) !== 0xffd9) return undefined;
  let at = 2;
  while (at + 9 < end && view.getUint8(at) === 0xff) {
    const marker = view.getUint8(at + 1);
    if (isFrame(marker)) return sized('image/jpeg', view.getUint16(at + 7), view.getUint16(at + 5));
    at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2);
  }
  return undefined;
}

/** Baseline, progressive and their kin; C4, C8 and CC are tables. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

function sized(type: ImageType, width: number, height: number): ImageHead | undefined {
  return width > 0 && height > 0 ? { type, width, height } : undefined;
}
