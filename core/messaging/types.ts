import type { Address, ChannelName, ConsentCategory } from '../customers/types.ts';
import type { AddressId, CustomerId, MessageId, NoticeId, PictureId, ReportId, TalkId } from '../ids.ts';
import type { Words } from './keys.ts';
import type { ShortLink } from './links.ts';
import type { Attempt, Notice } from './notices.ts';
import type { Receipt } from './receipts.ts';

export type { Words } from './keys.ts';

/** What a person can tap. Where a channel has no buttons, presses become numbered lines. */
export type Button =
  | { readonly kind: 'press'; readonly label: Words; readonly data: string }
  | { readonly kind: 'share_phone'; readonly label: Words }
  | { readonly kind: 'link'; readonly label: Words; readonly url: string };

/** A picture that holds a number or a code: a customer's card as QR and barcode, or a code as QR, both in print; a coupon as QR. */
export type CodePicture =
  | { readonly kind: 'card'; readonly number: string }
  | { readonly kind: 'code' | 'coupon'; readonly code: string };

/** A kept report, drawn in the language of whoever reads it; `takeaway` says the same in words. */
export interface ReportPicture {
  readonly kind: 'report';
  readonly report: ReportId;
  /** Default: light. */
  readonly theme?: 'light' | 'dark';
  readonly takeaway: Words;
}

/** What lies in a cart, drawn as it is when the message is sent, in the language of whoever reads it. */
export interface CartPicture {
  readonly kind: 'cart';
  /** Our id of it. */
  readonly cart: string;
}

/** A picture that a shop gave us (`POST /v1/pictures`). What it shows is said by the text it stands above. */
export interface PhotoPicture {
  readonly kind: 'photo';
  readonly id: PictureId;
}

/** A picture that is read or drawn from what is kept when the message is sent: the message goes without it where that fails. */
export type KeptPicture = ReportPicture | CartPicture | PhotoPicture;

/** A picture made when the message is sent. */
export type Picture = CodePicture | KeptPicture;

/** Whether a picture has to be read or drawn before the message is put into words. */
export function isKept(picture: Picture): picture is KeptPicture {
  return picture.kind === 'report' || picture.kind === 'cart' || picture.kind === 'photo';
}

/** One text, or several lines that stand together. */
export type Paragraph = Words | readonly Words[];

/** A template that a messenger approved and that says the same as a message, filled in. */
export interface ApprovedTemplate {
  /** As the messenger knows it, and in which of its languages: `uk`, `en_US`. */
  readonly name: string;
  readonly language: string;
  /** In the order of its parameters. */
  readonly values: readonly Words[];
  /** The buttons of the message that it has too, in its order. */
  readonly buttons: readonly Button[];
}

/** What is said, in no language and for no channel yet: paragraphs, a picture, rows of buttons. */
export interface Reply {
  readonly paragraphs: readonly Paragraph[];
  readonly picture?: Picture;
  readonly buttons?: readonly (readonly Button[])[];
  /** A number is an answer here: where buttons would be numbered, presses are left out. */
  readonly takesNumbers?: true;
  /** So is 0: it does not lead home then. */
  readonly zeroCounts?: true;
  /** The presses answer a question: they are told even where every character costs. */
  readonly asks?: true;
  /** What says the same where WhatsApp takes approved templates only. */
  readonly approved?: ApprovedTemplate;
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
  /** The talk it tells one of the staff about. */
  readonly talkId?: TalkId;
  readonly reply: Reply;
  /** The channel's id of our earlier message that this one takes the place of. */
  readonly replaces: string | null;
  readonly createdAt: number;
  /** Not before this moment, epoch milliseconds. */
  readonly dueAt: number;
}

/** An attempt as it is from now on. `was`: what it was read as; found otherwise, the commit fails and is decided again. */
export interface AttemptUpdate {
  readonly was: Pick<Attempt, 'state' | 'leaseUntil'>;
  readonly attempt: Attempt;
}

/** An offer that begins, and how many of the customer's had begun by the decision. */
export interface OfferBegun extends Pick<Notice, 'id' | 'customerId'> {
  readonly before: number;
  readonly at: number;
}

/** A receipt of a message that is not known yet. */
export interface EarlyReceipt extends Receipt {
  readonly receivedAt: number;
}

/** What is added to the figures of a channel and category, in the five minutes a message was sent in. */
export interface MessageCount {
  readonly sentAt: number;
  readonly channel: ChannelName;
  readonly category: MessageCategory;
  readonly delivered?: number;
  readonly read?: number;
  readonly failed?: number;
  readonly doubled?: number;
  readonly priceMicros?: number;
  readonly smsPriceMicros?: number;
}

/** Somebody did something about a notice: a journey that waits for it goes on. */
export interface Wake {
  readonly customerId: CustomerId;
  readonly noticeId: NoticeId;
  readonly event: 'read' | 'click' | 'answer';
  readonly at: number;
}

/** New rows of the outbox, and what becomes of notices and their messages. */
export interface MessagingChanges {
  readonly messages?: readonly OutboxMessage[];
  /** One whose occasion was told of already is written as dropped; such a notice brings no messages along. */
  readonly notices?: readonly Notice[];
  /** Whole, `revision` one ahead. */
  readonly noticeUpdates?: readonly Notice[];
  readonly attemptUpdates?: readonly AttemptUpdate[];
  /** Offers that go out because the customer had so many in seven days: where more have begun, the commit fails. */
  readonly offersBegun?: readonly OfferBegun[];
  readonly messageCounts?: readonly MessageCount[];
  /** What people did about notices, for journeys that wait for just that. */
  readonly wakes?: readonly Wake[];
  readonly links?: readonly ShortLink[];
  /** Short links that a person just opened. */
  readonly linksOpened?: readonly { readonly code: string; readonly at: number }[];
  /** Chats that turned out to lead to nobody; those that wrote to us after `since` stay. */
  readonly unreachable?: readonly { readonly addressId: AddressId; readonly since: number }[];
  /**
   * Messages that a channel took and could not deliver. Where the one before it came to the same, a day earlier or
   * more, the chat leads to nobody until somebody writes from it.
   */
  readonly undelivered?: readonly { readonly messageId: MessageId; readonly sentAt: number }[];
  readonly earlyReceipts?: readonly EarlyReceipt[];
  /** Early receipts that found their message. */
  readonly settledReceipts?: readonly Receipt[];
  /** Addresses nobody has written from yet, like the number an SMS goes to. Their first `revision` is 1. */
  readonly newAddresses?: readonly Address[];
  /** What numbers mean in a chat from now on, because a message of ours asked something there. */
  readonly choices?: readonly Choices[];
}

/** What numbers mean in a chat from now on. */
export interface Choices {
  readonly addressId: AddressId;
  readonly choices: readonly string[];
  /**
   * The talk of a customer that the message is about: a chat in which just this talk is being answered stays as it is,
   * and in any other no talk is being answered from now on, so that no answer goes to the wrong customer.
   */
  readonly about?: TalkId;
}
