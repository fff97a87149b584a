import type { FavouriteKind, FavouriteRule } from '../../program/facts.ts';
import type { Bought } from './bought.ts';
import { daysOf, rounded } from './evidence.ts';
import type { Because } from './types.ts';

/** A value that purchases speak for. */
export interface InferredValue {
  readonly value: string;
  readonly sure: number;
  readonly because: Because;
}

interface Candidate {
  readonly value: string;
  readonly days: ReadonlySet<number>;
  /** Of those, how many had it itself and not beside it. */
  readonly exact: number;
  readonly lastDay: number;
}

/**
 * The favourite of somebody, or none: what at least the share `share` of the days with purchases had in it, and at least
 * `at_least` days. How sure: by Laplace's rule of succession, (days + 1) / (all days + 2), the chance that the next
 * purchase has it too. Of equals, what was bought last. `known` values, folded, are passed over.
 */
export function inferFavourite(
  bought: readonly Bought[],
  { of, share, at_least, within_days }: FavouriteRule,
  today: number,
  known: ReadonlySet<string>,
): InferredValue | undefined {
  // Receipts that say nothing of it, like those without a store, are no vote against it.
  const votes = bought.filter((one) => one.day > today - within_days && valuesOf[of](one).length > 0);
  const ofDays = daysOf(votes);
  const [best] = candidatesOf(votes, of)
    .filter(
      ({ value, days }) => !known.has(value.toLowerCase()) && days.size >= Math.max(at_least, share * ofDays),
    )
    .sort(preferred);
  if (!best) return undefined;
  const { value, days, lastDay } = best;
  const because = { days: days.size, ofDays, firstDay: Math.min(...days), lastDay, products: [] };
  return { value, sure: rounded((days.size + 1) / (ofDays + 2)), because };
}

function preferred(a: Candidate, b: Candidate): number {
  return (
    b.days.size - a.days.size || b.exact - a.exact || b.lastDay - a.lastDay || (a.value < b.value ? -1 : 1)
  );
}

function candidatesOf(votes: readonly Bought[], of: FavouriteKind): Candidate[] {
  const exact = collect(votes, valuesOf[of]);
  const all = of === 'hour' ? collect(votes, aroundHour) : exact;
  return [...all].map(([value, days]) => ({
    value,
    days,
    exact: exact.get(value)?.size ?? 0,
    lastDay: Math.max(...days),
  }));
}

/** The days each value was bought on. */
function collect(votes: readonly Bought[], read: (bought: Bought) => readonly string[]) {
  const days = new Map<string, Set<number>>();
  for (const bought of votes) {
    for (const value of read(bought)) days.set(value, (days.get(value) ?? new Set()).add(bought.day));
  }
  return days;
}

const given = (text: string | null) => (text === null || text === '' ? [] : [text]);

const valuesOf: Readonly<Record<FavouriteKind, (bought: Bought) => readonly string[]>> = {
  brand: ({ lines }) => lines.flatMap(({ brand }) => given(brand)),
  category: ({ lines }) => lines.flatMap(({ category }) => given(category)),
  store: ({ store }) => given(store),
  weekday: ({ weekday }) => [String(weekday)],
  hour: ({ hour }) => [String(hour)],
};

/** Nobody comes at the stroke of an hour: what is bought speaks for the hours beside it too. */
function aroundHour({ hour }: Bought): readonly string[] {
  return [hour - 1, hour, hour + 1].filter((one) => one >= 0 && one < 24).map(String);
}
