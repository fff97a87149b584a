import { SvoiError } from '../../core/errors.ts';
import type { Messenger } from '../channel.ts';
import { type TelegramSetup, webhookPath } from './setup.ts';
import type { Telegram } from './telegram.ts';

/** How the bot presents itself, and where it is called; without an address it asks for its updates. */
export interface TelegramHome {
  readonly publicUrl: string | undefined;
  /** In which language, and how words become text; asked for when the bot presents itself. */
  introduction(): Omit<TelegramSetup, 'publicUrl'> | Promise<Omit<TelegramSetup, 'publicUrl'>>;
}

/** Telegram in the form in which roots join messengers. */
export function telegramMessenger(telegram: Telegram, home: TelegramHome): Messenger {
  return {
    channel: telegram.channel,
    paths: [webhookPath],
    webhook: telegram.webhook,
    setup: async (publicUrl) => telegram.setup({ ...(await home.introduction()), publicUrl }),
    check: () => check(telegram, home.publicUrl),
    publicName: telegram.username,
    link: (name, context) => `https://t.me/${name}?start=${context}`,
    ...(home.publicUrl ? {} : { start: telegram.poll.start, stop: telegram.poll.stop }),
  };
}

async function check(telegram: Telegram, publicUrl: string | undefined): Promise<string> {
  const { username, webhookUrl, pendingUpdates, lastError } = await telegram.check();
  const wanted = publicUrl ? publicUrl.replace(/\/+$/, '') + webhookPath : '';
  if (webhookUrl !== wanted) {
    const instead = webhookUrl === '' ? 'nowhere' : `to ${webhookUrl}`;
    throw new SvoiError('webhook', `updates of @${username} go ${instead}: run npm run svoi -- webhooks set`);
  }
  if (lastError) {
    throw new SvoiError(
      'webhook',
      `@${username}: ${pendingUpdates} updates wait, Telegram says: ${lastError}`,
    );
  }
  return `@${username} answers, ${wanted === '' ? 'updates are polled' : `updates come to ${wanted}`}`;
}
