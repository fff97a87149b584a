import type { ChannelName, Locale } from '../../../core/customers/types.ts';
import type { MessageCategory, Reply } from '../../../core/messaging/types.ts';
import type { Formats } from '../../../locales/translator.ts';
import type { Abilities } from '../../channel.ts';
import type { Render } from '../../render.ts';
import { simulatedAbilities } from './messenger.ts';

/** A message of the outbox as it stands now. Times in epoch milliseconds, prices in millionths of the currency. */
export interface LoggedMessage {
  readonly id: string;
  /** The notice it is an attempt of; null for a direct answer. */
  readonly noticeId: string | null;
  readonly at: number;
  readonly channel: ChannelName;
  /** The channel's own id of the chat. */
  readonly address: string;
  readonly locale: Locale;
  readonly category: MessageCategory;
  readonly reply: Reply;
  readonly state: string;
  /** What the channel said when it did not go. */
  readonly error: string | null;
  /** The cascade went on without waiting for it any longer. */
  readonly overtaken: boolean;
  readonly priceMicros: number | null;
}

/** What all messages that were not direct answers have cost, and would have cost as SMS. */
export interface MessageCosts {
  readonly sent: number;
  readonly priceMicros: number;
  readonly smsPriceMicros: number;
}

/** Reads the newest messages, newest first, and what all of them cost. */
export type MessageLog = (
  limit: number,
) => Promise<{ readonly messages: readonly LoggedMessage[]; readonly costs: MessageCosts }>;

/** A line of the page's log: the message in the words the person got. */
export interface LogLine extends Omit<LoggedMessage, 'reply' | 'locale'> {
  readonly text: string;
}

/** What the page shows of messages. */
export interface ShownLog {
  readonly lines: readonly LogLine[];
  readonly costs: MessageCosts;
}

const shownLines = 40;

/** The log shows what was said: no pictures, and no buttons as numbered lines. */
const textOnly: Abilities = { ...simulatedAbilities.telegram, pictures: false };

/** The log in words. */
export function createLog(read: MessageLog, render: Render, format: () => Formats): () => Promise<ShownLog> {
  return async () => {
    const { messages, costs } = await read(shownLines);
    const lines = messages.map(({ reply, locale, ...message }) => {
      const { text } = render(reply, textOnly, { ...format(), locale });
      return { ...message, text };
    });
    return { lines, costs };
  };
}
