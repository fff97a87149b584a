import { createDispatcher } from '../../bots/dispatcher.ts';
import { createRenderer } from '../../bots/render.ts';
import { createTelegram, type Telegram } from '../../bots/telegram/telegram.ts';
import { createOutbox } from '../../db/outbox.ts';
import { createTranslator } from '../../locales/translator.ts';
import type { Svoi } from '../../svoi.ts';
import type { FakeTelegram } from './fake-telegram.ts';
import { listen } from './listen.ts';
import { type TestSvoi, type TestSvoiOptions, testSvoi } from './svoi.ts';

/** A whole Svoi with a Telegram bot on a fake Bot API. */
export interface TelegramShop {
  readonly svoi: Svoi;
  readonly clock: TestSvoi['clock'];
  /** Where the database is, to start again on the same file. */
  readonly url: string;
  readonly telegram: Telegram;
  /** Lines the bot logged. */
  readonly log: readonly string[];
  /** Resolves when everything due has been sent. */
  idle(): Promise<void>;
  /** Ends as a process does that is told to stop; the file stays for the next one. */
  stop(): Promise<void>;
  /** Stops, and removes the file. */
  close(): Promise<void>;
}

/** Starts a shop whose updates come in by `way`. */
export async function startTelegramShop(
  fake: FakeTelegram,
  way: 'webhook' | 'polling',
  options: TestSvoiOptions = {},
): Promise<TelegramShop> {
  let wake = () => {};
  const test = await testSvoi({ ...options, writer: { onMessages: () => wake() } });
  const { svoi, clock } = test;
  const log: string[] = [];
  const telegram = createTelegram({
    token: fake.token,
    apiRoot: fake.apiRoot,
    webhookSecret: 'webhook-secret',
    handle: svoi.handleEvent,
    log: (level, message) => void log.push(`${level} ${message}`),
  });
  const translator = createTranslator();
  const dispatcher = createDispatcher({
    channels: [telegram.channel],
    outbox: createOutbox(svoi.database),
    render: createRenderer(translator),
    formats: () => svoi.program(),
    clock,
    random: () => 0,
    onError: (error) => void log.push(`error ${error}`),
  });
  wake = dispatcher.wake;
  dispatcher.start();
  const server = await listen((request) => telegram.webhook(request));
  const say = (locale: 'uk' | 'ru' | 'en', words: Parameters<typeof translator.say>[1]) =>
    translator.say(locale, words, svoi.program());
  if (way === 'webhook') await telegram.setup({ publicUrl: server.url, locale: 'uk', say });
  else telegram.poll.start();
  let stopped = false;
  const stop = async () => {
    if (stopped) return;
    stopped = true;
    await telegram.poll.stop();
    await server.close();
    await dispatcher.stop();
    svoi.database.close();
  };
  return {
    svoi,
    clock,
    url: test.url,
    telegram,
    log,
    idle: dispatcher.idle,
    stop,
    async close() {
      await stop();
      test.close();
    },
  };
}
