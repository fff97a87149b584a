import type { Locale } from '../../../core/customers/types.ts';
import { playgroundWords } from './words.ts';

/** Something to buy. The name is the word `goods.{sku}`, the price in minor units. */
export interface Good {
  readonly sku: keyof ReturnType<typeof playgroundWords>['goods'];
  readonly category: 'coffee' | 'food' | 'things';
  readonly priceMinor: number;
}

/** What the made-up shop sells. */
export const catalogue: readonly Good[] = [
  { sku: 'beans', category: 'coffee', priceMinor: 34_900 },
  { sku: 'cappuccino', category: 'coffee', priceMinor: 8_500 },
  { sku: 'croissant', category: 'food', priceMinor: 7_200 },
  { sku: 'tea', category: 'food', priceMinor: 18_900 },
  { sku: 'mug', category: 'things', priceMinor: 42_000 },
  { sku: 'press', category: 'things', priceMinor: 129_900 },
];

/** The name of a good in the language of the page. */
export function goodName(locale: Locale, good: Good): string {
  return playgroundWords(locale).goods[good.sku];
}
