import type { ChannelName } from '../customers/types.ts';
import type { MessageId } from '../ids.ts';

/** How far a message came, as channels tell it; each further than the one before, but for `failed`. */
export const receiptStatuses = ['sent', 'delivered', 'read', 'failed'] as const;
export type ReceiptStatus = (typeof receiptStatuses)[number];

/** What a channel told of a message after it took it. Receipts come late, twice, out of order, or never. */
export interface Receipt {
  readonly channel: ChannelName;
  /** The channel's id of the message, as `send` returned it. */
  readonly providerId: string;
  /** The channel's own id of the chat, where one call went to many under one id. */
  readonly address?: string;
  /** Ours, where the channel gives it back. */
  readonly messageId?: MessageId;
  readonly status: ReceiptStatus;
  /** Epoch milliseconds, by the channel's clock. */
  readonly at: number;
  /** With `failed`: the person cannot be reached there any more. */
  readonly blocked?: boolean;
  /** With `failed`: what the channel said, for the log. Never what was written. */
  readonly detail?: string;
}
