import type { Coupon, CouponCode } from '../../core/coupons/types.ts';
import { type Statement, statement } from '../database.ts';
import { inserter, updater } from '../rows.ts';
import * as schema from '../schema.ts';
import { type Changes, forRows } from './part.ts';

const insert = {
  coupons: inserter(schema.coupons),
  codes: inserter(schema.couponCodes),
  codesUnlessThere: inserter(schema.couponCodes, 'or ignore'),
  batches: inserter(schema.couponBatches),
  uses: inserter(schema.couponUses),
};

const updateCoupons = updater(schema.coupons, ['stoppedAt', 'uses', 'usedMinor', 'revision']);

const updateUses = updater(schema.couponUses, [
  ...(['customerId', 'purchaseId', 'status', 'discountMinor', 'returnedMinor', 'revision'] as const),
]);

/** Coupons, their codes, and what became of them. */
export function couponStatements(changes: Changes): Statement[] {
  return [
    ...forRows(changes.coupons, (coupons) => insert.coupons(coupons.map(couponRow))),
    ...forRows(changes.couponUpdates, (coupons) => updateCoupons(coupons)),
    ...forRows(changes.couponCodes, insert.codes),
    ...forRows(changes.couponCodeUpdates, updateCodes),
    ...forRows(changes.couponBatches, insert.batches),
    ...(changes.couponBatchFills ?? []).flatMap(fillBatch),
    ...forRows(changes.couponUses, insert.uses),
    ...forRows(changes.couponUseUpdates, updateUses),
  ];
}

function couponRow(coupon: Coupon): typeof schema.coupons.$inferSelect {
  return { ...coupon, definition: JSON.stringify(coupon.definition) };
}

function updateCodes(codes: readonly CouponCode[]): Statement {
  return statement(
    `update coupon_codes set uses = changed.value ->> 1, valid_until = changed.value ->> 2,
       revision = changed.value ->> 3, customer_id = changed.value ->> 4 from json_each(?) as changed where code = changed.value ->> 0`,
    JSON.stringify(codes.map((one) => [one.code, one.uses, one.validUntil, one.revision, one.customerId])),
  );
}

/**
 * Codes drawn twice are passed over: the batch counts those that were written, which `changes()` says of the statement
 * before it, and is finished when that is all. An index to count them by would double what each code costs to write.
 */
function fillBatch({ batchId, at, codes }: NonNullable<Changes['couponBatchFills']>[number]): Statement[] {
  return [
    insert.codesUnlessThere(codes),
    statement(
      `update coupon_batches set made = made + written.codes,
         finished_at = case when made + written.codes >= wanted then ?2 end
       from (select changes() as codes) as written where id = ?1`,
      batchId,
      at,
    ),
  ];
}
