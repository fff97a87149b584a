import type { Address, ChannelName, ConsentCategory } from '../customers/types.ts';
import type { AddressId, CustomerId, MessageId, NoticeId } from '../ids.ts';
import type { Words } from './keys.ts';

export type { Words } from './keys.ts';

/** What a person can tap. Where a channel has no buttons, presses become numbered lines. */
export type Button =
  | { readonly kind: 'press'; readonly label: Words; readonly data: string }
  | { readonly kind: 'share_phone'; readonly label: Words }
  | { readonly kind: 'link'; readonly label: Words; readonly url: string };

/** A picture made when the message is sent: the customer's card as QR and barcode, or a code as QR, both in print; a coupon as QR. */
export type Picture =
  | { readonly kind: 'card'; readonly number: string }
  | { readonly kind: 'code' | 'coupon'; readonly code: string };

/** One text, or several lines that stand together. */
export type Paragraph = Words | readonly Words[];

/** What is said, in no language and for no channel yet: paragraphs, a picture, rows of buttons. */
export interface Reply {
  readonly paragraphs: readonly Paragraph[];
  readonly picture?: Picture;
  readonly buttons?: readonly (readonly Button[])[];
  /** A number is an answer here: where buttons would be numbered, presses are left out. */
  readonly takesNumbers?: true;
  /** The presses answer a question: they are told even where every character costs. */
  readonly asks?: true;
}

/**
 * A direct answer and a one-time code go out whatever the customer's settings; the others need consent for their
 * category.
 */
export type MessageCategory = 'reply' | 'code' | ConsentCategory;

/** What leaves first where a channel has more to send than its rate allows: the lowest. */
export const messagePriority = {
  code: 0,
  reply: 1,
  service: 2,
  marketing: 3,
} as const satisfies Record<MessageCategory, number>;

/** A message of the outbox, written in the same commit as what it tells of. */
export interface OutboxMessage {
  readonly id: MessageId;
  readonly addressId: AddressId;
  readonly customerId: CustomerId | null;
  readonly channel: ChannelName;
  readonly category: MessageCategory;
  /** The notice it is an attempt of; absent for a direct answer. */
  readonly noticeId?: NoticeId;
  /** Campaigns take turns. */
  readonly campaign?: string;
  readonly reply: Reply;
  /** The channel's id of our earlier message that this one takes the place of. */
  readonly replaces: string | null;
  readonly createdAt: number;
  /** Not before this moment, epoch milliseconds. */
  readonly dueAt: number;
}

/** New rows of the outbox. */
export interface MessagingChanges {
  readonly messages?: readonly OutboxMessage[];
  /** Addresses nobody has written from yet, like the number an SMS goes to. Their first `revision` is 1. */
  readonly newAddresses?: readonly Address[];
  /** What numbers mean in a chat from now on, because a message of ours asked something there. */
  readonly choices?: readonly { readonly addressId: AddressId; readonly choices: readonly string[] }[];
}
