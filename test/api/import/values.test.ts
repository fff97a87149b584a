import { describe, expect, it } from 'vitest';
import {
  dateReader,
  exactlyTo,
  multiply,
  parseDecimal,
  parseYesNo,
  roundTo,
} from '../../../api/import/values.ts';

describe('numbers are read exactly as they are written', () => {
  it.each([
    ['2.55', 'point', 255],
    ['-11062.06', 'point', -1_106_206],
    ['0.001', 'point', 0],
    ['0.005', 'point', 1],
    ['-0.005', 'point', -1],
    ['-0.004', 'point', 0],
    ['1,234.5', 'point', 123_450],
    ['1 234,56', 'comma', 123_456],
    ['1\u00a0234,56', 'comma', 123_456],
    ['1.234,56', 'comma', 123_456],
    ['−7', 'comma', -700],
    ['90071992547409.91', 'point', 9_007_199_254_740_991],
  ] as const)('%s (decimal %s) is %i hundredths', (text, mark, hundredths) => {
    const decimal = parseDecimal(text, mark);
    expect(decimal && roundTo(decimal, 2)).toBe(hundredths);
  });

  it.each([
    ['2,55', 'point'],
    ['1.234.5', 'point'],
    ['2.55', 'comma'],
    ['12 шт', 'point'],
    ['', 'point'],
    ['1e5', 'point'],
    ['NaN', 'point'],
    ['9'.repeat(40), 'point'],
  ] as const)('%j (decimal %s) is no number', (text, mark) => {
    expect(parseDecimal(text, mark)).toBeUndefined();
  });

  it.each([
    ['3', '2.55', 765],
    ['0.333', '0.15', 5],
    ['-1', '2.555', -256],
    ['1000000', '0.01', 1_000_000],
  ])('%s × %s is %i hundredths, a half rounded away from zero', (left, right, hundredths) => {
    const [a, b] = [parseDecimal(left, 'point'), parseDecimal(right, 'point')];
    expect(a && b && roundTo(multiply(a, b), 2)).toBe(hundredths);
  });

  it('a quantity keeps three decimals and no more', () => {
    const quantity = (text: string) => exactlyTo(parseDecimal(text, 'point') ?? { digits: 0n, scale: 0 }, 3);
    expect(['1', '0.125', '0.1250', '0.1251'].map(quantity)).toEqual([1, 0.125, 0.125, undefined]);
  });
});

describe('dates are read as clocks of the zone show them', () => {
  it.each([
    ['2010-12-01 08:26:00', undefined, '2010-12-01T06:26:00.000Z'],
    ['2026-07-01 12:00', undefined, '2026-07-01T09:00:00.000Z'],
    ['2026-07-01T12:00:00', undefined, '2026-07-01T09:00:00.000Z'],
    ['2026-07-01T12:00:00+05:00', undefined, '2026-07-01T07:00:00.000Z'],
    ['2026-07-01T12:00Z', undefined, '2026-07-01T12:00:00.000Z'],
    ['1.7.2026', undefined, '2026-06-30T21:00:00.000Z'],
    ['01.07.2026 9:05:30', undefined, '2026-07-01T06:05:30.000Z'],
    ['12/1/2010 8:26', 'M/D/YYYY H:mm', '2010-12-01T06:26:00.000Z'],
    ['1/12/10', 'D/M/YY', '2010-11-30T22:00:00.000Z'],
    ['20101201', 'YYYYMMDD', '2010-11-30T22:00:00.000Z'],
    // Clocks in Kyiv go forward at 3:00 on 29 March 2026 and back at 4:00 on 25 October.
    ['2026-03-29 03:30', undefined, '2026-03-29T01:30:00.000Z'],
    ['2026-03-29 04:00', undefined, '2026-03-29T01:00:00.000Z'],
    ['2026-10-25 03:30', undefined, '2026-10-25T00:30:00.000Z'],
    ['2026-10-25 04:00', undefined, '2026-10-25T02:00:00.000Z'],
  ])('%s (%s) is %s', (text, format, instant) => {
    const at = dateReader(format, 'Europe/Kyiv')(text);
    expect(at === undefined ? undefined : new Date(at).toISOString()).toBe(instant);
  });

  it.each([
    ['12/1/2010 8:26', undefined],
    ['2026-02-30', undefined],
    ['2026-13-01', undefined],
    ['2026-01-01 24:00', undefined],
    ['2026-01-01 12:60', undefined],
    ['yesterday', undefined],
    ['', undefined],
    ['2026-01-01', 'D.M.YYYY'],
  ])('%j (%s) is no date', (text, format) => {
    expect(dateReader(format, 'Europe/Kyiv')(text)).toBeUndefined();
  });
});

it.each([
  ['Так', true],
  ['да', true],
  ['1', true],
  ['нет', false],
  ['NO', false],
  ['maybe', undefined],
])('%s is %s', (text, truth) => {
  expect(parseYesNo(text)).toBe(truth);
});
