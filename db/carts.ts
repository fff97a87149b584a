import type { CartId, CustomerId, ShopId } from '../core/ids.ts';
import type { Cart, CartState } from '../core/purchases/carts.ts';
import { type Database, readRow, readRows } from './database.ts';
import { dueBy } from './due.ts';
import { cartFrom } from './facts/carts.ts';

/** A cart of a shop, named by the id the shop gave it or by ours. */
export async function findCart(
  database: Database,
  shopId: ShopId,
  reference: string,
): Promise<Cart | undefined> {
  const row = await readRow(
    database,
    'select * from carts where shop_id = ?1 and (external_id = ?2 or id = ?2) order by external_id = ?2 desc',
    shopId,
    reference,
  );
  return row && cartFrom(row);
}

/** A cart by our id, whosever it is. */
export async function readCart(database: Database, id: string): Promise<Cart | undefined> {
  const row = await readRow(database, 'select * from carts where id = ?', id);
  return row && cartFrom(row);
}

/** Which carts of a customer to list: `limit` of them, changed before the cart `before`, in one state where given. */
export interface CartPage {
  readonly limit: number;
  readonly state?: CartState;
  readonly before?: CartId;
}

/** Carts of a customer in a shop, also of accounts merged into this one, the newest change first. */
export async function listCarts(
  database: Database,
  owner: { readonly shopId: ShopId; readonly customerId: CustomerId },
  { limit, state, before }: CartPage,
): Promise<Cart[]> {
  const rows = await readRows(
    database,
    `select * from carts
     where customer_id in (select ?1 union all select id from customers where merged_into = ?1) and shop_id = ?2
       and (?3 is null or state = ?3)
       and (?4 is null or (updated_at, id) < (select updated_at, id from carts where id = ?4))
     order by updated_at desc, id desc limit ?5`,
    ...[owner.customerId, owner.shopId, state ?? null, before ?? null, limit],
  );
  return rows.map(cartFrom);
}

/** Carts that count as left by now and were not told so. */
export const cartsToLeave = dueBy<CartId>(
  'select id from carts where left_at is not null and left_at <= ? order by left_at limit ?',
);
