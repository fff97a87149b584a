import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Abilities, Channel, OutgoingMessage, SendOutcome } from '../../bots/channel.ts';
import {
  createDispatcher,
  type Dispatcher,
  type DispatcherOptions,
  type DispatchOutcome,
} from '../../bots/dispatcher.ts';
import { createRenderer } from '../../bots/render.ts';
import type { ReportId } from '../../core/ids.ts';
import { png } from '../../core/messaging/images.ts';
import type { Outbox } from '../../core/messaging/outbox.ts';
import type { Reply } from '../../core/messaging/types.ts';
import { type Database, readRow, readRows, statement } from '../../db/database.ts';
import { createOutbox } from '../../db/outbox.ts';
import { createTranslator } from '../../locales/translator.ts';
import { deferred } from '../support/deferred.ts';
import { addChat, addMessages, storedMessages, type TestMessage } from '../support/outbox.ts';
import { type TestSvoi, testSvoi } from '../support/svoi.ts';
import { type TestTimers, testTimers } from '../support/timers.ts';

/** A channel whose answers a test gives, one message at a time. */
interface ScriptedChannel extends Channel {
  /** Messages under way, by id. */
  readonly underWay: Map<string, { message: OutgoingMessage; answer(outcome: SendOutcome): void }>;
  /** Every message handed over, in order. */
  readonly sends: string[];
  /** Answers by itself from now on. */
  answerAll(outcome: SendOutcome): void;
}

const ok: SendOutcome = { status: 'sent', providerId: 'p' };
const failed: SendOutcome = { status: 'failed', detail: 'network' };

function scriptedChannel(ratePerSecond = 1000, more: Partial<Abilities> = {}): ScriptedChannel {
  let always: SendOutcome | undefined;
  const underWay: ScriptedChannel['underWay'] = new Map();
  const sends: string[] = [];
  return {
    name: 'telegram',
    abilities: {
      buttons: true,
      pictures: true,
      sharePhone: true,
      edits: true,
      receipts: 'accepted',
      textLimit: 4096,
      ratePerSecond,
      ...more,
    },
    underWay,
    sends,
    send(message) {
      sends.push(message.id);
      if (always) return Promise.resolve(always);
      return new Promise((resolve) => {
        underWay.set(message.id, {
          message,
          answer(outcome) {
            underWay.delete(message.id);
            resolve(outcome);
          },
        });
      });
    },
    answerAll(outcome) {
      always = outcome;
      for (const { answer } of underWay.values()) answer(outcome);
    },
  };
}

let test: TestSvoi;
let database: Database;
let timers: TestTimers;
let outbox: Outbox;
let running: Dispatcher[];
let outcomes: DispatchOutcome[];
let errors: unknown[];

beforeEach(async () => {
  test = await testSvoi();
  database = test.svoi.database;
  outbox = createOutbox(database);
  timers = testTimers(test.clock);
  running = [];
  outcomes = [];
  errors = [];
  for (const chat of ['anna', 'borys', 'vira']) await addChat(database, chat);
});
afterEach(async () => {
  timers.advance(60_000);
  await Promise.all(running.map((dispatcher) => dispatcher.stop()));
  test.close();
});

function dispatch(
  channel: Channel,
  through: Outbox = outbox,
  more: Partial<DispatcherOptions> = {},
): Dispatcher {
  const dispatcher = createDispatcher({
    channels: [channel],
    outbox: through,
    render: createRenderer(createTranslator()),
    formats: () => ({ zone: 'Europe/Kyiv', currency: 'UAH' }),
    clock: test.clock,
    random: () => 1,
    timers,
    onSent: (_, outcome) => void outcomes.push(outcome),
    onError: (error) => void errors.push(error),
    ...more,
  });
  running.push(dispatcher);
  dispatcher.start();
  return dispatcher;
}

const states = async () =>
  Object.fromEntries(Object.values(await storedMessages(database)).map(({ id, state }) => [id, state]));

/** Looks again and again, between turns of the event loop, until `look` finds what it wants. */
const until = (look: () => unknown) => vi.waitFor(look, { timeout: 10_000, interval: 1 });
const untilSent = (channel: ScriptedChannel, ...ids: string[]) =>
  until(() => expect(channel.sends).toEqual(ids));
/** Lets the lane come to rest until a timer or the bell wakes it. */
const untilResting = () => until(() => expect(timers.waiting()).toBe(1));

it('what is due is sent in the words of its reader and recorded with the id the channel gave', async () => {
  await addMessages(database, [{ id: 'm1', chat: 'anna' }]);
  const channel = scriptedChannel();
  const dispatcher = dispatch(channel);
  await untilSent(channel, 'm1');
  const sending = channel.underWay.get('m1');
  expect(sending?.message).toMatchObject({
    address: 'anna',
    text: 'Hello! Your points live here: how many you have, what for, and until when.',
  });
  sending?.answer({ status: 'sent', providerId: 'tg-9' });
  await dispatcher.idle();
  expect(await storedMessages(database)).toMatchObject({
    m1: { state: 'sent', provider_id: 'tg-9', attempts: 1, sent_at: test.clock.now() },
  });
});

describe('the picture of a report', () => {
  const picture = {
    kind: 'report',
    report: 'rep_1' as ReportId,
    theme: 'dark',
    takeaway: { key: 'report.too_little' },
  } as const;
  const reply: Reply = { paragraphs: [{ key: 'report.title_nps' }], picture };
  const text = 'Would they recommend us (NPS)';
  const drawn = png(new Uint8Array([1, 2, 3]));

  it.each([
    ['is drawn for its reader when the message is sent', async () => drawn, drawn],
    ['that is gone is left out, and the message goes', async () => undefined, undefined],
    [
      'that fails to be drawn is left out, and the message goes',
      () => Promise.reject(new Error('no ink')),
      undefined,
    ],
  ])('%s', async (_, draw, image) => {
    await addMessages(database, [{ id: 'm1', chat: 'anna', reply }]);
    const channel = scriptedChannel();
    const drawPicture = vi.fn<NonNullable<DispatcherOptions['drawPicture']>>(draw);
    const dispatcher = dispatch(channel, outbox, { drawPicture });
    await untilSent(channel, 'm1');
    expect(drawPicture.mock.calls).toMatchObject([[picture, { locale: 'en' }]]);
    const alt = 'There is too little data for this picture yet.';
    const message = channel.underWay.get('m1')?.message;
    expect([message?.text, message?.picture]).toEqual([text, image && { image, alt, of: picture }]);
    channel.answerAll(ok);
    await dispatcher.idle();
    expect(await states()).toEqual({ m1: 'sent' });
  });
});

it('a commit wakes the dispatcher: no timer has to pass', async () => {
  const channel = scriptedChannel();
  const dispatcher = dispatch(channel);
  await untilResting();
  await addMessages(database, [{ id: 'm1', chat: 'anna' }]);
  dispatcher.wake();
  await untilSent(channel, 'm1');
  channel.answerAll(ok);
});

it('a message planned for later is sent when its time comes', async () => {
  const channel = scriptedChannel();
  await addMessages(database, [{ id: 'm1', chat: 'anna', dueAt: test.clock.now() + 5000 }]);
  dispatch(channel);
  await untilResting();
  timers.advance(4999);
  await untilResting();
  expect(channel.sends).toEqual([]);
  timers.advance(1);
  await untilSent(channel, 'm1');
  channel.answerAll(ok);
});

it('chats go side by side, and within a chat the next message waits for the one before', async () => {
  await addMessages(database, [
    { id: 'm1', chat: 'anna' },
    { id: 'm2', chat: 'anna' },
    { id: 'm3', chat: 'borys' },
  ]);
  const channel = scriptedChannel();
  const dispatcher = dispatch(channel);
  await untilSent(channel, 'm1', 'm3');
  channel.underWay.get('m3')?.answer(ok);
  await until(async () => expect((await states()).m3).toBe('sent'));
  expect(channel.sends).toEqual(['m1', 'm3']);
  channel.underWay.get('m1')?.answer(ok);
  await untilSent(channel, 'm1', 'm3', 'm2');
  channel.answerAll(ok);
  await dispatcher.idle();
});

/** A message each to so many chats of their own, all due. */
async function addCrowd(count: number, about: Omit<TestMessage, 'id' | 'chat'> = {}): Promise<void> {
  const prefix = about.campaign ?? 'm';
  const chats = Array.from({ length: count }, (_, index) => `${prefix}${String(index).padStart(3, '0')}`);
  await Promise.all(chats.map((chat) => addChat(database, chat)));
  await addMessages(
    database,
    chats.map((chat) => ({ id: chat, chat, ...about })),
  );
}

it('seven are under way at once, and an eighth that answers somebody', async () => {
  await addCrowd(12);
  const channel = scriptedChannel();
  const dispatcher = dispatch(channel);
  await until(() => expect(channel.sends).toHaveLength(7));
  await addMessages(database, [{ id: 'code', chat: 'anna', category: 'code' }]);
  dispatcher.wake();
  await until(() => expect(channel.underWay.size).toBe(8));
  expect(channel.sends.at(-1)).toBe('code');
  channel.answerAll(ok);
  await until(() => expect(channel.sends).toHaveLength(13));
});

it('the rate of the channel is kept, evenly', async () => {
  await addCrowd(12);
  const channel = scriptedChannel(10);
  channel.answerAll(ok);
  dispatch(channel);
  for (let sent = 1; sent <= 12; sent += 1) {
    await until(() => expect(channel.sends).toHaveLength(sent));
    await untilResting();
    timers.advance(100);
    await untilResting();
    expect(channel.sends).toHaveLength(sent);
    timers.advance(4);
  }
});

it('asked to slow down, the whole channel pauses; nothing is lost and no attempt is counted', async () => {
  await addMessages(database, [
    { id: 'm1', chat: 'anna' },
    { id: 'm2', chat: 'borys' },
  ]);
  const channel = scriptedChannel();
  const dispatcher = dispatch(channel);
  await untilSent(channel, 'm1', 'm2');
  channel.underWay.get('m1')?.answer({ status: 'slow_down', retryAfterMs: 3000 });
  channel.underWay.get('m2')?.answer(ok);
  await until(async () =>
    expect((await storedMessages(database)).m1).toMatchObject({ state: 'queued', attempts: 0 }),
  );
  await addMessages(database, [{ id: 'm3', chat: 'vira' }]);
  dispatcher.wake();
  await untilResting();
  timers.advance(2999);
  await untilResting();
  expect(channel.sends).toEqual(['m1', 'm2']);
  channel.answerAll(ok);
  timers.advance(2);
  await until(() => expect([...channel.sends].sort()).toEqual(['m1', 'm1', 'm2', 'm3']));
  await dispatcher.idle();
  expect(await states()).toEqual({ m1: 'sent', m2: 'sent', m3: 'sent' });
});

it('a failure is tried again ever more slowly, eight times in all, and then given up with its reason', async () => {
  await addMessages(database, [{ id: 'm1', chat: 'anna' }]);
  const channel = scriptedChannel();
  channel.answerAll(failed);
  dispatch(channel);
  const waits = [1, 4, 16, 64, 256, 900, 900].map((seconds) => seconds * 1000);
  for (const [index, wait] of waits.entries()) {
    await until(async () =>
      expect((await storedMessages(database)).m1).toMatchObject({ state: 'queued', attempts: index + 1 }),
    );
    await untilResting();
    timers.advance(wait - 1);
    await untilResting();
    expect(channel.sends).toHaveLength(index + 1);
    timers.advance(1);
  }
  await until(async () => expect((await storedMessages(database)).m1?.state).toBe('failed'));
  expect((await storedMessages(database)).m1).toMatchObject({ attempts: 8, error: 'network' });
  expect(outcomes).toEqual([...Array(7).fill('failed'), 'gave_up']);
});

it('a person who blocked us is unreachable from then on: what still waits is cancelled unsent', async () => {
  await addMessages(database, [
    { id: 'm1', chat: 'anna' },
    { id: 'm2', chat: 'anna' },
  ]);
  const channel = scriptedChannel();
  channel.answerAll({ status: 'refused', reason: 'blocked', detail: '403 blocked' });
  const dispatcher = dispatch(channel);
  await dispatcher.idle();
  expect(channel.sends).toEqual(['m1']);
  expect(await states()).toEqual({ m1: 'failed', m2: 'cancelled' });
  expect(await readRow(database, `select reachable from addresses where id = 'anna'`)).toEqual({
    reachable: 0,
  });
});

it('a message the channel calls wrong fails at once, and the person stays reachable', async () => {
  await addMessages(database, [{ id: 'm1', chat: 'anna' }]);
  const channel = scriptedChannel();
  channel.answerAll({ status: 'refused', reason: 'invalid', detail: '400 too long' });
  await dispatch(channel).idle();
  expect((await storedMessages(database)).m1).toMatchObject({ state: 'failed', error: '400 too long' });
  expect(await readRow(database, `select reachable from addresses where id = 'anna'`)).toEqual({
    reachable: 1,
  });
});

it('a chat erased meanwhile gets nothing', async () => {
  await addMessages(database, [{ id: 'm1', chat: 'nobody' }]);
  const channel = scriptedChannel();
  await dispatch(channel).idle();
  expect(channel.sends).toEqual([]);
  expect(await states()).toEqual({ m1: 'cancelled' });
});

it('an edit names the message it replaces', async () => {
  await addMessages(database, [{ id: 'm1', chat: 'anna', replaces: '17' }]);
  const channel = scriptedChannel();
  dispatch(channel);
  await untilSent(channel, 'm1');
  expect(channel.underWay.get('m1')?.message.replaces).toBe('17');
  channel.answerAll(ok);
});

it('a fault of ours is told to the root and counts as a failed attempt', async () => {
  await addMessages(database, [{ id: 'm1', chat: 'anna' }]);
  const channel = { ...scriptedChannel(), send: () => Promise.reject(new Error('a bug')) };
  dispatch(channel);
  await until(async () =>
    expect((await storedMessages(database)).m1).toMatchObject({
      state: 'queued',
      error: 'a fault of ours: a bug',
    }),
  );
  expect(errors).toEqual([new Error('a bug')]);
});

it('a message that ended its process eight times is not tried a ninth time', async () => {
  await addMessages(database, [{ id: 'm1', chat: 'anna' }]);
  await database.write([statement('update messages set attempts = 8')]);
  const channel = scriptedChannel();
  await dispatch(channel).idle();
  expect(channel.sends).toEqual([]);
  expect(await states()).toEqual({ m1: 'failed' });
});

it('stop waits for what is under way, records it, and claims nothing more', async () => {
  await addMessages(database, [
    { id: 'm1', chat: 'anna' },
    { id: 'm2', chat: 'anna' },
  ]);
  const channel = scriptedChannel();
  const dispatcher = dispatch(channel);
  await untilSent(channel, 'm1');
  const stopped = dispatcher.stop();
  channel.underWay.get('m1')?.answer(ok);
  await stopped;
  expect(await states()).toEqual({ m1: 'sent', m2: 'queued' });
  expect(channel.sends).toEqual(['m1']);
});

it('a clock moved past the lease does not send a message twice while it is under way', async () => {
  await addMessages(database, [{ id: 'm1', chat: 'anna' }]);
  const channel = scriptedChannel();
  const dispatcher = dispatch(channel);
  await untilSent(channel, 'm1');
  test.clock.advance(365 * 86_400_000);
  await addMessages(database, [{ id: 'm2', chat: 'borys' }]);
  dispatcher.wake();
  await untilSent(channel, 'm1', 'm2');
  channel.answerAll(ok);
  await dispatcher.idle();
  expect(await states()).toEqual({ m1: 'sent', m2: 'sent' });
  expect(channel.sends).toEqual(['m1', 'm2']);
});

it('when the database stumbles, a claim and a result are tried again and nothing is sent twice', async () => {
  await addMessages(database, [{ id: 'm1', chat: 'anna' }]);
  const stumbles = { claim: 1, record: 2 };
  const stumbling: Outbox = {
    ...outbox,
    claim: (claim) => (stumbles.claim-- > 0 ? Promise.reject(new Error('busy')) : outbox.claim(claim)),
    record: (results) => (stumbles.record-- > 0 ? Promise.reject(new Error('busy')) : outbox.record(results)),
  };
  const channel = scriptedChannel();
  channel.answerAll(ok);
  dispatch(channel, stumbling);
  for (let errorsSeen = 1; errorsSeen <= 3; errorsSeen += 1) {
    await until(() => expect(errors).toHaveLength(errorsSeen));
    await until(() => expect(timers.waiting()).toBeGreaterThan(0));
    timers.advance(1000);
  }
  await until(async () => expect(await states()).toEqual({ m1: 'sent' }));
  expect(channel.sends).toEqual(['m1']);
});

it('a message that went back and is claimed again, before its lane hears that it is back, is sent', async () => {
  await addMessages(database, [{ id: 'm1', chat: 'anna' }]);
  const claimedAgain = deferred();
  let isBack = false;
  const slow: Outbox = {
    ...outbox,
    async claim(claim) {
      const claimed = await outbox.claim(claim);
      // The lane has taken it over by the next turn of the event loop.
      if (isBack && claimed.length > 0) setImmediate(claimedAgain.resolve);
      return claimed;
    },
    async record(results) {
      await outbox.record(results);
      if (isBack) return;
      isBack = true;
      dispatcher.wake();
      await claimedAgain.promise;
    },
  };
  const channel = scriptedChannel();
  const dispatcher = dispatch(channel, slow);
  await untilSent(channel, 'm1');
  channel.underWay.get('m1')?.answer({ status: 'slow_down', retryAfterMs: 0, chatOnly: true });
  await untilSent(channel, 'm1', 'm1');
  channel.answerAll(ok);
  await dispatcher.idle();
  expect(await states()).toEqual({ m1: 'sent' });
});

describe('a broadcast', () => {
  it('is overtaken by a code at the very next turn, also in a chat that waits for its own part', async () => {
    await addCrowd(60, { category: 'marketing', campaign: 'autumn' });
    const channel = scriptedChannel(10);
    channel.answerAll(ok);
    // That it is claimed in the database does not yet say that the lane has it.
    const inHand: string[] = [];
    const dispatcher = dispatch(channel, {
      ...outbox,
      async claim(claim) {
        const claimed = await outbox.claim(claim);
        inHand.push(...claimed.map(({ id }) => id));
        return claimed;
      },
    });
    await until(() => expect(channel.sends).toHaveLength(1));
    await untilResting();
    await addMessages(database, [{ id: 'code', chat: 'autumn059', category: 'code' }]);
    dispatcher.wake();
    await until(() => expect(inHand).toContain('code'));
    await untilResting();
    timers.advance(102);
    await until(() => expect(channel.sends).toHaveLength(2));
    expect(channel.sends[1]).toBe('code');
  });

  it('shares a channel fairly with another one', async () => {
    await addCrowd(60, { category: 'marketing', campaign: 'autumn' });
    await addCrowd(60, { category: 'marketing', campaign: 'winter' });
    const channel = scriptedChannel(10);
    channel.answerAll(ok);
    dispatch(channel);
    while (channel.sends.length < 40) {
      await until(untilResting);
      timers.advance(102);
    }
    const ofAutumn = channel.sends.slice(0, 40).filter((id) => id.startsWith('autumn')).length;
    expect(ofAutumn).toBeGreaterThanOrEqual(17);
    expect(ofAutumn).toBeLessThanOrEqual(23);
  });

  it('goes out in calls of many where the channel has them; each message keeps an outcome of its own', async () => {
    await addCrowd(5, { category: 'marketing', campaign: 'autumn' });
    await addChat(database, 'ukrainian', { locale: 'uk' });
    await addMessages(database, [
      { id: 'other', chat: 'ukrainian', category: 'marketing', campaign: 'autumn' },
      { id: 'edit', chat: 'anna', category: 'marketing', campaign: 'autumn', replaces: '17' },
    ]);
    const calls: string[][] = [];
    const channel: Channel = {
      ...scriptedChannel(1000, { batch: 4 }),
      send: async (message) => {
        calls.push([message.id]);
        return ok;
      },
      sendMany: async (messages) => {
        calls.push(messages.map(({ id }) => id));
        expect(new Set(messages.map(({ text, address }) => text + address)).size).toBe(messages.length);
        return messages.map((_, index): SendOutcome => {
          if (index === 1) return { status: 'refused', reason: 'blocked', detail: 'gone' };
          return { status: 'sent', providerId: `b${index}` };
        });
      },
    };
    await dispatch(channel).idle();
    expect(calls).toHaveLength(4);
    expect(calls).toContainEqual(['autumn000', 'autumn001', 'autumn002', 'autumn003']);
    expect(calls).toEqual(expect.arrayContaining([['autumn004'], ['other'], ['edit']]));
    expect(await storedMessages(database)).toMatchObject({
      autumn000: { state: 'sent', provider_id: 'b0' },
      autumn001: { state: 'failed', error: 'gone' },
      autumn003: { state: 'sent', provider_id: 'b3' },
    });
  });

  it('is given back as far as it had not started when the process stops, and counts no attempt', async () => {
    await addCrowd(20, { category: 'marketing', campaign: 'autumn' });
    const channel = scriptedChannel(20);
    const dispatcher = dispatch(channel);
    await untilSent(channel, 'autumn000', 'autumn001');
    await until(async () =>
      expect(Object.values(await states()).filter((state) => state === 'sending').length).toBeGreaterThan(2),
    );
    const stopped = dispatcher.stop();
    channel.answerAll(ok);
    await stopped;
    const stored = Object.values(await storedMessages(database));
    expect(stored.filter(({ state }) => state === 'sent')).toHaveLength(2);
    expect(stored.filter(({ state, attempts }) => state === 'queued' && attempts === 0)).toHaveLength(18);
  });
});

it('asked to slow down in one chat, the others go on', async () => {
  await addMessages(database, [
    { id: 'm1', chat: 'anna' },
    { id: 'm2', chat: 'anna' },
    { id: 'm3', chat: 'borys' },
  ]);
  const channel = scriptedChannel();
  const dispatcher = dispatch(channel);
  await untilSent(channel, 'm1', 'm3');
  channel.underWay.get('m1')?.answer({ status: 'slow_down', retryAfterMs: 5000, chatOnly: true });
  channel.answerAll(ok);
  await until(async () => expect(await states()).toEqual({ m1: 'queued', m2: 'queued', m3: 'sent' }));
  await addMessages(database, [{ id: 'm4', chat: 'vira' }]);
  dispatcher.wake();
  await untilSent(channel, 'm1', 'm3', 'm4');
  await untilResting();
  timers.advance(5000);
  await untilSent(channel, 'm1', 'm3', 'm4', 'm1', 'm2');
});

it('a long pause gives back what was held: another process may be able to send it', async () => {
  await addCrowd(6);
  const channel = scriptedChannel(10);
  dispatch(channel);
  await untilSent(channel, 'm000');
  await until(async () => expect((await states()).m001).toBe('sending'));
  channel.underWay.get('m000')?.answer({ status: 'slow_down', retryAfterMs: 60_000 });
  await until(async () => expect(new Set(Object.values(await states()))).toEqual(new Set(['queued'])));
  await untilResting();
  channel.answerAll(ok);
  timers.advance(59_999);
  expect(channel.sends).toEqual(['m000']);
});

it('what a message cost is written down with what it would have cost as SMS', async () => {
  await database.write([
    statement(`update addresses set last_seen_at = ? where id = 'borys'`, test.clock.now() - 1000),
  ]);
  const chats = { anna: 'service', borys: 'service', vira: 'reply' } as const;
  await addMessages(
    database,
    Object.entries(chats).map(([chat, category]) => ({ id: chat, chat, category, channel: 'viber' })),
  );
  await database.write([statement(`update addresses set channel = 'viber'`)]);
  const channel = { ...scriptedChannel(), name: 'viber' } as const;
  channel.answerAll(ok);
  const prices = { viber: { session: 0, outside: 75.5 }, sms: { segment: 95, countries: {} } };
  await dispatch(channel, outbox, { book: () => ({ prices, sms_transliterate: false }) }).idle();
  const rows = await readRows(
    database,
    'select id, price_micros, sms_price_micros from messages order by id',
  );
  expect(rows).toEqual([
    { id: 'anna', price_micros: 755_000, sms_price_micros: 950_000 },
    { id: 'borys', price_micros: 0, sms_price_micros: 950_000 },
    { id: 'vira', price_micros: 755_000, sms_price_micros: null },
  ]);
});

it('the root hears of each result that a notice waits for', async () => {
  await addMessages(database, [
    { id: 'm1', chat: 'anna', noticeId: 'n1' },
    { id: 'm2', chat: 'borys', category: 'reply' },
  ]);
  const seen: unknown[] = [];
  const channel = scriptedChannel();
  const dispatcher = dispatch(channel, outbox, { onSettled: () => void seen.push(states()) });
  await untilSent(channel, 'm2', 'm1');
  channel.answerAll(ok);
  await dispatcher.idle();
  expect(await Promise.all(seen)).toEqual([expect.objectContaining({ m1: 'sent' })]);
});

it('the root hears of each message sent of which receipts tell: one may have come before', async () => {
  await addMessages(database, [
    { id: 'm1', chat: 'anna', category: 'reply' },
    { id: 'm2', chat: 'borys', category: 'reply' },
  ]);
  let settled = 0;
  const channel = scriptedChannel(1000, { receipts: 'read' });
  const dispatcher = dispatch(channel, outbox, { onSettled: () => (settled += 1) });
  await untilSent(channel, 'm1', 'm2');
  channel.underWay.get('m1')?.answer(failed);
  channel.underWay.get('m2')?.answer(ok);
  await dispatcher.idle();
  expect([await states(), settled]).toEqual([{ m1: 'queued', m2: 'sent' }, 1]);
});

describe('two processes on one database', () => {
  const kinds: readonly SendOutcome[] = [
    ...[ok, ok, ok, failed],
    { status: 'slow_down', retryAfterMs: 3000, chatOnly: true },
    { status: 'slow_down', retryAfterMs: 700 },
  ];
  const scripts = fc.array(fc.record({ outcome: fc.constantFrom(...kinds), tookMs: fc.nat({ max: 900 }) }), {
    minLength: 5,
    maxLength: 40,
  });

  it('send each message once, in its order in the chat, and never two to a chat at a time', async () => {
    await fc.assert(
      fc.asyncProperty(scripts, async (script) => {
        await database.write([statement('delete from messages')]);
        const all = ['anna', 'borys', 'vira'].flatMap((chat) =>
          [1, 2, 3, 4].map((number) => ({ id: `${chat}${number}`, chat })),
        );
        await addMessages(database, all);
        const seen = watchChats();
        let working = 0;
        const counted = countedOutbox((change) => {
          working += change;
        });
        const both = [1, 2].map(() => dispatch(answering(script, seen), counted));
        // Time stands still while the database works: else a slow disk would look like a lease that ran out.
        while (seen.arrived.length < all.length && timers.now() < 3_600_000) {
          if (working === 0) timers.advance(100);
          await new Promise<void>((resolve) => setImmediate(resolve));
        }
        await Promise.all(both.map((dispatcher) => dispatcher.stop()));
        expect(seen.mostAtOnce).toBe(1);
        expect([...seen.arrived].sort()).toEqual(all.map(({ id }) => id));
        for (const chat of ['anna', 'borys', 'vira']) {
          const inChat = seen.arrived.filter((id) => id.startsWith(chat));
          expect(inChat).toEqual([...inChat].sort());
        }
      }),
      { numRuns: 8, endOnFailure: true },
    );
  });

  interface Seen {
    readonly arrived: string[];
    readonly busy: Map<string, number>;
    mostAtOnce: number;
  }

  const watchChats = (): Seen => ({ arrived: [], busy: new Map(), mostAtOnce: 0 });

  /** A channel that answers by the script, over and over, each answer after its time. */
  function answering(
    script: readonly { readonly outcome: SendOutcome; readonly tookMs: number }[],
    seen: Seen,
  ): Channel {
    let calls = 0;
    return {
      ...scriptedChannel(50),
      async send({ id, address }) {
        const { outcome, tookMs } = script[calls++ % script.length] ?? { outcome: ok, tookMs: 0 };
        const busy = (seen.busy.get(address) ?? 0) + 1;
        seen.busy.set(address, busy);
        seen.mostAtOnce = Math.max(seen.mostAtOnce, busy);
        await new Promise<void>((resolve) => timers.after(tookMs, resolve));
        seen.busy.set(address, busy - 1);
        // However the script goes, nothing is given up: in the end all arrives.
        const told = calls > 8 ? ok : outcome;
        if (told.status === 'sent') seen.arrived.push(id);
        return told;
      },
    };
  }

  function countedOutbox(onWork: (change: 1 | -1) => void): Outbox {
    const count = async <Result>(work: Promise<Result>): Promise<Result> => {
      onWork(1);
      try {
        return await work;
      } finally {
        onWork(-1);
      }
    };
    return {
      ...outbox,
      claim: (claim) => count(outbox.claim(claim)),
      record: (results) => count(outbox.record(results)),
    };
  }
});
