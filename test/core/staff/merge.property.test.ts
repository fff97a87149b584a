import fc from 'fast-check';
import { expect, test } from 'vitest';
import { recordRefund } from '../../../core/checkout/refund.ts';
import type { PurchaseId, ShopId } from '../../../core/ids.ts';
import { purchaseRules, spendingRules } from '../../../core/program/rules.ts';
import { recordPayment } from '../../../core/purchases/payment.ts';
import { requestRedemption } from '../../../core/redemptions/request.ts';
import { cancelRedemption, confirmRedemption } from '../../../core/redemptions/settle.ts';
import { DAY_MS } from '../../../core/time.ts';
import { readRow, readRows } from '../../../db/database.ts';
import { verifyLedger } from '../../../db/verify.ts';
import { settleDue } from '../../../jobs.ts';
import type { TestChat } from '../../support/chat.ts';
import { aPurchase, buy } from '../../support/purchases.ts';
import { aColleague, aMember } from '../../support/staff.ts';
import { type TestSvoi, testSvoi } from '../../support/svoi.ts';

const shopId = 'shp_test' as ShopId;
const people = 3;
const phoneOf = (person: number) => `+38050000001${person}`;

const person = fc.nat({ max: people - 1 });
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('buy' as const), person, paid: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pay' as const), which: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('bring back' as const), which: fc.nat() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('spend' as const),
      person,
      points: fc.integer({ min: 1, max: 120 }),
      held: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('merge' as const), person, other: person }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('undo' as const), person }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('pass' as const), days: fc.integer({ min: 1, max: 40 }) }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

/** Everything anybody has, but for what waits. */
async function total({ svoi }: TestSvoi): Promise<number> {
  const row = await readRow(
    svoi.database,
    `select sum(points) as total from ledger_entries where account in ('customer:available', 'customer:held')`,
  );
  return Number(row?.total ?? 0);
}

async function play(t: TestSvoi, owner: TestChat, steps: readonly Step[]): Promise<void> {
  const { svoi, clock } = t;
  const rules = purchaseRules(svoi.program());
  const bought: PurchaseId[] = [];
  const by = { shopId, actor: 'shop:shp_test' };

  async function spend(index: number, { person: who, points, held }: Extract<Step, { do: 'spend' }>) {
    const input = { shopId, externalId: `pay-${index}`, payer: { customer: { phone: phoneOf(who) } } };
    const asked = { ...input, points, totalMinor: 1_000_000, store: null, ttlMs: DAY_MS };
    const outcome = await svoi.submit(requestRedemption(asked, spendingRules(svoi.program())));
    if (!outcome.ok) return;
    const settle = held ? cancelRedemption : confirmRedemption;
    await svoi.submit(settle(outcome.result.id, by, spendingRules(svoi.program())));
  }

  /** Neither makes points nor loses any. */
  async function byHand(command: string): Promise<void> {
    await settleDue(svoi);
    const before = await total(t);
    await owner.say(command);
    await owner.press('do:!yes');
    expect(await total(t)).toBe(before);
  }

  for (const [index, one] of steps.entries()) {
    clock.advance(1000);
    const purchaseId = 'which' in one ? bought[one.which % Math.max(1, bought.length)] : undefined;
    if (one.do === 'buy') {
      const customer = { phone: phoneOf(one.person) };
      const receipt = aPurchase({ externalId: `r-${index}`, customer, at: clock.now(), paid: one.paid });
      bought.push((await buy(svoi, receipt)).result.id);
    }
    if (one.do === 'pay' && purchaseId) await svoi.submit(recordPayment(purchaseId, by.actor, rules));
    if (one.do === 'bring back' && purchaseId) {
      const back = { shopId, externalId: `back-${index}`, purchaseId, at: clock.now() };
      await svoi.submit(recordRefund(back, rules));
    }
    if (one.do === 'spend') await spend(index, one);
    if (one.do === 'merge') await byHand(`/merge ${phoneOf(one.person)} ${phoneOf(one.other)}`);
    if (one.do === 'undo') await byHand(`/merge undo ${phoneOf(one.person)}`);
    if (one.do === 'pass') clock.advance(one.days * DAY_MS);
  }
  await settleDue(svoi);
}

test('however accounts are joined and told apart, no point is made or lost, and every chain holds', async () => {
  let merges = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 24, size: 'max' }), async (steps) => {
      const t = await testSvoi({ program: { points_live_days: 60, staff_points_limit: 1_000_000 } });
      try {
        const owner = await aColleague(t.svoi, '+380500000200', 'Maria', 'owner');
        for (let index = 0; index < people; index += 1) {
          const chat = await aMember(t.svoi, phoneOf(index), `Person ${'ABC'[index]}`);
          await chat.send({ kind: 'blocked' });
        }
        await play(t, owner, steps);
        merges += (await readRows(t.svoi.database, 'select id from merges')).length;
        expect((await verifyLedger(t.svoi.database)).fault).toBeUndefined();
        const stray = `select c.id from customers c where merged_into is not null and
          (select available from ledger_transactions where customer_id = c.id order by seq desc limit 1) <> 0`;
        expect(await readRows(t.svoi.database, stray)).toEqual([]);
        const chained = `select c.id from customers c join customers m on m.id = c.merged_into where m.merged_into is not null`;
        expect(await readRows(t.svoi.database, chained)).toEqual([]);
        const owing = `select id from ledger_transactions t where available < 0 and seq =
          (select max(seq) from ledger_transactions where customer_id = t.customer_id)`;
        expect(await readRows(t.svoi.database, owing)).toEqual([]);
      } finally {
        t.close();
      }
    }),
    { numRuns: 8 },
  );
  expect(merges).toBeGreaterThan(0);
}, 60_000);
