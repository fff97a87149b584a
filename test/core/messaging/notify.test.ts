import { afterEach, beforeEach, expect, test } from 'vitest';
import { recordRefund } from '../../../core/checkout/refund.ts';
import type { ShopId } from '../../../core/ids.ts';
import { purchaseRules } from '../../../core/program/rules.ts';
import { settleDue } from '../../../jobs.ts';
import { testChat } from '../../support/chat.ts';
import { aPurchase, buy } from '../../support/purchases.ts';
import { type TestSvoi, testSvoi } from '../../support/svoi.ts';

let t: TestSvoi;
beforeEach(async () => {
  t = await testSvoi();
});
afterEach(() => t.close());

const texts = (heard: readonly { readonly text: string }[]) => heard.map((one) => one.text);
const purchase = (externalId: string, more = {}) =>
  buy(t.svoi, aPurchase({ at: t.clock.now(), externalId, ...more }));

async function member(address: string, language: string) {
  const chat = testChat(t.svoi, { address, language });
  await chat.contact('380671234567');
  return chat;
}

test.each([
  ['uk', '+50 балів! Тепер у вас 100 балів.'],
  ['ru', '+50 баллов! Теперь у вас 100 баллов.'],
  ['en', '+50 points! You now have 100 points.'],
])('a purchase is told in the language of the chat: %s', async (language, text) => {
  const chat = await member('1', language);
  await purchase('1');
  expect(texts(await chat.hear())).toEqual([text]);
});

test('a purchase not paid yet is told as points to come', async () => {
  const chat = await member('1', 'en');
  await purchase('1', { paid: false });
  expect(texts(await chat.hear())).toEqual(['Once the purchase is paid for, you get 50 points.']);
});

test('points that wait for the return window are told with the day they come, and in the morning of it', async () => {
  t.close();
  t = await testSvoi({ program: { return_window_days: 14 } });
  const chat = await member('1', 'en');
  await purchase('1');
  expect(texts(await chat.hear())).toEqual([
    '50 points more are waiting: they will be yours on 7 December 2026.',
  ]);
  t.clock.set(Date.parse('2026-12-07T00:00:00+02:00'));
  await settleDue(t.svoi);
  expect(await chat.hear()).toEqual([]);
  t.clock.set(Date.parse('2026-12-07T09:00:00+02:00'));
  await settleDue(t.svoi);
  expect(texts(await chat.hear())).toEqual(['+50 points! You now have 100 points.']);
});

test.each([
  ['uk', 'Ви повернули товарів на 400 ₴.\n−20 балів, які були за них нараховані.\nТепер у вас 80 балів.'],
  ['ru', 'Вы вернули товаров на 400 ₴.\n−20 баллов, которые были за них начислены.\nТеперь у вас 80 баллов.'],
  [
    'en',
    'You brought back goods for ₴400.\n−20 points that had been earned on them.\nYou now have 80 points.',
  ],
])('goods brought back are told with what became of the points: %s', async (language, text) => {
  const chat = await member('1', language);
  const { id } = (await purchase('1')).result;
  await chat.hear();
  const refund = { shopId: 'shp_test' as ShopId, externalId: 'b', purchaseId: id, at: t.clock.now() };
  const rules = purchaseRules(t.svoi.program());
  await t.svoi.submit(recordRefund({ ...refund, amountMinor: 40_000 }, rules));
  await t.svoi.submit(recordRefund({ ...refund, externalId: 'b2', amountMinor: 1 }, rules));
  expect(texts(await chat.hear())).toEqual([text]);
});

test('a purchase that earns nothing is not told', async () => {
  const chat = await member('1', 'en');
  await purchase('1', { lines: [] });
  expect(await chat.hear()).toEqual([]);
});

test('the same purchase posted again is told once', async () => {
  const chat = await member('1', 'en');
  await purchase('1');
  await purchase('1');
  expect(await chat.hear()).toHaveLength(1);
});

test('the chat used last is written to, and the one before it when that blocked us', async () => {
  const first = await member('1', 'en');
  t.clock.advance(1000);
  const second = await member('2', 'en');
  await purchase('1');
  expect([await first.hear(), await second.hear()].map((heard) => heard.length)).toEqual([0, 1]);
  t.clock.advance(1000);
  await first.say('menu');
  await purchase('2');
  expect([await first.hear(), await second.hear()].map((heard) => heard.length)).toEqual([1, 0]);
  await first.send({ kind: 'blocked' });
  await purchase('3');
  expect([await first.hear(), await second.hear()].map((heard) => heard.length)).toEqual([0, 1]);
});

test('who does not want to hear of points is not told, and is again after a change of mind', async () => {
  const chat = await member('1', 'en');
  await chat.press('messages:service-off');
  await purchase('1');
  expect(await chat.hear()).toEqual([]);
  await chat.press('messages:service-on');
  await purchase('2');
  expect(await chat.hear()).toHaveLength(1);
});

test('nobody is told where there is no chat, or the chat was left', async () => {
  await purchase('1');
  const chat = await member('1', 'en');
  await chat.press('leave');
  await chat.press('leave:yes');
  await purchase('2');
  expect(await chat.hear()).toEqual([]);
});
