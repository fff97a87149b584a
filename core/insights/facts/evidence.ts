import type { Because } from './types.ts';

/** One thing bought: what speaks for a fact, and how strongly, from 0 to 1. */
export interface Evidence {
  /** Days since 1970 on the shop's calendar. */
  readonly day: number;
  readonly weight: number;
  readonly product: string;
}

/** Facts less sure than this are no more than noise, and are not kept. */
export const leastSure = 0.3;

const mostProducts = 3;

/**
 * How sure several purchases make us that each alone would with its `weight`: 1 − Π(1 − weight), the "noisy or". What is
 * bought on one day is one occasion and counts with its strongest, so that one basket makes nobody a parent. At 0.35 one
 * day makes 0.35, two 0.58, three 0.73, six 0.92.
 */
export function sureOf(evidence: readonly Evidence[]): number {
  const strongest = new Map<number, number>();
  for (const { day, weight } of evidence) strongest.set(day, Math.max(weight, strongest.get(day) ?? 0));
  // In the order of the days: sums of fractions depend on their order, facts must not.
  const doubts = [...strongest].sort(([a], [b]) => a - b).map(([, weight]) => 1 - weight);
  return 1 - doubts.reduce((doubt, one) => doubt * one, 1);
}

/** To the hundredth: what is kept does not change with every last digit. */
export function rounded(sure: number): number {
  return Math.round(sure * 100) / 100;
}

/** On how many days something was bought. */
export function daysOf(evidence: readonly Pick<Evidence, 'day'>[]): number {
  return new Set(evidence.map(({ day }) => day)).size;
}

/** What a fact comes from, out of all that could have spoken for it. `evidence` must not be empty. */
export function becauseOf(evidence: readonly Evidence[], ofDays: number): Because {
  const days = evidence.map(({ day }) => day);
  const counts = new Map<string, number>();
  for (const { product } of evidence) counts.set(product, (counts.get(product) ?? 0) + 1);
  const products = [...counts]
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .map(([product]) => product);
  return {
    days: daysOf(evidence),
    ofDays,
    firstDay: Math.min(...days),
    lastDay: Math.max(...days),
    products: products.slice(0, mostProducts),
  };
}
