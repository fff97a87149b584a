import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import type { cartSchema } from '../../api/shapes/cart.ts';
import { readEvents } from '../../db/insights/events.ts';
import { settleDue } from '../../jobs.ts';
import { purchaseBody, type TestApi, testApi } from '../support/api.ts';
import { hasLibsqlServer, type LibsqlServer, startLibsqlServer } from '../support/sqld.ts';

type CartView = z.output<typeof cartSchema>;

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const stores = [
  { name: 'a file', onServer: false },
  ...(hasLibsqlServer ? [{ name: 'a libSQL server', onServer: true }] : []),
];

const coffee = { sku: 'coffee', name: 'Coffee', quantity: 2, unit_price: 64_900 };
const cheese = { sku: 'cheese', name: 'Cheese', quantity: 0.314, unit_price: 52_000 };

describe.each(stores)('on $name', ({ onServer }) => {
  let api: TestApi;
  let server: LibsqlServer | undefined;
  let people = 0;
  /** Our ids of the carts of this test: the others go on beside it. */
  const mine = new Set<unknown>();
  beforeEach(() => mine.clear());

  beforeAll(async () => {
    server = onServer ? await startLibsqlServer() : undefined;
    api = await testApi(server ? { url: server.url } : {});
  });
  afterAll(async () => {
    api.close();
    await server?.stop();
  });

  /** A phone nobody has had yet. */
  function newPhone(): string {
    people += 1;
    return `+3806712300${String(people).padStart(2, '0')}`;
  }

  const iso = (at = api.clock.now()) => new Date(at).toISOString();

  async function put(id: string, body: Readonly<Record<string, unknown>>): Promise<CartView> {
    const answer = await api.call('PUT', `/v1/carts/${id}`, {
      body: { items: [coffee], updated_at: iso(), ...body },
    });
    expect(answer).toMatchObject({ status: 200 });
    mine.add(answer.body.id);
    return JSON.parse(answer.text);
  }

  async function read(id: string): Promise<CartView> {
    return JSON.parse((await api.call('GET', `/v1/carts/${id}`)).text);
  }

  /** Lets the time pass and everything be done that falls due, and says which carts of this test were told as left. */
  async function left(milliseconds: number): Promise<readonly unknown[]> {
    const before = await readEvents(api.svoi.database, { type: 'cart_left', after: '', limit: 1000 });
    api.clock.advance(milliseconds);
    await settleDue(api.svoi);
    const all = await readEvents(api.svoi.database, { type: 'cart_left', after: '', limit: 1000 });
    return all.slice(before.length).flatMap(({ data }) => (mine.has(data.cart_id) ? [data] : []));
  }

  test('a cart is kept with its sum, also of what is weighed', async () => {
    const phone = newPhone();
    const cart = await put('sum-1', {
      customer: { phone },
      items: [coffee, cheese],
      url: 'https://shop.example/cart/1',
    });
    expect(cart).toMatchObject({
      ...{ external_id: 'sum-1', state: 'open', visitor: null, total: 2 * 64_900 + 16_328 },
      items: [
        { ...coffee, amount: 129_800, url: null, image: null },
        { ...cheese, amount: 16_328 },
      ],
      leaves_at: iso(api.clock.now() + hourMs),
    });
    expect(await read('sum-1')).toEqual(cart);
    expect(await read(cart.id)).toEqual(cart);
    const list = await api.call('GET', `/v1/carts?customer=${encodeURIComponent(`phone:${phone}`)}`);
    expect(list.body).toEqual({ carts: [cart], next: null });
  });

  test('what is older than what is known changes nothing, and neither does the same again', async () => {
    const customer = { phone: newPhone() };
    const [early, late] = [iso(api.clock.now() - minuteMs), iso()];
    const cart = await put('old-1', { customer, updated_at: late });
    expect(await put('old-1', { customer, updated_at: early, items: [cheese] })).toEqual(cart);
    expect(await put('old-1', { customer, updated_at: late })).toEqual(cart);
    const changed = await put('old-1', { customer, updated_at: late, items: [cheese] });
    expect(changed).toMatchObject({ total: 16_328, updated_at: late });
  });

  test('a cart left alone for an hour is told once, and anew when it was changed', async () => {
    const customer = { phone: newPhone() };
    const cart = await put('left-1', { customer });
    expect(await left(59 * minuteMs)).toEqual([]);
    const told = { cart_id: cart.id, cart_number: 'left-1', cart_state: 'open', total: 129_800, items: 1 };
    expect(await left(minuteMs)).toEqual([told]);
    expect(await read('left-1')).toMatchObject({ state: 'open', leaves_at: null });
    await put('left-1', { customer });
    expect(await left(2 * hourMs)).toEqual([]);
    await put('left-1', { customer, items: [coffee, cheese] });
    expect(await left(2 * hourMs)).toMatchObject([{ cart_id: cart.id, items: 2 }]);
  });

  test('a visitor leaves nothing; named later, the cart is that customer’s', async () => {
    await put('visitor-1', { visitor: 'browser-1' });
    expect(await read('visitor-1')).toMatchObject({ customer: null, leaves_at: null });
    expect(await left(2 * hourMs)).toEqual([]);
    const cart = await put('visitor-1', { visitor: 'browser-1', customer: { phone: newPhone() } });
    expect(cart.customer).toMatch(/^cus_/);
    expect((await put('visitor-1', { visitor: 'browser-1', items: [cheese] })).customer).toBe(cart.customer);
    expect(await left(2 * hourMs)).toMatchObject([{ cart_id: cart.id }]);
  });

  test('another cart takes the place of the older one, in whatever order they come', async () => {
    const customer = { phone: newPhone() };
    const at = api.clock.now();
    await put('second-1', { customer, updated_at: iso(at) });
    await put('first-1', { customer, updated_at: iso(at - minuteMs) });
    expect(await read('first-1')).toMatchObject({ state: 'replaced', leaves_at: null });
    await put('third-1', { customer, updated_at: iso(at) });
    expect(await read('second-1')).toMatchObject({ state: 'replaced', leaves_at: null });
    expect(await left(2 * hourMs)).toMatchObject([{ cart_number: 'third-1' }]);
    const back = await put('first-1', { customer });
    expect(back).toMatchObject({ state: 'open' });
    expect(await read('third-1')).toMatchObject({ state: 'replaced' });
  });

  test('a visitor’s cart gives way to the one filled after signing in', async () => {
    await put('anonymous-1', { visitor: 'browser-2' });
    await put('signed-in-1', { visitor: 'browser-2', customer: { phone: newPhone() } });
    expect(await read('anonymous-1')).toMatchObject({ state: 'replaced' });
    await put('anonymous-2', { visitor: 'browser-2' });
    expect(await read('signed-in-1')).toMatchObject({ state: 'open' });
  });

  test('an emptied cart stays empty until it is filled again', async () => {
    const customer = { phone: newPhone() };
    const filled = { customer, updated_at: iso() };
    await put('empty-1', filled);
    const emptied = await api.call('DELETE', '/v1/carts/empty-1');
    expect(emptied).toMatchObject({ status: 200, body: { state: 'emptied', total: 0, items: [] } });
    expect((await api.call('DELETE', '/v1/carts/empty-1')).body).toEqual(emptied.body);
    expect(await put('empty-1', filled)).toEqual(emptied.body);
    expect(await left(2 * hourMs)).toEqual([]);
    expect(await put('empty-1', { customer })).toMatchObject({ state: 'open' });
    expect(await put('empty-1', { customer, items: [] })).toMatchObject({ state: 'emptied', total: 0 });
  });

  test.each([
    ['that names it', { cart_id: 'bought-1', lines: [{ sku: 'else', quantity: 1, unit_price: 100 }] }, true],
    ['of the customer with an article of it', {}, true],
    [
      'of the customer with other articles',
      { lines: [{ sku: 'else', quantity: 1, unit_price: 100 }] },
      false,
    ],
    ['from before it was filled', { at: '2026-11-01T10:00:00Z' }, false],
    ['of somebody else', { customer: null }, false],
  ])('a purchase %s: bought %j %j', async (what, purchase, isBought) => {
    const id = `bought-${what.length}`;
    const customer = { phone: newPhone() };
    await put(id, { customer });
    const body = purchaseBody({ id: `r-${onServer} ${what}`, at: iso(), customer, ...purchase });
    if ('cart_id' in body) body.cart_id = id;
    expect((await api.call('POST', '/v1/purchases', { body })).status).toBe(201);
    expect(await read(id)).toMatchObject({ state: isBought ? 'bought' : 'open' });
    expect(await left(2 * hourMs)).toHaveLength(isBought ? 0 : 1);
  });

  test('a bought cart stays bought when the shop empties it, and is open again with other goods', async () => {
    const customer = { phone: newPhone() };
    await put('again-1', { customer });
    const body = purchaseBody({ id: 'r-again', at: iso(), customer: null, cart_id: 'again-1' });
    await api.call('POST', '/v1/purchases', { body });
    api.clock.advance(minuteMs);
    expect(await put('again-1', { customer, items: [] })).toMatchObject({ state: 'bought', total: 129_800 });
    expect((await api.call('DELETE', '/v1/carts/again-1')).body).toMatchObject({ state: 'bought' });
    api.clock.advance(minuteMs);
    expect(await put('again-1', { customer, items: [cheese] })).toMatchObject({ state: 'open' });
  });

  test('of many changes and a purchase at the same moment the newest counts, and one cart at most stays open', async () => {
    const customer = { phone: newPhone() };
    const at = api.clock.now();
    const body = purchaseBody({ id: 'r-many', at: iso(at + 8), customer, cart_id: 'many-3' });
    await Promise.all([
      ...Array.from({ length: 8 }, (_, index) =>
        put(`many-${index % 4}`, {
          customer,
          updated_at: iso(at + index),
          items: [{ ...coffee, quantity: index + 1 }],
        }),
      ),
      api.call('POST', '/v1/purchases', { body }),
    ]);
    const states = await Promise.all([0, 1, 2, 3].map(async (index) => (await read(`many-${index}`)).state));
    expect(states.filter((state) => state === 'open').length).toBeLessThanOrEqual(1);
    expect(await read('many-3')).toMatchObject({ updated_at: iso(at + 7) });
  });

  test('erasing a customer erases the carts', async () => {
    const phone = newPhone();
    await put('erased-1', { customer: { phone } });
    await api.call('DELETE', `/v1/customers/${encodeURIComponent(`phone:${phone}`)}`);
    expect(await api.call('GET', '/v1/carts/erased-1')).toMatchObject({
      status: 404,
      body: { code: 'cart_not_found' },
    });
    expect(await left(2 * hourMs)).toEqual([]);
  });

  test('a cart is its shop’s own', async () => {
    await put('own-1', { customer: { phone: newPhone() } });
    const { key } = await api.addShop(`Another ${people}`, 'site');
    expect((await api.call('GET', '/v1/carts/own-1', { as: key })).status).toBe(404);
    expect((await api.call('DELETE', '/v1/carts/own-1', { as: key })).status).toBe(404);
    const { key: till } = await api.addShop(`Till ${people}`, 'till');
    expect((await api.call('GET', '/v1/carts/own-1', { as: till })).status).toBe(403);
  });
});

describe('what cannot be a cart is refused, and the pointer says why', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await testApi();
  });
  afterAll(() => api.close());
  const good = { visitor: 'browser-1', items: [coffee], updated_at: '2026-11-22T09:00:00Z' };

  test.each([
    [{ ...good, visitor: null }, 'invalid_request', ['/customer']],
    [{ ...good, items: Array.from({ length: 201 }, () => coffee) }, 'invalid_request', ['/items']],
    [{ ...good, items: [{ ...coffee, name: '' }] }, 'invalid_request', ['/items/0/name']],
    [{ ...good, items: [{ ...coffee, quantity: 0 }] }, 'invalid_request', ['/items/0/quantity']],
    [{ ...good, items: [{ ...coffee, url: 'javascript:alert(1)' }] }, 'invalid_request', ['/items/0/url']],
    [
      { ...good, items: [{ ...coffee, quantity: 1_000_000, unit_price: 1_000_000_000 }] },
      'invalid_request',
      ['/items/0/unit_price'],
    ],
    [{ ...good, url: 'ftp://shop.example' }, 'invalid_request', ['/url']],
    [{ ...good, customer: { phone: 'nine' } }, 'invalid_request', ['/customer/phone']],
    [{ ...good, customer: { card: '2900000000001' } }, 'customer_not_found', ['/customer']],
    [{ ...good, updated_at: '1999-01-01T00:00:00Z' }, 'invalid_request', ['/updated_at']],
    [{ ...good, updated_at: '2026-11-23T00:00:00Z' }, 'in_the_future', ['/updated_at']],
  ])('%j', async (body, code, pointers) => {
    const answer = await api.call('PUT', '/v1/carts/wrong-1', { body });
    expect(answer).toMatchObject({ status: 422, body: { code } });
    expect(answer.body.errors?.map((one) => one.pointer)).toEqual(pointers);
  });

  test('carts of nobody are not listed', async () => {
    const answer = await api.call('GET', `/v1/carts?customer=${encodeURIComponent('phone:+380501234567')}`);
    expect(answer).toMatchObject({ status: 404, body: { code: 'customer_not_found' } });
    expect((await api.call('GET', '/v1/carts?customer=phone:nine')).body.errors).toMatchObject([
      { parameter: 'customer' },
    ]);
  });
});
