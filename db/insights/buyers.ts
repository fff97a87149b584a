import { dayNumber, dayText, firstOfStep } from '../../core/insights/reports/steps.ts';
import { DAY_MS, localTime, startOfDay } from '../../core/time.ts';
import { type Reading, readRow } from '../database.ts';

/** Who bought in which month, by the month of the first purchase. A buyer is whoever has a receipt. */
export interface CountedBuyers {
  /** Through which day. */
  readonly day: string;
  /** The first day of each month looked at, the last of them not over. */
  readonly months: readonly string[];
  /** Buyers of each month who had bought in an earlier month. */
  readonly returning: readonly number[];
  /** For each month, those whose first purchase was in it, and how many of them bought 0, 1, 2 … months later. */
  readonly cohorts: readonly (readonly number[])[];
}

/** Where the buyers are kept, as they were last counted. */
export const buyersName = 'buyers';

/** Two years, and the month that is not over. */
const monthsBack = 24;

/** A read of so many customers takes about a second where each bought ten times. */
const customersAtOnce = 100_000;

/** Counts buyers by month from one walk over an index, in the order of customers. For the night. */
export async function countBuyers(
  database: Reading,
  { now, zone }: { readonly now: number; readonly zone: string },
): Promise<CountedBuyers> {
  const today = dayText(Math.floor(localTime(now, zone) / DAY_MS));
  const months = lastMonths(today);
  const starts = months.map((day) => startOfDay(day, zone) / quarterMs);
  const counted = {
    returning: months.map(() => 0),
    cohorts: months.map((_, at) => months.slice(at).map(() => 0)),
  };
  let after: string | undefined = '';
  while (after !== undefined) {
    const until: string | undefined = await idAfter(database, after);
    const row = await readRow(database, walkSql, after, until ?? '\uffff');
    for (const times of String(row?.buyers ?? '').split(';')) addBuyer(counted, starts, times);
    after = until;
  }
  return { day: today, months, ...counted };
}

function lastMonths(today: string): string[] {
  const months = [firstOfStep(today, 'month')];
  while (months.length <= monthsBack) {
    months.unshift(firstOfStep(dayText(dayNumber(months[0] ?? today) - 1), 'month'));
  }
  return months;
}

async function idAfter(database: Reading, after: string): Promise<string | undefined> {
  const row = await readRow(
    database,
    'select id from customers where id > ? order by id limit 1 offset ?',
    after,
    customersAtOnce,
  );
  return row && String(row.id);
}

/** Every zone changes its clocks on a quarter of an hour. */
const quarterMs = 900_000;

/** Of each customer the moments of all receipts: to put months together in the database takes several times as long. */
const walkSql = `select group_concat(times, ';') as buyers from (
  select group_concat(at / ${quarterMs}) as times from purchases
  where customer_id is not null and customer_id > ? and customer_id <= ? group by customer_id)`;

/** Counts one customer, by the moments of the receipts; what was before the first month makes the others returns. */
function addBuyer(
  { returning, cohorts }: { readonly returning: number[]; readonly cohorts: number[][] },
  starts: readonly number[],
  times: string,
): void {
  if (times === '') return;
  const bought = new Set(
    times.split(',').map((time) => starts.findLastIndex((start) => start <= Number(time))),
  );
  const first = Math.min(...bought);
  for (const month of bought) {
    if (month < 0) continue;
    if (month > first) returning[month] = (returning[month] ?? 0) + 1;
    const cohort = cohorts[first];
    if (cohort) cohort[month - first] = (cohort[month - first] ?? 0) + 1;
  }
}

/** The buyers as of last night; counted now where they never were. */
export async function readBuyers(
  database: Reading,
  at: Parameters<typeof countBuyers>[1],
): Promise<CountedBuyers> {
  const row = await readRow(database, 'select result from computations where name = ?', buyersName);
  return row ? (JSON.parse(String(row.result)) as CountedBuyers) : countBuyers(database, at);
}
