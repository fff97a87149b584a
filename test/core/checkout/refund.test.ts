import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { type RefundInput, recordRefund } from '../../../core/checkout/refund.ts';
import { createCoupon } from '../../../core/coupons/create.ts';
import { eraseCustomer } from '../../../core/customers/erase.ts';
import { createIds, type PurchaseId, type ShopId } from '../../../core/ids.ts';
import type { ProgramDefinition } from '../../../core/program/program.ts';
import { purchaseRules, spendingRules } from '../../../core/program/rules.ts';
import { recordPayment } from '../../../core/purchases/payment.ts';
import type { Goods } from '../../../core/purchases/refund.ts';
import { recordReturn } from '../../../core/purchases/return.ts';
import { requestRedemption } from '../../../core/redemptions/request.ts';
import { DAY_MS } from '../../../core/time.ts';
import { readRow, readRows } from '../../../db/database.ts';
import { openDatabase } from '../../../db/open.ts';
import { verifyLedger } from '../../../db/verify.ts';
import { settleDue } from '../../../jobs.ts';
import { createSvoi, type Svoi } from '../../../svoi.ts';
import { testChat } from '../../support/chat.ts';
import { aDefinition } from '../../support/coupons.ts';
import { aPurchase, buy } from '../../support/purchases.ts';
import { hasLibsqlServer, startLibsqlServer } from '../../support/sqld.ts';
import { type TestSvoi, testSvoi } from '../../support/svoi.ts';

const shopId = 'shp_test' as ShopId;
const open: TestSvoi[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

/** A shop and one of its members. */
interface Shop extends TestSvoi {
  readonly phone: string;
}

/** A shop with one member, whom no chat of ours reaches any more: 50 points for joining. */
async function aShop(program: Partial<ProgramDefinition> = {}): Promise<Shop> {
  const t = await testSvoi({ program });
  open.push(t);
  return another(t);
}

/** The same shop with one more such member. */
async function another(t: TestSvoi): Promise<Shop> {
  const phone = `+38050${String(1_000_000 + Number(newId().slice(2)))}`;
  const chat = testChat(t.svoi, { address: phone });
  await chat.contact(phone);
  await chat.send({ kind: 'blocked' });
  return { ...t, phone };
}

const line = (sku: string, quantity: number, amountMinor: number) => ({
  ...{ id: null, sku, name: null, category: null, quantity, amountMinor },
  unitPriceMinor: Math.round(amountMinor / quantity),
});

let counted = 0;
function newId(): string {
  counted += 1;
  return `n-${counted}`;
}

async function sell(
  { svoi, clock, phone }: Shop,
  lines: readonly ReturnType<typeof line>[],
  more: object = {},
): Promise<PurchaseId> {
  const given = { at: clock.now(), externalId: newId(), customer: { phone }, lines, ...more };
  return (await buy(svoi, aPurchase(given))).result.id;
}

/** Points set aside for a purchase of `totalMinor`, unasked. */
async function hold({ svoi, phone }: Shop, count: number, totalMinor: number) {
  const input = {
    ...{ shopId, externalId: newId(), payer: { customer: { phone } }, points: count, totalMinor },
    ...{ store: null, ttlMs: 60_000 },
  };
  const outcome = await svoi.submit(requestRedemption(input, spendingRules(svoi.program())));
  if (!outcome.ok) throw new Error(outcome.refusal.detail);
  return { redemption: { id: outcome.result.id } };
}

const inputOf = (
  t: { readonly clock: { now(): number } },
  purchaseId: PurchaseId,
  goods: Goods,
): RefundInput => ({
  ...{ shopId, externalId: newId(), purchaseId, at: t.clock.now() },
  ...goods,
});

async function back(t: Shop, purchaseId: PurchaseId, goods: Goods = {}) {
  const outcome = await t.svoi.submit(
    recordRefund(inputOf(t, purchaseId, goods), purchaseRules(t.svoi.program())),
  );
  if (!outcome.ok) throw new Error(outcome.refusal.code);
  const { points, amountMinor, moneyMinor } = outcome.result;
  return { ...points, amountMinor, moneyMinor };
}

const lots = async ({ svoi, phone }: Shop) =>
  (
    await readRows(
      svoi.database,
      `select remaining, expires_at from lots where remaining > 0 and
         customer_id = (select id from customers where phone = ?) order by expires_at`,
      phone,
    )
  ).map((row) => [row.remaining, new Date(Number(row.expires_at) - 1).toISOString().slice(0, 10)]);

const soundness = async ({ svoi }: { readonly svoi: Svoi }) => (await verifyLedger(svoi.database)).fault;

describe('points that paid for goods', () => {
  test('go back to their own lots, those taken last first, with their own time to live', async () => {
    const t = await aShop();
    t.clock.advance(DAY_MS);
    await sell(t, [line('a', 1, 100_000)]);
    const id = await sell(t, [line('b', 2, 12_000)], await hold(t, 60, 12_000));
    expect(await lots(t)).toEqual([
      [40, '2027-11-23'],
      [3, '2027-11-23'],
    ]);
    expect(await back(t, id, { lines: [{ sku: 'b', quantity: 1 }] })).toEqual({
      ...{ returned: 30, takenBack: 1, notTaken: 0, balance: 72, amountMinor: 6000, moneyMinor: 3000 },
    });
    expect(await lots(t)).toContainEqual([20, '2027-11-22']);
    await back(t, id);
    expect(await lots(t)).toEqual([
      [50, '2027-11-22'],
      [50, '2027-11-23'],
    ]);
  });

  test('are not returned a second time by a refund too small for a point', async () => {
    const t = await aShop();
    const id = await sell(t, [line('a', 1, 20_000)], await hold(t, 50, 20_000));
    expect(await back(t, id, { amountMinor: 10_000 })).toMatchObject({ returned: 25 });
    expect(await back(t, id, { amountMinor: 1 })).toMatchObject({ returned: 0, takenBack: 0 });
  });

  test('that would have burned meanwhile live on for the grace of the program', async () => {
    const t = await aShop({ points_live_days: 10, grace_days: 3 });
    const id = await sell(t, [line('a', 1, 10_000)], await hold(t, 50, 10_000));
    t.clock.advance(20 * DAY_MS);
    expect(await back(t, id)).toMatchObject({ returned: 50, takenBack: 0, notTaken: 0, balance: 50 });
    expect(await lots(t)).toEqual([[50, '2026-12-15']]);
    expect(await soundness(t)).toBeUndefined();
  });
});

describe('points that goods earned', () => {
  const spendAll = async (t: Shop, count: number) =>
    sell(t, [line('other', 1, count * 200)], await hold(t, count, count * 200));

  test('leave the lot they made before any other', async () => {
    const t = await aShop();
    const first = await sell(t, [line('a', 1, 100_000)]);
    t.clock.advance(DAY_MS);
    await sell(t, [line('b', 1, 40_000)]);
    expect(await back(t, first, { amountMinor: 50_000 })).toMatchObject({ takenBack: 25, balance: 95 });
    expect(await lots(t)).toEqual([
      [50, '2027-11-22'],
      [25, '2027-11-22'],
      [20, '2027-11-23'],
    ]);
  });

  test('and are spent already are taken from what is there, and what is missing is said', async () => {
    const t = await aShop();
    const id = await sell(t, [line('a', 1, 100_000)]);
    await spendAll(t, 80);
    expect(await back(t, id)).toMatchObject({ takenBack: 24, notTaken: 26, balance: 0 });
    expect(await back(t, await sell(t, [line('a', 1, 2_000)]))).toMatchObject({ takenBack: 1, notTaken: 0 });
    expect(await soundness(t)).toBeUndefined();
  });

  test('and are spent already are owed where the program says so, and the next points pay for them', async () => {
    const t = await aShop({ refund_policy: 'go_negative' });
    const id = await sell(t, [line('a', 1, 100_000)]);
    await spendAll(t, 80);
    expect(await back(t, id)).toMatchObject({ takenBack: 50, notTaken: 0, balance: -26 });
    expect(await lots(t)).toEqual([]);
    await sell(t, [line('b', 1, 60_000)]);
    expect(await lots(t)).toEqual([[4, '2027-11-22']]);
    expect(await soundness(t)).toBeUndefined();
  });

  test('and have burned since count as taken already', async () => {
    const t = await aShop({ points_live_days: 10 });
    const id = await sell(t, [line('a', 4, 100_000)]);
    expect(await back(t, id, { lines: [{ sku: 'a', quantity: 1 }] })).toMatchObject({ takenBack: 12 });
    t.clock.advance(11 * DAY_MS);
    await sell(t, [line('b', 1, 100_000)]);
    expect(await back(t, id, { lines: [{ sku: 'a', quantity: 2 }] })).toMatchObject({
      ...{ takenBack: 0, notTaken: 0, balance: 50 },
    });
    expect(await back(t, id)).toMatchObject({ takenBack: 0, notTaken: 0, balance: 50 });
    expect(await soundness(t)).toBeUndefined();
  });

  test('and are due to burn at this very moment count as burned, with no job run', async () => {
    const t = await aShop({ points_live_days: 10, welcome_points: 0, refund_policy: 'go_negative' });
    const id = await sell(t, [line('a', 1, 100_000)]);
    t.clock.advance(11 * DAY_MS);
    expect(await back(t, id)).toMatchObject({ takenBack: 0, notTaken: 0, balance: 0 });
  });

  test('and of which a part was spent before the rest burned: only that part is taken from the others', async () => {
    const t = await aShop({ points_live_days: 10, welcome_points: 0 });
    const id = await sell(t, [line('a', 1, 100_000)]);
    await spendAll(t, 20);
    t.clock.advance(11 * DAY_MS);
    await sell(t, [line('b', 1, 100_000)]);
    expect(await back(t, id)).toMatchObject({ takenBack: 20, notTaken: 0, balance: 30 });
  });

  test.each<[string, Partial<ProgramDefinition>, object]>([
    ['the payment', {}, { paid: false }],
    ['the return window', { return_window_days: 14 }, {}],
  ])('and wait for %s never come', async (_, program, more) => {
    const t = await aShop(program);
    const id = await sell(t, [line('a', 4, 100_000)], more);
    expect(await back(t, id, { lines: [{ sku: 'a', quantity: 1 }] })).toMatchObject({
      ...{ takenBack: 12, notTaken: 0, balance: 50 },
    });
    if (!('paid' in more)) t.clock.advance(15 * DAY_MS);
    else await t.svoi.submit(recordPayment(id, 'till', purchaseRules(t.svoi.program())));
    await settleDue(t.svoi);
    expect(await back(t, id, { amountMinor: 1 })).toMatchObject({ takenBack: 0, balance: 88 });
    expect(await back(t, id)).toMatchObject({ takenBack: 38, balance: 50 });
    expect(await soundness(t)).toBeUndefined();
  });
});

describe('a refund', () => {
  test('of all before the payment leaves nothing for it', async () => {
    const t = await aShop();
    const id = await sell(t, [line('a', 1, 100_000)], { paid: false });
    await back(t, id);
    const paid = await t.svoi.submit(recordPayment(id, 'till', purchaseRules(t.svoi.program())));
    expect(paid).toMatchObject({ ok: true, result: { points: { earned: 0, pending: 0, balance: 50 } } });
  });

  test('of the purchase of somebody who was erased gives back money only', async () => {
    const t = await aShop();
    const id = await sell(t, [line('a', 1, 12_000)], await hold(t, 50, 12_000));
    await t.svoi.submit(eraseCustomer({ phone: t.phone }, 'test'));
    expect(await back(t, id)).toEqual({
      ...{ takenBack: 0, returned: 0, notTaken: 0, balance: 0, amountMinor: 12_000, moneyMinor: 7_000 },
    });
    expect(await soundness(t)).toBeUndefined();
  });

  test('of a return is refused', async () => {
    const t = await aShop();
    const lines = [line('a', -1, -1000)];
    const input = aPurchase({ at: t.clock.now(), externalId: newId(), customer: null, lines });
    const returned = await t.svoi.submit(recordReturn(input, purchaseRules(t.svoi.program())));
    const id = returned.ok ? returned.result.id : undefined;
    if (!id) throw new Error('the return was refused');
    await expect(back(t, id)).rejects.toThrow('not_refundable');
  });

  test('gives a coupon back what it took off, and its use once everything has come back', async () => {
    const t = await aShop();
    const definition = aDefinition({
      effect: { kind: 'amount', amount_minor: 1000 },
      limits: { total: 1 },
    });
    const made = await t.svoi.submit(createCoupon(definition, 'test', purchaseRules(t.svoi.program())));
    expect(made.ok).toBe(true);
    const coupons = { coupons: ['SPRING'] };
    const id = await sell(t, [line('a', 2, 4000), line('b', 1, 1000)], coupons);
    const used = () => readRow(t.svoi.database, 'select uses, used_minor from coupons');
    await back(t, id, { lines: [{ sku: 'a', quantity: 1 }] });
    expect(await used()).toEqual({ uses: 1, used_minor: 600 });
    await back(t, id);
    expect(await used()).toEqual({ uses: 0, used_minor: 0 });
    await sell(t, [line('a', 1, 5000)], coupons);
  });
});

describe('a first purchase', () => {
  const firstOnly = async (t: Shop) => {
    const definition = aDefinition({
      effect: { kind: 'percent', percent: 100 },
      conditions: { first_purchase: true },
    });
    await t.svoi.submit(createCoupon(definition, 'test', purchaseRules(t.svoi.program())));
    return { coupons: ['SPRING'] };
  };

  test('is one again after all of it came back', async () => {
    const t = await aShop();
    const coupons = await firstOnly(t);
    const id = await sell(t, [line('a', 2, 4000)]);
    await back(t, id, { lines: [{ sku: 'a', quantity: 1 }] });
    await expect(sell(t, [line('a', 1, 5000)], coupons)).rejects.toThrow('coupon_first_purchase');
    await back(t, id);
    await sell(t, [line('a', 1, 5000)], coupons);
  });

  test('has been made, even if a coupon left nothing to pay', async () => {
    const t = await aShop();
    const coupons = await firstOnly(t);
    await sell(t, [line('a', 1, 5000)], coupons);
    await expect(sell(t, [line('a', 1, 5000)], coupons)).rejects.toThrow('coupon_first_purchase');
  });
});

const goodsArbitrary: fc.Arbitrary<Goods> = fc.oneof(
  fc.record({
    lines: fc.tuple(
      fc.record({
        sku: fc.constantFrom('a', 'b', 'c'),
        quantity: fc.nat({ max: 2500 }).map((grams) => (grams + 1) / 1000),
      }),
    ),
  }),
  fc.record({ amountMinor: fc.integer({ min: 1, max: 30_000 }) }),
);

type Step = Goods | { readonly days: number } | { readonly spends: number } | { readonly buys: number };

const stepArbitrary: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: goodsArbitrary },
  { weight: 1, arbitrary: fc.record({ days: fc.constantFrom(1, 20, 200, 366) }) },
  { weight: 1, arbitrary: fc.record({ spends: fc.integer({ min: 1, max: 80 }) }) },
  { weight: 1, arbitrary: fc.record({ buys: fc.integer({ min: 1, max: 90_000 }) }) },
);

interface Story {
  readonly amounts: readonly number[];
  readonly spent: number;
  readonly paid: boolean;
  readonly steps: readonly Step[];
}

const storyArbitrary: fc.Arbitrary<Story> = fc.record({
  amounts: fc.array(fc.integer({ min: 4000, max: 90_000 }), { minLength: 3, maxLength: 3 }),
  spent: fc.nat({ max: 50 }),
  paid: fc.boolean(),
  steps: fc.array(stepArbitrary, { maxLength: 10 }),
});

/** Lets a story happen and brings back all that is left at its end; what each refund came to. */
async function tell(t: Shop, { amounts, spent, paid, steps }: Story) {
  const total = amounts.reduce((sum, amount) => sum + amount, 0);
  const lines = amounts.map((amount, index) => line('abc'[index] ?? 'a', [3, 0.75, 1][index] ?? 1, amount));
  const id = await sell(t, lines, { paid, ...(spent > 0 ? await hold(t, spent, total) : {}) });
  const row = await readRow(
    t.svoi.database,
    'select sum(points) as points from purchase_lines where purchase_id = ?',
    id,
  );
  const refunds: Awaited<ReturnType<typeof back>>[] = [];
  for (const step of [...steps, {}]) {
    if ('days' in step) t.clock.advance(step.days * DAY_MS);
    else if ('buys' in step) await sell(t, [line('x', 1, step.buys)]);
    else if ('spends' in step) await spend(t, step.spends);
    else
      refunds.push(
        ...(await back(t, id, step).then(
          (one) => [one],
          () => [],
        )),
      );
    await settleDue(t.svoi);
  }
  return { refunds, earned: Number(row?.points), total };
}

/** Spends points on something else, if they are there. */
async function spend(t: Shop, count: number): Promise<void> {
  const held = await hold(t, count, count * 300).catch(() => undefined);
  if (held) await sell(t, [line('y', 1, count * 300)], held);
}

const sumOf = <Key extends string>(rows: readonly Readonly<Record<Key, number>>[], key: Key) =>
  rows.reduce((sum, row) => sum + row[key], 0);

test.each(['take_available', 'go_negative'] as const)(
  'whatever happens between them, refunds return what was spent and settle what was earned, exactly: %s',
  async (refund_policy) => {
    const shop = await aShop({ refund_policy });
    const check = async (story: Story) => {
      const t = await another(shop);
      const { refunds, earned, total } = await tell(t, story);
      expect(sumOf(refunds, 'amountMinor')).toBe(total);
      expect(sumOf(refunds, 'moneyMinor')).toBe(total - story.spent * 100);
      expect(sumOf(refunds, 'returned')).toBe(story.spent);
      const [taken, missing] = [sumOf(refunds, 'takenBack'), sumOf(refunds, 'notTaken')];
      const burned = await readRow(
        t.svoi.database,
        `select coalesce(-sum(m.points), 0) as points from purchases p join lot_moves m on m.lot_id = p.lot_id
         join ledger_transactions x on x.id = m.transaction_id where x.kind = 'expiry' and p.refunded_minor > 0
           and p.customer_id = (select id from customers where phone = ?)`,
        t.phone,
      );
      expect(taken + missing).toBeLessThanOrEqual(earned);
      expect(taken + missing + Number(burned?.points)).toBeGreaterThanOrEqual(earned);
      if (refund_policy === 'go_negative') expect(missing).toBe(0);
      expect(await soundness(t)).toBeUndefined();
    };
    await fc.assert(fc.asyncProperty(storyArbitrary, check), { seed: 20_261_122, numRuns: 20 });
  },
);

test('in parts or at once, the customer ends with the same points', async () => {
  const shop = await aShop();
  const check = async (story: Story) => {
    const [inParts, atOnce] = [await another(shop), await another(shop)];
    const refundsOnly = {
      ...story,
      steps: story.steps.filter((step) => !('days' in step || 'buys' in step || 'spends' in step)),
    };
    await tell(inParts, refundsOnly);
    await tell(atOnce, { ...story, steps: [] });
    const ends = [inParts, atOnce].map((t) =>
      readRow(
        t.svoi.database,
        `select available, pending, held from ledger_transactions where
         customer_id = (select id from customers where phone = ?) order by seq desc limit 1`,
        t.phone,
      ),
    );
    const [first, second] = await Promise.all(ends);
    expect(first).toEqual(second);
    expect(await lots(inParts)).toEqual(await lots(atOnce));
  };
  await fc.assert(fc.asyncProperty(storyArbitrary, check), { seed: 20_261_122, numRuns: 8 });
});

/** Forty refunds of one piece each of a purchase of five, over several doors at once. */
async function race(shops: readonly Svoi[], t: { readonly clock: { now(): number } }, id: PurchaseId) {
  const outcomes = await Promise.all(
    Array.from({ length: 40 }, (_, index) => {
      const svoi = shops[index % shops.length] as Svoi;
      const input = inputOf(t, id, { lines: [{ sku: 'a', quantity: 1 }] });
      return svoi.submit(recordRefund(input, purchaseRules(svoi.program())));
    }),
  );
  return outcomes
    .map((outcome) => (outcome.ok ? outcome.result.points.takenBack : outcome.refusal.code))
    .sort();
}

const raced = [...Array(5).fill(10), ...Array(35).fill('more_than_bought')];

test('refunds at the same moment never bring back more than was bought', async () => {
  const t = await aShop();
  const id = await sell(t, [line('a', 5, 100_000)]);
  expect(await race([t.svoi], t, id)).toEqual(raced);
  expect(await soundness(t)).toBeUndefined();
});

test('of two refunds of everything at the same moment one brings it back, and once', async () => {
  const t = await aShop();
  const id = await sell(t, [line('a', 1, 60_000), line('b', 2, 40_000)]);
  const outcomes = await Promise.allSettled([back(t, id), back(t, id), back(t, id)]);
  const done = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  expect(done).toEqual([
    {
      ...{ takenBack: 50, returned: 0, notTaken: 0, balance: 50 },
      amountMinor: 100_000,
      moneyMinor: 100_000,
    },
  ]);
});

test('another process that commits while the facts are being read makes a refund be decided again', async () => {
  const t = await aShop();
  const id = await sell(t, [line('a', 1, 100_000)], { paid: false });
  const half = recordRefund(inputOf(t, id, { amountMinor: 50_000 }), purchaseRules(t.svoi.program()));
  const { database, clock, ids } = t.svoi;
  let reads = 0;
  const interrupted = {
    ...database,
    async read(statements: Parameters<typeof database.read>[0]) {
      reads += 1;
      // After the purchase has been read, and before its customer.
      if (reads === 2) await t.svoi.submit(half);
      return database.read(statements);
    },
  };
  const other = await createSvoi({ database: interrupted, clock, ids, random: Math.random });
  reads = 0;
  expect(await back({ ...t, svoi: other }, id)).toMatchObject({ takenBack: 25, amountMinor: 50_000 });
  expect(await soundness(t)).toBeUndefined();
});

test.skipIf(!hasLibsqlServer)('nor do those of two processes on one libSQL server', async () => {
  const server = await startLibsqlServer();
  const clock = { now: () => Date.now() };
  const databases = await Promise.all([1, 2].map(() => openDatabase({ url: server.url })));
  const shops = await Promise.all(
    databases.map((database) => createSvoi({ database, clock, ids: createIds(), random: Math.random })),
  );
  const [first] = shops;
  if (!first) throw new Error('no shop was opened');
  const purchase = aPurchase({
    at: clock.now(),
    externalId: newId(),
    customer: { phone: '+380671234567' },
    lines: [line('a', 5, 100_000)],
  });
  const { result } = await buy(first, purchase);
  expect(await race(shops, { clock }, result.id)).toEqual(raced);
  expect(await soundness({ svoi: first })).toBeUndefined();
  for (const database of databases) database.close();
  await server.stop();
});
