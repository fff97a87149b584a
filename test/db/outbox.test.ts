import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ClaimedMessage, MessageResult, Outbox } from '../../core/messaging/outbox.ts';
import { type Database, readRow, readRows, type Statement, statement } from '../../db/database.ts';
import { createOutbox } from '../../db/outbox.ts';
import { addChat, addMessages, storedMessages } from '../support/outbox.ts';
import { type TestSvoi, testSvoi } from '../support/svoi.ts';

let test: TestSvoi;
let database: Database;
let outbox: Outbox;

beforeEach(async () => {
  test = await testSvoi();
  database = test.svoi.database;
  outbox = createOutbox(database);
  for (const chat of ['anna', 'borys']) await addChat(database, chat, { lastSeenAt: 50 });
});
afterEach(() => test.close());

const claim = (now: number, limit = 10) =>
  outbox.claim({ channel: 'telegram', now, limit, leaseUntil: now + 30 });
const claimIds = async (now: number, limit?: number) => (await claim(now, limit)).map(({ id }) => id);
const only = async (now: number): Promise<ClaimedMessage> => {
  const [message] = await claim(now, 1);
  if (!message) throw new Error('nothing to claim');
  return message;
};
const sent = (at: number): MessageResult => ({
  ...{ state: 'sent', at, providerId: `tg${at}` },
  ...{ priceMicros: null, smsPriceMicros: null },
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
  { result: sent(101), row: { state: 'sent', attempts: 1, provider_id: 'tg101', sent_at: 101, error: null } },
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
  { result: { state: 'cancelled', at: 101, error: 'erased' }, row: { state: 'cancelled', error: 'erased' } },
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

it('with two hundred thousand waiting in four lines, a claim and the next moment read the heads only', async () => {
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
});
