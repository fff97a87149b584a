import type { AddressId, ConsentId, CustomerId, ShopId } from '../ids.ts';
import type { LedgerHead, Lot } from '../ledger/types.ts';
import type { InviteChanges, InviteFacts, InviteNeeds } from './chat_invite.ts';
import type { MergeChanges, MergeFacts, MergeNeeds } from './merges.ts';
import type { CodeChanges, CodeFacts, CodeNeeds } from './one_time_code.ts';

/** The languages Svoi speaks. */
export const locales = ['uk', 'ru', 'en'] as const;
export type Locale = (typeof locales)[number];

/** Where a customer can be reached. */
export const channelNames = ['telegram', 'viber', 'whatsapp', 'sms', 'web'] as const;
export type ChannelName = (typeof channelNames)[number];

/** What a profile can say; unknown is null. */
export const genders = ['female', 'male'] as const;
export type Gender = (typeof genders)[number];

/** What a message is about, as far as consent goes. */
export const consentCategories = ['service', 'marketing'] as const;
export type ConsentCategory = (typeof consentCategories)[number];

/** A person with a ledger. Without `registeredAt` the phone is not proved yet: a purchase made the record. */
export interface Customer {
  readonly id: CustomerId;
  /** E.164. */
  readonly phone: string | null;
  /** 13 digits, the last one a check digit. */
  readonly card: string | null;
  readonly name: string | null;
  /** `YYYY-MM-DD`, or `--MM-DD` where the year was not told. */
  readonly birthday: string | null;
  readonly gender: Gender | null;
  readonly locale: Locale | null;
  /** IANA name; null means the program's zone. */
  readonly zone: string | null;
  readonly city: string | null;
  /** Where the customer wants to be written to; null: where we heard from them last. */
  readonly preferredChannel: ChannelName | null;
  /** The customer this record was merged into; facts asked for by phone, card or a shop's id are of that one. */
  readonly mergedInto: CustomerId | null;
  readonly createdAt: number;
  readonly registeredAt: number | null;
  /** Where the person registered: a channel, `shop:shp_…`. */
  readonly registeredIn: string | null;
  readonly erasedAt: number | null;
}

/** The part of a customer that the customer or the shop may change. */
export type Profile = Pick<Customer, 'name' | 'birthday' | 'gender' | 'locale' | 'zone' | 'city'>;

/** One customer on one channel; a stranger who has only pressed "start" has one too, without a customer. */
export interface Address {
  readonly id: AddressId;
  readonly channel: ChannelName;
  /** The channel's own id of the chat or user. */
  readonly externalId: string;
  readonly customerId: CustomerId | null;
  readonly locale: Locale;
  /** False after the channel said the person blocked us; true again when the person writes. */
  readonly reachable: boolean;
  readonly lastSeenAt: number;
}

/** One answer to one question about messages; the newest of a category and channel counts. Never changed once written. */
export interface Consent {
  readonly id: ConsentId;
  readonly customerId: CustomerId;
  readonly category: ConsentCategory;
  /** Said about this channel alone; null: about all. */
  readonly channel: ChannelName | null;
  readonly granted: boolean;
  /** The very words that were agreed to, their version and language. */
  readonly text: string;
  readonly textVersion: number;
  readonly locale: Locale;
  /** Where it was said: `telegram`, `shop:shp_…`, `import`. */
  readonly source: string;
  readonly at: number;
}

/** How somebody outside names a customer. */
export type CustomerRef =
  | { readonly phone: string }
  | { readonly card: string }
  | { readonly id: CustomerId }
  | { readonly externalId: string; readonly shopId: ShopId };

/** A reference as one string: the key under which facts are kept and commands are kept apart. */
export function refKey(ref: CustomerRef): string {
  if ('phone' in ref) return `phone:${ref.phone}`;
  if ('card' in ref) return `card:${ref.card}`;
  if ('id' in ref) return ref.id;
  return `ext:${ref.shopId}:${ref.externalId}`;
}

/** Answers about one channel alone: a refusal holds there whatever was said about all channels. */
export type ChannelConsents = { readonly [Name in ChannelName]?: Partial<Record<ConsentCategory, boolean>> };

/** A customer with what a decision about points and messages needs. */
export interface CustomerRecord {
  readonly customer: Customer;
  readonly head: LedgerHead;
  /** Lots already due; all open lots where the need said so. */
  readonly lots: readonly Lot[];
  readonly addresses: readonly Address[];
  /** The newest answer of each category about all channels; absent where never asked. */
  readonly consents: Partial<Record<ConsentCategory, boolean>>;
  /** The newest answers about one channel alone. */
  readonly channelConsents: ChannelConsents;
  /** What the customer does not want to hear of; absent: hears of everything. */
  readonly mutes?: readonly Muted[];
}

/** What a customer does not want to hear of: `topic:offers`, `journey:cart`; `until` (epoch milliseconds) null: for good. */
export interface Muted {
  readonly subject: string;
  readonly until: number | null;
}

/** Customers to read. `lots`: those already due (the default), or all that are open. */
export interface CustomerNeeds extends CodeNeeds, InviteNeeds, MergeNeeds {
  readonly customers?: readonly { readonly ref: CustomerRef; readonly lots?: 'due' | 'open' }[];
}

/** The customers that were asked for, by any reference to them. */
export interface CustomerFacts extends CodeFacts, InviteFacts, MergeFacts {
  customer(ref: CustomerRef): CustomerRecord | undefined;
}

/** A shop's own id of a customer. */
export interface ExternalId {
  readonly shopId: ShopId;
  readonly externalId: string;
  readonly customerId: CustomerId;
}

/** What happened, for messages and journeys to answer to; `at` in epoch milliseconds. */
export type CustomerEvent =
  | CouponIssuedEvent
  | {
      readonly type: 'registered';
      readonly customerId: CustomerId;
      readonly welcomePoints: number;
      readonly at: number;
    }
  | {
      /** A purchase or its payment: points earned, waiting (until `releaseAt`, null: for the payment), spent. */
      readonly type: 'points_earned';
      readonly customerId: CustomerId;
      /** When the customer bought or paid; null: a return window closed. */
      readonly actedAt: number | null;
      readonly points: number;
      readonly pending: number;
      readonly spent: number;
      readonly releaseAt: number | null;
      readonly balance: number;
      readonly reference: string;
      readonly at: number;
    }
  | {
      /** Somebody behind the counter gave points or (below zero) took them. Without a note: took that back. */
      readonly type: 'points_adjusted';
      readonly customerId: CustomerId;
      readonly points: number;
      readonly balance: number;
      readonly note: string | null;
      readonly at: number;
    }
  | {
      /** A till wants to take points: the customer is asked whether that is right. */
      readonly type: 'points_asked';
      readonly customerId: CustomerId;
      readonly points: number;
      readonly amountMinor: number;
      readonly totalMinor: number;
      readonly store: string | null;
      readonly reference: string;
      readonly at: number;
    }
  | {
      /** A till wants to take points, and no chat reaches the customer: whoever reads this SMS tells the till its code. */
      readonly type: 'points_code';
      readonly customerId: CustomerId;
      readonly points: number;
      readonly code: string;
      readonly expiresAt: number;
      readonly reference: string;
      readonly at: number;
    }
  | {
      /** Points were spent, and no purchase tells of it. */
      readonly type: 'points_spent';
      readonly customerId: CustomerId;
      readonly points: number;
      readonly store: string | null;
      readonly balance: number;
      readonly reference: string;
      readonly at: number;
    }
  | {
      /** Goods came back: earned points taken back, spent points returned. */
      readonly type: 'goods_returned';
      readonly customerId: CustomerId;
      readonly amountMinor: number;
      readonly takenBack: number;
      readonly returned: number;
      readonly balance: number;
      readonly reference: string;
      readonly at: number;
    };

/** A customer was given a coupon; `texts` are what the shop wrote for customers, `name` where it wrote nothing. */
export interface CouponIssuedEvent {
  readonly type: 'coupon_issued';
  readonly customerId: CustomerId;
  readonly name: string;
  readonly texts: { readonly [Language in Locale]?: { readonly title: string } | undefined };
  readonly validUntil: number | null;
  readonly at: number;
}

/** What a decision writes about people. Updates hold the whole customer as it is from now on. */
export interface CustomerChanges extends CodeChanges, InviteChanges, MergeChanges {
  readonly customers?: readonly Customer[];
  readonly customerUpdates?: readonly Customer[];
  readonly externalIds?: readonly ExternalId[];
  readonly consents?: readonly Consent[];
  readonly addressLinks?: readonly { readonly id: AddressId; readonly customerId: CustomerId | null }[];
  readonly erasures?: readonly { readonly customerId: CustomerId; readonly at: number }[];
  readonly events?: readonly CustomerEvent[];
}
