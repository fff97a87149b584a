import type { EventHandler, Messenger, ReceiptHandler } from './bots/channel.ts';
import type { Log } from './bots/log.ts';
import { telegramMessenger } from './bots/telegram/messenger.ts';
import { createTelegram } from './bots/telegram/telegram.ts';
import type { Clock } from './core/ports.ts';
import type { Program } from './core/program/program.ts';
import { createTranslator } from './locales/translator.ts';
import type { Settings } from './settings.ts';

/** What messengers are joined to. */
export interface MessengerParts {
  readonly settings: Settings;
  readonly handle: EventHandler;
  readonly receipts: ReceiptHandler;
  program(): Program;
  readonly clock: Clock;
  readonly log: Log;
}

/** The messengers that are configured and run on every platform, those with the better links first. */
export function openMessengers(parts: MessengerParts): Messenger[] {
  return [telegram(parts)].flatMap((messenger) => messenger ?? []);
}

function telegram({ settings, handle, log, program }: MessengerParts): Messenger | undefined {
  const { TELEGRAM_BOT_TOKEN: token, TELEGRAM_API_ROOT: apiRoot, PUBLIC_URL: publicUrl } = settings;
  if (!token) return undefined;
  const webhookSecret = settings.TELEGRAM_WEBHOOK_SECRET;
  return telegramMessenger(createTelegram({ token, apiRoot, webhookSecret, handle, log }), {
    publicUrl,
    introduction() {
      const { locale, ...formats } = program();
      const translator = createTranslator();
      return { locale, say: (language, words) => translator.say(language, words, formats) };
    },
  });
}
