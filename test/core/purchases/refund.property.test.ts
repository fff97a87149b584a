import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitByLargestRemainder, sum } from '../../../core/money.ts';
import {
  backSince,
  type GoneBack,
  type Goods,
  goneBack,
  linesAfter,
} from '../../../core/purchases/refund.ts';
import type { PurchaseLine } from '../../../core/purchases/types.ts';

interface Bought {
  readonly lines: readonly PurchaseLine[];
  readonly spent: number;
}

const thousandths = fc.oneof(
  fc.integer({ min: 1, max: 9 }).map((pieces) => pieces * 1000),
  fc.integer({ min: 1, max: 5000 }),
);

const lineArbitrary = fc.record({
  sku: fc.constantFrom('a', 'b', 'c'),
  quantity: thousandths,
  amount: fc.oneof({ weight: 1, arbitrary: fc.constant(0) }, { weight: 6, arbitrary: fc.nat(200_000) }),
  discountPercent: fc.oneof(fc.constant(0), fc.constant(100), fc.nat(100)),
});

/** Receipts as the till leaves them: discounts, points that paid for a part, points earned on the rest. */
const boughtArbitrary: fc.Arbitrary<Bought> = fc
  .record({
    drafts: fc.array(lineArbitrary, { minLength: 1, maxLength: 5 }),
    coveredPercent: fc.nat(100),
    earnPercent: fc.nat(20),
  })
  .map(({ drafts, coveredPercent, earnPercent }) => {
    const discounts = drafts.map(({ amount, discountPercent }) =>
      Math.floor((amount * discountPercent) / 100),
    );
    const payable = drafts.map(({ amount }, index) => amount - (discounts[index] ?? 0));
    const spent = Math.floor((sum(payable) * coveredPercent) / 100 / 100);
    const covered = splitByLargestRemainder(spent * 100, payable);
    const money = payable.map((amount, index) => amount - (covered[index] ?? 0));
    const points = splitByLargestRemainder(Math.floor((sum(money) * earnPercent) / 10_000), money);
    const lines = drafts.map(({ sku, quantity, amount }, index) => ({
      ...{ id: `${index}`, sku, name: null, category: null, quantity: quantity / 1000, unitPriceMinor: 0 },
      ...{ amountMinor: amount, discountMinor: discounts[index] ?? 0, coveredMinor: covered[index] ?? 0 },
      ...{ points: points[index] ?? 0, refundedQuantity: 0, refundedMinor: 0 },
    }));
    return { lines, spent };
  });

const goodsArbitrary: fc.Arbitrary<Goods> = fc.oneof(
  fc.record({
    lines: fc.array(
      fc.record({
        sku: fc.constantFrom('a', 'b', 'c'),
        quantity: thousandths.map((one) => one / 1000),
      }),
      { minLength: 1, maxLength: 2 },
    ),
  }),
  fc.record({ amountMinor: fc.integer({ min: 1, max: 100_000 }) }),
  fc.record({
    lines: fc.tuple(fc.record({ id: fc.constantFrom('0', '1', '2'), quantity: fc.constant(1) })),
    amountMinor: fc.integer({ min: 1, max: 5000 }),
  }),
);

const all: Goods = {};

/** What came back of `bought` step by step, refused steps left out; the last step brings back all that is left. */
function steps(bought: Bought, sequence: readonly Goods[]): Bought[] {
  const states = [bought];
  for (const goods of [...sequence, all]) {
    const now = states.at(-1) ?? bought;
    const after = linesAfter(now.lines, goods);
    if (after.ok) states.push({ ...now, lines: after.result });
  }
  return states;
}

const figures = ['amountMinor', 'coveredMinor', 'spent', 'discountMinor', 'points'] as const;

function rule(name: string, check: (states: readonly Bought[], bought: Bought) => void): void {
  test(name, () => {
    const sequences = fc.array(goodsArbitrary, { maxLength: 12 });
    const property = fc.property(boughtArbitrary, sequences, (bought, sequence) =>
      check(steps(bought, sequence), bought),
    );
    fc.assert(property, { seed: 20_261_122, numRuns: 500 });
  });
}

rule('any sequence of refunds ends where one of everything does', (states, bought) => {
  const [last] = states.slice(-1);
  const whole = linesAfter(bought.lines, all);
  if (!last || !whole.ok) throw new Error('all can always come back once');
  const money: readonly (keyof GoneBack)[] = ['amountMinor', 'coveredMinor', 'spent', 'points', 'whole'];
  const [inParts, atOnce] = [goneBack(last), goneBack({ ...bought, lines: whole.result })];
  expect(money.map((figure) => inParts[figure])).toEqual(money.map((figure) => atOnce[figure]));
});

rule('all that was paid, spent and earned comes back, and nothing more', (states, { lines, spent }) => {
  const gone = goneBack(states.at(-1) ?? { lines, spent });
  expect(gone).toMatchObject({
    amountMinor: sum(lines.map((line) => line.amountMinor - line.discountMinor)),
    coveredMinor: sum(lines.map((line) => line.coveredMinor)),
    spent: sum(lines.map((line) => line.coveredMinor)) === 0 ? 0 : spent,
    points: sum(lines.map((line) => line.points)),
    whole: true,
  });
});

rule('no step takes anything back that had gone back before', (states) => {
  for (const [index, state] of states.slice(1).entries()) {
    const [before, after] = [goneBack(states[index] ?? state), goneBack(state)];
    for (const figure of figures) expect(after[figure]).toBeGreaterThanOrEqual(before[figure]);
  }
});

rule('the steps of the lines add up to the lines, to the gram and the kopeck', (states, bought) => {
  const back = states
    .slice(1)
    .flatMap((state, index) => backSince((states[index] ?? state).lines, state.lines));
  for (const [index, line] of (states.at(-1) ?? bought).lines.entries()) {
    const own = back.filter(({ position }) => position === index + 1);
    expect(sum(own.map(({ amountMinor }) => amountMinor))).toBe(line.refundedMinor);
    expect(sum(own.map(({ quantity }) => Math.round(quantity * 1000)))).toBe(
      Math.round(line.refundedQuantity * 1000),
    );
    expect(line.refundedMinor).toBeLessThanOrEqual(line.amountMinor - line.discountMinor);
    expect(line.refundedQuantity).toBeLessThanOrEqual(line.quantity);
  }
});
