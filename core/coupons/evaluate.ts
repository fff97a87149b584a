import { sum } from '../money.ts';
import { type Cart, totalOf } from './cart.ts';
import { canonicalCode } from './codes.ts';
import type { CouponDefinition } from './definition.ts';
import { type Benefit, benefitOf, eligibleLines } from './effects.ts';
import { isGoodHour, validFrom } from './validity.ts';

/** How often a coupon has been used so far, what tills hold reserved among it. */
export interface UsesSoFar {
  readonly ofCustomer: number;
  readonly ofCode: number;
  /** How many of the uses of the code are reservations of other carts. */
  readonly ofCodeReserved: number;
  readonly total: number;
  /** What it has taken off in all. */
  readonly discountMinor: number;
}

/** A coupon as somebody names it for a cart. */
export interface OfferedCoupon {
  /** Which coupon it is a code of. */
  readonly id: string;
  /** In canonical form. */
  readonly code: string;
  readonly definition: CouponDefinition;
  /** The first moment this code is no longer good; null: no end. */
  readonly validUntil: number | null;
  /** Whether the shop has stopped it. */
  readonly stopped: boolean;
  readonly uses: UsesSoFar;
  /** When a till put it aside: its times are then held against that moment. */
  readonly reservedAt?: number;
}

/** Why a coupon does nothing for a cart. */
export type CouponFault =
  | 'coupon_not_yet'
  | 'coupon_expired'
  | 'coupon_stopped'
  | 'coupon_wrong_time'
  | 'coupon_wrong_store'
  | 'coupon_min_cart'
  | 'coupon_needs_customer'
  | 'coupon_wrong_tier'
  | 'coupon_first_purchase'
  | 'coupon_used_up'
  | 'coupon_reserved'
  | 'coupon_nothing_applies'
  | 'coupon_no_effect'
  | 'coupon_exclusive'
  | 'coupon_not_best';

/** A coupon refused: a stable code, words for a developer, and how much the cart must grow where that is why. */
export interface CouponRefusal {
  readonly code: CouponFault;
  readonly detail: string;
  readonly missingMinor?: number;
}

/** What a coupon gives, or why not. */
export type Evaluation =
  | { readonly ok: true; readonly benefit: Benefit }
  | { readonly ok: false; readonly refusal: CouponRefusal };

type Check = (coupon: OfferedCoupon, cart: Cart) => CouponRefusal | undefined;

/** All that can be said against a coupon whatever is in the cart, in the order it is said. */
const checks: readonly Check[] = [
  ...[stopped, tooEarly, tooLate, wrongHour, wrongStore, usedUp, wrongCustomer],
];

/** Why `coupon` is not good here and now, whatever is in the cart; undefined where it is. */
export function refusalOutright(coupon: OfferedCoupon, cart: Cart): CouponRefusal | undefined {
  for (const check of checks) {
    const refusal = check(coupon, cart);
    if (refusal) return refusal;
  }
  return undefined;
}

/**
 * What `coupon` gives for `cart`. `leftMinor` is what other coupons have left of each line; its conditions look at the
 * cart as it was before them.
 */
export function evaluate(
  coupon: OfferedCoupon,
  cart: Cart,
  leftMinor: readonly number[] = cart.lines.map(({ amountMinor }) => amountMinor),
): Evaluation {
  const refusal = refusalOutright(coupon, cart) ?? smallCart(coupon, cart);
  if (refusal) return { ok: false, refusal };
  const { effect, applies_to, limits } = coupon.definition;
  const eligible = eligibleLines(applies_to, cart.lines);
  if (!eligible.includes(true)) {
    return refused('coupon_nothing_applies', 'nothing in the cart is what this coupon is for');
  }
  const benefit = benefitOf(effect, { lines: cart.lines, eligible, leftMinor });
  const off = sum(benefit.discountsMinor);
  if (off === 0 && !benefit.timesHundredths && !benefit.gift && !benefit.freeDelivery) {
    return refused('coupon_no_effect', 'this coupon takes nothing off this cart');
  }
  if (limits.budget_minor !== undefined && coupon.uses.discountMinor + off > limits.budget_minor) {
    return refused(
      'coupon_used_up',
      'what is left of the budget of this coupon is less than it would take off',
    );
  }
  return { ok: true, benefit };
}

/** A refused coupon. */
function refused(code: CouponFault, detail: string) {
  return { ok: false, refusal: { code, detail } } as const;
}

function stopped({ stopped }: OfferedCoupon): CouponRefusal | undefined {
  return stopped ? { code: 'coupon_stopped', detail: 'the shop has stopped this coupon' } : undefined;
}

function tooEarly({ definition, reservedAt }: OfferedCoupon, { at, zone }: Cart): CouponRefusal | undefined {
  const from = validFrom(definition.valid, zone);
  if (from === null || from <= (reservedAt ?? at)) return undefined;
  return { code: 'coupon_not_yet', detail: `this coupon is good from ${new Date(from).toISOString()} on` };
}

function tooLate({ validUntil, reservedAt }: OfferedCoupon, { at }: Cart): CouponRefusal | undefined {
  if (validUntil === null || (reservedAt ?? at) < validUntil) return undefined;
  return {
    code: 'coupon_expired',
    detail: `this coupon was good until ${new Date(validUntil).toISOString()}`,
  };
}

function wrongHour({ definition, reservedAt }: OfferedCoupon, { at, zone }: Cart): CouponRefusal | undefined {
  if (isGoodHour(definition.valid, reservedAt ?? at, zone)) return undefined;
  const { weekdays, hours } = definition.valid;
  const when = [weekdays?.join(', '), hours && `${hours.from}-${hours.to}`].filter(Boolean).join(', ');
  return { code: 'coupon_wrong_time', detail: `this coupon is good only ${when} (${zone})` };
}

function wrongStore({ definition }: OfferedCoupon, { store }: Cart): CouponRefusal | undefined {
  const { stores } = definition.conditions;
  if (!stores || (store !== null && stores.includes(store))) return undefined;
  return { code: 'coupon_wrong_store', detail: `this coupon is good only in ${stores.join(', ')}` };
}

function usedUp(coupon: OfferedCoupon): CouponRefusal | undefined {
  const { definition, uses } = coupon;
  const { per_customer: ofCustomer, total } = definition.limits;
  const ofCode = usesOfOneCode(coupon);
  if (uses.ofCode - uses.ofCodeReserved < ofCode && ofCode <= uses.ofCode) {
    return { code: 'coupon_reserved', detail: 'this code is put aside for another cart at the moment' };
  }
  if (uses.ofCode >= ofCode) return gone('this code has been used');
  if (total !== undefined && uses.total >= total)
    return gone('this coupon has been used as often as it may be');
  if (ofCustomer !== undefined && uses.ofCustomer >= ofCustomer) {
    return gone('this customer has used this coupon as often as one may');
  }
  return undefined;
}

function gone(detail: string): CouponRefusal {
  return { code: 'coupon_used_up', detail };
}

/** How often one code may be used: once, but the shared one without end, unless the coupon says otherwise. */
function usesOfOneCode({ code, definition }: OfferedCoupon): number {
  const shared = definition.code.shared !== undefined && canonicalCode(definition.code.shared) === code;
  return definition.limits.per_code ?? (shared ? Number.POSITIVE_INFINITY : 1);
}

function wrongCustomer({ definition }: OfferedCoupon, { customer }: Cart): CouponRefusal | undefined {
  const { conditions, limits, effect } = definition;
  const { tiers, first_purchase: first } = conditions;
  if (!customer) {
    const needed = tiers || first || limits.per_customer !== undefined || effect.kind === 'multiplier';
    if (!needed) return undefined;
    return { code: 'coupon_needs_customer', detail: 'name the customer: this coupon depends on who buys' };
  }
  if (tiers && (customer.tier === null || !tiers.includes(customer.tier))) {
    return { code: 'coupon_wrong_tier', detail: `this coupon is for customers of ${tiers.join(', ')}` };
  }
  if (first && customer.hasBought) {
    return { code: 'coupon_first_purchase', detail: 'this coupon is for the first purchase only' };
  }
  return undefined;
}

function smallCart({ definition }: OfferedCoupon, cart: Cart): CouponRefusal | undefined {
  const missingMinor = (definition.conditions.min_cart_minor ?? 0) - totalOf(cart);
  if (missingMinor <= 0) return undefined;
  const detail = `the cart must cost ${missingMinor} more (minor units) for this coupon`;
  return { code: 'coupon_min_cart', detail, missingMinor };
}
