import type { CampaignId } from '../../core/ids.ts';
import { effectOf } from '../../core/insights/proof/judge.ts';
import type { CountedArm } from '../../core/insights/proof/types.ts';
import { effectTakeaway } from '../../core/insights/proof/words.ts';
import type { EffectReport, Report } from '../../core/insights/reports/types.ts';
import { lookOf } from '../../core/insights/rfm/maps.ts';
import { defaultProgram } from '../../core/program/program.ts';
import { rfmSegments } from '../../core/program/rfm.ts';

const months = [
  ...['2025-12-01', '2026-01-01', '2026-02-01', '2026-03-01', '2026-04-01', '2026-05-01'],
  ...['2026-06-01', '2026-07-01', '2026-08-01', '2026-09-01', '2026-10-01', '2026-11-01'],
];
const year = { from: '2025-11-23', to: '2026-11-22', step: 'month' } as const;

const places = rfmSegments.map((key) => ({ key, ...lookOf(defaultProgram.rfm, 'rfm', key) }));

/** A report of each kind, as of a shop of some size. */
export const busyReports: readonly Report[] = [
  {
    name: 'rfm',
    profile: 'main',
    day: '2026-11-22',
    scores: 5,
    customers: 66_000,
    paidMinor: 9_870_000_00,
    segments: places.map((place, index) => ({
      ...place,
      customers: 1000 * (index + 1),
      paidMinor: 987_000_00 / (index + 1),
    })),
    cells: [1, 2, 3, 4, 5].flatMap((recency) =>
      [1, 2, 3, 4, 5].map((frequency) => ({
        recency,
        frequency,
        customers: 137 * recency * frequency ** 2,
        paidMinor: 1_234_567 * recency * frequency,
        segment: rfmSegments[(recency * frequency) % 11] ?? 'lost',
      })),
    ),
    takeaway: { key: 'report.rfm', variables: { part: 18, share: 61 } },
  },
  {
    name: 'segment_sizes',
    map: 'rfm:main',
    ...year,
    days: months,
    places: places.map((place, index) => ({
      ...place,
      sizes: months.map((_, month) => (month === 4 ? null : 500 * (index + 1) + month * 40 * (5 - index))),
    })),
    takeaway: { key: 'report.best_size', variables: { before: 1200, after: 2300 } },
  },
  {
    name: 'segment_moves',
    map: 'rfm:main',
    from: '2026-10-24',
    to: '2026-11-22',
    places,
    moves: [null, ...rfmSegments].flatMap((was, from) =>
      [null, ...rfmSegments].flatMap((became, to) =>
        (from * 7 + to * 3) % 5 === 1 && from !== to
          ? [{ was, became, customers: 40 + from * 11 + to * 17 }]
          : [],
      ),
    ),
    takeaway: { key: 'report.moves', variables: { better: 410, worse: 280 } },
  },
  {
    name: 'registrations',
    ...year,
    points: months.map((day, month) => ({
      day,
      registered: 120 + month * 37,
      sales: 4000,
      memberSales: 900 + month * 150,
    })),
    takeaway: { key: 'report.registrations', variables: { count: 3882, share: 43 } },
  },
  {
    name: 'nps',
    ...year,
    points: months.map((day, month) => ({
      day,
      promoters: 30 + month,
      passives: 12,
      detractors: 15 - month,
    })),
    takeaway: { key: 'report.nps', variables: { count: 684, index: 41, margin: 6 } },
  },
  {
    name: 'returning',
    ...year,
    day: '2026-11-22',
    months: months.map((day, month) => ({ day, buyers: 1500 + 60 * month, returning: 300 + 90 * month })),
    cohorts: months.map((day, month) => ({
      day,
      customers: 1200 - month * 30,
      back: months.slice(month + 1).map((_, later) => Math.round(420 / (later + 1))),
    })),
    takeaway: { key: 'report.returning', variables: { share: 56 } },
  },
  {
    name: 'revenue',
    ...year,
    points: months.map((day, month) => ({
      day,
      memberSales: 900 + month * 150,
      memberMinor: (900 + month * 150) * 64_000,
      otherSales: 3000 - month * 150,
      otherMinor: (3000 - month * 150) * 41_000,
      pointsMinor: 1_000_000 + month * 90_000,
    })),
    takeaway: { key: 'report.revenue', variables: { share: 52, member: 64_000, other: 41_000 } },
  },
  effectReport(['a', 'b'], 1_234_567),
  effectReport(['a'], 900),
];

/** A result with so many people in each arm. */
function effectReport(variants: readonly string[], people: number): EffectReport {
  const told = {
    ...{
      sent: people,
      delivered: people * 0.9,
      read: people / 2,
      deliveredOf: people,
      readOf: people * 0.8,
      clicked: people / 20,
      answered: 7,
      left: 3,
      failed: 2,
      untemplated: 0,
    },
    priceMicros: people * 500_000,
  };
  const arms = [...variants, 'control'].map((arm, index): CountedArm => {
    const buyers = Math.round(people * 0.11 * 0.85 ** index);
    const bought = {
      ...{ people, buyers, paidMinor: buyers * 81_234, paidSquares: buyers * 81_234 ** 2, pointsSpent: 40 },
      ...{ discountMinor: 0, discountSquares: 0, paidByDiscount: 0 },
    };
    return { arm, all: bought, over: bought, told, pointsGiven: 0, heads: people };
  });
  const at = Date.parse('2026-11-01T10:00:00Z');
  const over = new Map(arms.map((one) => [one.arm, one.over]));
  const strata = [{ over, sizes: [] }];
  const counted = { arms, strata, firstAt: at, finalAt: at + 14 * 86_400_000, isOnce: true };
  const effect = effectOf(counted, defaultProgram, at + 15 * 86_400_000);
  return {
    ...{ name: 'effect', from: '2026-11-01', to: '2026-11-02', withinDays: 14, marginPercent: 30, ...effect },
    subject: {
      ...{ kind: 'journey', isInstant: false },
      key: 'cart',
      names: { uk: 'Забутий кошик', en: 'Forgotten cart' },
      version: null,
    },
    takeaway: effectTakeaway(effect, { withinDays: 14, isOnce: true }),
  };
}

const tooLittle = { key: 'report.too_little' } as const;
const span = { from: '2026-11-01', to: '2026-11-03' };
const days = ['2026-11-01', '2026-11-02', '2026-11-03'];

/** The same reports of a shop in which nothing has happened. */
export const emptyReports: readonly Report[] = [
  {
    ...{ name: 'rfm', profile: 'main', day: '2026-11-22', scores: 5, customers: 0, paidMinor: 0 },
    segments: places.map((place) => ({ ...place, customers: 0, paidMinor: 0 })),
    cells: [],
    takeaway: tooLittle,
  },
  {
    ...{ name: 'segment_sizes', map: 'rfm:main', ...span, step: 'day', days },
    places: places.map((place) => ({ ...place, sizes: [null, null, 4] })),
    takeaway: tooLittle,
  },
  { name: 'segment_moves', map: 'rfm:main', ...span, places, moves: [], takeaway: tooLittle },
  {
    ...{ name: 'registrations', ...span, step: 'day', takeaway: tooLittle },
    points: days.map((day) => ({ day, registered: 0, sales: 0, memberSales: 0 })),
  },
  {
    ...{ name: 'nps', ...span, step: 'day', takeaway: tooLittle },
    points: days.map((day) => ({ day, promoters: 0, passives: 0, detractors: 0 })),
  },
  {
    ...{ name: 'returning', ...span, day: '2026-11-03', takeaway: tooLittle },
    months: [{ day: '2026-11-01', buyers: 0, returning: 0 }],
    cohorts: [{ day: '2026-11-01', customers: 0, back: [] }],
  },
  {
    ...{ name: 'revenue', ...span, step: 'day', takeaway: tooLittle },
    points: days.map((day) => ({
      ...{ day, memberSales: 0, memberMinor: 0, otherSales: 0, otherMinor: 0, pointsMinor: 0 },
    })),
  },
  {
    ...{ name: 'effect', ...span, withinDays: 14, marginPercent: 30, takeaway: { key: 'effect.nobody' } },
    subject: { kind: 'holdout' },
    ...effectOf({ arms: [], strata: [], firstAt: null, finalAt: null, isOnce: false }, defaultProgram, 0),
  },
];

const longTitle =
  'Дуже давні клієнти, яким <b>неодмінно</b> треба написати & не забути 木木木木木木木木木木木木';

/** Reports with names that people gave, as long and as odd as they like. */
export const longReports: readonly Report[] = [
  {
    ...{ name: 'segment_sizes', map: 'saved', ...span, step: 'day', days },
    places: Array.from({ length: 12 }, (_, index) => ({
      key: `seg_${index}`,
      title: `${longTitle} ${index}`,
      sizes: [index * 1_000_000, null, index * 1_100_000],
    })),
    takeaway: { key: 'report.segments_grew', variables: { count: 11, fewer: 0 } },
  },
  {
    ...{ name: 'segment_moves', map: 'seg_1', ...span },
    places: [{ key: 'seg_1', title: longTitle }],
    moves: [{ was: null, became: 'in', customers: 1_234_567 }],
    takeaway: { key: 'report.segment_moves', variables: { title: longTitle, entered: 1_234_567, left: 0 } },
  },
  {
    ...effectReport(['a', 'b', 'c', 'd', 'e', 'f', 'g'], 1_234_567),
    subject: { kind: 'campaign', id: 'cmp_1' as CampaignId, name: longTitle },
  },
];
