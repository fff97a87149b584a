import type { ChannelName } from '../core/customers/types.ts';
import { type Statement, statement } from './database.ts';

/** The bit of each channel in `customers.chats` and `customers.offers_refused`. */
export const channelBits: { readonly [Name in ChannelName]: number } = {
  telegram: 1,
  viber: 2,
  whatsapp: 4,
  web: 8,
  sms: 16,
};

const bitOf = (column: string) =>
  `case ${column} ${Object.entries(channelBits)
    .map(([name, bit]) => `when '${name}' then ${bit}`)
    .join(' ')} end`;

/** The accounts that count for a customer: the own, and those merged into it; for one merged into another, none. */
const accounts = `(select customers.id where customers.merged_into is null
        union all select id from customers as other where other.merged_into = customers.id)`;

/** A sale that was not brought back whole, over `purchases p`; goods that cost nothing stay. */
export const stands = `p.kind = 'sale' and (p.refunded_minor < p.total_minor - p.discount_minor or p.total_minor = p.discount_minor)`;

/** What `customers` says of what was bought, of points, of chats and consents, each counted from the rows themselves. */
const figuresCounted = `
  (orders, paid_minor, refunded_minor, first_at, last_at, first_day, last_day) = (
    select count(*) filter (where stands), coalesce(sum(payable - refunded_minor), 0),
      coalesce(sum(case kind when 'return' then -payable else refunded_minor end), 0),
      min(at) filter (where stands), max(at) filter (where stands), min(day) filter (where stands), max(day) filter (where stands)
    from (
      select kind, at, local_at / 86400000 as day, total_minor - discount_minor as payable, refunded_minor, ${stands} as stands
      from purchases p where customer_id in ${accounts})),
  (order_days, gap_squares) = (
    select count(*), coalesce(sum(gap * gap), 0) from (
      select day - lag(day) over (order by day) as gap from (
        select distinct local_at / 86400000 as day from purchases p
        where customer_id in ${accounts} and ${stands}))),
  points = case when merged_into is null then coalesce((
    select available from ledger_transactions where customer_id = customers.id order by seq desc limit 1), 0) else 0 end,
  (points_earned, points_spent) = (
    select coalesce(sum(case
        when kind in ('accrual', 'release', 'welcome', 'gift') then points
        when kind = 'adjustment' and reason ->> '$.rule' = 'manual' then max(points, 0)
        when kind = 'adjustment' and reason ->> '$.rule' = 'undone' then min(points, 0) end), 0),
      coalesce(sum(case when kind = 'redemption' or (kind = 'refund' and points > 0) then -points end), 0)
    from (select kind, points, reason from ledger_transactions where customer_id in ${accounts})),
  (chats, heard_at) = (
    select coalesce(sum(distinct case reachable when 1 then ${bitOf('channel')} end), 0), max(last_seen_at)
    from addresses where customer_id = customers.id and channel <> 'sms' and customers.merged_into is null),
  offers = (
    select granted from consents
    where customer_id = customers.id and category = 'marketing' and channel is null
      and customers.merged_into is null and customers.erased_at is null
    order by id desc limit 1),
  offers_refused = (
    select coalesce(sum(case granted when 0 then ${bitOf('channel')} end), 0) from (
      select channel, granted, max(id) from consents
      where customer_id = customers.id and category = 'marketing' and channel is not null
        and customers.merged_into is null and customers.erased_at is null
      group by channel))`;

/**
 * Counts all figures of customers anew, from what they are figures of. `wanted`: SQL that lists their ids; `args` are its
 * arguments.
 */
export function recountFigures(wanted: string, ...args: Statement['args']): Statement {
  return statement(
    `update customers set ${figuresCounted}
  where id in (${wanted})`,
    ...args,
  );
}

/** Adds the totals of customers up anew; `wanted` as for `recountFigures`, which must name whoever was merged too. */
export function recountTotals(wanted: string, ...args: Statement['args']): Statement[] {
  return [
    statement(`delete from customer_totals where customer_id in (${wanted})`, ...args),
    statement(
      `with sold as materialized (${soldTo(wanted)})
insert into customer_totals (customer_id, facet, value, orders, quantity, paid_minor, first_at, last_at)
${countedTotals}`,
      ...args,
    ),
  ];
}

/** Customers whose totals are not what `recountTotals` would write, as rows of `customer_id`; `wanted` as there. */
export function wrongTotals(wanted: string, ...args: Statement['args']): Statement {
  const stored = `select customer_id, facet, value, orders, quantity, paid_minor, first_at, last_at
    from customer_totals where customer_id in (${wanted})`;
  return statement(
    `with sold as materialized (${soldTo(wanted)}), counted as materialized (${countedTotals}), stored as materialized (${stored})
select customer_id from (select * from stored except select * from counted)
union select owner from (select * from counted except select * from stored)`,
    ...args,
  );
}

/** Every line that counts, with whom it counts for; `at` only of sales. */
function soldTo(wanted: string): string {
  return `
  select customers.id as owner, p.id, case p.kind when 'sale' then p.at end as at, p.store, l.category, l.sku as product,
    l.quantity - l.refunded_quantity as quantity, l.amount_minor - l.discount_minor - l.refunded_minor as paid
  from customers
  join purchases p on p.customer_id in ${accounts}
  join purchase_lines l on l.purchase_id = p.id
  where customers.id in (${wanted}) and (p.kind = 'return' or (${stands}
    and (l.refunded_minor < l.amount_minor - l.discount_minor or l.amount_minor = l.discount_minor)))`;
}

/** The totals of one facet over `sold`. Quantities have three decimals: rounded, each sum is the same in any order. */
function totalsOf(facet: string): string {
  return `select owner, '${facet}', ${facet}, count(distinct case when at is not null then id end), round(sum(quantity), 3), sum(paid), min(at), max(at)
from sold where ${facet} is not null group by owner, ${facet}`;
}

const countedTotals = ['store', 'category', 'product'].map(totalsOf).join('\nunion all ');
