import type { ChannelName } from '../customers/types.ts';
import type { CustomerId, NoticeId } from '../ids.ts';
import type { ReceiptStatus } from './receipts.ts';
import type { MessageCategory, Reply } from './types.ts';

/**
 * Where a notice stands. `held`: waits for its moment; `underway`: a channel is being tried; `reached`: the wanted
 * receipt came; `failed`: no channel is left; `dropped`: the policy said no; `stopped`: what it was about is over.
 */
export const noticeStates = ['held', 'underway', 'reached', 'failed', 'dropped', 'stopped'] as const;
export type NoticeState = (typeof noticeStates)[number];

/** One step of a cascade as it was planned for a customer. */
export interface CascadeStep {
  readonly channel: ChannelName;
  /** The receipt after which the person counts as reached; never more than the channel can tell. */
  readonly wants: 'accepted' | Extract<ReceiptStatus, 'delivered' | 'read'>;
  readonly waitMs: number;
}

/** Something to tell one customer, over whichever channels it takes. */
export interface Notice {
  readonly id: NoticeId;
  readonly customerId: CustomerId;
  readonly category: Exclude<MessageCategory, 'reply'>;
  /** What it tells of: the type of an event, the name of a journey. */
  readonly kind: string;
  /** Whatever is told about one occasion is told once. */
  readonly occasion: string | null;
  readonly campaign: string | null;
  readonly reply: Reply;
  readonly state: NoticeState;
  /** Why it was held, dropped or stopped. */
  readonly reason: string | null;
  readonly steps: readonly CascadeStep[];
  /** Which step is being tried; -1 before the first. */
  readonly step: number;
  /** When it must be looked at again, epoch milliseconds; null: not before something happens. */
  readonly dueAt: number | null;
  /** From when on it is better not said at all. */
  readonly pointlessAt: number | null;
  readonly stopsOnPurchase: boolean;
  /** The person got it on two channels: a receipt came after the next one was used. */
  readonly doubled: boolean;
  readonly createdAt: number;
  readonly settledAt: number | null;
  readonly revision: number;
}
