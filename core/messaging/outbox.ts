import type { ChannelName, Locale } from '../customers/types.ts';
import type { AddressId, MessageId, NoticeId } from '../ids.ts';
import type { MessageCategory, Reply } from './types.ts';

/** The chat a message goes to. */
export interface OutboxChat {
  /** The channel's own id of the chat. */
  readonly address: string;
  readonly locale: Locale;
  /** The customer's own zone, where known. */
  readonly zone: string | null;
  /** The customer's number, E.164, where known. */
  readonly phone: string | null;
  /** False after the channel said the person blocked us. */
  readonly reachable: boolean;
  /** When the person last wrote to us here, epoch milliseconds; 0: never. */
  readonly lastSeenAt: number;
}

/** A message taken out of the outbox to be sent, under a lease. */
export interface ClaimedMessage {
  readonly id: MessageId;
  readonly addressId: AddressId;
  readonly category: MessageCategory;
  /** The notice it is an attempt of; null for a direct answer. */
  readonly noticeId: NoticeId | null;
  /** Empty outside of campaigns. */
  readonly campaign: string;
  readonly reply: Reply;
  readonly replaces: string | null;
  /** Which attempt this is, counting from 1. */
  readonly attempt: number;
  readonly claimedAt: number;
  /** Absent when the chat was erased meanwhile. */
  readonly chat?: OutboxChat;
}

/** What a message cost when it was sent, in micros; null where no price is known. */
export interface MessageCost {
  readonly priceMicros: number | null;
  /** What the same text would have cost as SMS; null for direct answers, which nothing else could have carried. */
  readonly smsPriceMicros: number | null;
}

/** What became of a claimed message. Times in epoch milliseconds. */
export type MessageResult =
  | ({ readonly state: 'sent'; readonly at: number; readonly providerId: string } & MessageCost)
  /**
   * To be tried again from `dueAt` on; `counts`: whether this try was one of the few a message has. `error` is null
   * where nothing was tried.
   */
  | {
      readonly state: 'queued';
      readonly dueAt: number;
      readonly counts: boolean;
      readonly error: string | null;
    }
  /** Never to be tried again. `blocked`: the person cannot be reached there any more. */
  | { readonly state: 'failed'; readonly at: number; readonly error: string; readonly blocked: boolean }
  | { readonly state: 'cancelled'; readonly at: number; readonly error: string };

/** What is written on a message that is to come later because the channel asked for it: its whole chat waits. */
export const slowDown = 'slow down';

/** How the error begins of a message that WhatsApp would only have taken as an approved template, and that has none. */
export const noTemplate = '24 hours after the last word';

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
  /** Only what is at least as important, by `messagePriority`; absent: all. */
  readonly leastPriority?: number;
  /** The campaign that had its turn last: the next one by name goes first. */
  readonly after?: string;
}

/**
 * The messages still to be sent. What matters more goes first, and campaigns take turns. No chat has two messages on
 * their way; of those of one priority and campaign, what was said there first arrives there first.
 */
export interface Outbox {
  /** What is due, and what has a lease that ran out because its process died. */
  claim(claim: Claim): Promise<readonly ClaimedMessage[]>;
  /**
   * Writes down what became of messages, all at once, and has their notices looked at when it is time to go on. A
   * message cancelled meanwhile stays cancelled.
   */
  record(results: readonly RecordedResult[]): Promise<void>;
  /** The next moment after `now` at which a waiting message falls due or a lease runs out; none: undefined. */
  nextAt(channel: ChannelName, now: number): Promise<number | undefined>;
  /**
   * Gives back what a dead process had claimed, at once. Only for a process that is alone on the database, before it
   * sends; elsewhere leases run out by themselves.
   */
  releaseLeases(now: number): Promise<void>;
}
