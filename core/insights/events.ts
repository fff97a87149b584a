import type { CustomerId, EventId } from '../ids.ts';

/** What can happen to a customer that journeys may wait for. */
export const eventTypes = ['refill_due'] as const;
export type EventType = (typeof eventTypes)[number];

/** Something that happened to a customer. The same occasion of the same type is told once. */
export interface StoredEvent {
  readonly id: EventId;
  readonly type: EventType;
  readonly customerId: CustomerId;
  readonly occasion: string;
  readonly data: Readonly<Record<string, string | number | null>>;
  /** When it happened, and when it was written down, epoch milliseconds. */
  readonly at: number;
  readonly recordedAt: number;
}
