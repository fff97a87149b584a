import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createIds, type NoticeId } from '../../core/ids.ts';
import { callOff } from '../../core/journeys/campaigns/steps.ts';
import { advanceNotice } from '../../core/messaging/advance.ts';
import type { NoticeRequest } from '../../core/messaging/plan.ts';
import { planNotice } from '../../core/messaging/plan.ts';
import { type Database, readRows, statement } from '../../db/database.ts';
import { noticesDue } from '../../db/due.ts';
import { createOutbox } from '../../db/outbox.ts';
import { receiptsToSettle } from '../../db/receipts.ts';
import type { AnyCommand } from '../../db/writer.ts';
import { settleNotices } from '../../jobs.ts';
import { createSvoi, type Svoi } from '../../svoi.ts';
import { play } from '../support/cascade.ts';
import { endsWell, watchful } from '../support/cascade_rules.ts';
import { databaseStage } from '../support/cascade_stages.ts';
import { stories } from '../support/cascade_stories.ts';
import { testChat } from '../support/chat.ts';
import { hasLibsqlServer, type LibsqlServer, startLibsqlServer } from '../support/sqld.ts';
import { type TestSvoi, testSvoi } from '../support/svoi.ts';

const settings = { seed: 20_261_122, endOnFailure: true } as const;
const phone = '+380671234567';
const minuteMs = 60_000;

const played = (t: TestSvoi) =>
  fc.asyncProperty(stories, async (story) =>
    endsWell(story, await play(story, await databaseStage(story, t), watchful())),
  );

/** Tells the customer with the phone of these tests something. */
function telling(request: Partial<NoticeRequest>, svoi: Svoi): AnyCommand<null> {
  const asked: NoticeRequest = { category: 'service', kind: 'test', reply: { paragraphs: [] }, ...request };
  return {
    name: 'test.tell',
    needs: { customers: [{ ref: { phone } }] },
    decide(facts, context) {
      const record = facts.customer({ phone });
      const changes = record ? planNotice(asked, record, svoi.messagingRules(), context) : {};
      return { ok: true, changes, result: null };
    },
  };
}

/** Another process on the same database: `meanwhile` runs once, between a decision and its commit. */
async function slowTwin(
  { svoi, clock }: TestSvoi,
  meanwhile: () => Promise<unknown>,
  onNotices = () => {},
): Promise<Svoi> {
  let act: (() => Promise<unknown>) | undefined = meanwhile;
  const database: Database = {
    ...svoi.database,
    async write(statements) {
      const first = act;
      act = undefined;
      await first?.();
      return svoi.database.write(statements);
    },
  };
  const twin = await createSvoi({ database, clock, ids: createIds(), random: () => 0, onNotices });
  twin.useChannels(known);
  return twin;
}

const known = (['telegram', 'viber'] as const).map((name) => ({
  name,
  abilities: { receipts: 'delivered' } as const,
}));

describe('on a file', () => {
  let t: TestSvoi;
  beforeEach(async () => {
    t = await testSvoi();
    t.svoi.useChannels(known);
  });
  afterEach(() => t.close());

  const noticeRows = () =>
    readRows(t.svoi.database, 'select state, reason, occasion, step, doubled from notices order by state');
  const messageRows = () =>
    readRows(t.svoi.database, 'select channel, state from messages where notice_id is not null order by id');
  const claim = async (channel: 'telegram' | 'viber') => {
    const now = t.clock.now();
    const request = { channel, now, limit: 10, leaseUntil: now + 30_000 };
    const claimed = await createOutbox(t.svoi.database).claim(request);
    return claimed.filter(({ noticeId }) => noticeId !== null);
  };
  const send = async (channel: 'telegram' | 'viber') => {
    const results = (await claim(channel)).map((message) => {
      const cost = { priceMicros: 0, smsPriceMicros: 900_000 };
      const result = { state: 'sent', at: t.clock.now(), providerId: `p-${channel}`, ...cost } as const;
      return { message, result };
    });
    await createOutbox(t.svoi.database).record(results);
  };
  const receipt = (
    channel: 'telegram' | 'viber',
    status: 'delivered' | 'read' | 'failed',
    more = {},
    svoi = t.svoi,
  ) => svoi.handleReceipts([{ channel, providerId: `p-${channel}`, status, at: t.clock.now(), ...more }]);
  /** A member in Telegram, last seen there, and in Viber. */
  const member = async () => {
    await testChat(t.svoi, { channel: 'viber', address: 'v1', provenPhone: phone }).start();
    t.clock.advance(1000);
    const telegram = testChat(t.svoi, { address: '1' });
    await telegram.start();
    await telegram.contact(phone);
    await t.svoi.database.write([
      { sql: `update addresses set customer_id = (select id from customers)`, args: [] },
      { sql: `update messages set state = 'cancelled'`, args: [] },
    ]);
  };
  const told = (request: Partial<NoticeRequest> = {}) => t.svoi.submit(telling(request, t.svoi));

  it('whatever channels do: one at a time, none after it arrived, no silence while one is left', async () => {
    await fc.assert(played(t), { ...settings, numRuns: process.env.SVOI_LONG ? 400 : 24 });
  });

  it('a message taken off its queue just before it would be taken back is waited for', async () => {
    await member();
    await told();
    t.clock.advance(15 * minuteMs);
    const twin = await slowTwin(t, () => claim('telegram'));
    await settleNotices(twin);
    expect(await messageRows()).toEqual([{ channel: 'telegram', state: 'sending' }]);
  });

  it('two processes that go on with one notice at once use one channel', async () => {
    await member();
    await told();
    t.clock.advance(15 * minuteMs);
    await settleNotices(await slowTwin(t, () => settleNotices(t.svoi)));
    expect(await messageRows()).toEqual([
      { channel: 'telegram', state: 'cancelled' },
      { channel: 'viber', state: 'queued' },
    ]);
  });

  it('of two that tell of one occasion at the same moment the second is dropped, and one message goes out', async () => {
    await member();
    const twin = await slowTwin(t, () => told({ occasion: 'birthday 2026' }));
    await twin.submit(telling({ occasion: 'birthday 2026' }, twin));
    await settleNotices(t.svoi);
    expect(await noticeRows()).toMatchObject([
      { state: 'dropped', reason: 'occasion', occasion: null },
      { state: 'underway', occasion: 'birthday 2026' },
    ]);
    expect(await messageRows()).toHaveLength(1);
  });

  it('of two offers that two processes begin at once, one too many is held', async () => {
    t.close();
    t = await testSvoi({ program: { marketing_messages_in_7_days: 1 } });
    t.svoi.useChannels(known);
    await member();
    await t.svoi.database.write([
      statement(
        `insert into consents (id, customer_id, category, granted, text, text_version, locale, source, at)
         select 'con_yes', id, 'marketing', 1, '', 1, 'en', 'test', 0 from customers`,
      ),
    ]);
    await t.svoi.submit(telling({ category: 'marketing', kind: 'one' }, t.svoi));
    await t.svoi.submit(telling({ category: 'marketing', kind: 'two' }, t.svoi));
    const [one, two] = await readRows(t.svoi.database, 'select id from notices order by id');
    const advance = (svoi: Svoi, id: unknown) =>
      svoi.submit(advanceNotice(String(id) as NoticeId, svoi.messagingRules()));
    await advance(await slowTwin(t, () => advance(t.svoi, one?.id)), two?.id);
    const rows = await noticeRows();
    expect(rows).toMatchObject([{ state: 'held', reason: 'frequency' }, { state: 'underway' }]);
  });

  it('a commit that leaves a notice due says so', async () => {
    await member();
    let told = 0;
    const { database } = t.svoi;
    const options = { database, clock: t.clock, ids: createIds(), random: () => 0 };
    const twin = await createSvoi({ ...options, onNotices: () => (told += 1) });
    await twin.submit(telling({}, twin));
    expect(told).toBe(0);
    await twin.submit(telling({ occasion: 'a birthday' }, twin));
    expect(told).toBe(1);
  });

  it('a commit that calls a message off says that the next one of its chat may go', async () => {
    await member();
    await told();
    const [tried] = await claim('telegram');
    if (!tried) throw new Error('nothing was claimed');
    const later = {
      state: 'queued',
      dueAt: t.clock.now() + minuteMs,
      counts: true,
      error: 'no network',
    } as const;
    await createOutbox(t.svoi.database).record([{ message: tried, result: later }]);
    await told();
    expect(await claim('telegram')).toEqual([]);
    let woken = 0;
    const { database } = t.svoi;
    const options = { database, clock: t.clock, ids: createIds(), random: () => 0 };
    const twin = await createSvoi({ ...options, onMessages: () => (woken += 1) });
    await twin.submit(callOff(tried.noticeId as NoticeId));
    expect([woken, await claim('telegram')]).toMatchObject([1, [{ campaign: '' }]]);
  });

  it('a receipt that comes before the sending is written down counts once it is', async () => {
    await member();
    await told();
    await receipt('telegram', 'delivered');
    await settleNotices(t.svoi);
    expect(await noticeRows()).toMatchObject([{ state: 'underway' }]);
    await send('telegram');
    await settleNotices(t.svoi);
    expect(await noticeRows()).toMatchObject([{ state: 'reached', doubled: 0 }]);
    expect(await readRows(t.svoi.database, 'select * from early_receipts')).toEqual([]);
  });

  it('a receipt that is kept while its message is being written down as sent is looked at again', async () => {
    await member();
    await told();
    let looks = 0;
    const meanwhile = async () => {
      await send('telegram');
      // Who wrote the sending down looks for receipts of it, and there is none yet.
      await settleNotices(t.svoi);
    };
    const slow = await slowTwin(t, meanwhile, () => (looks += 1));
    await receipt('telegram', 'delivered', {}, slow);
    expect(looks).toBe(1);
    await settleNotices(t.svoi);
    expect(await noticeRows()).toMatchObject([{ state: 'reached' }]);
  });

  it('a receipt of nobody’s message is kept for a day', async () => {
    await receipt('viber', 'delivered');
    t.clock.advance(23 * 60 * minuteMs);
    await receipt('viber', 'read');
    t.clock.advance(2 * 60 * minuteMs);
    await receipt('telegram', 'read');
    const kept = await readRows(
      t.svoi.database,
      'select channel, status from early_receipts order by channel',
    );
    expect(kept).toEqual([
      { channel: 'telegram', status: 'read' },
      { channel: 'viber', status: 'read' },
    ]);
  });

  it('a chat that bounced leads to nobody, and what it cost where only what arrives is billed is taken back', async () => {
    await member();
    await told();
    await send('telegram');
    t.clock.advance(15 * minuteMs);
    await settleNotices(t.svoi);
    await send('viber');
    await t.svoi.database.write([
      { sql: `update messages set price_micros = 500000 where channel = 'viber'`, args: [] },
      { sql: `update message_tallies set price_micros = 500000 where channel = 'viber'`, args: [] },
    ]);
    await receipt('viber', 'failed', { blocked: true });
    const chats = await readRows(
      t.svoi.database,
      'select channel, reachable from addresses order by channel',
    );
    expect(chats).toEqual([
      { channel: 'telegram', reachable: 1 },
      { channel: 'viber', reachable: 0 },
    ]);
    const figures = 'channel, sent, delivered, failed, price_micros as cost, sms_price_micros as sms';
    const tallies = await readRows(
      t.svoi.database,
      `select ${figures} from message_tallies order by channel`,
    );
    expect(tallies).toEqual([
      { channel: 'telegram', sent: 1, delivered: 0, failed: 0, cost: 0, sms: 0 },
      { channel: 'viber', sent: 1, delivered: 0, failed: 1, cost: 0, sms: 0 },
    ]);
    await settleNotices(t.svoi);
    expect(await noticeRows()).toMatchObject([{ state: 'failed', reason: 'no_receipt' }]);
    await receipt('telegram', 'delivered');
    expect(await noticeRows()).toMatchObject([{ state: 'reached', reason: null }]);
  });

  it('a late receipt after the fallback arrived is recorded as a double', async () => {
    await member();
    await told();
    await send('telegram');
    t.clock.advance(15 * minuteMs);
    await settleNotices(t.svoi);
    await send('viber');
    await receipt('viber', 'delivered');
    await receipt('telegram', 'read');
    await receipt('telegram', 'delivered');
    expect(await noticeRows()).toMatchObject([{ state: 'reached', doubled: 1 }]);
    const sql =
      'select sum(doubled) as doubled, sum(delivered) as delivered, sum(read) as read from message_tallies';
    expect(await readRows(t.svoi.database, sql)).toEqual([{ doubled: 1, delivered: 2, read: 1 }]);
  });

  it('what is due is found by its index, and a receipt’s message by the channel’s id', async () => {
    const asked: { readonly sql: string; readonly args: readonly (string | number | null)[] }[] = [];
    const spied: Database = {
      ...t.svoi.database,
      async read(statements) {
        asked.push(...statements);
        return t.svoi.database.read(statements);
      },
    };
    await noticesDue(spied, 1, 1);
    await receiptsToSettle(spied, 1, 1);
    const twin = await createSvoi({ database: spied, clock: t.clock, ids: createIds(), random: () => 0 });
    asked.length = 0;
    await twin.handleReceipts([{ channel: 'viber', providerId: 'p', address: 'v1', status: 'read', at: 0 }]);
    for (const { sql, args } of asked) {
      const plan = await readRows(t.svoi.database, `explain query plan ${sql}`, ...args);
      const scans = plan
        .map(({ detail }) => String(detail))
        .filter((one) => /^SCAN (?!i\b|json|early)/.test(one));
      expect(scans, sql).toEqual([]);
    }
  });
});

describe.skipIf(!hasLibsqlServer)('on a libSQL server', () => {
  let server: LibsqlServer;
  beforeAll(async () => {
    server = await startLibsqlServer();
  });
  afterAll(() => server.stop());

  it('whatever channels do: one at a time, none after it arrived, no silence while one is left', async () => {
    const t = await testSvoi({ url: server.url });
    await fc.assert(played(t), { ...settings, numRuns: process.env.SVOI_LONG ? 80 : 6 });
    t.close();
  });
});
