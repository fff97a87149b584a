import type { ConsentTexts } from '../customers/consents.ts';
import type { Address, ChannelName, Customer, CustomerRecord } from '../customers/types.ts';
import type { TalkId } from '../ids.ts';
import type { Journey } from '../journeys/types.ts';
import type { MessagingRules } from '../messaging/rules.ts';
import type { Button, Paragraph, Picture, Words } from '../messaging/types.ts';
import type { Context } from '../ports.ts';
import type { Program } from '../program/program.ts';
import type { Staff } from '../staff/types.ts';
import type { TalkInView } from '../talks/types.ts';
import type { DialogChanges, DialogFacts, DialogState, IncomingEvent } from './types.ts';

/** Grows when steps or their data change their meaning: a conversation left in an older one starts over. */
export const dialogVersion = 1;

/** What is the same for every conversation. */
export interface House {
  readonly program: Program;
  readonly consentTexts: ConsentTexts;
  /** A link that opens a chat with us and carries `context`; absent where no messenger has such links. */
  readonly chatLink?: ((context: string) => string | undefined) | undefined;
  /** For each messenger that has such links, one that opens a chat with us there. */
  readonly chatLinks?: ((context: string) => readonly ChatLink[]) | undefined;
  /** Where our own pages are reached, from outside perhaps; absent where we have none. */
  readonly site?: (() => Site | undefined) | undefined;
  /** The journeys there are, those that come with Svoi among them. */
  readonly journeys?: (() => readonly Journey[]) | undefined;
  /** The channels that are there. */
  readonly channels?: MessagingRules['channels'] | undefined;
}

/** An address of our own pages. */
export interface Site {
  readonly url: string;
  /** Whether others than this machine reach it. */
  readonly isPublic: boolean;
  /** Whoever we write to sits at this machine as well, and opens what only it reaches. */
  readonly isPlayground?: boolean;
  /** Lists of customers cannot be fetched there. */
  readonly hasNoLists?: boolean;
}

/** A link that opens a chat with us on a messenger. */
export interface ChatLink {
  readonly channel: ChannelName;
  readonly url: string;
}

/** One event with all that a screen may look at. */
export interface Turn extends House {
  readonly event: IncomingEvent;
  readonly facts: DialogFacts;
  readonly context: Context;
  readonly address: Address;
  /** Whether this is the first we hear from this chat. */
  readonly isNew: boolean;
  /** Null in a new chat, and where the stored state is of another version. */
  readonly state: DialogState | null;
  /** The customer this chat belongs to. */
  readonly record: CustomerRecord | undefined;
  /** Whom of the staff this member is, if any. */
  readonly staff: Staff | undefined;
  /** The talk with the staff that is open in this chat. */
  readonly talk: TalkInView | undefined;
  /** Said before the screen itself: what just happened, or why we are here. */
  readonly lead: readonly Words[];
}

/** A turn of somebody who has joined. */
export interface MemberTurn extends Turn {
  readonly record: CustomerRecord;
}

/** What a screen says and does. */
export interface Outcome {
  readonly step: string;
  readonly data?: Readonly<Record<string, string>>;
  readonly paragraphs: readonly Paragraph[];
  readonly picture?: Picture;
  readonly buttons?: readonly (readonly Button[])[];
  /** A number is an answer here, and picks no button. */
  readonly takesNumbers?: true;
  /** So is 0: a number is the button it would be, counted from 0. */
  readonly zeroCounts?: true;
  /** Says nothing: what was said is for a person to answer. */
  readonly silent?: true;
  /** Leaves the message that was tapped where it is: somebody's words stand in it. */
  readonly beside?: true;
  /** The talk it shows one of the staff: an answer to this message is one in that talk. */
  readonly talkId?: TalkId;
  readonly changes?: DialogChanges;
  /** What changed about the chat itself. */
  readonly address?: Partial<Pick<Address, 'customerId' | 'locale'>>;
}

/** A screen of the conversation; `argument` is what followed the colon in the button. */
export type Screen = (turn: Turn, argument: string) => Outcome;
/** A screen for those who have joined. */
export type MemberScreen = (turn: MemberTurn, argument: string) => Outcome;

/** A button that leads to a screen. */
export function press(label: Words, data: string): Button {
  return { kind: 'press', label, data };
}

/** The way home, at the end of every screen. */
export const toMenu: readonly Button[] = [press({ key: 'button.menu' }, 'menu')];

/** The same turn with something more to say first. */
export function saying<Some extends Turn>(turn: Some, ...lead: readonly Words[]): Some {
  return { ...turn, lead: [...turn.lead, ...lead] };
}

/** The same turn as the customer is after `customer` has been written. */
export function withCustomer(turn: MemberTurn, customer: Customer): MemberTurn {
  return { ...turn, record: { ...turn.record, customer } };
}

/** An outcome that also writes `changes`. */
export function writing(changes: DialogChanges, outcome: Outcome): Outcome {
  return { ...outcome, changes };
}
