import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { recordRefund } from '../../../core/checkout/refund.ts';
import { upsertCustomer } from '../../../core/customers/upsert.ts';
import type { PurchaseId, ShopId } from '../../../core/ids.ts';
import { purchaseRules } from '../../../core/program/rules.ts';
import { recordPayment } from '../../../core/purchases/payment.ts';
import { requestRedemption } from '../../../core/redemptions/request.ts';
import { DAY_MS } from '../../../core/time.ts';
import { readRows } from '../../../db/database.ts';
import { verifyLedger } from '../../../db/verify.ts';
import { settleDue } from '../../../jobs.ts';
import { converse, type TestChat } from '../../support/chat.ts';
import { aPurchase, buy } from '../../support/purchases.ts';
import { aColleague, aMember } from '../../support/staff.ts';
import { type TestSvoi, testSvoi } from '../../support/svoi.ts';

const phone = '+380671234567';
const other = '+380671234568';
const shopId = 'shp_test' as ShopId;

let t: TestSvoi;
beforeEach(async () => {
  t = await testSvoi();
});
afterEach(async () => {
  expect((await verifyLedger(t.svoi.database)).fault).toBeUndefined();
  t.close();
});

const rows = (sql: string, ...args: string[]) => readRows(t.svoi.database, sql, ...args);

/** What can be spent by a number, after all that is due is done. */
async function pointsOf(number: string): Promise<number> {
  await settleDue(t.svoi);
  const [row] = await rows(
    `select available from ledger_transactions where customer_id =
       (select coalesce(merged_into, id) from customers where phone = ?) order by seq desc limit 1`,
    number,
  );
  return Number(row?.available ?? 0);
}

const purchase = (externalId: string, number: string, paid = true) =>
  buy(t.svoi, aPurchase({ externalId, customer: { phone: number }, at: t.clock.now(), paid }));

const goBack = (purchaseId: PurchaseId, externalId = 'back-1') =>
  t.svoi.submit(
    recordRefund({ shopId, externalId, purchaseId, at: t.clock.now() }, purchaseRules(t.svoi.program())),
  );

/** Two accounts of one person: Olena with 50 + 50 points in Telegram, and 50 + 50 by her old number in WhatsApp. */
async function two(): Promise<{ olena: TestChat; old: TestChat; manager: TestChat }> {
  const olena = await aMember(t.svoi, phone, 'Olena');
  t.clock.advance(1000);
  const old = await aMember(t.svoi, other, 'Olena K', { channel: 'whatsapp' });
  await purchase('r-1', phone);
  await purchase('r-2', other);
  const manager = await aColleague(t.svoi, '+380671234500', 'Maria', 'manager');
  return { olena, old, manager };
}

async function join(manager: TestChat): Promise<void> {
  await manager.say(`/merge ${phone} ${other}`);
  await manager.tap('Yes, join them');
}

describe('two accounts of one person', () => {
  test('are joined by a manager after a preview: points, chats and both numbers lead to one', async () => {
    const { old, manager } = await two();
    await converse(
      manager,
      `> /merge ${phone} ${other}
       Olena K (…4568) goes over to Olena (…4567): 100 points, chats and coupons.
       [Yes, join them]
       >> Yes, join them
       Done. Olena (…4567): 200 points.`,
    );
    expect([await pointsOf(phone), await pointsOf(other)]).toEqual([200, 200]);
    await converse(old, '> menu\nYou have 200 points');
    await converse(old, '> /history\n+100 points · transfer');
    await purchase('r-3', other);
    expect(await pointsOf(phone)).toBe(250);
    expect(await rows("select actor, details from audit_entries where action = 'customer.merge'")).toEqual([
      { actor: expect.stringMatching(/^staff:/), details: '{"points":100}' },
    ]);
  });

  test('keep when their points were earned and when they burn', async () => {
    const { manager } = await two();
    const before = await rows(
      'select remaining, earned_at, expires_at from lots where remaining > 0 order by id',
    );
    await join(manager);
    const after = await rows(
      `select remaining, earned_at, expires_at from lots where remaining > 0
       and customer_id <> (select customer_id from staff) order by earned_at, id`,
    );
    const dates = (all: typeof before) => all.map((lot) => `${lot.earned_at} ${lot.expires_at}`).sort();
    const mine = before.filter((lot) => dates(after).includes(`${lot.earned_at} ${lot.expires_at}`));
    expect(dates(after)).toEqual(dates(mine).slice(0, dates(after).length));
    expect(after.reduce((sum, lot) => sum + Number(lot.remaining), 0)).toBe(200);
  });

  test('are joined by the owner, who proves the other number', async () => {
    const { olena } = await two();
    await converse(
      olena,
      `>> contact ${other}
       There is another account under +380671234568, with 100 points.
       [Yes, make them one]
       >> Yes, make them one
       Done. It is one account now, with 200 points.`,
    );
    expect(await pointsOf(other)).toBe(200);
    await converse(olena, `>> contact ${other}\nalready connected`);
  });

  test('stay apart when the owner says so, or asks with an old button', async () => {
    const { olena } = await two();
    await converse(olena, `>> contact ${other}\nMake them one?\n>> No, keep them apart\nYou have 100 points`);
    await converse(olena, '>> Yes, make them one\nThat button is from an earlier conversation');
    expect(await pointsOf(other)).toBe(100);
  });

  test('are not joined while a till holds points of the one that goes over', async () => {
    const { manager, old } = await two();
    const input = {
      ...{ shopId, externalId: 'pay-1', payer: { customer: { phone: other } }, points: 10 },
      ...{ totalMinor: 100_000, store: null, ttlMs: 3_600_000 },
    };
    await old.send({ kind: 'blocked' });
    const held = await t.svoi.submit(requestRedemption(input, purchaseRules(t.svoi.program())));
    expect(held.ok && held.result.status).toBe('held');
    await converse(manager, `> /merge ${phone} ${other}\nA till holds points of the account`);
  });

  test('are joined by an owner only where many points go over, and never by their own hand', async () => {
    await two();
    t.close();
    t = await testSvoi({ program: { staff_points_limit: 99 } });
    const { manager } = await two();
    await converse(manager, `> /merge ${phone} ${other}\nMore than 99 points is joined by an owner only.`);
    await converse(manager, `> /merge ${phone} +380671234500\nNobody can serve themselves`);
    await converse(manager, `> /merge ${phone} ${phone}\nThis is one account already.`);
  });

  test('respect a no that was said to either of them, and carry no yes over', async () => {
    const { olena, old, manager } = await two();
    await olena.press('messages:marketing-on');
    await old.press('messages:marketing-off');
    await old.press('messages:service-on');
    await join(manager);
    await olena.hear();
    const settings = (await olena.press('messages')).at(-1);
    expect(settings?.text).toContain('About offers and gifts: off.');
    expect(await rows("select category, granted from consents where source like 'merge:%'")).toEqual([
      { category: 'marketing', granted: 0 },
    ]);
  });

  test('are one to shops, too, by either number', async () => {
    const { manager } = await two();
    await join(manager);
    const input = { shopId, phone: other, name: 'Olena Koval', preferredChannel: 'whatsapp' } as const;
    const texts = () => ({ text: '', version: 1 });
    const changed = await t.svoi.submit(upsertCustomer(input, texts, 'uk'));
    expect(changed.ok && changed.result.created).toBe(false);
    expect(await rows('select name, preferred_channel from customers where phone = ?', phone)).toEqual([
      { name: 'Olena Koval', preferred_channel: 'whatsapp' },
    ]);
  });

  test('are erased together', async () => {
    const { olena, manager } = await two();
    await join(manager);
    for (const data of ['erase', 'erase:next', 'erase:yes']) await olena.press(data);
    expect(await rows('select id from customers where phone in (?, ?)', phone, other)).toEqual([]);
    expect(await rows("select id from customers where name like 'Olena%'")).toEqual([]);
  });
});

describe('what happened before a merge', () => {
  test('goes back as it came: points earned by goods are taken from where they are now', async () => {
    const { manager } = await two();
    const { result } = await purchase('r-3', other);
    await join(manager);
    const back = await goBack(result.id);
    expect(back.ok && back.result.points).toEqual({ takenBack: 50, returned: 0, notTaken: 0, balance: 200 });
    expect([await pointsOf(phone), await pointsOf(other)]).toEqual([200, 200]);
  });

  test('takes no more than is there', async () => {
    t.close();
    t = await testSvoi({ program: { welcome_points: 0, earn_percent: 5 } });
    const { manager } = await two();
    const { result } = await purchase('r-3', other);
    await join(manager);
    await manager.say(`/adjust ${phone} -130 spent`);
    t.clock.advance(1000);
    const back = await goBack(result.id);
    expect(back.ok && back.result.points).toMatchObject({ takenBack: 20, notTaken: 30, balance: 0 });
    expect(await pointsOf(phone)).toBe(0);
  });

  test('counts when it is paid: points that waited follow', async () => {
    const { manager } = await two();
    const { result } = await purchase('r-3', other, false);
    await join(manager);
    expect(await pointsOf(phone)).toBe(200);
    await t.svoi.submit(recordPayment(result.id, 'shop:shp_test', purchaseRules(t.svoi.program())));
    expect(await pointsOf(phone)).toBe(250);
  });
});

describe('a merge taken back', () => {
  test('within 30 days gives back what is still there, the chats and the number', async () => {
    const { old, manager } = await two();
    await join(manager);
    await manager.say(`/adjust ${phone} -150 spent`);
    t.clock.advance(29 * DAY_MS);
    await converse(
      manager,
      `> /merge undo ${other}
       Tell them apart?
       >> Yes, tell them apart
       Told apart: 50 points went back.`,
    );
    expect([await pointsOf(phone), await pointsOf(other)]).toEqual([0, 50]);
    await converse(old, '> menu\nYou have 50 points');
    await converse(manager, `> /merge undo ${other}\nNothing is joined to this account.`);
  });

  test('is too late after 30 days', async () => {
    const { manager } = await two();
    await join(manager);
    t.clock.advance(30 * DAY_MS);
    await converse(manager, `> /merge undo ${phone}\nThey can be told apart within 30 days only.`);
  });

  test('can be made again', async () => {
    const { manager } = await two();
    await join(manager);
    await manager.say(`/merge undo ${phone}`);
    await manager.tap('Yes, tell them apart');
    expect([await pointsOf(phone), await pointsOf(other)]).toEqual([100, 100]);
    await join(manager);
    expect(await pointsOf(other)).toBe(200);
  });
});
