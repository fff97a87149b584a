import type { CustomerId, PurchaseId, RedemptionId } from '../core/ids.ts';
import { type Database, readRows } from './database.ts';

/** Up to `limit` customers with points that were to expire by `now`, those due longest first. */
export async function customersWithDueLots(
  database: Database,
  now: number,
  limit: number,
): Promise<CustomerId[]> {
  const rows = await readRows(
    database,
    `select customer_id from lots where remaining > 0 and expires_at <= ?
     group by customer_id order by min(expires_at) limit ?`,
    now,
    limit,
  );
  return rows.map((row) => String(row.customer_id) as CustomerId);
}

/** Up to `limit` purchases whose points waited for a return window that has closed by `now`, the first first. */
export async function purchasesToRelease(
  database: Database,
  now: number,
  limit: number,
): Promise<PurchaseId[]> {
  const rows = await readRows(
    database,
    `select id from purchases where pending > 0 and release_at is not null and release_at <= ?
     order by release_at limit ?`,
    now,
    limit,
  );
  return rows.map((row) => String(row.id) as PurchaseId);
}

/** Up to `limit` redemptions that nobody settled in their time, those due longest first. */
export async function redemptionsToExpire(
  database: Database,
  now: number,
  limit: number,
): Promise<RedemptionId[]> {
  const rows = await readRows(
    database,
    `select id from redemptions where status in ('awaiting_customer', 'held') and expires_at <= ?
     order by expires_at limit ?`,
    now,
    limit,
  );
  return rows.map((row) => String(row.id) as RedemptionId);
}
