import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordRefund } from '../core/checkout/refund.ts';
import { eraseCustomer } from '../core/customers/erase.ts';
import type { PurchaseId, ShopId } from '../core/ids.ts';
import { medianLife, refillOf, type Supply } from '../core/insights/refill.ts';
import { purchaseRules } from '../core/program/rules.ts';
import { DAY_MS } from '../core/time.ts';
import { readRows, statement } from '../db/database.ts';
import { readEvents } from '../db/insights/events.ts';
import { refillsTask, settleRefills } from '../refills.ts';
import { type TestApi, testApi } from './support/api.ts';
import { aPurchase, buy } from './support/purchases.ts';

describe('how long what was bought lasts', () => {
  const day = DAY_MS;
  const once: Supply = { orders: 1, quantity: 1, firstAt: 100 * day, lastAt: 100 * day, lastQuantity: 1 };
  const monthly: Supply = { orders: 4, quantity: 4, firstAt: 10 * day, lastAt: 100 * day, lastQuantity: 1 };
  const unknown = { consumptionDays: null, medianDays: null };

  it.each<[string, Supply, { consumptionDays?: number; medianDays?: number }, object | undefined]>([
    ['nothing is known', once, {}, undefined],
    [
      'the shop says so, two of it',
      { ...once, lastQuantity: 2 },
      { consumptionDays: 30 },
      { days: 60, source: 'product' },
    ],
    [
      'the shop’s word is first',
      monthly,
      { consumptionDays: 45, medianDays: 20 },
      { days: 45, source: 'product' },
    ],
    ['the own habit is next', monthly, { medianDays: 20 }, { days: 30, source: 'own' }],
    [
      'the own habit, three at once this time',
      { ...monthly, quantity: 6, lastQuantity: 3 },
      {},
      { days: 60, source: 'own' },
    ],
    [
      'half a kilogram, of which one lasts 40 days',
      { ...once, lastQuantity: 0.5 },
      { medianDays: 40 },
      { days: 20, source: 'others' },
    ],
    [
      'twice is no habit yet',
      { ...monthly, orders: 2, quantity: 2 },
      { medianDays: 20 },
      { days: 20, source: 'others' },
    ],
    ['three times on one day is none', { ...monthly, firstAt: 100 * day }, {}, undefined],
    ['all of the last order came back', { ...once, lastQuantity: 0 }, { consumptionDays: 30 }, undefined],
    ['for more than a year', { ...once, lastQuantity: 13 }, { consumptionDays: 30 }, undefined],
  ])('%s', (_, supply, life, expected) => {
    const refill = refillOf(supply, { ...unknown, ...life });
    if (!expected || !refill) expect(refill).toBe(expected);
    else
      expect(refill).toMatchObject({
        ...expected,
        dueAt: supply.lastAt + refill.days * day,
        boughtAt: supply.lastAt,
      });
  });

  it('a product is bought again by nature when ten people did, a fifth of all who bought it, within a year', () => {
    const ten = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100];
    expect(medianLife(ten, 50)).toBe(55);
    expect(medianLife(ten, 51)).toBe(undefined);
    expect(medianLife(ten.slice(1), 9)).toBe(undefined);
    expect(
      medianLife(
        ten.map((days) => days * 10),
        50,
      ),
    ).toBe(undefined);
  });
});

describe('in a shop', () => {
  let shop: TestApi;
  let start: number;
  beforeAll(async () => {
    shop = await testApi();
    start = shop.clock.now();
  });
  afterAll(() => shop.close());

  async function bought(phone: string, sku: string, daysAgo: number, quantity = 1): Promise<PurchaseId> {
    const at = shop.clock.now() - daysAgo * DAY_MS;
    const one = aPurchase({ at, customer: { phone }, externalId: `${phone} ${sku} ${at}` });
    const lines = one.lines.map((line) => ({
      ...line,
      sku,
      quantity,
      amountMinor: line.unitPriceMinor * quantity,
    }));
    return (await buy(shop.svoi, { ...one, lines })).result.id;
  }
  const someone = (number: number) => `+38067${String(number).padStart(7, '0')}`;
  const [anna, bohdan, vira] = [someone(9_000_001), someone(9_000_002), someone(9_000_003)];

  async function refillsOf(phone: string) {
    const rows = await readRows(
      shop.svoi.database,
      `select sku, due_at, source, told_at from refills where customer_id = (select id from customers where phone = ?)
       order by sku`,
      phone,
    );
    return rows.map(({ sku, due_at: dueAt, source }) => [sku, (Number(dueAt) - start) / DAY_MS, source]);
  }
  const told = () => readEvents(shop.svoi.database, { type: 'refill_due', after: '', limit: 100 });
  const tonight = () => refillsTask.run(shop.svoi, '2026-11-22');

  it('soon after a purchase it is known when it runs out, where the shop said how long one lasts', async () => {
    await shop.svoi.database.write([
      statement(
        `insert into products (sku, name, consumption_days, attributes, updated_at) values ('COFFEE', 'Coffee', 30, '{}', 0)`,
      ),
    ]);
    await bought(anna, 'COFFEE', 0, 2);
    await settleRefills(shop.svoi);
    expect(await refillsOf(anna)).toEqual([]);
    shop.clock.advance(10_000);
    await settleRefills(shop.svoi);
    expect(await refillsOf(anna)).toEqual([['COFFEE', 60, 'product']]);
  });

  it('at night it is learned from the customer, and from all others, what is bought again', async () => {
    shop.clock.set(start);
    for (const ago of [24, 14, 4]) await bought(bohdan, 'MILK', ago);
    const all: Promise<unknown>[] = [];
    for (let number = 0; number < 40; number += 1) {
      all.push(bought(someone(number), 'LAMP', 50), bought(someone(number), 'SOAP', 100 - number));
      if (number < 12) all.push(bought(someone(number), 'SOAP', 80 - number));
      if (number < 3) all.push(bought(someone(number), 'LAMP', 20));
    }
    await Promise.all([...all, bought(vira, 'SOAP', 1), bought(vira, 'LAMP', 1)]);
    await tonight();
    expect(await refillsOf(bohdan)).toEqual([['MILK', 6, 'own']]);
    expect(await refillsOf(vira)).toEqual([['SOAP', 19, 'others']]);
    // What ran out more than a month ago is not kept: of 40, soap bought 69 to 80 days ago and earlier.
    expect(await refillsOf(someone(0))).toEqual([]);
    expect(await refillsOf(someone(11))).toEqual([]);
  });

  it('that it runs out is told once as an event, three days before; the next purchase is another occasion', async () => {
    shop.clock.set(start + 4 * DAY_MS);
    await settleRefills(shop.svoi);
    await settleRefills(shop.svoi);
    const events = await told();
    expect(events.map(({ data: { sku, source } }) => [sku, source])).toEqual([['MILK', 'own']]);
    await bought(bohdan, 'MILK', 0);
    shop.clock.advance(10_000);
    await settleRefills(shop.svoi);
    expect(await refillsOf(bohdan)).toEqual([['MILK', expect.closeTo(4 + 28 / 3, 3), 'own']]);
    expect(await told()).toHaveLength(1);
    shop.clock.set(start + 11 * DAY_MS);
    await settleRefills(shop.svoi);
    expect((await told()).map(({ data: { sku } }) => sku)).toEqual(['MILK', 'MILK']);
  });

  it('a list says who is about to run out of what, page by page', async () => {
    shop.clock.set(start);
    const { body } = await shop.call('GET', '/v1/refills?days=70');
    const whole = listOf(body);
    expect(whole.map(({ sku, name, source }) => [sku, name, source])).toEqual([
      ['MILK', null, 'own'],
      ['SOAP', null, 'others'],
      ['COFFEE', 'Coffee', 'product'],
    ]);
    const pages = [];
    let cursor = '';
    do {
      const page = (await shop.call('GET', `/v1/refills?days=70&limit=1${cursor}`)).body;
      pages.push(...listOf(page));
      cursor = page.next ? `&cursor=${encodeURIComponent(page.next)}` : '';
    } while (cursor !== '');
    expect(pages).toEqual(whole);
    expect(listOf((await shop.call('GET', '/v1/refills')).body)).toEqual([]);
    expect((await shop.call('GET', '/v1/refills?cursor=here')).status).toBe(422);
    const till = await shop.addShop('Till', 'till');
    expect((await shop.call('GET', '/v1/refills', { as: till.key })).status).toBe(403);
  });

  it('what came back runs out no more, and of who is forgotten nothing is kept', async () => {
    shop.clock.set(start + 12 * DAY_MS);
    const purchaseId = await bought(vira, 'COFFEE', 0);
    shop.clock.advance(10_000);
    await settleRefills(shop.svoi);
    expect(await refillsOf(vira)).toEqual([
      ['COFFEE', 42, 'product'],
      ['SOAP', 19, 'others'],
    ]);
    const back = { shopId: 'shp_test' as ShopId, purchaseId, externalId: 'back', at: shop.clock.now() };
    const { submit, program } = shop.svoi;
    const refunded = await submit(recordRefund(back, purchaseRules(program())));
    expect(refunded.ok).toBe(true);
    await tonight();
    expect(await refillsOf(vira)).toEqual([['SOAP', 19, 'others']]);
    await submit(eraseCustomer({ phone: anna }, 'test'));
    const left = await readRows(shop.svoi.database, `select 1 from refills where sku = 'COFFEE'`);
    expect(left).toEqual([]);
  });
});

interface Listed {
  readonly sku: string;
  readonly name: string | null;
  readonly source: string;
}

function listOf(body: object): readonly Listed[] {
  return 'refills' in body ? (body.refills as readonly Listed[]) : [];
}
