/**
 * A bot as a process of its own, for tests that kill it: long polling, and the dispatcher on a file.
 * Prints "ready" once it polls. Settings: DATABASE_URL, TELEGRAM_BOT_TOKEN, TELEGRAM_API_ROOT.
 */
import { createDispatcher } from '../../bots/dispatcher.ts';
import { createRenderer } from '../../bots/render.ts';
import { createTelegram } from '../../bots/telegram/telegram.ts';
import { createIds } from '../../core/ids.ts';
import { openDatabase } from '../../db/open.ts';
import { createOutbox } from '../../db/outbox.ts';
import { createTranslator } from '../../locales/translator.ts';
import { createSvoi } from '../../svoi.ts';

const {
  DATABASE_URL: url = '',
  TELEGRAM_BOT_TOKEN: token = '',
  TELEGRAM_API_ROOT: apiRoot = '',
} = process.env;
const clock = { now: () => Date.now() };
const database = await openDatabase({ url });
const outbox = createOutbox(database);
await outbox.releaseLeases(clock.now());
let wake = () => {};
const svoi = await createSvoi({
  database,
  clock,
  ids: createIds(),
  random: Math.random,
  onMessages: () => wake(),
});
const telegram = createTelegram({ token, apiRoot, handle: svoi.handleEvent, log: console.error });
const dispatcher = createDispatcher({
  channels: [telegram.channel],
  outbox,
  render: createRenderer(createTranslator()),
  formats: () => svoi.program(),
  clock,
  random: Math.random,
  onError: console.error,
});
wake = dispatcher.wake;
dispatcher.start();
telegram.poll.start();
console.log('ready');
