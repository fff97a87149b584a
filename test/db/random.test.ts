import { expect, test } from 'vitest';
import { createRandom } from '../../db/random.ts';

test('numbers lie in [0, 1), spread evenly, and use all 53 bits', () => {
  const random = createRandom();
  const numbers = Array.from({ length: 20_000 }, random);
  expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
  const tenths = Array.from({ length: 10 }, (_, tenth) =>
    numbers.filter((number) => Math.floor(number * 10) === tenth),
  );
  // 2,000 are expected in each; six standard deviations are 255.
  for (const within of tenths) expect(Math.abs(within.length - 2000)).toBeLessThan(255);
  expect(numbers.some((number) => (number * 2 ** 53) % 2 === 1)).toBe(true);
  expect(new Set(numbers).size).toBe(numbers.length);
});
