import { randomText, safeAlphabet } from '../codes.ts';
import type { CustomerId } from '../ids.ts';
import type { Context } from '../ports.ts';

/** A one-time link by which a customer opens a second messenger from the first: whoever opens it is the customer. */
export interface ChatInvite {
  /** SHA-256 of what the link carries. */
  readonly tokenHash: string;
  readonly customerId: CustomerId;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly usedAt: number | null;
  readonly revision: number;
}

/** A new invite as written: the hash of its token is kept. It takes the place of the customer's last one. */
export type NewChatInvite = Omit<ChatInvite, 'tokenHash'> & { readonly token: string };

/** How long such a link is good, in minutes. */
export const inviteMinutes = 10;

/** 31^20: nobody guesses one. */
const tokenLength = 20;

/** Invites to read, by what the link carries. */
export interface InviteNeeds {
  readonly chatInvites?: readonly string[];
}

/** The invites that were asked for, also those that are used or old. */
export interface InviteFacts {
  chatInvite(token: string): ChatInvite | undefined;
}

/** New invites, and those that were used. */
export interface InviteChanges {
  readonly chatInvites?: readonly NewChatInvite[];
  readonly chatInviteUpdates?: readonly ChatInvite[];
}

/** A link for a customer: its token, and what is written. */
export function inviteChat(
  customerId: CustomerId,
  { random, now }: Context,
): { readonly token: string; readonly changes: InviteChanges } {
  const token = randomText(random, safeAlphabet, tokenLength);
  const times = { createdAt: now, expiresAt: now + inviteMinutes * 60_000, usedAt: null };
  return { token, changes: { chatInvites: [{ token, customerId, ...times, revision: 1 }] } };
}

/** Takes a link up, once. Undefined where it was used, is too old, or never was. */
export function takeInvite(invite: ChatInvite | undefined, now: number): InviteChanges | undefined {
  if (!invite || invite.usedAt !== null || invite.expiresAt <= now) return undefined;
  return { chatInviteUpdates: [{ ...invite, usedAt: now, revision: invite.revision + 1 }] };
}
