import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { z } from 'zod';
import { recordRefund } from '../../core/checkout/refund.ts';
import { fillBatch } from '../../core/coupons/batch.ts';
import { canonicalCode } from '../../core/coupons/codes.ts';
import type { CouponBatchId, PurchaseId, ShopId } from '../../core/ids.ts';
import { purchaseRules } from '../../core/program/rules.ts';
import { readRow, readRows } from '../../db/database.ts';
import { settleDue } from '../../jobs.ts';
import { type Answer, purchaseBody, type TestApi, testApi } from '../support/api.ts';
import { testChat } from '../support/chat.ts';

let api: TestApi;
beforeEach(async () => {
  api = await testApi();
});
afterEach(() => api.close());

const tenPercent = { effect: { kind: 'percent', percent: 10 } };
const shared = { name: 'Spring', ...tenPercent, code: { shared: 'SPRING' } };
const single = { name: 'Leaflets', ...tenPercent, code: { pattern: 'LF-########' } };
const personal = { name: 'For you', ...tenPercent };

const post = (path: string, body?: unknown) =>
  api.call('POST', `/v1/${path}`, body === undefined ? {} : { body });
const buy = (id: string, changes: object = {}) => post('purchases', purchaseBody({ id, ...changes }));
const phone = (index: number) => ({ phone: `+38067${1_000_000 + index}` });

async function make(coupon: object): Promise<string> {
  const answer = await post('coupons', coupon);
  expect(answer.status, answer.text).toBe(201);
  return answer.body.id;
}

/** The canonical codes of an answer that lists codes, or gives one. */
function codesIn({ text }: Answer): string[] {
  const one = z.object({ code: z.string() });
  const parsed = z.union([z.object({ codes: z.array(one) }), one]).parse(JSON.parse(text));
  return ('codes' in parsed ? parsed.codes : [parsed]).map(({ code }) => code);
}

async function issue(coupon: string, customer: object, id = 'gift-1'): Promise<string> {
  const [code = ''] = codesIn(await post(`coupons/${coupon}/issue`, { id, customer }));
  return code;
}

/** What counts against the limits of a coupon. */
async function counted(name: string) {
  const row = await readRow(api.svoi.database, 'select uses, used_minor from coupons where name = ?', name);
  return { uses: row?.uses, usedMinor: row?.used_minor };
}

/** Of all coupons and codes, those whose counts are not what their uses say. */
async function miscounted() {
  return readRows(
    api.svoi.database,
    `select c.name from coupons c
     where c.uses <> (select count(*) from coupon_uses u where u.coupon_id = c.id and u.status in ('reserved', 'used'))
       or c.used_minor <> (select coalesce(sum(discount_minor - returned_minor), 0) from coupon_uses u
         where u.coupon_id = c.id and u.status in ('reserved', 'used'))
     union all select k.code from coupon_codes k
     where k.uses <> (select count(*) from coupon_uses u where u.code = k.code and u.status in ('reserved', 'used'))`,
  );
}

describe('a coupon', () => {
  test('is made once: the same again changes nothing, another of its name or code is refused', async () => {
    const id = await make(shared);
    const again = await post('coupons', shared);
    expect(again).toMatchObject({ status: 200, body: { id, name: 'Spring', uses: 0 } });
    expect(again.headers.get('idempotent-replay')).toBe('true');
    expect(await post('coupons', { ...shared, stacking: 'best' })).toMatchObject({
      status: 409,
      body: { code: 'coupon_conflict' },
    });
    expect(await post('coupons', { ...shared, name: 'Other', code: { shared: 'spr-ing' } })).toMatchObject({
      status: 409,
      body: { code: 'code_taken', errors: [{ pointer: '/code/shared' }] },
    });
  });

  test('that is wrong is answered with what to put, and where', async () => {
    const answer = await post('coupons', {
      ...shared,
      effect: { kind: 'percent', percent: 0 },
      valid: { until: 'soon' },
    });
    expect(answer).toMatchObject({
      status: 422,
      body: {
        code: 'invalid_request',
        errors: [
          { pointer: '/effect/percent', detail: expect.stringContaining('put the percent taken off') },
          { pointer: '/valid/until', detail: expect.stringContaining('put a day like 2026-12-31') },
        ],
      },
    });
  });

  test('is listed with what is used up, newest first, a page at a time', async () => {
    await make(shared);
    await make(single);
    await buy('1', { coupons: ['spring'] });
    const first = await api.call('GET', '/v1/coupons?limit=1');
    expect(first.body).toMatchObject({ coupons: [{ name: 'Leaflets' }], next: expect.any(String) });
    const second = await api.call('GET', `/v1/coupons?limit=1&cursor=${first.body.next}`);
    expect(second.body).toMatchObject({
      coupons: [{ name: 'Spring', uses: 1, discount: 5000, stopped_at: null }],
      next: null,
    });
  });

  test('that the shop has stopped can no longer be used', async () => {
    const id = await make(shared);
    expect(await post(`coupons/${id}/stop`)).toMatchObject({ status: 200 });
    expect(await post('coupons/Spring/stop')).toMatchObject({ status: 200 });
    expect(await buy('1', { coupons: ['SPRING'] })).toMatchObject({
      status: 422,
      body: { code: 'coupon_stopped', errors: [{ pointer: '/coupons/0' }] },
    });
  });

  it.each([
    ['a till', 'till'],
    ['a web shop', 'site'],
  ] as const)('is not made by %s', async (_, scope) => {
    const { key } = await api.addShop('Shop', scope);
    expect(await api.call('POST', '/v1/coupons', { as: key, body: shared })).toMatchObject({ status: 403 });
  });
});

describe('a purchase', () => {
  test('costs what its quote said, and earns what it said', async () => {
    await make({ ...shared, stacking: 'stackable' });
    await make({
      name: 'Twice',
      effect: { kind: 'multiplier', times: 2 },
      code: { shared: 'TWICE' },
      stacking: 'stackable',
    });
    await buy('before');
    const cart = {
      customer: { phone: '+380671234567' },
      lines: [
        { sku: 'coffee', quantity: 3, unit_price: 9999 },
        { sku: 'cheese', quantity: 0.314, unit_price: 52_000 },
      ],
      coupons: ['spring', 'twice', 'nonsense'],
    };
    const quote = await post('quotes', cart);
    const discounts = [
      { code: 'SPRING', name: 'Spring', amount: 4632 },
      { code: 'TWICE', name: 'Twice', amount: 0, points_times: 2 },
    ];
    expect(quote).toMatchObject({
      status: 200,
      body: {
        total: 46_325,
        discounts,
        rejected: [{ code: 'nonsense', reason: 'coupon_not_found' }],
        payable: 41_693,
        points: { balance: 25, max_spend: 25, would_earn: 41 },
      },
    });
    expect(await counted('Spring')).toEqual({ uses: 0, usedMinor: 0 });
    const bought = await buy('1', { ...cart, coupons: ['TWICE', 'SPRING'] });
    expect(bought).toMatchObject({
      status: 201,
      body: { discounts, payable: 41_693, points: { earned: 41, balance: 66 } },
    });
    expect(await buy('1', { ...cart, coupons: ['TWICE', 'SPRING'] })).toMatchObject({
      status: 200,
      body: { discounts, payable: 41_693 },
    });
    expect(await counted('Spring')).toEqual({ uses: 1, usedMinor: 4632 });
  });

  test('keeps what was taken off each line', async () => {
    await make(shared);
    await buy('1', {
      coupons: ['SPRING'],
      lines: [1, 2, 3].map((index) => ({ sku: `s${index}`, quantity: 1, unit_price: 101 })),
    });
    const lines = await readRows(
      api.svoi.database,
      'select discount_minor from purchase_lines order by position',
    );
    expect(lines.map((row) => row.discount_minor)).toEqual([10, 10, 10]);
  });

  test('says of each code that may not be used why, and records nothing', async () => {
    await make({ ...shared, conditions: { min_cart_minor: 60_000 } });
    const refused = await buy('1', { coupons: ['SPRING'] });
    expect(refused).toMatchObject({ status: 422, body: { code: 'coupon_min_cart' } });
    expect(await buy('1')).toMatchObject({ status: 201 });
    expect(await post('coupons/check', { code: 'SPRING', lines: purchaseBody().lines })).toMatchObject({
      body: { valid: false, reason: 'coupon_min_cart', missing: 10_000 },
    });
  });

  test('uses one of two coupons that are used alone, and does not use up the other', async () => {
    await make(shared);
    await make({ name: 'Half', effect: { kind: 'percent', percent: 50 }, code: { shared: 'HALF' } });
    const lines = purchaseBody().lines;
    expect(await post('quotes', { lines, coupons: ['SPRING', 'HALF'] })).toMatchObject({
      body: { discounts: [{ code: 'HALF' }], rejected: [{ code: 'SPRING', reason: 'coupon_exclusive' }] },
    });
    expect(await buy('1', { coupons: ['SPRING', 'HALF'] })).toMatchObject({
      status: 201,
      body: { payable: 25_000 },
    });
    expect([await counted('Spring'), await counted('Half')]).toEqual([
      { uses: 0, usedMinor: 0 },
      { uses: 1, usedMinor: 25_000 },
    ]);
  });

  test('of somebody who has bought before does not get a coupon of the first purchase; of a tier, only that tier', async () => {
    await make({ ...shared, conditions: { first_purchase: true } });
    expect(await buy('1', { coupons: ['SPRING'] })).toMatchObject({ status: 201 });
    expect(await buy('2', { coupons: ['SPRING'] })).toMatchObject({
      body: { code: 'coupon_first_purchase' },
    });
    expect(await post('quotes', { ...cartOf(9), coupons: ['SPRING'] })).toMatchObject({
      body: { rejected: [] },
    });
  });

  test('by the points that goods earn: multiplied ones are explained in chat', async () => {
    await make({
      name: 'Twice',
      effect: { kind: 'multiplier', times: 2 },
      code: { shared: 'TWICE' },
      applies_to: { skus: ['tea'] },
    });
    const chat = testChat(api.svoi, { language: 'en' });
    await chat.contact('380671234567');
    const lines = ['tea', 'cup'].map((sku) => ({ sku, quantity: 1, unit_price: 30_000 }));
    await buy('1', { coupons: ['TWICE'], lines });
    await chat.hear();
    const [answer] = await chat.press('why:2');
    expect(answer?.text).toContain('Coupons multiply points: ₴600 counts as ₴900.\n5% of ₴900');
    expect(answer?.text).toMatch(/tea.*30 points\ncup.*15 points/);
  });
});

function cartOf(customer: number) {
  return { customer: phone(customer), lines: [{ sku: 'coffee', quantity: 1, unit_price: 50_000 }] };
}

describe('limits are exact under parallel use', () => {
  it.each([
    ['of uses in all', { total: 7 }, 7],
    ['of money', { budget_minor: 5000 * 7 + 4999 }, 7],
    ['of uses of the shared code', { per_code: 7 }, 7],
  ])('%s', async (_, limits, expected) => {
    await make({ ...shared, limits });
    const bought = await Promise.all(
      Array.from({ length: 25 }, (_, index) =>
        buy(`p${index}`, { customer: phone(index), coupons: ['SPRING'] }),
      ),
    );
    expect(bought.filter(({ status }) => status === 201)).toHaveLength(expected);
    expect(bought.find(({ status }) => status !== 201)?.body.code).toBe('coupon_used_up');
    expect(await counted('Spring')).toEqual({ uses: expected, usedMinor: 5000 * expected });
    expect(await miscounted()).toEqual([]);
  });

  test('of uses by one customer', async () => {
    await make({ ...shared, limits: { per_customer: 2 } });
    const all = Array.from({ length: 12 }, (_, index) =>
      buy(`p${index}`, { customer: phone(index % 3), coupons: ['SPRING'] }),
    );
    expect((await Promise.all(all)).filter(({ status }) => status === 201)).toHaveLength(6);
    expect(await post('quotes', { lines: purchaseBody().lines, coupons: ['SPRING'] })).toMatchObject({
      body: { rejected: [{ reason: 'coupon_needs_customer' }] },
    });
  });
});

describe('single codes', () => {
  test('are made by the thousand, all different, each good once', async () => {
    const id = await make(single);
    const order = { id: 'batch-1', count: 4500 };
    expect(await post(`coupons/${id}/codes`, order)).toMatchObject({
      status: 201,
      body: { wanted: 4500, made: 4500, status: 'done' },
    });
    expect(await post('coupons/Leaflets/codes', order)).toMatchObject({ status: 200, body: { made: 4500 } });
    const codes: string[] = [];
    for (let cursor = ''; ; ) {
      const page = await api.call('GET', `/v1/coupons/${id}/codes?limit=1000${cursor}`);
      codes.push(...codesIn(page));
      if (page.body.next === null) break;
      cursor = `&cursor=${page.body.next}`;
    }
    expect(new Set(codes).size).toBe(4500);
    expect(codes.every((code) => /^LF-[34679CDFGHJKMNPQRTWXY]{8}$/.test(code))).toBe(true);
    const used = await Promise.all(
      ['1', '2', '3'].map((purchase) =>
        buy(purchase, { customer: phone(Number(purchase)), coupons: [codes[7]] }),
      ),
    );
    expect(used.map(({ status }) => status).sort()).toEqual([201, 422, 422]);
    expect(await buy('4', { coupons: [codes[8]?.toLowerCase()] })).toMatchObject({ status: 201 });
  });

  test('of a pattern that could be guessed are refused, and so are those of a coupon that has none', async () => {
    const id = await make({ ...single, code: { pattern: 'LF-######', alphabet: '0123456789' } });
    expect(await post(`coupons/${id}/codes`, { id: '1', count: 1001 })).toMatchObject({
      status: 422,
      body: { code: 'pattern_too_short', errors: [{ pointer: '/count' }] },
    });
    expect(await post(`coupons/${id}/codes`, { id: '1', count: 600 })).toMatchObject({ status: 201 });
    expect(await post(`coupons/${id}/codes`, { id: '2', count: 401 })).toMatchObject({ status: 422 });
    expect(await post(`coupons/${await make(shared)}/codes`, { id: '3', count: 1 })).toMatchObject({
      body: { code: 'coupon_has_no_pattern' },
    });
  });

  test('of a batch whose maker died are made by the job, no more and no fewer than were wanted', async () => {
    const id = await make(single);
    const { database, submit, program } = api.svoi;
    const ordered = await post(`coupons/${id}/codes`, { id: 'large', count: 100_001 });
    expect(ordered).toMatchObject({ status: 202, body: { made: 0, status: 'making' } });
    await database.write([{ sql: 'update coupon_batches set wanted = 7000', args: [] }]);
    const batch = ordered.body.id as CouponBatchId;
    await Promise.all([1, 2].map(() => submit(fillBatch(batch, purchaseRules(program())))));
    expect(await readRow(database, 'select made, finished_at from coupon_batches')).toEqual({
      made: 5000,
      finished_at: null,
    });
    await settleDue(api.svoi);
    expect(await readRow(database, 'select made, finished_at from coupon_batches')).toEqual({
      made: 7000,
      finished_at: api.clock.now(),
    });
    expect(await readRow(database, 'select count(*) as n from coupon_codes')).toEqual({ n: 7000 });
  });
});

describe('a personal coupon', () => {
  test('comes with a message, stands among "my coupons" with its time, and is gone once used', async () => {
    const chat = testChat(api.svoi, { language: 'en' });
    await chat.contact('380671234567');
    const texts = { en: { title: '10% off everything', terms: 'Not with other offers.' } };
    const id = await make({
      ...personal,
      texts,
      valid: { days_from_issue: 3 },
      conditions: { min_cart_minor: 20_000 },
    });
    const customer = { phone: '+380671234567' };
    const given = await post(`coupons/${id}/issue`, { id: 'gift-1', customer });
    expect(given).toMatchObject({
      status: 201,
      body: { coupon: id, valid_until: '2026-11-25T22:00:00.000Z' },
    });
    expect(await post(`coupons/${id}/issue`, { id: 'gift-1', customer })).toMatchObject({
      status: 200,
      body: given.body,
    });
    const [code = ''] = codesIn(given);
    const seen = await api.call('GET', '/v1/customers/phone:+380671234567');
    expect(seen.body).toMatchObject({ coupons: [{ code, coupon: id, name: 'For you' }] });
    const heard = await chat.hear();
    expect(heard.map(({ text }) => text)).toEqual([
      'There is a coupon for you: 10% off everything. Good through 25 November 2026.',
    ]);
    const [list] = await chat.tap('My coupons');
    expect(list?.buttons).toEqual(['10% off everything · until 25/11/26', 'Menu']);
    const [shown] = await chat.tap('10% off everything · until 25/11/26');
    expect(shown?.text).toBe(
      `10% off everything\n\nCode: ${code}. Show it at the till.\n\nNot with other offers.\nGood for purchases from ₴200.\n3 days left: good through 25 November 2026.`,
    );
    expect(shown?.reply.picture).toEqual({ kind: 'coupon', code });
    api.clock.set(Date.parse('2026-11-25T20:00:00+02:00'));
    const [last] = await chat.say('/coupons').then(() => chat.tap('10% off everything · until 25/11/26'));
    expect(last?.text).toContain('Today is the last day: good until 25 November 2026 at 23:59.');
    await buy('1', { at: '2026-11-25T19:00:00+02:00', coupons: [code] });
    await chat.hear();
    const [gone] = await chat.press(`coupon:${canonicalCode(code)}`);
    expect(gone?.text).toBe(
      'This coupon can no longer be used.\n\nYou have no coupons yet. We will write as soon as there is one.',
    );
  });

  test('is the owner’s alone: to others the answer is the same as for a wrong code', async () => {
    const id = await make(personal);
    const code = await issue(id, phone(1));
    const wrong = await post('coupons/check', { code: 'QQQQ-QQQQ', customer: phone(2) });
    for (const customer of [phone(2), phone(3), null]) {
      expect((await post('coupons/check', { code, customer })).body).toEqual(wrong.body);
      const refused = await buy('1', { customer, coupons: [code] });
      expect(refused).toMatchObject({ status: 422, body: { code: 'coupon_not_found' } });
    }
    expect(await buy('2', { customer: phone(1), coupons: [code] })).toMatchObject({ status: 201 });
  });

  test('stands eight on a page, those that end first before the others', async () => {
    const chat = testChat(api.svoi, { language: 'en' });
    await chat.contact('380671234567');
    for (let day = 12; day >= 1; day -= 1) {
      const id = await make({
        ...personal,
        name: `Day ${day}`,
        valid: { until: `2026-12-${String(day).padStart(2, '0')}` },
      });
      await issue(id, { phone: '+380671234567' }, `gift-${day}`);
    }
    await chat.hear();
    const [first] = await chat.say('/coupons');
    expect(first?.buttons[0]).toBe('Day 1 · until 01/12/26');
    expect(first?.buttons.slice(-2)).toEqual(['More coupons', 'Menu']);
    const [second] = await chat.tap('More coupons');
    expect(second?.buttons).toEqual([
      ...[9, 10, 11, 12].map((day) => `Day ${day} · until ${String(day).padStart(2, '0')}/12/26`),
      'Back',
      'Menu',
    ]);
  });

  test('that would be over at once, or whose customer is nobody, is not issued', async () => {
    const id = await make({ ...personal, valid: { until: '2026-11-01' } });
    expect(await post(`coupons/${id}/issue`, { id: '1', customer: phone(1) })).toMatchObject({
      status: 422,
      body: { code: 'coupon_expired' },
    });
    const other = await make({ ...personal, name: 'Other' });
    expect(
      await post(`coupons/${other}/issue`, { id: '1', customer: { card: '2900000000001' } }),
    ).toMatchObject({ status: 422 });
    expect(await post('coupons/nothing/issue', { id: '1', customer: phone(1) })).toMatchObject({
      status: 404,
    });
  });
});

describe('a reservation', () => {
  const reserve = (id: string, given: object = {}) =>
    post('coupons/reservations', { id, lines: cartOf(0).lines, coupons: ['SPRING'], ...given });

  test('keeps a coupon from others until its purchase uses it up', async () => {
    await make({ ...shared, limits: { total: 1 } });
    const reserved = await reserve('r1');
    expect(reserved).toMatchObject({
      status: 201,
      body: {
        status: 'reserved',
        payable: 45_000,
        expires_at: '2026-11-22T10:15:00.000Z',
        discounts: [{ code: 'SPRING' }],
      },
    });
    expect(await reserve('r1')).toMatchObject({ status: 200, body: reserved.body });
    expect(await reserve('r2')).toMatchObject({ status: 422, body: { code: 'coupon_used_up' } });
    const { key } = await api.addShop('Other till', 'till');
    const body = purchaseBody({ coupons: ['SPRING'] });
    expect(await api.call('POST', '/v1/purchases', { as: key, body })).toMatchObject({ status: 422 });
    expect(await buy('1', { coupons: ['SPRING'] })).toMatchObject({ status: 201 });
    expect(await post('coupons/reservations/r1/cancel')).toMatchObject({
      status: 409,
      body: { code: 'reservation_closed' },
    });
    expect(await counted('Spring')).toEqual({ uses: 1, usedMinor: 5000 });
    expect(await miscounted()).toEqual([]);
  });

  test('of a single code says so to other carts', async () => {
    const code = await issue(await make(personal), phone(0));
    await reserve('r1', { customer: phone(0), coupons: [code] });
    expect(await reserve('r2', { customer: phone(0), coupons: [code] })).toMatchObject({
      body: { code: 'coupon_reserved' },
    });
  });

  test('that is cancelled, or whose time is over, frees the coupon at once', async () => {
    await make({ ...shared, limits: { total: 1, budget_minor: 5000, per_customer: 1 } });
    await reserve('r1', { customer: phone(0) });
    expect(await post('coupons/reservations/r1/cancel')).toMatchObject({
      status: 200,
      body: { status: 'cancelled' },
    });
    expect(await post('coupons/reservations/r1/cancel')).toMatchObject({ status: 200 });
    expect(await counted('Spring')).toEqual({ uses: 0, usedMinor: 0 });
    await buy('0', { customer: phone(0) });
    await reserve('r2', { customer: phone(0), ttl_seconds: 60 });
    api.clock.advance(60_000);
    expect(await reserve('r3', { customer: phone(0) })).toMatchObject({ status: 201 });
    expect(await counted('Spring')).toEqual({ uses: 2, usedMinor: 10_000 });
    await settleDue(api.svoi);
    expect(await counted('Spring')).toEqual({ uses: 1, usedMinor: 5000 });
    expect(await miscounted()).toEqual([]);
    expect(await post('coupons/reservations/nothing/cancel')).toMatchObject({ status: 404 });
  });

  test('made in time is good a moment after the coupon ends', async () => {
    api.clock.set(Date.parse('2026-11-22T23:59:00+02:00'));
    await make({ ...shared, valid: { until: '2026-11-22' } });
    await reserve('r1', { customer: phone(0) });
    api.clock.advance(120_000);
    const late = { at: '2026-11-23T00:00:30+02:00', coupons: ['SPRING'] };
    expect(await buy('1', { ...late, customer: phone(0) })).toMatchObject({ status: 201 });
    expect(await buy('2', { ...late, customer: phone(1) })).toMatchObject({
      body: { code: 'coupon_expired' },
    });
  });
});

describe('a refund', () => {
  const refund = async (purchase: string, externalId: string, quantity?: number) => {
    const outcome = await api.svoi.submit(
      recordRefund(
        {
          shopId: 'shp_test' as ShopId,
          externalId,
          purchaseId: purchase as PurchaseId,
          at: api.clock.now(),
          ...(quantity === undefined ? {} : { lines: [{ sku: 'coffee', quantity }] }),
        },
        purchaseRules(api.svoi.program()),
      ),
    );
    expect(outcome.ok).toBe(true);
  };

  test('gives the budget its share back, and the use itself with the last of the goods', async () => {
    await make({
      ...shared,
      effect: { kind: 'percent', percent: 33.33 },
      limits: { total: 1, budget_minor: 20_000 },
    });
    const lines = [{ sku: 'coffee', quantity: 7, unit_price: 7143 }];
    const { body } = await buy('1', { coupons: ['SPRING'], lines });
    expect(await counted('Spring')).toEqual({ uses: 1, usedMinor: 16_665 });
    await refund(body.id, 'a', 2);
    expect(await counted('Spring')).toMatchObject({ uses: 1, usedMinor: 16_665 - 4761 });
    await refund(body.id, 'b', 4);
    await refund(body.id, 'c');
    expect(await counted('Spring')).toEqual({ uses: 0, usedMinor: 0 });
    expect(await miscounted()).toEqual([]);
    expect(await buy('2', { coupons: ['SPRING'], lines })).toMatchObject({ status: 201 });
  });
});

describe('guessing codes', () => {
  test('is limited by key: wrong codes only, wherever they are tried', async () => {
    await api.close();
    api = await testApi({ limits: { guesses: { perSecond: 0.1, burst: 3 } } });
    await make(shared);
    const check = (code: string) => post('coupons/check', { code });
    for (let index = 0; index < 10; index += 1) expect((await check('SPRING')).status).toBe(200);
    expect((await check('WRONG1')).status).toBe(200);
    expect((await post('quotes', { lines: cartOf(0).lines, coupons: ['WRONG2'] })).status).toBe(200);
    const reservation = { id: 'r', lines: cartOf(0).lines, coupons: ['WRONG3'] };
    expect((await post('coupons/reservations', reservation)).status).toBe(422);
    const limited = await check('SPRING');
    expect(limited).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
    expect(limited.headers.get('retry-after')).toBe('10');
    expect((await post('quotes', { lines: cartOf(0).lines })).status).toBe(200);
    api.clock.advance(10_000);
    expect((await check('SPRING')).status).toBe(200);
  });

  test('does not slow down many right codes at once, nor let many wrong ones through at once', async () => {
    await api.close();
    api = await testApi({ limits: { guesses: { perSecond: 0.1, burst: 3 } } });
    await make(shared);
    const check = (code: string) => post('coupons/check', { code }).then(({ status }) => status);
    expect(new Set(await Promise.all(Array.from({ length: 40 }, () => check('SPRING'))))).toEqual(
      new Set([200]),
    );
    const wrong = await Promise.all(Array.from({ length: 40 }, (_, index) => check(`WRONG${index}`)));
    expect(wrong.filter((status) => status === 200)).toHaveLength(3);
    expect(wrong.filter((status) => status === 429)).toHaveLength(37);
  });
});
