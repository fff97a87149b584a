import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTelegram, type Telegram } from '../../../bots/telegram/telegram.ts';
import type { IncomingEvent } from '../../../core/dialogs/types.ts';
import { createTranslator } from '../../../locales/translator.ts';
import { deferred } from '../../support/deferred.ts';
import { type FakeTelegram, startFakeTelegram } from '../../support/fake-telegram.ts';
import { jpeg } from '../../support/images.ts';

const secret = 'webhook-secret';
const header = 'x-telegram-bot-api-secret-token';
const update = {
  update_id: 7001,
  message: {
    message_id: 5,
    from: { id: 501, is_bot: false },
    chat: { id: 501, type: 'private' },
    text: 'hello',
  },
};

let fake: FakeTelegram;
let telegram: Telegram;
let events: IncomingEvent[];
let log: string[];
let handle: (event: IncomingEvent) => Promise<void>;

beforeEach(async () => {
  fake = await startFakeTelegram();
  events = [];
  log = [];
  handle = async (event) => void events.push(event);
  telegram = create(secret);
});
afterEach(() => fake.close());

function create(webhookSecret: string | undefined): Telegram {
  return createTelegram({
    token: fake.token,
    apiRoot: fake.apiRoot,
    webhookSecret,
    handle: (event) => handle(event),
    log: (level, message) => void log.push(`${level} ${message}`),
  });
}

function post(body: string, headers: Record<string, string> = { [header]: secret }): Request {
  return new Request('http://svoi.test/telegram', { method: 'POST', body, headers });
}

it.each([
  { what: 'an update', body: JSON.stringify(update), status: 200, taken: 1 },
  { what: 'an update that is none of ours', body: '{"update_id":1,"poll":{}}', status: 200, taken: 0 },
  { what: 'no JSON', body: '{"update_id":', status: 400, taken: 0 },
  { what: 'JSON that is not an update', body: '[1,2]', status: 400, taken: 0 },
  { what: 'nothing', body: '', status: 400, taken: 0 },
  { what: 'more than a mebibyte', body: ' '.repeat(1024 * 1024 + 1), status: 413, taken: 0 },
])('$what is answered with $status', async ({ body, status, taken }) => {
  expect((await telegram.webhook(post(body))).status).toBe(status);
  expect(events).toHaveLength(taken);
});

it('a body that hides its length is refused as soon as it is too long', async () => {
  let pulled = 0;
  const body = new ReadableStream({
    pull(controller) {
      pulled += 1;
      controller.enqueue(new Uint8Array(256 * 1024));
    },
  });
  const request = new Request('http://svoi.test/telegram', {
    method: 'POST',
    body,
    headers: { [header]: secret },
    duplex: 'half',
  });
  expect((await telegram.webhook(request)).status).toBe(413);
  expect(pulled).toBeLessThan(10);
});

it.each([
  { what: 'no secret', headers: {} },
  { what: 'a wrong secret', headers: { [header]: 'webhook-secreT' } },
  { what: 'the beginning of the secret', headers: { [header]: 'webhook' } },
])('$what is 401 and nothing is read', async ({ headers }) => {
  expect((await telegram.webhook(post(JSON.stringify(update), headers))).status).toBe(401);
  expect(events).toEqual([]);
});

it('without a secret set, the webhook is closed, also to an empty one', async () => {
  const closed = create(undefined);
  expect((await closed.webhook(post(JSON.stringify(update), { [header]: '' }))).status).toBe(401);
});

it('GET is not an update', async () => {
  expect((await telegram.webhook(new Request('http://svoi.test/telegram'))).status).toBe(405);
});

it('the answer waits for the commit; where it fails, Telegram is told to come again, and no secret is logged', async () => {
  let answered = false;
  const [asked, commit] = [deferred(), deferred()];
  handle = async () => {
    asked.resolve();
    await commit.promise;
  };
  const answer = telegram.webhook(post(JSON.stringify(update))).finally(() => {
    answered = true;
  });
  await asked.promise;
  expect(answered).toBe(false);
  commit.resolve();
  expect((await answer).status).toBe(200);

  handle = () => Promise.reject(new Error('the disk is full'));
  expect((await telegram.webhook(post(JSON.stringify(update)))).status).toBe(500);
  expect(log.join()).toContain('the disk is full');
  expect(log.join()).not.toMatch(new RegExp(`${fake.token}|${secret}`));
});

it('a tap is acknowledged to the app even while the commit is under way, and that it fails is no fault', async () => {
  const olena = fake.person(501);
  const tap = {
    update_id: 7002,
    callback_query: {
      id: 'expired',
      from: { id: 501 },
      message: { message_id: 9, chat: { id: olena.chat.id, type: 'private' } },
      data: 'points',
    },
  };
  const background: Promise<unknown>[] = [];
  const answer = await telegram.webhook(post(JSON.stringify(tap)), (work) => background.push(work));
  expect(answer.status).toBe(200);
  await Promise.all(background);
  expect(fake.callsOf('answerCallbackQuery')).toEqual([{ callback_query_id: 'expired' }]);
  expect(events).toHaveLength(1);
});

it('set up: commands and descriptions in every language, and the webhook with its secret', async () => {
  const translator = createTranslator();
  const lines = await telegram.setup({
    publicUrl: 'https://loyalty.example.com/',
    locale: 'uk',
    say: (locale, words) => translator.say(locale, words, { zone: 'UTC', currency: 'UAH' }),
  });
  const commands = fake.callsOf('setMyCommands');
  expect(commands.map((call) => call.language_code)).toEqual([undefined, 'uk', 'ru', 'en']);
  expect(commands[0]?.commands).toEqual(commands[1]?.commands);
  expect(new Set(commands.map((call) => JSON.stringify(call.commands))).size).toBe(3);
  expect(fake.callsOf('setMyDescription')).toHaveLength(4);
  expect(fake.callsOf('setMyShortDescription')).toHaveLength(4);
  expect(fake.callsOf('setChatMenuButton')).toHaveLength(1);
  expect(fake.callsOf('setWebhook')).toMatchObject([
    {
      url: 'https://loyalty.example.com/telegram',
      secret_token: secret,
      allowed_updates: ['message', 'callback_query', 'my_chat_member'],
    },
  ]);
  expect(lines.join('\n')).toContain('https://loyalty.example.com/telegram');
  expect(lines.join('\n')).not.toContain(secret);
  expect(await telegram.check()).toEqual({
    username: 'svoi_bot',
    webhookUrl: 'https://loyalty.example.com/telegram',
    pendingUpdates: 0,
  });
});

it.each<{ what: string; goesWrong: () => void; outcome: object }>([
  {
    what: 'is larger than Telegram hands out',
    goesWrong: () =>
      fake.fault('getFile', { kind: 'status', status: 400, description: 'Bad Request: file is too big' }),
    outcome: { status: 'too_large' },
  },
  {
    what: 'cannot be had for now',
    goesWrong: () => fake.fault('getFile', { kind: 'slow_down', seconds: 3 }),
    outcome: { status: 'failed' },
  },
  {
    what: 'is asked for while the network is away',
    goesWrong: () => fake.fault('getFile', { kind: 'cut' }),
    outcome: { status: 'failed' },
  },
])('a photo that $what: why says nothing of the token', async ({ goesWrong, outcome }) => {
  await fake.person(501).sendPhoto(jpeg.bytes);
  goesWrong();
  const told = await telegram.channel.fetchPicture?.('AgACAgIAAxkBAAI1', 1024);
  expect(told).toMatchObject(outcome);
  expect(JSON.stringify(told)).not.toContain(fake.token);
});
