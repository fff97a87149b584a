import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordPurchase } from '../../core/checkout/record.ts';
import type { ShopId } from '../../core/ids.ts';
import { purchaseRules } from '../../core/program/rules.ts';
import { readRows, statement } from '../../db/database.ts';
import { openDatabase } from '../../db/open.ts';
import { testChat } from '../support/chat.ts';
import { type CommandLine, commandLine } from '../support/command.ts';
import { startFakeTelegram } from '../support/fake-telegram.ts';
import { startFakeViber } from '../support/fake-viber.ts';
import { startFakeWhatsApp } from '../support/fake-whatsapp.ts';
import { listen } from '../support/listen.ts';
import { hasLibsqlServer, startLibsqlServer } from '../support/sqld.ts';
import { testSvoi } from '../support/svoi.ts';

let line: CommandLine;
beforeEach(() => {
  line = commandLine();
});
afterEach(() => line.close());

/** Lets a customer of a shop buy for 100.00, `times` times. */
async function buy(url: string, times: number): Promise<void> {
  const { svoi, close } = await testSvoi({ url });
  for (let index = 0; index < times; index += 1) {
    const sold = {
      id: null,
      sku: 'tea',
      name: null,
      category: null,
      quantity: 1,
      unitPriceMinor: 10_000,
      amountMinor: 10_000,
    };
    const input = {
      shopId: 'shp_1' as ShopId,
      externalId: `r-${index}`,
      at: svoi.clock.now(),
      store: null,
      cartId: null,
      paid: true,
    };
    const customer = { phone: `+38050123456${index % 3}` };
    await svoi.submit(recordPurchase({ ...input, customer, lines: [sold] }, purchaseRules(svoi.program())));
  }
  close();
}

/** Changes something behind the ledger's back. */
async function damage(url: string, sql: string): Promise<void> {
  const database = await openDatabase({ url });
  const triggers = await readRows(database, "select name from sqlite_master where type = 'trigger'");
  await database.write([...triggers.map(({ name }) => statement(`drop trigger ${name}`)), statement(sql)]);
  database.close();
}

describe('verify', () => {
  it('counts what it recomputed', async () => {
    await buy(line.url, 7);
    expect(await line.run('verify')).toEqual({
      exit: 0,
      errors: [],
      out: ['ok: 7 transactions of 3 customers'],
    });
  });

  it.each([
    [
      'update ledger_transactions set available = available + 1 where seq = 2',
      /^the ledger is wrong: ledger_transactions txn_\w+ of cus_\w+: available is 11, its entries give 10$/,
    ],
    [
      'update lots set remaining = 3',
      /^the ledger is wrong: lots lot_\w+ of cus_\w+: remaining is 3, its moves give 5$/,
    ],
    [
      "insert into ledger_entries values ('txn_x', 'customer:available', 5)",
      /^the ledger is wrong: ledger_entries txn_x customer:available: ledger_transactions has no txn_x$/,
    ],
    ['delete from customers', /^the ledger is wrong: ledger_transactions txn_\w+: customers has no cus_\w+$/],
  ])('after %j it ends with 1 and names the row', async (sql, reason) => {
    await buy(line.url, 7);
    await damage(line.url, sql);
    const { exit, out, errors } = await line.run('verify');
    expect({ exit, out, errors }).toEqual({ exit: 1, out: [], errors: [expect.stringMatching(reason)] });
  });

  it.skipIf(!hasLibsqlServer)('works on a libSQL server too, where backups are the server’s', async () => {
    const server = await startLibsqlServer();
    const remote = commandLine({}, server.url);
    await buy(server.url, 7);
    expect(await remote.run('verify')).toMatchObject({ exit: 0, out: ['ok: 7 transactions of 3 customers'] });
    const { errors } = await remote.run('backup', 'copy.db');
    expect(errors).toEqual(['the database is on a libSQL server: use that server’s own backups']);
    remote.close();
    await server.stop();
  });
});

describe('rebuild', () => {
  it('counts figures again, and says how many were wrong', async () => {
    await buy(line.url, 7);
    const ok = 'ok: figures of 3 customers';
    expect(await line.run('rebuild')).toEqual({ exit: 0, out: [`${ok}, all as they were`], errors: [] });
    await damage(line.url, 'update customers set paid_minor = paid_minor + 1');
    expect((await line.run('rebuild')).out).toEqual([`${ok}: 3 were wrong, and are right now`]);
    expect((await line.run('rebuild')).out).toEqual([`${ok}, all as they were`]);
  });
});

describe('backup and restore', () => {
  it('bring back what was there, and keep what was there since', async () => {
    await buy(line.url, 4);
    expect(await line.run('backup', 'copy.db')).toMatchObject({ exit: 0 });
    await buy(line.url, 9);
    const { exit, out } = await line.run('restore', 'copy.db');
    expect(exit).toBe(0);
    expect((await line.run('verify')).out).toEqual(['ok: 4 transactions of 3 customers']);
    const kept = commandLine({}, `file:${/kept as (.*)$/.exec(String(out[0]))?.[1]}`);
    expect((await kept.run('verify')).out).toEqual(['ok: 9 transactions of 3 customers']);
    kept.close();
  });

  it('restore into a place where nothing was', async () => {
    await buy(line.url, 4);
    await line.run('backup', 'copy.db');
    const empty = commandLine();
    expect(await empty.run('restore', `${line.folder}/copy.db`)).toMatchObject({ exit: 0 });
    expect((await empty.run('verify')).out).toEqual(['ok: 4 transactions of 3 customers']);
    empty.close();
  });

  it('backup writes over nothing, and needs a database', async () => {
    line.write('precious.db', 'not yours');
    await line.run('shop', 'list');
    expect((await line.run('backup', 'precious.db')).errors[0]).toMatch(
      /precious\.db is there already: name another file$/,
    );
    expect(readFileSync(`${line.folder}/precious.db`, 'utf8')).toBe('not yours');
    const none = commandLine({}, `file:${line.folder}/none.db`);
    expect((await none.run('backup', 'copy.db')).errors[0]).toMatch(/^there is no database at /);
    none.close();
  });

  it('a backup that verify finds wrong, or that is none, leaves the database as it was', async () => {
    await buy(line.url, 4);
    await line.run('backup', 'wrong.db');
    await damage(`file:${line.folder}/wrong.db`, 'update lots set remaining = 1');
    line.write('words.db', 'Dear diary');
    await openDatabase({ url: `file:${line.folder}/empty.db` }).then((database) => database.close());
    await damage(`file:${line.folder}/empty.db`, 'drop table ledger_transactions');
    for (const [file, reason] of [
      ['wrong.db', /^nothing was restored, since the ledger is wrong: lots lot_/],
      ['words.db', /words\.db is not a database, or it is damaged$/],
      ['empty.db', /empty\.db is not a backup of Svoi$/],
      ['none.db', /^there is no file .*none\.db$/],
    ] as const) {
      const { exit, errors } = await line.run('restore', file);
      expect({ exit, errors }).toEqual({ exit: 1, errors: [expect.stringMatching(reason)] });
    }
    expect((await line.run('verify')).out).toEqual(['ok: 4 transactions of 3 customers']);
    expect(readdirSync(line.folder).filter((name) => /restoring|before/.test(name))).toEqual([]);
    expect(existsSync(`${line.folder}/svoi.db`)).toBe(true);
  });
});

describe('doctor and webhooks', () => {
  it('a fresh installation is sound, and is told what would come next', async () => {
    expect(await line.run('doctor')).toEqual({
      exit: 0,
      errors: [],
      out: [
        `ok     settings  playground on ${line.url}`,
        'ok     database  the file is sound, the schema is up to date',
        'ok     shops     none may call the API yet: npm run svoi -- shop add NAME',
        'ok     people    no chats yet',
        'ok     chats     none configured; TELEGRAM_BOT_TOKEN would switch one on',
      ],
    });
  });

  it('the doctor says how many chats lead to nobody any more', async () => {
    const t = await testSvoi({ url: line.url });
    for (const [index, channel] of (['telegram', 'telegram', 'viber'] as const).entries()) {
      const chat = testChat(t.svoi, { channel, address: `${index}`, provenPhone: `+38067123456${index}` });
      await chat.start();
      await chat.contact(`38067123456${index}`);
      if (index === 1) await chat.send({ kind: 'blocked' });
    }
    t.close();
    const { out } = await line.run('doctor');
    expect(out.find((one) => one.includes('people'))).toMatch(
      /^ok {5}people {4}\d chats; out of reach until somebody writes: telegram 1 of 2$/,
    );
  });

  it('a wrong setting is the first thing said', async () => {
    const wrong = commandLine({ PORT: 'http' });
    expect(await wrong.run('doctor')).toEqual({
      exit: 1,
      errors: [],
      out: ['wrong  settings  PORT: a port number like 3000'],
    });
    wrong.close();
  });

  it('webhooks set registers the webhook, and the doctor sees whether it was', async () => {
    const telegram = await startFakeTelegram();
    const bot = commandLine({
      TELEGRAM_BOT_TOKEN: telegram.token,
      TELEGRAM_API_ROOT: telegram.apiRoot,
      TELEGRAM_WEBHOOK_SECRET: 'secret',
      PUBLIC_URL: 'https://loyalty.example.com/',
    });
    const before = await bot.run('doctor');
    expect(before.exit).toBe(1);
    expect(before.out.at(-1)).toMatch(
      /^wrong {2}telegram {2}updates of @\w+ go nowhere: run npm run svoi -- webhooks set$/,
    );
    const set = await bot.run('webhooks', 'set');
    expect(set.out.at(-1)).toBe('telegram: updates go to https://loyalty.example.com/telegram');
    expect(telegram.callsOf('setMyCommands').length).toBeGreaterThan(3);
    const after = await bot.run('doctor');
    expect(after.out.at(-1)).toMatch(
      /^ok {5}telegram {2}@\w+ answers, updates come to https:\/\/loyalty\.example\.com\/telegram$/,
    );
    bot.close();
    await telegram.close();
  });

  it('every messenger is registered and looked at, each with a line of its own', async () => {
    const [viber, whatsApp] = await Promise.all([
      startFakeViber(),
      startFakeWhatsApp({ now: () => Date.now() }),
    ]);
    // A server of ours, as far as the messengers ask whether it is there.
    const ours = await listen(async ({ url }) => {
      return new Response(new URL(url).searchParams.get('hub.challenge') ?? 'ok');
    });
    viber.deliver = async () => new Response('ok');
    const shop = commandLine({
      PUBLIC_URL: ours.url,
      VIBER_AUTH_TOKEN: viber.token,
      VIBER_SENDER_NAME: 'Svoi',
      VIBER_API_ROOT: viber.apiRoot,
      WHATSAPP_MODE: 'cloud',
      WHATSAPP_TOKEN: whatsApp.token,
      WHATSAPP_PHONE_NUMBER_ID: whatsApp.phoneNumberId,
      WHATSAPP_APP_SECRET: whatsApp.appSecret,
      WHATSAPP_VERIFY_TOKEN: whatsApp.verifyToken,
      WHATSAPP_API_ROOT: whatsApp.apiRoot,
      SMS_PROVIDER: 'smpp',
      SMS_SENDER: 'Svoi',
      SMPP_URL: 'smpp://svoi:secret@127.0.0.1:1',
    });
    const set = await shop.run('webhooks', 'set');
    expect(set.errors).toEqual([]);
    expect(viber.account.webhook).toBe(`${ours.url}/viber`);
    expect(set.out.map((one) => one.split(':')[0])).toEqual(
      expect.arrayContaining(['viber', 'whatsapp', 'sms']),
    );
    const found = await shop.run('doctor');
    const lines = found.out.map((one) => one.split(/ {2,}/).slice(0, 2));
    expect(lines.slice(-3)).toEqual([
      ['ok', 'viber'],
      ['ok', 'whatsapp'],
      ['wrong', 'sms'],
    ]);
    expect(found.exit).toBe(1);
    shop.close();
    await Promise.all([viber.close(), whatsApp.close(), ours.close()]);
  });
});
