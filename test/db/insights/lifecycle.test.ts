import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  defaultSecondPurchase,
  type LifecycleState,
  lifecycleOf,
  type Rhythmic,
} from '../../../core/insights/lifecycle.ts';
import { readRows } from '../../../db/database.ts';
import { lifecycleSql } from '../../../db/insights/lifecycle.ts';
import { type TestSvoi, testSvoi } from '../../support/svoi.ts';

const today = 20_000;
let shop: TestSvoi;
beforeAll(async () => {
  shop = await testSvoi();
});
afterAll(() => shop.close());

/** The figures of who bought so many days ago, each time. */
function boughtAgo(...ago: readonly number[]): Rhythmic {
  const days = ago.map((back) => today - back);
  const gaps = days.slice(1).map((day, index) => day - (days[index] ?? 0));
  return {
    orderDays: days.length,
    firstDay: days[0] ?? null,
    lastDay: days.at(-1) ?? null,
    gapSquares: gaps.reduce((sum, gap) => sum + gap * gap, 0),
  };
}

/** What the rule in SQL says of many customers. */
async function statesBySql(all: readonly Rhythmic[]): Promise<unknown[]> {
  const rows = await readRows(
    shop.svoi.database,
    `select ${lifecycleSql(today, defaultSecondPurchase)} as state from (
       select key, value ->> 'orderDays' as order_days, value ->> 'firstDay' as first_day,
         value ->> 'lastDay' as last_day, value ->> 'gapSquares' as gap_squares from json_each(?)) c order by c.key`,
    JSON.stringify(all),
  );
  return rows.map(({ state }) => state);
}

it.each<[LifecycleState, string, readonly number[]]>([
  ['none', 'never bought', []],
  ['new', 'bought once, yesterday', [1]],
  ['new', 'bought once, two months ago', [60]],
  ['late', 'bought once, longer ago than most came back', [61]],
  ['lost', 'bought once, longer ago than nearly all came back', [181]],
  ['active', 'monthly, and three weeks have passed', [112, 82, 52, 22]],
  ['due', 'monthly, and three quarters of the time have passed', [113, 83, 53, 23]],
  ['due', 'monthly, a week over', [127, 97, 67, 37]],
  ['late', 'monthly, three weeks over', [141, 111, 81, 51]],
  ['lost', 'monthly, quiet for four months', [215, 185, 155, 125]],
  ['due', 'at random, as far over as the gaps differ', [250, 245, 150, 140, 80]],
  ['late', 'twice, a month apart: one gap is no clockwork, but it says something', [90, 60]],
  ['active', 'every day, also today', [3, 2, 1, 0]],
  ['lost', 'every day, until two weeks ago', [17, 16, 15, 14]],
])('%s: %s', async (state, _, ago) => {
  expect(lifecycleOf(boughtAgo(...ago), today, defaultSecondPurchase).state).toBe(state);
  expect(await statesBySql([boughtAgo(...ago)])).toEqual([state]);
});

it('a day is expected from the third order day on, before it there is too little data', () => {
  const twice = lifecycleOf(boughtAgo(60, 30), today, defaultSecondPurchase);
  expect(twice).toMatchObject({ silentDays: 30, rhythm: undefined, expectedDay: undefined });
  const often = lifecycleOf(boughtAgo(90, 60, 30), today, defaultSecondPurchase);
  expect(often).toMatchObject({ rhythm: { gaps: 2, everyDays: 30 }, expectedDay: today });
});

it('the rule in SQL says of every customer what the function says', async () => {
  const someone = fc
    .array(fc.integer({ min: 0, max: 2_000 }), { maxLength: 40 })
    .map((ago) => boughtAgo(...[...new Set(ago)].toSorted((one, other) => other - one)));
  await fc.assert(
    fc.asyncProperty(fc.array(someone, { minLength: 1, maxLength: 100 }), async (all) => {
      const states = all.map((one) => lifecycleOf(one, today, defaultSecondPurchase).state);
      expect(await statesBySql(all)).toEqual(states);
    }),
  );
});
