import type { CustomerId, NoticeId, PurchaseId, RedemptionId } from '../core/ids.ts';
import { type Reading, readRow, readRows } from './database.ts';

/** Reads up to `limit` ids of what is due at `now` (epoch milliseconds), those due longest first. */
export type FindDue<Id extends string> = (database: Reading, now: number, limit: number) => Promise<Id[]>;

/** What is due, by a statement that takes the moment and the limit, and names its column `id`. */
export function dueBy<Id extends string>(sql: string): FindDue<Id> {
  return async (database, now, limit) => {
    const rows = await readRows(database, sql, now, limit);
    return rows.map((row) => String(row.id) as Id);
  };
}

/** Customers with points that were to expire by now. */
export const customersWithDueLots = dueBy<CustomerId>(
  `select customer_id as id from lots where remaining > 0 and expires_at <= ?
   group by customer_id order by min(expires_at) limit ?`,
);

/**
 * Notices to be looked at: their moment has come, a channel was waited for long enough, or one refused. Of offers that
 * meet the lighter ones come first: they wait while a heavier one is due, and once that has gone nothing would hold them.
 */
export const noticesDue = dueBy<NoticeId>(
  'select id from notices where due_at is not null and due_at <= ? order by due_at, weight, id limit ?',
);

/** Purchases whose points waited for a return window that has closed. */
export const purchasesToRelease = dueBy<PurchaseId>(
  `select id from purchases where pending > 0 and release_at is not null and release_at <= ?
   order by release_at limit ?`,
);

/** Redemptions that nobody settled in their time. */
export const redemptionsToExpire = dueBy<RedemptionId>(
  `select id from redemptions where status in ('awaiting_customer', 'held') and expires_at <= ?
   order by expires_at limit ?`,
);

/** Accounts merged into others to which points have come since, or that owe some. */
export const mergesToFollow = dueBy<CustomerId>(
  `select id from customers c where merged_into is not null and erased_at is null and created_at <= ?
     and (select available from ledger_transactions where customer_id = c.id order by seq desc limit 1) <> 0
   order by id limit ?`,
);

/** What waits for its moment: the table, and the column that says when. */
const waiting = [
  ['journey_runs', 'due_at'],
  ['notices', 'due_at'],
  ['carts', 'left_at'],
  ['campaigns', 'starts_at'],
  [`(select due_at from campaign_members where state = 'waiting')`, 'due_at'],
] as const;

/** The first moment from `from` on at which something falls due, epoch milliseconds; undefined: nothing waits. */
export async function nextDue(database: Reading, from: number): Promise<number | undefined> {
  const each = waiting.map(
    ([table, column]) =>
      `select min(${column}) as at from ${table} where ${column} is not null and ${column} >= ?1`,
  );
  const row = await readRow(database, `select min(at) as at from (${each.join(' union all ')})`, from);
  return row?.at == null ? undefined : Number(row.at);
}
