import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createIds } from '../core/ids.ts';
import { type Database, readRows, statement } from '../db/database.ts';
import { openDatabase } from '../db/open.ts';
import { createShops } from '../db/shops.ts';
import { verifyLedger } from '../db/verify.ts';
import { purchaseBody } from './support/api.ts';
import { type FakeTelegram, startFakeTelegram } from './support/fake-telegram.ts';
import { type FakeViber, startFakeViber } from './support/fake-viber.ts';
import { type FakeWhatsApp, startFakeWhatsApp } from './support/fake-whatsapp.ts';
import { hasLibsqlServer, type LibsqlServer, startLibsqlServer } from './support/sqld.ts';
import { type RunningWorker, startWorker } from './support/worker.ts';

/** The Worker goes by the real clock, so a purchase has just been made. */
const purchase = (changes: Readonly<Record<string, unknown>> = {}) =>
  purchaseBody({ at: justNow, ...changes });
const justNow = new Date(Date.now() - 60_000).toISOString();

describe.skipIf(!hasLibsqlServer)('the Worker in workerd, over a real libSQL server', () => {
  let server: LibsqlServer;
  let database: Database;
  let fake: FakeTelegram;
  let viber: FakeViber;
  let whatsApp: FakeWhatsApp;
  let worker: RunningWorker;
  let key: string;

  beforeAll(async () => {
    server = await startLibsqlServer();
    database = await openDatabase({ url: server.url });
    const clock = { now: () => Date.now() };
    const added = await createShops({ database, clock, ids: createIds() }).add('Till', 'admin');
    if (!added.ok) throw new Error(added.refusal.detail);
    key = added.result.key;
    fake = await startFakeTelegram();
    viber = await startFakeViber();
    whatsApp = await startFakeWhatsApp({ now: () => Date.now() });
    worker = await startWorker({
      DATABASE_URL: server.url,
      TELEGRAM_BOT_TOKEN: fake.token,
      TELEGRAM_API_ROOT: fake.apiRoot,
      TELEGRAM_WEBHOOK_SECRET: 'webhook-secret',
      PUBLIC_URL: 'https://svoi.example.com',
      VIBER_AUTH_TOKEN: viber.token,
      VIBER_SENDER_NAME: 'Svoi',
      VIBER_API_ROOT: viber.apiRoot,
      WHATSAPP_MODE: 'cloud',
      WHATSAPP_TOKEN: whatsApp.token,
      WHATSAPP_PHONE_NUMBER_ID: whatsApp.phoneNumberId,
      WHATSAPP_APP_SECRET: whatsApp.appSecret,
      WHATSAPP_VERIFY_TOKEN: whatsApp.verifyToken,
      WHATSAPP_API_ROOT: whatsApp.apiRoot,
    });
    viber.account.webhook = `${worker.url}/viber`;
    whatsApp.callback = `${worker.url}/whatsapp`;
    fake.updates.webhook = { url: `${worker.url}/telegram`, secret_token: 'webhook-secret' };
  });
  afterAll(async () => {
    await worker?.stop();
    await Promise.all([fake?.close(), viber?.close(), whatsApp?.close()]);
    database?.close();
    await server?.stop();
  });

  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(worker.url + path, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as unknown };
  };

  it('a purchase posted over HTTP is recorded once, and can be read back', async () => {
    const first = await call('POST', '/v1/purchases', purchase());
    expect(first).toMatchObject({ status: 201, body: { points: { earned: 25, balance: 25 } } });
    const again = await call('POST', '/v1/purchases', purchase());
    expect(again).toMatchObject({ status: 200, body: first.body });
    expect(again.headers.get('idempotent-replay')).toBe('true');
    const changed = await call('POST', '/v1/purchases', purchase({ store: 'other' }));
    expect(changed).toMatchObject({ status: 409, body: { code: 'purchase_conflict' } });
    const ledger = await call('GET', '/v1/customers/phone:+380671234567/ledger');
    expect(ledger).toMatchObject({
      status: 200,
      body: { transactions: [{ seq: 1, kind: 'accrual', points: 25, balance: 25 }] },
    });
  });

  it('many requests at once each get their own answer', async () => {
    const bodies = Array.from({ length: 20 }, (_, index) =>
      purchase({ id: `many-${index}`, customer: { phone: `+38067123450${index % 5}` } }),
    );
    const answers = await Promise.all(bodies.map((body) => call('POST', '/v1/purchases', body)));
    expect(answers.map(({ status }) => status)).toEqual(bodies.map(() => 201));
    const batch = await call(
      'POST',
      '/v1/purchases/batch',
      bodies.map((body) => ({ ...body, id: `batch-${body.id}` })),
    );
    expect(batch.body).toMatchObject({ results: bodies.map(() => ({ status: 201 })) });
    expect((await verifyLedger(database)).fault).toBeUndefined();
  });

  it('points that are due are gone after the cron has run', async () => {
    const customer = { phone: '+380671111111' };
    await call('POST', '/v1/purchases', purchase({ id: 'old', at: '2024-01-15T12:00:00+02:00', customer }));
    await worker.scheduled();
    const { body } = await call('GET', '/v1/customers/phone:+380671111111/ledger');
    expect(body).toMatchObject({
      transactions: [
        { kind: 'expiry', points: -25, balance: 0, at: '2025-01-14T22:00:00.000Z' },
        { kind: 'accrual', points: 25, balance: 25 },
      ],
    });
  });

  it('a person who writes to the bot is answered, and told of a purchase', async () => {
    const person = fake.person(77, { language: 'en', phone: '380672222222' });
    expect(await person.start()).toBe(200);
    await person.sees('Which language');
    await person.tap('English');
    await person.sees('share your phone number');
    await person.tap('Share my number');
    await person.sees('You have just got 50 points');
    await call('POST', '/v1/purchases', purchase({ id: 'told', customer: { phone: '+380672222222' } }));
    await person.sees('+25 points');
  });

  it('somebody on Viber is welcomed in the answer, and the first tap brings the menu', async () => {
    const person = viber.person('0123456789AbCdEfGhIjKl==', { language: 'en' });
    await person.open();
    expect(person.messages).toHaveLength(1);
    await person.tap(person.keys[0]?.Text ?? '');
    await expect.poll(() => person.messages.at(-1)?.text).toContain('Which language');
    await person.tap('English');
    await expect.poll(() => person.messages.at(-1)?.text).toContain('phone');
  });

  it('somebody on WhatsApp joins by the number it proves, and is told of a purchase', async () => {
    const person = whatsApp.person({ phone: '380673333333' });
    await person.say('Hello');
    // WhatsApp does not tell the language of the app: the program's is spoken.
    await expect.poll(() => person.messages.at(-1)?.text).toContain('Якою мовою');
    await person.tap('English');
    await expect.poll(() => person.messages.at(-1)?.text).toContain('50 points');
    await person.tap('Join');
    await expect.poll(() => person.messages.map(({ text }) => text).join()).toContain('You have just got 50');
    await call('POST', '/v1/purchases', purchase({ id: 'told-2', customer: { phone: '+380673333333' } }));
    await expect.poll(() => person.messages.map(({ text }) => text).join()).toContain('+25 points');
  });

  it('what fails in a run of the cron keeps no message from going out', async () => {
    const person = fake.person(78, { language: 'en', phone: '380674444444' });
    await person.start();
    await person.sees('Which language');
    const open = `select id from messages where state in ('queued', 'sending')`;
    await expect.poll(() => readRows(database, open)).toEqual([]);
    const sent = () => fake.callsOf('sendMessage').length;
    const before = sent();
    await database.write([
      statement(
        `insert into events (id, type, customer_id, occasion, data, at, recorded_at)
         select 'evt_broken', 'test', id, 'test', 'no JSON', 0, 0 from customers limit 1`,
      ),
      statement(
        `update messages set id = id || 'b', state = 'queued', due_at = ?
         where id = (select max(id) from messages where channel = 'telegram')`,
        Date.now() + 1000,
      ),
    ]);
    const runs = async () => {
      await expect(worker.scheduled()).rejects.toThrow('exception');
      return sent();
    };
    await expect.poll(runs).toBe(before + 1);
    await database.write([statement(`update events set handled_at = 0 where id = 'evt_broken'`)]);
  });

  it.each([
    ['/telegram', 401],
    ['/viber', 401],
    ['/whatsapp', 401],
  ])('what is forged is refused at %s', async (path, status) => {
    const response = await fetch(worker.url + path, { method: 'POST', body: '{"update_id":1}' });
    expect(response.status).toBe(status);
  });
});
