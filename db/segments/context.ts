import type { CustomerId } from '../../core/ids.ts';
import { defaultSecondPurchase, type SecondPurchase } from '../../core/insights/lifecycle.ts';
import { minorDigits } from '../../core/money.ts';
import type { Program } from '../../core/program/program.ts';
import { parseSegment } from '../../core/segments/parse.ts';
import type { Rule } from '../../core/segments/types.ts';
import { DAY_MS, localTime } from '../../core/time.ts';
import { type Reading, type Row, statement } from '../database.ts';
import { secondPurchaseName } from '../insights/lifecycle.ts';

/** What of a program segments depend on. Plain data, so that it can go to another thread. */
export interface SegmentProgram extends Pick<Program, 'zone' | 'currency' | 'tiers' | 'tier_days' | 'rfm'> {
  /** The rules of facts, for their names. */
  readonly facts?: Program['facts'];
}

/** What the words of a rule mean at one moment. */
export interface SegmentContext {
  readonly program: SegmentProgram;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Today in days since 1970 on the program's calendar. */
  readonly today: number;
  /** Minor units of one major unit. */
  readonly minorPerMajor: number;
  /** The saved segments by name. */
  readonly segments: ReadonlyMap<string, Rule>;
  /** Ids of coupons and of shops, by name. */
  readonly coupons: ReadonlyMap<string, string>;
  readonly shops: ReadonlyMap<string, string>;
  readonly secondPurchase: SecondPurchase;
  /** What was last computed under `rfm:NAME`, by that name, as it was written. */
  readonly computations: ReadonlyMap<string, string>;
  /** The only customer that is asked about: then no set is read whole. */
  readonly one?: CustomerId;
}

/** Rows of the only customer that is asked about, and of accounts merged into it; all rows where many are. */
export function ofOne(
  column: string,
  { one }: SegmentContext,
): { readonly sql: string; readonly args: readonly string[] } {
  if (one === undefined) return { sql: 'true', args: [] };
  return {
    sql: `${column} in (select ? union all select id from customers where merged_into = ?)`,
    args: [one, one],
  };
}

const contextStatements = [
  statement('select name, rule from segments where removed_at is null'),
  statement('select name, id from coupons'),
  statement('select name, id from shops'),
  statement("select name, result from computations where name = ? or name glob 'rfm:*'", secondPurchaseName),
];

/** Reads what the words of rules mean at `now`: one batch over small tables. */
export async function segmentContext(
  database: Reading,
  program: SegmentProgram,
  now: number,
): Promise<SegmentContext> {
  const [segments = [], coupons = [], shops = [], computed = []] = await database.read(contextStatements);
  const computations = textsOf(computed, 'result');
  const second = computations.get(secondPurchaseName);
  return {
    program,
    now,
    today: Math.floor(localTime(now, program.zone) / DAY_MS),
    minorPerMajor: 10 ** minorDigits(program.currency),
    segments: new Map([...textsOf(segments, 'rule')].flatMap(([name, text]) => ruleNamed(name, text))),
    coupons: textsOf(coupons, 'id'),
    shops: textsOf(shops, 'id'),
    secondPurchase: second === undefined ? defaultSecondPurchase : (JSON.parse(second) as SecondPurchase),
    computations,
  };
}

function textsOf(rows: readonly Row[], column: string): Map<string, string> {
  return new Map(rows.map((row) => [String(row.name), String(row[column])]));
}

function ruleNamed(name: string, text: string): [string, Rule][] {
  const parsed = parseSegment(text);
  return parsed.ok ? [[name, parsed.rule]] : [];
}
