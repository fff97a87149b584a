import type { ChannelName, Locale } from '../customers/types.ts';
import type { AddressId, MessageId } from '../ids.ts';
import type { MessageCategory, Reply } from './types.ts';

/** The chat a message goes to. */
export interface OutboxChat {
  /** The channel's own id of the chat. */
  readonly address: string;
  readonly locale: Locale;
  /** The customer's own zone, where known. */
  readonly zone: string | null;
  /** False after the channel said the person blocked us. */
  readonly reachable: boolean;
}

/** A message taken out of the outbox to be sent, under a lease. */
export interface ClaimedMessage {
  readonly id: MessageId;
  readonly addressId: AddressId;
  readonly category: MessageCategory;
  readonly reply: Reply;
  readonly replaces: string | null;
  /** Which attempt this is, counting from 1. */
  readonly attempt: number;
  readonly claimedAt: number;
  /** Absent when the chat was erased meanwhile. */
  readonly chat?: OutboxChat;
}

/** What became of a claimed message. Times in epoch milliseconds. */
export type MessageResult =
  | { readonly state: 'sent'; readonly at: number; readonly providerId: string }
  /** To be tried again from `dueAt` on; `counts`: whether this try was one of the few a message has. */
  | { readonly state: 'queued'; readonly dueAt: number; readonly counts: boolean; readonly error: string }
  /** Never to be tried again. `blocked`: the person cannot be reached there any more. */
  | { readonly state: 'failed'; readonly error: string; readonly blocked: boolean }
  | { readonly state: 'cancelled'; readonly error: string };

/** A claimed message with what became of it. */
export interface RecordedResult {
  readonly message: ClaimedMessage;
  readonly result: MessageResult;
}

/** What a claim takes: at most `limit` messages due at `now`, kept from others until `leaseUntil`. */
export interface Claim {
  readonly channel: ChannelName;
  readonly now: number;
  readonly limit: number;
  readonly leaseUntil: number;
}

/**
 * The messages still to be sent. Within a chat a message is handed out only when no earlier one is due, being sent or
 * being tried again, so that what was said first arrives first.
 */
export interface Outbox {
  /** The oldest due messages, and those whose lease ran out because their process died. */
  claim(claim: Claim): Promise<readonly ClaimedMessage[]>;
  /** Writes down what became of messages, all at once. A message cancelled meanwhile stays cancelled. */
  record(results: readonly RecordedResult[]): Promise<void>;
  /** The next moment after `now` at which a waiting message falls due or a lease runs out; none: undefined. */
  nextAt(channel: ChannelName, now: number): Promise<number | undefined>;
  /**
   * Gives back what a dead process had claimed, at once. Only for a process that is alone on the database, before it
   * sends; elsewhere leases run out by themselves.
   */
  releaseLeases(now: number): Promise<void>;
}
