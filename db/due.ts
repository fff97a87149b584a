import type { CustomerId } from '../core/ids.ts';
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
