import type { Image } from './images.ts';

/**
 * A picture without what a camera or a program wrote beside it: where and when it was taken, with what, by whom, and what
 * it was before it was cut. Which way up it is shown stays, and so do its colours. Its bytes must be a whole PNG or JPEG
 * (`readImage`); where one is broken inside, what comes after that stays as it is.
 */
export function withoutPrivateData({ type, bytes }: Image): Image {
  return { type, bytes: joined(type === 'image/png' ? keptOfPng(bytes) : keptOfJpeg(bytes)) };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Words, a time, and what cameras write: https://www.w3.org/TR/png/#11Chunks */
const privateChunks = ['tEXt', 'zTXt', 'iTXt', 'tIME', 'eXIf'];
/** The signature of a PNG; length, name and checksum of each of its chunks. */
const [signatureBytes, chunkFrame] = [8, 12];

function keptOfPng(bytes: Uint8Array): readonly Uint8Array[] {
  const view = viewOf(bytes);
  const kept = [bytes.subarray(0, signatureBytes)];
  let at = signatureBytes;
  while (at + chunkFrame <= bytes.length) {
    const end = at + chunkFrame + view.getUint32(at);
    if (end > bytes.length) break;
    if (!privateChunks.includes(wordAt(bytes, at + 4, 4))) kept.push(bytes.subarray(at, end));
    at = end;
  }
  return [...kept, bytes.subarray(at)];
}

const startOfScan = 0xda;
/** The size of a picture and of its dots, and how its colours are written: https://www.w3.org/Graphics/JPEG/jfif3.pdf */
const [jfif, adobe] = [0xe0, 0xee];
/** What programs add may be anything; comments are words. */
const isAdded = (marker: number) => (marker >= 0xe0 && marker <= 0xef) || marker === 0xfe;
const [exifMarker, profileMarker] = [0xe1, 0xe2];

function keptOfJpeg(bytes: Uint8Array): readonly Uint8Array[] {
  const view = viewOf(bytes);
  const kept: Uint8Array[] = [];
  let turned: number | undefined;
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff && bytes[at + 1] !== startOfScan) {
    const marker = view.getUint8(at + 1);
    const end = at + 2 + view.getUint16(at + 2);
    if (end > bytes.length) break;
    const segment = bytes.subarray(at, end);
    if (marker === exifMarker) turned ??= turnOf(segment);
    if (isShown(marker, segment)) kept.push(segment);
    at = end;
  }
  const start = bytes.subarray(0, 2);
  return [start, ...(turned === undefined ? [] : [turnedBy(turned)]), ...kept, bytes.subarray(at)];
}

/** Whether a picture looks other without a part of it. */
function isShown(marker: number, segment: Uint8Array): boolean {
  if (marker === profileMarker) return wordAt(segment, 4, 11) === 'ICC_PROFILE';
  return !isAdded(marker) || marker === jfif || marker === adobe;
}

/** The tag that says which way up a picture is, a number of two bytes: CIPA DC-008 (Exif), 4.6.5. */
const [orientationTag, shortNumber] = [0x0112, 3];

/** Which way up a picture is shown, 2 to 8; undefined where that is as it stands there. */
function turnOf(segment: Uint8Array): number | undefined {
  if (wordAt(segment, 4, 6) !== 'Exif\0\0') return undefined;
  const tiff = segment.subarray(10);
  if (tiff.length < 10) return undefined;
  const view = viewOf(tiff);
  const isLittle = wordAt(tiff, 0, 2) === 'II';
  const directory = view.getUint32(4, isLittle);
  if (directory + 2 > tiff.length) return undefined;
  const entries = view.getUint16(directory, isLittle);
  for (let entry = directory + 2; entry < directory + 2 + entries * 12; entry += 12) {
    if (entry + 12 > tiff.length) return undefined;
    if (view.getUint16(entry, isLittle) !== orientationTag) continue;
    const turn = view.getUint16(entry + 8, isLittle);
    return turn >= 2 && turn <= 8 ? turn : undefined;
  }
  return undefined;
}

/** What a camera would have written, had it nothing to say but which way up it was held. */
function turnedBy(turn: number): Uint8Array {
  const exif = [0x45, 0x78, 0x69, 0x66, 0, 0];
  const tiff = [0x4d, 0x4d, 0, 0x2a, 0, 0, 0, 8];
  const entry = [orientationTag >> 8, orientationTag & 0xff, 0, shortNumber, 0, 0, 0, 1, 0, turn, 0, 0];
  const payload = [...exif, ...tiff, 0, 1, ...entry, 0, 0, 0, 0];
  return Uint8Array.from([0xff, exifMarker, 0, payload.length + 2, ...payload]);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function wordAt(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}
