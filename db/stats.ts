import type { Figures, Stats } from '../core/staff/types.ts';
import { endOfDayAfter, localClock } from '../core/time.ts';
import { tallySlotMs } from './changes/tallies.ts';
import { type Row, type Statement, statement } from './database.ts';

type Span = readonly [name: keyof Stats, from: number, to: number];

/** Today and this week until now, and the same spans of yesterday and last week, by the calendar of `zone`. */
function spansAt(now: number, zone: string): readonly Span[] {
  const { weekday } = localClock(now, zone);
  const startOf = (daysAgo: number) => endOfDayAfter(now, -daysAgo - 1, zone);
  const [today, yesterday] = [startOf(0), startOf(1)];
  const [week, lastWeek] = [startOf(weekday - 1), startOf(weekday + 6)];
  // A clock of a till may run ahead of ours: what it dated a little later is today's too.
  const end = now + tallySlotMs * 3;
  return [
    ['today', today, end],
    ['yesterday', yesterday, Math.min(today, yesterday + now - today + 1)],
    ['week', week, end],
    ['lastWeek', lastWeek, Math.min(week, lastWeek + now - week + 1)],
  ];
}

/** Reads the figures of today and this week, from what was counted as it was written. */
export function statsStatement(zone: string, now: number): Statement {
  return statement(
    `select i.value ->> 0 as span, sum(purchases) as purchases, sum(revenue_minor) as revenue_minor,
       sum(given) as given, sum(spent) as spent, sum(new_customers) as new_customers,
       (select json_array(sum(sent), sum(price_micros), sum(sms_price_micros)) from message_tallies m
        where m.at >= i.value ->> 1 and m.at < i.value ->> 2) as messages
     from json_each(?) i left join tallies t on t.at >= i.value ->> 1 and t.at < i.value ->> 2 group by 1`,
    JSON.stringify(spansAt(now, zone)),
  );
}

/** Figures from the rows of `statsStatement`. */
export function readStats(rows: readonly Row[]): Stats {
  const of = (span: keyof Stats): Figures => {
    const found = rows.find((row) => row.span === span) ?? {};
    const [messages, cost, smsCost] = JSON.parse(String(found.messages ?? '[]')) as (number | null)[];
    return {
      purchases: Number(found.purchases ?? 0),
      revenueMinor: Number(found.revenue_minor ?? 0),
      given: Number(found.given ?? 0),
      spent: Number(found.spent ?? 0),
      newCustomers: Number(found.new_customers ?? 0),
      messages: messages ?? 0,
      messagesCostMicros: cost ?? 0,
      messagesSavedMicros: Math.max(0, (smsCost ?? 0) - (cost ?? 0)),
    };
  };
  return { today: of('today'), yesterday: of('yesterday'), week: of('week'), lastWeek: of('lastWeek') };
}
