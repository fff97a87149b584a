import { afterEach, beforeEach, expect, test } from 'vitest';
import { eraseCustomer } from '../../../core/customers/erase.ts';
import { createIds, type ShopId } from '../../../core/ids.ts';
import { spendingRules } from '../../../core/program/rules.ts';
import { requestRedemption } from '../../../core/redemptions/request.ts';
import { confirmRedemption } from '../../../core/redemptions/settle.ts';
import { readRow, readRows, statement } from '../../../db/database.ts';
import { verifyLedger } from '../../../db/verify.ts';
import { createSvoi } from '../../../svoi.ts';
import { converse, type TestChat, testChat } from '../../support/chat.ts';
import { aPurchase, buy } from '../../support/purchases.ts';
import { type TestSvoi, testSvoi } from '../../support/svoi.ts';

let t: TestSvoi;
let chat: TestChat;
beforeEach(async () => {
  t = await testSvoi();
  chat = testChat(t.svoi, {
    channel: 'web',
    provenPhone: '+380671234567',
    address: 'visitor-1',
    language: 'en',
  });
  await converse(
    chat,
    `> hello
     >> English
     >> Join
     > Zenoviia
     > 25.12.1990
     >> Yes, please`,
  );
  await buy(t.svoi, aPurchase({ at: t.clock.now() }));
  const sql =
    "insert into chat_messages (channel, chat, direction, body, at) values ('web', 'visitor-1', 'in', ?, 1)";
  await t.svoi.database.write([statement(sql, 'I am Zenoviia, 380671234567')]);
});
afterEach(() => t.close());

/** Every value of every table that mentions the person in any way. */
async function traces(): Promise<string[]> {
  const { database } = t.svoi;
  const tables = await readRows(database, "select name from sqlite_master where type = 'table'");
  const found: string[] = [];
  for (const { name } of tables) {
    for (const row of await readRows(database, `select * from "${name}"`)) {
      const text = JSON.stringify(row);
      if (/zenoviia|380671234567|067 ?123|1990-12-25/i.test(text)) found.push(`${name}: ${text}`);
    }
  }
  return found;
}

test('leaving lets go of the chat and keeps the account', async () => {
  await converse(
    chat,
    `> /settings
     >> Leave this chat
     Your account and points stay
     >> Leave this chat
     this chat is no longer connected
     [Join]
     > /points
     Let’s get you in first
     >> Join
     Welcome back!
     You have 100 points.`,
  );
});

test('erasing asks twice, and can be stepped back from', async () => {
  await converse(
    chat,
    `> /settings
     >> Erase me
     Your points will be gone.
     >> Continue
     You have 100 points.
     [Yes, erase me] [Back]
     >> Back
     What would you like to change?`,
  );
  expect((await traces()).length).toBeGreaterThan(0);
});

test('erasing leaves nothing that names the person, says goodbye, and the ledger still verifies', async () => {
  await chat.press('erase');
  await chat.press('erase:next');
  const heard = await chat.press('erase:yes');
  expect(heard.map((one) => one.text)).toEqual([
    'Done. We no longer know who you are. Thank you for having been with us!',
  ]);
  expect(await traces()).toEqual([]);
  expect((await verifyLedger(t.svoi.database)).fault).toBeUndefined();
  expect(
    await readRow(
      t.svoi.database,
      'select kind, points, available from ledger_transactions order by seq desc',
    ),
  ).toEqual({
    kind: 'adjustment',
    points: -100,
    available: 0,
  });
});

test('erasing by the shop forgets the chats too, and who writes again is a stranger', async () => {
  const outcome = await t.svoi.submit(eraseCustomer({ phone: '+380671234567' }, 'shop:shp_test'));
  expect(outcome).toMatchObject({ ok: true, result: { forfeited: 100 } });
  expect(await traces()).toEqual([]);
  expect((await verifyLedger(t.svoi.database)).fault).toBeUndefined();
  expect(await t.svoi.submit(eraseCustomer({ phone: '+380671234567' }, 'shop:shp_test'))).toMatchObject({
    ok: false,
    refusal: { code: 'customer_not_found' },
  });
  await converse(chat, '> menu\nShall we open your account?');
});

test('who was erased may join again, as somebody new', async () => {
  await chat.press('erase');
  await chat.press('erase:next');
  await chat.press('erase:yes');
  await converse(chat, '>> Join\n>> Join\nYou have just got 50 points for joining.');
  expect(await readRow(t.svoi.database, 'select count(*) as count from customers')).toEqual({ count: 2 });
});

test('a receipt that comes after its customer was erased earns nothing for nobody', async () => {
  await chat.send({ kind: 'blocked' });
  const by = { shopId: 'shp_test' as ShopId, actor: 'shop:shp_test' };
  const asked = { externalId: 'held', payer: { customer: { phone: '+380671234567' } }, points: 10 };
  const rules = spendingRules(t.svoi.program());
  const held = await t.svoi.submit(
    requestRedemption({ ...by, ...asked, totalMinor: 100_000, store: null, ttlMs: 60_000 }, rules),
  );
  if (!held.ok) throw new Error(held.refusal.code);
  const { id } = held.result;
  await t.svoi.submit(confirmRedemption(id, by, rules));
  await t.svoi.submit(eraseCustomer({ phone: '+380671234567' }, 'cli'));
  const late = aPurchase({ at: t.clock.now(), externalId: 'late', customer: null, redemption: { id } });
  expect((await buy(t.svoi, late)).result.points).toEqual({ earned: 0, pending: 0, spent: 10, balance: 0 });
});

test('erasing takes a number in the ledger even of somebody with nothing, so that no purchase slips by', async () => {
  const customer = { phone: '+380670000000' };
  const nothing = aPurchase({ at: t.clock.now(), externalId: 'free', customer, paid: true });
  const lines = nothing.lines.map((line) => ({ ...line, unitPriceMinor: 0, amountMinor: 0 }));
  const { result } = await buy(t.svoi, { ...nothing, lines });
  await t.svoi.submit(eraseCustomer(customer, 'cli'));
  const sql = 'select seq, kind, points, available from ledger_transactions where customer_id = ?';
  const written = await readRows(t.svoi.database, sql, result.customer);
  expect(written).toEqual([{ seq: 1, kind: 'adjustment', points: 0, available: 0 }]);
  expect((await verifyLedger(t.svoi.database)).fault).toBeUndefined();
});

test('a step decided just before its person was erased does not bring the chat back', async () => {
  const { database } = t.svoi;
  let forget = true;
  const late = await createSvoi({
    ...{ clock: t.clock, ids: createIds(), random: Math.random },
    database: {
      ...database,
      async write(statements) {
        if (forget) {
          forget = false;
          await t.svoi.submit(eraseCustomer({ phone: '+380671234567' }, 'cli'));
        }
        return database.write(statements);
      },
    },
  });
  const said = { kind: 'text', text: '/points' } as const;
  await late.handleEvent({ id: 'late', channel: 'web', address: 'visitor-1', said });
  expect(forget).toBe(false);
  const kept = await readRows(database, 'select customer_id, revision from addresses');
  expect(kept).toEqual([{ customer_id: null, revision: 1 }]);
});
