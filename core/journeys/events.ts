import type { CustomerId, EventId } from '../ids.ts';

/** What we tell of ourselves; shops tell of what they like under other names. */
export const ownEventTypes = ['registered', 'refill_due', 'cart_left', 'order_status', 'purchase'] as const;
export type OwnEventType = (typeof ownEventTypes)[number];

/** What is told in the very commit in which it happens: journeys that start with these have no runs. */
export const instantEventTypes = [
  'points_earned',
  'points_spent',
  'goods_returned',
  'points_adjusted',
  'coupon_issued',
] as const;

/** What events carry: plain values under plain names. */
export type EventData = Readonly<Record<string, string | number | boolean | null>>;

/** Something that happened to a customer. The same occasion of the same type is told once. */
export interface StoredEvent {
  readonly id: EventId;
  /** Lower case and underscores: `refill_due`, `table_booked`. */
  readonly type: string;
  readonly customerId: CustomerId;
  readonly occasion: string;
  readonly data: EventData;
  /** When it happened, and when it was written down, epoch milliseconds. */
  readonly at: number;
  readonly recordedAt: number;
  /** When journeys took it up; null: they have not yet. */
  readonly handledAt: number | null;
}

/** What may be written of an event as it is told. */
export type NewEvent = Omit<StoredEvent, 'handledAt'>;
