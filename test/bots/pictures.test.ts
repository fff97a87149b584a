import {
  BarcodeFormat,
  BinaryBitmap,
  DecodeHintType,
  HybridBinarizer,
  MultiFormatReader,
  RGBLuminanceSource,
} from '@zxing/library';
import { decode } from 'fast-png';
import { expect, it } from 'vitest';
import { cardPicture, codePicture } from '../../bots/pictures.ts';
import { newCardNumber } from '../../core/customers/card.ts';
import { seededRandom } from '../support/svoi.ts';

const numbers = [...Array(5)].map((_, seed) => newCardNumber(seededRandom(seed)));

it.each(numbers)('both codes of the card picture read as its number %s', (number) => {
  const picture = cardPicture(number);
  expect(scan(picture, BarcodeFormat.QR_CODE)).toBe(number);
  expect(scan(picture, BarcodeFormat.EAN_13)).toBe(number);
});

it.each(['000000', '123456', '987650'])('the payment code %s can be scanned from its picture', (code) => {
  expect(scan(codePicture(code), BarcodeFormat.QR_CODE)).toBe(code);
});

it('a card picture is small enough to send to many', () => {
  expect(cardPicture('2900000000001').byteLength).toBeLessThan(20_000);
});

it('the picture of another number is another picture', () => {
  expect(cardPicture('2900000000001')).not.toEqual(cardPicture('2900000000018'));
});

/** What a scanner of one kind reads from a PNG. */
function scan(png: Uint8Array, format: BarcodeFormat): string {
  const { width, height, data } = decode(png);
  const bitmap = new BinaryBitmap(
    new HybridBinarizer(new RGBLuminanceSource(Uint8ClampedArray.from(data), width, height)),
  );
  const reader = new MultiFormatReader();
  const hints = new Map<DecodeHintType, unknown>([
    [DecodeHintType.POSSIBLE_FORMATS, [format]],
    [DecodeHintType.TRY_HARDER, true],
  ]);
  return reader.decode(bitmap, hints).getText();
}
