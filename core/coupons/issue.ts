import { type AuditFacts, auditEntries } from '../audit/types.ts';
import { createCustomer } from '../customers/create.ts';
import { type CustomerRef, refKey } from '../customers/types.ts';
import { refuse } from '../errors.ts';
import type { CouponId, CustomerId } from '../ids.ts';
import { type Context, type Decision, mergeChanges } from '../ports.ts';
import { newCode } from './codes.ts';
import { type CouponCommand, couponNotFound, newCodeOf } from './create.ts';
import { patternOf, shownCode } from './definition.ts';
import type { Coupon, CouponChanges, CouponCode, CouponRules } from './types.ts';

/** A coupon for one customer. */
export interface IssueInput {
  readonly couponId: CouponId;
  readonly customer: CustomerRef;
  /** Who gives it: `shop:shp_…`, `staff:stf_…`, `journey:…`. */
  readonly actor: string;
  /** Under what a repeat is known: `shp_…` and the shop's own id, a chat's event. */
  readonly scope: string;
  readonly key: string;
}

/** A coupon that was issued. */
export interface IssuedCoupon {
  /** As people see it. */
  readonly code: string;
  readonly couponId: CouponId;
  readonly customer: CustomerId;
  readonly validUntil: number | null;
}

/**
 * Gives a customer a coupon with a code of his own, which nobody else can use. An unknown phone or shop's id makes a
 * customer. Refuses `coupon_not_found`, `coupon_stopped`, `coupon_expired`, `customer_not_found`; the same key with
 * another body, `issue_conflict`.
 */
export function issueCoupon(
  input: IssueInput,
  rules: Pick<CouponRules, 'zone'>,
): CouponCommand<IssuedCoupon> {
  const { couponId, customer, actor, scope, key } = input;
  return {
    name: 'coupon.issue',
    once: {
      scope: `${scope} coupon issue`,
      key,
      input: [couponId, refKey(customer)],
      conflictCode: 'issue_conflict',
    },
    needs: { coupons: [couponId], customers: [{ ref: customer }] },
    moreNeeds: [
      (facts) => {
        const id = facts.customer(customer)?.customer.id;
        return id ? { auditChains: [id] } : {};
      },
    ],
    decide(facts, context) {
      const coupon = facts.coupon(couponId);
      if (!coupon) return couponNotFound();
      const found = facts.customer(customer);
      const made = found ? { record: found, changes: {} } : createCustomer(customer, context);
      if (!made) {
        return refuse('customer_not_found', 'nobody has this card or id; name a phone', '/customer');
      }
      const given = giveCoupon(coupon, made.record.customer.id, { actor, zone: rules.zone, facts, context });
      if (!given.ok) return given;
      return { ...given, changes: mergeChanges<CouponChanges>(made.changes, given.changes) };
    },
  };
}

/** Who gives a coupon, on which calendar it ends, and what is known; the customer's chain of the audit trail must be. */
export interface Giving {
  readonly actor: string;
  readonly zone: string;
  readonly facts: AuditFacts;
  readonly context: Context;
}

/** A code of a coupon for one customer, whoever decides that. Refuses `coupon_stopped` and `coupon_expired`. */
export function giveCoupon(
  coupon: Coupon,
  customerId: CustomerId,
  { actor, zone, facts, context }: Giving,
): Decision<CouponChanges, IssuedCoupon> {
  if (coupon.stoppedAt !== null) return refuse('coupon_stopped', 'the shop has stopped this coupon');
  const code = codeFor(coupon, customerId, context, zone);
  if (code.validUntil !== null && code.validUntil <= context.now) {
    return refuse('coupon_expired', 'this coupon is over: it would be of no use to the customer');
  }
  const entry = { chain: customerId, action: 'coupon.issue', actor, reference: coupon.id };
  return {
    ok: true,
    changes: {
      couponCodes: [code],
      audit: auditEntries([entry], facts, context),
      events: [issuedEvent(coupon, customerId, code.validUntil, context)],
    },
    result: {
      code: shownCode(coupon.definition, code.code),
      couponId: coupon.id,
      customer: customerId,
      validUntil: code.validUntil,
    },
  };
}

function codeFor(coupon: Coupon, customerId: CustomerId, context: Context, zone: string): CouponCode {
  const code = newCode(patternOf(coupon.definition), context.random);
  return { ...newCodeOf(coupon, code, context.now, zone), customerId };
}

function issuedEvent(
  { definition: { name, texts } }: Coupon,
  customerId: CustomerId,
  validUntil: number | null,
  { now: at }: Context,
) {
  return { type: 'coupon_issued', customerId, name, texts, validUntil, at } as const;
}
