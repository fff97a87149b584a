import type { PurchaseId, ShopId } from '../core/ids.ts';
import type { Purchase, Refund } from '../core/purchases/types.ts';
import { type Database, readRow } from './database.ts';
import { readFacts } from './facts.ts';

/** Our id of a purchase, named by the id its shop gave it or by ours; only that shop's own. */
export async function findPurchase(
  database: Database,
  shopId: ShopId,
  reference: string,
): Promise<PurchaseId | undefined> {
  const row = await readRow(
    database,
    'select id from purchases where shop_id = ?1 and (external_id = ?2 or id = ?2) order by external_id = ?2 desc',
    shopId,
    reference,
  );
  return row?.id as PurchaseId | undefined;
}

/** A purchase as it stands, and what came back of it, oldest first. */
export async function readPurchase(
  database: Database,
  id: PurchaseId,
  now: number,
): Promise<{ readonly purchase: Purchase; readonly refunds: readonly Refund[] } | undefined> {
  const facts = await readFacts(database, [{ purchases: [id], refunds: [id] }], now);
  const purchase = facts.purchase(id);
  return purchase && { purchase, refunds: facts.refunds(id) };
}
