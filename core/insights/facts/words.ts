import type { Locale } from '../../customers/types.ts';
import type { WordKey, Words } from '../../messaging/keys.ts';
import type { FactRule } from '../../program/facts.ts';
import { DAY_MS } from '../../time.ts';
import { type AgeMonths, ageOn } from './age.ts';
import { isDayFact, isDayValue } from './days.ts';
import { type Because, type ProfileFact, sureEnough } from './types.ts';

/** Up to this age, in months, children are told of in months. */
const monthsUntil = 24;

/** From here on a fact is called almost certain. */
const almostSure = 0.8;

/** Values of traits that have words of their own, by the name of the fact. */
export const knownValues = {
  pet: ['dog', 'cat', 'bird', 'fish', 'rodent'],
  skin_type: ['dry', 'oily', 'normal', 'combination', 'sensitive'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Whether there are words for a value of a fact. */
export function isKnownValue(name: string, value: string): boolean {
  const known: Readonly<Record<string, readonly string[]>> = knownValues;
  return Object.hasOwn(known, name) && known[name]?.includes(value) === true;
}

type Told = Pick<ProfileFact, 'name' | 'value' | 'low' | 'high'>;

/**
 * A fact as a line: "A child, 3–4 years". `today` in days since 1970. Facts of rules a shop made are called by the title
 * in `rules`, in `locale` or any other language, else by their name.
 */
export function factWords(fact: Told, today: number, rules: readonly FactRule[], locale: Locale): Words {
  const { name, value, low, high } = fact;
  if (name === 'child' && low !== null && high !== null) return childWords(ageOn({ low, high }, today));
  if (name === 'weekday') return { key: 'fact.weekday', variables: { weekday: Number(value) } };
  if (name === 'hour') return { key: 'fact.hour', variables: { hour: Number(value) } };
  if (name === 'pet' || name === 'skin_type') {
    return isKnownValue(name, value)
      ? { key: `fact.${name}_known`, variables: { value } }
      : { key: `fact.${name}`, variables: { value } };
  }
  if (isDayFact(name) && isDayValue(value)) return { key: `fact.${name}`, variables: { date: value } };
  const key = plainKeys.find((known) => known === `fact.${name}`);
  if (key) return { key, variables: { value } };
  return { key: 'fact.other', variables: { name: titleOf(name, rules, locale), value } };
}

const plainKeys = ['fact.car', 'fact.brand', 'fact.category', 'fact.store'] as const satisfies WordKey[];

function titleOf(name: string, rules: readonly FactRule[], locale: Locale): string {
  const rule = rules.find((one) => one.name === name);
  const titles = rule?.kind === 'trait' ? rule.titles : undefined;
  return titles?.[locale] ?? titles?.uk ?? titles?.en ?? titles?.ru ?? name;
}

function childWords({ from, to }: AgeMonths): Words {
  if (to === 0) return { key: 'fact.child_newborn' };
  if (to < monthsUntil) {
    return from === to
      ? { key: 'fact.child_month', variables: { age: to } }
      : { key: 'fact.child_months', variables: { from, to } };
  }
  const [fromYears, toYears] = [Math.floor(from / 12), Math.floor(to / 12)];
  return fromYears === toYears
    ? { key: 'fact.child_year', variables: { age: toYears } }
    : { key: 'fact.child_years', variables: { from: fromYears, to: toYears } };
}

/** How sure a fact is and where it comes from, as sentences for the customer. */
export function becauseWords({ source, sure, because, at }: ProfileFact): readonly Words[] {
  if (source === 'customer') return [{ key: 'fact.said_by_customer', variables: { at } }];
  if (source !== 'purchases') return [{ key: 'fact.said_by_shop', variables: { at } }];
  return because ? [sureWords(sure), ...purchaseWords(because)] : [sureWords(sure)];
}

function sureWords(sure: number): Words {
  if (sure >= almostSure) return { key: 'fact.sure' };
  return { key: sure >= sureEnough ? 'fact.likely' : 'fact.guess' };
}

function purchaseWords({ days, ofDays, lastDay, products }: Because): Words[] {
  if (products.length === 0) return [{ key: 'fact.because_share', variables: { days, of: ofDays } }];
  // A day of the calendar is shown as its noon, which is the same day in nearly every zone.
  const at = lastDay * DAY_MS + DAY_MS / 2;
  return [
    { key: 'fact.because', variables: { count: days, at } },
    { key: 'fact.because_products', variables: { products: products.join(', ') } },
  ];
}
