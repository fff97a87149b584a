import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ClaimedMessage, MessageResult, Outbox, RecordedResult } from '../../core/messaging/outbox.ts';
import { type Database, readRow, readRows, type Statement, statement } from '../../db/database.ts';
import { openDatabase } from '../../db/open.ts';
import { createOutbox } from '../../db/outbox.ts';
import { addChat, addMessages, addNotice, storedMessages } from '../support/outbox.ts';
import { hasLibsqlServer, type LibsqlServer, startLibsqlServer } from '../support/sqld.ts';
import { testSvoi } from '../support/svoi.ts';

/** A kind of database, opened once: what a test wrote is gone before the next. */
interface Kind {
  readonly name: string;
  readonly isHere: boolean;
  start(): Promise<void>;
  /** Another way in where there may be several; on a file the one there is. */
  connect(): Promise<Database>;
  stop(): Promise<void>;
}

function aFile(): Kind {
  let opened: Awaited<ReturnType<typeof testSvoi>>;
  return {
    ...{ name: 'a file', isHere: true },
    start: async () => {
      opened = await testSvoi();
    },
    connect: async () => opened.svoi.database,
    stop: async () => opened.close(),
  };
}

function aServer(): Kind {
  let server: LibsqlServer;
  const opened: Database[] = [];
  return {
    ...{ name: 'a libSQL server', isHere: hasLibsqlServer },
    start: async () => {
      server = await startLibsqlServer();
    },
    async connect() {
      const database = await openDatabase({ url: server.url });
      opened.push(database);
      return database;
    },
    async stop() {
      for (const database of opened) database.close();
      await server.stop();
    },
  };
}

let database: Database;
let outbox: Outbox;

const claim = (now: number, limit = 10) =>
  outbox.claim({ channel: 'telegram', now, limit, leaseUntil: now + 30 });
const claimIds = async (now: number, limit?: number) => (await claim(now, limit)).map(({ id }) => id);
const only = async (now: number): Promise<ClaimedMessage> => {
  const [message] = await claim(now, 1);
  if (!message) throw new Error('nothing to claim');
  return message;
};
const claimedOn = async (channel: string): Promise<ClaimedMessage> => {
  const [message] = await outbox.claim({ channel: channel as 'viber', now: 100, limit: 1, leaseUntil: 130 });
  if (!message) throw new Error('nothing to claim');
  return message;
};
const sent = (at: number): MessageResult => ({
  ...{ state: 'sent', at, providerId: `tg${at}` },
  ...{ priceMicros: null, smsPriceMicros: null },
});

/** The rules of the outbox, whatever it stands on. */
function rulesOn(kind: Kind): void {
  beforeAll(async () => {
    await kind.start();
    database = await kind.connect();
    outbox = createOutbox(database);
  });
  afterAll(() => kind.stop());
  beforeEach(async () => {
    for (const chat of ['anna', 'borys']) await addChat(database, chat, { lastSeenAt: 50 });
  });
  afterEach(async () => {
    const tables = ['messages', 'addresses', 'notices', 'message_tallies'];
    await database.write(tables.map((table) => statement(`delete from ${table}`)));
  });

  it('a claimed message carries its chat, its words and the count of its attempts', async () => {
    const reply = { paragraphs: [{ key: 'help.commands' }] } as const;
    await addMessages(database, [{ id: 'm1', chat: 'anna', reply, replaces: '17' }]);
    expect(await claim(100)).toEqual([
      {
        id: 'm1',
        addressId: 'anna',
        category: 'service',
        noticeId: null,
        campaign: '',
        reply,
        replaces: '17',
        attempt: 1,
        claimedAt: 100,
        chat: { address: 'anna', locale: 'en', zone: null, phone: null, reachable: true, lastSeenAt: 50 },
      },
    ]);
  });

  it('the oldest due messages come first, one of each chat, up to the limit', async () => {
    await addMessages(database, [
      { id: 'm1', chat: 'anna', dueAt: 20 },
      { id: 'm2', chat: 'anna', dueAt: 20 },
      { id: 'm3', chat: 'borys', dueAt: 30 },
      { id: 'm4', chat: 'borys', dueAt: 999 },
    ]);
    expect(await claimIds(100)).toEqual(['m1', 'm3']);
    expect(await claimIds(100)).toEqual([]);
  });

  it('the next message of a chat is handed out once the one before it has a result', async () => {
    await addMessages(database, [
      { id: 'm1', chat: 'anna' },
      { id: 'm2', chat: 'anna' },
    ]);
    const first = await only(100);
    await outbox.record([{ message: first, result: sent(101) }]);
    expect(await claimIds(102)).toEqual(['m2']);
  });

  it('a message to be tried again keeps its place in the chat; one planned for later holds up nobody', async () => {
    await addMessages(database, [
      { id: 'm1', chat: 'anna' },
      { id: 'm2', chat: 'anna' },
      { id: 'm3', chat: 'borys', dueAt: 900 },
      { id: 'm4', chat: 'borys', dueAt: 10 },
    ]);
    const again = { state: 'queued', dueAt: 500, counts: true, error: 'network' } as const;
    const [first] = await claim(100, 1);
    await outbox.record(first ? [{ message: first, result: again }] : []);
    const [other] = await claim(101);
    expect(other?.id).toBe('m4');
    await outbox.record(other ? [{ message: other, result: sent(102) }] : []);
    expect(await claimIds(500)).toEqual(['m1']);
  });

  it.each<{ result: MessageResult; row: object }>([
    {
      result: sent(101),
      row: { state: 'sent', attempts: 1, provider_id: 'tg101', sent_at: 101, error: null },
    },
    {
      result: { state: 'queued', dueAt: 500, counts: true, error: 'network' },
      row: { state: 'queued', attempts: 1, provider_id: null, sent_at: null, error: 'network' },
    },
    {
      result: { state: 'queued', dueAt: 500, counts: false, error: 'slow down' },
      row: { state: 'queued', attempts: 0, error: 'slow down' },
    },
    {
      result: { state: 'failed', at: 101, blocked: false, error: 'too long' },
      row: { state: 'failed', attempts: 1, error: 'too long' },
    },
    {
      result: { state: 'cancelled', at: 101, error: 'erased' },
      row: { state: 'cancelled', error: 'erased' },
    },
  ])('a result is written down: $result.state', async ({ result, row }) => {
    await addMessages(database, [{ id: 'm1', chat: 'anna' }]);
    await outbox.record([{ message: await only(100), result }]);
    expect((await storedMessages(database)).m1).toMatchObject(row);
  });

  it('a message cancelled while it was on its way stays cancelled', async () => {
    await addMessages(database, [{ id: 'm1', chat: 'anna' }]);
    const message = await only(100);
    await database.write([statement(`update messages set state = 'cancelled'`)]);
    await outbox.record([{ message, result: { state: 'queued', dueAt: 0, counts: true, error: 'network' } }]);
    expect((await storedMessages(database)).m1?.state).toBe('cancelled');
  });

  it.each([
    { wrote: 'before the message was claimed', lastSeenAt: 50, reachable: 0 },
    { wrote: 'since the message was claimed', lastSeenAt: 150, reachable: 1 },
  ])('who blocked us and last wrote $wrote: reachable is $reachable', async ({ lastSeenAt, reachable }) => {
    await addMessages(database, [{ id: 'm1', chat: 'anna' }]);
    const message = await only(100);
    await database.write([statement('update addresses set last_seen_at = ?', lastSeenAt)]);
    await outbox.record([{ message, result: { state: 'failed', at: 101, blocked: true, error: '403' } }]);
    const row = await readRow(database, `select reachable from addresses where id = 'anna'`);
    expect(row?.reachable).toBe(reachable);
  });

  it('what a dead process had claimed is handed out again when the lease ends, or at once when released', async () => {
    await addMessages(database, [
      { id: 'm1', chat: 'anna' },
      { id: 'm2', chat: 'borys' },
    ]);
    const [acknowledged] = await claim(100);
    await outbox.record(acknowledged ? [{ message: acknowledged, result: sent(101) }] : []);
    expect(await claimIds(129)).toEqual([]);
    expect(await claimIds(130)).toEqual(['m2']);
    await outbox.releaseLeases(131);
    expect(await claim(131)).toMatchObject([{ id: 'm2', attempt: 3 }]);
  });

  it('the next moment to look is the next due date or end of a lease', async () => {
    expect(await outbox.nextAt('telegram', 0)).toBeUndefined();
    await addMessages(database, [
      { id: 'm1', chat: 'anna', dueAt: 400 },
      { id: 'm2', chat: 'borys', dueAt: 100 },
      { id: 'm3', chat: 'borys', dueAt: 110, channel: 'viber' },
    ]);
    expect(await outbox.nextAt('telegram', 0)).toBe(100);
    await claim(100);
    expect(await outbox.nextAt('telegram', 100)).toBe(130);
    expect(await outbox.nextAt('telegram', 130)).toBe(400);
  });

  it('a message of a chat that was erased comes without a chat', async () => {
    await addMessages(database, [{ id: 'm1', chat: 'nobody' }]);
    expect(await claim(100)).toMatchObject([{ id: 'm1' }]);
    expect((await claim(200))[0]).not.toHaveProperty('chat');
  });

  it('what matters more comes first, whatever it is behind', async () => {
    await addMessages(database, [
      { id: 'm1', chat: 'anna', category: 'marketing', campaign: 'autumn', dueAt: 1 },
      { id: 'm2', chat: 'borys', category: 'service', dueAt: 2 },
      { id: 'm3', chat: 'anna', category: 'reply', dueAt: 3 },
      { id: 'm4', chat: 'anna', category: 'code', dueAt: 4 },
    ]);
    const order: string[] = [];
    for (let now = 100; now < 104; now += 1) {
      const message = await only(now);
      order.push(message.id);
      await outbox.record([{ message, result: sent(now) }]);
    }
    expect(order).toEqual(['m4', 'm3', 'm2', 'm1']);
  });

  it('who waits for an answer can be asked for alone', async () => {
    await addMessages(database, [
      { id: 'm1', chat: 'anna', category: 'service' },
      { id: 'm2', chat: 'borys', category: 'reply' },
    ]);
    const urgent = { channel: 'telegram', now: 100, limit: 10, leaseUntil: 130, leastPriority: 1 } as const;
    expect((await outbox.claim(urgent)).map(({ id }) => id)).toEqual(['m2']);
  });

  it('no chat has two messages on their way, not even from two campaigns in one claim', async () => {
    await addMessages(database, [
      { id: 'm1', chat: 'anna', category: 'marketing', campaign: 'autumn' },
      { id: 'm2', chat: 'anna', category: 'marketing', campaign: 'winter' },
      { id: 'm3', chat: 'anna', category: 'code' },
    ]);
    const [first, ...rest] = await claim(100);
    expect([first?.id, rest]).toEqual(['m3', []]);
    expect(await claimIds(101)).toEqual([]);
  });

  it('campaigns take turns, also one message at a time', async () => {
    const campaigns = ['autumn', 'spring', 'winter'];
    const crowd = campaigns.flatMap((campaign, index) =>
      Array.from({ length: 6 }, (_, number) => ({ campaign, chat: `${campaign}${number}`, dueAt: index })),
    );
    for (const { chat } of crowd) await addChat(database, chat);
    await addMessages(
      database,
      crowd.map((one) => ({ ...one, id: one.chat, category: 'marketing' as const })),
    );
    const together = await claim(100, 9);
    expect(campaigns.map((name) => together.filter(({ campaign }) => campaign === name).length)).toEqual([
      3, 3, 3,
    ]);
    const turns: string[] = [];
    for (let turn = 0; turn < 6; turn += 1) {
      const after = turns.at(-1) ?? '';
      const [message] = await outbox.claim({
        channel: 'telegram',
        now: 100,
        limit: 1,
        leaseUntil: 130,
        after,
      });
      turns.push(message?.campaign ?? 'none');
    }
    expect(turns).toEqual([...campaigns, ...campaigns]);
  });

  it('two campaigns to the same chats both go on, whatever order they have them in', async () => {
    const chats = Array.from({ length: 12 }, (_, index) => `both${String(index).padStart(2, '0')}`);
    for (const chat of chats) await addChat(database, chat);
    const offer = (campaign: string) => (chat: string, dueAt: number) =>
      ({ id: `${campaign}-${chat}`, chat, campaign, category: 'marketing', dueAt }) as const;
    await addMessages(database, [
      ...chats.map(offer('autumn')),
      ...[...chats].reverse().map(offer('winter')),
    ]);
    for (let round = 1; round <= 6; round += 1) {
      const claimed = await claim(100 * round, 4);
      expect(claimed.map(({ campaign }) => campaign).sort()).toEqual([
        'autumn',
        'autumn',
        'winter',
        'winter',
      ]);
      await outbox.record(claimed.map((message) => ({ message, result: sent(100 * round) })));
    }
    expect(await claimIds(1000)).toEqual([]);
  });

  it('a chat that was told to wait waits whole; others do not', async () => {
    await addMessages(database, [
      { id: 'm1', chat: 'anna', category: 'service' },
      { id: 'm2', chat: 'anna', category: 'code', dueAt: 101 },
      { id: 'm3', chat: 'borys', category: 'service', dueAt: 101 },
    ]);
    const again = { state: 'queued', dueAt: 500, counts: false, error: 'slow down' } as const;
    await outbox.record([{ message: await only(100), result: again }]);
    const other = await only(200);
    expect(other.id).toBe('m3');
    await outbox.record([{ message: other, result: sent(200) }]);
    expect(await claimIds(499)).toEqual([]);
    expect(await claimIds(500)).toEqual(['m2']);
  });

  it('what is given back untried keeps its place, its count of attempts, and the error of the try before', async () => {
    await addMessages(database, [
      { id: 'm1', chat: 'anna' },
      { id: 'm2', chat: 'anna' },
    ]);
    const failed = { state: 'queued', dueAt: 200, counts: true, error: 'network' } as const;
    await outbox.record([{ message: await only(100), result: failed }]);
    const back = { state: 'queued', dueAt: 300, counts: false, error: null } as const;
    await outbox.record([{ message: await only(200), result: back }]);
    expect((await storedMessages(database)).m1).toMatchObject({
      state: 'queued',
      attempts: 1,
      error: 'network',
    });
    expect(await claimIds(300)).toEqual(['m1']);
  });

  describe('a notice', () => {
    const steps = [
      { channel: 'telegram', wants: 'delivered', waitMs: 5000 },
      { channel: 'viber', wants: 'accepted', waitMs: 5000 },
    ] as const;
    const notice = () => readRow(database, `select due_at, revision from notices where id = 'n1'`);
    const failed = { state: 'failed', at: 170, blocked: false, error: 'too long' } as const;
    const again = { state: 'queued', dueAt: 500, counts: true, error: 'network' } as const;

    it.each<{
      what: string;
      channel: string;
      step: number;
      state?: string;
      result: MessageResult;
      row: object;
    }>([
      { what: 'sent', channel: 'telegram', step: 0, result: sent(150), row: { due_at: 5150, revision: 8 } },
      {
        what: 'sent where no more is wanted',
        channel: 'viber',
        step: 1,
        result: sent(150),
        row: { due_at: 150, revision: 8 },
      },
      { what: 'refused', channel: 'telegram', step: 0, result: failed, row: { due_at: 170, revision: 8 } },
      {
        what: 'to be tried again',
        channel: 'telegram',
        step: 0,
        result: again,
        row: { due_at: 1, revision: 7 },
      },
      {
        what: 'sent on a channel given up before',
        channel: 'telegram',
        step: 1,
        result: sent(150),
        row: { due_at: 1, revision: 7 },
      },
      {
        what: 'sent after it had ended',
        channel: 'telegram',
        step: 0,
        state: 'stopped',
        result: sent(150),
        row: { due_at: 1, revision: 7 },
      },
    ])('whose message was $what', async ({ channel, step, state = 'underway', result, row }) => {
      await addNotice(database, { id: 'n1', state, steps, step, dueAt: 1, revision: 7 });
      await addMessages(database, [{ id: 'm1', chat: 'anna', channel, noticeId: 'n1' }]);
      const message = await claimedOn(channel);
      expect(message).toMatchObject({ noticeId: 'n1' });
      await outbox.record([{ message, result }]);
      expect(await notice()).toEqual(row);
    });
  });

  describe('the figures', () => {
    const costs = (priceMicros: number | null, smsPriceMicros: number | null) => ({
      priceMicros,
      smsPriceMicros,
    });
    const tallies = () =>
      readRows(
        database,
        'select at, channel, category, sent, failed, delivered, price_micros, sms_price_micros from message_tallies order by 1, 2, 3',
      );

    it('count by five minutes, channel and category what left and what failed, and its money once', async () => {
      await addChat(database, 'vira');
      await addMessages(database, [
        { id: 'm1', chat: 'anna', category: 'service' },
        { id: 'm2', chat: 'borys', category: 'service' },
        { id: 'm3', chat: 'vira', category: 'code' },
      ]);
      const results: RecordedResult[] = (await claim(300_000)).map((message) => {
        if (message.id === 'm2')
          return { message, result: { state: 'failed', at: 600_001, blocked: false, error: 'no' } };
        return {
          message,
          result: { ...sent(300_001), ...costs(5_000, message.id === 'm1' ? 95_000 : null) },
        };
      });
      await outbox.record(results);
      // A commit whose answer got lost is written again.
      await outbox.record(results);
      const none = {
        sent: 0,
        failed: 0,
        delivered: 0,
        price_micros: 0,
        sms_price_micros: 0,
        channel: 'telegram',
      };
      expect(await tallies()).toEqual([
        { ...none, at: 300_000, category: 'code', sent: 1, price_micros: 5_000 },
        { ...none, at: 300_000, category: 'service', sent: 1, price_micros: 5_000, sms_price_micros: 95_000 },
        { ...none, at: 600_000, category: 'service', failed: 1 },
      ]);
    });

    it('an unknown price saves nothing', async () => {
      await addMessages(database, [{ id: 'm1', chat: 'anna' }]);
      await outbox.record([{ message: await only(100), result: { ...sent(100), ...costs(null, 95_000) } }]);
      expect(await tallies()).toMatchObject([{ sent: 1, price_micros: 0, sms_price_micros: 0 }]);
      const row = await readRow(database, 'select price_micros, sms_price_micros from messages');
      expect(row).toEqual({ price_micros: null, sms_price_micros: 95_000 });
    });
  });

  it('several claim at once, and nobody gets what another one has', async () => {
    const chats = Array.from({ length: 60 }, (_, index) => `crowd${index}`);
    await Promise.all(chats.map((chat) => addChat(database, chat)));
    await addMessages(
      database,
      chats.map((chat) => ({ id: chat, chat })),
    );
    const other = createOutbox(await kind.connect());
    const claims = Array.from({ length: 12 }, (_, index) =>
      (index % 2 ? outbox : other).claim({ channel: 'telegram', now: 100, limit: 7, leaseUntil: 130 }),
    );
    const ids = (await Promise.all(claims)).flat().map(({ id }) => id);
    expect(ids).toHaveLength(60);
    expect(new Set(ids).size).toBe(60);
  });
}

for (const kind of [aFile(), aServer()]) {
  describe.skipIf(!kind.isHere)(`the outbox on ${kind.name}`, () => rulesOn(kind));
}

it('with two hundred thousand waiting in four lines, a claim and the next moment read the heads only', async () => {
  const { svoi, close } = await testSvoi();
  database = svoi.database;
  outbox = createOutbox(database);
  await database.write([
    statement(
      `insert into addresses (id, channel, external_id, locale, reachable, last_seen_at, revision)
       with recursive n(i) as (select 1 union all select i + 1 from n where i < 50000)
       select 'adr' || i, 'telegram', 'chat' || i, 'uk', 1, 0, 1 from n`,
    ),
    statement(
      `insert into messages (id, address_id, channel, category, priority, campaign, reply, created_at, due_at)
       with recursive n(i) as (select 1 union all select i + 1 from n where i < 50000)
       select printf('msg%06d%d', i, line.key), 'adr' || i, 'telegram', 'service', line.value ->> 0,
         line.value ->> 1, '{"paragraphs":[]}', 0, i
       from n, json_each('[[1, ""], [2, ""], [3, "autumn"], [3, "winter"]]') as line`,
    ),
  ]);
  const started = performance.now();
  for (let round = 0; round < 20; round += 1) {
    expect(await claim(1_000_000, 8)).toHaveLength(8);
    expect(await outbox.nextAt('telegram', 1_000_000)).toBe(1_000_030);
  }
  expect((performance.now() - started) / 20).toBeLessThan(250);
  const asked: Statement[] = [];
  const noting = (run: Database['read']) => (statements: readonly Statement[]) => {
    asked.push(...statements);
    return run(statements);
  };
  const spied = createOutbox({ ...database, write: noting(database.write), read: noting(database.read) });
  await spied.claim({ channel: 'telegram', now: 1, limit: 1, leaseUntil: 2 });
  await spied.nextAt('telegram', 1);
  // Last, for the driver keeps an explained update open and commits nothing after it.
  for (const { sql, args } of asked) {
    const plan = await readRows(database, `explain query plan ${sql}`, ...args);
    const details = plan.map(({ detail }) => String(detail));
    expect(details.filter((detail) => /^SCAN (messages|[acdmnox])\b/.test(detail))).toEqual([]);
    const bounds = details.filter((detail) => /^SEARCH d /.test(detail));
    expect(bounds).toEqual([
      expect.stringMatching(/channel=\? AND priority=\? AND campaign=\? AND due_at[<>]\?/),
    ]);
  }
  close();
});
