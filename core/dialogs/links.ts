import type { CustomerId } from '../ids.ts';
import type { Words } from '../messaging/types.ts';
import { mergeChanges } from '../ports.ts';
import { receiptLink } from './screens/claim.ts';
import { pageLink } from './screens/page_link.ts';
import { staffLink } from './staff/team.ts';
import { type MemberTurn, type Outcome, saying, type Turn } from './turn.ts';
import type { DialogChanges, DialogNeeds } from './types.ts';

/** What came of a link: what is said first on whatever screen follows, what is written, and what the chat remembers. */
export interface Followed {
  readonly turn: MemberTurn;
  readonly changes: DialogChanges;
  readonly data: Readonly<Record<string, string>>;
}

/** A kind of deep link that does something for whoever opens it, once that person has joined. */
export interface Link {
  /** Said to those who have to join first. */
  readonly invitation: Words;
  needs(argument: string, customerId: CustomerId | undefined): DialogNeeds;
  follow(turn: MemberTurn, argument: string): Followed;
}

/** Kinds of links by the letter before their underscore; any other link only opens the chat. */
const links: ReadonlyMap<string, Link> = new Map([
  ['c', receiptLink],
  ['o', pageLink],
  ['s', staffLink],
]);

function read(context: string | undefined): { readonly link: Link; readonly argument: string } | undefined {
  const [, kind = '', argument = ''] = /^([a-z])_(.+)$/s.exec(context ?? '') ?? [];
  const link = links.get(kind);
  return link && { link, argument };
}

/** What following a link needs to know. `customerId`: undefined for somebody who is only joining. */
export function linkNeeds(context: string | undefined, customerId: CustomerId | undefined): DialogNeeds {
  const found = read(context);
  return found ? found.link.needs(found.argument, customerId) : {};
}

/** A stranger's turn, told first what joining is for. */
export function invitedBy(turn: Turn, context: string | undefined): Turn {
  const found = read(context);
  return found ? saying(turn, found.link.invitation) : turn;
}

/** What a link does for a member: undefined where it does nothing but open the chat. */
export function followLink(turn: MemberTurn, context: string | undefined): Followed | undefined {
  const found = read(context);
  if (!found) return undefined;
  const followed = found.link.follow(turn, found.argument);
  return { ...followed, data: { ...followed.data, context: '' } };
}

/** A screen after a link was followed: with what that writes, last, and with what the chat is to remember. */
export function afterLink({ changes, data }: Followed, outcome: Outcome): Outcome {
  return {
    ...outcome,
    data: { ...outcome.data, ...data },
    changes: mergeChanges<DialogChanges>(outcome.changes ?? {}, changes),
  };
}
