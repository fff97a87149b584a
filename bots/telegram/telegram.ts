import { Api } from 'grammy';
import type { Background, Channel, EventHandler } from '../channel.ts';
import type { Log } from '../log.ts';
import { readBody, sameSecret } from '../requests.ts';
import { platformTimers, type Timers } from '../timers.ts';
import { createTelegramChannel } from './channel.ts';
import { describe } from './faults.ts';
import { createFetchFile } from './files.ts';
import { createPolling, type Polling } from './polling.ts';
import { setUpTelegram, type TelegramSetup } from './setup.ts';
import { eventOf, parseUpdate, type Update } from './updates.ts';

/** One bot, and who is told what happens in its chats. */
export interface TelegramOptions {
  readonly token: string;
  /** The Bot API server, without a slash at the end. */
  readonly apiRoot: string;
  /** What Telegram sends with each update; without one the webhook refuses everything. */
  readonly webhookSecret?: string | undefined;
  readonly handle: EventHandler;
  readonly log: Log;
  readonly timers?: Timers;
}

/** Telegram: a channel, two ways for updates to come in, and how the bot presents itself. */
export interface Telegram {
  readonly channel: Channel;
  /** Answers 200 only after the update is committed; anything else makes Telegram deliver it again. */
  webhook(request: Request, background?: Background): Promise<Response>;
  readonly poll: Polling;
  setup(setup: TelegramSetup): Promise<string[]>;
  /** The bot's public name, for links that open it. Throws with Telegram's reason. */
  username(): Promise<string>;
  /** Whether the token works and updates arrive, for `doctor`. Throws with Telegram's reason. */
  check(): Promise<TelegramCheck>;
}

/** What Telegram says about the bot. */
export interface TelegramCheck {
  readonly username: string;
  /** Empty when updates are polled. */
  readonly webhookUrl: string;
  readonly pendingUpdates: number;
  readonly lastError?: string;
}

const secretHeader = 'x-telegram-bot-api-secret-token';
const bodyLimitBytes = 1024 * 1024;
/** Well within the dispatcher's lease, so that a message is never sent again while its first request still runs. */
const requestSeconds = 15;
/** A poll is held open for 30 s by Telegram; one that lasts longer is dead. */
const pollRequestSeconds = 45;

/** Joins Telegram's parts over one bot token. */
export function createTelegram(options: TelegramOptions): Telegram {
  const { token, apiRoot: root, webhookSecret, handle, log, timers = platformTimers } = options;
  const apiRoot = root.replace(/\/+$/, '');
  const api = new Api(token, { apiRoot, timeoutSeconds: requestSeconds });
  const pollApi = new Api(token, { apiRoot, timeoutSeconds: pollRequestSeconds });
  const take = createTaker(api, botIdOf(token), handle, log);

  return {
    channel: createTelegramChannel(api, createFetchFile(api, apiRoot, token)),
    poll: createPolling({ api: pollApi, take, timers, log }),
    setup: (setup) => setUpTelegram(api, webhookSecret, setup),
    username: async () => (await api.getMe()).username,
    check: () => check(api),
    async webhook(request, background) {
      if (request.method !== 'POST') return answer(405, 'POST only');
      const given = request.headers.get(secretHeader) ?? '';
      if (!webhookSecret || !(await sameSecret(given, webhookSecret))) return answer(401, 'wrong secret');
      const body = await readBody(request, bodyLimitBytes);
      if (body === undefined) return answer(413, 'too long');
      const update = parseUpdate(parseJson(body));
      if (!update) return answer(400, 'not an update');
      try {
        await take(update, background);
        return answer(200, 'ok');
      } catch (error) {
        log('error', `telegram: update ${update.update_id} was not committed: ${describe(error)}`);
        return answer(500, 'not committed, send it again');
      }
    },
  };
}

/** A token is the bot's id, a colon and the secret. */
function botIdOf(token: string): string {
  return token.split(':')[0] ?? '';
}

function answer(status: number, text: string): Response {
  return new Response(text, { status });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Hands an update to the conversation, and lets the person's app know that the tap arrived. */
function createTaker(api: Api, botId: string, handle: EventHandler, log: Log) {
  const bestEffort = (work: Promise<unknown>, background?: Background) => {
    const quiet = work.catch((error) => log('debug', `telegram: ${describe(error)}`));
    background?.(quiet);
  };
  return async (update: Update, background?: Background): Promise<void> => {
    const event = eventOf(update, botId);
    if (update.callback_query) bestEffort(api.answerCallbackQuery(update.callback_query.id), background);
    if (!event) return;
    if (event.said.kind === 'contact') bestEffort(removeKeys(api, event.address), background);
    await handle(event);
  };
}

/**
 * Takes away the key that shared the phone. Only a new message can do that, and one with buttons cannot, so a
 * message goes out for it and is deleted at once.
 */
async function removeKeys(api: Api, address: string): Promise<void> {
  const options = { reply_markup: { remove_keyboard: true }, disable_notification: true } as const;
  const { message_id: id } = await api.sendMessage(address, '✓', options);
  await api.deleteMessage(address, id);
}

async function check(api: Api): Promise<TelegramCheck> {
  const me = await api.getMe();
  const webhook = await api.getWebhookInfo();
  return {
    username: me.username,
    webhookUrl: webhook.url ?? '',
    pendingUpdates: webhook.pending_update_count,
    ...(webhook.last_error_message ? { lastError: webhook.last_error_message } : {}),
  };
}
