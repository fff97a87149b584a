import type { Condition, Operator, Span } from '../../core/segments/types.ts';
import { before, DAY_MS, endOfDayAfter, localDay, startOfDay } from '../../core/time.ts';
import type { SegmentContext } from './context.ts';
import { type Fragment, notSo, plain } from './sql.ts';

const calendarUnits = { d: 'days', w: 'weeks', m: 'months', y: 'years' } as const;
const hourMs = 3_600_000;

/** The moment a span before now. */
export function momentBefore({ amount, unit }: Span, { now, program }: SegmentContext): number {
  return unit === 'h' ? now - amount * hourMs : before(now, amount, calendarUnits[unit], program.zone);
}

/** Days ahead: today is the first of them. Hours count as the days they fill. */
export function daysAhead(span: Span, context: SegmentContext): number {
  const { now } = context;
  const until = momentBefore({ ...span, amount: -span.amount }, context);
  return Math.max(1, Math.round((until - now) / DAY_MS));
}

/** The first moment of today. */
export function startOfToday({ now, program }: SegmentContext): number {
  return startOfDay(localDay(now, program.zone), program.zone);
}

/**
 * Moments as bounds: from the first to before the second; null is no bound. A span counts back from now, so that more
 * days ago is earlier; a day is all of it.
 */
export function boundsOf(
  { operator = '=', values = [] }: Pick<Condition, 'operator' | 'values'>,
  context: SegmentContext,
): readonly [from: number | null, until: number | null] {
  const [value] = values;
  if (value?.type === 'day') {
    const start = startOfDay(value.day, context.program.zone);
    return between(operator, start, endOfDayAfter(start, 0, context.program.zone));
  }
  if (value?.type !== 'span') return [null, null];
  const moment = momentBefore(value, context);
  if (operator === '=' || operator === '!=') {
    const start = startOfDay(localDay(moment, context.program.zone), context.program.zone);
    return [start, endOfDayAfter(start, 0, context.program.zone)];
  }
  // `> 60d` is longer ago: before that moment, the moment itself not among it.
  if (operator === '>') return [null, moment];
  if (operator === '>=') return [null, moment + 1];
  return operator === '<' ? [moment + 1, null] : [moment, null];
}

function between(operator: Operator, start: number, end: number): readonly [number | null, number | null] {
  if (operator === '<') return [null, start];
  if (operator === '<=') return [null, end];
  if (operator === '>') return [end, null];
  return operator === '>=' ? [start, null] : [start, end];
}

/** A moment in SQL within bounds; whoever has none is not. */
export function within(
  column: string,
  [from, until]: readonly [from: number | null, until: number | null],
): { readonly sql: string; readonly args: readonly number[] } {
  const parts = [
    ...(from === null ? [] : [{ sql: `${column} >= ?`, arg: from }]),
    ...(until === null ? [] : [{ sql: `${column} < ?`, arg: until }]),
  ];
  return { sql: parts.map(({ sql }) => sql).join(' and '), args: parts.map(({ arg }) => arg) };
}

/** A column of moments compared as a condition says: with a span, a day, or whether there is one. */
export function momentIs(column: string, condition: Condition, context: SegmentContext): Fragment {
  const { operator, values: [value] = [] } = condition;
  if (value?.type === 'word') {
    const wanted = (value.word === 'yes') === (operator === '=');
    return plain(`${column} is ${wanted ? 'not null' : 'null'}`);
  }
  const { sql, args } = within(column, boundsOf(condition, context));
  const inside = plain(`(${sql})`, ...args);
  return operator === '!=' ? notSo(inside) : inside;
}
