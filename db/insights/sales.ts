import { type Reading, type Row, readRow, readRows } from '../database.ts';

/** What was sold on one day to customers we know and to others: sales, and money less what was given back. */
export interface SalesOfDay {
  readonly memberSales: number;
  readonly memberMinor: number;
  readonly otherSales: number;
  readonly otherMinor: number;
  /** The part of the members' that was paid with points. */
  readonly pointsMinor: number;
}

/** The figures of `SalesOfDay`, in the order they are kept in. */
export const salesFigures = [
  ...(['memberSales', 'memberMinor', 'otherSales', 'otherMinor', 'pointsMinor'] as const),
] as const;

/** All sales by day (days since 1970, on the shops' calendars), and the last purchase and refund among them. */
export interface CountedSales {
  readonly days: readonly (readonly [day: number, ...figures: number[]])[];
  readonly purchase: string;
  readonly refund: string;
}

/** Where the sales of all days are kept, as they were last counted. */
export const salesName = 'sales';

/** A read of so many rows keeps the log of the database from shrinking for a fraction of a second only. */
const rowsAtOnce = 100_000;

/** Whether a purchase is a sale that was not brought back whole, and what was paid for it less what was given back. */
const stands = `(p.kind = 'sale' and (p.refunded_minor < p.total_minor - p.discount_minor or p.total_minor = p.discount_minor))`;
const paid = '(p.total_minor - p.discount_minor - p.refunded_minor)';

const columns = `p.local_at / 86400000 as day, p.customer_id is not null as known, sum(${stands}) as sales,
  sum(${paid}) as paid, sum(case when ${stands} and p.redemption_id is not null then
    (select min(r.amount_minor, ${paid}) from redemptions r where r.id = p.redemption_id) end) as points`;

const pageSql = `select ${columns}, max(p.id) as last
  from (select * from purchases where id > ? and id <= ? order by id limit ?) p group by 1, 2`;

type Days = Map<number, number[]>;

/** Counts the sales of all days from the purchases themselves: by night, since it reads them all. */
export async function countSales(database: Reading, _: null): Promise<CountedSales> {
  const ends = await readRow(
    database,
    'select (select max(id) from purchases) as purchase, (select max(id) from refunds) as refund',
  );
  const days: Days = new Map();
  const [purchase, refund] = [String(ends?.purchase ?? ''), String(ends?.refund ?? '')];
  let after = '';
  while (after < purchase) {
    const rows = await readRows(database, pageSql, after, purchase, rowsAtOnce);
    addRows(days, rows);
    after = rows.reduce((last, row) => (String(row.last) > last ? String(row.last) : last), after);
  }
  const sorted = [...days].sort(([a], [b]) => a - b);
  return { days: sorted.map(([day, figures]) => [day, ...figures]), purchase, refund };
}

/** What was counted at night, and what came since: a claim of an older receipt waits for the next night. */
export async function readSales(database: Reading): Promise<ReadonlyMap<number, SalesOfDay>> {
  const row = await readRow(database, 'select result from computations where name = ?', salesName);
  const kept: CountedSales = row ? JSON.parse(String(row.result)) : await countSales(database, null);
  const days: Days = new Map(kept.days.map(([day, ...figures]) => [day, figures]));
  const [sold = [], givenBack = []] = await database.read([
    { sql: `select ${columns} from purchases p where p.id > ? group by 1, 2`, args: [kept.purchase] },
    { sql: givenBackSql, args: [kept.purchase, kept.refund] },
  ]);
  addRows(days, sold);
  addRows(days, givenBack);
  return new Map([...days].map(([day, figures]) => [day, salesOf(figures)]));
}

/** What came back since of purchases that were counted: a sale that is gone whole now was there until then. */
const givenBackSql = `with back as (
  select purchase_id, sum(amount_minor) as amount from refunds where id > ?2 group by purchase_id)
  select p.local_at / 86400000 as day, p.customer_id is not null as known, -sum(not ${stands}) as sales,
    -sum(back.amount) as paid, 0 as points
  from back join purchases p on p.id = back.purchase_id where p.id <= ?1 group by 1, 2`;

function addRows(days: Days, rows: readonly Row[]): void {
  for (const { day, known, sales, paid, points } of rows) {
    const figures = days.get(Number(day)) ?? salesFigures.map(() => 0);
    days.set(Number(day), figures);
    const add = (index: number, value: Row[string] | undefined) => {
      figures[index] = (figures[index] ?? 0) + Number(value ?? 0);
    };
    add(known ? 0 : 2, sales);
    add(known ? 1 : 3, paid);
    add(4, known ? points : 0);
  }
}

function salesOf([
  memberSales = 0,
  memberMinor = 0,
  otherSales = 0,
  otherMinor = 0,
  pointsMinor = 0,
]: number[]) {
  return { memberSales, memberMinor, otherSales, otherMinor, pointsMinor } satisfies SalesOfDay;
}
