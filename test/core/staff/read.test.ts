import { describe, expect, test } from 'vitest';
import { readMoney, readPoints, splitAmount, splitCustomer } from '../../../core/dialogs/staff/read.ts';
import { defaultProgram } from '../../../core/program/program.ts';

describe('what people type', () => {
  test.each([
    ['125,50', 12_550],
    ['125.5', 12_550],
    ['1 250', 125_000],
    ['1 250,05', 125_005],
    ['₴80', 8000],
    ['80 грн', 8000],
    ['80,-', undefined],
    ['1,250', undefined],
    ['0', undefined],
    ['-5', undefined],
    ['1e3', undefined],
    ['99999999999999', undefined],
  ])('as money: "%s"', (typed, minor) => {
    expect(readMoney(typed, 'UAH')).toBe(minor);
  });

  test.each([
    ['+100', 100],
    ['−5', -5],
    ['1 000', 1000],
    ['0', undefined],
    ['1.5', undefined],
    ['1000001', undefined],
  ])('as points: "%s"', (typed, points) => {
    expect(readPoints(typed)).toBe(points);
  });

  test.each([
    ['0671234567 100', '0671234567', '100'],
    ['067 123 45 67 100', '067 123 45 67', '100'],
    ['+380 67 123 45 67 1 250,50 Lviv', '+380 67 123 45 67', '1 250,50 Lviv'],
    ['673234567 8', '673234567', '8'],
    ['hello world', 'hello', 'world'],
  ])('as a customer and more: "%s"', (typed, customer, rest) => {
    expect(splitCustomer(typed, defaultProgram)).toEqual([customer, rest]);
  });

  test.each([
    ['1 250,50 Lviv', '1 250,50', 'Lviv'],
    ['100 12 Main Street', '100', '12 Main Street'],
    ['abc Lviv', 'abc', 'Lviv'],
  ])('as an amount and more: "%s"', (typed, amount, rest) => {
    expect(splitAmount(typed)).toEqual([amount, rest]);
  });
});
