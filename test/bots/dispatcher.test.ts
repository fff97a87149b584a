import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Channel, OutgoingMessage, SendOutcome } from '../../bots/channel.ts';
import { createDispatcher, type Dispatcher, type DispatchOutcome } from '../../bots/dispatcher.ts';
import { createRenderer } from '../../bots/render.ts';
import type { Outbox } from '../../core/messaging/outbox.ts';
import { type Database, readRow, statement } from '../../db/database.ts';
import { createOutbox } from '../../db/outbox.ts';
import { createTranslator } from '../../locales/translator.ts';
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

function scriptedChannel(ratePerSecond = 1000): ScriptedChannel {
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

function dispatch(channel: Channel, through: Outbox = outbox): Dispatcher {
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
