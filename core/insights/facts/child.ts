import type { AgeSource, ChildRule } from '../../program/facts.ts';
import { type BirthWindow, isNear, monthDays, yearDays } from './age.ts';
import { attributeTexts, type Bought, type BoughtLine, productName } from './bought.ts';
import { becauseOf, daysOf, type Evidence, leastSure, rounded, sureOf } from './evidence.ts';
import { type Months, monthsOfAges, monthsOfSize } from './sizes.ts';
import { type Because, sureEnough } from './types.ts';
import { speaksOf } from './words_in.ts';

/** A purchase for a child, and between which days that child was born. */
interface Birth extends Evidence, BirthWindow {}

/** A child as purchases tell of it. */
export interface InferredChild extends BirthWindow {
  readonly sure: number;
  readonly because: Because;
}

/** The most purchases that are looked at, the newest: the search is quadratic. */
const mostBirths = 600;

/**
 * The children that purchases tell of, the surest first. Each purchase is a window of birthdays: its day less the ages it
 * is for. The strongest set of windows that share a day is one child, born within what they share; so each further
 * purchase for it can only narrow its window. What contradicts it is left for the next child. `known` are windows of
 * children that people told of or denied: what speaks of those is no news.
 */
export function inferChildren(
  bought: readonly Bought[],
  rule: ChildRule,
  today: number,
  known: readonly BirthWindow[],
): readonly InferredChild[] {
  const all = birthsIn(bought, rule);
  const ofDays = daysOf(all);
  const found: InferredChild[] = [];
  let left = all.filter((birth) => !known.some((window) => isNear(birth, window)));
  while (left.length > 0 && found.length < rule.most) {
    const child = strongest(left);
    const sure = rounded(sureOf(child) * fading(shared(child), rule, today));
    if (sure < leastSure) break;
    const window = shared(child);
    found.push({ ...window, sure, because: becauseOf(child, ofDays) });
    const taken = new Set(child);
    left = left.filter((birth) => !taken.has(birth) && !(sure >= sureEnough && isNear(birth, window)));
  }
  return found;
}

/** What all windows share. */
function shared(births: readonly Birth[]): BirthWindow {
  return {
    low: Math.max(...births.map(({ low }) => low)),
    high: Math.min(...births.map(({ high }) => high)),
  };
}

/** Those that share a day and are surest together; of equals the most, then those bought last, then of the older child. */
function strongest(births: readonly Birth[]): readonly Birth[] {
  const starts = [...new Set(births.map(({ low }) => low))].sort((a, b) => a - b);
  const sets = starts.map((start) => births.filter(({ low, high }) => low <= start && start <= high));
  const ranked = sets.map((set) => ({
    set,
    sure: sureOf(set),
    lastDay: Math.max(...set.map(({ day }) => day)),
  }));
  ranked.sort((a, b) => b.sure - a.sure || b.set.length - a.set.length || b.lastDay - a.lastDay);
  return ranked[0]?.set ?? [];
}

/**
 * Halves each year after the child has grown out of all that tells of it (`until_years`): who bought nappies twenty years
 * ago has no child any more that a shop could buy toys for.
 */
function fading({ low, high }: BirthWindow, { until_years }: ChildRule, today: number): number {
  const years = (today - (low + high) / 2) / yearDays;
  return 0.5 ** Math.max(0, years - until_years);
}

function birthsIn(bought: readonly Bought[], rule: ChildRule): readonly Birth[] {
  const births = bought.flatMap(({ day, lines }) => lines.flatMap((line) => birthOf(line, day, rule)));
  return births.sort(newestFirst).slice(0, mostBirths);
}

function newestFirst(a: Birth, b: Birth): number {
  return b.day - a.day || a.low - b.low || a.high - b.high || (a.product < b.product ? -1 : 1);
}

/** A line speaks once, by the first source that can read it. */
function birthOf(line: BoughtLine, day: number, rule: ChildRule): Birth[] {
  for (const source of rule.from) {
    const months = monthsBy(source, line);
    if (!months) continue;
    const [from, to] = months;
    const low = Math.floor(day - to * monthDays);
    const high = Math.ceil(day - from * monthDays) + rule.ahead_days;
    return [{ day, weight: source.weight, product: productName(line), low, high }];
  }
  return [];
}

function monthsBy(source: AgeSource, line: BoughtLine): Months | undefined {
  if (source.by === 'age') {
    const [[from], [to]] = [attributeTexts(line, source.from), attributeTexts(line, source.to)];
    return monthsOfAges(from, to, source.unit);
  }
  if (source.categories.length > 0 && !speaksOf(line.category ?? '', source.categories)) return undefined;
  const ages = attributeTexts(line, source.attribute).flatMap((size) => {
    const months = monthsOfSize(size, source.table);
    return months ? [months] : [];
  });
  if (ages.length === 0) return undefined;
  return [Math.min(...ages.map(([from]) => from)), Math.max(...ages.map(([, to]) => to))];
}
