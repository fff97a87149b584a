import type { Coupon, CouponBatch, CouponCode, ReservationRef } from '../core/coupons/types.ts';
import type { CouponBatchId, CouponId } from '../core/ids.ts';
import { type Database, type Reading, type Row, readRow, readRows } from './database.ts';
import { couponFrom } from './facts/coupons.ts';
import { reader } from './rows.ts';
import * as schema from './schema.ts';

const batchOf = reader(schema.couponBatches);
const codeOf = reader(schema.couponCodes);

/** Coupons, newest first: `limit` of them, older than `before` where given. */
export async function listCoupons(
  database: Database,
  { limit, before }: { readonly limit: number; readonly before?: CouponId },
): Promise<Coupon[]> {
  const older = before === undefined ? [] : [before];
  const rows = await readRows(
    database,
    `select * from coupons ${older.map(() => 'where id < ?').join('')} order by id desc limit ?`,
    ...[...older, limit],
  );
  return rows.map((row) => couponFrom(row));
}

/** A coupon by our id, or by its name. */
export async function findCoupon(database: Database, reference: string): Promise<Coupon | undefined> {
  const row = await readRow(
    database,
    'select * from coupons where id = ?1 or name = ?1 order by id = ?1 desc limit 1',
    reference,
  );
  return row && couponFrom(row);
}

/** Which codes of a coupon to list: `limit` of them, after a code and of one batch where given. */
export interface CodePage {
  readonly limit: number;
  readonly after?: string;
  readonly batch?: CouponBatchId;
}

/** Codes of a coupon, in their own order. */
export async function listCodes(
  database: Database,
  couponId: CouponId,
  { limit, after = '', batch }: CodePage,
): Promise<CouponCode[]> {
  const ofBatch = batch === undefined ? [] : [batch];
  const rows = await readRows(
    database,
    `select * from coupon_codes where coupon_id = ? and code > ? ${ofBatch.map(() => 'and batch_id = ?').join('')}
     order by code limit ?`,
    ...[couponId, after, ...ofBatch, limit],
  );
  return rows.map((row) => codeOf(row) as CouponCode);
}

/** A batch of codes. */
export async function findBatch(database: Database, id: CouponBatchId): Promise<CouponBatch | undefined> {
  const row = await readRow(database, 'select * from coupon_batches where id = ?', id);
  return row && batchFrom(row);
}

/** Up to `limit` batches that are not finished, the first first. */
export async function openBatches(database: Database, limit: number): Promise<CouponBatchId[]> {
  const sql = 'select id from coupon_batches where finished_at is null order by id limit ?';
  const rows = await readRows(database, sql, limit);
  return rows.map((row) => String(row.id) as CouponBatchId);
}

/** Up to `limit` reservations that no purchase used in their time, those due longest first. */
export async function reservationsToExpire(
  database: Reading,
  now: number,
  limit: number,
): Promise<ReservationRef[]> {
  const rows = await readRows(
    database,
    `select shop_id, reservation from coupon_uses where status = 'reserved' and expires_at <= ?
     group by shop_id, reservation order by min(expires_at) limit ?`,
    now,
    limit,
  );
  return rows.map((row) => ({
    shopId: String(row.shop_id) as ReservationRef['shopId'],
    reservation: String(row.reservation),
  }));
}

function batchFrom(row: Row): CouponBatch {
  return batchOf(row) as CouponBatch;
}
