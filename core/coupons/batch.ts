import { auditEntries } from '../audit/types.ts';
import { refuse } from '../errors.ts';
import type { CouponBatchId, CouponId, ShopId } from '../ids.ts';
import { hasRoomFor, newCode, SPACE_PER_CODE } from './codes.ts';
import { type CouponCommand, couponNotFound, newCodeOf } from './create.ts';
import { patternOf } from './definition.ts';
import type { CouponBatch, CouponRules } from './types.ts';

/** The most codes of one batch. */
export const MAX_BATCH = 10_000_000;

/** Codes made by one commit. It takes about a tenth of a second, for which a purchase may have to wait. */
const codesAtOnce = 2500;

/** Single codes that a shop wants. */
export interface BatchInput {
  readonly shopId: ShopId;
  /** The shop's own id of the batch: the natural key. */
  readonly externalId: string;
  readonly couponId: CouponId;
  readonly count: number;
}

/**
 * Orders single codes of a coupon; `fillBatch` makes them. Refuses `coupon_not_found`, `coupon_stopped`,
 * `coupon_has_no_pattern`, and `pattern_too_short` when codes of this pattern could be guessed; the same id with
 * another body, `codes_conflict`.
 */
export function orderCodes(input: BatchInput, actor: string): CouponCommand<{ readonly id: CouponBatchId }> {
  const { shopId, externalId, couponId, count } = input;
  return {
    name: 'coupon.order_codes',
    once: { scope: `${shopId} coupon codes`, key: externalId, input, conflictCode: 'codes_conflict' },
    needs: { coupons: [couponId], couponCounts: [couponId], auditChains: ['house'] },
    decide(facts, context) {
      const coupon = facts.coupon(couponId);
      if (!coupon) return couponNotFound();
      if (coupon.stoppedAt !== null) return refuse('coupon_stopped', 'the shop has stopped this coupon');
      const { code } = coupon.definition;
      if (code.pattern === undefined) {
        const why = code.shared === undefined ? 'is issued to customers one by one' : 'has one shared code';
        return refuse('coupon_has_no_pattern', `this coupon ${why}: codes are made of one with code.pattern`);
      }
      const all = facts.couponCodesWanted(couponId) + count;
      if (!hasRoomFor(all, patternOf(coupon.definition))) {
        const detail = `${all} codes of the pattern ${code.pattern} could be guessed: it must allow ${SPACE_PER_CODE} times as many; make a coupon with more "#"`;
        return refuse('pattern_too_short', detail, '/count');
      }
      const { now } = context;
      const id = context.ids.next('cpb', now);
      const batch: CouponBatch = {
        ...{ id, couponId, wanted: count, made: 0 },
        ...{ createdAt: now, createdBy: actor, finishedAt: null },
      };
      const details = { batch: id, count };
      const said = {
        chain: 'house',
        action: 'coupon.order_codes',
        actor,
        reference: couponId,
        details,
      } as const;
      const audit = auditEntries([said], facts, context);
      return { ok: true, changes: { couponBatches: [batch], audit }, result: { id } };
    },
  };
}

/**
 * Makes the next codes of a batch, as many as go into one commit. Safe to repeat until `left` says that none are left
 * to make; after a crash it goes on where it was.
 */
export function fillBatch(
  id: CouponBatchId,
  rules: Pick<CouponRules, 'zone'>,
): CouponCommand<{ readonly left: number }> {
  return {
    name: 'coupon.fill_batch',
    needs: { couponBatches: [id] },
    moreNeeds: [
      (facts) => {
        const batch = facts.couponBatch(id);
        return batch ? { coupons: [batch.couponId] } : {};
      },
    ],
    decide(facts, context) {
      const batch = facts.couponBatch(id);
      const coupon = batch && facts.coupon(batch.couponId);
      if (!batch || !coupon) return couponNotFound();
      const left = batch.wanted - batch.made;
      if (left <= 0) return { ok: true, changes: {}, result: { left: 0 } };
      const pattern = patternOf(coupon.definition);
      const blank = { ...newCodeOf(coupon, '', batch.createdAt, rules.zone), batchId: id };
      const drawn = Array.from({ length: Math.min(left, codesAtOnce) }, () =>
        newCode(pattern, context.random),
      );
      // In order, each page of the table is written once a commit.
      const codes = drawn.sort().map((code) => ({ ...blank, code }));
      return {
        ok: true,
        changes: { couponBatchFills: [{ batchId: id, at: context.now, codes }] },
        result: { left },
      };
    },
  };
}
