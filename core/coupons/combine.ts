import { sum } from '../money.ts';
import type { Cart } from './cart.ts';
import type { CouponEffect } from './definition.ts';
import { type Benefit, type Gift, ONCE_HUNDREDTHS } from './effects.ts';
import { type CouponFault, type CouponRefusal, evaluate, type OfferedCoupon } from './evaluate.ts';

/** A coupon that counts for a cart, and what it gives beside the others. */
export interface AppliedCoupon {
  readonly coupon: OfferedCoupon;
  readonly benefit: Benefit;
}

/** A coupon that does not count for a cart, and why. */
export interface CouponLeftOut {
  readonly coupon: OfferedCoupon;
  readonly refusal: CouponRefusal;
}

/** What several coupons give for one cart. */
export interface Combination {
  /** In the order they were applied. */
  readonly applied: readonly AppliedCoupon[];
  readonly leftOut: readonly CouponLeftOut[];
  /** What they take off each line. */
  readonly discountsMinor: readonly number[];
  /** How many hundredths of the usual points each line earns: of several multipliers the largest counts. */
  readonly timesHundredths: readonly number[];
  readonly gifts: readonly Gift[];
  readonly freeDelivery: boolean;
}

/** What the points earned on a cart are worth in minor units, by what is paid for each line and its multiplier. */
export type EarnWorth = (payableMinor: readonly number[], timesHundredths: readonly number[]) => number;

/** Prices first, then what is free, then percents of what is left, then amounts: the order shops are used to. */
const order: readonly CouponEffect['kind'][] = [
  ...(['fixed_price', 'free_item', 'gift', 'free_delivery', 'percent', 'amount', 'multiplier'] as const),
];

/**
 * The coupons of `offered` that leave the customer best off together, by the money taken off and what points, gifts
 * and delivery are worth. An exclusive one is used alone; of those that are "best" at most one counts, with all
 * stackable ones. The order they are named in makes no difference, nor does naming one twice.
 */
export function combine(
  offered: readonly OfferedCoupon[],
  cart: Cart,
  earnWorth: EarnWorth = () => 0,
): Combination {
  const coupons = inOrder(offered);
  const unfit = coupons.flatMap((coupon) => leftOutAlone(coupon, cart));
  const fit = coupons.filter((coupon) => !unfit.some((left) => left.coupon === coupon));
  const best = choose(optionsOf(fit), cart, earnWorth);
  const beaten = fit
    .filter((coupon) => !best.option.includes(coupon))
    .map((coupon) => ({ coupon, refusal: beatenBy(best.option, coupon) }));
  return { ...best.combination, leftOut: [...unfit, ...best.combination.leftOut, ...beaten] };
}

function inOrder(offered: readonly OfferedCoupon[]): OfferedCoupon[] {
  const rank = ({ definition }: OfferedCoupon) => order.indexOf(definition.effect.kind);
  const once = [...new Map(offered.map((coupon) => [coupon.code, coupon])).values()];
  return once.sort(
    (a, b) => rank(a) - rank(b) || timesOf(b) - timesOf(a) || compare(a.id, b.id) || compare(a.code, b.code),
  );
}

/** Of several multipliers the largest comes first: the others then add nothing. */
function timesOf({ definition: { effect } }: OfferedCoupon): number {
  return effect.kind === 'multiplier' ? effect.times : 0;
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function leftOutAlone(coupon: OfferedCoupon, cart: Cart): CouponLeftOut[] {
  const alone = evaluate(coupon, cart);
  return alone.ok ? [] : [{ coupon, refusal: alone.refusal }];
}

/** Every set of coupons that may be used together and could be the best. */
function optionsOf(coupons: readonly OfferedCoupon[]): (readonly OfferedCoupon[])[] {
  const stackable = coupons.filter(({ definition }) => definition.stacking === 'stackable');
  const oneOf = coupons.filter(({ definition }) => definition.stacking === 'best');
  const options = [
    stackable,
    ...oneOf.map((one) => coupons.filter((coupon) => coupon === one || stackable.includes(coupon))),
    ...coupons.map((coupon) => [coupon]),
  ];
  return options.filter((option) => option.length > 0);
}

/** An option with what it comes to. */
interface Weighed {
  readonly option: readonly OfferedCoupon[];
  readonly combination: Combination;
  readonly worthMinor: number;
}

function choose(
  [first = [], ...others]: readonly (readonly OfferedCoupon[])[],
  cart: Cart,
  earnWorth: EarnWorth,
): Weighed {
  let best = weigh(first, cart, earnWorth);
  for (const option of others) {
    const weighed = weigh(option, cart, earnWorth);
    if (isBetter(weighed, best)) best = weighed;
  }
  return best;
}

/** Worth as much, the one that gives more kinds of things; then the one that uses up fewer coupons; then the first. */
function isBetter(one: Weighed, other: Weighed): boolean {
  if (one.worthMinor !== other.worthMinor) return one.worthMinor > other.worthMinor;
  const extras = extrasOf(one.combination) - extrasOf(other.combination);
  return extras > 0 || (extras === 0 && one.combination.applied.length < other.combination.applied.length);
}

function extrasOf({ gifts, freeDelivery, timesHundredths }: Combination): number {
  const multiplied = timesHundredths.some((times) => times > ONCE_HUNDREDTHS);
  return gifts.length + (freeDelivery ? 1 : 0) + (multiplied ? 1 : 0);
}

function weigh(option: readonly OfferedCoupon[], cart: Cart, earnWorth: EarnWorth): Weighed {
  const amounts = cart.lines.map(({ amountMinor }) => amountMinor);
  let given: Combination = {
    applied: [],
    leftOut: [],
    discountsMinor: amounts.map(() => 0),
    timesHundredths: amounts.map(() => ONCE_HUNDREDTHS),
    gifts: [],
    freeDelivery: false,
  };
  for (const coupon of option) given = withCoupon(given, coupon, cart);
  const left = leftOf(given, cart);
  const extra = sum(given.applied.map(({ benefit }) => benefit.worthMinor));
  const worthMinor = sum(given.discountsMinor) + extra + earnWorth(left, given.timesHundredths);
  return { option, combination: given, worthMinor };
}

function leftOf({ discountsMinor }: Combination, { lines }: Cart): number[] {
  return lines.map(({ amountMinor }, index) => amountMinor - (discountsMinor[index] ?? 0));
}

/** The combination so far with one coupon more, among those applied or among those left out. */
function withCoupon(given: Combination, coupon: OfferedCoupon, cart: Cart): Combination {
  const evaluation = evaluate(withUsesOf(given.applied, coupon), cart, leftOf(given, cart));
  if (!evaluation.ok) {
    return { ...given, leftOut: [...given.leftOut, { coupon, refusal: evaluation.refusal }] };
  }
  const { benefit } = evaluation;
  if (!addsTo(given, benefit)) {
    const refusal = {
      code: 'coupon_no_effect',
      detail: 'the other coupons already give what this one does',
    } as const;
    return { ...given, leftOut: [...given.leftOut, { coupon, refusal }] };
  }
  const plus = (amounts: readonly number[], more: readonly number[]) =>
    amounts.map((amount, index) => amount + (more[index] ?? 0));
  return {
    applied: [...given.applied, { coupon, benefit }],
    leftOut: given.leftOut,
    discountsMinor: plus(given.discountsMinor, benefit.discountsMinor),
    timesHundredths: given.timesHundredths.map((times, index) =>
      Math.max(times, benefit.timesHundredths?.[index] ?? times),
    ),
    gifts: benefit.gift ? [...given.gifts, benefit.gift] : given.gifts,
    freeDelivery: given.freeDelivery || benefit.freeDelivery === true,
  };
}

function addsTo(
  given: Combination,
  { discountsMinor, timesHundredths, gift, freeDelivery }: Benefit,
): boolean {
  if (gift || sum(discountsMinor) > 0 || (freeDelivery && !given.freeDelivery)) return true;
  return given.timesHundredths.some((times, index) => times < (timesHundredths?.[index] ?? 0));
}

/** Two codes of one coupon on one cart count together against its limits. */
function withUsesOf(applied: readonly AppliedCoupon[], coupon: OfferedCoupon): OfferedCoupon {
  const same = applied.filter((one) => one.coupon.id === coupon.id);
  if (same.length === 0) return coupon;
  const { ofCustomer, total, discountMinor } = coupon.uses;
  const taken = sum(same.flatMap(({ benefit }) => benefit.discountsMinor));
  const uses = {
    ...coupon.uses,
    ofCustomer: ofCustomer + same.length,
    total: total + same.length,
    discountMinor: discountMinor + taken,
  };
  return { ...coupon, uses };
}

function beatenBy(chosen: readonly OfferedCoupon[], coupon: OfferedCoupon): CouponRefusal {
  const alone = (one: OfferedCoupon) => one.definition.stacking === 'exclusive';
  const code: CouponFault = alone(coupon) || chosen.some(alone) ? 'coupon_exclusive' : 'coupon_not_best';
  const better = chosen.map((one) => one.definition.name).join(', ');
  const why = code === 'coupon_exclusive' ? 'one of them is used alone' : 'of such coupons one counts';
  return { code, detail: `not together with ${better}: ${why}, and that gives the customer more` };
}
