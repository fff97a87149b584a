import { addedUp, dayNumber, dayText, stepsOf } from '../../core/insights/reports/steps.ts';
import {
  movesTakeaway,
  npsTakeaway,
  registrationsTakeaway,
  returningTakeaway,
  revenueTakeaway,
  rfmTakeaway,
  sizesTakeaway,
} from '../../core/insights/reports/takeaways.ts';
import type {
  EffectReport,
  MovesReport,
  NpsReport,
  Period,
  RegistrationsReport,
  Report,
  ReportName,
  ReportQuestion,
  ReturningReport,
  RevenueReport,
  RfmReport,
  SizesReport,
} from '../../core/insights/reports/types.ts';
import { lookOf, segmentOfCode } from '../../core/insights/rfm/maps.ts';
import {
  type RfmProfile,
  type RfmResult,
  type RfmSegment,
  rfmSegments,
} from '../../core/insights/rfm/types.ts';
import { DAY_MS, localTime, startOfDay } from '../../core/time.ts';
import { type Reading, readRows } from '../database.ts';
import { readBuyers } from './buyers.ts';
import { readComputation } from './computations.ts';
import { mapOf, movesBetween, placesOf, sizesOf } from './history.ts';
import { readSales, type SalesOfDay, salesFigures } from './sales.ts';

const defaultDays = 30;
const defaultMonthsDays = 365;

/** What is told of the shop as a whole. */
type ShopReport = Exclude<Report, EffectReport>;

type Make = (database: Reading, question: ReportQuestion, period: Period) => Promise<ShopReport>;

/** Makes a report. Where there is nothing to tell, it says so in its sentence. */
export async function makeReport(database: Reading, question: ReportQuestion): Promise<ShopReport> {
  return makers[question.name](database, question, periodOf(question));
}

/** The days asked for, none of them after today; by default the last ones. */
function periodOf({ name, now, from, to, program }: ReportQuestion): Period {
  const today = dayText(Math.floor(localTime(now, program.zone) / DAY_MS));
  const last = to === undefined || to > today ? today : to;
  const days = name === 'returning' ? defaultMonthsDays : defaultDays;
  const first = from ?? dayText(dayNumber(last) - days + 1);
  return { from: first > last ? last : first, to: last };
}

const makers: Readonly<Record<ReportName, Make>> = {
  rfm: rfmReport,
  segment_sizes: sizesReport,
  segment_moves: movesReport,
  registrations: registrationsReport,
  nps: npsReport,
  returning: returningReport,
  revenue: revenueReport,
};

/** The profile that is named, else the first. */
function profileOf({ program: { rfm }, profile: name }: ReportQuestion): RfmProfile | undefined {
  return name === undefined ? rfm.profiles[0] : rfm.profiles.find((profile) => profile.name === name);
}

async function rfmReport(database: Reading, question: ReportQuestion): Promise<RfmReport> {
  const { program, now } = question;
  const profile = profileOf(question);
  const computed = profile && (await readComputation<RfmResult>(database, `rfm:${profile.name}`));
  const result = computed?.result;
  const about = Object.values(profile?.by ?? {})[0];
  const segments = rfmSegments.map((key) => {
    const { customers = 0, paidMinor = 0 } = result?.segments[key] ?? {};
    return { key, ...lookOf(program.rfm, 'rfm', key), customers, paidMinor };
  });
  const report = {
    name: 'rfm',
    profile: profile?.name ?? '',
    ...(about === undefined ? {} : { about }),
    day: dayText(result?.day ?? Math.floor(localTime(now, program.zone) / DAY_MS)),
    scores: profile?.scores ?? 5,
    customers: result?.customers ?? 0,
    paidMinor: segments.reduce((total, { paidMinor }) => total + paidMinor, 0),
    segments,
    cells: profile && result ? cellsOf(profile, result) : [],
  } as const;
  return { ...report, takeaway: rfmTakeaway(report) };
}

/** Codes by recency and frequency: all money scores together, in the segment of most of the customers. */
function cellsOf(profile: RfmProfile, { codes }: RfmResult): RfmReport['cells'] {
  const cells = new Map<string, { customers: number; paidMinor: number; of: Map<RfmSegment, number> }>();
  for (const [code, { customers, paidMinor }] of Object.entries(codes)) {
    const cell = cells.get(code.slice(0, 2)) ?? { customers: 0, paidMinor: 0, of: new Map() };
    const segment = segmentOfCode(profile, code);
    cell.customers += customers;
    cell.paidMinor += paidMinor;
    cell.of.set(segment, (cell.of.get(segment) ?? 0) + customers);
    cells.set(code.slice(0, 2), cell);
  }
  return [...cells].map(([place, { customers, paidMinor, of }]) => {
    const [most] = [...of].sort(([, a], [, b]) => b - a);
    const [recency, frequency] = [Number(place[0]), Number(place[1])];
    return { recency, frequency, customers, paidMinor, segment: most?.[0] ?? 'lost' };
  });
}

async function sizesReport(
  database: Reading,
  question: ReportQuestion,
  period: Period,
): Promise<SizesReport> {
  const map = mapOf(question);
  const places = await placesOf(database, map, question.program);
  const steps = stepsOf(period);
  const sizes = await sizesOf(database, map, steps);
  const report = {
    name: 'segment_sizes',
    map,
    ...steps,
    places: places.map((place) => ({ ...place, sizes: sizes(place.key) })),
  } as const;
  return { ...report, takeaway: sizesTakeaway(report) };
}

async function movesReport(
  database: Reading,
  question: ReportQuestion,
  period: Period,
): Promise<MovesReport> {
  const asked = mapOf(question);
  // Saved segments overlap: nobody moves from one to another.
  const map = asked === 'saved' ? mapOf({ ...question, map: 'rfm' }) : asked;
  const report = {
    name: 'segment_moves',
    map,
    ...period,
    places: await placesOf(database, map, question.program),
    moves: await movesBetween(database, map, period),
  } as const;
  return { ...report, takeaway: movesTakeaway(report) };
}

/** How often something happened in each quarter of an hour of a period: every zone changes its clocks on one of those. */
async function byDay<Figure extends string>(
  database: Reading,
  { from, to }: Period,
  zone: string,
  { sql, figures }: { readonly sql: string; readonly figures: readonly Figure[] },
): Promise<ReadonlyMap<number, Record<Figure, number>>> {
  const [start, end] = [startOfDay(from, zone), startOfDay(dayText(dayNumber(to) + 1), zone)];
  const days = new Map<number, Record<Figure, number>>();
  for (const row of await readRows(database, sql, start, end)) {
    const day = Math.floor(localTime(Number(row.quarter) * 900_000, zone) / DAY_MS);
    const before = days.get(day);
    const counted = figures.map((figure) => [figure, (before?.[figure] ?? 0) + Number(row[figure])]);
    days.set(day, Object.fromEntries(counted) as Record<Figure, number>);
  }
  return days;
}

const registeredSql = `select registered_at / 900000 as quarter, count(*) as registered from customers
  where registered_at >= ? and registered_at < ? and merged_into is null group by 1`;

async function registrationsReport(
  database: Reading,
  { program: { zone } }: ReportQuestion,
  period: Period,
): Promise<RegistrationsReport> {
  const figures = ['registered'] as const;
  const [registered, sales] = [
    await byDay(database, period, zone, { sql: registeredSql, figures }),
    await readSales(database),
  ];
  const steps = stepsOf(period);
  const people = addedUp(steps, registered, figures);
  const sold = addedUp<keyof SalesOfDay>(steps, sales, salesFigures);
  const points = people.map(({ day, registered }, index) => {
    const { memberSales = 0, otherSales = 0 } = sold[index] ?? {};
    return { day, registered, sales: memberSales + otherSales, memberSales };
  });
  const report = { name: 'registrations', ...period, step: steps.step, points } as const;
  return { ...report, takeaway: registrationsTakeaway(report) };
}

const answersSql = `select answered_at / 900000 as quarter,
    sum(score >= 9) as promoters, sum(score between 7 and 8) as passives, sum(score <= 6) as detractors
  from surveys where answered_at >= ? and answered_at < ? and score is not null group by 1`;

async function npsReport(
  database: Reading,
  { program: { zone } }: ReportQuestion,
  period: Period,
): Promise<NpsReport> {
  const figures = ['promoters', 'passives', 'detractors'] as const;
  const answers = await byDay(database, period, zone, { sql: answersSql, figures });
  const steps = stepsOf(period);
  const points = addedUp(steps, answers, figures);
  const report = { name: 'nps', ...period, step: steps.step, points } as const;
  return { ...report, takeaway: npsTakeaway(report) };
}

async function returningReport(
  database: Reading,
  { now, program: { zone } }: ReportQuestion,
  period: Period,
): Promise<ReturningReport> {
  const { day, months, returning, cohorts } = await readBuyers(database, { now, zone });
  const wanted = months
    .map((month, index) => ({ month, index }))
    .filter(({ month }) => month >= period.from.slice(0, 7) && month <= period.to);
  const report = {
    name: 'returning',
    ...period,
    day,
    months: wanted.map(({ month, index }) => {
      const back = returning[index] ?? 0;
      return { day: month, buyers: back + (cohorts[index]?.[0] ?? 0), returning: back };
    }),
    cohorts: wanted.map(({ month, index }) => {
      const [customers = 0, ...back] = cohorts[index] ?? [];
      return { day: month, customers, back };
    }),
  } as const;
  return { ...report, takeaway: returningTakeaway(report) };
}

async function revenueReport(database: Reading, _: ReportQuestion, period: Period): Promise<RevenueReport> {
  const steps = stepsOf(period);
  const points = addedUp<keyof SalesOfDay>(steps, await readSales(database), salesFigures);
  const report = { name: 'revenue', ...period, step: steps.step, points } as const;
  return { ...report, takeaway: revenueTakeaway(report) };
}
