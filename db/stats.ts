import { encodeTime } from 'ulid';
import type { Figures, Stats } from '../core/staff/types.ts';
import { endOfDayAfter, localClock } from '../core/time.ts';
import { type Row, type Statement, statement } from './database.ts';

/** How far ahead of our clock a till's may run: what happened in a span may have been recorded so much before it. */
const skewMs = 10 * 60_000;

type Span = keyof Stats;

/** Today and this week until now, and the same spans of yesterday and last week, by the calendar of `zone`. */
function spansAt(now: number, zone: string): readonly (readonly [Span, from: number, to: number])[] {
  const { weekday } = localClock(now, zone);
  const startOf = (daysAgo: number) => endOfDayAfter(now, -daysAgo - 1, zone);
  const [today, yesterday] = [startOf(0), startOf(1)];
  const [week, lastWeek] = [startOf(weekday - 1), startOf(weekday + 6)];
  return [
    ['today', today, now + skewMs],
    ['yesterday', yesterday, Math.min(today, yesterday + now - today)],
    ['week', week, now + skewMs],
    ['lastWeek', lastWeek, Math.min(week, lastWeek + now - week)],
  ];
}

const inSpan = (table: string, at: string) =>
  `from json_each(?) i join ${table} x on x.id >= i.value ->> 3 and x.${at} >= i.value ->> 1 and x.${at} < i.value ->> 2
   group by 1`;

/**
 * The statements whose rows are figures. Ids begin with the time they were made, so those of a span are found by the
 * primary key: no table needs an index for this.
 */
export function statsStatements(zone: string, now: number): Statement[] {
  const spans = (prefix: string) =>
    JSON.stringify(
      spansAt(now, zone).map(([span, from, to]) => [span, from, to, prefix + encodeTime(from - skewMs, 10)]),
    );
  return [
    statement(
      `select i.value ->> 0 as span, count(case when x.kind = 'sale' then 1 end) as purchases,
         sum(x.total_minor - x.discount_minor - x.refunded_minor) as revenue_minor ${inSpan('purchases', 'at')}`,
      spans('pur_'),
    ),
    statement(
      `select i.value ->> 0 as span,
         sum(case when x.points > 0 and x.kind in ('accrual', 'release', 'welcome', 'gift', 'adjustment') then x.points end) as given,
         -sum(case when x.kind = 'redemption' then x.points end) as spent ${inSpan('ledger_transactions', 'recorded_at')}`,
      spans('txn_'),
    ),
    statement(
      `select i.value ->> 0 as span, count(*) as new_customers ${inSpan('customers', 'created_at')}`,
      spans('cus_'),
    ),
  ];
}

/** Figures from the rows of `statsStatements`, in any order. */
export function readStats(rows: readonly Row[]): Stats {
  const of = (span: Span): Figures => {
    const found: Row = Object.assign({}, ...rows.filter((row) => row.span === span));
    return {
      purchases: Number(found.purchases ?? 0),
      revenueMinor: Number(found.revenue_minor ?? 0),
      given: Number(found.given ?? 0),
      spent: Number(found.spent ?? 0),
      newCustomers: Number(found.new_customers ?? 0),
    };
  };
  return { today: of('today'), yesterday: of('yesterday'), week: of('week'), lastWeek: of('lastWeek') };
}
