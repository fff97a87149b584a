import { Temporal } from 'temporal-polyfill';

/** Milliseconds of a day of 24 hours. Calendar days may be 23 or 25 hours long: see `endOfDayAfter`. */
export const DAY_MS = 86_400_000;

const minuteMs = 60_000;
const quarterMs = 900_000;
const remembered = new Map<string, number>();

function zoned(at: number, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
}

/** The midnight that ends the day `days` after the day of `at`, both in `zone`; the first moment no longer in it. */
export function endOfDayAfter(at: number, days: number, zone: string): number {
  const key = `${Math.floor(localTime(at, zone) / DAY_MS)} ${days} ${zone}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const end = zoned(at, zone)
    .startOfDay()
    .add({ days: days + 1 })
    .startOfDay().epochMilliseconds;
  if (remembered.size > 10_000) remembered.clear();
  remembered.set(key, end);
  return end;
}

/** The calendar day of `at` in `zone`, as `YYYY-MM-DD`. */
export function localDay(at: number, zone: string): string {
  return zoned(at, zone).toPlainDate().toString();
}

/** The first moment of a calendar day (`YYYY-MM-DD`) in `zone`. */
export function startOfDay(day: string, zone: string): number {
  return Temporal.PlainDate.from(day).toZonedDateTime(zone).epochMilliseconds;
}

/** The midnight that ends the month of `at` in `zone`. */
export function endOfMonth(at: number, zone: string): number {
  const first = zoned(at, zone).toPlainDate().with({ day: 1 });
  return first.add({ months: 1 }).toZonedDateTime(zone).epochMilliseconds;
}

/** What calendars and clocks in `zone` show at `at`: the weekday from 1 (Monday) to 7, and the minute of the day. */
export function localClock(at: number, zone: string): { readonly weekday: number; readonly minute: number } {
  const local = localTime(at, zone);
  const day = Math.floor(local / DAY_MS);
  // The first of January 1970 was a Thursday.
  const weekday = ((((day + 3) % 7) + 7) % 7) + 1;
  return { weekday, minute: Math.floor((local - day * DAY_MS) / minuteMs) };
}

const offsets = new Map<string, number>();

/**
 * When clocks in `zone` show a local time, given as epoch milliseconds of the same figures in UTC. A time the zone
 * skips is moved on, one it has twice is the first. Offsets are remembered by quarter of an hour: every zone changes its
 * offset on one of those.
 */
export function instantOfLocal(localAsUtc: number, zone: string): number {
  const key = `${Math.floor(localAsUtc / quarterMs)} ${zone}`;
  const known = offsets.get(key);
  if (known !== undefined) return localAsUtc - known;
  const figures = new Date(localAsUtc).toISOString().slice(0, -1);
  const instant = Temporal.PlainDateTime.from(figures).toZonedDateTime(zone).epochMilliseconds;
  if (offsets.size > 10_000) offsets.clear();
  offsets.set(key, localAsUtc - instant);
  return instant;
}

const shifts = new Map<string, number>();

/**
 * What clocks in `zone` show at `at`, as epoch milliseconds of the same figures in UTC: whole divisions give the day, the
 * weekday and the hour. Remembered by quarter of an hour, as above.
 */
export function localTime(at: number, zone: string): number {
  const key = `${Math.floor(at / quarterMs)} ${zone}`;
  const known = shifts.get(key);
  if (known !== undefined) return at + known;
  const shift = zoned(at, zone).offsetNanoseconds / 1_000_000;
  if (shifts.size > 10_000) shifts.clear();
  shifts.set(key, shift);
  return at + shift;
}

/**
 * The same seen from `now`: of a time that clocks show twice, because they are put back, the second one once the first is
 * over.
 */
export function instantOfLocalFrom(localAsUtc: number, zone: string, now: number): number {
  const first = instantOfLocal(localAsUtc, zone);
  if (first > now) return first;
  const byNow = localAsUtc - (localTime(now, zone) - now);
  return localTime(byNow, zone) === localAsUtc ? byNow : first;
}

/** The moment so many days, weeks, months or years before `at` (after it where `amount` is negative), at the same time on the clocks in `zone`. */
export function before(
  at: number,
  amount: number,
  unit: 'days' | 'weeks' | 'months' | 'years',
  zone: string,
): number {
  return zoned(at, zone).subtract({ [unit]: amount }).epochMilliseconds;
}

const zones = new Set<string>();

/** Whether `zone` is a time zone this machine knows. */
export function isTimeZone(zone: string): boolean {
  if (zones.has(zone)) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    zones.add(zone);
    return true;
  } catch {
    return false;
  }
}

/** Whether `day` is a real calendar day as `YYYY-MM-DD`. */
export function isCalendarDay(day: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return false;
  try {
    return Temporal.PlainDate.from(day, { overflow: 'reject' }).toString() === day;
  } catch {
    return false;
  }
}
