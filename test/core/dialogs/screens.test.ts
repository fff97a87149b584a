import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type RefundInput, recordRefund } from '../../../core/checkout/refund.ts';
import type { ShopId } from '../../../core/ids.ts';
import type { ProgramDefinition } from '../../../core/program/program.ts';
import { purchaseRules, spendingRules } from '../../../core/program/rules.ts';
import { requestRedemption } from '../../../core/redemptions/request.ts';
import { DAY_MS } from '../../../core/time.ts';
import { readRows } from '../../../db/database.ts';
import { settleDue } from '../../../jobs.ts';
import { converse, type TestChat, testChat } from '../../support/chat.ts';
import { aPurchase, buy } from '../../support/purchases.ts';
import { type TestSvoi, testSvoi } from '../../support/svoi.ts';

let t: TestSvoi;
let chat: TestChat;
beforeEach(() => open());

/** Opens a shop under some program, and a chat with its only member. */
async function open(program: Partial<ProgramDefinition> = {}): Promise<void> {
  t = await testSvoi({ program });
  chat = testChat(t.svoi, { language: 'en' });
  await chat.contact('380671234567');
  await chat.say('menu');
}
afterEach(() => t.close());

const groceries = [
  {
    id: null,
    sku: 'C',
    name: 'Coffee',
    category: null,
    quantity: 2,
    unitPriceMinor: 383_77,
    amountMinor: 767_54,
  },
  {
    id: null,
    sku: 'T-7',
    name: null,
    category: null,
    quantity: 1,
    unitPriceMinor: 179_46,
    amountMinor: 179_46,
  },
];

const purchase = (externalId: string, more = {}) =>
  buy(t.svoi, aPurchase({ at: t.clock.now(), externalId, ...more }));

const shopId = 'shp_test' as ShopId;
let ids = 0;
function newId(): string {
  ids += 1;
  return String(ids);
}

/** Goods of a purchase come back: all of them, unless `goods` says otherwise. */
async function back(goods: Pick<RefundInput, 'purchaseId'> & Partial<RefundInput>): Promise<void> {
  const refund = { shopId, externalId: `b-${newId()}`, at: t.clock.now(), ...goods };
  const outcome = await t.svoi.submit(recordRefund(refund, purchaseRules(t.svoi.program())));
  if (!outcome.ok) throw new Error(outcome.refusal.detail);
  await chat.hear();
}

/** Points set aside for a purchase, as the customer agreed in this chat. */
async function hold(points: number) {
  const asked = {
    ...{ shopId, externalId: `h-${newId()}`, payer: { customer: { phone: '+380671234567' } }, points },
    ...{ totalMinor: 100_000, store: null, ttlMs: 60_000 },
  };
  const outcome = await t.svoi.submit(requestRedemption(asked, spendingRules(t.svoi.program())));
  if (!outcome.ok) throw new Error(outcome.refusal.detail);
  await chat.press(`redeem:yes-${outcome.result.id}`);
  return { redemption: { id: outcome.result.id } };
}

/** Spends points on goods of twice their worth. */
async function spendAll(points = 50): Promise<void> {
  const lines = groceries.slice(1).map((one) => ({ ...one, amountMinor: points * 200 }));
  await purchase(`s-${newId()}`, { ...(await hold(points)), lines });
}

describe('points', () => {
  test('show the balance, its worth, what waits for payment, and what burns next', async () => {
    t.clock.advance(DAY_MS);
    await purchase('1');
    await purchase('2', { paid: false });
    await converse(
      chat,
      `> /points
       You have 100 points, worth ₴100.
       Another 50 points will be added once the purchase is paid for.
       50 points burn after 22 November 2027.
       5% of every purchase comes back as points. Points can pay for up to 50% of a purchase.`,
    );
  });

  test('that wait are told by the day they count from, the first five days of them', async () => {
    t.close();
    await open({ return_window_days: 12 });
    for (let day = 1; day <= 7; day += 1) {
      await purchase(`a-${day}`, { paid: day < 7 });
      if (day === 1) await purchase('b-1');
      t.clock.advance(DAY_MS);
    }
    await converse(
      chat,
      `> /points
       You have 50 points
       100 points more on 5 December 2026.
       50 points more on 6 December 2026.
       50 points more on 9 December 2026.
       100 points more later.`,
    );
    t.clock.set(Date.parse('2026-12-09T00:00:00+02:00'));
    await settleDue(t.svoi);
    await converse(
      chat,
      `> /points
       You have 350 points
       50 points more on 10 December 2026.
       Another 50 points will be added once the purchase is paid for.`,
    );
  });

  test('that are owed are told as such', async () => {
    t.close();
    await open({ refund_policy: 'go_negative', welcome_points: 0 });
    const { id } = (await purchase('1')).result;
    await spendAll();
    await back({ purchaseId: id });
    await converse(
      chat,
      `> /points
       After returns you are short of 48 points.
       > /history
       > 1
       −50 points: returned goods
       You brought back goods for ₴1,000: 50 points earned on them were taken back.
       You are now short of 48 points. New ones cover that first.`,
    );
  });

  test('that are due are not counted, even before they are written off', async () => {
    t.clock.advance(366 * DAY_MS);
    await converse(chat, '> /points\nYou have no points yet.');
  });
});

describe('"why 47 points?"', () => {
  test('opens the lines, the rate and the rounding', async () => {
    await purchase('A-113', { lines: groceries, store: 'Khreshchatyk' });
    await converse(
      chat,
      `> /history
       [22/11/26 · +47 points · purchase · Khreshchatyk]
       [22/11/26 · +50 points · for joining]
       >> 22/11/26 · +47 points · purchase · Khreshchatyk
       +47 points: purchase, 22 November 2026 at 12:00
       Khreshchatyk, receipt A-113
       Coffee × 2, ₴767.54: 38 points
       T-7, ₴179.46: 9 points
       5% of ₴947 is ₴47.35. A point is worth ₴1, and we round down to whole points: 47 points.
       Good through 22 November 2027.
       [Back] [Menu]`,
    );
  });

  test('does not speak of rounding where nothing was rounded, nor of a day to spend them before they are paid', async () => {
    await purchase('1', { paid: false });
    const answer = (await chat.press('why:2')).at(-1);
    expect(answer?.text).toContain('5% of ₴1,000 is ₴50. A point is worth ₴1, which makes 50 points.');
    expect(answer?.text).toContain('Good to spend once the purchase is paid for.');
    expect(answer?.text).not.toContain('Good through');
  });

  test('of points that burned says when they were earned and until when they could be spent', async () => {
    t.clock.advance(366 * DAY_MS);
    await purchase('1');
    await converse(
      chat,
      `> /history
       [23/11/27 · +50 points · purchase]
       [23/11/27 · −50 points · burned]
       >> 23/11/27 · −50 points · burned
       50 points earned on 22 November 2026 could be spent until 22 November 2027.`,
    );
  });

  test('tells what came back: of the points that paid, of those that were earned, and of those that had burned', async () => {
    const held = await hold(50);
    const { id } = (await purchase('1', held)).result;
    await back({ purchaseId: id });
    await converse(
      chat,
      `> /history
       > 1
       −47 points: returned goods, 22 November 2026 at 12:00
       Receipt 1
       You brought back goods for ₴1,000: 47 points earned on them were taken back.
       > 2
       > /history
       > 2
       +50 points: returned goods
       You brought back goods for ₴1,000: 50 points that paid for them are yours again.`,
    );
    const { id: second } = (await purchase('2')).result;
    await spendAll(60);
    t.clock.advance(366 * DAY_MS);
    await purchase('3');
    await back({ purchaseId: second });
    await converse(
      chat,
      `> /history
       > 1
       10 points earned on them were taken back.
       Another 40 points for these goods burned before; nothing is taken for those.`,
    );
  });

  test('of points that wait says until when, and of those taken back then that they never came', async () => {
    t.close();
    await open({ return_window_days: 12 });
    const { id } = (await purchase('1')).result;
    await converse(
      chat,
      '> /history\n> 1\nThey can be spent on 5 December 2026, when the time for returns is over.',
    );
    await back({ purchaseId: id });
    await converse(
      chat,
      `> /history
       > 1
       50 points that were waiting for them will not be added.`,
    );
    expect((await chat.press('why:2')).at(-1)?.text).not.toContain('They can be spent on');
  });

  test('of a line that is not there leads to the history', async () => {
    for (const data of ['why:99', 'why:0', 'why:-1', 'why:1e1', 'why:']) {
      const [answer] = await chat.press(data);
      expect(answer?.text, data).toContain('We could not find this line.');
      expect(answer?.buttons, data).toContain('22/11/26 · +50 points · for joining');
    }
  });

  test('spells out twenty lines of a long receipt and counts the rest', async () => {
    const [one] = groceries;
    await purchase('1', { lines: Array.from({ length: 23 }, () => one) });
    const answer = (await chat.press('why:2')).at(-1);
    expect(answer?.text.match(/Coffee/g)).toHaveLength(20);
    expect(answer?.text).toContain('…and 3 more items');
  });
});

test('history turns ten lines a page, there and back, and a reason leads back to its page', async () => {
  for (let index = 1; index <= 24; index += 1) await purchase(String(index));
  const page = (answer: Awaited<ReturnType<TestChat['say']>>) => {
    const buttons = answer.at(-1)?.reply.buttons?.flat() ?? [];
    return buttons.flatMap((button) => (button.kind === 'press' ? [button.data] : []));
  };
  const lines = (from: number, to: number) =>
    Array.from({ length: from - to + 1 }, (_, index) => `why:${from - index}`);
  expect(page(await chat.say('/history'))).toEqual([...lines(25, 16), 'history:16', 'menu']);
  expect(page(await chat.tap('Older'))).toEqual([...lines(15, 6), 'history', 'history:6', 'menu']);
  expect(page(await chat.press('why:8'))).toEqual(['history:16', 'menu']);
  expect(page(await chat.tap('Back'))).toEqual([...lines(15, 6), 'history', 'history:6', 'menu']);
  expect(page(await chat.tap('Older'))).toEqual([...lines(5, 1), 'history:16', 'menu']);
});

test('two chats of one customer read different pages at the same moment', async () => {
  for (let index = 1; index <= 14; index += 1) await purchase(String(index));
  const other = testChat(t.svoi, { address: '200', language: 'en' });
  await other.contact('380671234567');
  const [first, second] = await Promise.all([chat.press('history'), other.press('history:6')]);
  expect(first.at(-1)?.buttons).toHaveLength(12);
  expect(second.at(-1)?.buttons).toHaveLength(7);
});

test('the card is a picture of the number in the text', async () => {
  const [answer] = await chat.say('/card');
  const [row] = await readRows(t.svoi.database, 'select card from customers');
  expect(answer?.reply.picture).toEqual({ kind: 'card', number: row?.card });
  expect(answer?.text).toContain(String(row?.card));
});

describe('settings', () => {
  test('change the language of the chat at once', async () => {
    await converse(
      chat,
      `> /language
       [Українська]
       >> Українська
       Далі говоримо українською.
       [Мої бали] [Історія]`,
    );
    expect(await readRows(t.svoi.database, 'select locale from customers')).toEqual([{ locale: 'uk' }]);
  });

  test('change and remove name and birthday', async () => {
    await converse(
      chat,
      `> /settings
       [Add your name]
       >> Add your name
       What shall we call you?
       [Back]
       > 😀
       That does not look like a name.
       > Anne-Marie O’Neill
       Noted: Anne-Marie O’Neill.
       [Name: Anne-Marie O’Neill]
       >> Add your birthday
       > 31.02.1990
       There seems to be a slip in this date.
       > 29.02
       Noted: 29 February.
       [Birthday: 29 February]
       >> Birthday: 29 February
       [Remove] [Back]
       >> Remove
       we no longer keep your birthday
       [Add your birthday]
       >> Name: Anne-Marie O’Neill
       >> Remove
       [Add your name]`,
    );
    expect(await readRows(t.svoi.database, 'select name, birthday from customers')).toEqual([
      { name: null, birthday: null },
    ]);
  });

  test('switch each kind of message', async () => {
    await converse(
      chat,
      `> /settings
       >> Messages from us
       About your points and purchases: on.
       About offers and gifts: off.
       >> Don’t write about my points
       About your points and purchases: off.
       >> Write to me about offers
       About offers and gifts: on.
       [Write to me about my points]`,
    );
  });
});
