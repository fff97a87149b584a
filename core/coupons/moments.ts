import { endOfDayAfter, isCalendarDay, startOfDay } from '../time.ts';

/** When a day (`2026-12-31`, in `zone`) or an exact time (ISO 8601) begins. */
export function firstMoment(text: string, zone: string): number {
  return isCalendarDay(text) ? startOfDay(text, zone) : Date.parse(text);
}

/** The first moment after a day (in `zone`); of an exact time, that time. */
export function endMoment(text: string, zone: string): number {
  return isCalendarDay(text) ? endOfDayAfter(startOfDay(text, zone), 0, zone) : Date.parse(text);
}

/** Minutes since midnight of a time of day as `HH:MM`. */
export function minuteOf(clockTime: string): number {
  const [hour, minute] = clockTime.split(':');
  return Number(hour) * 60 + Number(minute);
}
