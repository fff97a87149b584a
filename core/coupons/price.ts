import type { CustomerRecord, CustomerRef } from '../customers/types.ts';
import type { Refusal } from '../errors.ts';
import type { CustomerId, ShopId } from '../ids.ts';
import { sum } from '../money.ts';
import type { AppliedDiscount, HabitsNeed, PurchaseRules } from '../purchases/types.ts';
import type { CouponBook } from './book.ts';
import { type Cart, type CartLine, totalOf } from './cart.ts';
import { canonicalCode } from './codes.ts';
import { type AppliedCoupon, type Combination, combine, type EarnWorth } from './combine.ts';
import { shownCode } from './definition.ts';
import { type CouponFault, type OfferedCoupon, refusalOutright } from './evaluate.ts';
import type { CouponFacts, CouponNeeds, CouponRules } from './types.ts';

/** A cart with the codes named for it. */
export interface CartInput {
  readonly shopId: ShopId;
  readonly lines: readonly CartLine[];
  readonly store: string | null;
  readonly at: number;
  /** As typed. */
  readonly coupons?: readonly string[];
}

/** What pricing a cart depends on in the program. */
export type PriceRules = CouponRules & Pick<PurchaseRules, 'award' | 'pointValueMinor'>;

/** A code that does nothing for a cart, and why. `index`: where it stands among those named. */
export interface RejectedCode {
  readonly typed: string;
  readonly index: number;
  readonly code: CouponFault | 'coupon_not_found';
  readonly detail: string;
  readonly missingMinor?: number;
}

/** What a cart comes to with its coupons. */
export interface PricedCart extends Combination {
  readonly rejected: readonly RejectedCode[];
  readonly totalMinor: number;
  /** What all coupons take off. */
  readonly discountMinor: number;
}

/** The facts that the codes of a cart need first. */
export function codeNeeds({ coupons = [] }: Pick<CartInput, 'coupons'>): CouponNeeds {
  return coupons.length > 0 ? { couponCodes: coupons.map(canonicalCode) } : {};
}

/** The facts about a customer that those codes turn out to depend on. */
export function buyerNeeds(
  { coupons = [], at }: Pick<CartInput, 'coupons' | 'at'>,
  ref: CustomerRef | null,
  facts: CouponFacts,
  rules: CouponRules,
): CouponNeeds {
  const customerId = ref ? facts.customer(ref)?.customer.id : undefined;
  if (!customerId) return {};
  const named = coupons.flatMap((typed) => {
    const id = facts.couponCode(canonicalCode(typed))?.couponId;
    return (id && facts.coupon(id)) || [];
  });
  const limited = named.filter(({ definition }) => definition.limits.per_customer !== undefined);
  const aboutHabits = ({ definition: { conditions } }: (typeof named)[number]) =>
    conditions.tiers !== undefined || conditions.first_purchase !== undefined;
  return {
    couponCustomers: limited.map(({ id }) => ({ couponId: id, customerId })),
    habits: named.some(aboutHabits) ? [habitsNeed(customerId, at, rules)] : [],
  };
}

function habitsNeed(customerId: CustomerId, at: number, rules: CouponRules): HabitsNeed {
  return { customerId, since: rules.tierSince(at) };
}

/** A cart as coupons look at it, for the customer of `record`. */
function cartOf(
  { lines, store, at }: CartInput,
  record: CustomerRecord | undefined,
  facts: CouponFacts,
  rules: CouponRules,
): Cart {
  const customer = record ? buyer(record.customer.id, at, facts, rules) : null;
  return { lines, store, at, zone: rules.zone, customer };
}

/** Why a code is not good here and now, whatever is in the cart; undefined where it is. */
export function codeRefusal(
  typed: string,
  input: CartInput,
  record: CustomerRecord | undefined,
  facts: CouponFacts,
  rules: CouponRules,
  book: CouponBook,
): Pick<RejectedCode, 'code' | 'detail'> | undefined {
  const shown = { customerId: record?.customer.id ?? null, shopId: input.shopId };
  const offer = book.offer(canonicalCode(typed), shown);
  if (!offer) return { code: 'coupon_not_found', detail: notFound };
  return refusalOutright(offer, cartOf(input, record, facts, rules));
}

/** Holds the codes named for a cart against it, for the customer of `record`. Takes nothing from the book. */
export function priceCart(
  input: CartInput,
  record: CustomerRecord | undefined,
  facts: CouponFacts,
  rules: PriceRules,
  book: CouponBook,
): PricedCart {
  const { coupons: typed = [], shopId } = input;
  const customerId = record?.customer.id ?? null;
  const offered: OfferedCoupon[] = [];
  const unknown: RejectedCode[] = [];
  for (const [index, code] of typed.entries()) {
    const offer = book.offer(canonicalCode(code), { customerId, shopId });
    if (offer) offered.push(offer);
    else unknown.push({ typed: code, index, code: 'coupon_not_found', detail: notFound });
  }
  const cart = cartOf(input, record, facts, rules);
  const earnWorth: EarnWorth = (payable, times) =>
    record ? rules.award(payable, times).points * rules.pointValueMinor : 0;
  const combination = combine(offered, cart, earnWorth);
  return {
    ...combination,
    rejected: [...unknown, ...leftOut(combination, typed)].sort((a, b) => a.index - b.index),
    totalMinor: totalOf(cart),
    discountMinor: sum(combination.discountsMinor),
  };
}

const notFound = 'there is no such coupon for this customer';

function buyer(customerId: CustomerId, at: number, facts: CouponFacts, rules: CouponRules) {
  const { sales, paidMinor } = facts.habits(habitsNeed(customerId, at, rules)) ?? { sales: 0, paidMinor: 0 };
  return { tier: rules.tierOf(paidMinor), hasBought: sales > 0 };
}

function leftOut({ leftOut }: Combination, typed: readonly string[]): RejectedCode[] {
  const canonical = typed.map(canonicalCode);
  return leftOut.map(({ coupon, refusal }) => {
    const index = canonical.indexOf(coupon.code);
    return { ...refusal, typed: typed[index] ?? coupon.code, index };
  });
}

/** Codes a purchase may name without harm: they fit the cart, and others of those named give as much or more. */
const harmless: readonly RejectedCode['code'][] = ['coupon_exclusive', 'coupon_not_best', 'coupon_no_effect'];

/** Why a purchase may not name the codes it names; undefined where it may. */
export function couponRefusal({ rejected }: PricedCart): Refusal | undefined {
  const bad = rejected.find(({ code }) => !harmless.includes(code));
  return bad && { code: bad.code, detail: bad.detail, pointer: `/coupons/${bad.index}` };
}

/** What each coupon that counts does, for whoever asked. */
export function appliedDiscounts({ applied }: Combination): AppliedDiscount[] {
  return applied.map(({ coupon, benefit }) => ({
    code: shownCode(coupon.definition, coupon.code),
    name: coupon.definition.name,
    amountMinor: sum(benefit.discountsMinor),
    ...extrasOf(coupon, benefit),
  }));
}

function extrasOf(
  { definition: { effect } }: OfferedCoupon,
  { gift, freeDelivery }: AppliedCoupon['benefit'],
): Partial<AppliedDiscount> {
  return {
    ...(gift ? { gift } : {}),
    ...(freeDelivery ? { freeDelivery } : {}),
    ...(effect.kind === 'multiplier' ? { pointsTimes: effect.times } : {}),
  };
}
