import { lineAmountMinor, splitByLargestRemainder, sum, wholeUnitsOfPercent } from '../money.ts';
import type { CartLine } from './cart.ts';
import type { CouponDefinition, CouponEffect } from './definition.ts';

/** A cart as one coupon meets it. */
export interface Basis {
  readonly lines: readonly CartLine[];
  /** Which of the lines the coupon is good for. */
  readonly eligible: readonly boolean[];
  /** What other coupons have left of each line's amount. */
  readonly leftMinor: readonly number[];
}

/** An article to be given away beside what is in the cart. */
export interface Gift {
  readonly sku: string;
  readonly name: string | null;
  readonly quantity: number;
}

/** What one coupon gives for a cart. */
export interface Benefit {
  /** What it takes off each line. */
  readonly discountsMinor: readonly number[];
  /** How many hundredths of the usual points each line earns; absent: the usual. */
  readonly timesHundredths?: readonly number[];
  readonly gift?: Gift;
  readonly freeDelivery?: true;
  /** What the gift or the delivery is worth beyond what is taken off. */
  readonly worthMinor: number;
}

/** The usual rate of points. */
export const ONCE_HUNDREDTHS = 100;

/** Which lines a coupon is good for. */
export function eligibleLines(
  { skus, categories }: CouponDefinition['applies_to'],
  lines: readonly CartLine[],
): boolean[] {
  if (!skus && !categories) return lines.map(() => true);
  return lines.map(
    ({ sku, category }) =>
      (skus?.includes(sku) ?? false) || (category !== null && (categories?.includes(category) ?? false)),
  );
}

/** What an effect gives for a cart. Takes off no more than is left, in whole minor units, rounded down. */
export function benefitOf(effect: CouponEffect, basis: Basis): Benefit {
  switch (effect.kind) {
    case 'percent':
      return discount(percentOff(effect, basis));
    case 'amount':
      return discount(spread(effect.amount_minor, eligibleLeft(basis)));
    case 'fixed_price':
      return discount(fixedPrice(effect, basis));
    case 'free_item':
      return discount(freePieces(effect.quantity, basis));
    case 'gift':
      return giftOf(effect, basis);
    case 'multiplier':
      return { ...discount(nothing(basis)), timesHundredths: times(effect.times, basis) };
    case 'free_delivery':
      return delivery(effect, basis);
  }
}

type Effect<Kind extends CouponEffect['kind']> = Extract<CouponEffect, { kind: Kind }>;

function discount(discountsMinor: readonly number[]): Benefit {
  return { discountsMinor, worthMinor: 0 };
}

function nothing({ lines }: Basis): number[] {
  return lines.map(() => 0);
}

function eligibleLeft({ eligible, leftMinor }: Basis): number[] {
  return leftMinor.map((left, index) => (eligible[index] ? left : 0));
}

/** At most all of it, split over the lines in proportion to what is left of them. */
function spread(offMinor: number, leftMinor: readonly number[]): number[] {
  return splitByLargestRemainder(Math.min(offMinor, sum(leftMinor)), leftMinor);
}

function percentOff({ percent, max_discount_minor: most }: Effect<'percent'>, basis: Basis): number[] {
  const left = eligibleLeft(basis);
  const off = wholeUnitsOfPercent(sum(left), percent, 1);
  return spread(Math.min(off, most ?? off), left);
}

/** A line as pieces of one price; what is weighed or cut to length is one piece. */
interface Pieces {
  readonly index: number;
  readonly count: number;
  readonly leftMinor: number;
}

/** The pieces of the lines a coupon is good for, the cheapest first. */
function piecesOf({ lines, eligible, leftMinor }: Basis): Pieces[] {
  return lines
    .flatMap(({ quantity }, index) => {
      if (!eligible[index]) return [];
      return [{ index, count: Number.isInteger(quantity) ? quantity : 1, leftMinor: leftMinor[index] ?? 0 }];
    })
    .filter(({ count, leftMinor: left }) => count > 0 && left > 0)
    .sort((a, b) => a.leftMinor / a.count - b.leftMinor / b.count || a.index - b.index);
}

/** Takes up to `quantity` pieces in the order given; `off` says what each line's share of them loses. */
function takePieces(
  quantity: number,
  pieces: readonly Pieces[],
  basis: Basis,
  off: (line: Pieces, taken: number, costMinor: number) => number,
): number[] {
  const discounts = nothing(basis);
  let toTake = quantity;
  for (const line of pieces) {
    const taken = Math.min(toTake, line.count);
    const [cost = 0] = splitByLargestRemainder(line.leftMinor, [taken, line.count - taken]);
    discounts[line.index] = Math.max(0, off(line, taken, cost));
    toTake -= taken;
  }
  return discounts;
}

function freePieces(quantity: number, basis: Basis): number[] {
  return takePieces(quantity, piecesOf(basis), basis, (_line, taken, cost) => (taken > 0 ? cost : 0));
}

/** The dearest pieces first: a customer gets the price where it saves most. */
function fixedPrice({ price_minor: price, quantity }: Effect<'fixed_price'>, basis: Basis): number[] {
  const pieces = piecesOf(basis).reverse();
  return takePieces(quantity ?? Number.MAX_SAFE_INTEGER, pieces, basis, ({ index }, taken, cost) => {
    const bought = basis.lines[index]?.quantity ?? 0;
    const pieceCount = Number.isInteger(bought) ? taken : bought;
    return taken > 0 ? cost - lineAmountMinor(pieceCount, price) : 0;
  });
}

/** Where the article is in the cart already it costs nothing there; what is not is still to be given. */
function giftOf({ sku, name, quantity, worth_minor: worth = 0 }: Effect<'gift'>, basis: Basis): Benefit {
  const isGift = basis.lines.map((line) => line.sku === sku);
  const discountsMinor = freePieces(quantity, { ...basis, eligible: isGift });
  const inCart = basis.lines.reduce((count, line) => count + (line.sku === sku ? line.quantity : 0), 0);
  const missing = quantity - Math.min(quantity, Math.ceil(inCart));
  if (missing === 0) return { discountsMinor, worthMinor: 0 };
  const gift = { sku, name: name ?? null, quantity: missing };
  return {
    discountsMinor,
    gift,
    worthMinor: splitByLargestRemainder(worth, [missing, quantity - missing])[0] ?? 0,
  };
}

function delivery({ skus, worth_minor: worth = 0 }: Effect<'free_delivery'>, basis: Basis): Benefit {
  const eligible = basis.lines.map((line) => skus?.includes(line.sku) ?? false);
  const discountsMinor = eligibleLeft({ ...basis, eligible });
  return { discountsMinor, freeDelivery: true, worthMinor: sum(discountsMinor) > 0 ? 0 : worth };
}

function times(factor: number, { eligible }: Basis): number[] {
  const hundredths = Math.round(factor * 100);
  return eligible.map((good) => (good ? hundredths : ONCE_HUNDREDTHS));
}
