import { findCuts, type RfmFigures } from '../../core/insights/rfm/cuts.ts';
import { allCodes, rfSegmentOfCode, segmentOfCode } from '../../core/insights/rfm/maps.ts';
import { countCodes } from '../../core/insights/rfm/score.ts';
import type { RfmProfile, RfmResult } from '../../core/insights/rfm/types.ts';
import { DAY_MS, endOfDayAfter, localTime } from '../../core/time.ts';
import { type Reading, readRows, type Statement } from '../database.ts';
import { computationStatement, readComputation } from './computations.ts';
import { figuresInMemory } from './rfm_memory.ts';
import { codeSql, codesSql, type RfmToday, rfmSource } from './rfm_source.ts';

/** What a profile is computed for: plain data, so that another thread can be asked. */
export interface RfmQuestion {
  readonly profile: RfmProfile;
  /** Epoch milliseconds, and the time zone whose calendar counts. */
  readonly now: number;
  readonly zone: string;
  /** Reads every customer anew: once a night, for what nobody saw change. */
  readonly full?: boolean;
}

/** Today on the calendar of `zone`. */
export function rfmToday(now: number, zone: string): RfmToday {
  return { day: Math.floor(localTime(now, zone) / DAY_MS), midnight: endOfDayAfter(now, 0, zone) };
}

/** Scores all customers by a profile: the bounds between scores, and how many stand where. */
export async function computeRfm(database: Reading, question: RfmQuestion): Promise<RfmResult> {
  const { profile, now, zone, full = false } = question;
  const today = rfmToday(now, zone);
  const isOfAll = profile.by === undefined && profile.days === undefined;
  const figures = isOfAll
    ? await figuresInMemory(database, now, full)
    : await readFigures(database, rfmSource(profile, today));
  const cuts = findCuts(profile, figures, today.day);
  return {
    profile: profile.name,
    basis: basisOf(profile),
    scores: profile.scores,
    day: today.day,
    computedAt: now,
    cuts,
    ...countCodes(profile, cuts, figures, today.day),
  };
}

async function readFigures(database: Reading, { sql, args }: Statement): Promise<RfmFigures> {
  const columns = ['last_day', 'orders', 'paid_minor'].map(
    (column) => `json_group_array(${column}) as ${column}`,
  );
  const [row] = await readRows(database, `select ${columns.join(', ')} from (${sql})`, ...args);
  const list = (name: string): number[] => JSON.parse(String(row?.[name] ?? '[]'));
  const orders = list('orders');
  return { length: orders.length, orders, lastDays: list('last_day'), paidMinor: list('paid_minor') };
}

/** Everything of a profile that its result depends on. */
function basisOf({ by, days, method, scores, bounds, map }: RfmProfile): string {
  return JSON.stringify({ by, days, method, scores, bounds, map });
}

function nameOf(profile: RfmProfile): string {
  return `rfm:${profile.name}`;
}

/** Keeps a result as the newest of its profile. */
export function rfmStatement(profile: RfmProfile, result: RfmResult): Statement {
  return computationStatement(nameOf(profile), result, result.computedAt);
}

/** The newest result of a profile; undefined where it was never computed as it is now. */
export async function readRfm(database: Reading, profile: RfmProfile): Promise<RfmResult | undefined> {
  const computed = await readComputation<RfmResult>(database, nameOf(profile));
  return computed && isOf(profile, computed.result) ? computed.result : undefined;
}

/** Whether a result was computed from the profile as it is now. */
export function isOf(profile: RfmProfile, result: RfmResult): boolean {
  return result.basis === basisOf(profile);
}

/** Where on the maps: a segment of one of the two, or a code. */
export type RfmPlace = string;

/** The codes of a place: a segment of the map of eleven or of seven, or the code itself. */
export function codesOf(profile: RfmProfile, map: 'rfm' | 'rf', place: RfmPlace): string[] {
  const segmentOf = map === 'rfm' ? segmentOfCode : rfSegmentOfCode;
  return allCodes(profile.scores).filter((code) => code === place || segmentOf(profile, code) === place);
}

/**
 * SQL over `customers c` that holds for whoever has one of these codes by the bounds last computed: at the moment it
 * runs, so who has just bought is scored anew.
 */
export function rfmCondition(
  profile: RfmProfile,
  result: RfmResult,
  codes: readonly string[],
  today: RfmToday,
): Statement {
  const { cuts } = result;
  if (!cuts || codes.length === 0) return { sql: 'false', args: [] };
  if (profile.by === undefined && profile.days === undefined) {
    return { sql: `(c.orders > 0 and ${codesSql(cuts, codes, today.day, 'c.')})`, args: [] };
  }
  const { sql, args } = rfmSource(profile, today);
  return {
    sql: `c.id in (select customer_id from (${sql}) where ${codesSql(cuts, codes, today.day)})`,
    args,
  };
}

/** Who is asked for: customers of these codes, after an id, so many. */
export interface RfmPageQuestion extends RfmQuestion {
  readonly codes: readonly string[];
  readonly after: string;
  readonly limit: number;
}

/** A customer with the code of this moment. */
export interface RfmMember {
  readonly id: string;
  readonly code: string;
}

/** Customers with one of these codes, in the order of their ids; nobody where the profile was never computed. */
export async function rfmPage(database: Reading, question: RfmPageQuestion): Promise<RfmMember[]> {
  const { profile, codes, after, limit, now, zone } = question;
  const cuts = (await readRfm(database, profile))?.cuts;
  if (!cuts) return [];
  const today = rfmToday(now, zone);
  const { sql, args } = rfmSource(profile, today);
  const rows = await readRows(
    database,
    `select customer_id, code from (select customer_id, ${codeSql(cuts, today.day)} as code from (${sql}))
     where code in (select value + 0 from json_each(?)) and customer_id > ? order by customer_id limit ?`,
    ...args,
    JSON.stringify(codes),
    after,
    limit,
  );
  return rows.map(({ customer_id, code }) => ({ id: String(customer_id), code: String(code) }));
}
