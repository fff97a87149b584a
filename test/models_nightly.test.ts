import { afterAll, beforeAll, expect, it } from 'vitest';
import { eraseCustomer } from '../core/customers/erase.ts';
import { defaultSecondPurchase } from '../core/insights/lifecycle.ts';
import { DAY_MS } from '../core/time.ts';
import { readRows } from '../db/database.ts';
import { readSecondPurchase } from '../db/insights/lifecycle.ts';
import { readModels } from '../db/insights/models.ts';
import { modelsTask } from '../models_nightly.ts';
import { aPurchase, buy } from './support/purchases.ts';
import { seededRandom, type TestSvoi, testSvoi } from './support/svoi.ts';

let shop: TestSvoi;
beforeAll(async () => {
  shop = await testSvoi();
});
afterAll(() => shop.close());

const phoneOf = (number: number) => `+38067${String(number).padStart(7, '0')}`;

/** Who buys on which days before today, and what an order costs. */
interface Buying {
  readonly daysAgo: readonly number[];
  readonly costsMinor: number;
}

/** Customers `from` to before `to` buy. */
async function history(from: number, to: number, buying: (number: number) => Buying) {
  const { svoi, clock } = shop;
  const all: Promise<unknown>[] = [];
  for (let number = from; number < to; number += 1) {
    const { daysAgo, costsMinor } = buying(number);
    for (const ago of daysAgo) {
      const at = clock.now() - ago * DAY_MS;
      const one = aPurchase({ at, customer: { phone: phoneOf(number) }, externalId: `${number} at ${at}` });
      const lines = one.lines.map((line) => ({
        ...line,
        unitPriceMinor: costsMinor,
        amountMinor: costsMinor,
      }));
      all.push(buy(svoi, { ...one, lines }));
    }
  }
  await Promise.all(all);
}

async function scores() {
  const rows = await readRows(
    shop.svoi.database,
    `select c.phone, c.id, s.alive, s.expected_orders, s.value_minor, s.computed_at from customer_scores s
     join customers c on c.id = s.customer_id order by c.phone`,
  );
  return new Map(rows.map((row) => [row.phone, row]));
}

const tonight = () => modelsTask.run(shop.svoi, '2026-11-22');

it('from too few repeat buyers nothing is learned, and it says how many it takes', async () => {
  await tonight();
  expect((await readModels(shop.svoi.database))?.bgnbd).toMatchObject({ fitted: false, repeatBuyers: 0 });
  await history(0, 60, () => ({ daysAgo: [260, 200, 30], costsMinor: 50_000 }));
  await tonight();
  const refused = { fitted: false, why: 'too_little_data', repeatBuyers: 60, needed: 100 };
  expect(await readModels(shop.svoi.database)).toEqual({ bgnbd: refused, gammaGamma: refused });
  expect(await readSecondPurchase(shop.svoi.database)).toEqual(defaultSecondPurchase);
  expect(await scores()).toEqual(new Map());
});

it('from enough, the models are fitted, and each repeat buyer has a score; who bought once has none', async () => {
  const random = seededRandom(3);
  await history(60, 160, (number) => ({
    daysAgo: [380, 380 - (number - 50), ...(random() < 0.5 ? [100, 40, 5] : [])],
    costsMinor: 20_000 + Math.floor(random() * 80_000),
  }));
  await history(160, 260, (number) => ({ daysAgo: [number], costsMinor: 30_000 }));
  await tonight();
  const models = await readModels(shop.svoi.database);
  expect(models).toMatchObject({
    bgnbd: { fitted: true, buyers: 260 },
    gammaGamma: { fitted: true, buyers: 160 },
  });
  const all = await scores();
  expect(all.size).toBe(160);
  for (const { alive, expected_orders: orders, value_minor: value } of all.values()) {
    expect(Number(alive)).toBeGreaterThan(0);
    expect(Number(alive)).toBeLessThan(1);
    expect(Number(orders)).toBeGreaterThan(0);
    // An order costs between 200.00 and 1,000.00 here.
    expect(Number(value) / Number(orders)).toBeGreaterThan(20_000);
    expect(Number(value) / Number(orders)).toBeLessThan(100_000);
  }
  // 60 took 60 days to their second order, 100 took 10 to 109.
  expect(await readSecondPurchase(shop.svoi.database)).toEqual({
    newDays: 78,
    lateDays: 102,
    customers: 160,
  });
});

it('the next night rewrites only what a reader would notice', async () => {
  const before = await scores();
  shop.clock.advance(DAY_MS);
  await history(60, 61, () => ({ daysAgo: [0], costsMinor: 50_000 }));
  await tonight();
  const after = await scores();
  const rewritten = [...after].filter(([phone, row]) => row.computed_at !== before.get(phone)?.computed_at);
  expect(rewritten.map(([phone]) => phone)).toContain(phoneOf(60));
  expect(rewritten.length).toBeLessThan(80);
  expect(Number(after.get(phoneOf(60))?.alive)).toBeGreaterThan(Number(before.get(phoneOf(60))?.alive));
});

it('who is forgotten has no score from that moment on, also when a score comes late', async () => {
  const id = String((await scores()).get(phoneOf(61))?.id);
  await shop.svoi.submit(eraseCustomer({ phone: phoneOf(61) }, 'test'));
  const left = await readRows(shop.svoi.database, 'select 1 from customer_scores where customer_id = ?', id);
  expect(left).toEqual([]);
  await tonight();
  expect((await scores()).size).toBe(159);
});
