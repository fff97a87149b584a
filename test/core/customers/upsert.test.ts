import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CustomerInput, upsertCustomer } from '../../../core/customers/upsert.ts';
import type { ShopId } from '../../../core/ids.ts';
import { readRow, readRows } from '../../../db/database.ts';
import { consentTexts } from '../../../locales/consents.ts';
import { testChat } from '../../support/chat.ts';
import { aPurchase, buy } from '../../support/purchases.ts';
import { type TestSvoi, testSvoi } from '../../support/svoi.ts';

let t: TestSvoi;
beforeEach(async () => {
  t = await testSvoi();
});
afterEach(() => t.close());

const shopId = 'shp_test' as ShopId;
const phone = '+380671234567';

function post(input: Partial<CustomerInput>) {
  return t.svoi.submit(upsertCustomer({ shopId, phone, ...input }, consentTexts, 'uk'));
}

const customer = () => readRow(t.svoi.database, 'select * from customers where phone = ?', phone);

test('a shop makes a customer, who is not registered until the phone is proved', async () => {
  const outcome = await post({ name: 'Олена', birthday: '1990-12-25', gender: 'female', externalId: 'c-1' });
  expect(outcome).toMatchObject({ ok: true, result: { created: true } });
  expect(await customer()).toMatchObject({ name: 'Олена', birthday: '1990-12-25', registered_at: null });
  expect(await readRows(t.svoi.database, 'select id from ledger_transactions')).toEqual([]);
  const [answer] = await testChat(t.svoi, { language: 'en' }).contact(phone);
  expect(answer?.text).toContain('You have just got 50 points');
  expect(answer?.text).toContain('May we write to you now and then');
});

test('posting again changes what is given and leaves the rest; null takes away', async () => {
  await post({ name: 'Олена', birthday: '1990-12-25' });
  expect(await post({ birthday: null, locale: 'ru' })).toMatchObject({
    ok: true,
    result: { created: false },
  });
  expect(await customer()).toMatchObject({ name: 'Олена', birthday: null, locale: 'ru' });
});

test('a customer known only by this shop’s id gets the phone', async () => {
  const bought = await buy(t.svoi, aPurchase({ at: t.clock.now(), customer: { shopId, externalId: 'c-1' } }));
  const outcome = await post({ externalId: 'c-1' });
  expect(outcome).toMatchObject({ ok: true, result: { id: bought.result.customer, created: false } });
  expect(await customer()).toMatchObject({ id: bought.result.customer });
});

test('phone and id of two different people are refused', async () => {
  await post({ externalId: 'c-1' });
  await post({ phone: '+380671234568', externalId: 'c-2' });
  for (const externalId of ['c-2']) {
    expect(await post({ externalId })).toMatchObject({ ok: false, refusal: { code: 'customer_mismatch' } });
  }
  expect(await post({ phone: '+380671234569', externalId: 'c-2' })).toMatchObject({
    ok: false,
    refusal: { code: 'customer_mismatch', pointer: '/external_id' },
  });
});

test('the same id of another shop is another id', async () => {
  await post({ externalId: 'c-1' });
  expect(
    await post({ phone: '+380671234568', externalId: 'c-1', shopId: 'shp_other' as ShopId }),
  ).toMatchObject({
    ok: true,
    result: { created: true },
  });
});

test('a card of another customer is refused, the own one is not', async () => {
  await post({ card: '2900000000018' });
  expect(await post({ card: '2900000000018' })).toMatchObject({ ok: true });
  expect(await post({ phone: '+380671234568', card: '2900000000018' })).toMatchObject({
    ok: false,
    refusal: { code: 'card_taken', pointer: '/card' },
  });
  expect(await readRows(t.svoi.database, 'select id from customers')).toHaveLength(1);
});

test('the same customer posted many times at once is one customer', async () => {
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => post({ externalId: 'c-1' })));
  expect(new Set(outcomes.map((outcome) => outcome.ok && outcome.result.id)).size).toBe(1);
  expect(await readRows(t.svoi.database, 'select id from customers')).toHaveLength(1);
});

test('consents told by a shop are recorded once, with the shop as their source', async () => {
  await post({ consents: { marketing: true, service: true } });
  await post({ consents: { marketing: true } });
  expect(
    await readRows(t.svoi.database, 'select category, granted, source from consents order by id'),
  ).toEqual([
    { category: 'service', granted: 1, source: 'shop:shp_test' },
    { category: 'marketing', granted: 1, source: 'shop:shp_test' },
  ]);
});

test('a shop does not turn a no into a yes', async () => {
  const chat = testChat(t.svoi);
  await chat.contact(phone);
  await chat.press('messages:marketing-on');
  await chat.press('messages:marketing-off');
  await post({ consents: { marketing: true } });
  const newest = "select granted, source from consents where category = 'marketing' order by id desc limit 1";
  expect(await readRow(t.svoi.database, newest)).toEqual({ granted: 0, source: 'telegram' });
});
