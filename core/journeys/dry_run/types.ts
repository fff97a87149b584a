import type { ChannelName } from '../../customers/types.ts';
import type { CustomerId } from '../../ids.ts';
import type { EventData } from '../events.ts';
import type { LookedUp } from '../types.ts';

/** Somebody who would have entered, why, and when the first step would have been due. */
export interface DryStart {
  readonly customerId: CustomerId;
  readonly at: number;
  readonly data: EventData;
  /** The day it is about, `YYYY-MM-DD`, where a date started it. */
  readonly day?: string;
}

/** A customer as far as a dry run knows. Moments in epoch milliseconds, oldest first. */
export interface DryPerson {
  readonly id: CustomerId;
  readonly name: string | null;
  readonly phone: string | null;
  /** Null: the program's. */
  readonly zone: string | null;
  /** Whether messages of the journey's category are wanted. */
  readonly agreed: boolean;
  /** The channel a message would take first, and its price in micros where the book has one; null: nothing leads there. */
  readonly first: { readonly channel: ChannelName; readonly priceMicros: number | null } | null;
  /** Until when they do not want to hear of it; `Infinity`: for good. */
  readonly mutedUntil: number;
  readonly purchases: readonly number[];
  /** When the customer really entered other journeys of the same occasion, or a campaign told of it. */
  readonly occasions: readonly number[];
  /** Offers of the last weeks that were really made. */
  readonly offers: readonly number[];
  readonly nps: number | undefined;
  readonly looked: LookedUp;
}

/** Why somebody who came would not have entered. */
export type NotStarted = 'before' | 'muted' | 'outside' | 'control' | 'holdout';

/** Why a message would not have gone out. */
export type NotTold = 'consent' | 'no_channel' | 'frequency';

/** What a dry run cannot know, and how it went on. */
export type Unknown =
  /** Whether somebody would have read, opened or answered: it went the other way. */
  | 'heard'
  /** What the customer waited for besides purchases: it waited its time out. */
  | 'waited'
  /** Whether what it is about still stood: it was taken to. */
  | 'while'
  /** Segments, answers and consents are those of today. */
  | 'today'
  /** Who came to the segment is known since it is saved; nobody kept that here. */
  | 'no_history'
  /** Who is close to a reward or a tier, and what will burn, is that of today. */
  | 'balances'
  /** What is told at once has no run. */
  | 'instant'
  /** More would have entered than were looked at. */
  | 'too_many';

/** One step, and for how many it would have come. */
export interface DryStep {
  /** Its place among all steps as written, branches and all, counted from 0. */
  readonly number: number;
  readonly what: 'message' | 'coupon' | 'points' | 'tag' | 'untag' | 'staff' | 'survey';
  readonly people: number;
  /** By days of the program's calendar, `YYYY-MM-DD`. */
  readonly days: readonly { readonly day: string; readonly people: number }[];
}

/** One of those it would have come for. */
export interface DryExample {
  readonly customerId: CustomerId;
  readonly name: string | null;
  readonly phone: string | null;
  readonly startedAt: number;
  readonly steps: readonly { readonly number: number; readonly at: number; readonly withheld?: NotTold }[];
  readonly end: 'done' | 'goal' | 'stopped' | 'underway';
}

/** What a journey would have done over the last days. */
export interface DryRun {
  readonly days: number;
  readonly from: number;
  readonly to: number;
  /** Who came, and of them who would have been under way. */
  readonly came: number;
  readonly started: number;
  readonly people: number;
  readonly notStarted: Readonly<Partial<Record<NotStarted, number>>>;
  readonly steps: readonly DryStep[];
  /** Messages that would have gone out, and that would have been kept back. */
  readonly messages: number;
  readonly notTold: Readonly<Partial<Record<NotTold, number>>>;
  /** About what the messages would have cost, in micros; null where the book has no price for one of the channels. */
  readonly priceMicros: number | null;
  readonly coupons: number;
  readonly points: number;
  /** How it ended: at its goal, by itself, at its last step, or not yet. */
  readonly ends: Readonly<Partial<Record<DryExample['end'], number>>>;
  readonly examples: readonly DryExample[];
  readonly unknown: readonly Unknown[];
}
