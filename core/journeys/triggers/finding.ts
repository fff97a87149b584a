import type { CustomerId } from '../../ids.ts';
import type { Program } from '../../program/program.ts';
import type { Trigger } from '../definition.ts';
import type { EventData } from '../events.ts';

/** What of a program finders look at. Plain data, so that it can go to another thread. */
export type FindingProgram = Pick<
  Program,
  'zone' | 'currency' | 'tiers' | 'tier_days' | 'rfm' | 'rewards' | 'facts'
>;

/** Triggers that are looked for once a day, by what the database holds. */
export type DailyTrigger = Exclude<Trigger, { event: string }>;

/** One look for those who enter a journey on a day. */
export interface DailyLook {
  readonly journey: string;
  /** When the journey was switched on, epoch milliseconds. */
  readonly since: number;
  readonly when: DailyTrigger;
  /** Who may enter, in the compact form. */
  readonly who?: string | undefined;
  /** The day on the program's calendar, `YYYY-MM-DD`. */
  readonly day: string;
  readonly program: FindingProgram;
  /** Epoch milliseconds: as of when conditions are looked at. */
  readonly now: number;
  /** Where the page before ended, as it said; empty: the first page. */
  readonly after: string;
}

/** Somebody found: why, and by which clock the hour is meant. */
export interface Found {
  readonly customerId: CustomerId;
  /** One run to an occasion. */
  readonly occasion: string;
  readonly data: EventData;
  /** Null: the program's. */
  readonly zone: string | null;
  readonly orderId?: string;
  /** The day it is about, `YYYY-MM-DD`, where a date is looked for. */
  readonly day?: string;
}

/** A page of those found; `next`: where the following one begins, undefined where there is none. */
export interface FoundPage {
  readonly found: readonly Found[];
  readonly next?: string;
}

/** Whether a trigger is looked for once a day. */
export function isDaily(when: Trigger): when is DailyTrigger {
  return !('event' in when);
}

/** How many are found in one look at the database. */
export const foundAtOnce = 1_000;
