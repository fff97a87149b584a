import { dayNumber, dayText, firstOfStep } from '../../core/insights/reports/steps.ts';
import { DAY_MS, localTime, startOfDay } from '../../core/time.ts';
import { type Reading, readRow, readRows } from '../database.ts';

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

/** Two years and the month that is not over: each is a bit of a mask. */
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
  const sql = walk(months.slice(1).map((day) => startOfDay(day, zone)));
  const start = startOfDay(months[0] ?? today, zone);
  const returning = months.map(() => 0);
  const cohorts = months.map((_, index) => months.slice(index).map(() => 0));
  let after: string | undefined = '';
  while (after !== undefined) {
    const until: string | undefined = await idAfter(database, after);
    const rows = await readRows(database, sql, start, start, after, until ?? '\uffff');
    for (const { mask, old, customers } of rows) {
      addMask({ returning, cohorts }, Number(mask), Number(old) === 1, Number(customers));
    }
    after = until;
  }
  return { day: today, months, returning, cohorts };
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

/** Of each customer a mask of the months with a receipt, and whether the first was before all of them. */
function walk(starts: readonly number[]): string {
  const month = starts.map((start, index) => `when at < ${start} then ${2 ** index}`).join(' ');
  return `select mask, old, count(*) as customers from (
    select customer_id, min(at) < ? as old,
      coalesce(sum(distinct case when at >= ? then case ${month} else ${2 ** starts.length} end end), 0) as mask
    from purchases where customer_id is not null and customer_id > ? and customer_id <= ? group by customer_id)
  where mask > 0 group by 1, 2`;
}

function addMask(
  { returning, cohorts }: { readonly returning: number[]; readonly cohorts: number[][] },
  mask: number,
  old: boolean,
  customers: number,
): void {
  const months = returning.map((_, month) => month).filter((month) => (mask >> month) & 1);
  const [first = 0] = months;
  for (const month of months) {
    if (old || month > first) returning[month] = (returning[month] ?? 0) + customers;
    const cohort = old ? undefined : cohorts[first];
    if (cohort) cohort[month - first] = (cohort[month - first] ?? 0) + customers;
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
