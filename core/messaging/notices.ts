import type { Address, ChannelName, CustomerFacts, CustomerNeeds } from '../customers/types.ts';
import type { AddressId, CustomerId, LotId, MessageId, NoticeId } from '../ids.ts';
import type { LinkFacts, LinkNeeds } from './links.ts';
import type { Mute } from './mutes.ts';
import type { Receipt } from './receipts.ts';
import type { ReceiptDepth } from './rules.ts';
import type { MessageState } from './states.ts';
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
  readonly wants: ReceiptDepth;
  readonly waitMs: number;
}

/** Why a notice waits, or why it ended without reaching anybody. */
export type NoticeReason =
  /** The customer does not want messages of this kind. */
  | 'consent'
  | 'quiet_hours'
  | 'frequency'
  /** The customer has not noticed offers for long, and gets few of them. */
  | 'silent'
  /** Something that matters more is due to the customer at the same time. */
  | 'outweighed'
  /** The customer does not want to hear of this. */
  | 'muted'
  /** Something else told of the same occasion first. */
  | 'occasion'
  /** No channel leads to the person. */
  | 'no_channel'
  /** Every channel refused. */
  | 'refused'
  /** The last channel took it, and the wanted receipt never came. */
  | 'no_receipt'
  /** The customer bought something meanwhile. */
  | 'bought'
  /** What it told of is over. */
  | 'too_late'
  /** Whoever sent it stopped it. */
  | 'called_off'
  | 'erased';

/** What was given to be told of by one notice, and is taken back where nobody comes to hear of it. */
export interface NoticeGift {
  /** The lots that points were given in. */
  readonly lots: readonly LotId[];
  /** Codes of coupons, as they are kept. */
  readonly codes: readonly string[];
  /** What one point or one code of it may cost at most, in micros, where a budget pays for it. */
  readonly eachMicros?: number;
  /** How many points were still there when it was taken back, and how many codes unused; absent: it was not. */
  readonly takenBack?: number;
  readonly codesTakenBack?: number;
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
  /** What customers can switch off by itself: `offers`, `reminders`; null outside of campaigns and journeys. */
  readonly topic: string | null;
  readonly reply: Reply;
  readonly state: NoticeState;
  /** Why it was held, dropped or stopped. */
  readonly reason: NoticeReason | null;
  readonly steps: readonly CascadeStep[];
  /** Which step is being tried; -1 before the first, whose address has to be looked up. */
  readonly step: number;
  /** When it must be looked at again, epoch milliseconds; null: not before something happens. One that ended: see `gift`. */
  readonly dueAt: number | null;
  /** From when on it is better not said at all. */
  readonly pointlessAt: number | null;
  readonly stopsOnPurchase: boolean;
  /** The person got it on two channels: a receipt came after the next one was used. */
  readonly doubled: boolean;
  readonly createdAt: number;
  readonly settledAt: number | null;
  /** Which variant of its campaign or journey it is; null outside of them. */
  readonly arm: string | null;
  /** Of several offers that meet, the one with the highest goes first. */
  readonly weight: number;
  /** When the person first opened a link of it, answered it, or asked for no more because of it. */
  readonly clickedAt: number | null;
  readonly answeredAt: number | null;
  readonly leftAt: number | null;
  readonly gift: NoticeGift | null;
  /**
   * What its messages may cost at most, in micros, set aside of the budget of its campaign; null: there is none, or what
   * was not needed of it was given back.
   */
  readonly reservedMicros: number | null;
  readonly revision: number;
}

/** A message of the outbox as receipts and cascades see it: one attempt of a notice, or a direct answer. */
export interface Attempt {
  readonly id: MessageId;
  readonly addressId: AddressId;
  readonly customerId: CustomerId | null;
  readonly channel: ChannelName;
  readonly category: MessageCategory;
  readonly noticeId: NoticeId | null;
  readonly state: MessageState;
  /** While it is being sent: until when nobody else sends it. */
  readonly leaseUntil: number | null;
  /** What went wrong last; null while it was never tried. */
  readonly error: string | null;
  /** How often it was handed to the channel, the time under way among them. */
  readonly tries: number;
  readonly createdAt: number;
  readonly sentAt: number | null;
  readonly deliveredAt: number | null;
  readonly readAt: number | null;
  readonly overtakenAt: number | null;
  readonly priceMicros: number | null;
  readonly smsPriceMicros: number | null;
}

/** What a receipt names a message by. */
export type ReceiptRef = Pick<Receipt, 'channel' | 'providerId' | 'address' | 'messageId'>;

/** A purchase of a customer made or told of after `since`, epoch milliseconds. */
export interface BoughtNeed {
  readonly customerId: CustomerId;
  readonly since: number;
}

/** Whether a customer noticed no offer and wrote nothing within so many days. */
export interface SilenceNeed {
  readonly customerId: CustomerId;
  readonly days: number;
}

/** A customer who gave no sign for that long. */
export interface Silence {
  /** Offers that began since the last sign. */
  readonly offers: number;
  /** When the last of them did; null: there was none. */
  readonly lastAt: number | null;
}

/** What a decision about notices may ask to know. */
export interface NoticeNeeds extends CustomerNeeds, LinkNeeds {
  /** With their attempts. */
  readonly notices?: readonly NoticeId[];
  /** The messages that receipts are about. */
  readonly receipted?: readonly ReceiptRef[];
  /** Offers of the last seven days, by customer. */
  readonly offered?: readonly CustomerId[];
  readonly silences?: readonly SilenceNeed[];
  /** Offers that are due to these customers now. */
  readonly rivals?: readonly CustomerId[];
  readonly mutes?: readonly CustomerId[];
  /** The last thing these customers were told, within a day. */
  readonly lastTold?: readonly CustomerId[];
  /** Offers these customers got lately and that are still good. */
  readonly sentOffers?: readonly CustomerId[];
  readonly bought?: readonly BoughtNeed[];
  readonly conversations?: readonly { readonly channel: ChannelName; readonly address: string }[];
}

/** What it then knows. */
export interface NoticeFacts extends CustomerFacts, LinkFacts {
  notice(id: NoticeId): Notice | undefined;
  /** In the order they were begun. */
  attempts(id: NoticeId): readonly Attempt[];
  messageOf(ref: ReceiptRef): Attempt | undefined;
  /** When each marketing notice of the last seven days began to be sent, the oldest first. */
  offered(id: CustomerId): readonly number[];
  /** Undefined for who gave a sign. */
  silence(id: CustomerId): Silence | undefined;
  /** The weight of the heaviest offer that waits for this customer and is due now; 0 where none is. */
  heaviest(id: CustomerId): number;
  mutes(id: CustomerId): readonly Mute[];
  /** Undefined where it was nothing, or nothing of a campaign or a journey. */
  lastTold(id: CustomerId): NoticeId | undefined;
  /** The newest first. */
  sentOffers(id: CustomerId): readonly Notice[];
  bought(need: BoughtNeed): boolean;
  conversation(channel: ChannelName, address: string): { readonly address: Address } | undefined;
}

/** The key under which a receipt's message is kept among the facts. */
export function receiptKey({ channel, providerId, address = '', messageId }: ReceiptRef): string {
  return messageId === undefined ? `receipt:${channel}:${providerId}:${address}` : `receipt:${messageId}`;
}

/** The key under which it is kept among the facts whether somebody bought. */
export function boughtKey({ customerId, since }: BoughtNeed): string {
  return `${customerId} ${since}`;
}
