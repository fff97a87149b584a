import { afterEach, describe, expect, it } from 'vitest';
import { recordRefund } from '../../../core/checkout/refund.ts';
import type { PurchaseId, ShopId } from '../../../core/ids.ts';
import type { Report, ReportQuestion } from '../../../core/insights/reports/types.ts';
import { purchaseRules } from '../../../core/program/rules.ts';
import { historyTask, salesTask } from '../../../reports_nightly.ts';
import { aPurchase, buy } from '../../support/purchases.ts';
import { type TestSvoi, testSvoi } from '../../support/svoi.ts';

let here: TestSvoi;
afterEach(() => here.close());

const day = (text: string) => Date.parse(`${text}T12:00:00+02:00`);

async function sell(at: string, phone: string | null, amountMinor = 100_000) {
  const [line] = aPurchase({ at: 0 }).lines;
  if (!line) throw new Error('a purchase has a line');
  return buy(
    here.svoi,
    aPurchase({
      at: day(at),
      externalId: `${at} ${phone} ${amountMinor}`,
      customer: phone === null ? null : { phone },
      lines: [{ ...line, amountMinor, unitPriceMinor: amountMinor }],
    }),
  );
}

function report<Name extends Exclude<Report['name'], 'effect'>>(
  name: Name,
  more: Partial<ReportQuestion> = {},
) {
  const question = { name, program: here.svoi.program(), now: here.clock.now(), ...more };
  return here.svoi.analyst.ask('report', question) as Promise<Extract<Report, { name: Name }>>;
}

const anna = '+380671234561';
const bohdan = '+380671234562';

describe('sales', () => {
  it('are counted by night, and what came since is added', async () => {
    here = await testSvoi({ at: '2026-11-22T12:00:00+02:00' });
    await sell('2026-11-20', anna, 60_000);
    await sell('2026-11-20', null, 20_000);
    await salesTask.run(here.svoi, '2026-11-22');
    await sell('2026-11-20', bohdan, 30_000);
    await sell('2026-11-21', null, 10_000);
    const { points, step, takeaway } = await report('revenue', { from: '2026-11-20', to: '2026-11-21' });
    expect(step).toBe('day');
    expect(points).toEqual([
      {
        day: '2026-11-20',
        memberSales: 2,
        memberMinor: 90_000,
        otherSales: 1,
        otherMinor: 20_000,
        pointsMinor: 0,
      },
      {
        day: '2026-11-21',
        memberSales: 0,
        memberMinor: 0,
        otherSales: 1,
        otherMinor: 10_000,
        pointsMinor: 0,
      },
    ]);
    expect(takeaway).toEqual({
      key: 'report.revenue',
      variables: { share: 75, member: 45_000, other: 15_000 },
    });
  });

  it.each([['before'], ['after']])('brought back whole %s the night count no more', async (when) => {
    here = await testSvoi({ at: '2026-11-22T12:00:00+02:00' });
    await sell('2026-11-20', anna, 50_000);
    const { result } = await sell('2026-11-20', bohdan, 40_000);
    if (when === 'after') await salesTask.run(here.svoi, '2026-11-22');
    await giveBack(result.id, 40_000);
    if (when === 'before') await salesTask.run(here.svoi, '2026-11-22');
    const { points } = await report('revenue', { from: '2026-11-20', to: '2026-11-20' });
    expect(points).toMatchObject([{ memberSales: 1, memberMinor: 50_000 }]);
  });

  it('are told with and without a customer, beside who registered, by weeks where days are many', async () => {
    here = await testSvoi({ at: '2026-11-22T12:00:00+02:00' });
    await register(anna, '2026-11-02');
    await register(bohdan, '2026-11-09');
    await sell('2026-11-03', anna);
    await sell('2026-11-08', null);
    await sell('2026-11-10', null);
    const { points, step, takeaway } = await report('registrations', {
      from: '2026-10-22',
      to: '2026-11-22',
    });
    expect(step).toBe('week');
    expect(points.map(({ day }) => day)).toEqual([
      ...['2026-10-19', '2026-10-26', '2026-11-02', '2026-11-09', '2026-11-16'],
    ]);
    expect(points.slice(2, 4)).toEqual([
      { day: '2026-11-02', registered: 1, sales: 2, memberSales: 1 },
      { day: '2026-11-09', registered: 1, sales: 1, memberSales: 0 },
    ]);
    expect(takeaway).toEqual({ key: 'report.registrations', variables: { count: 2, share: 33 } });
  });
});

describe('buyers', () => {
  it('are those of a month, and the returning ones among them had bought in an earlier month', async () => {
    here = await testSvoi({ at: '2026-11-22T12:00:00+02:00' });
    await sell('2024-01-05', anna);
    await sell('2026-09-05', anna);
    await sell('2026-09-06', anna, 1000);
    await sell('2026-09-30', bohdan);
    await sell('2026-11-01', bohdan);
    await sell('2026-11-02', '+380671234563');
    await salesTask.run(here.svoi, '2026-11-22');
    const { months, cohorts, takeaway } = await report('returning', { from: '2026-09-01' });
    expect(months).toEqual([
      { day: '2026-09-01', buyers: 2, returning: 1 },
      { day: '2026-10-01', buyers: 0, returning: 0 },
      { day: '2026-11-01', buyers: 2, returning: 1 },
    ]);
    expect(cohorts).toEqual([
      { day: '2026-09-01', customers: 1, back: [0, 1] },
      { day: '2026-10-01', customers: 0, back: [0] },
      { day: '2026-11-01', customers: 1, back: [] },
    ]);
    expect(takeaway).toEqual({ key: 'report.too_little' });
  });
});

describe('the history of segments', () => {
  it('tells each night who stands where, and from the second one who came and who left', async () => {
    here = await testSvoi({ at: '2026-11-20T04:00:00+02:00' });
    const often = await saveSegment('Often', 'orders>=2');
    await sell('2026-11-01', anna);
    await sell('2026-11-02', anna);
    await sell('2026-11-02', bohdan);
    await night('2026-11-20');
    const sale = await sell('2026-11-03', bohdan);
    await night('2026-11-21');
    await giveBack(sale.result.id, 100_000);
    await night('2026-11-22');
    await night('2026-11-22');

    const sizes = await report('segment_sizes', { map: often, from: '2026-11-19', to: '2026-11-22' });
    expect(sizes.places).toEqual([{ key: often, title: 'Often', sizes: [null, 1, 2, 1] }]);
    expect(sizes.takeaway).toEqual({
      key: 'report.segment_size',
      variables: { title: 'Often', before: 1, after: 1 },
    });
    const moves = await report('segment_moves', { map: often });
    expect(moves.moves).toEqual([
      { was: null, became: 'in', customers: 1 },
      { was: 'in', became: null, customers: 1 },
    ]);
  });

  it('forgets where customers stood on a map that is gone', async () => {
    here = await testSvoi({ at: '2026-11-20T04:00:00+02:00' });
    const often = await saveSegment('Often', 'orders>=1');
    await sell('2026-11-01', anna);
    await night('2026-11-20');
    const inside = () => here.svoi.analyst.ask('standingSizes', { maps: [often] });
    expect(await inside()).toEqual({ [often]: { in: 1 } });
    await here.svoi.database.write([
      { sql: 'update segments set removed_at = 1, revision = revision + 1', args: [] },
    ]);
    await night('2026-11-21');
    expect(await inside()).toEqual({ [often]: { in: 0 } });
  });
});

async function night(day: string) {
  here.clock.set(Date.parse(`${day}T04:00:00+02:00`));
  await historyTask.run(here.svoi, day);
}

async function saveSegment(name: string, rule: string): Promise<string> {
  const id = 'seg_01KANW6Q3J8X5T0G9R2B7C4D6E';
  const columns = 'id, name, rule, created_by, created_at, updated_at, revision';
  const sql = `insert into segments (${columns}) values (?, ?, ?, 'test', 0, 0, 1)`;
  await here.svoi.database.write([{ sql, args: [id, name, rule] }]);
  return id;
}

async function giveBack(purchaseId: PurchaseId, amountMinor: number) {
  const refund = { shopId: 'shp_test' as ShopId, externalId: 'refund-1', at: here.clock.now(), purchaseId };
  const outcome = await here.svoi.submit(
    recordRefund({ ...refund, amountMinor }, purchaseRules(here.svoi.program())),
  );
  if (!outcome.ok) throw new Error(outcome.refusal.detail);
}

async function register(phone: string, at: string) {
  const sql =
    "insert into customers (id, phone, created_at, registered_at) values ('cus_' || ?1, ?1, ?2, ?2)";
  await here.svoi.database.write([{ sql, args: [phone, day(at)] }]);
}
