import { SvoiError } from '../../core/errors.ts';
import type { CustomerId } from '../../core/ids.ts';
import type { LookedUp } from '../../core/journeys/types.ts';
import { parseSegment } from '../../core/segments/parse.ts';
import { type Reading, statement } from '../database.ts';
import { compileSegment } from '../segments/compile.ts';
import { type SegmentContext, type SegmentProgram, segmentContext } from '../segments/context.ts';

/** Somebody of whom it is asked whether he is in a segment, by its rule in the compact form. */
export interface LookUp {
  readonly customerId: CustomerId;
  readonly rule: string;
}

/**
 * Looks up who of some is in which segment, all in one read. The answer is asked by customer. Nobody is in a segment that
 * cannot be read or followed.
 */
export async function lookUp(
  database: Reading,
  asked: readonly LookUp[],
  { program, now }: { readonly program: SegmentProgram; readonly now: number },
): Promise<(customerId: CustomerId) => LookedUp> {
  if (asked.length === 0) return () => () => undefined;
  const context = await segmentContext(database, program, now);
  const rules = [...new Set(asked.map(({ rule }) => rule))];
  const idsOf = (rule: string) =>
    asked.filter((one) => one.rule === rule).map(({ customerId }) => customerId);
  const questions = rules.flatMap((rule) => {
    const where = whereOf(rule, context);
    return where ? [{ rule, ask: whoOf(idsOf(rule), where) }] : [];
  });
  const answers = await database.read(questions.map(({ ask }) => ask));
  const inside = new Map(
    questions.map(({ rule }, index) => [rule, new Set((answers[index] ?? []).map(({ id }) => String(id)))]),
  );
  const pairs = new Set(asked.map(({ customerId, rule }) => `${customerId} ${rule}`));
  return (id) => (rule) => (pairs.has(`${id} ${rule}`) ? (inside.get(rule)?.has(id) ?? false) : undefined);
}

function whoOf(ids: readonly CustomerId[], { where, args }: NonNullable<ReturnType<typeof whereOf>>) {
  return statement(
    `select c.id from json_each(?) i cross join customers c on c.id = i.value where ${where}`,
    JSON.stringify([...new Set(ids)]),
    ...args,
  );
}

function whereOf(rule: string, context: SegmentContext) {
  const parsed = parseSegment(rule);
  if (!parsed.ok) return undefined;
  try {
    return compileSegment(parsed.rule, context);
  } catch (error) {
    if (error instanceof SvoiError && error.code.startsWith('segment_')) return undefined;
    throw error;
  }
}
