import { isCalendarDay } from '../../time.ts';

/** Facts that are a day kept every year, and that customers can tell of by themselves. */
export const dayFacts = ['name_day', 'wedding_day'] as const;
export type DayFact = (typeof dayFacts)[number];

/** Whether a fact of this name is a day kept every year. */
export function isDayFact(name: string): name is DayFact {
  return dayFacts.some((known) => known === name);
}

/** Whether a value is such a day: `YYYY-MM-DD`, or `--MM-DD` where the year is not known. */
export function isDayValue(value: string): boolean {
  return isCalendarDay(value.startsWith('--') ? `2000${value.slice(1)}` : value);
}
