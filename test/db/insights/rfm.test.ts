import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordRefund } from '../../../core/checkout/refund.ts';
import type { ShopId } from '../../../core/ids.ts';
import { allCodes } from '../../../core/insights/rfm/maps.ts';
import { rfmSegments, rfSegments } from '../../../core/insights/rfm/types.ts';
import { programSchema } from '../../../core/program/program.ts';
import { purchaseRules } from '../../../core/program/rules.ts';
import { DAY_MS } from '../../../core/time.ts';
import { readRow, readRows } from '../../../db/database.ts';
import { codesOf, computeRfm, readRfm, rfmCondition, rfmPage, rfmToday } from '../../../db/insights/rfm.ts';
import { runNightly } from '../../../nightly.ts';
import { currentRfm, scoreNewProfiles } from '../../../rfm.ts';
import { aPurchase, buy } from '../../support/purchases.ts';
import { type TestSvoi, testSvoi } from '../../support/svoi.ts';

const bounds = {
  recency_days: [2, 5, 9, 20],
  orders: [1, 2, 3, 4],
  paid_minor: [5000, 20_000, 50_000, 90_000],
};
const { rfm } = programSchema.parse({
  rfm: {
    profiles: [
      { name: 'main' },
      { name: 'own', method: 'bounds', bounds, map: { 111: 'hibernating' } },
      { name: 'gaps', method: 'clusters', scores: 4 },
      { name: 'downtown', by: { store: 'store-1' } },
      { name: 'shoes', by: { category: 'category-1' } },
      { name: 'month', days: 12, scores: 3 },
      { name: 'month_downtown', by: { store: 'store-1' }, days: 12 },
      { name: 'month_shoes', by: { category: 'category-1' }, days: 12 },
    ],
  },
});

let here: TestSvoi;
let bought: Bought[];

interface Bought {
  readonly person: number;
  readonly store: string;
  readonly category: string;
  readonly day: number;
  readonly minor: number;
  /** How much came back. */
  readonly back: number;
}

const today = 20_779;
const draw = fc.record({
  person: fc.integer({ min: 0, max: 11 }),
  store: fc.constantFrom('store-1', 'store-2'),
  category: fc.constantFrom('category-1', 'category-2'),
  day: fc.integer({ min: today - 30, max: today }),
  minor: fc.constantFrom(1000, 20_000, 50_000),
  back: fc.constantFrom(0, 0, 0, 0.5, 1),
});

beforeAll(async () => {
  here = await testSvoi({ program: { rfm } });
  bought = fc.sample(draw, { numRuns: 60, seed: 4 }).map((one) => ({ ...one, back: one.minor * one.back }));
  for (const [index, { person, store, category, day, minor, back }] of bought.entries()) {
    const at = day * DAY_MS + 10 * 3_600_000 - 2 * 3_600_000;
    const [line] = aPurchase({ at }).lines;
    const { result } = await buy(
      here.svoi,
      aPurchase({
        ...{ at, store, externalId: `r-${index}` },
        customer: { phone: `+3806700000${10 + person}` },
        lines: line ? [{ ...line, category, unitPriceMinor: minor, amountMinor: minor }] : [],
      }),
    );
    const refund = { shopId: 'shp_test' as ShopId, externalId: `b-${index}`, purchaseId: result.id, at };
    if (back > 0) {
      const rules = purchaseRules(here.svoi.program());
      await here.svoi.submit(recordRefund({ ...refund, amountMinor: back }, rules));
    }
  }
});
afterAll(() => here.close());

const question = (name: string) => {
  const profile = rfm.profiles.find((one) => one.name === name);
  if (!profile) throw new Error(`no profile ${name}`);
  return { profile, now: here.clock.now(), zone: 'Europe/Kyiv' };
};

/** What of the purchases a profile looks at, added up by hand. */
const looksAt: Readonly<Record<string, (one: Bought) => boolean>> = {
  main: () => true,
  own: () => true,
  gaps: () => true,
  downtown: ({ store }) => store === 'store-1',
  shoes: ({ category }) => category === 'category-1',
  month: ({ day }) => day > today - 12,
  month_downtown: ({ store, day }) => store === 'store-1' && day > today - 12,
  month_shoes: ({ category, day }) => category === 'category-1' && day > today - 12,
};

function byHand(name: string): string[] {
  const counted = bought.filter((one) => looksAt[name]?.(one) && one.back < one.minor);
  return [...new Set(counted.map(({ person }) => person))]
    .sort((a, b) => a - b)
    .map((person) => {
      const own = counted.filter((one) => one.person === person);
      const paid = own.reduce((sum, { minor, back }) => sum + minor - back, 0);
      return `${own.length} ${paid}`;
    });
}

test.each(Object.keys(looksAt))('profile %s looks at the purchases it says', async (name) => {
  const result = await computeRfm(here.svoi.database, question(name));
  const hand = byHand(name);
  const sum = (index: number) => hand.reduce((total, text) => total + Number(text.split(' ')[index]), 0);
  const sizes = Object.values(result.codes);
  expect(result.customers).toBe(hand.length);
  expect(sizes.reduce((total, { orders }) => total + orders, 0)).toBe(sum(0));
  expect(sizes.reduce((total, { paidMinor }) => total + paidMinor, 0)).toBe(sum(1));
  expect(result.day).toBe(today);
});

test.each(Object.keys(looksAt))(
  'by profile %s each customer is found where the customer was counted, in segments and in lists',
  async (name) => {
    const { database } = here.svoi;
    const asked = question(name);
    const result = await currentRfm(here.svoi, asked.profile);
    const count = async (codes: readonly string[]) => {
      const { sql, args } = rfmCondition(asked.profile, result, codes, rfmToday(asked.now, asked.zone));
      return Number(
        (await readRow(database, `select count(*) as n from customers c where ${sql}`, ...args))?.n,
      );
    };
    for (const code of allCodes(result.scores)) {
      const size = result.codes[code]?.customers ?? 0;
      if (size > 0) expect([code, await count([code])]).toEqual([code, size]);
    }
    for (const [map, names] of [
      ['rfm', rfmSegments],
      ['rf', rfSegments],
    ] as const) {
      for (const segment of names) {
        const codes = codesOf(asked.profile, map, segment);
        const size = (map === 'rfm' ? result.segments : result.rf)[segment as 'lost'].customers;
        expect([segment, await count(codes)]).toEqual([segment, size]);
        const page = await rfmPage(database, { ...asked, codes, after: '', limit: 100 });
        expect(page).toHaveLength(size);
      }
    }
  },
);

test('a list comes in pages', async () => {
  const { database } = here.svoi;
  const asked = { ...question('main'), codes: allCodes(5) };
  const all = await rfmPage(database, { ...asked, after: '', limit: 100 });
  const first = await rfmPage(database, { ...asked, after: '', limit: 5 });
  const rest = await rfmPage(database, { ...asked, after: first.at(-1)?.id ?? '', limit: 100 });
  expect([...first, ...rest]).toEqual(all);
  expect(all.length).toBe(byHand('main').length);
});

test('a result of other settings is none: a profile that was changed is computed anew', async () => {
  const { profile } = question('own');
  await scoreNewProfiles(here.svoi);
  expect(await readRfm(here.svoi.database, profile)).toBeDefined();
  expect(await readRfm(here.svoi.database, { ...profile, map: {} })).toBeUndefined();
});

test('who looks within ten minutes sees what was computed; later, or by night, all is counted again', async () => {
  const { svoi, clock } = here;
  const { profile } = question('main');
  const before = await currentRfm(svoi, profile);
  await buy(svoi, aPurchase({ at: clock.now(), externalId: 'new', customer: { phone: '+380670000099' } }));
  clock.advance(60_000);
  expect(await currentRfm(svoi, profile)).toEqual(before);
  clock.advance(600_000);
  expect((await currentRfm(svoi, profile)).customers).toBe(before.customers + 1);
  await buy(svoi, aPurchase({ at: clock.now(), externalId: 'newer', customer: { phone: '+380670000098' } }));
  clock.advance(DAY_MS);
  await runNightly(svoi);
  const [rows] = [await readRows(svoi.database, "select name from computations where name glob 'rfm:*'")];
  expect(rows.map((row) => row.name)).toEqual(rfm.profiles.map(({ name }) => `rfm:${name}`).sort());
  expect((await readRfm(svoi.database, profile))?.customers).toBe(before.customers + 2);
});
