import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import type { orderWithHistorySchema } from '../../api/shapes/order.ts';
import { readEvents } from '../../db/insights/events.ts';
import { type TestApi, testApi } from '../support/api.ts';
import { hasLibsqlServer, type LibsqlServer, startLibsqlServer } from '../support/sqld.ts';

type OrderView = z.output<typeof orderWithHistorySchema>;

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const stores = [
  { name: 'a file', onServer: false },
  ...(hasLibsqlServer ? [{ name: 'a libSQL server', onServer: true }] : []),
];

describe.each(stores)('on $name', ({ onServer }) => {
  let api: TestApi;
  let server: LibsqlServer | undefined;
  let people = 0;

  beforeAll(async () => {
    server = onServer ? await startLibsqlServer() : undefined;
    api = await testApi(server ? { url: server.url } : {});
  });
  afterAll(async () => {
    api.close();
    await server?.stop();
  });

  /** A customer nobody has told of yet. */
  function somebody() {
    people += 1;
    return { phone: `+3806712300${String(people).padStart(2, '0')}` };
  }

  const iso = (at = api.clock.now()) => new Date(at).toISOString();

  async function tell(id: string, body: Readonly<Record<string, unknown>>): Promise<OrderView> {
    const answer = await api.call('POST', `/v1/orders/${id}/status`, { body: { at: iso(), ...body } });
    expect(answer).toMatchObject({ status: 200 });
    return JSON.parse(answer.text);
  }

  async function read(id: string): Promise<OrderView> {
    return JSON.parse((await api.call('GET', `/v1/orders/${id}`)).text);
  }

  /** What journeys were told of an order, and whether it may still start something. */
  async function news(id: string) {
    const order = await read(id);
    const all = await readEvents(api.svoi.database, { type: 'order_status', after: '', limit: 1000 });
    return all
      .filter(({ data }) => data.order_id === order.id)
      .map(({ data: { status = '', was = null }, handledAt }) => ({ status, was, open: handledAt === null }));
  }

  test('an order is kept with all that was told of it, and each change of state is told once', async () => {
    const customer = somebody();
    const paid = { customer, status: 'paid', number: '1077', total: 129_800 };
    const order = await tell('all-1', paid);
    expect(order).toMatchObject({ external_id: 'all-1', kind: 'order', status: 'paid', number: '1077' });
    expect(await tell('all-1', paid)).toEqual(order);
    api.clock.advance(minuteMs);
    const tracking_url = 'https://post.example/59';
    await tell('all-1', { customer, status: 'shipped', tracking_url });
    api.clock.advance(minuteMs);
    await tell('all-1', { customer, status: 'shipped', url: 'https://shop.example/orders/1077' });
    expect(await read('all-1')).toMatchObject({
      ...{ status: 'shipped', total: 129_800, number: '1077', tracking_url },
      url: 'https://shop.example/orders/1077',
      history: [{ status: 'paid' }, { status: 'shipped' }],
    });
    expect(await news('all-1')).toEqual([
      { status: 'paid', was: null, open: true },
      { status: 'shipped', was: 'paid', open: true },
    ]);
  });

  test('a state that comes late stays in the history, and turns nothing back', async () => {
    const customer = somebody();
    const at = api.clock.now();
    await tell('late-1', { customer, status: 'delivered', at: iso(at) });
    expect(await tell('late-1', { customer, status: 'shipped', at: iso(at - minuteMs) })).toMatchObject({
      ...{ status: 'delivered', at: iso(at) },
    });
    expect((await read('late-1')).history).toEqual([
      { status: 'shipped', at: iso(at - minuteMs) },
      { status: 'delivered', at: iso(at) },
    ]);
    expect(await news('late-1')).toEqual([
      { status: 'delivered', was: null, open: true },
      { status: 'shipped', was: null, open: false },
    ]);
  });

  test('what happened long ago is history, and starts nothing', async () => {
    await tell('old-1', { customer: somebody(), status: 'delivered', at: iso(api.clock.now() - 4 * dayMs) });
    expect(await news('old-1')).toEqual([{ status: 'delivered', was: null, open: false }]);
  });

  test('states told at the same moment end in the newest, each told once', async () => {
    const customer = somebody();
    const at = api.clock.now();
    const states = ['new', 'paid', 'packed', 'shipped', 'delivered'];
    const told = [...states, ...states].map((status, index) => ({
      ...{ customer, status, at: iso(at + (index % states.length)) },
    }));
    await Promise.all(told.map((state) => tell('busy-1', state)));
    const order = await read('busy-1');
    expect(order.status).toBe('delivered');
    expect(order.history.map(({ status }) => status).sort()).toEqual([...states].sort());
  });

  test('an invoice has its due day and the manager who looks after it', async () => {
    const order = await tell('invoice-1', {
      ...{ customer: somebody(), kind: 'invoice', status: 'awaiting_payment', total: 1_250_000 },
      ...{ due_at: '2026-11-27T18:00:00+02:00', manager: '0501112233' },
    });
    expect(order).toMatchObject({
      ...{ kind: 'invoice', number: 'invoice-1', manager: '+380501112233' },
      due_at: '2026-11-27T16:00:00.000Z',
    });
  });

  test('the orders of a customer are listed page by page, those of another shop are not', async () => {
    const customer = somebody();
    for (const id of ['page-1', 'page-2', 'page-3']) {
      await tell(id, { customer, status: 'new' });
      api.clock.advance(minuteMs);
    }
    const { key } = await api.addShop(`Another ${people}`, 'site');
    const path = `/v1/orders?customer=${encodeURIComponent(`phone:${customer.phone}`)}&limit=2`;
    const first = await api.call('GET', path);
    const second = await api.call('GET', `${path}&cursor=${first.body.next}`);
    const ids = [first, second].flatMap(({ text }) =>
      JSON.parse(text).orders.map((one: OrderView) => one.external_id),
    );
    expect(ids).toEqual(['page-3', 'page-2', 'page-1']);
    expect(second.body.next).toBeNull();
    expect((await api.call('GET', path, { as: key })).body).toEqual({ orders: [], next: null });
    expect((await api.call('GET', '/v1/orders/page-1', { as: key })).body.code).toBe('order_not_found');
  });

  test('erasing a customer erases the orders with their history', async () => {
    const { phone } = somebody();
    await tell('erased-1', { customer: { phone }, status: 'new' });
    await api.call('DELETE', `/v1/customers/${encodeURIComponent(`phone:${phone}`)}`);
    expect((await api.call('GET', '/v1/orders/erased-1')).status).toBe(404);
  });
});

describe('what cannot be the state of an order is refused, and the pointer says why', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await testApi();
  });
  afterAll(() => api.close());
  const good = { customer: { phone: '+380671234567' }, status: 'paid', at: '2026-11-22T09:00:00Z' };

  test.each([
    [{ ...good, customer: null }, 'invalid_request', ['/customer']],
    [{ ...good, customer: { card: '2900000000001' } }, 'customer_not_found', ['/customer']],
    [{ ...good, status: '' }, 'invalid_request', ['/status']],
    [{ ...good, kind: 'parcel' }, 'invalid_request', ['/kind']],
    [{ ...good, total: -1 }, 'invalid_request', ['/total']],
    [{ ...good, tracking_url: 'javascript:alert(1)' }, 'invalid_request', ['/tracking_url']],
    [{ ...good, manager: 'Olena' }, 'invalid_request', ['/manager']],
    [{ ...good, due_at: '1999-01-01T00:00:00Z' }, 'invalid_request', ['/due_at']],
    [{ ...good, at: '2026-11-23T09:00:00Z' }, 'in_the_future', ['/at']],
  ])('%j', async (body, code, pointers) => {
    const answer = await api.call('POST', '/v1/orders/wrong-1/status', { body });
    expect(answer).toMatchObject({ status: 422, body: { code } });
    expect(answer.body.errors?.map((one) => one.pointer)).toEqual(pointers);
  });
});
