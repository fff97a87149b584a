import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Channel } from '../../bots/channel.ts';
import { createDispatcher } from '../../bots/dispatcher.ts';
import { createRenderer } from '../../bots/render.ts';
import { createTelegram } from '../../bots/telegram/telegram.ts';
import { type Database, statement } from '../../db/database.ts';
import { openDatabase } from '../../db/open.ts';
import { createOutbox } from '../../db/outbox.ts';
import { createTranslator } from '../../locales/translator.ts';
import { programOf } from '../support/server.ts';
import { type Bench, type Benchmark, type Line, median } from './measure.ts';
import type { ProviderCounts } from './provider.ts';

const queued = 100_000;
const seconds = 8;
const codes = 12;
const limitMiB = 64;

/** A provider's cap, and over which kind of calls it is reached. */
interface Case {
  readonly cap: number;
  /** How many chats one call reaches. */
  readonly batch: number;
}

/** Telegram's own rate, WhatsApp's, three that are paid for, and calls that reach 300 chats each. */
const cases: readonly Case[] = [
  { cap: 30, batch: 1 },
  { cap: 80, batch: 1 },
  { cap: 500, batch: 1 },
  { cap: 1000, batch: 1 },
  { cap: 2000, batch: 1 },
  { cap: 20, batch: 300 },
];

/** What one case came to. */
interface Outcome extends ProviderCounts {
  /** How long each one-time code waited behind the broadcast, milliseconds. */
  readonly waits: readonly number[];
  /** By how much the process grew, bytes. */
  readonly growth: number;
  readonly failures: number;
}

/** A broadcast to a hundred thousand chats, against providers in processes of their own that enforce their caps. */
export const dispatch: Benchmark = {
  name: 'dispatch',
  async run(bench) {
    const lines: Line[] = [];
    let growth = 0;
    for (const one of cases) {
      const outcome = await measure(bench, one);
      lines.push(...linesOf(one, outcome));
      growth = Math.max(growth, outcome.growth);
      for (let index = 0; index < 10; index += 1) bench.fsync();
      bench.progress(`dispatch: ${one.cap} calls a second of ${one.batch}`);
    }
    return [...lines, memoryLine(growth)];
  },
};

function linesOf({ cap, batch }: Case, outcome: Outcome): Line[] {
  const what = `dispatch, ${cap} calls/s${batch > 1 ? ` of ${batch}` : ''}`;
  const longest = Math.max(...outcome.waits);
  return [
    {
      what,
      ours: `${(outcome.share * cap).toFixed(1)}/s over ${outcome.connections} connections, ${outcome.refused} times 429`,
      baseline: `cap ${cap}/s`,
      ratio: outcome.share,
      rounds: [],
      target: { atLeast: 0.98 },
      faults: outcome.refused + outcome.failures,
    },
    {
      what: `${what}: a code behind ${queued} messages`,
      ours: `${Math.round(median(outcome.waits))} ms, at most ${Math.round(longest)} ms`,
      baseline: 'a fifth of a second',
      ratio: longest / 200,
      rounds: [],
      target: { atMost: 1 },
    },
  ];
}

function memoryLine(growth: number): Line {
  const mib = Math.round(growth / 2 ** 20);
  return {
    what: `dispatch, memory with ${queued} queued`,
    ours: `${mib} MiB more`,
    baseline: `${limitMiB} MiB`,
    ratio: mib / limitMiB,
    rounds: [],
    target: { atMost: 1 },
  };
}

async function measure(bench: Bench, { cap, batch }: Case): Promise<Outcome> {
  const provider = await startProvider(cap);
  const database = await openDatabase({ url: `file:${bench.folder}/dispatch-${cap}-${batch}.db` });
  await fillOutbox(database);
  const left = new Map<string, number>();
  const channel = cappedChannel(provider.url, { cap, batch }, (id) => left.set(id, performance.now()));
  let failures = 0;
  const dispatcher = createDispatcher({
    channels: [channel],
    outbox: createOutbox(database),
    render: createRenderer(createTranslator()),
    formats: () => ({ zone: 'Europe/Kyiv', currency: 'UAH' }),
    book: () => ({ prices: { sms: { segment: 95, countries: {} } }, sms_transliterate: false }),
    clock: { now: () => Date.now() },
    random: Math.random,
    onSent: (_, outcome) => {
      if (outcome !== 'sent' && outcome !== 'slow_down') failures += 1;
    },
    onError: (error) => bench.progress(String(error)),
  });
  const memory = watchMemory();
  dispatcher.start();
  const waits = await waitsOfCodes(database, dispatcher.wake, left);
  await dispatcher.stop();
  const counts = await provider.counts();
  database.close();
  provider.stop();
  return { ...counts, waits, growth: memory.stop(), failures };
}

/** Adds a code now and then while the broadcast goes on, each to a chat that waits for its part of it too. */
async function waitsOfCodes(database: Database, wake: () => void, left: ReadonlyMap<string, number>) {
  const asked = new Map<string, number>();
  for (let index = 0; index < codes; index += 1) {
    await pause((seconds * 1000) / codes);
    const id = `code${index}`;
    asked.set(id, performance.now());
    await database.write([
      statement(
        `insert into messages (id, address_id, channel, category, priority, reply, created_at, due_at)
         values (?, ?, 'telegram', 'code', 0, ?, ?, ?)`,
        ...[id, `adr${queued - index}`, reply, Date.now(), Date.now()],
      ),
    ]);
    wake();
  }
  await pause(500);
  return [...asked].map(([id, at]) => (left.get(id) ?? Number.POSITIVE_INFINITY) - at);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

const reply = JSON.stringify({ paragraphs: [{ key: 'menu.title', variables: { balance: 312 } }] });

/** Two campaigns share the broadcast. */
async function fillOutbox(database: Database): Promise<void> {
  const count = `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${queued})`;
  await database.write([
    statement(`insert into addresses (id, channel, external_id, locale, reachable, last_seen_at, revision)
      ${count} select 'adr' || i, 'telegram', '' || i, 'uk', 1, 0, 1 from n`),
    statement(
      `insert into messages (id, address_id, channel, category, priority, campaign, reply, created_at, due_at)
       ${count} select printf('msg%06d', i), 'adr' || i, 'telegram', 'marketing', 3, 'campaign' || (i % 2), ?, 0, i from n`,
      reply,
    ),
  ]);
}

/** Telegram as it is, but for the rate; where calls reach many, one that hands them over as JSON. */
function cappedChannel(url: string, { cap, batch }: Case, onLeave: (id: string) => void): Channel {
  const { channel } = createTelegram({ token: '1:bench', apiRoot: url, handle: async () => {}, log() {} });
  const parallel = Math.max(8, Math.ceil(cap / 20));
  const abilities = { ...channel.abilities, ratePerSecond: cap, parallel };
  const send: Channel['send'] = (message) => {
    onLeave(message.id);
    return channel.send(message);
  };
  if (batch === 1) return { ...channel, abilities, send };
  return {
    ...{ ...channel, abilities: { ...abilities, batch }, send },
    async sendMany(messages) {
      const answer = await fetch(url, { method: 'POST', body: JSON.stringify(messages) });
      await answer.text();
      if (answer.ok) return messages.map(({ id }) => ({ status: 'sent', providerId: id }));
      return messages.map(() => ({ status: 'slow_down', retryAfterMs: 1000 }));
    },
  };
}

function watchMemory() {
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 100);
  return {
    stop() {
      clearInterval(timer);
      return most - before;
    },
  };
}

async function startProvider(cap: number) {
  const child = spawn(process.execPath, programOf('test/bench/provider.ts', String(cap)), {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  const [{ port }] = (await once(child, 'message')) as [{ readonly port: number }];
  return {
    url: `http://127.0.0.1:${port}`,
    async counts(): Promise<ProviderCounts> {
      child.send('counts');
      const [counts] = (await once(child, 'message')) as [ProviderCounts];
      return counts;
    },
    stop: () => child.disconnect(),
  };
}
