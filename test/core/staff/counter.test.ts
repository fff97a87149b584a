import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { roles, type StaffAct, staffActs } from '../../../core/staff/rights.ts';
import { DAY_MS } from '../../../core/time.ts';
import { readRow, readRows } from '../../../db/database.ts';
import { verifyLedger } from '../../../db/verify.ts';
import { converse, type TestChat, testChat } from '../../support/chat.ts';
import { aPurchase, buy } from '../../support/purchases.ts';
import { aColleague, aMember, invited } from '../../support/staff.ts';
import { type TestSvoi, testSvoi } from '../../support/svoi.ts';

const olenaPhone = '+380671234567';
const [ivanPhone, mariaPhone, olhaPhone] = ['+380671111111', '+380672222222', '+380673333333'];

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

const balance = async () =>
  (
    await readRow(
      t.svoi.database,
      `select available from ledger_transactions where customer_id = (select id from customers where phone = ?)
       order by seq desc limit 1`,
      olenaPhone,
    )
  )?.available;

/** The six digits a customer shows. */
const codeOf = async (chat: TestChat) =>
  (await chat.say('/pay')).at(-1)?.text.match(/\d{3} \d{3}/)?.[0] ?? 'no code';

describe('an invitation', () => {
  test('makes its opener one of the staff, once, by a deep link or by words', async () => {
    const token = await invited(t.svoi, ivanPhone, 'cashier');
    const ivan = await aMember(t.svoi, ivanPhone, 'Ivan');
    const said = await ivan.start(`s_${token}`);
    expect(said.at(-1)?.text).toContain('Welcome to the team! Your role: cashier.');
    expect(said.at(-1)?.buttons).toContain('For staff');
    await converse(ivan, `> /staff ${token}\nThis is for the manager.`);
    expect(await readRows(t.svoi.database, 'select name, invite_hash from staff')).toEqual([
      { name: 'Ivan', invite_hash: null },
    ]);
  });

  test('of a stranger waits until the phone is proved', async () => {
    const token = await invited(t.svoi, ivanPhone, 'cashier');
    const stranger = testChat(t.svoi, { address: 'new', language: 'en' });
    await converse(
      stranger,
      `> /staff ${token.toLowerCase()}
       You are invited to the team. Please confirm your number first.
       >> contact ${ivanPhone}
       Welcome to the team! Your role: cashier.
       What shall we call you?
       > Ivan
       > menu
       [For staff]`,
    );
    expect(await readRow(t.svoi.database, 'select name from staff')).toEqual({ name: 'Ivan' });
  });

  test('is nobody else’s: the wrong person is told kindly, and the link stays good', async () => {
    const token = await invited(t.svoi, ivanPhone, 'cashier');
    await converse(olena, `> /staff ${token}\nThis invitation is for another number.\n[My points]`);
    const ivan = await aMember(t.svoi, ivanPhone, 'Ivan');
    await converse(ivan, `> /staff ${token}\nWelcome to the team!`);
    await converse(olena, `> /staff ${token}\nThis invitation is no longer good.`);
  });

  test('is over after 48 hours, and a new one stops the old', async () => {
    const ivan = await aMember(t.svoi, ivanPhone, 'Ivan');
    const first = await invited(t.svoi, ivanPhone, 'cashier');
    const second = await invited(t.svoi, ivanPhone, 'manager');
    await converse(ivan, `> /staff ${first}\nThis invitation is no longer good.`);
    t.clock.advance(2 * DAY_MS);
    await converse(ivan, `> /staff ${second}\nThis invitation is no longer good.`);
  });

  test('keeps only the hash of its token', async () => {
    const token = await invited(t.svoi, ivanPhone, 'cashier');
    const dump = JSON.stringify(await readRows(t.svoi.database, 'select * from staff'));
    expect(dump).not.toContain(token);
    expect(dump).toContain(ivanPhone);
  });

  test('is made in chat by owners for all, by managers for cashiers of their own stores', async () => {
    const manager = await aColleague(t.svoi, mariaPhone, 'Maria', 'manager', { stores: ['Odesa'] });
    await converse(
      manager,
      `> /invite 067 111 11 11 owner
       Please choose from the list.
       [cashier]
       > cashier
       An invitation for ${ivanPhone} as cashier.
       /staff`,
    );
    expect(
      await readRow(t.svoi.database, 'select role, stores from staff where phone = ?', ivanPhone),
    ).toEqual({ role: 'cashier', stores: '["Odesa"]' });
    await anOwner();
    await converse(manager, `> /invite ${olhaPhone} cashier\nOnly an owner can change this person.`);
    await converse(manager, `> /invite ${mariaPhone} cashier\nNobody can serve themselves`);
  });
});

describe('the team', () => {
  test('is listed, and those below can be removed: from then on they are customers', async () => {
    const ivan = await aCashier();
    const owner = await anOwner();
    await converse(
      owner,
      `> /staff
       Olha, owner
       Ivan, cashier
       [Remove Ivan]
       >> Remove Ivan
       Remove Ivan from the team?
       >> Yes, do it
       Done, Ivan is no longer on the team.`,
    );
    await converse(ivan, `> /find ${olenaPhone}\nSorry, we did not get that.\n[My points] [History]`);
    const menu = (await ivan.say('menu')).at(-1);
    expect(menu?.buttons.join()).not.toContain('For staff');
  });

  test('loses whoever has the own data erased', async () => {
    const ivan = await aCashier();
    await ivan.press('erase');
    await ivan.press('erase:next');
    await ivan.press('erase:yes');
    const row = await readRow(t.svoi.database, 'select phone, name, customer_id, removed_at from staff');
    expect(row).toEqual({ phone: '', name: null, customer_id: null, removed_at: t.clock.now() });
  });
});

describe('rights', () => {
  const least: Readonly<Record<StaffAct, (typeof roles)[number]>> = {
    ...{ find: 'cashier', buy: 'cashier', redeem: 'cashier', refund: 'cashier', issue: 'cashier' },
    ...{ coupon: 'manager', adjust: 'manager', stats: 'manager', approve: 'manager' },
    ...{ invite: 'manager', staff: 'manager', audit: 'owner', talks: 'cashier' },
    merge: 'manager',
    who: 'manager',
    segment: 'manager',
    segments: 'manager',
    rfm: 'manager',
    report: 'manager',
    campaign: 'manager',
    results: 'manager',
    page: 'manager',
    journeys: 'manager',
  };

  test('of each role are what the menu shows, and a command above them names who can help', async () => {
    for (const [role, phone] of [
      ['cashier', ivanPhone],
      ['manager', mariaPhone],
      ['owner', olhaPhone],
    ] as const) {
      const chat = await aColleague(t.svoi, phone, role, role);
      const shown = (await chat.press('staff')).at(-1)?.reply.buttons?.flat() ?? [];
      const acts = shown.flatMap((button) =>
        button.kind === 'press' && button.data.startsWith('do:') ? [button.data.slice(3)] : [],
      );
      const may = staffActs.filter((act) => roles.indexOf(role) >= roles.indexOf(least[act]));
      expect(acts.sort()).toEqual([...may].sort());
      for (const act of staffActs) {
        const refused = (await chat.say(`/${act}`)).at(-1)?.text.includes('Please ask a colleague.');
        expect([role, act, refused]).toEqual([role, act, !may.includes(act)]);
      }
    }
  });

  test('a command of the staff is an unknown one to everybody else', async () => {
    for (const act of staffActs) {
      const [known, unknown] = [await olena.say(`/${act} x`), await olena.say('/nonsense x')];
      if (act !== 'staff') expect(known.at(-1)?.text).toBe(unknown.at(-1)?.text);
    }
    const [pressed, never] = [await olena.press('do:find'), await olena.press('nonsense')];
    expect(pressed.at(-1)?.text).toBe(never.at(-1)?.text);
    for (const data of ['staff', 'undo:aud_x', 'approve:apr_x', 'trail:aud_x', 'fire:stf_x', 'do:!yes']) {
      expect((await olena.press(data)).at(-1)?.text, data).toContain('That button is from an earlier');
    }
  });
});

describe('/find', () => {
  test('shows a customer at a glance, and leads on to what can be done', async () => {
    await buy(t.svoi, aPurchase({ at: t.clock.now(), externalId: 'A-113', store: 'Lviv' }));
    const ivan = await aCashier();
    const card = String(
      (await readRow(t.svoi.database, 'select card from customers where phone = ?', olenaPhone))?.card,
    );
    await converse(
      ivan,
      `> /find ${card}
       Olena
       To spend: 100 points (₴100).
       Last purchases:
       22/11/26 · A-113 · ₴1,000 · Lviv
       [Record a purchase] [Give a coupon]
       >> Record a purchase
       How much is the purchase?
       > 200
       Olena, a purchase of ₴200: 10 points earned. Now 110 points.`,
    );
  });

  test.each([
    ['hello', 'That does not look like a phone or a card.'],
    ['12345', 'That does not look like a phone or a card.'],
    ['0509999999', 'There is no customer with this number.'],
    [ivanPhone, 'Nobody can serve themselves'],
  ])('of "%s" says what is wrong and asks again', async (typed, answer) => {
    const ivan = await aCashier();
    await converse(ivan, `> /find ${typed}\n${answer}\n[For staff] [Menu]\n> ${olenaPhone}\nOlena`);
  });

  test('takes a contact out of the phone book', async () => {
    const ivan = await aCashier();
    await ivan.say('/find');
    expect((await ivan.contact(olenaPhone, false)).at(-1)?.text).toContain('Olena');
  });
});

describe('/buy', () => {
  test('records a purchase at the only store, tells the customer, and can be undone once', async () => {
    const ivan = await aCashier();
    await converse(
      ivan,
      `> /buy 067 123 45 67 1 250,50
       Olena, a purchase of ₴1,250.50: 62 points earned. Now 112 points.
       Receipt number:
       [Undo]
       >> Undo
       Done, it is undone.
       >> Undo
       This can no longer be undone: only your own, once, and within 15 minutes.`,
    );
    expect((await olena.hear()).map(({ text }) => text.split('\n')[0])).toEqual([
      '+62 points! You now have 112 points.',
      'You brought back goods for ₴1,250.50.',
    ]);
    expect(await balance()).toBe(50);
    const row = await readRow(t.svoi.database, 'select shop_id, store, refunded_minor from purchases');
    expect(row).toEqual({ shop_id: 'shp_staff', store: 'Lviv', refunded_minor: 125_050 });
  });

  test('asks step by step for what is missing, and of several stores for one', async () => {
    const ivan = await aCashier(['Lviv', 'Odesa']);
    await converse(
      ivan,
      `> /buy
       The customer’s phone or card number?
       > what
       That does not look like a phone or a card.
       > 0671234567
       How much is the purchase?
       > 1,250
       We could not read the amount. Write, for example, 1250 or 125.50.
       > 2
       At which store?
       [Lviv]
       [Odesa]
       > 2
       Olena, a purchase of ₴2: 0 points earned.`,
    );
    expect(await readRow(t.svoi.database, 'select store from purchases')).toEqual({ store: 'Odesa' });
  });

  test('of an unknown phone makes a customer whose points wait for the phone to be proved', async () => {
    const ivan = await aCashier();
    await converse(ivan, '> /buy 0501112233 100\n…2233, a purchase of ₴100: 5 points earned.\n>> Undo\nDone');
    await converse(ivan, '> /buy 2900000000001 100\nThere is no customer with this number.');
  });

  test('cannot be undone by somebody else, nor after a quarter of an hour', async () => {
    const ivan = await aCashier();
    const owner = await anOwner();
    await ivan.say(`/buy ${olenaPhone} 100`);
    const sql = `select id from audit_entries where action = 'purchase.record'`;
    const id = String((await readRow(t.svoi.database, sql))?.id);
    expect((await owner.press(`undo:${id}`)).at(-1)?.text).toContain('This can no longer be undone');
    t.clock.advance(15 * 60_000);
    await converse(ivan, '>> Undo\nThis can no longer be undone');
    expect(await balance()).toBe(55);
  });
});

describe('/redeem', () => {
  test('takes points by the customer’s code and records the purchase they help to pay; its undo gives all back', async () => {
    const ivan = await aCashier();
    const code = await codeOf(olena);
    await converse(
      ivan,
      `> /redeem ${code} 20 100
       Olena: take 20 points (₴20) for a purchase of ₴100? ₴80 is left to pay.
       >> Yes, and record the purchase
       20 points taken (₴20).
       ₴80 paid in money, 4 points earned. Now 34 points.
       [Undo]`,
    );
    expect(await balance()).toBe(34);
    await converse(ivan, `>> Undo\nDone\n> /redeem ${code} 20 100\nThis code is not good`);
    expect(await balance()).toBe(50);
  });

  test('takes only the points where another system records the purchase; its undo gives them back', async () => {
    const ivan = await aCashier();
    await converse(
      ivan,
      `> /redeem
       Which code does the customer show?
       > 12
       The code has six digits
       > ${await codeOf(olena)}
       How many points shall we take?
       > 60
       How much is the whole purchase?
       > 1000
       Not enough: 50 points can be spent. How many shall we take?
       > 50
       >> Only take the points
       50 points taken (₴50).`,
    );
    expect(await balance()).toBe(0);
    expect(await readRow(t.svoi.database, 'select status, purchase_id from redemptions')).toEqual({
      status: 'confirmed',
      purchase_id: null,
    });
    await converse(ivan, '>> Undo\nDone, it is undone.');
    expect(await balance()).toBe(50);
    expect((await olena.hear()).at(-1)?.text).toContain('+50 points: a slip was put right.');
  });

  test('never goes over the program’s share, and a no changes nothing', async () => {
    const ivan = await aCashier();
    const code = await codeOf(olena);
    await converse(
      ivan,
      `> /redeem ${code} 30 50
       At most 25 points may help to pay for this purchase.
       > 25
       Olena: take 25 points
       > menu`,
    );
    expect(await readRows(t.svoi.database, 'select 1 from redemptions')).toEqual([]);
    expect(await balance()).toBe(50);
  });

  test('of many wrong codes is taken for guessing', async () => {
    const ivan = await aCashier();
    for (let guess = 0; guess < 10; guess += 1) {
      await converse(ivan, `> /redeem 00000${guess} 1 100\nThis code is not good`);
    }
    await converse(ivan, `> /redeem ${await codeOf(olena)} 1 100\nToo many wrong codes today.`);
    t.clock.advance(DAY_MS);
    await converse(ivan, `> /redeem ${await codeOf(olena)} 1 100\nOlena: take 1 point`);
  });
});

describe('/refund', () => {
  test('shows what would happen, and takes goods back after a yes', async () => {
    await buy(t.svoi, aPurchase({ at: t.clock.now(), shopId: await aShop(), externalId: 'A-113' }));
    const ivan = await aCashier();
    await converse(
      ivan,
      `> /refund
       The receipt number?
       > A-114
       There is no receipt with this number.
       > A-113
       How much comes back?
       [All of it]
       > 1000.01
       That is more than is left of this receipt.
       > 400
       Receipt A-113: ₴400 comes back, ₴400 of it in money. Is that right?
       Earned points taken back: 20 points.
       >> Yes, do it
       The return is recorded. Please hand back ₴400.
       > /refund A-113
       ₴600 comes back
       Earned points taken back: 30 points.
       >> Yes, do it
       > /refund A-113
       Nothing is left to return of this receipt.`,
    );
    expect(await balance()).toBe(50);
  });

  test('of a number that several shops use asks which one', async () => {
    const at = t.clock.now();
    await buy(t.svoi, aPurchase({ at, shopId: await aShop('one'), externalId: '7', store: 'Lviv' }));
    await buy(t.svoi, aPurchase({ at, shopId: await aShop('two'), externalId: '7', store: 'Odesa' }));
    const ivan = await aCashier();
    await converse(
      ivan,
      `> /refund 7
       Several receipts have this number. Which one is it?
       [22/11/26 · 7 · ₴1,000 · Lviv]
       [22/11/26 · 7 · ₴1,000 · Odesa]
       >> 22/11/26 · 7 · ₴1,000 · Odesa
       Receipt 7: ₴1,000 comes back
       >> Yes, do it
       The return is recorded.`,
    );
    const rows = await readRows(t.svoi.database, 'select store from purchases where refunded_minor > 0');
    expect(rows).toEqual([{ store: 'Odesa' }]);
  });
});

/** A shop system that the database knows. */
async function aShop(name = 'till') {
  const { createShops } = await import('../../../db/shops.ts');
  const added = await createShops(t.svoi).add(name, 'till');
  if (!added.ok) throw new Error(added.refusal.detail);
  return added.result.shop.id;
}

describe('coupons', () => {
  test('are made question by question, given to a customer, and withdrawn while not used', async () => {
    const manager = await aManager();
    await converse(
      manager,
      `> /coupon new
       What does the coupon give?
       > 1
       How many percent?
       > 10 %
       What shall we call it?
       > Ten off
       Whom is it for?
       >> Personal
       For how many days is it good?
       > 30
       From what amount of a purchase on?
       > 500
       The coupon “Ten off”. Shall we make it?
       10% off
       Personal: each code is for one customer
       Good for: 30 days
       From ₴500 on
       >> Yes, do it
       The coupon “Ten off” is ready.`,
    );
    const ivan = await aCashier();
    await converse(ivan, '> /issue ten off 067 123 45 67\nOlena has the coupon “Ten off”, code ');
    expect((await olena.hear()).at(-1)?.text).toContain('There is a coupon for you: Ten off.');
    await converse(olena, '> /coupons\nTen off');
    await converse(ivan, '>> Undo\nDone, it is undone.');
    const none = (await olena.say('/coupons')).at(-1);
    expect(JSON.stringify(none)).not.toContain('Ten off');
  });

  test('that nobody can be given, or that cannot be made, say so', async () => {
    const manager = await aManager();
    await converse(manager, '> /issue Nothing 0671234567\nThere is no such coupon.\n[For staff]');
    await converse(
      manager,
      `> /coupon
       > 2
       > ten
       > Name
       > -
       > -
       > -
       That value will not do.
       > 10
       The coupon “Name”. Shall we make it?
       ₴10 off
       >> Yes, do it
       >> Undo
       Done, it is undone.`,
    );
    const [row] = await readRows(t.svoi.database, 'select stopped_at from coupons');
    expect(row).toEqual({ stopped_at: t.clock.now() });
  });
});

describe('/adjust', () => {
  test('gives and takes points with words the customer reads, and undoes both exactly', async () => {
    const manager = await aManager();
    await converse(
      manager,
      `> /adjust 067 123 45 67 +100 wrong price
       Olena: +100 points. Now 150 points.
       > /adjust ${olenaPhone} -120 my mistake
       Olena: −120 points. Now 30 points.
       >> Undo
       Done`,
    );
    expect((await olena.hear()).map(({ text }) => text)).toEqual([
      '+100 points: wrong price.\nYou now have 150 points.',
      '−120 points: my mistake.\nYou now have 30 points.',
      '+120 points: a slip was put right.\nYou now have 150 points.',
    ]);
    const lots =
      'select points, remaining from lots where customer_id = (select id from customers where phone = ?)';
    expect(await readRows(t.svoi.database, lots, olenaPhone)).toEqual([
      { points: 50, remaining: 50 },
      { points: 100, remaining: 100 },
    ]);
    await converse(olena, '> /history\n>> 22/11/26 · +120 points · correction\nIt was a slip');
  });

  test('asks for what is missing, and never takes more than there is', async () => {
    const manager = await aManager();
    await converse(
      manager,
      `> /adjust
       > 0671234567
       How many points?
       > 1.5
       Write a whole number
       > -51
       Why?
       > no
       A few words
       > too many given
       Not enough: 50 points can be spent.
       > -50
       Olena: −50 points. Now 0 points.`,
    );
  });

  test('cannot be undone when the points are spent', async () => {
    const manager = await aManager();
    await manager.say(`/adjust ${olenaPhone} 100 a gift`);
    const code = await codeOf(olena);
    const ivan = await aCashier();
    await ivan.say(`/redeem ${code} 150 300`);
    await ivan.press('do:!only');
    await converse(manager, '>> Undo\nNot enough: 0 points can be spent.');
  });
});

test('/stats shows today and the week, each against the same span before', async () => {
  const manager = await aManager();
  const sell = (externalId: string) => buy(t.svoi, aPurchase({ at: t.clock.now(), externalId }));
  await sell('last week');
  t.clock.advance(7 * DAY_MS - 3_600_000);
  await sell('today');
  await sell('today too');
  t.clock.advance(7_200_000);
  await converse(
    manager,
    `> /stats
     Today (yesterday by this time):
     Purchases: 2 (0)
     Revenue: ₴2,000 (₴0)
     Given: 100 points (0 points)
     Spent: 0 points (0 points)
     New customers: 0 (0)
     This week (last week by this time):
     Purchases: 2 (1)
     Revenue: ₴2,000 (₴1,000)
     Given: 100 points (150 points)
     New customers: 0 (2)`,
  );
});

test('on a channel without buttons the same is done by numbers, and a number asked for is a number', async () => {
  const ivan = await aColleague(t.svoi, ivanPhone, 'Ivan', 'cashier', { channel: 'whatsapp' });
  await converse(
    ivan,
    `> menu
     [For staff]
     > 9
     You are at work as cashier.
     > 2
     The customer’s phone or card number?
     > 0671234567
     How much is the purchase?
     > 1
     Olena, a purchase of ₴1: 0 points earned.
     > 1
     Done, it is undone.
     > 0
     You have 50 points.`,
  );
});

test.each([
  ['uk', 'знайти', 'Можна витратити: 50 балів'],
  ['ru', 'найти', 'Можно потратить: 50 баллов'],
  ['en', 'find', 'To spend: 50 points'],
])('in %s there is /%s, and the answer is in that language', async (language, command, answer) => {
  const ivan = await aCashier();
  await ivan.press(`lang:${language}`);
  await converse(ivan, `> /${command} 0671234567\n${answer}`);
});
