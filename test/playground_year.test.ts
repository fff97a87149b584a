import { expect, it } from 'vitest';
import { planYear } from '../bots/web/playground/year/plan.ts';
import type { ShopId } from '../core/ids.ts';
import { readRow, readRows } from '../db/database.ts';
import { verifyLedger } from '../db/verify.ts';
import { liveYear } from '../playground_year.ts';
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

it('lives its year once: the ledger is whole, some bought without a name, some brought back, and messages arrived', async () => {
  const { svoi, clock, close } = await testSvoi();
  const { database } = svoi;
  const year = { database, shopId: 'shp_test' as ShopId, until: clock.now() };
  expect(await liveYear(year)).toBe(true);
  expect(await liveYear(year)).toBe(false);
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
  close();
});
