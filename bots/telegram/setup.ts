import type { Api } from 'grammy';
import { type Locale, locales } from '../../core/customers/types.ts';
import { commandNames } from '../../core/dialogs/routes.ts';
import type { Words } from '../../core/messaging/types.ts';
import { allowedUpdates } from './updates.ts';

/** Where updates go, and the words in which the bot presents itself. */
export interface TelegramSetup {
  /** Where this server is reached from outside; unset: updates are polled, and a webhook is taken away. */
  readonly publicUrl?: string | undefined;
  /** The language for people whose language we do not speak. */
  readonly locale: Locale;
  say(locale: Locale, words: Words): string;
}

/** Path of the webhook under the public address. */
export const webhookPath = '/telegram';

/**
 * Tells Telegram what the bot is: commands, menu button and descriptions in every language, and where updates go.
 * Safe to repeat. Returns what was done, a line each.
 */
export async function setUpTelegram(
  api: Api,
  secret: string | undefined,
  setup: TelegramSetup,
): Promise<string[]> {
  const me = await api.getMe();
  for (const language of [undefined, ...locales]) await introduce(api, language, setup);
  await api.setChatMenuButton({ menu_button: { type: 'commands' } });
  const done = [`telegram: @${me.username} has commands and descriptions in ${locales.join(', ')}`];
  return [...done, await registerWebhook(api, secret, setup.publicUrl)];
}

/** `language` undefined: for everybody whose language has no words of its own. */
async function introduce(api: Api, language: Locale | undefined, setup: TelegramSetup): Promise<void> {
  const say = (words: Words) => setup.say(language ?? setup.locale, words);
  const code = language ? { language_code: language } : {};
  await api.setMyCommands(
    commandNames.map((command) => ({ command, description: say({ key: `commands.${command}` }) })),
    { scope: { type: 'all_private_chats' }, ...code },
  );
  await api.setMyDescription(say({ key: 'bot.description' }), code);
  await api.setMyShortDescription(say({ key: 'bot.short_description' }), code);
}

async function registerWebhook(
  api: Api,
  secret: string | undefined,
  publicUrl: string | undefined,
): Promise<string> {
  if (!publicUrl || !secret) {
    await api.deleteWebhook();
    return 'telegram: no webhook, updates are polled';
  }
  const url = `${publicUrl.replace(/\/+$/, '')}${webhookPath}`;
  await api.setWebhook(url, {
    secret_token: secret,
    allowed_updates: [...allowedUpdates],
    max_connections: 100,
  });
  return `telegram: updates go to ${url}`;
}
