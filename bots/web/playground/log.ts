import type { ChannelName, Locale } from '../../../core/customers/types.ts';
import type { MessageCategory, Reply } from '../../../core/messaging/types.ts';
import type { Formats } from '../../../locales/translator.ts';
import type { Abilities } from '../../channel.ts';
import type { Render } from '../../render.ts';
import { simulatedAbilities } from './messenger.ts';

/** A message of the outbox as it stands now. */
export interface LoggedMessage {
  readonly id: string;
  readonly at: number;
  readonly channel: ChannelName;
  /** The channel's own id of the chat. */
  readonly address: string;
  readonly locale: Locale;
  readonly category: MessageCategory;
  readonly reply: Reply;
  readonly state: string;
  readonly attempts: number;
  /** What the channel said when it did not go. */
  readonly error: string | null;
}

/** Reads the newest messages, newest first. */
export type MessageLog = (limit: number) => Promise<readonly LoggedMessage[]>;

/** A line of the page's log: the message in the words the person got. */
export interface LogLine extends Omit<LoggedMessage, 'reply' | 'locale'> {
  readonly text: string;
}

const shownLines = 40;

/** The log shows what was said: no pictures, and no buttons as numbered lines. */
const textOnly: Abilities = { ...simulatedAbilities.telegram, pictures: false };

/** The log in words. */
export function createLog(
  read: MessageLog,
  render: Render,
  format: () => Formats,
): () => Promise<readonly LogLine[]> {
  return async () =>
    (await read(shownLines)).map(({ reply, locale, ...message }) => {
      const { text } = render(reply, textOnly, { ...format(), locale });
      return { ...message, text };
    });
}
