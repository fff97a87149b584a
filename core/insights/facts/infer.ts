import type { FactRule } from '../../program/facts.ts';
import { type BirthWindow, windowOf } from './age.ts';
import type { Bought } from './bought.ts';
import { inferChildren } from './child.ts';
import { inferFavourite } from './favourite.ts';
import { foldValue, inferTraits } from './trait.ts';
import { type Because, guessesNothing, type ProfileFact } from './types.ts';

/** What purchases say about a customer. */
export type InferredFact = Pick<ProfileFact, 'name' | 'item' | 'value' | 'low' | 'high' | 'sure'> & {
  readonly because: Because;
};

type Inferred = Omit<InferredFact, 'item' | 'name'>;

/**
 * What `rules` infer about a customer on `today` (days since 1970) from all that was bought, in whatever order. `known`
 * are the customer's facts as they stand (see `settleFacts`): what people said or denied is not inferred, what was
 * inferred before keeps its number. Nothing for who asked us not to guess.
 */
export function inferFacts(
  bought: readonly Bought[],
  rules: readonly FactRule[],
  today: number,
  known: readonly ProfileFact[],
): readonly InferredFact[] {
  if (guessesNothing(known)) return [];
  return rules.flatMap((rule) => {
    const before = known.filter(({ name }) => name === rule.name);
    return numbered(rule.name, inferBy(rule, bought, today, before), before);
  });
}

function inferBy(
  rule: FactRule,
  bought: readonly Bought[],
  today: number,
  before: readonly ProfileFact[],
): readonly Inferred[] {
  const said = before.filter(({ source }) => source !== 'purchases');
  const standing = said.filter(({ deniedAt }) => deniedAt === null).length;
  const room = (rule.kind === 'favourite' ? 1 : rule.most) - standing;
  if (room <= 0) return [];
  if (rule.kind === 'child')
    return inferChildren(bought, { ...rule, most: room }, today, said.flatMap(windowsOf)).map(asChild);
  const values = new Set(said.map(({ value }) => foldValue(value)));
  if (rule.kind === 'trait') return inferTraits(bought, rule, today, values).slice(0, room).map(asValue);
  const favourite = inferFavourite(bought, rule, today, values);
  return favourite ? [asValue(favourite)] : [];
}

function windowsOf(fact: ProfileFact): BirthWindow[] {
  const window = windowOf(fact);
  return window ? [window] : [];
}

function asChild({ low, high, sure, because }: ReturnType<typeof inferChildren>[number]): Inferred {
  return { value: 'yes', low, high, sure, because };
}

function asValue({ value, sure, because }: ReturnType<typeof inferTraits>[number]): Inferred {
  return { value, low: null, high: null, sure, because };
}

/** Numbers: the one it had before, else the lowest that nothing has. */
function numbered(name: string, facts: readonly Inferred[], before: readonly ProfileFact[]): InferredFact[] {
  const free = before.filter(({ source }) => source === 'purchases');
  const kept = facts.map((fact) => {
    const index = free.findIndex((one) => isSame(fact, one));
    return index < 0 ? undefined : free.splice(index, 1)[0]?.item;
  });
  const taken = new Set<number | undefined>([
    ...kept,
    ...before.filter(({ source }) => source !== 'purchases').map(({ item }) => item),
  ]);
  return facts.map((fact, index) => {
    const item = kept[index] ?? lowestFree(taken);
    taken.add(item);
    return { name, item, ...fact };
  });
}

function lowestFree(taken: ReadonlySet<number | undefined>): number {
  let item = 1;
  while (taken.has(item)) item += 1;
  return item;
}

function isSame(fact: Inferred, before: ProfileFact): boolean {
  const { low, high } = before;
  if (fact.low === null || fact.high === null || low === null || high === null) {
    return foldValue(fact.value) === foldValue(before.value);
  }
  return fact.low <= high && low <= fact.high;
}
