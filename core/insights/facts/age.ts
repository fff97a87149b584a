/** Days of a year on average. */
export const yearDays = 365.25;
/** Days of a month on average. */
export const monthDays = yearDays / 12;

/** The days between which somebody was born, in days since 1970, both included. */
export interface BirthWindow {
  readonly low: number;
  readonly high: number;
}

/** Whole months of age on day `today`: at least and at most. Nobody is younger than 0. */
export interface AgeMonths {
  readonly from: number;
  readonly to: number;
}

/** How old somebody is on `today` who was born within the window. */
export function ageOn({ low, high }: BirthWindow, today: number): AgeMonths {
  const months = (born: number) => Math.max(0, Math.floor((today - born) / monthDays));
  return { from: months(high), to: months(low) };
}

/** The window of a fact that has one. */
export function windowOf(fact: {
  readonly low: number | null;
  readonly high: number | null;
}): BirthWindow | undefined {
  const { low, high } = fact;
  return low === null || high === null ? undefined : { low, high };
}

/**
 * What is this near to the window of a child speaks of that child: children differ, and grown-ups buy what does not fit.
 * Nearer than that are only twins and those born within a year.
 */
const nearDays = 180;

/** Whether two windows may be of one child. */
export function isNear(a: BirthWindow, b: BirthWindow): boolean {
  return a.low <= b.high + nearDays && b.low <= a.high + nearDays;
}
