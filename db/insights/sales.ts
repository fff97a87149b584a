import { type Reading, readRow } from '../database.ts';

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

const points = `(select min(r.amount_minor, ${paid}) from redemptions r where r.id = p.redemption_id)`;

/**
 * All purchases as one text: the day, whether the customer is known and whether it stands, as one number; what was paid,
 * and in points. Days are put together here: to sort them by day would take the database ten times as long.
 */
const packed = `group_concat((p.local_at / 86400000 * 4 + (p.customer_id is not null) * 2 + ${stands}) || ':' || ${paid}
  || iif(p.redemption_id is not null and ${stands}, ':' || coalesce(${points}, 0), ''), ';') as sales`;

const pageSql = `select ${packed}, max(p.id) as last from (
  select id, kind, local_at, customer_id, total_minor, discount_minor, refunded_minor, redemption_id
  from purchases where id > ? and id <= ? order by id limit ?) p`;

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
    const page = await readRow(database, pageSql, after, purchase, rowsAtOnce);
    addPacked(days, String(page?.sales ?? ''));
    after = String(page?.last ?? purchase);
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
    { sql: `select ${packed} from purchases p where p.id > ?`, args: [kept.purchase] },
    { sql: givenBackSql, args: [kept.purchase, kept.refund] },
  ]);
  addPacked(days, String(sold[0]?.sales ?? ''));
  for (const { day, known, sales, paid } of givenBack) {
    add(days, Number(day), {
      known: Number(known) === 1,
      sales: Number(sales),
      paid: Number(paid),
      points: 0,
    });
  }
  return new Map([...days].map(([day, figures]) => [day, salesOf(figures)]));
}

/** What came back since of purchases that were counted: a sale that is gone whole now was there until then. */
const givenBackSql = `with back as (
  select purchase_id, sum(amount_minor) as amount from refunds where id > ?2 group by purchase_id)
  select p.local_at / 86400000 as day, p.customer_id is not null as known, -sum(not ${stands}) as sales,
    -sum(back.amount) as paid
  from back join purchases p on p.id = back.purchase_id where p.id <= ?1 group by 1, 2`;

function addPacked(days: Days, packed: string): void {
  if (packed === '') return;
  for (const one of packed.split(';')) {
    const [place = 0, paid = 0, points = 0] = one.split(':').map(Number);
    add(days, Math.floor(place / 4), { known: (place & 2) > 0, sales: place & 1, paid, points });
  }
}

function add(
  days: Days,
  day: number,
  { known, sales, paid, points }: Readonly<Record<'sales' | 'paid' | 'points', number>> & { known: boolean },
): void {
  const figures = days.get(day) ?? salesFigures.map(() => 0);
  days.set(day, figures);
  const first = known ? 0 : 2;
  figures[first] = (figures[first] ?? 0) + sales;
  figures[first + 1] = (figures[first + 1] ?? 0) + paid;
  if (known) figures[4] = (figures[4] ?? 0) + points;
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
