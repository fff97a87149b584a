import { endOfDayAfter, endOfMonth, localClock } from '../time.ts';
import { type CouponDefinition, weekdays } from './definition.ts';
import { endMoment, firstMoment, minuteOf } from './moments.ts';

type Validity = CouponDefinition['valid'];

/** The first moment at which a coupon is good; null: since ever. */
export function validFrom({ from }: Validity, zone: string): number | null {
  return from === undefined ? null : firstMoment(from, zone);
}

/** The first moment at which a code issued at `issuedAt` is no longer good, the earliest of all its ends; null: no end. */
export function validUntil(valid: Validity, issuedAt: number, zone: string): number | null {
  const { until, days_from_issue: days, until_end_of_month: thisMonth } = valid;
  const ends = [
    ...(until === undefined ? [] : [endMoment(until, zone)]),
    ...(days === undefined ? [] : [endOfDayAfter(issuedAt, days, zone)]),
    ...(thisMonth ? [endOfMonth(issuedAt, zone)] : []),
  ];
  return ends.length > 0 ? Math.min(...ends) : null;
}

/** Whether the weekday and the time of day of `at` in `zone` are among those a coupon is good at. */
export function isGoodHour({ weekdays: days, hours }: Validity, at: number, zone: string): boolean {
  if (!days && !hours) return true;
  const { weekday, minute } = localClock(at, zone);
  const today = weekdays[weekday - 1];
  if (days && !days.some((day) => day === today)) return false;
  return !hours || isBetween(minute, minuteOf(hours.from), minuteOf(hours.to));
}

/** Whether a minute of the day lies in [from, to), which may go over midnight. */
function isBetween(minute: number, from: number, to: number): boolean {
  return from < to ? from <= minute && minute < to : from <= minute || minute < to;
}
