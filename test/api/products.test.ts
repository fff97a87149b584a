import { afterEach, beforeEach, expect, test } from 'vitest';
import { readRows } from '../../db/database.ts';
import { type TestApi, testApi } from '../support/api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await testApi();
});
afterEach(() => api.close());

const coffee = {
  name: 'Coffee',
  category: 'coffee',
  price: 64_900,
  consumption_days: 30,
  attributes: { roast: 'dark' },
};
const told = {
  ...{ sku: 'c-1', ...coffee, brand: null, url: null },
  updated_at: '2026-11-22T10:00:00.000Z',
};
const put = (sku: string, body: unknown, as?: string) =>
  api.call('PUT', `/v1/products/${encodeURIComponent(sku)}`, { body, ...(as ? { as } : {}) });

test('a product is kept as it was told last, and what is told again is no news', async () => {
  expect(await put('c-1', coffee)).toMatchObject({ status: 200, body: told });
  api.clock.advance(60_000);
  expect((await put('c-1', coffee)).body).toEqual(told);
  expect((await api.call('GET', '/v1/products/c-1')).body).toEqual(told);
  const barely = { ...told, category: null, price: null, consumption_days: null, attributes: {} };
  expect((await put('c-1', { name: 'Coffee' })).body).toEqual({
    ...barely,
    updated_at: '2026-11-22T10:01:00.000Z',
  });
});

test('an article may have any name that receipts have for it', async () => {
  expect((await put('кава/1 кг', coffee)).body).toEqual({ ...told, sku: 'кава/1 кг' });
  expect((await api.call('GET', `/v1/products/${encodeURIComponent('кава/1 кг')}`)).status).toBe(200);
  expect(await api.call('GET', '/v1/products/tea')).toMatchObject({
    status: 404,
    body: { code: 'product_not_found', detail: 'nobody told us about tea' },
  });
});

test.each([
  [{}, '/name'],
  [{ ...coffee, price: 1.5 }, '/price'],
  [{ ...coffee, consumption_days: 0 }, '/consumption_days'],
  [{ ...coffee, url: 'javascript:alert(1)' }, '/url'],
  [{ ...coffee, attributes: { sizes: [1, 2] } }, '/attributes/sizes'],
  [
    { ...coffee, attributes: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`a${n}`, n])) },
    '/attributes',
  ],
  [{ ...coffee, colour: 'red' }, '/colour'],
])('%j is refused, and the pointer says what is wrong with it', async (body, pointer) => {
  const answer = await put('c-1', body);
  expect(answer).toMatchObject({ status: 422, body: { code: 'invalid_request' } });
  expect(answer.body.errors?.map((one) => one.pointer)).toEqual([pointer]);
});

test('of a batch those that are wrong are said, and the others are kept; of one told twice the last', async () => {
  const batch = [
    { sku: 'a', name: 'A' },
    { sku: 'b' },
    { sku: 'c', name: 'C' },
    { sku: 'a', name: 'A again' },
  ];
  const { status, body } = await api.call('POST', '/v1/products/batch', { body: batch });
  expect([status, body.results?.map((one) => one.status)]).toEqual([200, [200, 422, 200, 200]]);
  expect(body.results?.[1]?.body.errors).toEqual([{ pointer: '/name', detail: expect.any(String) }]);
  expect(await readRows(api.svoi.database, 'select sku, name from products order by sku')).toEqual([
    { sku: 'a', name: 'A again' },
    { sku: 'c', name: 'C' },
  ]);
  const many = Array.from({ length: 501 }, (_, index) => ({ sku: `p-${index}`, name: 'P' }));
  expect((await api.call('POST', '/v1/products/batch', { body: many })).status).toBe(422);
});

test('a web shop may tell about products, a till may not', async () => {
  const [site, till] = [await api.addShop('Web', 'site'), await api.addShop('Till', 'till')];
  expect((await put('c-1', coffee, site.key)).status).toBe(200);
  expect((await put('c-1', coffee, till.key)).status).toBe(403);
});
