import { quantile } from 'simple-statistics';

/** Where a customer stands between one purchase and the next, in the order a customer goes through them. */
export const lifecycleStates = ['none', 'new', 'active', 'due', 'late', 'lost'] as const;

/** `none` never bought, `new` bought once lately, `due` is expected about now. */
export type LifecycleState = (typeof lifecycleStates)[number];

/** The figures of a customer the rule looks at. Days are counted from 1970 on the program's calendar. */
export interface Rhythmic {
  /** Days with orders. */
  readonly orderDays: number;
  readonly firstDay: number | null;
  readonly lastDay: number | null;
  /** The sum of the squares of the days between neighbouring order days. */
  readonly gapSquares: number;
}

/** How long those who bought once are waited for: what one purchase tells of them is only how others went on. */
export interface SecondPurchase {
  /** `new` up to so many days of silence, then `late`. */
  readonly newDays: number;
  /** `late` up to so many, then `lost`. */
  readonly lateDays: number;
  /** From how many customers who came back it was learned; 0: from none, these are the defaults. */
  readonly customers: number;
}

/** A customer's own rhythm, in days. */
export interface Rhythm {
  readonly gaps: number;
  /** From one order day to the next, on average. */
  readonly everyDays: number;
  /** How far a gap usually is from that. */
  readonly spreadDays: number;
}

/** Where a customer stands, and why. */
export interface Lifecycle {
  readonly state: LifecycleState;
  /** Days since the last order; null for who never bought. */
  readonly silentDays: number | null;
  /** Undefined where there is too little data: nobody has a rhythm before the third order day. */
  readonly rhythm: Rhythm | undefined;
  /** The day the next order is expected on; it may have passed. Undefined with `rhythm`. */
  readonly expectedDay: number | undefined;
}

/** Gaps as irregular as chance itself that everybody's own are mixed with, so that two equal gaps are no clockwork yet. */
export const chanceGaps = 2;
/** The least spread as a part of the average gap: people fall ill and go on holiday. */
export const leastSpread = 0.5;
/** The least spread in days: who comes daily may miss a day. */
export const leastSpreadDays = 1;
/** From this part of the average gap on a customer is `due`. */
export const dueFrom = 0.75;
/** `late` is more than one spread over the average gap, `lost` more than so many. */
export const lostSpreads = 3;

/** Gaps it takes to name a day: with one there is nothing to compare it with. */
const gapsForRhythm = 2;

/** Customers who came back that it takes to learn how long the others are waited for. */
const customersForSecondPurchase = 100;

/** Until enough customers came back: two months, and half a year. */
export const defaultSecondPurchase: SecondPurchase = { newDays: 60, lateDays: 180, customers: 0 };

/** Of those who came back, this part had done so by the time another is no longer `new`, and by the time one is `lost`. */
const newShare = 0.8;
const lateShare = 0.95;

/** How long those who bought once are waited for, from the days others took to their second order day. */
export function learnSecondPurchase(waitedDays: readonly number[]): SecondPurchase {
  if (waitedDays.length < customersForSecondPurchase) return defaultSecondPurchase;
  const [newDays = 0, lateDays = 0] = quantile([...waitedDays], [newShare, lateShare]).map(Math.ceil);
  return { newDays, lateDays: Math.max(lateDays, newDays + 1), customers: waitedDays.length };
}

/**
 * Where a customer stands on `today` (days since 1970). Who bought on one day only is `new`, `late` or `lost` as
 * `second` says. All others are measured by their own rhythm: `active` until three quarters of the average gap have
 * passed, `due` until one spread over it, `late` until three, then `lost`. The spread is the deviation of the
 * customer's gaps, mixed with two gaps that deviate by the average itself, and at least half of the average and a day.
 * The same rule is written in SQL by `lifecycleSql`, step by step in the same order, so that both agree to the bit.
 */
export function lifecycleOf(figures: Rhythmic, today: number, second: SecondPurchase): Lifecycle {
  const { orderDays, firstDay, lastDay } = figures;
  if (orderDays === 0 || firstDay === null || lastDay === null) {
    return { state: 'none', silentDays: null, rhythm: undefined, expectedDay: undefined };
  }
  const silentDays = today - lastDay;
  if (orderDays === 1) {
    return { state: afterOne(silentDays, second), silentDays, rhythm: undefined, expectedDay: undefined };
  }
  const gaps = orderDays - 1;
  const everyDays = (lastDay - firstDay) / gaps;
  const spreadSquared = spreadSquaredOf(figures.gapSquares / gaps, everyDays, gaps);
  const state = afterSome(silentDays, everyDays, spreadSquared);
  if (gaps < gapsForRhythm) return { state, silentDays, rhythm: undefined, expectedDay: undefined };
  const rhythm = { gaps, everyDays, spreadDays: Math.sqrt(spreadSquared) };
  return { state, silentDays, rhythm, expectedDay: Math.round(lastDay + everyDays) };
}

function afterOne(silentDays: number, { newDays, lateDays }: SecondPurchase): LifecycleState {
  if (silentDays <= newDays) return 'new';
  return silentDays <= lateDays ? 'late' : 'lost';
}

function spreadSquaredOf(meanSquare: number, everyDays: number, gaps: number): number {
  const squared = everyDays * everyDays;
  const mixed = (gaps * (meanSquare - squared) + chanceGaps * squared) / (gaps + chanceGaps);
  return Math.max(mixed, leastSpread * leastSpread * squared, leastSpreadDays * leastSpreadDays);
}

function afterSome(silentDays: number, everyDays: number, spreadSquared: number): LifecycleState {
  const over = silentDays - everyDays;
  if (over <= 0 || over * over <= spreadSquared) return silentDays < dueFrom * everyDays ? 'active' : 'due';
  return over * over <= lostSpreads * lostSpreads * spreadSquared ? 'late' : 'lost';
}
