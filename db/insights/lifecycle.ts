import {
  chanceGaps,
  defaultSecondPurchase,
  dueFrom,
  learnSecondPurchase,
  leastSpread,
  leastSpreadDays,
  lostSpreads,
  type SecondPurchase,
} from '../../core/insights/lifecycle.ts';
import { type Reading, readRows } from '../database.ts';
import { readComputation } from './computations.ts';

/** Under which name the nightly answer to "how long do people wait with their second purchase" is kept. */
export const secondPurchaseName = 'second_purchase';

/** How long those who bought once are waited for, as learned last night. */
export async function readSecondPurchase(database: Reading): Promise<SecondPurchase> {
  return (
    (await readComputation<SecondPurchase>(database, secondPurchaseName))?.result ?? defaultSecondPurchase
  );
}

/** Whoever began lately may still come back: only those are learned from whose first order is so many days ago. */
const settledDays = 180;

/** The newest of them: people change, and an old shop has many. */
const learnedFrom = 20_000;

/** Learns from those who came back how long the others are waited for. A long look: see `analyses.ts`. */
export async function secondPurchase(
  database: Reading,
  { today }: { readonly today: number },
): Promise<SecondPurchase> {
  const rows = await readRows(
    database,
    `select min(p.local_at / 86400000) - c.first_day as days
     from (select id, first_day from customers
       where order_days > 1 and first_day <= ? and erased_at is null and merged_into is null
       order by id desc limit ?) c
     join purchases p on p.customer_id = c.id and p.kind = 'sale' and p.local_at >= (c.first_day + 1) * 86400000
     group by c.id`,
    today - settledDays,
    learnedFrom,
  );
  return learnSecondPurchase(rows.map(({ days }) => Number(days)));
}

/**
 * `lifecycleOf` as an SQL expression over the columns of `customers` under `alias`: the state as text, on `today` (days
 * since 1970). There is no root in SQL here: squares are compared, with the steps of the function in the same order.
 */
export function lifecycleSql(today: number, { newDays, lateDays }: SecondPurchase, alias = 'c'): string {
  const gaps = `(${alias}.order_days - 1)`;
  const silent = `(${today} - ${alias}.last_day)`;
  const every = `(1.0 * (${alias}.last_day - ${alias}.first_day) / ${gaps})`;
  const squared = `(${every} * ${every})`;
  const mixed = `((${gaps} * (1.0 * ${alias}.gap_squares / ${gaps} - ${squared}) + ${chanceGaps} * ${squared}) / (${gaps} + ${chanceGaps}))`;
  const spread = `max(${mixed}, ${leastSpread * leastSpread} * ${squared}, ${leastSpreadDays * leastSpreadDays})`;
  const over = `(${silent} - ${every})`;
  return `case
    when ${alias}.order_days = 0 then 'none'
    when ${alias}.order_days = 1 then
      case when ${silent} <= ${newDays} then 'new' when ${silent} <= ${lateDays} then 'late' else 'lost' end
    when ${silent} < ${dueFrom} * ${every} then 'active'
    when ${over} <= 0 or ${over} * ${over} <= ${spread} then 'due'
    when ${over} * ${over} <= ${lostSpreads * lostSpreads} * ${spread} then 'late'
    else 'lost' end`;
}
