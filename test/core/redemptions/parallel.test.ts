import { describe, expect, test } from 'vitest';
import { recordPurchase } from '../../../core/checkout/record.ts';
import { recordRefund } from '../../../core/checkout/refund.ts';
import { createIds, type ShopId } from '../../../core/ids.ts';
import type { Submitted } from '../../../core/ports.ts';
import { purchaseRules, spendingRules } from '../../../core/program/rules.ts';
import { type RedemptionResult, requestRedemption } from '../../../core/redemptions/request.ts';
import { cancelRedemption, confirmRedemption } from '../../../core/redemptions/settle.ts';
import { DAY_MS } from '../../../core/time.ts';
import { readRow, readRows } from '../../../db/database.ts';
import { openDatabase } from '../../../db/open.ts';
import { verifyLedger } from '../../../db/verify.ts';
import { settleDue } from '../../../jobs.ts';
import { createSvoi, type Svoi } from '../../../svoi.ts';
import { testChat } from '../../support/chat.ts';
import { aPurchase, buy } from '../../support/purchases.ts';
import { hasLibsqlServer, startLibsqlServer } from '../../support/sqld.ts';
import { seededRandom, type TestSvoi, testSvoi } from '../../support/svoi.ts';

/** `SVOI_LONG=1` plays all the rounds the system promises to stand: about an hour. */
const rounds = process.env.SVOI_LONG ? 10_000 : 16;
const atOnce = 1000;
const hourMs = 3_600_000;

const shopId = 'shp_test' as ShopId;
const by = { shopId, actor: `shop:${shopId}` };
const phone = '+380671234567';

/** A customer with 50 points whom no chat reaches, so that points are held at once. */
async function join(svoi: Svoi): Promise<void> {
  const chat = testChat(svoi);
  await chat.contact(phone);
  await chat.send({ kind: 'blocked' });
}

/** `count` tills ask for `points` of the customer at the same moment, each under an id of its own. */
function ask(svoi: Svoi, name: string, count: number, points: number) {
  const rules = spendingRules(svoi.program());
  return Promise.all(
    Array.from({ length: count }, (_, index) => {
      const input = { shopId, externalId: `${name}-${index}`, payer: { customer: { phone } }, store: null };
      const request = requestRedemption({ ...input, points, totalMinor: 10_000_000, ttlMs: hourMs }, rules);
      return svoi.submit(request);
    }),
  );
}

/** What the tills were told: results of those that got points, and how many of the others heard what. */
function sorted(outcomes: readonly Submitted<RedemptionResult>[]) {
  const held = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.result] : []));
  const codes = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.refusal.code]));
  return { held, refused: codes.length, codes: [...new Set(codes)] };
}

const stands = (svoi: Svoi) =>
  readRow(
    svoi.database,
    `select t.available, t.held, (select coalesce(sum(remaining), 0) from lots) as in_lots,
       (select coalesce(sum(points), 0) from redemptions where status = 'held') as in_redemptions
     from ledger_transactions t order by seq desc limit 1`,
  );

test('of a thousand redemptions at once exactly those succeed that the balance affords, each once', async () => {
  const t = await testSvoi();
  await join(t.svoi);
  const outcomes = await ask(t.svoi, 'till', atOnce, 7);
  const { held, ...others } = sorted(outcomes);
  expect([held.length, others]).toEqual([7, { refused: 993, codes: ['insufficient_points'] }]);
  expect(await stands(t.svoi)).toEqual({ available: 1, held: 49, in_lots: 1, in_redemptions: 49 });

  const again = await ask(t.svoi, 'till', atOnce, 7);
  const replays = outcomes.map((outcome) => (outcome.ok ? { ...outcome, replayed: true } : outcome));
  expect(again).toEqual(replays);
  expect((await verifyLedger(t.svoi.database)).fault).toBeUndefined();
  t.close();
});

test(
  'round after round a thousand tills want the whole balance: one gets it, whatever became of it before',
  async () => {
    const t = await testSvoi();
    await join(t.svoi);
    const random = seededRandom(7);
    const played: Record<string, number> = {};
    for (let round = 0; round < rounds; round += 1) {
      const { available } = await refilled(t, round);
      const { held, ...others } = sorted(await ask(t.svoi, `round-${round}`, atOnce, available));
      expect([round, held.length, others]).toEqual([
        ...[round, 1, { refused: atOnce - 1, codes: ['insufficient_points'] }],
      ]);
      expect(await stands(t.svoi)).toMatchObject({
        available: 0,
        held: available,
        in_redemptions: available,
      });
      const ending = endings[Math.floor(random() * endings.length)] ?? cancel;
      await ending(t, held[0] as RedemptionResult, round);
      played[ending.name] = (played[ending.name] ?? 0) + 1;
      const { available: left, held: stillHeld, in_lots } = { ...(await stands(t.svoi)) };
      expect([round, stillHeld, left]).toEqual([round, 0, in_lots]);
    }
    expect(Object.keys(played)).toHaveLength(endings.length);
    const [row] = await readRows(t.svoi.database, 'select count(*) as count from redemptions');
    expect(row).toEqual({ count: rounds });
    expect((await verifyLedger(t.svoi.database)).fault).toBeUndefined();
    t.close();
  },
  4 * hourMs,
);

/** Some weeks pass, what is due burns, and a purchase earns points, so that there is something to be had. */
async function refilled(t: TestSvoi, round: number): Promise<{ readonly available: number }> {
  t.clock.advance((1 + (round % 60)) * DAY_MS);
  await settleDue(t.svoi);
  await buy(
    t.svoi,
    aPurchase({ at: t.clock.now(), externalId: `earn-${round}`, lines: linesOf(50_000 + round) }),
  );
  return { available: Number((await stands(t.svoi))?.available) };
}

function linesOf(amountMinor: number) {
  const line = { id: null, name: null, category: null, quantity: 4, unitPriceMinor: 0 };
  return [
    { ...line, sku: 'a', amountMinor },
    { ...line, sku: 'b', amountMinor: 1000 },
  ];
}

/** What can become of held points. */
type Ending = (t: TestSvoi, held: RedemptionResult, round: number) => Promise<void>;

const cancel: Ending = async ({ svoi }, { id }) => {
  const rules = spendingRules(svoi.program());
  const both = await Promise.all([1, 2].map(() => svoi.submit(cancelRedemption(id, by, rules))));
  expect(both.map(({ ok }) => ok)).toEqual([true, true]);
};

const confirm: Ending = async ({ svoi }, { id }) => {
  const rules = spendingRules(svoi.program());
  const [confirmed, cancelled] = await Promise.all([
    svoi.submit(confirmRedemption(id, by, rules)),
    svoi.submit(cancelRedemption(id, by, rules)),
  ]);
  expect([confirmed.ok, cancelled.ok]).toEqual([true, false]);
};

const timeOut: Ending = async (t) => {
  t.clock.advance(hourMs);
  await Promise.all([settleDue(t.svoi), settleDue(t.svoi)]);
};

/** So late that some of what was held has burned meanwhile, and gets the program's grace. */
const timeOutAfterDowntime: Ending = async (t) => {
  t.clock.advance(300 * DAY_MS);
  await settleDue(t.svoi);
};

/** The purchase takes the points, then a part of it comes back, sometimes all of it. */
const buyAndReturn: Ending = async (t, { id }, round) => {
  const { svoi, clock } = t;
  const rules = purchaseRules(svoi.program());
  const lines = linesOf(10_000_000);
  const input = aPurchase({ at: clock.now(), externalId: `buy-${round}`, customer: null, lines });
  const bought = await svoi.submit(recordPurchase({ ...input, redemption: { id } }, rules));
  if (!bought.ok) throw new Error(bought.refusal.detail);
  const refund = { shopId, purchaseId: bought.result.id, at: clock.now() };
  const part = { externalId: `part-${round}`, lines: [{ sku: 'a', quantity: 1 + (round % 3) }] };
  expect((await svoi.submit(recordRefund({ ...refund, ...part }, rules))).ok).toBe(true);
  if (round % 2 === 0) return;
  expect((await svoi.submit(recordRefund({ ...refund, externalId: `rest-${round}` }, rules))).ok).toBe(true);
};

const endings = [cancel, confirm, timeOut, timeOutAfterDowntime, buyAndReturn];

test('a code that somebody shows right now is not drawn for anybody else', async () => {
  const t = await testSvoi();
  const usual = seededRandom(3);
  const next: number[] = [];
  const random = () => next.shift() ?? usual();
  const svoi = await createSvoi({ database: t.svoi.database, clock: t.clock, ids: createIds(), random });
  const [olena, ivan] = ['1', '2'].map((address) => testChat(svoi, { address, language: 'en' }));
  await olena?.contact('380671234567');
  await ivan?.contact('380509998877');
  next.push(0, 0.1, 0.2, 0.3, 0.4, 0.5);
  const first = await olena?.say('/pay');
  next.push(0, 0.1, 0.2, 0.3, 0.4, 0.5);
  const second = await ivan?.say('/pay');
  expect(first?.[0]?.text).toContain('till: 012 345\n');
  expect(second?.[0]?.text).toMatch(/till: (?!012 345)\d{3} \d{3}\n/);
  t.close();
});

describe.skipIf(!hasLibsqlServer)('on one libSQL server', () => {
  test('two processes at once hold what the balance affords, and not a point more', async () => {
    const server = await startLibsqlServer();
    const clock = { now: () => Date.now() };
    const databases = await Promise.all([1, 2].map(() => openDatabase({ url: server.url })));
    const shops = await Promise.all(
      databases.map((database) => createSvoi({ database, clock, ids: createIds(), random: Math.random })),
    );
    await join(shops[0] as Svoi);
    const asked = await Promise.all(shops.map((svoi, index) => ask(svoi, `process-${index}`, 50, 7)));
    const { held, ...others } = sorted(asked.flat());
    expect([held.length, others]).toEqual([7, { refused: 93, codes: ['insufficient_points'] }]);
    expect(await stands(shops[1] as Svoi)).toMatchObject({ available: 1, held: 49, in_redemptions: 49 });

    // Both processes settle the same ones at once, each in its own way: every redemption ends in one of them.
    const settled = await Promise.all(
      held.flatMap(({ id }) => [
        shops[0]?.submit(confirmRedemption(id, by, spendingRules(shops[0].program()))),
        shops[1]?.submit(cancelRedemption(id, by, spendingRules(shops[1].program()))),
      ]),
    );
    const outcomes = held.map((_, index) => [settled[index * 2]?.ok, settled[index * 2 + 1]?.ok]);
    expect(outcomes.filter(([confirmed, cancelled]) => confirmed === cancelled)).toEqual([]);
    const spent = outcomes.filter(([confirmed]) => confirmed).length * 7;
    expect(await stands(shops[0] as Svoi)).toMatchObject({
      available: 50 - spent,
      held: 0,
      in_lots: 50 - spent,
    });
    expect((await verifyLedger(databases[0] as (typeof databases)[number])).fault).toBeUndefined();
    for (const database of databases) database.close();
    await server.stop();
  });
});
