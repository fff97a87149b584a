import { customersForLife, daysOfOne, medianLife } from '../../core/insights/refill.ts';
import { type Reading, readRow, readRows, type Statement, statement } from '../database.ts';

/** How long one of a product lasts, learned from so many customers. */
export interface LearnedLife {
  readonly sku: string;
  readonly customers: number;
  readonly medianDays: number;
}

/** Customers read at once: what they bought again comes as one cell, since each cell costs about a microsecond. */
const pageSize = 5_000;

const pageSql = `with page as (
    select max(id) as last, count(*) as customers from (select id from customers where id > ?1 order by id limit ?2))
  select last, customers, (
    select json_group_array(json_array(value, orders, quantity, first_at, last_at)) from customer_totals t
    where t.customer_id > ?1 and t.customer_id <= page.last and facet = 'product' and orders > 1
      and last_at >= first_at + 86400000) as supplies
  from page`;

type Bought = readonly [sku: string, orders: number, quantity: number, firstAt: number, lastAt: number];

/** Learns how long products last from all who bought them again. A long look: see `analyses.ts`. */
export async function learnLives(database: Reading, _: null): Promise<LearnedLife[]> {
  const buyers = await readBuyers(database);
  const days = new Map<string, number[]>();
  let after = '';
  for (;;) {
    const page = await readRow(database, pageSql, after, pageSize);
    if (!page || page.last === null) break;
    const bought: readonly Bought[] = JSON.parse(String(page.supplies));
    for (const [sku, orders, quantity, firstAt, lastAt] of bought) {
      const lasted = buyers.has(sku) ? daysOfOne({ orders, quantity, firstAt, lastAt }) : undefined;
      if (lasted === undefined) continue;
      const known = days.get(sku);
      if (known) known.push(lasted);
      else days.set(sku, [lasted]);
    }
    if (Number(page.customers) < pageSize) break;
    after = String(page.last);
  }
  return [...days].flatMap(([sku, all]) => {
    const medianDays = medianLife(all, buyers.get(sku) ?? 0);
    return medianDays === undefined ? [] : [{ sku, customers: all.length, medianDays }];
  });
}

/** How many bought each product, of those enough people bought. */
async function readBuyers(database: Reading): Promise<ReadonlyMap<string, number>> {
  const rows = await readRows(
    database,
    `select value as sku, count(*) as buyers from customer_totals where facet = 'product'
     group by value having count(*) >= ?`,
    customersForLife,
  );
  return new Map(rows.map(({ sku, buyers }) => [String(sku), Number(buyers)]));
}

/** Keeps what was learned, in parts of `rowsAtOnce`, and forgets what was not learned again. */
export function lifeStatements(lives: readonly LearnedLife[], now: number, rowsAtOnce: number): Statement[] {
  const parts = Array.from({ length: Math.ceil(lives.length / rowsAtOnce) }, (_, index) =>
    lives.slice(index * rowsAtOnce, (index + 1) * rowsAtOnce),
  );
  return [
    ...parts.map((part) =>
      statement(
        `insert into product_lives (sku, customers, median_days, computed_at)
         select value ->> 0, value ->> 1, value ->> 2, ?2 from json_each(?1) where true
         on conflict (sku) do update set customers = excluded.customers, median_days = excluded.median_days,
           computed_at = excluded.computed_at`,
        JSON.stringify(part.map(({ sku, customers, medianDays }) => [sku, customers, medianDays])),
        now,
      ),
    ),
    statement('delete from product_lives where computed_at < ?', now),
  ];
}
