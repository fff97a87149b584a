import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { contentsOfMemory } from './compare.ts';
import { simulate } from './run.ts';

const { SVOI_SEED, SVOI_STEPS, SVOI_LONG } = process.env;
/** What one run lives through: many short histories and some long ones; `SVOI_LONG=1` for a night. */
const batches = SVOI_LONG
  ? [
      { seeds: 20_000, steps: 150 },
      { seeds: 500, steps: 3000 },
    ]
  : [
      { seeds: 1000, steps: 120 },
      { seeds: 3, steps: 2000 },
    ];
const seedsOfTest = 100;

const slices = batches.flatMap(({ seeds, steps }, batch) =>
  Array.from({ length: Math.ceil(seeds / seedsOfTest) }, (_, slice) => {
    const from = batch * 1_000_000 + slice * seedsOfTest + 1;
    return { from, to: Math.min(from + seedsOfTest, batch * 1_000_000 + seeds + 1) - 1, steps };
  }),
);

describe.runIf(SVOI_SEED)('one shop again', () => {
  test('that of SVOI_SEED', () => void simulate(Number(SVOI_SEED), Number(SVOI_STEPS ?? 120)), 600_000);
});

/** What the histories must hold, or they would prove little. */
const everything = [
  ...['none', 'crash', 'no answer', 'race', 'refund refund, in debt'],
  ...['accrual earn', 'pending earn', 'release payment', 'release return_window', 'welcome welcome'],
  ...['hold hold', 'cancel hold_over', 'redemption redemption', 'refund refund', 'refund refund_spent'],
  ...['refund return_without_receipt', 'expiry expiry', 'adjustment erasure', 'adjustment manual'],
  ...['adjustment undone', 'purchase.record done', 'purchase.record replayed'],
  ...['purchase.record purchase_conflict', 'purchase.record in_the_future'],
  ...['purchase.record customer_not_found', 'purchase.record redemption_expired'],
  ...['purchase.record redemption_closed', 'purchase.record redemption_not_agreed'],
  ...['purchase.record coupon_not_found', 'purchase.record coupon_used_up', 'purchase.record coupon_expired'],
  ...['purchase.record coupon_wrong_store', 'purchase.record coupon_min_cart', 'purchase.pay done'],
  ...['purchase.refund done', 'purchase.refund replayed', 'purchase.refund more_than_bought'],
  ...['purchase.refund line_not_found', 'purchase.refund refund_too_large', 'purchase.refund nothing_left'],
  ...['purchase.return done', 'redemption.request done', 'redemption.request replayed'],
  ...['redemption.request insufficient_points', 'redemption.request too_many_points'],
  ...['redemption.request payment_code_invalid', 'redemption.request customer_not_registered'],
  ...['redemption.confirm done', 'redemption.confirm redemption_closed', 'redemption.cancel done'],
  ...['redemption.cancel redemption_closed', 'redemption.cancel redemption_not_found'],
  ...['coupon.create done', 'coupon.issue done', 'coupon.order_codes done', 'coupon.stop done'],
  ...['coupon.reserve done', 'coupon.reserve coupon_used_up'],
  ...['coupon.cancel_reservation done', 'checkout.quote done', 'customer.erase done'],
  ...['customer.upsert done', 'customer.upsert customer_mismatch', 'staff.invite done', 'staff.remove done'],
  ...['cart.put done', 'cart.empty done', 'cart.empty cart_not_found', 'order.tell done'],
  ...['dialog.step done', 'dialog.step replayed'],
];

describe.skipIf(SVOI_SEED)('whatever happens in a shop, every rule holds after every step', () => {
  const met = new Set<string>();

  test.each(slices)(
    'seeds $from to $to, $steps steps',
    async ({ from, to, steps }) => {
      for (let seed = from; seed <= to; seed += 1) {
        simulate(seed, steps, { met });
        // So that the runner hears of us.
        await setImmediate();
      }
    },
    600_000,
  );

  test('and all of it happened that can happen, be refused or go wrong', () => {
    expect(everything.filter((one) => !met.has(one))).toEqual([]);
  });
});

describe.skipIf(SVOI_SEED)('the simulation itself', () => {
  test('lives through the same history for the same seed', () => {
    const [once, again] = [simulate(5, 200), simulate(5, 200)];
    expect(contentsOfMemory(again.store)).toEqual(contentsOfMemory(once.store));
    expect(contentsOfMemory(simulate(6, 200).store)).not.toEqual(contentsOfMemory(once.store));
  });

  test('says how to replay a shop that breaks a rule', () => {
    const broken = () => {
      throw new Error('a rule is broken');
    };
    expect(() => simulate(5, 200, { watch: broken })).toThrow(
      /a rule is broken[\s\S]*SVOI_SEED=5 SVOI_STEPS=200 npx/,
    );
  });
});
