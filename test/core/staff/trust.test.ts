import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DAY_MS } from '../../../core/time.ts';
import { readRow, readRows, statement } from '../../../db/database.ts';
import { verifyLedger } from '../../../db/verify.ts';
import { settleDue } from '../../../jobs.ts';
import { createSvoi } from '../../../svoi.ts';
import { converse, type TestChat } from '../../support/chat.ts';
import { aPurchase, buy } from '../../support/purchases.ts';
import { aColleague, aMember } from '../../support/staff.ts';
import { type TestSvoi, testSvoi } from '../../support/svoi.ts';

const olenaPhone = '+380671234567';
const [ivanPhone, mariaPhone, olhaPhone] = ['+380671111111', '+380672222222', '+380673333333'];
const minuteMs = 60_000;

let t: TestSvoi;
let olena: TestChat;
beforeEach(async () => {
  t = await testSvoi();
  olena = await aMember(t.svoi, olenaPhone, 'Olena');
});
afterEach(async () => {
  expect((await verifyLedger(t.svoi.database)).fault).toBeUndefined();
  t.close();
});

const aCashier = (stores: readonly string[] = ['Lviv']) =>
  aColleague(t.svoi, ivanPhone, 'Ivan', 'cashier', { stores });
const aManager = () => aColleague(t.svoi, mariaPhone, 'Maria', 'manager');
const anOwner = () => aColleague(t.svoi, olhaPhone, 'Olha', 'owner');

async function balance(phone: string): Promise<number> {
  const sql = `select available from ledger_transactions
    where customer_id = (select id from customers where phone = ?) order by seq desc limit 1`;
  return Number((await readRow(t.svoi.database, sql, phone))?.available ?? 0);
}

const trail = async () =>
  (await readRows(t.svoi.database, 'select action from audit_entries order by id')).map((row) => row.action);

const last = async (chat: TestChat) => (await chat.hear()).map(({ text }) => text).at(-1);

describe('nobody pays himself', () => {
  test('by the own phone, card, code, receipt or coupon, whatever the role', async () => {
    const owner = await anOwner();
    await owner.say('/coupon');
    for (const answer of ['4', 'Mug', 'Mug', '-', '-', '-']) await owner.say(answer);
    await owner.press('do:!yes');
    await buy(
      t.svoi,
      aPurchase({
        at: t.clock.now(),
        shopId: 'shp_staff' as never,
        customer: { phone: olhaPhone },
        externalId: 'OWN1',
      }),
    );
    const [row] = await readRows(t.svoi.database, 'select card from customers where phone = ?', olhaPhone);
    const code = (await owner.say('/pay')).at(-1)?.text.match(/\d{3} \d{3}/)?.[0];
    const before = await balance(olhaPhone);
    for (const line of [
      `/find ${olhaPhone}`,
      `/buy ${olhaPhone} 1000`,
      `/buy ${row?.card} 1000`,
      `/adjust ${olhaPhone} 10 just so`,
      `/adjust ${row?.card} 1000 just so`,
      `/redeem ${code} 10 100`,
      '/refund OWN1',
      `/issue Mug ${olhaPhone}`,
    ]) {
      expect((await owner.say(line)).at(-1)?.text, line).toContain('Nobody can serve themselves');
    }
    expect(await balance(olhaPhone)).toBe(before);
    expect(await readRows(t.svoi.database, 'select 1 from coupon_codes')).toEqual([]);
  });

  test('by no sequence of what the staff can say and tap', async () => {
    await anOwner();
    const acts = fc.constantFrom(
      ...[
        'find',
        'buy',
        'redeem',
        'refund',
        'issue',
        'coupon',
        'adjust',
        'approve',
        'invite',
        'staff',
        'audit',
      ],
    );
    const words = fc.constantFrom(
      ivanPhone,
      '067 111 11 11',
      olenaPhone,
      '100',
      '-100',
      '5',
      'gift',
      '*',
      '-',
      'Lviv',
      '1',
      '2',
    );
    const line = fc.oneof(
      fc.tuple(acts, fc.array(words, { maxLength: 4 })).map(([act, rest]) => `/${[act, ...rest].join(' ')}`),
      words,
    );
    const step = fc.oneof(
      { weight: 3, arbitrary: line.map((text) => ({ kind: 'text' as const, text })) },
      {
        weight: 1,
        arbitrary: fc
          .constantFrom('do:!yes', 'do:!only', 'do:=all', 'do:buy', 'do:adjust', 'staff', 'menu')
          .map((data) => ({ kind: 'press' as const, data, messageId: 'm1' })),
      },
    );
    const ivan = await aColleague(t.svoi, ivanPhone, 'Ivan', 'manager');
    const start = await balance(ivanPhone);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 15 }), async (steps) => {
        for (const said of steps) {
          const heard = await ivan.send(said);
          expect(heard.at(-1)?.reply.buttons?.flat().length).toBeGreaterThan(0);
        }
        expect(await balance(ivanPhone)).toBe(start);
      }),
      { numRuns: 12, seed: 20261122 },
    );
  }, 60_000);
});

describe('a second person', () => {
  test('is asked above the limit: one tap carries it out, and whoever asked is told', async () => {
    const manager = await aManager();
    const owner = await anOwner();
    await converse(
      manager,
      `> /adjust ${olenaPhone} +501 a sorry for the delay
       More than 500 points at once needs a second person.
       The request is sent`,
    );
    expect(await balance(olenaPhone)).toBe(50);
    expect(await last(owner)).toBe('Maria asks: Olena, +501 points, a sorry for the delay');
    await converse(owner, '>> Approve\nApproved and done.');
    expect(await balance(olenaPhone)).toBe(551);
    expect(await last(manager)).toContain('Olha approved it, and it is done.');
    expect(await last(olena)).toContain('+501 points: a sorry for the delay.');
    const [entry] = await readRows(
      t.svoi.database,
      `select a.details ->> 'approved_by' as by, a.actor from audit_entries a where action = 'points.adjust'`,
    );
    const [maria, olha] = await readRows(t.svoi.database, 'select id from staff order by created_at, id');
    expect(entry).toEqual({ by: `staff:${olha?.id}`, actor: `staff:${maria?.id}` });
    await converse(owner, '>> Refuse\nThis request is decided already');
  });

  test('says no, and nothing happens', async () => {
    const manager = await aManager();
    const owner = await anOwner();
    await manager.say(`/adjust ${olenaPhone} 600 please`);
    await converse(owner, '> /approve\nWaiting for your decision:\n[Maria asks: Olena, +600 points, please]');
    await owner.tap('Maria asks: Olena, +600 points, please');
    await converse(owner, '>> Refuse\nRefused.');
    expect(await balance(olenaPhone)).toBe(50);
    expect(await last(manager)).toContain('Olha refused it.');
    expect(await trail()).toContain('approval.refuse');
  });

  test('is neither the one who asked, nor the customer, nor a cashier, nor a manager for another', async () => {
    const manager = await aManager();
    const other = await aColleague(t.svoi, '+380674444444', 'Petro', 'manager');
    const cashier = await aCashier();
    const target = await aColleague(t.svoi, '+380675555555', 'Oksana', 'owner');
    const owner = await anOwner();
    await manager.say('/adjust +380675555555 600 please');
    const id = String((await readRow(t.svoi.database, 'select id from approvals'))?.id);
    for (const chat of [manager, other, cashier, target]) {
      for (const data of [`approve:${id}`, `refuse:${id}`, `request:${id}`]) await chat.press(data);
      expect(JSON.stringify(await chat.say('/approve'))).not.toContain('please');
    }
    expect(await readRow(t.svoi.database, 'select status from approvals')).toEqual({ status: 'waiting' });
    expect(await balance('+380675555555')).toBe(50);
    await owner.hear();
    await converse(owner, '>> Approve\nApproved and done.');
  });

  test('carries a request out once, even when two agree at the same moment in two processes', async () => {
    const manager = await aManager();
    const owner = await anOwner();
    const second = await aColleague(t.svoi, '+380675555555', 'Oksana', 'owner');
    const { database, clock, ids } = t.svoi;
    const twin = await createSvoi({ database, clock, ids, random: Math.random });
    for (let round = 1; round <= 5; round += 1) {
      await manager.say(`/adjust ${olenaPhone} 600 round ${round}`);
      const row = await readRow(database, `select id from approvals where status = 'waiting'`);
      const said = { kind: 'press', data: `approve:${row?.id}`, messageId: 'm1' } as const;
      const event = { channel: 'telegram', address: '+380675555555', said } as const;
      await Promise.all([owner.send(said), twin.handleEvent({ ...event, id: `twin-${round}` })]);
      expect(await balance(olenaPhone)).toBe(50 + 600 * round);
    }
    await second.hear();
  });

  test('who does not answer in three days ends the request', async () => {
    const manager = await aManager();
    const owner = await anOwner();
    await manager.say(`/adjust ${olenaPhone} 600 please`);
    t.clock.advance(3 * DAY_MS);
    await owner.hear();
    await converse(owner, '>> Approve\nThis request is decided already, or its time is over.');
    await settleDue(t.svoi);
    expect(await last(manager)).toContain('Nobody answered within three days');
    expect(await readRow(t.svoi.database, 'select status from approvals')).toEqual({ status: 'expired' });
    expect(await balance(olenaPhone)).toBe(50);
  });

  test('is asked for a coupon worth more than the limit: a cashier’s managers decide', async () => {
    const manager = await aManager();
    for (const answer of ['/coupon', '2', '501', 'Big', '-', '-', '-']) await manager.say(answer);
    await manager.press('do:!yes');
    const ivan = await aCashier();
    await converse(ivan, `> /issue Big ${olenaPhone}\nMore than 500 points at once needs a second person.`);
    expect(await readRows(t.svoi.database, 'select 1 from coupon_codes')).toEqual([]);
    expect(await last(manager)).toBe('Ivan asks: Olena, coupon “Big”');
    await converse(manager, '>> Approve\nApproved and done.');
    expect(await last(olena)).toContain('There is a coupon for you: Big.');
  });

  test('is asked after many gifts in a day; alone on the team nobody can agree', async () => {
    t.close();
    t = await testSvoi({ program: { staff_actions_per_day: 2 } });
    olena = await aMember(t.svoi, olenaPhone, 'Olena');
    const owner = await anOwner();
    await converse(
      owner,
      `> /adjust ${olenaPhone} 5 one more
       Now 55 points.
       > /adjust ${olenaPhone} 5 one more
       Now 60 points.
       > /adjust ${olenaPhone} 5 one more
       needs a second person, and there is nobody on the team yet`,
    );
    const manager = await aManager();
    await converse(owner, `> /adjust ${olenaPhone} 5 one more\nThere have been many of these in a day`);
    await manager.hear();
    await converse(manager, '>> Approve\nApproved and done.');
    t.clock.advance(DAY_MS);
    await converse(owner, `> /adjust ${olenaPhone} 5 one more\nNow 70 points.`);
  });
});

describe('an owner is shown', () => {
  test('the same customer served by hand three times in a day by one person, once', async () => {
    const owner = await anOwner();
    const ivan = await aCashier();
    for (let index = 0; index < 2; index += 1) await ivan.say(`/buy ${olenaPhone} 100`);
    await ivan.say(`/buy ${olenaPhone} 100`);
    await ivan.tap('Undo');
    await settleDue(t.svoi);
    expect(await owner.hear()).toEqual([]);
    await ivan.say(`/buy ${olenaPhone} 100`);
    await settleDue(t.svoi);
    expect(await last(owner)).toBe(
      'Please note: Ivan served the same customer (Olena) by hand 3 times in a day.',
    );
    await ivan.say(`/buy ${olenaPhone} 100`);
    await settleDue(t.svoi);
    expect(await owner.hear()).toEqual([]);
    t.clock.advance(DAY_MS + 1);
    for (let index = 0; index < 3; index += 1) await ivan.say(`/buy ${olenaPhone} 100`);
    await settleDue(t.svoi);
    expect(await owner.hear()).toHaveLength(1);
  });

  test.each([
    [29, 'Odesa', true],
    [31, 'Odesa', false],
    [29, 'Lviv', false],
  ])('points given by hand and spent %d minutes later in %s: %s', async (minutes, store, flagged) => {
    const owner = await anOwner();
    const ivan = await aCashier();
    const petro = await aColleague(t.svoi, '+380674444444', 'Petro', 'cashier', { stores: [store] });
    await ivan.say(`/buy ${olenaPhone} 1000`);
    t.clock.advance(minutes * minuteMs);
    const code = (await olena.say('/pay')).at(-1)?.text.match(/\d{3} \d{3}/)?.[0];
    await petro.say(`/redeem ${code} 50 100`);
    await petro.press('do:!only');
    await settleDue(t.svoi);
    const said = (await owner.hear()).map(({ text }) => text);
    const note =
      'Please note: Ivan gave Olena points by hand, and they were spent at another store within half an hour.';
    expect(said).toEqual(flagged ? [note] : []);
  });

  test('many refunds of one person in a day, and a sale by hand that earns more than the limit', async () => {
    const owner = await anOwner();
    const ivan = await aCashier();
    await ivan.say(`/buy ${olenaPhone} 20000`);
    const number = String((await readRow(t.svoi.database, 'select external_id from purchases'))?.external_id);
    for (let index = 0; index < 5; index += 1) {
      await ivan.say(`/refund ${number} 10`);
      await ivan.press('do:!yes');
    }
    await settleDue(t.svoi);
    expect((await owner.hear()).map(({ text }) => text).sort()).toEqual([
      'Please note: Ivan recorded a large purchase by hand (Olena), 1,000 points.',
      'Please note: Ivan, 5 refunds in a day.',
    ]);
    await converse(owner, '> /audit\nflag: a large sale by hand');
  });
});

describe('the audit trail', () => {
  test('holds every act of the staff, and neither a phone nor a name', async () => {
    const owner = await anOwner();
    await owner.say(`/find ${olenaPhone}`);
    await owner.say(`/buy ${olenaPhone} 100`);
    await owner.tap('Undo');
    await owner.say(`/adjust ${olenaPhone} 5 for Olena`);
    expect(await trail()).toEqual([
      ...[
        'staff.invite',
        'staff.join',
        'customer.view',
        'purchase.record',
        'purchase.refund',
        'action.undone',
      ],
      'points.adjust',
    ]);
    const dump = JSON.stringify(await readRows(t.svoi.database, 'select * from audit_entries'));
    for (const told of ['Olena', 'Olha', '671234567', '673333333']) expect(dump).not.toContain(told);
    await converse(owner, `> /audit ${olenaPhone}\n+5 points · Olena\nundone · Olena\nlooked up · Olena`);
  });

  test('turns ten lines a page', async () => {
    const owner = await anOwner();
    for (let index = 1; index <= 12; index += 1) await owner.say(`/buy ${olenaPhone} ${index * 100}`);
    const first = (await owner.say('/audit')).at(-1);
    expect(first?.text.match(/ · Olha · /g)).toHaveLength(10);
    expect((await owner.tap('Older')).at(-1)?.text.match(/ · /g)).toHaveLength(3 + 3 + 2 + 2);
    const own = (await owner.say(`/audit ${olenaPhone}`)).at(-1);
    expect(own?.text).toContain('+60 points · Olena');
    expect((await owner.tap('Older')).at(-1)?.text).toContain('+5 points · Olena');
  });

  test.each([
    ['a changed entry', `update audit_entries set action = 'points.nothing' where seq = 1`],
    ['a missing entry', `delete from audit_entries where seq = 1`],
  ])('is verified: %s is named', async (_, sql) => {
    const owner = await anOwner();
    await owner.say(`/buy ${olenaPhone} 100`);
    const broken = await testSvoi();
    const rows = await readRows(t.svoi.database, 'select * from audit_entries order by chain, seq');
    const columns = Object.keys(rows[0] ?? {});
    const values = rows.map((row) => columns.map((column) => row[column]));
    const insert = `insert into audit_entries (${columns.join(', ')})
      select ${columns.map((__, index) => `value ->> ${index}`).join(', ')} from json_each(?)`;
    await broken.svoi.database.write([
      statement(insert, JSON.stringify(values)),
      statement('drop trigger audit_entries_no_update'),
      statement('drop trigger audit_entries_no_delete'),
    ]);
    expect((await verifyLedger(broken.svoi.database)).fault).toBeUndefined();
    await broken.svoi.database.write([statement(sql)]);
    const { fault } = await verifyLedger(broken.svoi.database);
    expect(fault?.row).toMatch(/^audit_entries aud_/);
    broken.close();
    await expect(t.svoi.database.write([statement(sql)])).rejects.toThrow('append-only: audit_entries');
  });
});

test('a number answers a request on a channel without buttons', async () => {
  const manager = await aManager();
  const owner = await aColleague(t.svoi, olhaPhone, 'Olha', 'owner', { channel: 'whatsapp' });
  await manager.say(`/adjust ${olenaPhone} 600 please`);
  expect((await owner.hear()).at(-1)?.buttons).toEqual(['Approve | Refuse']);
  await converse(owner, '> 1\nApproved and done.');
  expect(await balance(olenaPhone)).toBe(650);
});

test('who is not on the staff any more decides and does nothing', async () => {
  const manager = await aManager();
  const owner = await anOwner();
  await manager.say(`/adjust ${olenaPhone} 600 please`);
  await owner.say('/staff');
  await owner.tap('Remove Maria');
  await owner.tap('Yes, do it');
  await converse(owner, '>> Approve\nThis request is decided already');
  expect(await balance(olenaPhone)).toBe(50);
});
