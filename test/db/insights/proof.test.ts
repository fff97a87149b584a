import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CampaignId, CustomerId } from '../../../core/ids.ts';
import type { EffectAsked } from '../../../core/insights/proof/question.ts';
import type { EffectReport } from '../../../core/insights/reports/types.ts';
import { holdoutSalt } from '../../../core/journeys/campaigns/arms.ts';
import { type ProgramDefinition, programSchema } from '../../../core/program/program.ts';
import { seededRandom } from '../../../core/seeded_random.ts';
import { shareOf } from '../../../core/segments/share.ts';
import { DAY_MS } from '../../../core/time.ts';
import { readRows, statement } from '../../../db/database.ts';
import { effectReport } from '../../../db/insights/proof.ts';
import { applyProgram } from '../../../db/programs.ts';
import { effectOf, lookAtResults } from '../../../results.ts';
import {
  countedMs,
  type PutMember,
  type PutRun,
  type PutSale,
  putCampaign,
  putCustomers,
  putNotices,
  putRows,
  putRuns,
  putSales,
  putVersion,
} from '../../support/proof.ts';
import { type TestSvoi, testSvoi } from '../../support/svoi.ts';

const sent = Date.parse('2026-11-01T12:00:00+02:00');
const over = sent + countedMs;

let t: TestSvoi;
beforeEach(async () => {
  t = await testSvoi({ at: over });
});
afterEach(() => t.close());

async function result(asked: EffectAsked): Promise<EffectReport> {
  const found = await effectOf(t.svoi, asked);
  if (!found) throw new Error('there is no result');
  return found;
}

const ofCampaign = (id: CampaignId) => result({ kind: 'campaign', id });

function armIn(report: EffectReport, name: string) {
  const found = report.arms.find(({ arm }) => arm === name);
  if (!found) throw new Error(`there is no arm ${name}`);
  return found;
}

const people = (count: number) => putCustomers(t.svoi, count, sent - 30 * DAY_MS);
const member = (customerId: CustomerId, arm: string, more: Partial<PutMember> = {}): PutMember => ({
  ...{ customerId, arm, at: sent },
  ...more,
});

async function merge(from: CustomerId, into: CustomerId): Promise<void> {
  await t.svoi.database.write([statement('update customers set merged_into = ? where id = ?', into, from)]);
}

describe('what counts as bought', () => {
  it('is from the moment of the offer on, for the days that count, less what came back', async () => {
    const [one, two, three, kept] = (await people(4)) as [CustomerId, CustomerId, CustomerId, CustomerId];
    const id = await putCampaign(
      t.svoi,
      [member(one, 'a'), member(two, 'a'), member(three, 'a'), member(kept, 'control')],
      { at: sent },
    );
    await putSales(t.svoi, [
      { customerId: one, at: sent - 1, totalMinor: 1 },
      { customerId: one, at: sent, totalMinor: 100_00, discountMinor: 20_00, refundedMinor: 40_00, spent: 7 },
      { customerId: one, at: over - 1, totalMinor: 30_00 },
      { customerId: one, at: over, totalMinor: 5 },
      { customerId: two, at: sent + DAY_MS, totalMinor: 50_00, refundedMinor: 50_00 },
      { customerId: kept, at: sent + DAY_MS, totalMinor: 60_00 },
    ]);
    const report = await ofCampaign(id);
    expect(armIn(report, 'a')).toMatchObject({
      ...{ people: 3, over: 3, buyers: 1, paidMinor: 70_00, discountMinor: 10_00, pointsSpent: 7 },
      ...{ conversion: { mean: 1 / 3 }, money: { mean: 70_00 / 3 } },
    });
    expect(armIn(report, 'control')).toMatchObject({ people: 1, buyers: 1, paidMinor: 60_00 });
    expect(report).toMatchObject({ from: '2026-11-01', to: '2026-11-01', withinDays: 14 });
  });

  it('counts whoever was to be told, reached or not, from when it was to be; and nobody who was left out', async () => {
    const [told, unreached, budget, silent, withheld, kept] = (await people(6)) as CustomerId[];
    const later = sent + 3 * DAY_MS;
    const id = await putCampaign(
      t.svoi,
      [
        member(told as CustomerId, 'a'),
        member(unreached as CustomerId, 'a', { state: 'waiting', at: later }),
        member(budget as CustomerId, 'a', { state: 'budget' }),
        member(silent as CustomerId, '', { state: 'consent', at: null }),
        member(withheld as CustomerId, 'holdout'),
        member(kept as CustomerId, 'control', { at: later }),
      ],
      { at: sent },
    );
    await putSales(
      t.svoi,
      [unreached, silent, withheld, kept].map((customerId) => ({
        ...{ customerId: customerId as CustomerId, at: later - 1, totalMinor: 10_00 },
      })),
    );
    const report = await ofCampaign(id);
    expect(armIn(report, 'a')).toMatchObject({ people: 3, over: 2, buyers: 0 });
    expect(armIn(report, 'control')).toMatchObject({ people: 1, over: 0, buyers: 0 });
    expect(report.preliminaryUntil).toBe(later + countedMs);
    expect(report.verdict).toEqual({ kind: 'too_early', missing: 'days', until: later + countedMs });
  });

  it('of a campaign that was stopped leaves out, in both groups, those whose moment had not come', async () => {
    const [told, kept, spared, keptToo] = (await people(4)) as CustomerId[];
    const later = sent + DAY_MS;
    const id = await putCampaign(
      t.svoi,
      [
        member(told as CustomerId, 'a'),
        member(kept as CustomerId, 'control'),
        member(spared as CustomerId, 'a', { state: 'waiting', at: later }),
        member(keptToo as CustomerId, 'control', { at: later }),
      ],
      { at: sent, state: 'stopped', finishedAt: sent + 1000 },
    );
    const report = await ofCampaign(id);
    expect(report.arms.map(({ arm, people: count }) => [arm, count])).toEqual([
      ['a', 1],
      ['control', 1],
    ]);
  });

  it('of one person with several accounts is one, in the arm of the first of them', async () => {
    const [into, from, other] = (await people(3)) as [CustomerId, CustomerId, CustomerId];
    await merge(from, into);
    const id = await putCampaign(
      t.svoi,
      [member(into, 'control', { at: sent + 1 }), member(from, 'a'), member(other, 'control')],
      { at: sent },
    );
    await putSales(t.svoi, [
      { customerId: from, at: sent, totalMinor: 10_00 },
      { customerId: into, at: sent + DAY_MS, totalMinor: 20_00 },
    ]);
    const report = await ofCampaign(id);
    expect(armIn(report, 'a')).toMatchObject({ people: 1, buyers: 1, paidMinor: 30_00 });
    expect(armIn(report, 'control')).toMatchObject({ people: 1, buyers: 0, paidMinor: 0 });
  });
});

it('sums and squares are those of the people one by one, whoever they are', async () => {
  const random = seededRandom(5);
  const customers = await people(300);
  for (let at = 0; at < 40; at += 4)
    await merge(customers[at] as CustomerId, customers[at + 1] as CustomerId);
  const members = customers.map((customerId) => {
    const arm = random() < 0.2 ? 'control' : random() < 0.5 ? 'a' : 'b';
    return { ...member(customerId, arm), at: sent - Math.floor(random() * 5 * DAY_MS) };
  });
  const sales: PutSale[] = customers.flatMap((customerId) =>
    Array.from({ length: Math.floor(random() * 4) }, () => ({
      customerId,
      at: sent - 6 * DAY_MS + Math.floor(random() * 22 * DAY_MS),
      totalMinor: 1000 + Math.floor(random() * 100_000),
      discountMinor: random() < 0.3 ? 500 : 0,
      refundedMinor: random() < 0.1 ? 400 : 0,
    })),
  );
  const id = await putCampaign(t.svoi, members, { at: sent, variants: ['a', 'b'] });
  await putSales(t.svoi, sales);
  const report = await ofCampaign(id);
  const rows = await readRows(
    t.svoi.database,
    'select id, coalesce(merged_into, id) as person from customers',
  );
  const personOf = new Map(rows.map((row) => [String(row.id), String(row.person)]));
  const first = new Map<string, PutMember>();
  for (const one of members) {
    const person = personOf.get(one.customerId) ?? '';
    if ((first.get(person)?.at ?? Number.MAX_SAFE_INTEGER) > (one.at ?? 0)) first.set(person, one);
  }
  for (const arm of ['a', 'b', 'control']) {
    const paid = [...first]
      .filter(([, one]) => one.arm === arm)
      .map(([person, { at }]) =>
        sales
          .filter((sale) => personOf.get(sale.customerId) === person)
          .filter((sale) => sale.at >= (at ?? 0) && sale.at < (at ?? 0) + countedMs)
          .reduce(
            (sum, sale) => sum + sale.totalMinor - (sale.discountMinor ?? 0) - (sale.refundedMinor ?? 0),
            0,
          ),
      );
    const mean = paid.reduce((sum, one) => sum + one, 0) / paid.length;
    const variance = paid.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (paid.length - 1);
    const found = armIn(report, arm);
    expect([found.people, found.buyers]).toEqual([paid.length, paid.filter((one) => one > 0).length]);
    expect(found.money.mean).toBeCloseTo(mean, 6);
    // Student's t for some hundred people is a little more than 1.96.
    expect((found.money.high - mean) / Math.sqrt(variance / paid.length)).toBeCloseTo(1.98, 1);
  }
});

describe('what became of messages', () => {
  it('counts each once over all its channels, with the price of all', async () => {
    const [one, two, three] = (await people(3)) as [CustomerId, CustomerId, CustomerId];
    const id = await putCampaign(t.svoi, [member(one, 'a'), member(two, 'a'), member(three, 'a')], {
      at: sent,
      gift: { points: 30, liveDays: null },
    });
    const at = sent;
    const told = { campaign: id, arm: 'a', at } as const;
    await putNotices(t.svoi, [
      {
        ...{ ...told, customerId: one, clickedAt: at, answeredAt: at },
        messages: [
          { sentAt: at, priceMicros: 500_000 },
          { sentAt: at, deliveredAt: at, readAt: at, priceMicros: 1_500_000 },
        ],
      },
      { ...told, customerId: two, leftAt: at, messages: [{ sentAt: at, deliveredAt: at }] },
      { ...told, customerId: three, state: 'failed', messages: [{}] },
    ]);
    const report = await ofCampaign(id);
    expect(armIn(report, 'a')).toMatchObject({
      ...{ sent: 2, delivered: 2, read: 1, clicked: 1, answered: 1, left: 1, failed: 1 },
      ...{ priceMicros: 2_000_000, pointsGiven: 90 },
    });
  });
});

it('tells of how many messages the messenger says whether they were delivered and read', async () => {
  const [one, two, three] = (await people(3)) as [CustomerId, CustomerId, CustomerId];
  const id = await putCampaign(t.svoi, [member(one, 'a'), member(two, 'a'), member(three, 'a')], {
    at: sent,
  });
  const at = sent;
  const told = { campaign: id, arm: 'a', at } as const;
  const error = '24 hours after the last word, and no approved template for this text in uk';
  await putNotices(t.svoi, [
    { ...told, customerId: one, messages: [{ channel: 'telegram', sentAt: at }] },
    { ...told, customerId: two, messages: [{ channel: 'sms', sentAt: at, deliveredAt: at }] },
    {
      ...{ ...told, customerId: three },
      messages: [
        { channel: 'whatsapp', error },
        { channel: 'viber', sentAt: at },
      ],
    },
  ]);
  const arm = armIn(await ofCampaign(id), 'a');
  expect(arm).toMatchObject({ sent: 3, delivered: 1, deliveredOf: 2, read: 0, readOf: 1, untemplated: 1 });
});

describe('a journey', () => {
  it('counts a person once, from the first time and in the arm of then, with all that was told', async () => {
    await putVersion(t.svoi, { key: 'cart', at: 0 });
    const [one, two] = (await people(2)) as [CustomerId, CustomerId];
    const notices = await putNotices(
      t.svoi,
      [sent, sent + DAY_MS].map((at) => ({
        ...{ customerId: one, campaign: 'journey:cart', arm: 'a', at },
        messages: [{ sentAt: at, deliveredAt: at, priceMicros: 10_000 }],
      })),
    );
    await putRuns(t.svoi, [
      { customerId: one, journey: 'cart', arm: 'a', at: sent, notices: notices.slice(0, 1), pointsGiven: 5 },
      { customerId: one, journey: 'cart', arm: 'a', at: sent + DAY_MS, notices: notices.slice(1) },
      { customerId: two, journey: 'cart', arm: 'control', at: sent },
      { customerId: two, journey: 'other', arm: 'a', at: sent },
    ]);
    await putSales(t.svoi, [{ customerId: one, at: sent + 13 * DAY_MS, totalMinor: 700 }]);
    const report = await result({ kind: 'journey', key: 'cart' });
    expect(armIn(report, 'a')).toMatchObject({
      ...{ people: 1, over: 1, buyers: 1, paidMinor: 700, pointsGiven: 5 },
      ...{ sent: 2, delivered: 2, read: 0, priceMicros: 20_000 },
    });
    expect(armIn(report, 'control')).toMatchObject({ people: 1, buyers: 0, sent: 0 });
    expect(report.subject).toMatchObject({ kind: 'journey', names: { en: 'Forgotten cart' } });
  });

  it('is looked at by days and versions; one that is not there has no result', async () => {
    await putVersion(t.svoi, { key: 'cart', at: 0 });
    await putVersion(t.svoi, { key: 'cart', version: 2, at: 0 });
    const [one, two] = (await people(2)) as [CustomerId, CustomerId];
    await putRuns(t.svoi, [
      { customerId: one, journey: 'cart', arm: 'a', at: sent - 5 * DAY_MS },
      { customerId: two, journey: 'cart', arm: 'a', at: sent, version: 2 },
    ]);
    const counts = async (asked: Partial<Extract<EffectAsked, { kind: 'journey' }>>) =>
      (await result({ kind: 'journey', key: 'cart', ...asked })).arms.map((arm) => arm.people);
    expect(await counts({})).toEqual([2]);
    expect(await counts({ from: '2026-11-01' })).toEqual([1]);
    expect(await counts({ to: '2026-10-31' })).toEqual([1]);
    expect(await counts({ version: 2 })).toEqual([1]);
    expect(await effectOf(t.svoi, { kind: 'journey', key: 'cart', version: 3 })).toBeUndefined();
    expect(await effectOf(t.svoi, { kind: 'journey', key: 'none' })).toBeUndefined();
    expect(await effectOf(t.svoi, { kind: 'campaign', id: 'cmp_none' as CampaignId })).toBeUndefined();
  });

  it('whose share kept apart was changed is held to what was drawn at the time', async () => {
    await putVersion(t.svoi, { key: 'cart', at: 0 });
    await putVersion(t.svoi, { key: 'cart', version: 2, control: 50, at: 0 });
    const changed: ProgramDefinition = {
      ...programSchema.parse({}),
      proof: { ...t.svoi.program().proof, control_percent: 20 },
    };
    await applyProgram(t.svoi.database, changed, sent);
    const customers = await people(1000);
    await putRuns(
      t.svoi,
      customers.map((customerId, index) => {
        const [at, version] = index < 400 ? [sent - 1, 1] : index < 800 ? [sent, 1] : [sent + 1, 2];
        const kept = index < 400 ? index % 10 === 0 : index < 800 ? index % 5 === 0 : index % 2 === 0;
        return { customerId, journey: 'cart', arm: kept ? 'control' : 'a', at, version };
      }),
    );
    const { ratio } = await result({ kind: 'journey', key: 'cart' });
    const sizes = ratio.sizes.map(({ arm, people: count, expected }) => [arm, count, Math.round(expected)]);
    expect(sizes).toEqual([
      ['control', 220, 220],
      ['a', 780, 780],
    ]);
  });

  it('that lets people in who were kept apart changes by what those differ who were drawn alike', async () => {
    const changed = sent - 30 * DAY_MS;
    await putVersion(t.svoi, { key: 'cart', control: 20, at: 0 });
    await putVersion(t.svoi, { key: 'cart', version: 2, control: 10, at: changed });
    /** In each group of people alike every fifth buys nothing; who is told buys for 200 more, and in autumn all buy more. */
    const cohorts = [
      { name: 'long before', entries: [changed - 20 * DAY_MS, changed + 8 * DAY_MS] },
      { name: 'just before', entries: [changed - 5 * DAY_MS, changed + 3 * DAY_MS] },
      { name: 'just before, and never again', entries: [changed - 4 * DAY_MS] },
      { name: 'after', entries: [changed + DAY_MS] },
    ] as const;
    const armAt = (id: CustomerId, at: number) =>
      shareOf(id, 'cart') * 100 < (at < changed ? 20 : 10) ? 'control' : 'a';
    const runs: PutRun[] = [];
    const sales: PutSale[] = [];
    for (const { entries } of cohorts) {
      const alike = new Map<string, CustomerId[]>();
      for (const id of await people(1500)) {
        const arms = entries.map((at) => armAt(id, at)).join();
        alike.set(arms, [...(alike.get(arms) ?? []), id]);
      }
      for (const group of alike.values()) {
        for (const [index, customerId] of group.slice(0, group.length - (group.length % 5)).entries()) {
          for (const at of entries) {
            const arm = armAt(customerId, at);
            runs.push({ customerId, journey: 'cart', arm, at, version: at < changed ? 1 : 2 });
            const amount = (at < changed ? 100 : 1000) + (arm === 'a' ? 200 : 0);
            if (index % 5 > 0) sales.push({ customerId, at: at + DAY_MS, totalMinor: amount });
          }
        }
      }
    }
    await putRuns(t.svoi, runs);
    await putSales(t.svoi, sales);
    const report = await result({ kind: 'journey', key: 'cart' });
    const [comparison] = report.comparisons;
    expect(comparison?.money.difference).toBeCloseTo(0.8 * 200, 9);
    expect(comparison?.conversion.difference).toBeCloseTo(0, 9);
    // One before, one after, and one of those who came back and had been kept apart.
    expect(report.strata).toBe(3);
    expect(report.ratio.isOff).toBe(false);
    const everybody = new Set(runs.map(({ customerId }) => customerId)).size;
    expect(report.arms.reduce((sum, arm) => sum + arm.people, 0)).toBe(everybody);
    // By the first time each came, as if all were drawn alike, it would look like far less.
    const naive = armIn(report, 'a').money.mean - armIn(report, 'control').money.mean;
    expect(Math.abs(naive - 160)).toBeGreaterThan(20);
    // Of the new version alone, those who came back are still held against those with the same past.
    const own = await result({ kind: 'journey', key: 'cart', version: 2 });
    expect(own.comparisons[0]?.money.difference).toBeCloseTo(160, 9);
  });
});

it('of what is told at once there is no result, and the words say why', async () => {
  const report = await result({ kind: 'journey', key: 'points_earned' });
  expect(report).toMatchObject({
    ...{ verdict: { kind: 'none', because: 'at_once' }, takeaway: { key: 'effect.at_once' } },
    ...{ arms: [], comparisons: [], preliminaryUntil: null },
  });
  const named = await lookAtResults({ name: 'points_earned', theme: 'light', locale: 'en' }, t.svoi);
  const { reply } = named();
  expect(reply.paragraphs.flat()).toContainEqual({ key: 'effect.at_once' });
  expect(reply.picture).toBeUndefined();
});

describe('all offers together', () => {
  it('are compared over those who had agreed when the period began, by who never gets any', async () => {
    const proof = { ...t.svoi.program().proof, holdout_percent: 30 };
    await applyProgram(t.svoi.database, { ...programSchema.parse({}), proof }, sent - 20 * DAY_MS);
    await t.svoi.reloadProgram();
    const customers = await people(200);
    const said = (customerId: string, granted: number, at: number, order: string) => ({
      ...{ id: `con_${order}${customerId}`, customer_id: customerId, category: 'marketing', granted, at },
      ...{ text: '', text_version: 1, locale: 'uk', source: 'test' },
    });
    const [agreed, refused, late, left] = [0, 1, 2, 3].map((part) =>
      customers.filter((_, at) => at % 4 === part),
    );
    await putRows(t.svoi, 'consents', [
      ...(agreed ?? []).map((id) => said(id, 1, sent - DAY_MS, '1')),
      ...(refused ?? []).map((id) => said(id, 0, sent - DAY_MS, '1')),
      ...(late ?? []).map((id) => said(id, 1, sent + DAY_MS, '1')),
      ...(left ?? []).flatMap((id) => [said(id, 1, sent - DAY_MS, '1'), said(id, 0, sent + DAY_MS, '2')]),
    ]);
    const counted = [...(agreed ?? []), ...(left ?? [])];
    await putSales(
      t.svoi,
      counted.map((customerId) => ({ customerId, at: sent + 2 * DAY_MS, totalMinor: 1000 })),
    );
    const report = await result({ kind: 'holdout', from: '2026-11-01', to: '2026-11-10' });
    const never = counted.filter((id) => shareOf(id, holdoutSalt) < 0.3).length;
    expect(armIn(report, 'control')).toMatchObject({ people: never, buyers: never });
    expect(armIn(report, 'a')).toMatchObject({ people: 100 - never, buyers: 100 - never });
    expect(report.withinDays).toBe(10);
  });

  it('leave out the days before the program changed who never gets any', async () => {
    const proof = { ...t.svoi.program().proof, holdout_percent: 5 };
    await applyProgram(t.svoi.database, { ...programSchema.parse({}), proof }, sent);
    await t.svoi.reloadProgram();
    const report = await result({ kind: 'holdout', from: '2026-09-01', to: '2026-11-10' });
    expect(report.from).toBe('2026-11-02');
  });
});

it('walks over members by the index of purchases, and over notices by that of their campaign', async () => {
  const [customer] = (await people(1)) as [CustomerId];
  const id = await putCampaign(t.svoi, [member(customer, 'a')], { at: sent });
  const plans: string[] = [];
  const { database } = t.svoi;
  const explaining = {
    async read(statements: Parameters<typeof database.read>[0]) {
      for (const { sql, args } of statements) {
        const rows = await readRows(database, `explain query plan ${sql}`, ...args);
        plans.push(rows.map(({ detail }) => String(detail)).join('\n'));
      }
      return database.read(statements);
    },
  };
  await effectReport(explaining, {
    asked: { kind: 'campaign', id },
    program: t.svoi.program(),
    now: over,
  });
  const [, , bought = '', told = ''] = plans;
  expect(bought).toContain('SEARCH campaign_members USING PRIMARY KEY (campaign_id=?)');
  expect(bought).toContain('SEARCH p USING INDEX purchases_customer (customer_id=? AND at>? AND at<?)');
  expect(told).toContain('SEARCH n USING INDEX notices_campaign (campaign=?)');
  expect(told).toContain('SEARCH x USING INDEX messages_notice (notice_id=?)');
});
