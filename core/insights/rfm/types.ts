import type { RfmSegment, RfSegment } from '../../program/rfm.ts';

export type { RfmLook, RfmProfile, RfmRules, RfmSegment, RfSegment } from '../../program/rfm.ts';
export { rfmSegments, rfSegments } from '../../program/rfm.ts';

/**
 * The bounds between scores, rising, one fewer than there are scores. A value equal to a bound scores as those below it
 * do: with orders [1, 2, 3, 6] one order scores 1, six score 4 and seven 5.
 */
export interface RfmCuts {
  /** Days since the last purchase: here fewer are better. */
  readonly recencyDays: readonly number[];
  readonly orders: readonly number[];
  readonly paidMinor: readonly number[];
}

/** What a profile looks at in one customer. */
export interface RfmValues {
  /** Whole calendar days since the last purchase; 0: today. */
  readonly recencyDays: number;
  readonly orders: number;
  /** What was paid less what was given back. */
  readonly paidMinor: number;
}

/** How many customers stand somewhere, with their orders and what they paid. */
export interface RfmSize {
  readonly customers: number;
  readonly orders: number;
  readonly paidMinor: number;
}

/** A profile as it was last computed. */
export interface RfmResult {
  /** The name of the profile, and how many scores it has. */
  readonly profile: string;
  readonly scores: number;
  /** What of the profile it was computed from, to tell when that was changed. */
  readonly basis: string;
  /** The day that recency was counted to, in days since 1970 on the program's calendar. */
  readonly day: number;
  /** When, in epoch milliseconds. */
  readonly computedAt: number;
  /** Undefined while nobody has bought anything. */
  readonly cuts: RfmCuts | undefined;
  readonly customers: number;
  /** By code (`555`): those where somebody stands. */
  readonly codes: Readonly<Record<string, RfmSize>>;
  /** By segment, also those where nobody stands. */
  readonly segments: Readonly<Record<RfmSegment, RfmSize>>;
  readonly rf: Readonly<Record<RfSegment, RfmSize>>;
}
