import { SvoiError } from '../../core/errors.ts';
import type { CustomerId } from '../../core/ids.ts';
import { parseSegment } from '../../core/segments/parse.ts';
import { type Reading, readRow, readRows } from '../database.ts';
import { type CompiledSegment, compileSegment } from './compile.ts';
import { type SegmentProgram, segmentContext } from './context.ts';
import { shareSql } from './people.ts';

/** A segment in its compact form, and at which moment under which rules it is looked at. */
export interface SegmentQuestion {
  readonly rule: string;
  readonly program: SegmentProgram;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** How many are in a segment, and how many of them an offer may reach. */
export interface SegmentCount {
  readonly customers: number;
  /** Those who said yes to offers and have a chat that takes them. */
  readonly reachable: number;
}

/** A member in a sample or a list. */
export interface SegmentMember {
  readonly id: CustomerId;
  readonly name: string | null;
  readonly phone: string | null;
  readonly card: string | null;
  readonly orders: number;
  readonly paidMinor: number;
  /** When the last purchase was, epoch milliseconds. */
  readonly lastAt: number | null;
}

/** Who comes after an id, and at most how many. */
export interface SegmentPageQuestion extends SegmentQuestion {
  readonly after?: CustomerId;
  readonly limit: number;
}

/** The segment as SQL. Throws `segment_invalid` where the text cannot be read: whoever asks has checked it. */
export async function segmentWhere(
  database: Reading,
  { rule: text, program, now }: SegmentQuestion,
): Promise<CompiledSegment> {
  const parsed = parseSegment(text);
  if (!parsed.ok)
    throw new SvoiError('segment_invalid', `"${text}" is no segment: ${parsed.problems[0]?.kind}`);
  return compileSegment(parsed.rule, await segmentContext(database, program, now));
}

/** Counts a segment. */
export async function countSegment(database: Reading, question: SegmentQuestion): Promise<SegmentCount> {
  const { where, args } = await segmentWhere(database, question);
  const row = await readRow(
    database,
    `select count(*) as customers, count(*) filter (where c.offers is 1 and c.chats & ~c.offers_refused <> 0) as reachable
     from customers c where ${where}`,
    ...args,
  );
  return { customers: Number(row?.customers), reachable: Number(row?.reachable) };
}

const memberColumns = 'c.id, c.name, c.phone, c.card, c.orders, c.paid_minor, c.last_at';

function memberFrom(row: Awaited<ReturnType<typeof readRows>>[number]): SegmentMember {
  return {
    id: String(row.id) as CustomerId,
    name: row.name as string | null,
    phone: row.phone as string | null,
    card: row.card as string | null,
    orders: Number(row.orders),
    paidMinor: Number(row.paid_minor),
    lastAt: row.last_at === null ? null : Number(row.last_at),
  };
}

/** Some members at random: the same ones for the same seed, as long as they are in it. */
export async function sampleSegment(
  database: Reading,
  question: SegmentQuestion & { readonly seed: string; readonly size: number },
): Promise<SegmentMember[]> {
  const { where, args } = await segmentWhere(database, question);
  const rows = await readRows(
    database,
    `select ${memberColumns} from customers c where ${where}
     order by ${shareSql(question.seed)}, c.id limit ?`,
    ...args,
    question.size,
  );
  return rows.map(memberFrom);
}

/** Members in the order of their ids. */
export async function pageOfSegment(
  database: Reading,
  question: SegmentPageQuestion,
): Promise<SegmentMember[]> {
  const { where, args } = await segmentWhere(database, question);
  const rows = await readRows(
    database,
    `select ${memberColumns} from customers c where c.id > ? and ${where} order by c.id limit ?`,
    question.after ?? '',
    ...args,
    question.limit,
  );
  return rows.map(memberFrom);
}

/** Which of all saved segments one customer is in, by name. */
export async function segmentsOfCustomer(
  database: Reading,
  customerId: CustomerId,
  program: SegmentProgram,
  now: number,
): Promise<string[]> {
  const context = { ...(await segmentContext(database, program, now)), one: customerId };
  const names = [...context.segments.keys()].sort();
  const checks = names.flatMap((name) => {
    const rule = context.segments.get(name);
    return rule ? [compileSegment(rule, context)] : [];
  });
  if (checks.length === 0) return [];
  const results = await database.read(
    checks.map(({ where, args }) => ({
      sql: `select 1 as inside from customers c where c.id = ? and ${where}`,
      args: [customerId, ...args],
    })),
  );
  return names.filter((_, index) => (results[index]?.length ?? 0) > 0);
}
