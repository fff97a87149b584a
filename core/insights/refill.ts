import { median } from 'simple-statistics';
import { DAY_MS } from '../time.ts';

/** Where it is known from how long a product lasts: the shop says so, the customer's own habit, or everybody's. */
export const refillSources = ['product', 'own', 'others'] as const;
export type RefillSource = (typeof refillSources)[number];

/** What a customer bought of one product. Moments are epoch milliseconds, quantities may be weights. */
export interface Supply {
  readonly orders: number;
  readonly quantity: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** Of the last order. */
  readonly lastQuantity: number;
}

/** For how many days one of a product lasts, as far as it is known. */
export interface ProductLife {
  /** As the shop says. */
  readonly consumptionDays: number | null;
  /** As learned from those who bought it again. */
  readonly medianDays: number | null;
}

/** When a customer will have used up a product. */
export interface Refill {
  readonly boughtAt: number;
  readonly dueAt: number;
  /** How long the last order lasts in all. */
  readonly days: number;
  readonly source: RefillSource;
}

/** How many days before a product runs out it is told as an event: time to order and to deliver. */
export const refillToldDays = 3;
/** What ran out longer ago was bought elsewhere or is not wanted: it is forgotten. */
export const refillKeptDays = 30;
/** Nothing is foretold for longer: who bought for years ahead needs no reminder. */
export const longestRefillDays = 365;

/** Orders it takes to know a customer's own habit. */
const ordersForOwn = 3;

/** A product is bought again by nature when so many customers did, and they are this part of all who bought it. */
export const customersForLife = 10;
const againShare = 0.2;
/** A median outside these days is no consumption: the same shopping trip, or a coincidence. */
const shortestLifeDays = 1;

/**
 * How many days one of it lasted a customer: from the first order to the last, over what was used up meanwhile, which is
 * all that was bought but one average order. Undefined where it was not bought on two days.
 */
export function daysOfOne({
  orders,
  quantity,
  firstAt,
  lastAt,
}: Omit<Supply, 'lastQuantity'>): number | undefined {
  const days = (lastAt - firstAt) / DAY_MS;
  if (orders < 2 || quantity <= 0 || days < 1) return undefined;
  return (days * orders) / ((orders - 1) * quantity);
}

/**
 * When a customer will have used up a product: the shop's own word on how long one lasts counts before the customer's
 * habit (from three orders on), and that before everybody's. Undefined where none is known, or it is over a year.
 */
export function refillOf(supply: Supply, life: ProductLife): Refill | undefined {
  const { lastAt, lastQuantity } = supply;
  const one = lastingOf(supply, life);
  if (!one || lastQuantity <= 0) return undefined;
  const days = one.days * lastQuantity;
  if (days > longestRefillDays) return undefined;
  return { boughtAt: lastAt, dueAt: lastAt + Math.round(days * DAY_MS), days, source: one.source };
}

function lastingOf(
  supply: Supply,
  { consumptionDays, medianDays }: ProductLife,
): { readonly days: number; readonly source: RefillSource } | undefined {
  if (consumptionDays !== null && consumptionDays > 0) return { days: consumptionDays, source: 'product' };
  const own = supply.orders >= ordersForOwn ? daysOfOne(supply) : undefined;
  if (own !== undefined) return { days: own, source: 'own' };
  return medianDays === null ? undefined : { days: medianDays, source: 'others' };
}

/**
 * How long one of a product lasts, from the days it lasted each customer who bought it again, of all `buyers`. Undefined
 * for what people do not buy again by nature: a lamp that three of a hundred bought twice does not run out.
 */
export function medianLife(days: readonly number[], buyers: number): number | undefined {
  if (days.length < customersForLife || days.length < againShare * buyers) return undefined;
  const middle = median([...days]);
  return middle < shortestLifeDays || middle > longestRefillDays ? undefined : middle;
}
