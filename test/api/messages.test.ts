import { afterEach, beforeEach, expect, test } from 'vitest';
import { statement } from '../../db/database.ts';
import { createOutbox } from '../../db/outbox.ts';
import { settleNotices } from '../../jobs.ts';
import { type TestApi, testApi } from '../support/api.ts';
import { converse, testChat } from '../support/chat.ts';
import { aPurchase, buy } from '../support/purchases.ts';
import { aColleague } from '../support/staff.ts';

let t: TestApi;
const phone = '+380671234567';

beforeEach(async () => {
  t = await testApi({ program: {} });
  t.svoi.useChannels([{ name: 'telegram', abilities: { receipts: 'delivered' } }]);
  const chat = testChat(t.svoi, { address: '1' });
  await chat.start();
  await chat.contact(phone);
  await t.svoi.database.write([statement(`update messages set state = 'cancelled'`)]);
});
afterEach(() => t.close());

const bought = (externalId: string) => buy(t.svoi, aPurchase({ at: t.clock.now(), externalId }));

/** Sends what is queued for Telegram, each for 0.10 where an SMS is 0.90. */
async function send(): Promise<void> {
  const outbox = createOutbox(t.svoi.database);
  const now = t.clock.now();
  const claimed = await outbox.claim({ channel: 'telegram', now, limit: 10, leaseUntil: now + 1 });
  const cost = { priceMicros: 100_000, smsPriceMicros: 900_000 };
  await outbox.record(
    claimed.map((message) => ({
      message,
      result: { state: 'sent', at: now, providerId: `p-${message.id}`, ...cost },
    })),
  );
  await t.svoi.handleReceipts(
    claimed.map(({ id }) => ({ channel: 'telegram', providerId: `p-${id}`, status: 'delivered', at: now })),
  );
  await settleNotices(t.svoi);
}

test('what a customer was told is listed newest first, with the channels it was tried on', async () => {
  await bought('1');
  await send();
  t.clock.advance(60_000);
  await bought('2');
  const { status, body, text } = await t.call('GET', `/v1/messages?customer=phone:${phone}&limit=1`);
  expect(status).toBe(200);
  expect(JSON.parse(text).notices).toMatchObject([
    { kind: 'points_earned', category: 'service', state: 'underway', messages: [{ state: 'queued' }] },
  ]);
  const older = await t.call('GET', `/v1/messages?customer=phone:${phone}&cursor=${body.next}`);
  expect(JSON.parse(older.text)).toMatchObject({
    notices: [
      {
        ...{ state: 'reached', reason: null, doubled: false, due_at: null },
        messages: [{ channel: 'telegram', state: 'delivered', price_micros: 100_000, overtaken_at: null }],
      },
    ],
    next: null,
  });
});

test('nobody known is a 404, and a till may not read', async () => {
  expect(await t.call('GET', '/v1/messages?customer=phone:%2B380509999999')).toMatchObject({
    status: 404,
    body: { code: 'customer_not_found' },
  });
  const { key } = await t.addShop('Till 9', 'till');
  expect(await t.call('GET', '/v1/messages', { as: key })).toMatchObject({ status: 403 });
});

test('/stats tells messages, what they cost and what they saved, where there were any', async () => {
  await bought('1');
  await send();
  const manager = await aColleague(t.svoi, '+380501112233', 'Ivan', 'manager', { address: '2' });
  await converse(
    manager,
    `> /stats
     New customers:
     Messages: 1 (0)
     Spent on messages: ₴0.10 (₴0)
     Saved compared with SMS: ₴0.80 (₴0)
     This week`,
  );
});

test('figures say what messages came to, cost and saved against SMS', async () => {
  await bought('1');
  await send();
  await bought('2');
  await send();
  const figures = { sent: 2, delivered: 2, read: 0, failed: 0, doubled: 0 };
  const money = { cost_micros: 200_000, sms_cost_micros: 1_800_000, saved_micros: 1_600_000 };
  const now = new Date(t.clock.now() + 1).toISOString();
  const { text } = await t.call('GET', `/v1/messages/stats?to=${now}`);
  expect(JSON.parse(text)).toMatchObject({
    total: { ...figures, ...money },
    by: [{ channel: 'telegram', category: 'service', ...figures, ...money }],
  });
  const none = await t.call('GET', '/v1/messages/stats?to=2026-11-01T00:00:00Z');
  expect(JSON.parse(none.text)).toMatchObject({ total: { sent: 0, saved_micros: 0 }, by: [] });
  expect(await t.call('GET', '/v1/messages/stats?from=2030-01-01T00:00:00Z')).toMatchObject({ status: 422 });
});
