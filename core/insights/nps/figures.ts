import type { NpsFigure } from './score.ts';

/** By what answers are put together. */
export const npsGroupings = ['day', 'week', 'month', 'store', 'staff'] as const;
export type NpsGrouping = (typeof npsGroupings)[number];

/** Answers of which days (both included, `YYYY-MM-DD` on the calendar of `zone`), put together by what. */
export interface NpsQuestion {
  readonly from: string;
  readonly to: string;
  readonly by: NpsGrouping;
  readonly zone: string;
}

/** The answers of one span of time, of one store, or of what one of the staff sold. */
export interface NpsGroup extends NpsFigure {
  /** The first day of the span, the store, or our id of the colleague; null where it is not known. */
  readonly key: string | null;
  /** What it is called: of a colleague the name. */
  readonly name: string | null;
}

/** What the answers of a period come to. */
export interface NpsAnswer {
  readonly total: NpsFigure;
  /** How many were asked within the period and reached, and how many of them have answered. */
  readonly asked: number;
  readonly answered: number;
  /** Spans of time in their order; stores and colleagues with the most answers first. */
  readonly groups: readonly NpsGroup[];
}
