import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readRow, readRows, statement } from '../../db/database.ts';
import { settleNotices } from '../../jobs.ts';
import { type TestChat, testChat } from '../support/chat.ts';
import { messageIdOf, noticesOf, sendAll, tellCustomer } from '../support/notices.ts';
import { type TestSvoi, testSvoi } from '../support/svoi.ts';

const phone = '+380671234567';
const dayMs = 86_400_000;

let t: TestSvoi;
let chat: TestChat;
beforeEach(async () => {
  const silence = { after_days: 10, offers: 2, then_every_days: 30 };
  t = await testSvoi({ program: { silence } });
  chat = testChat(t.svoi, { language: 'en' });
  await chat.contact(phone);
  for (const data of ['skip', 'skip', 'marketing:yes']) await chat.press(data);
  await sendAll(t.svoi);
});
afterEach(() => t.close());

const offer = (campaign: string, more = {}) =>
  tellCustomer(t.svoi, phone, { category: 'marketing', campaign, topic: 'offers', ...more });
const states = async () =>
  (await readRows(t.svoi.database, 'select campaign, state, reason from notices order by id')).map(
    ({ campaign, state, reason }) => [campaign, state, ...(reason === null ? [] : [reason])].join(' '),
  );

describe('who notices no offers', () => {
  const sixDays = async () => {
    t.clock.advance(6 * dayMs);
  };
  /** Two offers, six days apart each, and a third one. */
  const three = async (between: () => Promise<unknown> = async () => {}) => {
    for (const campaign of ['one', 'two']) {
      await sixDays();
      await offer(campaign);
      await sendAll(t.svoi);
    }
    await between();
    await sixDays();
    await offer('three');
    await sendAll(t.svoi);
    return (await states()).at(-1);
  };

  test('gets the next one only a month after the last', async () => {
    expect(await three()).toBe('three held silent');
    t.clock.advance(24 * dayMs - 1);
    await settleNotices(t.svoi);
    expect((await states()).at(-1)).toBe('three held silent');
    t.clock.advance(1);
    await sendAll(t.svoi);
    expect((await states()).at(-1)).toBe('three underway');
  });

  test.each<[string, () => Promise<unknown>]>([
    ['wrote something', () => chat.say('hello')],
    [
      'tapped a button of one',
      async () => {
        const [notice] = await noticesOf(t.svoi, 'two');
        if (notice) await chat.press('points', await messageIdOf(t.svoi, notice));
      },
    ],
    [
      'opened one',
      () =>
        t.svoi.database.write([
          statement('update notices set clicked_at = ?, revision = revision + 1', t.clock.now()),
        ]),
    ],
    [
      'read one',
      () =>
        t.svoi.database.write([
          statement(`update messages set read_at = ? where category = 'marketing'`, t.clock.now()),
        ]),
    ],
  ])('and %s gets them as before', async (_, notices) => {
    expect(await three(notices)).toBe('three underway');
  });
});

describe('offers that are due together', () => {
  test('the heaviest goes, the others a day later, by their weight', async () => {
    t.clock.set(Date.parse('2026-11-22T22:00:00+02:00'));
    await offer('light', { weight: 10 });
    await offer('heavy', { weight: 90 });
    await offer('middle', { weight: 50 });
    t.clock.set(Date.parse('2026-11-23T10:00:00+02:00'));
    await settleNotices(t.svoi);
    expect(await states()).toEqual(['light held outweighed', 'heavy underway', 'middle held outweighed']);
    t.clock.advance(dayMs);
    await settleNotices(t.svoi);
    expect(await states()).toEqual(['light held outweighed', 'heavy underway', 'middle underway']);
  });
});

describe('what a journey waits for', () => {
  const waiting = async (event: string) => {
    await tellCustomer(t.svoi, phone, { campaign: 'journey:a', topic: 'orders' });
    await sendAll(t.svoi);
    const [notice] = await noticesOf(t.svoi, 'journey:a');
    const data = (id: string) => JSON.stringify({ event: {}, notices: { 0: id } });
    const row = (id: string, about: string) =>
      statement(
        `insert into journey_runs (id, journey, version, customer_id, occasion, arm, state, step, data, due_at,
           waits_for, started_at, revision)
         select ?, 'a', 1, id, ?, 'a', 'waiting', 1, ?, ?, ?, 0, 1 from customers`,
        id,
        id,
        data(about),
        t.clock.now() + dayMs,
        event,
      );
    await t.svoi.database.write([row('run_mine', notice?.id ?? ''), row('run_other', 'ntc_other')]);
    return notice;
  };
  const due = () => readRows(t.svoi.database, 'select id, due_at, revision from journey_runs order by id');

  test('comes with an answer, and wakes no other run', async () => {
    const notice = await waiting('answer');
    t.clock.advance(60_000);
    await chat.press('points', notice ? await messageIdOf(t.svoi, notice) : '');
    expect(await due()).toEqual([
      { id: 'run_mine', due_at: t.clock.now(), revision: 2 },
      { id: 'run_other', due_at: t.clock.now() + dayMs - 60_000, revision: 1 },
    ]);
  });

  test('comes with the receipt that it was read', async () => {
    const notice = await waiting('read');
    const providerId = notice ? await messageIdOf(t.svoi, notice) : '';
    await t.svoi.handleReceipts([{ channel: 'telegram', providerId, status: 'read', at: t.clock.now() }]);
    expect(await due()).toMatchObject([{ due_at: t.clock.now() }, { revision: 1 }]);
  });
});

describe('a chat to which nothing is delivered', () => {
  const fail = async (campaign: string, status: 'failed' | 'delivered' = 'failed') => {
    await tellCustomer(t.svoi, phone, { campaign });
    await sendAll(t.svoi);
    const notice = (await noticesOf(t.svoi, campaign)).at(-1);
    const providerId = notice ? await messageIdOf(t.svoi, notice) : '';
    await t.svoi.handleReceipts([{ channel: 'telegram', providerId, status, at: t.clock.now() }]);
  };
  const reachable = async () =>
    (await readRow(t.svoi.database, 'select reachable from addresses'))?.reachable === 1;

  test.each<[string, () => Promise<unknown>, boolean]>([
    ['twice, a day apart', () => fail('a').then(() => t.clock.advance(dayMs)), false],
    ['twice within an evening', () => fail('a').then(() => t.clock.advance(dayMs / 8)), true],
    ['once', async () => t.clock.advance(dayMs), true],
    [
      'twice, and something arrived in between',
      async () => {
        await fail('a');
        t.clock.advance(dayMs);
        await fail('b', 'delivered');
        t.clock.advance(dayMs);
      },
      true,
    ],
  ])('%s', async (_, before, isReachable) => {
    t.clock.advance(60_000);
    await before();
    await fail('last');
    expect(await reachable()).toBe(isReachable);
  });

  test('is reachable again once the person writes', async () => {
    t.clock.advance(60_000);
    await fail('a');
    t.clock.advance(dayMs);
    await fail('b');
    await chat.say('hello');
    expect(await reachable()).toBe(true);
  });
});
