import { afterEach, beforeEach, expect, test } from 'vitest';
import { purchaseBody, type TestApi, testApi } from '../support/api.ts';

let api: TestApi;

beforeEach(async () => {
  api = await testApi();
});
afterEach(() => api.close());

const post = (changes: Readonly<Record<string, unknown>> = {}) =>
  api.call('POST', '/v1/purchases', { body: purchaseBody(changes) });
const balance = async (ref = 'phone:+380671234567') =>
  (await api.call('GET', `/v1/customers/${ref}`)).body.points.balance;

test('a purchase earns points, and the answer says how many there are now', async () => {
  const { status, body } = await post();
  expect(status).toBe(201);
  expect(body).toEqual({
    id: expect.stringMatching(/^pur_/),
    customer: expect.stringMatching(/^cus_/),
    points: { earned: 25, pending: 0, spent: 0, balance: 25 },
  });
});

test('the same purchase again gets the first answer, marked as a replay, and nothing is counted twice', async () => {
  const first = await post();
  await post({ id: 'r-2' });
  const again = await post();
  expect(again.status).toBe(200);
  expect(again.headers.get('idempotent-replay')).toBe('true');
  expect(again.body).toEqual(first.body);
  expect(await balance()).toBe(50);
});

test('what a shop says in another way is still the same purchase', async () => {
  await post({ store: undefined });
  const again = await post({
    store: null,
    paid: true,
    at: '2026-11-22T09:30:00Z',
    customer: { phone: '067 123-45-67' },
    lines: [{ sku: 'coffee', quantity: 1.0, unit_price: 50_000, amount: 50_000, name: null }],
    total: 50_000,
  });
  expect(again.status).toBe(200);
});

test('another body under the same id is refused, and the first one stands', async () => {
  await post();
  const other = await post({ lines: [{ sku: 'coffee', quantity: 2, unit_price: 50_000 }] });
  expect(other.status).toBe(409);
  expect(other.body).toMatchObject({ code: 'purchase_conflict', status: 409 });
  expect(await balance()).toBe(25);
});

test('two shops may use the same id for two purchases', async () => {
  const { key } = await api.addShop('Till', 'till');
  await post();
  const other = await api.call('POST', '/v1/purchases', { as: key, body: purchaseBody() });
  expect(other.status).toBe(201);
  expect(await balance()).toBe(50);
});

test('a purchase of nobody is recorded and earns nothing', async () => {
  const { status, body } = await post({ customer: undefined });
  expect(status).toBe(201);
  expect(body).toMatchObject({ customer: null, points: { earned: 0, balance: 0 } });
});

test.each([
  ['quantity × price, rounded half up', { quantity: 0.333, unit_price: 1_000 }, 333],
  ['half a kopeck up', { quantity: 0.5, unit_price: 33 }, 17],
  ['an amount that was given counts instead', { quantity: 3, unit_price: 1_000, amount: 2_500 }, 2_500],
  ['nothing to pay', { quantity: 1, unit_price: 0 }, 0],
])('the amount of a line: %s', async (_, line, total) => {
  const lines = [{ sku: 'a', ...line }];
  const wrong = await post({ lines, total: total + 1 });
  expect(wrong.status).toBe(422);
  expect(wrong.body.errors).toEqual([
    { pointer: '/total', detail: `must be ${total}, the sum of the amounts of the lines` },
  ]);
  expect((await post({ lines, total })).status).toBe(201);
});

const line = { sku: 'a', quantity: 1, unit_price: 100 };

test.each([
  ['no id', { id: undefined }, '/id'],
  ['an empty id', { id: '' }, '/id'],
  ['a number for an id', { id: 5 }, '/id'],
  ['an id of 201 characters', { id: 'x'.repeat(201) }, '/id'],
  ['an id with a zero byte', { id: 'a\u0000b' }, '/id'],
  ['half a character in an id', { id: 'a\ud800' }, '/id'],
  ['a time without an offset', { at: '2026-11-22T12:00:00' }, '/at'],
  ['a day only', { at: '2026-11-22' }, '/at'],
  ['a day that never was', { at: '2026-02-30T12:00:00Z' }, '/at'],
  ['a clock that was reset', { at: '1970-01-01T00:00:00Z' }, '/at'],
  ['a time to come', { at: '2026-11-22T13:00:00+02:00' }, '/at'],
  ['no lines', { lines: [] }, '/lines'],
  ['501 lines', { lines: Array(501).fill(line) }, '/lines'],
  ['no quantity', { lines: [{ sku: 'a', unit_price: 1 }] }, '/lines/0/quantity'],
  ['a quantity of zero', { lines: [line, { ...line, quantity: 0 }] }, '/lines/1/quantity'],
  ['a quantity below zero', { lines: [{ ...line, quantity: -1 }] }, '/lines/0/quantity'],
  ['four decimals', { lines: [{ ...line, quantity: 1.0001 }] }, '/lines/0/quantity'],
  ['half a kopeck', { lines: [{ ...line, unit_price: 0.5 }] }, '/lines/0/unit_price'],
  ['a price below zero', { lines: [{ ...line, unit_price: -1 }] }, '/lines/0/unit_price'],
  ['a price beyond all bounds', { lines: [{ ...line, unit_price: 1e13 }] }, '/lines/0/unit_price'],
  [
    'a product beyond all bounds',
    { lines: [{ ...line, quantity: 1_000_000, unit_price: 1e12 }] },
    '/lines/0/unit_price',
  ],
  ['a sum beyond all bounds', { lines: Array(2).fill({ ...line, unit_price: 1e12 }) }, '/lines'],
  ['a key that does not exist', { lines: [{ ...line, price: 5 }] }, '/lines/0/price'],
  ['a key with a slash and a tilde', { 'a/b~c': 1 }, '/a~1b~0c'],
  ['a customer by nothing', { customer: {} }, '/customer'],
  ['a customer by two', { customer: { phone: '+380671234567', card: '2900000000018' } }, '/customer'],
  ['a phone that is none', { customer: { phone: '12345' } }, '/customer/phone'],
  ['a card with a wrong check digit', { customer: { card: '2900000000019' } }, '/customer/card'],
  ['a card of nobody', { customer: { card: '2900000000018' } }, '/customer'],
  ['an id that is not ours', { customer: { id: 'pur_1' } }, '/customer/id'],
])('%s is refused with its place in the body', async (_, changes, pointer) => {
  const { status, body, headers } = await post(changes);
  expect([status, body.errors?.[0]?.pointer]).toEqual([422, pointer]);
  expect(headers.get('content-type')).toBe('application/problem+json');
  expect(body).toMatchObject({ type: `/docs#${body.code}`, status: 422 });
  expect((await post()).status).toBe(201);
});

test('everything that is wrong is named at once', async () => {
  const { body } = await post({ id: 5, paid: 'yes', lines: [{ sku: '', quantity: 0, unit_price: '1' }] });
  expect(body.errors?.map(({ pointer }) => pointer)).toEqual([
    '/id',
    '/lines/0/sku',
    '/lines/0/quantity',
    '/lines/0/unit_price',
    '/paid',
  ]);
});

test('a customer is found by card, by our id and by the shop’s own id', async () => {
  const { body } = await post();
  const { card } = (await api.call('GET', `/v1/customers/${body.customer}`)).body.profile;
  await api.call('POST', '/v1/customers', { body: { phone: '+380671234567', external_id: 'c-1' } });
  const references = [{ card }, { id: body.customer }, { external_id: 'c-1' }];
  for (const [index, customer] of references.entries()) {
    expect((await post({ id: `by-${index}`, customer })).body.customer).toBe(body.customer);
  }
});

test('a national phone is read in the country of the program', async () => {
  const polish = await testApi({ program: { country: 'PL' } });
  await polish.call('POST', '/v1/purchases', { body: purchaseBody({ customer: { phone: '512 345 678' } }) });
  expect((await polish.call('GET', '/v1/customers/phone:+48512345678')).status).toBe(200);
  polish.close();
});

test('points of an order wait for its payment, and a payment counts once', async () => {
  const order = await post({ paid: false });
  expect(order.body.points).toEqual({ earned: 0, pending: 25, spent: 0, balance: 0 });
  const paid = await api.call('POST', '/v1/purchases/r-1/payment');
  expect(paid).toMatchObject({ status: 200, body: { points: { earned: 25, pending: 0, balance: 25 } } });
  const again = await api.call('POST', `/v1/purchases/${order.body.id}/payment`);
  expect(again.body).toEqual(paid.body);
  expect(await balance()).toBe(25);
});

test('a payment reported again does not count points that have run out since', async () => {
  await post({ paid: false });
  await api.call('POST', '/v1/purchases/r-1/payment');
  api.clock.set(Date.parse('2027-11-23T00:00:00+02:00'));
  const { body } = await api.call('POST', '/v1/purchases/r-1/payment');
  expect(body.points).toMatchObject({ earned: 25, balance: 0 });
});

test('a shop cannot report the payment of another shop’s purchase, nor of one that is not there', async () => {
  const { key } = await api.addShop('Till', 'till');
  const { body } = await post({ paid: false });
  for (const id of ['r-1', body.id]) {
    const answer = await api.call('POST', `/v1/purchases/${id}/payment`, { as: key });
    expect(answer).toMatchObject({ status: 404, body: { code: 'purchase_not_found' } });
  }
});

test('an id with every odd character is found again in an address', async () => {
  const id = 'чек №1/2 %7e+&?#"\'';
  await post({ id, paid: false });
  const paid = await api.call('POST', `/v1/purchases/${encodeURIComponent(id)}/payment`);
  expect(paid.status).toBe(200);
});

test('a batch answers each as if it had been posted alone, in order', async () => {
  await post({ id: 'known' });
  const body = [
    purchaseBody({ id: 'known' }),
    purchaseBody({ id: 'new' }),
    purchaseBody({ id: 'known', store: 'elsewhere' }),
    purchaseBody({ id: 'new' }),
    purchaseBody({ id: 'wrong', total: 1 }),
    purchaseBody({ id: 'late', at: '2027-01-01T00:00:00Z' }),
    null,
    purchaseBody({ id: 'last' }),
  ];
  const { status, body: answer } = await api.call('POST', '/v1/purchases/batch', { body });
  expect(status).toBe(200);
  const { results = [] } = answer;
  expect(results.map((result) => [result.status, result.body.code])).toEqual([
    [200, undefined],
    [201, undefined],
    [409, 'purchase_conflict'],
    [200, undefined],
    [422, 'invalid_request'],
    [422, 'in_the_future'],
    [422, 'invalid_request'],
    [201, undefined],
  ]);
  expect(results[4]?.body.errors).toMatchObject([{ pointer: '/total' }]);
  expect(await balance()).toBe(75);
});

test('a batch may name coupons, the same or different ones, more often than one may guess', async () => {
  const coupon = { name: 'Spring', code: { shared: 'SPRING' }, effect: { kind: 'percent', percent: 10 } };
  expect((await api.call('POST', '/v1/coupons', { body: coupon })).status).toBe(201);
  const body = Array.from({ length: 60 }, (_, index) =>
    purchaseBody({ id: `c-${index}`, coupons: [index === 7 ? 'SUMMER' : 'spring'] }),
  );
  const { body: answer } = await api.call('POST', '/v1/purchases/batch', { body });
  const { results = [] } = answer;
  const wrong = results[7];
  expect(wrong).toMatchObject({ status: 422, body: { code: 'coupon_not_found' } });
  expect(wrong?.body.errors).toMatchObject([{ pointer: '/coupons/0' }]);
  const others = results.filter((result) => result !== wrong);
  expect(new Set(others.map(({ status }) => status))).toEqual(new Set([201]));
  expect(others[0]?.body).toMatchObject({
    ...{ discounts: [{ code: 'SPRING', name: 'Spring', amount: 5000 }], payable: 45_000 },
    points: { earned: 22 },
  });
});

test('a batch has 1 to 500 purchases, and 500 of them over one customer all count', async () => {
  const many = Array.from({ length: 501 }, (_, index) => purchaseBody({ id: `m-${index}` }));
  for (const body of [[], many, {}, null]) {
    expect((await api.call('POST', '/v1/purchases/batch', { body })).status).toBe(422);
  }
  const { body } = await api.call('POST', '/v1/purchases/batch', { body: many.slice(0, 500) });
  expect(body.results?.every(({ status }) => status === 201)).toBe(true);
  expect(body.results?.at(-1)?.body.points.balance).toBe(500 * 25);
  expect(await balance()).toBe(500 * 25);
});

test('two doors for one phone at the same moment make one customer', async () => {
  const phones = ['+380671234567', '067 123 45 67', '380671234567', '0671234567'];
  const answers = await Promise.all(
    phones.flatMap((phone, index) => [
      post({ id: `two-${index}`, customer: { phone } }),
      api.call('POST', '/v1/customers', { body: { phone, name: 'Olena' } }),
    ]),
  );
  const ids = answers.map(({ body }) => body.customer ?? body.id);
  expect(new Set(ids).size).toBe(1);
  expect(answers.map(({ status }) => status).filter((status) => status >= 400)).toEqual([]);
  expect(await balance()).toBe(100);
});

test('the same purchase through two doors at the same moment is recorded once', async () => {
  const answers = await Promise.all([post(), post(), post()]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
  expect(await balance()).toBe(25);
});
