import { auditEntries } from '../audit/types.ts';
import { refuse } from '../errors.ts';
import type { CouponId } from '../ids.ts';
import type { Command, Context } from '../ports.ts';
import { canonicalCode } from './codes.ts';
import type { CouponDefinition } from './definition.ts';
import type { Coupon, CouponChanges, CouponCode, CouponFacts, CouponNeeds, CouponRules } from './types.ts';
import { validUntil } from './validity.ts';

/** A use case over coupons. */
export type CouponCommand<Result> = Command<CouponNeeds, CouponFacts, CouponChanges, Result>;

/**
 * Makes a coupon, and its shared code where it has one. The name is its natural key: the same coupon again changes
 * nothing, another one of that name is refused as `coupon_conflict`. Refuses `code_taken`.
 */
export function createCoupon(
  definition: CouponDefinition,
  actor: string,
  rules: Pick<CouponRules, 'zone'>,
): CouponCommand<{ readonly id: CouponId }> {
  const shared = definition.code.shared === undefined ? [] : [canonicalCode(definition.code.shared)];
  return {
    name: 'coupon.create',
    once: { scope: 'coupon', key: definition.name, input: definition, conflictCode: 'coupon_conflict' },
    needs: { couponCodes: shared, auditChains: ['house'] },
    decide(facts, context) {
      if (shared.some((code) => facts.couponCode(code))) {
        return refuse('code_taken', 'another coupon has this code: put another one', '/code/shared');
      }
      const coupon = newCoupon(definition, actor, context);
      const { id, createdAt } = coupon;
      const codes = shared.map((code) => newCodeOf(coupon, code, createdAt, rules.zone));
      const said = { chain: 'house', action: 'coupon.create', actor, reference: id } as const;
      return {
        ok: true,
        changes: { coupons: [coupon], couponCodes: codes, audit: auditEntries([said], facts, context) },
        result: { id },
      };
    },
  };
}

function newCoupon(definition: CouponDefinition, createdBy: string, context: Context): Coupon {
  return {
    id: context.ids.next('cpn', context.now),
    name: definition.name,
    definition,
    createdAt: context.now,
    createdBy,
    stoppedAt: null,
    uses: 0,
    usedMinor: 0,
    revision: 1,
  };
}

/** A code of a coupon issued at `issuedAt`, nobody's and never used. */
export function newCodeOf(
  { id, definition }: Pick<Coupon, 'id' | 'definition'>,
  code: string,
  issuedAt: number,
  zone: string,
): CouponCode {
  return {
    code,
    couponId: id,
    batchId: null,
    customerId: null,
    issuedAt,
    validUntil: validUntil(definition.valid, issuedAt, zone),
    uses: 0,
    revision: 1,
  };
}

/** Nobody can use the coupon from now on, whatever its codes say; what tills put aside can no longer be used either. */
export function stopCoupon(id: CouponId, actor: string): CouponCommand<Coupon> {
  return {
    name: 'coupon.stop',
    needs: { coupons: [id], auditChains: ['house'] },
    decide(facts, context) {
      const coupon = facts.coupon(id);
      if (!coupon) return couponNotFound();
      if (coupon.stoppedAt !== null) return { ok: true, changes: {}, result: coupon };
      const stopped = { ...coupon, stoppedAt: context.now, revision: coupon.revision + 1 };
      const said = { chain: 'house', action: 'coupon.stop', actor, reference: id } as const;
      const audit = auditEntries([said], facts, context);
      return { ok: true, changes: { couponUpdates: [stopped], audit }, result: stopped };
    },
  };
}

/** There is no coupon with the id that was given. */
export function couponNotFound() {
  return refuse('coupon_not_found', 'there is no coupon with this id');
}
