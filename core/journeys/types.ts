import type { CouponId, CustomerId, EventId, NoticeId, RunId } from '../ids.ts';
import type { NoticeFacts, NoticeNeeds } from '../messaging/notices.ts';
import type { Cart } from '../purchases/carts.ts';
import type { Order } from '../purchases/orders.ts';
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
  /** Who changed it last: `cli`, `staff:stf_…`, `shop:shp_…`, `shipped`. */
  readonly changedBy: string;
  readonly changedAt: number;
  readonly revision: number;
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
  | 'erased';

/** What a run started from and has done so far. */
export interface RunData {
  /** Of the event, the day or the segment that started it. */
  readonly event: EventData;
  readonly cartId?: string;
  readonly orderId?: string;
  readonly purchaseId?: string;
  /** The notice of each message step, by the number of the step. */
  readonly notices: Readonly<Record<string, NoticeId>>;
  /** The coupon given last, as people see its code. */
  readonly coupon?: { readonly id: CouponId; readonly code: string; readonly validUntil: number | null };
  readonly pointsGiven?: number;
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
  /** The step it stands at, counted over all steps as written, branches and all. */
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
  readonly purchaseId?: string;
  /** When its first step is due, epoch milliseconds. */
  readonly dueAt: number;
}

/** What a customer does not want to hear of: `topic:offers`, `journey:cart`; `until` null: for good. */
export interface Mute {
  readonly customerId: CustomerId;
  readonly subject: string;
  readonly until: number | null;
  readonly at: number;
}

/** Runs of a journey by a customer: those that started after `since`, or of this very occasion. */
export interface EnteredNeed {
  readonly journey: string;
  readonly customerId: CustomerId;
  readonly occasion: string;
}

/** What a decision about journeys may ask to know. */
export interface JourneyNeeds extends NoticeNeeds {
  readonly journeys?: readonly string[];
  /** All of them. */
  readonly allJourneys?: true;
  /** With the version they are on. */
  readonly runs?: readonly RunId[];
  readonly entered?: readonly EnteredNeed[];
  /** Runs of these customers that wait for an event of this type. */
  readonly runsWaiting?: readonly { readonly customerId: CustomerId; readonly event: string }[];
  readonly events?: readonly EventId[];
  readonly mutes?: readonly CustomerId[];
  readonly carts?: readonly string[];
  readonly orders?: readonly string[];
  /** The newest answer to how likely they are to recommend us. */
  readonly npsOf?: readonly CustomerId[];
}

/** What it then knows. */
export interface JourneyFacts extends NoticeFacts {
  journey(key: string): Journey | undefined;
  /** By key. */
  allJourneys(): readonly Journey[];
  run(id: RunId): { readonly run: JourneyRun; readonly definition: JourneyDefinition } | undefined;
  /** The newest start of this customer on this journey, and whether this occasion was entered. */
  entered(need: EnteredNeed): { readonly lastStartedAt: number | null; readonly hasOccasion: boolean };
  runsWaiting(customerId: CustomerId, event: string): readonly JourneyRun[];
  event(id: EventId): StoredEvent | undefined;
  mutes(customerId: CustomerId): readonly Mute[];
  cart(id: string): Cart | undefined;
  order(id: string): Order | undefined;
  npsOf(customerId: CustomerId): number | undefined;
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
  readonly runUpdates?: readonly JourneyRun[];
  readonly newEvents?: readonly NewEvent[];
  readonly eventsHandled?: readonly { readonly id: EventId; readonly at: number }[];
  readonly mutes?: readonly Mute[];
  /** Subjects a customer wants to hear of again. */
  readonly unmutes?: readonly Pick<Mute, 'customerId' | 'subject'>[];
  readonly tags?: readonly { readonly customerId: CustomerId; readonly tag: string; readonly at: number }[];
  readonly untags?: readonly { readonly customerId: CustomerId; readonly tag: string }[];
}
