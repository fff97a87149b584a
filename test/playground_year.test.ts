import { expect, it } from 'vitest';
import { planYear } from '../bots/web/playground/year/plan.ts';
import type { ShopId } from '../core/ids.ts';
import { DAY_MS } from '../core/time.ts';
import { readRow, readRows } from '../db/database.ts';
import { verifyLedger } from '../db/verify.ts';
import { createCrowd } from '../playground_crowd.ts';
import { liveYear } from '../playground_year.ts';
import type { Svoi } from '../svoi.ts';
import type { TestClock } from './support/clock.ts';
import { testSvoi } from './support/svoi.ts';

it('the year of the made-up shop is the same at every call, in order, and ends now', () => {
  const until = Date.parse('2026-11-22T12:00:00+02:00');
  const deeds = planYear(until, 'Europe/Kyiv');
  expect(planYear(until, 'Europe/Kyiv')).toEqual(deeds);
  expect([...deeds].sort((a, b) => a.at - b.at)).toEqual(deeds);
  const [first, last] = [deeds[0]?.at ?? 0, deeds.at(-1)?.at ?? 0];
  expect(last).toBeLessThanOrEqual(until);
  expect((last - first) / 86_400_000).toBeGreaterThan(350);
});

const shopId = 'shp_test' as ShopId;

/** How many purchases the made-up people made after the year. */
async function visitsSince(svoi: Svoi, at: number): Promise<number> {
  const row = await readRow(svoi.database, 'select count(*) as visits from purchases where at > ?', at);
  return Number(row?.visits);
}

/** An offer to a made-up member, sent when the year ended. */
async function offerTo(svoi: Svoi, sentAt: number): Promise<void> {
  const members = await readRows(
    svoi.database,
    `select c.id, a.id as address from customers c join addresses a on a.customer_id = c.id where c.registered_at is not null`,
  );
  const ids = members.map(({ id, address }) => {
    const ids = { notice: svoi.ids.next('ntc', sentAt), message: svoi.ids.next('msg', sentAt) };
    return [ids.notice, ids.message, id, address];
  });
  await svoi.database.write([
    {
      sql: `insert into notices (id, customer_id, category, kind, campaign, reply, state, steps, step, stops_on_purchase, doubled, created_at, revision)
        select value ->> 0, value ->> 2, 'marketing', 'campaign', 'cmp_1', '{"paragraphs":[]}', 'reached', '[]', 0, 0, 0, ?, 1 from json_each(?)`,
      args: [sentAt, JSON.stringify(ids)],
    },
    {
      sql: `insert into messages (id, address_id, customer_id, channel, category, notice_id, reply, state, created_at, due_at, sent_at)
        select value ->> 1, value ->> 3, value ->> 2, 'telegram', 'marketing', value ->> 0, '{"paragraphs":[]}', 'sent', ?1, ?1, ?1 from json_each(?2)`,
      args: [sentAt, JSON.stringify(ids)],
    },
  ]);
}

it('lives its year once: the ledger is whole, some bought without a name, some brought back, and messages arrived', async () => {
  const { svoi, clock, close } = await testSvoi();
  const { database } = svoi;
  const shares: number[] = [];
  const onProgress = (share: number) => shares.push(share);
  const year = { database, shopId, until: clock.now(), onProgress };
  expect(await liveYear(year)).toBe(true);
  expect(await liveYear(year)).toBe(false);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  expect([shares[0], shares.at(-1)]).toEqual([expect.closeTo(0, 1), 1]);
  expect((await verifyLedger(database)).fault).toBeUndefined();
  const row = await readRow(
    database,
    `select count(*) as purchases, sum(customer_id is null) as nameless, max(recorded_at) as last,
      (select count(*) from refunds) as refunds, (select count(*) from customers where registered_at is not null) as members
     from purchases`,
  );
  expect(Number(row?.purchases)).toBeGreaterThan(1000);
  expect(Number(row?.nameless)).toBeGreaterThan(150);
  expect(Number(row?.refunds)).toBeGreaterThan(20);
  expect(Number(row?.members)).toBeGreaterThan(100);
  expect(Number(row?.last)).toBeLessThanOrEqual(clock.now());
  const knowing = await readRow(
    database,
    `select (select count(*) from surveys where score is not null) as answers, (select count(*) from customer_facts) as facts,
      (select count(*) from refills) as refills, (select count(*) from customer_scores) as scores,
      (select count(distinct day) from segment_sizes) as nights, (select count(*) from segment_moves) as moves`,
  );
  for (const [what, count] of Object.entries(knowing ?? {})) expect(Number(count), what).toBeGreaterThan(25);
  const states = await readRows(database, 'select distinct state from messages order by state');
  expect(states).toEqual([{ state: 'delivered' }, { state: 'read' }]);
  await goesOn(svoi, clock);
  close();
});

/** After the year its people buy at their own rhythm, never the same twice, and more of those who got an offer do. */
async function goesOn(svoi: Svoi, clock: TestClock): Promise<void> {
  const ended = clock.now();
  const crowd = createCrowd(svoi, shopId, async () => {});
  clock.advance(7 * DAY_MS);
  await crowd.live(ended, clock.now());
  const quiet = await visitsSince(svoi, ended);
  expect(quiet).toBeGreaterThan(10);
  await crowd.live(ended, clock.now());
  expect(await visitsSince(svoi, ended)).toBe(quiet);
  await offerTo(svoi, ended);
  await crowd.live(ended, clock.now());
  expect(await visitsSince(svoi, ended)).toBeGreaterThan(quiet + 20);
}
