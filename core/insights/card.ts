import type { ChannelName, CustomerNeeds } from '../customers/types.ts';
import type { CustomerId, NoticeId, PurchaseId, TalkId } from '../ids.ts';
import type { Words } from '../messaging/keys.ts';
import type { NoticeReason, NoticeState } from '../messaging/notices.ts';
import type { MessageState } from '../messaging/states.ts';
import type { MessageCategory, Reply } from '../messaging/types.ts';
import type { Program } from '../program/program.ts';
import type { TalkStatus } from '../talks/types.ts';
import type { ProfileFact } from './facts/types.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Survey } from './nps/types.ts';

/** What somebody bought over all, in minor units and epoch milliseconds; accounts merged into this one counted in. */
export interface CardTotals {
  /** Sales not brought back whole. */
  readonly orders: number;
  /** What was paid, less what was given back. */
  readonly paidMinor: number;
  readonly refundedMinor: number;
  /** What an order came to on average; null without orders. */
  readonly averageMinor: number | null;
  readonly firstAt: number | null;
  readonly lastAt: number | null;
  readonly pointsEarned: number;
  readonly pointsSpent: number;
}

/** A store, category or product somebody comes back to. */
export interface Favourite {
  readonly value: string;
  /** Of a product its name, where known; of others the value. */
  readonly name: string;
  readonly orders: number;
  readonly paidMinor: number;
}

/** What somebody likes best, the most often first. */
export interface Favourites {
  readonly stores: readonly Favourite[];
  readonly categories: readonly Favourite[];
  readonly products: readonly Favourite[];
}

/** What the models said last night of somebody who bought more than once. */
export interface Outlook {
  /** The chance that the customer still buys, from 0 to 1. */
  readonly alive: number;
  /** Orders expected in the next 90 days, and what they will bring in minor units. */
  readonly expectedOrders: number;
  readonly valueMinor: number;
  readonly computedAt: number;
}

/** A purchase in one line. */
export interface CardPurchase {
  readonly id: PurchaseId;
  /** The shop's own number of it. */
  readonly number: string;
  readonly at: number;
  readonly store: string | null;
  readonly totalMinor: number;
  readonly refundedMinor: number;
}

/** Something we told the customer, and what came of it. */
export interface CardMessage {
  readonly id: NoticeId;
  readonly kind: string;
  readonly category: Exclude<MessageCategory, 'reply'>;
  readonly campaign: string | null;
  readonly at: number;
  readonly reply: Reply;
  readonly state: NoticeState;
  readonly reason: NoticeReason | null;
  /** The last channel that was tried, and how far it came; null where none was. */
  readonly channel: ChannelName | null;
  readonly messageState: MessageState | null;
  readonly readAt: number | null;
}

/** A product that will be used up. */
export interface CardRefill {
  readonly sku: string;
  readonly name: string;
  readonly dueAt: number;
}

/**
 * A customer as the staff and the shop's systems see one, beside the record itself (who, chats, consents, points) and the
 * coupons at hand: all that can be said about what the person does here.
 */
export interface CustomerCard {
  readonly customerId: CustomerId;
  readonly totals: CardTotals;
  /** What was paid within the days that count for a tier. */
  readonly tierMinor: number;
  readonly favourites: Favourites;
  /** Where the person stands between two purchases, by the own rhythm. */
  readonly lifecycle: Lifecycle;
  /** Null for who bought once or never: there is too little data. */
  readonly outlook: Outlook | null;
  /** The saved segments the person is in now, by name. */
  readonly segments: readonly string[];
  /** Where the person stood last night on the maps of RFM: `rfm:main`, `champions`. */
  readonly maps: readonly { readonly map: string; readonly state: string }[];
  /** Newest first. */
  readonly purchases: readonly CardPurchase[];
  /** Newest first. */
  readonly messages: readonly CardMessage[];
  /** What is known beyond that, the surest first. */
  readonly facts: readonly ProfileFact[];
  /** What the person answered about us, newest first. */
  readonly surveys: readonly Survey[];
  /** What is about to run out, the soonest first. */
  readonly refills: readonly CardRefill[];
  readonly talk: { readonly id: TalkId; readonly status: TalkStatus; readonly openedAt: number } | null;
  /** When the person last wrote or tapped something. */
  readonly heardAt: number | null;
}

/** Whose card, and by which rules. */
export interface CardNeed {
  readonly customerId: CustomerId;
  readonly program: Program;
}

/** Cards to be read. */
export interface CardNeeds extends CustomerNeeds {
  readonly cards?: readonly CardNeed[];
}

/** The cards that were asked for. */
export interface CardFacts {
  card(customerId: CustomerId): CustomerCard | undefined;
}

/** How many of each list a card holds. */
export const cardLengths = { favourites: 3, purchases: 10, messages: 10, surveys: 5, refills: 5 } as const;

/** The first words of what was said, to know a message by. */
export function headlineOf({ paragraphs }: Reply): Words | undefined {
  const [first] = paragraphs;
  if (first === undefined) return undefined;
  return 'key' in first ? first : first[0];
}
