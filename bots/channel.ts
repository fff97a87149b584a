import type { ChannelName, Locale } from '../core/customers/types.ts';
import type { IncomingEvent } from '../core/dialogs/types.ts';
import type { Image } from '../core/messaging/images.ts';
import type { Receipt } from '../core/messaging/receipts.ts';
import type { MessageCategory, Picture } from '../core/messaging/types.ts';

/** What a channel can do. Where it cannot, the same message takes another form. */
export interface Abilities {
  /** Buttons under a message; without them presses become numbered lines. */
  readonly buttons: boolean;
  readonly pictures: boolean;
  /** A button that shares the person's own number; whether the channel vouches for it stands with the contact. */
  readonly sharePhone: boolean;
  /** A message already sent can be changed in place. */
  readonly edits: boolean;
  /** How far the channel tells what became of a message. */
  readonly receipts: 'accepted' | 'delivered' | 'read';
  /** The longest text of one message, in UTF-16 code units. */
  readonly textLimit: number;
  /** Messages a second over all chats. */
  readonly ratePerSecond: number;
  /** How many calls may be under way at once; by default 8. */
  readonly parallel?: number;
  /** How many chats one call of `sendMany` reaches. */
  readonly batch?: number;
  /** Every character costs: choices are left out unless the message asks something, and nothing is decorated. */
  readonly terse?: boolean;
  /** Some messages go as approved templates only: each brings along the words it is made of. */
  readonly templates?: boolean;
}

/** A button in words of the person's language. */
export type ShownButton =
  | { readonly kind: 'press'; readonly label: string; readonly data: string }
  | { readonly kind: 'share_phone'; readonly label: string }
  | { readonly kind: 'link'; readonly label: string; readonly url: string };

/** A text by its key, with every value written as the person reads it. */
export interface ShownWords {
  readonly key: string;
  readonly values: Readonly<Record<string, string>>;
}

/** An approved template with its values and buttons as the person reads them. */
export interface ShownTemplate {
  readonly name: string;
  /** As the channel calls it. */
  readonly language: string;
  readonly values: readonly string[];
  readonly buttons: readonly ShownButton[];
}

/** A message ready for a channel: in the person's language, in a form the channel can show. */
export interface OutgoingMessage {
  /** Ours; used as idempotency key where the channel takes one. */
  readonly id: string;
  /** The channel's own id of the chat. */
  readonly address: string;
  /** Plain text, paragraphs separated by an empty line. */
  readonly text: string;
  /** `of`: what it was drawn from, for channels that fetch pictures from an address. */
  readonly picture?: { readonly image: Image; readonly alt: string; readonly of?: Picture };
  readonly buttons?: readonly (readonly ShownButton[])[];
  /** A number is an answer here: a press that cannot be a button is left out rather than numbered. */
  readonly takesNumbers?: true;
  /** What it is about, as far as prices, sessions and templates go; absent counts as a direct answer. */
  readonly category?: MessageCategory;
  readonly locale?: Locale;
  /** When the person last wrote to us here, epoch milliseconds: some channels are freer soon after. */
  readonly lastSeenAt?: number;
  /** The words it is made of, each with its values as they are shown: for channels that only take approved templates. */
  readonly words?: readonly ShownWords[];
  /** What says the same where just that is taken. */
  readonly approved?: ShownTemplate;
  /** The channel's id of our earlier message that this one takes the place of. */
  readonly replaces?: string;
}

/** What became of an attempt to send. Three kinds of fault are kept apart, since each asks for something else. */
export type SendOutcome =
  /** `segments`: how many SMS it went as, where the channel counts them. */
  | { readonly status: 'sent'; readonly providerId: string; readonly segments?: number }
  /**
   * The channel said no for good. `blocked`: the person cannot be reached there (blocked us, is gone, has no account,
   * no such number); `invalid`: this message cannot go there (too long, wrong, no approved template).
   */
  | { readonly status: 'refused'; readonly reason: 'blocked' | 'invalid'; readonly detail: string }
  /** Too fast: nothing was sent, try again after `retryAfterMs`. `chatOnly`: too fast for this chat, not for the others. */
  | { readonly status: 'slow_down'; readonly retryAfterMs: number; readonly chatOnly?: true }
  /** The network or the channel failed: it may be tried again. */
  | { readonly status: 'failed'; readonly detail: string };

/** What came of fetching a picture that somebody sent. Each asks for something else. */
export type FetchOutcome =
  | { readonly status: 'fetched'; readonly bytes: Uint8Array }
  /** Larger than was asked for at most. */
  | { readonly status: 'too_large' }
  /** The channel does not hand it out: it is too old, or was never there. */
  | { readonly status: 'refused'; readonly detail: string }
  /** The network or the channel failed: it may be tried again. */
  | { readonly status: 'failed'; readonly detail: string };

/** One messenger. `send` never throws for what the outside does; it throws only for bugs of ours. */
export interface Channel {
  readonly name: ChannelName;
  readonly abilities: Abilities;
  send(message: OutgoingMessage): Promise<SendOutcome>;
  /**
   * The same message to up to `abilities.batch` chats in one call; outcomes in the order of `messages`. Gone from the
   * moment on when the outside turns out not to allow it.
   */
  readonly sendMany?: ((messages: readonly OutgoingMessage[]) => Promise<readonly SendOutcome[]>) | undefined;
  /**
   * Fetches a picture that somebody sent, by what the event called it, of up to `mostBytes`. Throws no more than `send`
   * does; no detail of an outcome holds a secret. Absent where nobody can send any.
   */
  fetchPicture?(ref: string, mostBytes: number): Promise<FetchOutcome>;
}

/** Keeps work alive after the answer was given, where the platform would end it: `waitUntil` on Workers. */
export type Background = (work: Promise<unknown>) => void;

/** A messenger as a root joins it: its channel, where the outside calls us, and how it presents itself. */
export interface Messenger {
  readonly channel: Channel;
  /** Paths of its webhooks, like `/viber`; empty where the outside never calls. */
  readonly paths: readonly string[];
  /** Answers 2xx only once what came is committed. Never 5xx for what is forged, stale or oversized. */
  webhook(request: Request, background?: Background): Promise<Response>;
  /** Tells the outside where we are; safe to repeat. A line for each thing done. Throws with the outside's reason. */
  setup(publicUrl: string | undefined): Promise<readonly string[]>;
  /** A line for `doctor`: who we are there. Throws with the reason and what to do. */
  check(): Promise<string>;
  /** What links to our chat are made of: a bot's name, Viber's URI, WhatsApp's digits; undefined where none exist. */
  publicName?(): Promise<string>;
  /** A link that opens our chat there and carries `context`. */
  link?(publicName: string, context: string): string;
  /** Begins and ends what must run all the time (a session, a poll). Absent where nothing must. */
  start?(): void;
  stop?(): Promise<void>;
}

/** Takes what happened in a chat; resolves once it is committed, so a channel may then acknowledge it. */
export type EventHandler = (event: IncomingEvent) => Promise<void>;

/** Takes receipts; resolves once they are written down. Those of messages we do not know are kept for a while. */
export type ReceiptHandler = (receipts: readonly Receipt[]) => Promise<void>;
