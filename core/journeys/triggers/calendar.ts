import { Temporal } from 'temporal-polyfill';
import { instantOfLocal } from '../../time.ts';
import type { Trigger } from '../definition.ts';

/** What starts a journey on a day of the calendar. */
export type ScheduleTrigger = Extract<Trigger, { every: string }>;

/** When clocks in `zone` show a time of day (`HH:MM`) on a day (`YYYY-MM-DD`), epoch milliseconds. */
export function momentOn(day: string, at: string, zone: string): number {
  return instantOfLocal(Date.parse(`${day}T${at}:00Z`), zone);
}

/** The day so many days before another, or after it where below zero; both as `YYYY-MM-DD`. */
export function dayBefore(day: string, days: number): string {
  return Temporal.PlainDate.from(day).subtract({ days }).toString();
}

/** How many days there are from one day until another; below zero where that is over. */
export function daysUntil(day: string, from: string): number {
  return Temporal.PlainDate.from(from).until(Temporal.PlainDate.from(day), { largestUnit: 'days' }).days;
}

/**
 * The days of a year (`MM-DD`) that are kept on a day: its own, and on 28 February of a year without a 29th that one
 * too.
 */
export function yearDaysOf(day: string): readonly string[] {
  const { inLeapYear } = Temporal.PlainDate.from(day);
  const own = day.slice(5);
  return own === '02-28' && !inLeapYear ? [own, '02-29'] : [own];
}

/** Whether a schedule names this day. A month that is too short has its turn on its last day. */
export function isScheduledOn({ every, on }: Pick<ScheduleTrigger, 'every' | 'on'>, day: string): boolean {
  const date = Temporal.PlainDate.from(day);
  if (every === 'day') return true;
  if (every === 'week') return date.dayOfWeek === (on ?? 1);
  return date.day === Math.min(on ?? 1, date.daysInMonth);
}

/** How many years a day lies back on another; undefined where its year is not known. */
export function yearsSince(date: string, day: string): number | undefined {
  return /^\d{4}-/.test(date) ? Number(day.slice(0, 4)) - Number(date.slice(0, 4)) : undefined;
}
