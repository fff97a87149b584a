import { afterEach, beforeEach, expect, test } from 'vitest';
import { purchaseRules } from '../core/program/rules.ts';
import { recordPayment } from '../core/purchases/payment.ts';
import { readRows } from '../db/database.ts';
import { verifyLedger } from '../db/verify.ts';
import type { AnyCommand } from '../db/writer.ts';
import { settleDue } from '../jobs.ts';
import type { Svoi } from '../svoi.ts';
import { aPurchase, buy } from './support/purchases.ts';
import { type TestSvoi, testSvoi } from './support/svoi.ts';

let t: TestSvoi;

beforeEach(async () => {
  t = await testSvoi({ at: Date.parse('2026-03-26T10:00:00+02:00') });
});
afterEach(() => t.close());

/** Three customers buy on three days; a year later the clocks of Kyiv go forward on the third of them. */
async function threeDays(): Promise<void> {
  for (const day of [0, 1, 2]) {
    t.clock.set(Date.parse(`2026-03-${26 + day}T12:00:00+02:00`));
    for (const person of [1, 2, 3]) {
      const phone = `+38067000000${person}`;
      await buy(
        t.svoi,
        aPurchase({ at: t.clock.now(), externalId: `${day}-${person}`, customer: { phone } }),
      );
    }
  }
}

const expiries = () =>
  readRows(
    t.svoi.database,
    `select happened_at, recorded_at, count(*) as transactions, sum(points) as points from ledger_transactions
     where kind = 'expiry' group by happened_at, recorded_at order by happened_at`,
  );

/** How many points have burned so far. */
async function burned(): Promise<number> {
  return (await expiries()).reduce((sum, row) => sum - Number(row.points), 0);
}

test('after a week of downtime points are written off late, each as of the midnight it was due', async () => {
  await threeDays();
  const back = Date.parse('2027-04-06T08:30:00+03:00');
  t.clock.set(back);
  await settleDue(t.svoi);
  const midnights = ['2027-03-26T22:00:00Z', '2027-03-27T22:00:00Z', '2027-03-28T21:00:00Z'];
  expect((await expiries()).map((row) => new Date(Number(row.happened_at)).toISOString())).toEqual(
    midnights.map((midnight) => new Date(midnight).toISOString()),
  );
  expect(await expiries()).toMatchObject(
    midnights.map(() => ({ recorded_at: back, transactions: 3, points: -150 })),
  );
  expect((await verifyLedger(t.svoi.database)).fault).toBeUndefined();
});

test('the job does nothing a millisecond before midnight, all of it at midnight, and nothing again', async () => {
  await threeDays();
  const midnight = Date.parse('2027-03-27T00:00:00+02:00');
  t.clock.set(midnight - 1);
  await settleDue(t.svoi);
  expect(await burned()).toBe(0);
  t.clock.set(midnight);
  await Promise.all([settleDue(t.svoi), settleDue(t.svoi)]);
  expect(await burned()).toBe(150);
  await settleDue(t.svoi);
  expect(await burned()).toBe(150);
});

test('after a downtime points that waited count, and live, from the midnight that was promised', async () => {
  t.close();
  t = await testSvoi({ at: Date.parse('2026-03-26T10:00:00+02:00'), program: { return_window_days: 14 } });
  const { result } = await buy(t.svoi, aPurchase({ at: t.clock.now() }));
  expect(result.points).toMatchObject({ earned: 0, pending: 50, balance: 0 });
  const promised = Date.parse('2026-04-10T00:00:00+03:00');
  t.clock.set(promised - 1);
  await settleDue(t.svoi);
  const released = `select t.happened_at, t.recorded_at, l.expires_at from ledger_transactions t
    join lots l on l.transaction_id = t.id where t.kind = 'release'`;
  expect(await readRows(t.svoi.database, released)).toEqual([]);
  t.clock.set(promised + 9 * 86_400_000);
  await Promise.all([settleDue(t.svoi), settleDue(t.svoi)]);
  expect(await readRows(t.svoi.database, released)).toEqual([
    {
      ...{ happened_at: promised, recorded_at: t.clock.now() },
      expires_at: Date.parse('2027-04-11T00:00:00+03:00'),
    },
  ]);
  expect((await verifyLedger(t.svoi.database)).fault).toBeUndefined();
});

test('a late payment starts the return window, and a receipt told after it closed counts at once', async () => {
  t.close();
  t = await testSvoi({ at: Date.parse('2026-03-26T10:00:00+02:00'), program: { return_window_days: 14 } });
  const at = t.clock.now();
  const { result } = await buy(t.svoi, aPurchase({ at, externalId: 'order', paid: false }));
  t.clock.advance(20 * 86_400_000);
  const late = await buy(t.svoi, aPurchase({ at, externalId: 'late' }));
  expect(late.result.points).toMatchObject({ earned: 50, pending: 0, balance: 50 });
  const paid = await t.svoi.submit(recordPayment(result.id, 'till', purchaseRules(t.svoi.program())));
  expect(paid).toMatchObject({ result: { points: { earned: 0, pending: 50, balance: 50 } } });
  t.clock.advance(15 * 86_400_000);
  await settleDue(t.svoi);
  const rows = await readRows(
    t.svoi.database,
    'select available, pending from ledger_transactions order by seq desc limit 1',
  );
  expect(rows).toEqual([{ available: 100, pending: 0 }]);
});

test('more customers than fit one round are all written off', async () => {
  const at = t.clock.now();
  await Promise.all(
    Array.from({ length: 600 }, (_, person) =>
      buy(
        t.svoi,
        aPurchase({ at, externalId: `r-${person}`, customer: { phone: `+380670${100_000 + person}` } }),
      ),
    ),
  );
  t.clock.advance(400 * 86_400_000);
  await settleDue(t.svoi);
  expect(await burned()).toBe(600 * 50);
});

test('one customer whose points cannot burn keeps nobody else’s from it, and is told of once all are done', async () => {
  await threeDays();
  t.clock.set(Date.parse('2027-04-06T08:30:00+03:00'));
  const [lot] = await readRows(
    t.svoi.database,
    'select customer_id as id from lots order by expires_at limit 1',
  );
  const isBroken = ({ name, needs }: AnyCommand<unknown>) =>
    name === 'points.expire' && JSON.stringify(needs).includes(String(lot?.id));
  const submit: Svoi['submit'] = (command) =>
    isBroken(command) ? Promise.reject(new Error('broken')) : t.svoi.submit(command);
  await expect(settleDue({ ...t.svoi, submit })).rejects.toThrow('broken');
  expect(await burned()).toBe(2 * 150);
});
