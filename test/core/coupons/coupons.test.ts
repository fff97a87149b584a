import { describe, expect, it, test } from 'vitest';
import type { Cart } from '../../../core/coupons/cart.ts';
import {
  canonicalCode,
  defaultAlphabet,
  hasRoomFor,
  newCode,
  personalPattern,
  showCode,
} from '../../../core/coupons/codes.ts';
import { couponSchema } from '../../../core/coupons/definition.ts';
import { evaluate, type OfferedCoupon } from '../../../core/coupons/evaluate.ts';
import { validUntil } from '../../../core/coupons/validity.ts';
import { aCart, aDefinition, anOffer, cartLines } from '../../support/coupons.ts';
import { seededRandom } from '../../support/svoi.ts';

const zone = 'Europe/Kyiv';
const percent = { effect: { kind: 'percent', percent: 10 } };

describe('what a coupon takes off each line', () => {
  const coffee = ['beans 1 10000 coffee', 'mug 3 10001', 'cake 2 5000 sweet'] as const;

  it.each([
    ['a percent of the cart', percent, coffee, [1000, 1000, 500]],
    ['a percent of a category', { ...percent, applies_to: { categories: ['coffee'] } }, coffee, [1000, 0, 0]],
    [
      'a percent of articles or a category',
      { ...percent, applies_to: { skus: ['cake'], categories: ['coffee'] } },
      coffee,
      [1000, 0, 500],
    ],
    [
      'a percent rounded down once, for all lines together',
      { effect: { kind: 'percent', percent: 33.33 } },
      ['a 1 101', 'b 1 101', 'c 1 101'],
      [34, 33, 33],
    ],
    [
      'a percent up to its most',
      { effect: { kind: 'percent', percent: 50, max_discount_minor: 101 } },
      ['a 1 5000', 'b 1 5000'],
      [51, 50],
    ],
    ['all of it', { effect: { kind: 'percent', percent: 100 } }, coffee, [10000, 10001, 5000]],
    [
      'an amount, in proportion',
      { effect: { kind: 'amount', amount_minor: 1000 } },
      ['a 1 7000', 'b 1 3000'],
      [700, 300],
    ],
    [
      'an amount, no more than there is',
      { effect: { kind: 'amount', amount_minor: 9000 } },
      ['a 1 700', 'b 1 300'],
      [700, 300],
    ],
    [
      'a fixed price for each piece',
      { effect: { kind: 'fixed_price', price_minor: 2000 }, applies_to: { skus: ['mug', 'cake'] } },
      coffee,
      [0, 4001, 1000],
    ],
    [
      'a fixed price for what is weighed',
      { effect: { kind: 'fixed_price', price_minor: 10000 }, applies_to: { skus: ['cheese'] } },
      ['cheese 0.314 5000'],
      [1860],
    ],
    [
      'a fixed price where it saves most',
      { effect: { kind: 'fixed_price', price_minor: 1000, quantity: 2 }, applies_to: { skus: ['a', 'b'] } },
      ['a 2 3000', 'b 1 4000'],
      [500, 3000],
    ],
    ['the cheapest piece', { effect: { kind: 'free_item' } }, coffee, [0, 0, 2500]],
    ['the cheapest three pieces', { effect: { kind: 'free_item', quantity: 3 } }, coffee, [0, 3334, 5000]],
    [
      'a piece of a category',
      { effect: { kind: 'free_item' }, applies_to: { categories: ['coffee'] } },
      coffee,
      [10000, 0, 0],
    ],
    ['a gift that was rung up', { effect: { kind: 'gift', sku: 'mug' } }, coffee, [0, 3334, 0]],
    [
      'the delivery',
      { effect: { kind: 'free_delivery', skus: ['courier'] } },
      ['a 1 5000', 'courier 1 9000'],
      [0, 9000],
    ],
  ])('%s', (_, written, lines, expected) => {
    const evaluation = evaluate(anOffer(written), aCart(cartLines(...lines)));
    expect(evaluation).toMatchObject({ ok: true, benefit: { discountsMinor: expected } });
  });

  it.each([
    [
      'a gift still to be given',
      { kind: 'gift', sku: 'pin', name: 'Pin', quantity: 2, worth_minor: 900 },
      { gift: { sku: 'pin', name: 'Pin', quantity: 2 }, worthMinor: 900 },
    ],
    [
      'the rest of a gift that was half rung up',
      { kind: 'gift', sku: 'mug', quantity: 2, worth_minor: 901 },
      { gift: { sku: 'mug', name: null, quantity: 1 }, worthMinor: 451, discountsMinor: [0, 500] },
    ],
    [
      'more points',
      { kind: 'multiplier', times: 1.5 },
      { timesHundredths: [150, 150], discountsMinor: [0, 0] },
    ],
    [
      'a delivery that is on no line',
      { kind: 'free_delivery', worth_minor: 7000 },
      { freeDelivery: true, worthMinor: 7000 },
    ],
  ])('%s', (_, effect, expected) => {
    const evaluation = evaluate(anOffer({ effect }), aCart(cartLines('a 1 2000', 'mug 1 500')));
    expect(evaluation).toMatchObject({ ok: true, benefit: expected });
  });

  test('what other coupons took off is not taken off again', () => {
    const cart = aCart(cartLines('a 1 1000', 'b 1 1000'));
    expect(evaluate(anOffer(percent), cart, [1000, 0])).toMatchObject({
      benefit: { discountsMinor: [100, 0] },
    });
    expect(evaluate(anOffer(percent), cart, [0, 0])).toMatchObject({ refusal: { code: 'coupon_no_effect' } });
  });
});

describe('a coupon is refused', () => {
  const at = (time: string): Partial<Cart> => ({ at: Date.parse(time) });
  const valid = (rules: object) => ({ ...percent, valid: rules });
  const when = (rules: object) => ({ ...percent, conditions: rules });
  const used = (uses: Partial<OfferedCoupon['uses']>) => ({
    uses: { ofCustomer: 0, ofCode: 0, ofCodeReserved: 0, total: 0, discountMinor: 0, ...uses },
  });

  const cases: [string, string | undefined, object, Partial<Cart>, Partial<OfferedCoupon>?][] = [
    [
      'the moment before it begins',
      'coupon_not_yet',
      valid({ from: '2026-11-23' }),
      at('2026-11-22T23:59:59+02:00'),
    ],
    [
      'not from its first moment on',
      undefined,
      valid({ from: '2026-11-23' }),
      at('2026-11-23T00:00:00+02:00'),
    ],
    [
      'once it has ended',
      'coupon_expired',
      percent,
      at('2026-11-23T00:00:00+02:00'),
      { validUntil: Date.parse('2026-11-23T00:00:00+02:00') },
    ],
    [
      'not the moment before it ends',
      undefined,
      percent,
      at('2026-11-22T23:59:59+02:00'),
      { validUntil: Date.parse('2026-11-23T00:00:00+02:00') },
    ],
    [
      'not when a till put it aside in time',
      undefined,
      percent,
      at('2026-11-23T00:01:00+02:00'),
      {
        validUntil: Date.parse('2026-11-23T00:00:00+02:00'),
        reservedAt: Date.parse('2026-11-22T23:59:00+02:00'),
      },
    ],
    ['when the shop stopped it', 'coupon_stopped', percent, {}, { stopped: true }],
    ['on another weekday', 'coupon_wrong_time', valid({ weekdays: ['mon', 'sat'] }), {}],
    ['not on its weekday', undefined, valid({ weekdays: ['sun'] }), {}],
    [
      'by the weekday of the program’s zone',
      undefined,
      valid({ weekdays: ['mon'] }),
      at('2026-11-22T23:30:00Z'),
    ],
    ['before its hours', 'coupon_wrong_time', valid({ hours: { from: '12:01', to: '15:00' } }), {}],
    ['not within its hours', undefined, valid({ hours: { from: '12:00', to: '15:00' } }), {}],
    ['when its hours end', 'coupon_wrong_time', valid({ hours: { from: '09:00', to: '12:00' } }), {}],
    [
      'not late in hours that go over midnight',
      undefined,
      valid({ hours: { from: '22:00', to: '02:00' } }),
      at('2026-11-22T01:59:00+02:00'),
    ],
    ['in another store', 'coupon_wrong_store', when({ stores: ['Podil'] }), { store: 'Obolon' }],
    ['where the store is not told', 'coupon_wrong_store', when({ stores: ['Podil'] }), {}],
    ['not in its store', undefined, when({ stores: ['Podil', 'Obolon'] }), { store: 'Obolon' }],
    ['for a cart too small', 'coupon_min_cart', when({ min_cart_minor: 10_001 }), {}],
    ['not for a cart just large enough', undefined, when({ min_cart_minor: 10_000 }), {}],
    [
      'in another tier',
      'coupon_wrong_tier',
      when({ tiers: ['Gold'] }),
      { customer: { tier: 'Silver', hasBought: true } },
    ],
    [
      'not in its tier',
      undefined,
      when({ tiers: ['Gold'] }),
      { customer: { tier: 'Gold', hasBought: true } },
    ],
    ['on a second purchase', 'coupon_first_purchase', when({ first_purchase: true }), {}],
    [
      'not on the first purchase',
      undefined,
      when({ first_purchase: true }),
      { customer: { tier: null, hasBought: false } },
    ],
    [
      'for nobody, where the tier matters',
      'coupon_needs_customer',
      when({ tiers: ['Gold'] }),
      { customer: null },
    ],
    [
      'for nobody, where points are multiplied',
      'coupon_needs_customer',
      { effect: { kind: 'multiplier', times: 2 } },
      { customer: null },
    ],
    ['not for nobody, where it does not matter who buys', undefined, percent, { customer: null }],
    [
      'when nothing is what it is for',
      'coupon_nothing_applies',
      { ...percent, applies_to: { skus: ['tea'] } },
      {},
    ],
    [
      'when a single code was used',
      'coupon_used_up',
      { ...percent, code: { pattern: 'SP-########' } },
      {},
      used({ ofCode: 1 }),
    ],
    [
      'when another cart holds its single code',
      'coupon_reserved',
      { ...percent, code: { pattern: 'SP-########' } },
      {},
      used({ ofCode: 1, ofCodeReserved: 1 }),
    ],
    ['not when a shared code was used', undefined, percent, {}, used({ ofCode: 1000 })],
    [
      'when this customer had it often enough',
      'coupon_used_up',
      { ...percent, limits: { per_customer: 2 } },
      {},
      used({ ofCustomer: 2 }),
    ],
    [
      'not before this customer had it often enough',
      undefined,
      { ...percent, limits: { per_customer: 2 } },
      {},
      used({ ofCustomer: 1, total: 9 }),
    ],
    [
      'when all of it is used up',
      'coupon_used_up',
      { ...percent, limits: { total: 9 } },
      {},
      used({ total: 9 }),
    ],
    [
      'when the budget does not reach',
      'coupon_used_up',
      { ...percent, limits: { budget_minor: 5000 } },
      {},
      used({ discountMinor: 4001 }),
    ],
    [
      'not when the budget just reaches',
      undefined,
      { ...percent, limits: { budget_minor: 5000 } },
      {},
      used({ discountMinor: 4000 }),
    ],
  ];

  it.each(cases)('%s', (_, code, written, cart, offer) => {
    const evaluation = evaluate(anOffer(written, offer), aCart(cartLines('mug 1 10000'), cart));
    expect(evaluation.ok ? undefined : evaluation.refusal.code).toBe(code);
  });

  it('with how much is missing from the cart', () => {
    const evaluation = evaluate(anOffer(when({ min_cart_minor: 12_500 })), aCart(cartLines('mug 1 10000')));
    expect(evaluation).toMatchObject({
      refusal: { missingMinor: 2500, detail: expect.stringContaining('2500') },
    });
  });
});

describe('a code is good', () => {
  it.each([
    ['through the day named', { until: '2026-11-30' }, '2026-12-01T00:00:00+02:00'],
    ['until the time named', { until: '2026-11-30T18:00:00+02:00' }, '2026-11-30T18:00:00+02:00'],
    ['through the day of issue', { days_from_issue: 0 }, '2026-11-23T00:00:00+02:00'],
    ['through so many days', { days_from_issue: 7 }, '2026-11-30T00:00:00+02:00'],
    ['through the month', { until_end_of_month: true }, '2026-12-01T00:00:00+02:00'],
    [
      'until the earliest of its ends',
      { until: '2026-11-24', days_from_issue: 7, until_end_of_month: true },
      '2026-11-25T00:00:00+02:00',
    ],
    ['over a change of clocks', { days_from_issue: 150 }, '2027-04-22T00:00:00+03:00'],
  ])('%s', (_, valid, expected) => {
    const end = validUntil(aDefinition({ ...percent, valid }).valid, aCart([]).at, zone);
    expect(end).toBe(Date.parse(expected));
  });

  it('for ever where nothing ends it', () => {
    expect(validUntil(aDefinition(percent).valid, 0, zone)).toBeNull();
  });
});

describe('codes', () => {
  it.each([
    ['spring', 'SPR1NG'],
    [' sp-ab 12.cd ', 'SPAB12CD'],
    ['O0o-Il1', '000111'],
    ['АВСЕ', 'ABCE'],
    ['весна', 'BECHA'],
    ['ＳＰ７', 'SP7'],
    ['---', ''],
  ])('%j is read as %j', (typed, canonical) => {
    expect(canonicalCode(typed)).toBe(canonical);
    expect(canonicalCode(canonical)).toBe(canonical);
  });

  it('are made by their pattern, shown as it has them, and read back however they are typed', () => {
    const random = seededRandom(7);
    for (const pattern of ['SP-####-####', 'ЛІТО ####', personalPattern]) {
      const code = newCode({ pattern, alphabet: defaultAlphabet }, random);
      const shown = showCode(code, pattern);
      expect(shown).toMatch(new RegExp(`^${pattern.replaceAll('#', `[${defaultAlphabet}]`)}$`));
      expect(canonicalCode(shown.toLowerCase().replace(/-/g, ' '))).toBe(code);
    }
  });

  it('have room for a thousand times as many as are made', () => {
    const ten = { pattern: '######', alphabet: '0123456789' };
    expect(hasRoomFor(1000, ten)).toBe(true);
    expect(hasRoomFor(1001, ten)).toBe(false);
    expect(hasRoomFor(10_000_000, { pattern: personalPattern, alphabet: defaultAlphabet })).toBe(true);
  });
});

describe('a definition says what to put', () => {
  it.each([
    ['no effect', { effect: undefined }, 'effect', 'put an object whose kind is percent'],
    ['an unknown kind', { effect: { kind: 'free' } }, 'effect.kind', 'put an object whose kind is percent'],
    [
      'too much',
      { effect: { kind: 'percent', percent: 101 } },
      'effect.percent',
      'put the percent taken off, from 0.01 to 100',
    ],
    [
      'a figure as text',
      { effect: { kind: 'amount', amount_minor: '5' } },
      'effect.amount_minor',
      'put what it takes off in minor units',
    ],
    ['no name', { name: ' ' }, 'name', 'put a name of its own'],
    [
      'a price for everything',
      { effect: { kind: 'fixed_price', price_minor: 5 } },
      'applies_to',
      'put the skus or categories',
    ],
    [
      'two kinds of code',
      { code: { shared: 'SPRING', pattern: 'S-########' } },
      'code',
      'put either shared or pattern',
    ],
    ['an alphabet alone', { code: { alphabet: '0123456789' } }, 'code.alphabet', 'put it beside a pattern'],
    ['a short shared code', { code: { shared: 'A-1' } }, 'code.shared', 'put at least 3 letters or digits'],
    [
      'a pattern without chance',
      { code: { pattern: 'SPRING' } },
      'code.pattern',
      'put "#" for each random character',
    ],
    ['codes to be guessed', { code: { pattern: 'SP-####' } }, 'code.pattern', 'put more "#"'],
    [
      'look-alikes',
      { code: { pattern: '##########', alphabet: 'ABCDEIO' } },
      'code.alphabet',
      'leave out I O',
    ],
    [
      'a character twice',
      { code: { pattern: '##########', alphabet: 'AABCD' } },
      'code.alphabet',
      'put each character once',
    ],
    ['a day that is none', { valid: { until: '2026-02-30' } }, 'valid.until', 'put a day like 2026-12-31'],
    [
      'an end before the beginning',
      { valid: { from: '2026-12-02', until: '2026-12-01' } },
      'valid.until',
      'put a time after "from"',
    ],
    ['an unknown weekday', { valid: { weekdays: ['monday'] } }, 'valid.weekdays.0', 'put some of mon, tue'],
    [
      'hours of no length',
      { valid: { hours: { from: '09:00', to: '09:00' } } },
      'valid.hours',
      'put two different times',
    ],
    [
      'no limit at all',
      { limits: { total: 0 } },
      'limits.total',
      'put how often it may be used in all, a whole number from 1',
    ],
    [
      'a budget of points',
      { effect: { kind: 'multiplier', times: 2 }, limits: { budget_minor: 5 } },
      'limits.budget_minor',
      'put total instead',
    ],
    ['an empty list', { conditions: { stores: [] } }, 'conditions.stores', 'put a list of 1 to 1000 stores'],
    ['a way of stacking that is none', { stacking: 'all' }, 'stacking', 'put exclusive, best or stackable'],
    ['a list for a group', { limits: 5 }, 'limits', 'put {"total": 500}'],
  ])('%s', (_, written, path, message) => {
    const parsed = couponSchema.safeParse({ name: 'Spring', ...percent, ...written });
    const issues = parsed.error?.issues.map((issue) => [issue.path.join('.'), issue.message]);
    expect(issues).toEqual([[path, expect.stringContaining(message)]]);
  });

  it('refuses a key it does not know', () => {
    const parsed = couponSchema.safeParse({ name: 'Spring', ...percent, limit: 5 });
    expect(parsed.error?.issues).toMatchObject([{ code: 'unrecognized_keys', keys: ['limit'] }]);
  });
});
