import { invariant } from './errors.ts';
import type { Branded } from './ids.ts';

/** Whole points. Negative only as a change, never as what somebody has (unless the program allows debt). */
export type Points = Branded<number, 'Points'>;

/** Marks a number as points; throws when it is not a whole number JavaScript holds exactly. */
export function points(value: number): Points {
  invariant(Number.isSafeInteger(value), `points must be a safe integer, not ${value}`);
  return value as Points;
}

/** No points. */
export const zeroPoints = points(0);

/** The sum of points. */
export function sumPoints(values: Iterable<number>): Points {
  let sum = 0;
  for (const value of values) sum += value;
  return points(sum);
}
