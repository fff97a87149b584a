import type { RedemptionId, ShopId } from '../core/ids.ts';
import type { Redemption, RedemptionStatus } from '../core/redemptions/types.ts';
import { type Database, readRow, readRows } from './database.ts';
import { redemptionFrom } from './facts/redemptions.ts';

/** A redemption of a shop, named by the id the shop gave it or by ours. */
export async function findRedemption(
  database: Database,
  shopId: ShopId,
  reference: string,
): Promise<Redemption | undefined> {
  const row = await readRow(
    database,
    'select * from redemptions where shop_id = ?1 and (external_id = ?2 or id = ?2) order by external_id = ?2 desc',
    shopId,
    reference,
  );
  return row && redemptionFrom(row);
}

/** Which redemptions to list: `limit` of them, older than `before` and of one status where given. */
export interface RedemptionPage {
  readonly limit: number;
  readonly status?: RedemptionStatus;
  readonly before?: RedemptionId;
}

/** Redemptions of a shop, newest first. */
export async function listRedemptions(
  database: Database,
  shopId: ShopId,
  { limit, status, before }: RedemptionPage,
): Promise<Redemption[]> {
  const ofStatus = status === undefined ? [] : [status];
  const older = before === undefined ? [] : [before];
  const rows = await readRows(
    database,
    `select * from redemptions where shop_id = ? ${ofStatus.map(() => 'and status = ?').join('')}
       ${older.map(() => 'and (created_at, id) < (select created_at, id from redemptions where id = ?)').join('')}
     order by created_at desc, id desc limit ?`,
    ...[shopId, ...ofStatus, ...older, limit],
  );
  return rows.map(redemptionFrom);
}
