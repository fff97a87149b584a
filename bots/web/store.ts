import type { ChannelName } from '../../core/customers/types.ts';
import type { ShownButton } from '../channel.ts';

/** A chat that we show ourselves: on the shop's site, or on a phone of the playground. */
export interface ChatKey {
  readonly channel: ChannelName;
  readonly chat: string;
}

/** What is said: `in` by the person, `out` by us. */
export interface ChatDraft {
  /** Named by whoever says it; a chat keeps one message of an id, however often it is appended. */
  readonly id: string;
  readonly direction: 'in' | 'out';
  /** Epoch milliseconds. */
  readonly at: number;
  readonly text: string;
  /** `src` is a `data:` URL. */
  readonly picture?: { readonly src: string; readonly alt: string };
  readonly buttons?: readonly (readonly ShownButton[])[];
  /** The text is a phone number that the person shared. */
  readonly contact?: boolean;
  /** The position of the message that this one takes the place of. */
  readonly replaces?: number;
}

/**
 * A message where it stands. Positions grow over all chats and nothing is ever changed: an edit is a later message
 * that names the one it `replaces`, so whoever has read up to a position misses nothing by reading on from there.
 */
export interface ChatMessage extends ChatDraft {
  readonly position: number;
}

/** Keeps what stands in chats. */
export interface ChatStore {
  /** Appends once per id: for an id the chat already has, the message that is there is returned. */
  append(key: ChatKey, draft: ChatDraft): Promise<ChatMessage>;
  /** Up to `limit` messages behind `position`, oldest first. */
  after(key: ChatKey, position: number, limit: number): Promise<ChatMessage[]>;
  /** The newest `limit` messages, oldest first. */
  latest(key: ChatKey, limit: number): Promise<ChatMessage[]>;
}

/** Single values by name, kept over restarts. */
export interface ValueStore {
  get(name: string): Promise<string | undefined>;
  set(name: string, value: string): Promise<void>;
  /** Sets `value` unless there is one already, and returns what holds then. */
  setOnce(name: string, value: string): Promise<string>;
}
