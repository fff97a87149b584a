import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Cart, CartLine } from '../../../core/coupons/cart.ts';
import { type Combination, combine, type EarnWorth } from '../../../core/coupons/combine.ts';
import type { OfferedCoupon } from '../../../core/coupons/evaluate.ts';
import { aCart, anOffer, cartLines } from '../../support/coupons.ts';

const settings = { seed: 20_261_122, numRuns: 150 } as const;
const skus = ['a', 'b', 'c', 'd'] as const;
const categories = ['x', 'y'] as const;

const lines: fc.Arbitrary<CartLine[]> = fc.array(
  fc.record({
    sku: fc.constantFrom(...skus),
    category: fc.option(fc.constantFrom(...categories)),
    quantity: fc.oneof(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 5000 }).map((q) => q / 1000),
    ),
    amountMinor: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 100_000 })),
  }),
  { minLength: 1, maxLength: 6 },
);

const percent = fc.integer({ min: 1, max: 10_000 }).map((hundredths) => hundredths / 100);
const amount = fc.integer({ min: 1, max: 50_000 });
const effect = fc.oneof(
  fc.record({ kind: fc.constant('percent'), percent }),
  fc.record({ kind: fc.constant('percent'), percent, max_discount_minor: amount }),
  fc.record({ kind: fc.constant('amount'), amount_minor: amount }),
  fc.record({
    kind: fc.constant('fixed_price'),
    price_minor: amount,
    quantity: fc.integer({ min: 1, max: 6 }),
  }),
  fc.record({ kind: fc.constant('free_item'), quantity: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ kind: fc.constant('gift'), sku: fc.constantFrom(...skus), worth_minor: amount }),
  fc.record({
    kind: fc.constant('multiplier'),
    times: fc.integer({ min: 101, max: 500 }).map((t) => t / 100),
  }),
  fc.record({ kind: fc.constant('free_delivery'), skus: fc.constant(['d']), worth_minor: amount }),
);

const written = fc.record({
  effect,
  applies_to: fc.oneof(
    fc.record({ skus: fc.uniqueArray(fc.constantFrom(...skus), { minLength: 1 }) }),
    fc.record({ categories: fc.constant(['x']), skus: fc.constant([...skus]) }),
  ),
  stacking: fc.constantFrom('exclusive', 'best', 'stackable', 'stackable'),
  conditions: fc.oneof(fc.constant({}), fc.record({ min_cart_minor: amount })),
});

/** Some are codes of one coupon, with limits that the cart itself may reach. */
const offers: fc.Arbitrary<OfferedCoupon[]> = fc
  .array(fc.tuple(written, fc.integer({ min: 1, max: 3 }), fc.boolean()), { minLength: 1, maxLength: 6 })
  .map((all) =>
    all.flatMap(([one, codes, limited], coupon) => {
      const limits = limited
        ? { total: 2, ...(one.effect.kind === 'multiplier' ? {} : { budget_minor: 20_000 }) }
        : {};
      return Array.from({ length: codes }, (_, index) =>
        anOffer(
          { ...one, limits, name: `coupon ${coupon}`, code: { pattern: '########' } },
          { id: `cpn_${coupon}`, code: `CODE${coupon}${index}` },
        ),
      );
    }),
  );

/** 5 % of what is paid, as many times as coupons say. */
const earnWorth: EarnWorth = (payable, times) =>
  Math.floor(payable.reduce((sum, paid, index) => sum + paid * (times[index] ?? 0), 0) / 2000);

function worthOf(combination: Combination, { lines }: Cart): number {
  const off = combination.discountsMinor.reduce((sum, discount) => sum + discount, 0);
  const extra = combination.applied.reduce((sum, { benefit }) => sum + benefit.worthMinor, 0);
  const payable = lines.map((line, index) => line.amountMinor - (combination.discountsMinor[index] ?? 0));
  return off + extra + earnWorth(payable, combination.timesHundredths);
}

const codesOf = (all: readonly { readonly coupon: OfferedCoupon }[]) => all.map(({ coupon }) => coupon.code);

const rule = (name: string, check: (offered: OfferedCoupon[], cart: Cart) => void) =>
  test(name, () =>
    fc.assert(
      fc.property(offers, lines, (offered, cart) => check(offered, aCart(cart))),
      settings,
    ),
  );

rule('no line costs less than nothing or more than before, in whole minor units', (offered, cart) => {
  const { discountsMinor } = combine(offered, cart, earnWorth);
  expect(discountsMinor).toHaveLength(cart.lines.length);
  for (const [index, discount] of discountsMinor.entries()) {
    expect(Number.isSafeInteger(discount)).toBe(true);
    expect(discount).toBeGreaterThanOrEqual(0);
    expect(discount).toBeLessThanOrEqual(cart.lines[index]?.amountMinor ?? 0);
  }
});

rule('what the coupons take off line by line is what is taken off in all', (offered, cart) => {
  const { applied, discountsMinor } = combine(offered, cart, earnWorth);
  const byLine = cart.lines.map((_, index) =>
    applied.reduce((sum, { benefit }) => sum + (benefit.discountsMinor[index] ?? 0), 0),
  );
  expect(discountsMinor).toEqual(byLine);
});

rule('the order in which codes are named makes no difference, nor naming one twice', (offered, cart) => {
  const first = combine(offered, cart, earnWorth);
  expect(combine([...offered].reverse(), cart, earnWorth)).toEqual(first);
  expect(combine([...offered, ...offered], cart, earnWorth)).toEqual(first);
});

rule('the customer is at least as well off as with any one of the coupons alone', (offered, cart) => {
  const together = worthOf(combine(offered, cart, earnWorth), cart);
  for (const one of offered) {
    expect(together).toBeGreaterThanOrEqual(worthOf(combine([one], cart, earnWorth), cart));
  }
});

rule('every coupon is applied or left out with a reason, once', (offered, cart) => {
  const { applied, leftOut } = combine(offered, cart, earnWorth);
  expect([...codesOf(applied), ...codesOf(leftOut)].sort()).toEqual(offered.map(({ code }) => code).sort());
});

rule('an exclusive coupon is alone, and of the best there is one', (offered, cart) => {
  const { applied } = combine(offered, cart, earnWorth);
  const kinds = applied.map(({ coupon }) => coupon.definition.stacking);
  if (kinds.includes('exclusive')) expect(kinds).toHaveLength(1);
  expect(kinds.filter((kind) => kind === 'best').length).toBeLessThanOrEqual(1);
});

rule('codes of one coupon count together against its limits', (offered, cart) => {
  const { applied } = combine(offered, cart, earnWorth);
  for (const { coupon } of applied) {
    const same = applied.filter((one) => one.coupon.id === coupon.id);
    const off = same.flatMap(({ benefit }) => benefit.discountsMinor).reduce((sum, part) => sum + part, 0);
    const { total, budget_minor: budget } = coupon.definition.limits;
    expect(same.length).toBeLessThanOrEqual(total ?? same.length);
    expect(off).toBeLessThanOrEqual(budget ?? off);
  }
});

describe('coupons together', () => {
  const tenPercent = { name: 'Ten', effect: { kind: 'percent', percent: 10 } };
  const fifty = { name: 'Fifty', effect: { kind: 'amount', amount_minor: 5000 } };
  const mugs = {
    name: 'Mugs',
    effect: { kind: 'fixed_price', price_minor: 8000 },
    applies_to: { skus: ['mug'] },
  };
  const half = { name: 'Half', effect: { kind: 'percent', percent: 50 } };
  const twice = { name: 'Twice', effect: { kind: 'multiplier', times: 2 } };
  const thrice = { name: 'Thrice', effect: { kind: 'multiplier', times: 3 } };
  const stackable = { stacking: 'stackable' };
  const best = { stacking: 'best' };

  /** 5 % of 300.00 is 15.00: three times that is worth more than 10 % off and the points on the rest. */
  it.each([
    [
      'prices first, then percents of what is left, then amounts',
      [
        [fifty, stackable],
        [tenPercent, stackable],
        [mugs, stackable],
      ],
      [2923, 8677],
      {},
    ],
    [
      'of two that are used alone the better one',
      [
        [tenPercent, {}],
        [fifty, {}],
      ],
      [1667, 3333],
      { Ten: 'coupon_exclusive' },
    ],
    [
      'one used alone where it gives more than the others together',
      [
        [half, {}],
        [tenPercent, stackable],
        [mugs, stackable],
      ],
      [5000, 10_000],
      { Ten: 'coupon_exclusive', Mugs: 'coupon_exclusive' },
    ],
    [
      'the others together where they give more than one used alone',
      [
        [tenPercent, {}],
        [fifty, stackable],
        [mugs, stackable],
      ],
      [1923, 7077],
      { Ten: 'coupon_exclusive' },
    ],
    [
      'the best one beside the stackable ones',
      [
        [fifty, best],
        [tenPercent, best],
        [mugs, stackable],
      ],
      [1923, 7077],
      { Ten: 'coupon_not_best' },
    ],
    [
      'points by what they are worth',
      [
        [thrice, {}],
        [tenPercent, {}],
      ],
      [0, 0],
      { Ten: 'coupon_exclusive' },
    ],
    [
      'the largest of two multipliers',
      [
        [twice, stackable],
        [thrice, stackable],
      ],
      [0, 0],
      { Twice: 'coupon_no_effect' },
    ],
    [
      'the good one where the other is refused',
      [
        [{ ...half, conditions: { stores: ['Podil'] } }, {}],
        [tenPercent, {}],
      ],
      [1000, 2000],
      { Half: 'coupon_wrong_store' },
    ],
  ])('%s', (_, named, discountsMinor, reasons) => {
    const offered = named.map(([coupon, stacking], index) =>
      anOffer({ ...coupon, ...stacking }, { id: `cpn_${index}`, code: `C${index}` }),
    );
    const combination = combine(offered, aCart(cartLines('tea 1 10000', 'mug 2 20000')), earnWorth);
    expect(combination.discountsMinor).toEqual(discountsMinor);
    const leftOut = combination.leftOut.map(({ coupon, refusal }) => [coupon.definition.name, refusal.code]);
    expect(Object.fromEntries(leftOut)).toEqual(reasons);
  });
});
