import type { CustomerId, OrderId, ShopId } from '../core/ids.ts';
import type { Order } from '../core/purchases/orders.ts';
import { type Database, readRow, readRows } from './database.ts';
import { orderFrom } from './facts/orders.ts';

/** An order of a shop, named by the id the shop gave it or by ours. */
export async function findOrder(
  database: Database,
  shopId: ShopId,
  reference: string,
): Promise<Order | undefined> {
  const row = await readRow(
    database,
    'select * from orders where shop_id = ?1 and (external_id = ?2 or id = ?2) order by external_id = ?2 desc',
    shopId,
    reference,
  );
  return row && orderFrom(row);
}

/** Which orders of a customer to list: `limit` of them, older than the order `before`. */
export interface OrderPage {
  readonly limit: number;
  readonly before?: OrderId;
}

/** Orders of a customer in a shop, also of accounts merged into this one, the newest state first. */
export async function listOrders(
  database: Database,
  owner: { readonly shopId: ShopId; readonly customerId: CustomerId },
  { limit, before }: OrderPage,
): Promise<Order[]> {
  const rows = await readRows(
    database,
    `select * from orders
     where customer_id in (select ?1 union all select id from customers where merged_into = ?1) and shop_id = ?2
       and (?3 is null or (at, id) < (select at, id from orders where id = ?3))
     order by at desc, id desc limit ?4`,
    ...[owner.customerId, owner.shopId, before ?? null, limit],
  );
  return rows.map(orderFrom);
}

/** A state that an order came to. */
export interface OrderMoment {
  readonly status: string;
  readonly at: number;
}

/** How an order came to where it is, the oldest first; empty once its customer was erased. */
export async function orderHistory(
  database: Database,
  { id, customerId }: Pick<Order, 'id' | 'customerId'>,
): Promise<OrderMoment[]> {
  const rows = await readRows(
    database,
    `select data ->> 'status' as status, at from events
     where customer_id in (select ?1 union all select id from customers where merged_into = ?1)
       and type = 'order_status' and occasion > ?2 || ' ' and occasion < ?2 || '!'
     order by at, id`,
    customerId,
    id,
  );
  return rows.map(({ status, at }) => ({ status: String(status), at: Number(at) }));
}
