import type { Address, ChannelName, Locale } from '../customers/types.ts';
import type { CustomerId, PictureId, QuestionId } from '../ids.ts';
import type { CardFacts, CardNeeds } from '../insights/card.ts';
import type { ProfileFactChanges, ProfileFactNeeds, ProfileFacts } from '../insights/facts/types.ts';
import type { SurveyChanges, SurveyFacts, SurveyNeeds } from '../insights/nps/types.ts';
import type { QuestionChanges, QuestionFacts, QuestionNeeds } from '../insights/questions.ts';
import type { PageChanges, PageFacts, PageNeeds } from '../journeys/pages.ts';
import type { JourneyChanges, JourneyFacts, JourneyNeeds } from '../journeys/types.ts';
import type { HistoryEntry } from '../ledger/view.ts';
import type { PictureProblem } from '../messaging/images.ts';
import type { NoticeFacts, NoticeNeeds } from '../messaging/notices.ts';
import type { MessagingChanges } from '../messaging/types.ts';
import type { CartChanges, CartFacts, CartNeeds } from '../purchases/carts.ts';
import type { OrderChanges, OrderFacts, OrderNeeds } from '../purchases/orders.ts';
import type { Purchase } from '../purchases/types.ts';
import type { StaffChanges, StaffFacts, StaffNeeds } from '../staff/types.ts';
import type { TalkChanges, TalkFacts, TalkNeeds } from '../talks/types.ts';

/** What a person did in a chat, as every channel reports it. */
export type Said =
  /** Pressed "start", perhaps through a deep link that carried `context`. */
  | { readonly kind: 'start'; readonly context?: string }
  | { readonly kind: 'text'; readonly text: string }
  /** Tapped a button of ours; `messageId` is the channel's id of the message it was on, where it stood on one. */
  | { readonly kind: 'press'; readonly data: string; readonly messageId?: string }
  /** Shared a contact; `own`: the channel vouches that it is the sender's own number. */
  | { readonly kind: 'contact'; readonly phone: string; readonly own: boolean }
  /** Sent something else than words: a photo, a file, a voice. `text`: the words with it, '' where there are none. */
  | { readonly kind: 'attachment'; readonly text: string; readonly picture?: SentPicture }
  /** What became of a picture that was sent for an answer: we say it to ourselves once it was fetched, no channel does. */
  | {
      readonly kind: 'fetched';
      readonly question: QuestionId;
      readonly found: { readonly picture: PictureId } | { readonly problem: PictureProblem };
    }
  /** Blocked us, or came back. */
  | { readonly kind: 'blocked' }
  | { readonly kind: 'returned' };

/** A picture that somebody sent. It stays with the channel until it is asked for. */
export interface SentPicture {
  /** By what the channel fetches it: its own id, or an address. */
  readonly ref: string;
  /** How large it is, where the channel says so. */
  readonly bytes?: number;
}

/** One event from a channel. `id` is the channel's own and never repeats: a second delivery changes nothing. */
export interface IncomingEvent {
  readonly id: string;
  readonly channel: ChannelName;
  /** The channel's own id of the chat. */
  readonly address: string;
  readonly said: Said;
  /** The sender's number, where the channel itself proves it (WhatsApp, SMS). */
  readonly provenPhone?: string;
  /** The channel's id of our message this one answers, where the sender pointed at it. */
  readonly replyTo?: string;
  /** The language the sender's app speaks, as a BCP 47 tag. */
  readonly language?: string;
}

/** Where a conversation stands. `version` grows when steps change: an older state starts over, kindly. */
export interface DialogState {
  readonly version: number;
  readonly step: string;
  /** What the steps so far have gathered. */
  readonly data: Readonly<Record<string, string>>;
  /** What "1", "2", … mean, by the buttons of our last message. */
  readonly choices: readonly string[];
}

/** A chat as kept: who, and where the conversation stands. `revision` counts its steps. */
export interface Conversation {
  readonly address: Address;
  readonly state: DialogState | null;
  readonly revision: number;
}

/** A line of history with the purchase it came from, if any. */
export interface HistoryItem extends HistoryEntry {
  readonly purchase?: Purchase;
}

/**
 * A page of a customer's newest transactions: `limit` of them, older than `beforeSeq` where given. Points set aside that
 * have been spent since are left out: for a person that is one event.
 */
export interface HistoryNeed {
  readonly customerId: CustomerId;
  readonly limit: number;
  readonly beforeSeq?: number;
}

/** What a step of a conversation has to know. */
export interface DialogNeeds
  extends StaffNeeds,
    NoticeNeeds,
    JourneyNeeds,
    PageNeeds,
    TalkNeeds,
    QuestionNeeds,
    SurveyNeeds,
    ProfileFactNeeds,
    CartNeeds,
    OrderNeeds,
    CardNeeds {
  readonly history?: readonly HistoryNeed[];
}

/** Chats and pages of history that were asked for. */
export interface DialogFacts
  extends StaffFacts,
    NoticeFacts,
    JourneyFacts,
    PageFacts,
    TalkFacts,
    QuestionFacts,
    SurveyFacts,
    ProfileFacts,
    CartFacts,
    OrderFacts,
    CardFacts {
  conversation(channel: ChannelName, address: string): Conversation | undefined;
  /** Newest first; empty unless `needs.history` asked for this very page. */
  history(page: HistoryNeed): readonly HistoryItem[];
}

/** What a step of a conversation may write. */
export interface DialogChanges
  extends StaffChanges,
    MessagingChanges,
    JourneyChanges,
    PageChanges,
    TalkChanges,
    QuestionChanges,
    ProfileFactChanges,
    CartChanges,
    OrderChanges,
    SurveyChanges {
  /** New chats, and chats a step further; written whole. `revision` must be one more than what was read. */
  readonly conversations?: readonly Conversation[];
}

/** The language a chat begins in: the app's, if we speak it; else the program's. */
export function initialLocale(language: string | undefined, fallback: Locale): Locale {
  const primary = language?.toLowerCase().split('-')[0];
  return primary === 'uk' || primary === 'ru' || primary === 'en' ? primary : fallback;
}

/** The key under which a page of history is kept among the facts. */
export function historyKey({ customerId, limit, beforeSeq }: HistoryNeed): string {
  return `${customerId} ${limit} ${beforeSeq ?? ''}`;
}

/** The natural key under which a chat is kept apart from others within a group. */
export function conversationKey(channel: ChannelName, address: string): string {
  return `chat:${channel}:${address}`;
}
