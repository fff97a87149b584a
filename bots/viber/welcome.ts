import type { Locale } from '../../core/customers/types.ts';
import { initialLocale } from '../../core/dialogs/types.ts';
import type { Words } from '../../core/messaging/types.ts';
import type { OutgoingMessage } from '../channel.ts';
import type { Visitor } from './events.ts';

/** How the bot speaks to those who are no customers yet. */
export interface Introduction {
  /** For people whose language we do not speak. */
  readonly locale: Locale;
  say(locale: Locale, words: Words): string;
}

/**
 * The one message that somebody may get who has only opened the chat: who we are, and a button whose tap subscribes
 * them and carries on what the deep link carried.
 */
export function welcomeFor(visitor: Visitor, { locale, say }: Introduction): OutgoingMessage {
  const language = initialLocale(visitor.language, locale);
  const data = visitor.context === undefined ? 'start' : `start:${visitor.context}`;
  return {
    id: 'welcome',
    address: visitor.address,
    text: say(language, { key: 'bot.description' }),
    buttons: [[{ kind: 'press', label: say(language, { key: 'button.start' }), data }]],
  };
}
