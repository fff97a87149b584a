import type { ChannelName, Locale } from '../customers/types.ts';
import type { AddressId, CustomerId, StaffId, TalkId, TalkMessageId } from '../ids.ts';

/** Where a talk stands: nobody of the staff has it, somebody has, or it is over. */
export const talkStatuses = ['waiting', 'taken', 'closed'] as const;
export type TalkStatus = (typeof talkStatuses)[number];

/** A talk of a customer with the staff: in its chat the bot is silent until the talk is closed. */
export interface Talk {
  readonly id: TalkId;
  /** The chat it is in; there is one open talk in a chat at most. */
  readonly addressId: AddressId;
  /** Null for somebody who has not joined. */
  readonly customerId: CustomerId | null;
  readonly status: TalkStatus;
  /** Who of the staff has it, or had it last. */
  readonly staffId: StaffId | null;
  readonly openedAt: number;
  /** When somebody last said something. */
  readonly touchedAt: number;
  /** When it closes by itself if nobody says anything. */
  readonly botReturnsAt: number;
  /** When the staff are reminded that the customer waits; null: answered, or reminded already. */
  readonly remindAt: number | null;
  /** When they were; null once the customer was answered. */
  readonly remindedAt: number | null;
  readonly closedAt: number | null;
  /** `customer`, `staff:stf_…`, or `time`: nobody had said anything for long. */
  readonly closedBy: string | null;
  readonly revision: number;
}

/** One thing said in a talk; without `staffId` by the customer. */
export interface TalkMessage {
  readonly id: TalkMessageId;
  readonly talkId: TalkId;
  readonly staffId: StaffId | null;
  readonly text: string;
  readonly at: number;
}

/** The chat of a talk, as answers to it need it. */
export interface TalkChat {
  readonly channel: ChannelName;
  readonly locale: Locale;
  readonly reachable: boolean;
  /** Whose the chat is now. */
  readonly customerId: CustomerId | null;
}

/** A talk with the names it stands for. */
export interface TalkInView extends Talk {
  /** By name, or by the end of the phone or of the chat's own id. */
  readonly customerName: string;
  readonly staffName: string | null;
  /** Null once the chat was forgotten. */
  readonly chat: TalkChat | null;
  /** The talk that is open in this chat now. */
  readonly openInChat: TalkId | null;
}

/** A message of ours that one of the staff pointed at, by the channel's id of it. */
export interface TalkReply {
  readonly channel: ChannelName;
  readonly address: string;
  readonly providerId: string;
}

/** What a decision about talks may ask to know. */
export interface TalkNeeds {
  readonly talks?: readonly TalkId[];
  /** Talks that are open in these chats. */
  readonly talksIn?: readonly { readonly channel: ChannelName; readonly address: string }[];
  /** Which talks these messages of ours told the staff about. */
  readonly talkReplies?: readonly TalkReply[];
  /** What was said last in these talks. */
  readonly talkMessages?: readonly TalkId[];
  /** All that are open, and those that closed by themselves lately with nobody having answered. */
  readonly openTalks?: true;
}

/** What it then knows. */
export interface TalkFacts {
  talk(id: TalkId): TalkInView | undefined;
  talkIn(channel: ChannelName, address: string): TalkInView | undefined;
  talkOfReply(reply: TalkReply): TalkId | undefined;
  /** The oldest first. */
  talkMessages(id: TalkId): readonly TalkMessage[];
  /** Those that wait longest first. */
  openTalks(): readonly TalkInView[];
}

/** What it may write. Updates hold the whole talk as it is from now on, its revision one ahead. */
export interface TalkChanges {
  readonly talks?: readonly Talk[];
  readonly talkUpdates?: readonly Talk[];
  readonly talkMessages?: readonly TalkMessage[];
}

/** How many messages of a talk are looked at, the newest. */
export const talkMessagesShown = 20;

/** For how long a talk that nobody answered is still shown to the staff after it closed by itself. */
export const missedTalkLivesMs = 3 * 86_400_000;

/** The key under which it is kept among the facts which talk a message told about. */
export function talkReplyKey({ channel, address, providerId }: TalkReply): string {
  return `${channel} ${address} ${providerId}`;
}
