import { ean13 } from 'bwip-js/generic';
import { encode as encodePng } from 'fast-png';
import { encode as encodeQr } from 'uqr';
import type { CodePicture } from '../core/messaging/types.ts';

/** A grey bitmap, a byte a pixel: 255 is white. */
interface Bitmap {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Whole pixels for every module, so that no edge is blurred; the quiet zones are those of GS1 and ISO 18004. */
const width = 720;
const margin = 72;
const qrModule = 18;
const barModule = 6;
const barHeight = 190;
const digitPixel = 6;
const codePixel = 12;
const gap = 72;

/** Any of the pictures that hold a number or a code, as PNG. */
export function drawCodePicture(picture: CodePicture): Uint8Array {
  switch (picture.kind) {
    case 'card':
      return cardPicture(picture.number);
    case 'coupon':
      return couponPicture(picture.code);
    case 'code':
      return codePicture(picture.code);
  }
}

/**
 * The customer's card to show at the till, as PNG: the 13 digits of `number` as QR code, as EAN-13 barcode, and in
 * print for a cashier without a scanner.
 */
export function cardPicture(number: string): Uint8Array {
  const qr = encodeQr(number, { ecc: 'M', border: 0 });
  const bars = barsOf(number);
  const barsTop = margin + qr.size * qrModule + gap;
  const digitsTop = barsTop + barHeight + 24;
  const bitmap = whiteBitmap(width, digitsTop + digitRows * digitPixel + margin);
  drawQr(bitmap, qr.data, (width - qr.size * qrModule) / 2, margin);
  for (const bar of bars) fill(bitmap, bar.left, barsTop, bar.width, barHeight);
  // As it is printed under barcodes: 1, 6 and 6 digits.
  drawDigits(bitmap, `${number.slice(0, 1)} ${number.slice(1, 7)} ${number.slice(7)}`, digitsTop, digitPixel);
  return pngOf(bitmap);
}

/** A payment code to show at the till, as PNG: its digits as QR code, and large in print, by threes. */
export function codePicture(code: string): Uint8Array {
  const qr = encodeQr(code, { ecc: 'M', border: 0 });
  const digitsTop = margin + qr.size * qrModule + gap;
  const bitmap = whiteBitmap(width, digitsTop + digitRows * codePixel + margin);
  drawQr(bitmap, qr.data, (width - qr.size * qrModule) / 2, margin);
  drawDigits(bitmap, `${code.slice(0, 3)} ${code.slice(3)}`, digitsTop, codePixel);
  return pngOf(bitmap);
}

/** A coupon to show at the till, as PNG: its code as QR code. In letters it stands in the message. */
export function couponPicture(code: string): Uint8Array {
  const qr = encodeQr(code, { ecc: 'M', border: 0 });
  const bitmap = whiteBitmap(width, qr.size * qrModule + 2 * margin);
  drawQr(bitmap, qr.data, (width - qr.size * qrModule) / 2, margin);
  return pngOf(bitmap);
}

function pngOf(bitmap: Bitmap): Uint8Array {
  return encodePng({ ...bitmap, channels: 1, depth: 8 }, { zlib: { level: 9 } });
}

function whiteBitmap(width: number, height: number): Bitmap {
  return { width, height, data: new Uint8Array(width * height).fill(255) };
}

/** Paints a black rectangle. */
function fill({ width, data }: Bitmap, left: number, top: number, columns: number, rows: number): void {
  for (let row = top; row < top + rows; row += 1) {
    data.fill(0, row * width + left, row * width + left + columns);
  }
}

function drawQr(bitmap: Bitmap, rows: readonly (readonly boolean[])[], left: number, top: number): void {
  for (const [y, row] of rows.entries()) {
    for (const [x, black] of row.entries()) {
      if (black) fill(bitmap, left + x * qrModule, top + y * qrModule, qrModule, qrModule);
    }
  }
}

/** The bars of an EAN-13 in the middle of the picture. bwip-js draws each as a line around its centre. */
function barsOf(number: string): { readonly left: number; readonly width: number }[] {
  const bars: { left: number; width: number }[] = [];
  const start = (width - 95 * barModule) / 2;
  ean13(
    { bcid: 'ean13', text: number, scale: barModule },
    {
      scale: (x, y) => [x, y],
      measure: () => ({ width: 0, ascent: 0, descent: 0 }),
      init() {},
      line: (x, _y0, _x1, _y1, thickness) => {
        bars.push({ left: x - thickness / 2, width: thickness });
      },
      polygon() {},
      hexagon() {},
      ellipse() {},
      fill() {},
      text() {},
      end: () => undefined,
    },
  );
  const first = bars[0]?.left ?? 0;
  return bars.map((bar) => ({ ...bar, left: start + bar.left - first }));
}

const digitRows = 7;

/** Digits of 5 by 7 dots, a row a number: bit 4 is the leftmost dot. No font file, the same on every platform. */
const digitShapes: Readonly<Record<string, readonly number[]>> = {
  0: [14, 17, 19, 21, 25, 17, 14],
  1: [4, 12, 4, 4, 4, 4, 14],
  2: [14, 17, 1, 2, 4, 8, 31],
  3: [31, 2, 4, 2, 1, 17, 14],
  4: [2, 6, 10, 18, 31, 2, 2],
  5: [31, 16, 30, 1, 1, 17, 14],
  6: [6, 8, 16, 30, 17, 17, 14],
  7: [31, 1, 2, 4, 8, 8, 8],
  8: [14, 17, 17, 14, 17, 17, 14],
  9: [14, 17, 17, 15, 1, 2, 12],
};

/** Digits and spaces in the middle of the picture, each dot of a digit `pixel` pixels wide. */
function drawDigits(bitmap: Bitmap, text: string, top: number, pixel: number): void {
  const advance = 6 * pixel;
  const left = Math.floor((bitmap.width - text.length * advance + pixel) / 2);
  for (const [index, digit] of [...text].entries()) {
    for (const [row, dots] of (digitShapes[digit] ?? []).entries()) {
      for (let column = 0; column < 5; column += 1) {
        if ((dots >> (4 - column)) & 1) {
          fill(bitmap, left + index * advance + column * pixel, top + row * pixel, pixel, pixel);
        }
      }
    }
  }
}
