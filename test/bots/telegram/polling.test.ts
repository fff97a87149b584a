import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createTelegram, type Telegram } from '../../../bots/telegram/telegram.ts';
import type { IncomingEvent } from '../../../core/dialogs/types.ts';
import { deferred } from '../../support/deferred.ts';
import { type FakeTelegram, type Person, startFakeTelegram } from '../../support/fake-telegram.ts';
import { type TestTimers, testTimers } from '../../support/timers.ts';

let fake: FakeTelegram;
let telegram: Telegram;
let timers: TestTimers;
let olena: Person;
let events: IncomingEvent[];
let log: string[];
let handle: (event: IncomingEvent) => Promise<void>;

beforeEach(async () => {
  fake = await startFakeTelegram();
  olena = fake.person(501);
  timers = testTimers();
  events = [];
  log = [];
  handle = async (event) => void events.push(event);
  telegram = createTelegram({
    token: fake.token,
    apiRoot: fake.apiRoot,
    handle: (event) => handle(event),
    log: (level, message) => void log.push(`${level} ${message}`),
    timers,
  });
});
afterEach(async () => {
  await telegram.poll.stop();
  await fake.close();
});

const texts = () => events.flatMap(({ said }) => (said.kind === 'text' ? [said.text] : []));
const until = (look: () => void) => vi.waitFor(look, { timeout: 10_000, interval: 1 });
const untilHeard = (...expected: string[]) => until(() => expect(texts()).toEqual(expected));
/** Lets the next pause pass, once the poller has come to it. */
const passPause = async () => {
  await until(() => expect(timers.waiting()).toBe(1));
  timers.advance(60_000);
};

it('what was written before the start is taken, a webhook left behind is no obstacle', async () => {
  fake.updates.webhook = { url: 'http://127.0.0.1:1/telegram', secret_token: 'old' };
  await olena.say('before');
  telegram.poll.start();
  await untilHeard('before');
  await olena.say('after');
  await untilHeard('before', 'after');
});

it('an update is confirmed only once it is committed', async () => {
  const [asked, commit] = [deferred(), deferred()];
  handle = async () => {
    asked.resolve();
    await commit.promise;
  };
  await olena.say('hello');
  telegram.poll.start();
  await asked.promise;
  expect(fake.callsOf('getUpdates').map(({ offset }) => offset)).toEqual([0]);
  expect(fake.updates.pending).toHaveLength(1);
  commit.resolve();
  await until(() => expect(fake.callsOf('getUpdates').at(-1)?.offset).toBe(7002));
  expect(fake.updates.pending).toEqual([]);
});

it('an update that cannot be committed comes again; others are taken meanwhile, and none is taken twice', async () => {
  let failing = true;
  handle = async (event) => {
    if (failing && event.said.kind === 'text' && event.said.text === 'poison') throw new Error('no commit');
    events.push(event);
  };
  const borys = fake.person(502);
  await olena.say('first');
  await olena.say('poison');
  await olena.say('behind it in the same chat');
  await borys.say('in another chat');
  telegram.poll.start();
  await until(() => expect(texts().sort()).toEqual(['first', 'in another chat']));
  await passPause();
  await until(() => expect(log.filter((line) => /7002/.test(line))).toHaveLength(2));
  expect(fake.callsOf('getUpdates').at(-1)?.offset).toBe(7002);
  failing = false;
  await passPause();
  await until(() =>
    expect(texts()).toEqual(
      expect.arrayContaining(['first', 'in another chat', 'poison', 'behind it in the same chat']),
    ),
  );
  expect(events).toHaveLength(4);
  await until(() => expect(fake.updates.pending).toEqual([]));
});

it.each([
  { what: 'a cut connection', fault: { kind: 'cut' } as const, said: /warn .*no updates for now/ },
  {
    what: 'a server error',
    fault: { kind: 'status', status: 502, description: 'Bad Gateway' } as const,
    said: /warn .*502/,
  },
  {
    what: 'another poller',
    fault: { kind: 'status', status: 409, description: 'Conflict: terminated by other getUpdates' } as const,
    said: /error .*another process polls with the same token/,
  },
  {
    what: 'a wrong token',
    fault: { kind: 'status', status: 401, description: 'Unauthorized' } as const,
    said: /error .*TELEGRAM_BOT_TOKEN/,
  },
])('$what is survived, with a line that says what is wrong and no token in it', async ({ fault, said }) => {
  fake.fault('getUpdates', fault, 2);
  telegram.poll.start();
  await olena.say('hello');
  await passPause();
  await passPause();
  await untilHeard('hello');
  expect(log).toHaveLength(2);
  expect(log[0]).toMatch(said);
  expect(log.join()).not.toContain(fake.token);
});

it('stop ends an open poll at once, and start begins again where it was', async () => {
  telegram.poll.start();
  await olena.say('one');
  await untilHeard('one');
  await until(() => expect(fake.callsOf('getUpdates').at(-1)?.offset).toBe(7002));
  await telegram.poll.stop();
  await olena.say('two');
  telegram.poll.start();
  await untilHeard('one', 'two');
});
