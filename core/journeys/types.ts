import type { CouponFacts, CouponNeeds } from '../coupons/types.ts';
import type { CouponId, CustomerId, EventId, NoticeId, PurchaseId, RunId } from '../ids.ts';
import type { Mute } from '../messaging/mutes.ts';
import type { NoticeFacts, NoticeGift, NoticeNeeds } from '../messaging/notices.ts';
import type { MessagingRules } from '../messaging/rules.ts';
import type { Program } from '../program/program.ts';
import type { CartFacts, CartNeeds } from '../purchases/carts.ts';
import type { OrderFacts, OrderNeeds } from '../purchases/orders.ts';
import type { JourneyDefinition } from './definition.ts';
import type { EventData, NewEvent, StoredEvent } from './events.ts';

/** A journey as it is in force. */
export interface Journey {
  readonly key: string;
  readonly isOn: boolean;
  readonly version: number;
  /** When it was last switched on, epoch milliseconds: what happened before starts nothing. Null: never. */
  readonly since: number | null;
  readonly definition: JourneyDefinition;
  /** Who wrote this version: `cli`, `staff:stf_…`, `shop:shp_…`; `shipped` while it is as it came with Svoi. */
  readonly writtenBy: string;
  /** Who changed it last, also by switching it on or off. */
  readonly changedBy: string;
  readonly changedAt: number;
  /** 0: it is as it came with Svoi and was never touched. */
  readonly revision: number;
}

/** A journey that comes with Svoi. */
export interface ShippedJourney {
  readonly definition: JourneyDefinition;
  /** Whether it is on before anybody says so. */
  readonly isOn: boolean;
}

/** Where a run stands. `control`: the customer was kept apart to compare with, and gets nothing. */
export type RunState = 'waiting' | 'done' | 'stopped' | 'control';

/** Why a run stopped before its last step. */
export type RunReason =
  /** What it is for was reached. */
  | 'goal'
  /** A step said so. */
  | 'step'
  /** What it was about is over: `while` no longer holds. */
  | 'over'
  /** The customer does not want to hear of it. */
  | 'muted'
  /** The journey was switched off. */
  | 'off'
  /** The customer is under way with the same occasion under another account that was merged. */
  | 'merged'
  /** A step cannot be done: what went wrong stands in the run's data. */
  | 'failed'
  | 'erased';

/** What a run started from and has done so far. */
export interface RunData {
  /** Of the event, the day or the segment that started it. */
  readonly event: EventData;
  readonly cartId?: string;
  readonly orderId?: string;
  readonly purchaseId?: PurchaseId;
  /** The day a journey by a date is about, `YYYY-MM-DD`. */
  readonly day?: string;
  /** The notice of each message step, by the number of the step. */
  readonly notices: Readonly<Record<string, NoticeId>>;
  /** The coupon given last, as people see its code. */
  readonly coupon?: { readonly id: CouponId; readonly code: string; readonly validUntil: number | null };
  /** Points given so far that were not taken back, and when the last of them burn. */
  readonly gift?: { readonly points: number; readonly until: number };
  /** All points given so far. */
  readonly pointsGiven?: number;
  /** What was given and no message has told of yet: the next one does. */
  readonly untold?: NoticeGift & { readonly points: number };
  /** Points that notices told of, by their ids. */
  readonly giftsTold?: Readonly<Record<string, number>>;
  /** Until when it waits at the latest, where it waits for something to happen. */
  readonly waitsUntil?: number;
  /** Steps that were left out, by their number, and why: `coupon_stopped`, `no_coupon`. */
  readonly skipped?: Readonly<Record<string, string>>;
  /** What went wrong with a run that was set aside. */
  readonly error?: string;
}

/** One customer under way on one journey, by the version it was entered on. */
export interface JourneyRun {
  readonly id: RunId;
  readonly journey: string;
  readonly version: number;
  readonly customerId: CustomerId;
  /** What it started from: one run to an occasion. */
  readonly occasion: string;
  /** `a`, `b`, …; `control`. */
  readonly arm: string;
  readonly state: RunState;
  readonly reason: RunReason | null;
  /** The step to be done next, counted over all steps as written, branches and all; as many as there are: none is left. */
  readonly step: number;
  readonly data: RunData;
  readonly dueAt: number | null;
  /** The event that lets it go on before that. */
  readonly waitsFor: string | null;
  readonly startedAt: number;
  readonly finishedAt: number | null;
  readonly revision: number;
}

/** Somebody who may enter a journey, and why. */
export interface Start {
  readonly journey: string;
  readonly customerId: CustomerId;
  readonly occasion: string;
  readonly data: EventData;
  /** What it is about, where it is about one. */
  readonly cartId?: string;
  readonly orderId?: string;
  readonly purchaseId?: PurchaseId;
  /** The day it is about, `YYYY-MM-DD`, where a date started it. */
  readonly day?: string;
  /** When its first step is due, epoch milliseconds. */
  readonly dueAt: number;
}

/** Runs of a journey by a customer, accounts merged into it among them. */
export interface EnteredNeed {
  readonly journey: string;
  readonly customerId: CustomerId;
  readonly occasion: string;
}

/** What a customer did on a journey before. */
export interface Entered {
  /** When the newest run started; null: there was none. */
  readonly lastStartedAt: number | null;
  /** The runs of this very occasion, the oldest first. */
  readonly runsOfOccasion: readonly RunId[];
  /** All runs, the oldest first. */
  readonly runs: readonly Pick<JourneyRun, 'id' | 'startedAt'>[];
}

/** When a customer last entered another journey of an occasion, or was told of it by a campaign, or would have been. */
export interface SharedOccasionNeed {
  readonly customerId: CustomerId;
  /** As definitions name it. */
  readonly occasion: string;
  /** The journey, or the campaign, that is not looked at. */
  readonly but: string;
}

/** What decides about journeys besides facts: the whole program, and the channels that are there. */
export interface JourneyRules extends MessagingRules {
  readonly program: Program;
}

/** Whether the customer is in a segment, by its rule as written, as of just before; undefined: it was not looked up. */
export type LookedUp = (rule: string) => boolean | undefined;

/** What a decision about journeys may ask to know. */
export interface JourneyNeeds extends NoticeNeeds, CouponNeeds, CartNeeds, OrderNeeds {
  readonly journeys?: readonly string[];
  /** Those that will be written: nobody else decides about them in the same group. */
  readonly journeysToChange?: readonly string[];
  /** All of them. */
  readonly allJourneys?: true;
  /** With the version they are on. */
  readonly runs?: readonly RunId[];
  readonly entered?: readonly EnteredNeed[];
  readonly sharedOccasions?: readonly SharedOccasionNeed[];
  /** Runs of these customers that wait for an event of this type. */
  readonly runsWaiting?: readonly { readonly customerId: CustomerId; readonly event: string }[];
  readonly events?: readonly EventId[];
  /** The newest answer to how likely they are to recommend us. */
  readonly npsOf?: readonly CustomerId[];
  /** Coupons as journeys name them: by id or by name. */
  readonly couponsCalled?: readonly string[];
}

/** What it then knows. */
export interface JourneyFacts extends NoticeFacts, CouponFacts, CartFacts, OrderFacts {
  journey(key: string): Journey | undefined;
  /** By key. */
  allJourneys(): readonly Journey[];
  run(id: RunId): { readonly run: JourneyRun; readonly definition: JourneyDefinition } | undefined;
  entered(need: EnteredNeed): Entered;
  /** When the newest of those runs started; null: there was none. */
  sharedOccasion(need: SharedOccasionNeed): number | null;
  runsWaiting(customerId: CustomerId, event: string): readonly JourneyRun[];
  event(id: EventId): StoredEvent | undefined;
  npsOf(customerId: CustomerId): number | undefined;
  couponCalled(name: string): CouponId | undefined;
}

/** A journey as it is written down: a new version where its definition changed. */
export interface JourneyChange {
  readonly journey: Journey;
  /** Whether `journey.version` is new. */
  readonly isNewVersion: boolean;
}

/** What it may write. Updates hold the whole row as it is from now on, its revision one ahead. */
export interface JourneyChanges {
  readonly journeys?: readonly JourneyChange[];
  readonly runs?: readonly JourneyRun[];
  /** Runs that were begun because there was none of their occasion after `since`: where there is one, the commit fails. */
  readonly occasionsBegun?: readonly (SharedOccasionNeed & {
    readonly since: number;
    readonly until: number;
  })[];
  readonly runUpdates?: readonly JourneyRun[];
  readonly newEvents?: readonly NewEvent[];
  readonly eventsHandled?: readonly { readonly id: EventId; readonly at: number }[];
  readonly mutes?: readonly Mute[];
  /** Subjects a customer wants to hear of again. */
  readonly unmutes?: readonly Pick<Mute, 'customerId' | 'subject'>[];
  readonly tags?: readonly { readonly customerId: CustomerId; readonly tag: string; readonly at: number }[];
  readonly untags?: readonly { readonly customerId: CustomerId; readonly tag: string }[];
}

/** The key under which it is kept among the facts what a customer did on a journey before. */
export function enteredKey({ journey, customerId, occasion }: EnteredNeed): string {
  return `${journey} ${customerId} ${occasion}`;
}

/** The key under which it is kept among the facts when an occasion was told of last. */
export function sharedOccasionKey({ customerId, occasion, but }: SharedOccasionNeed): string {
  return `${customerId} ${occasion} ${but}`;
}

/** The key under which it is kept among the facts which runs wait for an event. */
export function waitingKey(customerId: CustomerId, event: string): string {
  return `${customerId} ${event}`;
}
