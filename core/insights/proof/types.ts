import type { CampaignId } from '../../ids.ts';
import type { Texts } from '../../journeys/definition.ts';
import type { Program } from '../../program/program.ts';
import type { Difference } from './compare.ts';
import type { ArmSize, SampleRatio } from './ratio.ts';

/** The arm of those who are kept apart to compare with. */
export const controlArm = 'control';

/** What people bought within the days after their offer that count: sums over people, in minor units. */
export interface Bought {
  readonly people: number;
  /** Those with a sale that was not brought back whole. */
  readonly buyers: number;
  /** What was paid less what was given back, what coupons took off, and the sums of the squares and products of both. */
  readonly paidMinor: number;
  readonly discountMinor: number;
  readonly paidSquares: number;
  readonly discountSquares: number;
  readonly paidByDiscount: number;
  /** Points that were spent on it. */
  readonly pointsSpent: number;
}

/** What became of messages: each counts once, over however many channels it went. */
export interface Told {
  /** Handed to a channel at least; reached, opened. */
  readonly sent: number;
  readonly delivered: number;
  readonly read: number;
  /** Of so many sent the messenger tells whether they were delivered, or read: shares are of these. */
  readonly deliveredOf: number;
  readonly readOf: number;
  readonly clicked: number;
  readonly answered: number;
  /** After it the person asked for no more. */
  readonly left: number;
  readonly failed: number;
  /** WhatsApp would only have taken an approved template, and there was none: they went on to the next channel. */
  readonly untemplated: number;
  readonly priceMicros: number;
}

/** One arm as it was counted. */
export interface CountedArm {
  /** `a`, `b`, …; `control`. */
  readonly arm: string;
  /** Everybody so far, and those for whom the days that count are over. */
  readonly all: Bought;
  readonly over: Bought;
  readonly told: Told;
  readonly pointsGiven: number;
  /** So many people its messages and points went to: also those who count by another time they came. */
  readonly heads: number;
}

/** What is compared. */
export type EffectSubject =
  | { readonly kind: 'campaign'; readonly id: CampaignId; readonly name: string }
  /** `version` null: all of them. `isInstant`: it tells in the commit of what happened, and has no runs. */
  | {
      readonly kind: 'journey';
      readonly isInstant: boolean;
      readonly key: string;
      readonly names: Texts;
      readonly version: number | null;
    }
  /** Everybody who gets offers, against those who never do. */
  | { readonly kind: 'holdout' };

/**
 * Those who were drawn alike: while the same part was kept apart, and after the same had become of them before. Only they
 * can be compared with each other: of another time, or of people who come again, another part is in each arm.
 */
export interface Stratum {
  /** Those for whom the days that count are over, by arm; an arm without them need not be there. */
  readonly over: ReadonlyMap<string, Bought>;
  /** How many were drawn into each arm, and how many there should be. */
  readonly sizes: readonly ArmSize[];
}

/** What was counted of a subject, and how its arms were drawn. */
export interface Counted {
  /** Over all strata, and with those whom the draw was changed for before their days were over. */
  readonly arms: readonly CountedArm[];
  readonly strata: readonly Stratum[];
  /** When the first entered; null: nobody has. */
  readonly firstAt: number | null;
  /** When the days that count are over for all; null: people keep coming. */
  readonly finalAt: number | null;
  /** Whether it happens once, and is looked at when it is over. */
  readonly isOnce: boolean;
}

/** What of a program results depend on. */
export type ProofProgram = Pick<Program, 'zone' | 'point_value' | 'proof'>;

/** A share or an amount of money a head, with the interval that 95 of 100 such groups would show. */
export interface Average {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** An arm as it is shown; averages are of those for whom the days that count are over. */
export interface EffectArm extends Told {
  readonly arm: string;
  readonly people: number;
  /** For so many of them the days that count are over. */
  readonly over: number;
  readonly buyers: number;
  readonly paidMinor: number;
  readonly discountMinor: number;
  readonly pointsSpent: number;
  readonly pointsGiven: number;
  readonly conversion: Average;
  /** What was paid a head, in minor units. */
  readonly money: Average;
}

/** A difference; `adjusted`: its p with all the others in mind that were looked at beside it. */
export interface Tested extends Difference {
  readonly adjusted: number;
}

/** An arm against the control group. Money in minor units. */
export interface Comparison {
  readonly arm: string;
  readonly conversion: Tested;
  readonly money: Tested;
  /** A head: the margin of what was sold more, less discounts, messages and points. */
  readonly profit: Tested;
  /** What all of that came to, for everybody in the arm for whom the days that count are over. */
  readonly total: {
    /** At prices before discounts. */
    readonly salesMinor: number;
    readonly marginMinor: number;
    readonly discountsMinor: number;
    readonly messagesMinor: number;
    readonly pointsMinor: number;
    readonly profitMinor: number;
    readonly profitLowMinor: number;
    readonly profitHighMinor: number;
  };
}

/** What to do. Nothing is said before it can be. */
export type Verdict =
  | { readonly kind: 'scale' | 'stop'; readonly arm: string }
  /** `moreBuy`: that more people buy is beyond chance, whether it pays is not. */
  | { readonly kind: 'no_difference'; readonly arm: string; readonly moreBuy: boolean }
  | { readonly kind: 'too_early'; readonly missing: 'days'; readonly until: number }
  | {
      readonly kind: 'too_early';
      readonly missing: 'people' | 'buyers';
      /** In the smallest group, and how many it takes. */
      readonly least: number;
      readonly needed: number;
      /** When there will be as many at the present pace; null: nobody more comes, or the pace is not known. */
      readonly expectedAt: number | null;
    }
  /** `at_once`: what is told at once is told to everybody. */
  | { readonly kind: 'none'; readonly because: 'nobody' | 'no_control' | 'uneven' | 'at_once' };

/** What something changed. */
export interface Effect {
  /** The control group last. */
  readonly arms: readonly EffectArm[];
  /** Nothing before there is a verdict about them. */
  readonly comparisons: readonly Comparison[];
  readonly ratio: SampleRatio;
  /** In how many strata people were compared: in more than one, a difference is not that of the averages above it. */
  readonly strata: number;
  readonly verdict: Verdict;
  /** Until then figures are no result; null: they are, of those for whom the days that count are over. */
  readonly preliminaryUntil: number | null;
}
