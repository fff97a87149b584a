import type { TraitRule } from '../../program/facts.ts';
import { attributeTexts, type Bought, type BoughtLine, productName } from './bought.ts';
import { becauseOf, daysOf, type Evidence, leastSure, rounded, sureOf } from './evidence.ts';
import type { InferredValue } from './favourite.ts';
import { speaksOf } from './words_in.ts';

interface Sign extends Evidence {
  readonly value: string;
}

/** Values are the same in any case: a shop writes `Toyota` and `TOYOTA`. */
export function foldValue(value: string): string {
  return value.trim().toLowerCase();
}

/**
 * What an attribute of what somebody buys tells about them: the surest values first, `most` of them. Where only one can be
 * true, how sure it is shrinks by what speaks for others. `known` values, folded, are no news.
 */
export function inferTraits(
  bought: readonly Bought[],
  rule: TraitRule,
  today: number,
  known: ReadonlySet<string>,
): readonly InferredValue[] {
  const since = today - rule.within_days;
  const signs = bought
    .filter(({ day }) => day > since)
    .flatMap(({ day, lines }) =>
      lines.flatMap((line) =>
        valuesOf(line, rule).map((value) => ({
          day,
          weight: rule.weight,
          product: productName(line),
          value,
        })),
      ),
    );
  const ofDays = daysOf(signs);
  return [...groupBy(signs)]
    .filter(([folded, of]) => !known.has(folded) && daysOf(of) >= rule.at_least)
    .map(([, of]) => inferred(of, ofDays, rule))
    .filter(({ sure }) => sure >= leastSure)
    .sort((a, b) => b.sure - a.sure || b.because.days - a.because.days || (a.value < b.value ? -1 : 1))
    .slice(0, rule.most);
}

function inferred(signs: readonly Sign[], ofDays: number, rule: TraitRule): InferredValue {
  const share = rule.most === 1 ? daysOf(signs) / ofDays : 1;
  return {
    value: commonSpelling(signs),
    sure: rounded(sureOf(signs) * share),
    because: becauseOf(signs, ofDays),
  };
}

/** By attribute, read by the words of the rule where it has some; else by the category. */
function valuesOf(line: BoughtLine, { attribute, categories }: TraitRule): readonly string[] {
  const known = Object.entries(categories);
  const said = attributeTexts(line, attribute).map((text) => {
    const value = known.find(([name, words]) => foldValue(text) === name || speaksOf(text, words))?.[0];
    return value ?? text;
  });
  if (said.length > 0) return [...new Set(said)];
  return known.filter(([, words]) => speaksOf(line.category ?? '', words)).map(([name]) => name);
}

function groupBy(signs: readonly Sign[]): ReadonlyMap<string, readonly Sign[]> {
  const groups = new Map<string, Sign[]>();
  for (const sign of signs) {
    const group = groups.get(foldValue(sign.value));
    if (group) group.push(sign);
    else groups.set(foldValue(sign.value), [sign]);
  }
  return groups;
}

function commonSpelling(signs: readonly Sign[]): string {
  const counts = new Map<string, number>();
  for (const { value } of signs) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))[0]?.[0] ?? '';
}
