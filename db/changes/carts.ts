import { type Cart, cartClockMs } from '../../core/purchases/carts.ts';
import type { Purchase } from '../../core/purchases/types.ts';
import { type Statement, statement } from '../database.ts';
import { inserter, updater } from '../rows.ts';
import * as schema from '../schema.ts';
import { type Changes, forRows } from './part.ts';

const insert = inserter(schema.carts);
const update = updater(schema.carts, [
  ...(['customerId', 'visitor', 'items', 'totalMinor', 'url', 'state', 'updatedAt', 'recordedAt'] as const),
  ...(['leftAt', 'revision'] as const),
]);

/** Carts as shops and customers leave them; and those that purchases of the same commit were made of. */
export function cartStatements(changes: Changes): Statement[] {
  return [
    ...forRows(changes.carts, (carts) => insert(carts.map(cartRow))),
    ...forRows(changes.cartUpdates, (carts) => update(carts.map(cartRow))),
    ...forRows(changes.cartUpdates?.filter(isOver), endReminders),
    // Behind them: whatever a shop says of a cart in the same commit, it is bought.
    ...forRows(changes.purchases?.filter(mayHaveCart), markBought),
  ];
}

function cartRow({ items, ...cart }: Cart): typeof schema.carts.$inferSelect {
  return { ...cart, items: JSON.stringify(items) };
}

function isOver({ state, customerId }: Cart): boolean {
  return state !== 'open' && customerId !== null;
}

/**
 * What journeys do about a cart is looked at again as soon as it is not open any more, and what they have planned to say
 * of it is pointless from then on.
 */
function endReminders(carts: readonly Cart[]): Statement[] {
  const rows = JSON.stringify(carts.map(({ id, customerId }) => [id, customerId]));
  const runs = `json_each(?) c cross join journey_runs r on r.customer_id = c.value ->> 1 and r.data ->> 'cartId' = c.value ->> 0`;
  return [
    statement(
      `update journey_runs set due_at = 0, revision = revision + 1
       where id in (select r.id from ${runs} where r.state = 'waiting')`,
      rows,
    ),
    statement(
      `update notices set due_at = 0, pointless_at = 0, revision = revision + 1
       where state = 'held' and id in (select n.value from ${runs}, json_each(r.data, '$.notices') n)`,
      rows,
    ),
  ];
}

function mayHaveCart({ kind, customerId, cartId }: Purchase): boolean {
  return kind === 'sale' && (customerId !== null || cartId !== null);
}

/**
 * The carts that purchases were made of: the one a purchase names, and the customer's open ones that hold any of its
 * articles and were not changed since. Two look-ups by index a purchase, and next to nothing where there are no carts.
 */
function markBought(purchases: readonly Purchase[]): Statement {
  const rows = purchases.map(({ id, customerId, shopId, cartId, at }) => [
    id,
    customerId,
    shopId,
    cartId,
    at,
  ]);
  return statement(boughtSql, JSON.stringify(rows));
}

/** The list of ids comes first: joined by `from`, the planner would go through all carts (looked at with EXPLAIN). */
const boughtSql = `update carts set state = 'bought', left_at = null, revision = revision + 1,
    customer_id = coalesce(customer_id, (select p.value ->> 1 from json_each(?1) p
      where p.value ->> 2 = carts.shop_id and p.value ->> 3 = carts.external_id))
  where id in (
    select k.id from json_each(?1) p
    cross join carts k on k.shop_id = p.value ->> 2 and k.external_id = p.value ->> 3
    where k.state <> 'bought'
    union all
    select k.id from json_each(?1) p
    cross join carts k on k.customer_id in
      (select p.value ->> 1 union all select id from customers where merged_into = p.value ->> 1)
    where k.state = 'open' and k.updated_at <= p.value ->> 4 + ${cartClockMs} and exists (
      select 1 from json_each(k.items) i join purchase_lines l on l.sku = i.value ->> 'sku'
      where l.purchase_id = p.value ->> 0))`;
