import type { ChannelName } from '../core/customers/types.ts';
import type { IncomingEvent } from '../core/dialogs/types.ts';

/** What a channel can do. Where it cannot, the same message takes another form. */
export interface Abilities {
  /** Buttons under a message; without them presses become numbered lines. */
  readonly buttons: boolean;
  readonly pictures: boolean;
  /** A button that shares the person's own number, which the channel vouches for. */
  readonly sharePhone: boolean;
  /** A message already sent can be changed in place. */
  readonly edits: boolean;
  /** How far the channel tells what became of a message. */
  readonly receipts: 'accepted' | 'delivered' | 'read';
  /** The longest text of one message, in UTF-16 code units. */
  readonly textLimit: number;
  /** Messages a second over all chats. */
  readonly ratePerSecond: number;
}

/** A button in words of the person's language. */
export type ShownButton =
  | { readonly kind: 'press'; readonly label: string; readonly data: string }
  | { readonly kind: 'share_phone'; readonly label: string }
  | { readonly kind: 'link'; readonly label: string; readonly url: string };

/** A message ready for a channel: in the person's language, in a form the channel can show. */
export interface OutgoingMessage {
  /** Ours; used as idempotency key where the channel takes one. */
  readonly id: string;
  /** The channel's own id of the chat. */
  readonly address: string;
  /** Plain text, paragraphs separated by an empty line. */
  readonly text: string;
  readonly picture?: { readonly png: Uint8Array; readonly alt: string };
  readonly buttons?: readonly (readonly ShownButton[])[];
  /** The channel's id of our earlier message that this one takes the place of. */
  readonly replaces?: string;
}

/** What became of an attempt to send. Three kinds of fault are kept apart, since each asks for something else. */
export type SendOutcome =
  | { readonly status: 'sent'; readonly providerId: string }
  /** The channel said no for good: the person blocked us, is gone, or the message is wrong. */
  | { readonly status: 'refused'; readonly reason: 'blocked' | 'invalid'; readonly detail: string }
  /** Too fast: nothing was sent, try again after `retryAfterMs`. */
  | { readonly status: 'slow_down'; readonly retryAfterMs: number }
  /** The network or the channel failed: it may be tried again. */
  | { readonly status: 'failed'; readonly detail: string };

/** One messenger. `send` never throws for what the outside does; it throws only for bugs of ours. */
export interface Channel {
  readonly name: ChannelName;
  readonly abilities: Abilities;
  send(message: OutgoingMessage): Promise<SendOutcome>;
}

/** Takes what happened in a chat; resolves once it is committed, so a channel may then acknowledge it. */
export type EventHandler = (event: IncomingEvent) => Promise<void>;
