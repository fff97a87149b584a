import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readRows } from '../../db/database.ts';
import { verifyLedger } from '../../db/verify.ts';
import { type Answer, purchaseBody, type TestApi, testApi } from '../support/api.ts';
import { testChat } from '../support/chat.ts';

const seed = 20261122;
const runs = 4000;

/** A body of many kinds of value, so that every one of them gets its turn at being spoilt. */
function validPurchase(id: string) {
  return {
    ...purchaseBody({ id }),
    store: 'Lviv',
    lines: [
      {
        id: '1',
        sku: 'tea',
        name: 'Чай',
        category: 'drinks',
        quantity: 2,
        unit_price: 9_000,
        amount: 17_000,
      },
      { sku: 'cheese', quantity: 0.314, unit_price: 52_000 },
    ],
    total: 33_328,
    paid: true,
    cart_id: 'cart-1',
  };
}

const validCustomer = {
  phone: '+380671234567',
  name: 'Olena',
  birthday: '1990-05-17',
  locale: 'uk',
  external_id: 'c-1',
  consents: { service: true },
};

const validRedemption = (id: string) => ({
  id,
  customer: { phone: '+380671234567' },
  points: 1,
  total: 9_000,
  store: 'Lviv',
  ttl_seconds: 600,
});

/** Values that break things: huge, tiny, not numbers, odd characters, deep, and of every other type. */
const oddValue = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    '',
    ' ',
    0,
    -0,
    -1,
    0.1,
    1e-7,
    1e15,
    2 ** 53,
    1.7976931348623157e308,
    [],
    {},
  ),
  fc.constantFrom(
    'NaN',
    '1e999',
    '\u0000',
    '\ud800',
    '\u202e',
    '👩‍👩‍👧',
    "'; drop table purchases; --",
    '__proto__',
  ),
  fc.constantFrom('9999-12-31T23:59:59Z', '2026-11-22T12:00:00+23:59', '0000-01-01T00:00:00Z', '$.a', '%00'),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.double(),
  fc.maxSafeInteger(),
  fc.integer({ min: 1, max: 300 }).map((depth) => JSON.parse('['.repeat(depth) + ']'.repeat(depth))),
  fc.jsonValue({ maxDepth: 4 }),
);

type Holder = Record<string, unknown>;

/** Every object and list inside a value, the value itself first. */
function holders(value: unknown): Holder[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value as Holder, ...Object.values(value).flatMap(holders)];
}

interface Spoil {
  readonly kind: 'replace' | 'remove' | 'add' | 'wrap';
  readonly where: number;
  readonly which: number;
  readonly value: unknown;
}

const spoil = fc.record<Spoil>({
  kind: fc.constantFrom('replace', 'replace', 'replace', 'remove', 'add', 'wrap'),
  where: fc.nat(),
  which: fc.nat(),
  value: oddValue,
});

function spoilt(body: unknown, spoils: readonly Spoil[]): unknown {
  const copy = structuredClone(body);
  for (const { kind, where, which, value } of spoils) {
    const all = holders(copy);
    const holder = all[where % all.length];
    if (!holder) continue;
    const keys = Object.keys(holder);
    const key = keys[which % Math.max(1, keys.length)] ?? 'a';
    if (kind === 'replace') put(holder, key, value);
    else if (kind === 'remove') delete holder[key];
    else if (kind === 'wrap') put(holder, key, [holder[key]]);
    else put(holder, typeof value === 'string' ? value : 'extra', value);
  }
  return copy;
}

/** Sets a key, also one like `__proto__`. */
function put(holder: Holder, key: string, value: unknown): void {
  const own = { value: structuredClone(value), enumerable: true, writable: true, configurable: true };
  Object.defineProperty(holder, key, own);
}

interface Cut {
  readonly at: number;
  readonly length: number;
  readonly insert: Uint8Array;
}

/** Takes bytes out of a text, or puts others in. */
const cut = fc.option(
  fc.record<Cut>({ at: fc.nat(), length: fc.nat(40), insert: fc.uint8Array({ maxLength: 4 }) }),
  { freq: 4 },
);

function bytesOf(body: unknown, change: Cut | null): Uint8Array {
  const bytes = new TextEncoder().encode(JSON.stringify(body) ?? '');
  if (!change) return bytes;
  const at = change.at % (bytes.length + 1);
  return new Uint8Array([...bytes.slice(0, at), ...change.insert, ...bytes.slice(at + change.length)]);
}

const request = fc.record({
  door: fc.constantFrom('single', 'single', 'batch', 'customer', 'redemption'),
  id: fc.integer({ min: 1, max: 1500 }),
  spoils: fc.array(spoil, { maxLength: 3 }),
  cut,
});

type Request = typeof request extends fc.Arbitrary<infer Value> ? Value : never;

let api: TestApi;

beforeAll(async () => {
  api = await testApi();
  // A member whom no chat reaches: points are held at once.
  const chat = testChat(api.svoi);
  await chat.contact('380671234567');
  await chat.send({ kind: 'blocked' });
});
afterAll(() => api.close());

async function send({ door, id, spoils, cut }: Request): Promise<Answer> {
  const one = validPurchase(`f-${id}`);
  const [path, body] = {
    single: ['/v1/purchases', one],
    batch: ['/v1/purchases/batch', [one, validPurchase(`f-${id + 1}`)]],
    customer: ['/v1/customers', validCustomer],
    redemption: ['/v1/redemptions', validRedemption(`f-${id}`)],
  }[door] as [string, unknown];
  return api.call('POST', path, { body: bytesOf(spoilt(body, spoils), cut) });
}

test(`${runs} spoilt bodies: never a fault of ours, never half a purchase or a hold`, async () => {
  const statuses = new Map<number, number>();
  let recorded = 0;
  let held = 0;
  const requests = fc.sample(request, { numRuns: runs, seed });
  for (let start = 0; start < requests.length; start += 50) {
    const group = requests.slice(start, start + 50);
    const answers = await Promise.all(group.map(send));
    for (const [index, answer] of answers.entries()) {
      const all = answer.body.results ?? [answer];
      for (const { status, body } of all) {
        expect(
          status,
          `seed ${seed}, request ${start + index}: ${JSON.stringify(group[index])}`,
        ).toBeLessThan(500);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        if (status === 201 && body.id.startsWith('pur_')) recorded += 1;
        if (status === 201 && body.id.startsWith('red_')) held += 1;
      }
    }
  }
  expect(api.faults).toEqual([]);
  // A fuzz that is always refused, or never, would prove nothing.
  expect([...statuses.keys()].sort()).toEqual([200, 201, 400, 409, 422]);
  expect(recorded).toBeGreaterThan(200);
  expect(held).toBeGreaterThan(50);
  expect(await readRows(api.svoi.database, 'select count(*) as count from purchases')).toEqual([
    { count: recorded },
  ]);
  expect(await readRows(api.svoi.database, 'select count(*) as count from redemptions')).toEqual([
    { count: held },
  ]);
  expect(await halfWritten()).toEqual([]);
  expect(await verifyLedger(api.svoi.database)).not.toHaveProperty('fault');
});

const shoppingRuns = 2000;

/** A body for each call around a purchase, by the tail of its address; `p-…` are purchases of the shop. */
function shoppingBody(door: string, id: number): readonly [path: string, body: unknown] {
  const lines = validPurchase('').lines;
  const customer = { phone: '+380671234567' };
  const cart = { customer, lines, store: 'Lviv', coupons: ['SPRING'] };
  const goods = {
    id: `b-${id}`,
    at: '2026-11-22T09:00:00Z',
    lines: [{ sku: 'tea', quantity: 1 }],
    amount: 100,
  };
  switch (door) {
    case 'refund':
      return [`/v1/purchases/p-${id % 40}/refunds`, goods];
    case 'quote':
      return ['/v1/quotes', cart];
    case 'check':
      return ['/v1/coupons/check', { ...cart, coupons: undefined, code: 'SPRING' }];
    case 'reserve':
      return ['/v1/coupons/reservations', { ...cart, id: `s-${id}`, ttl_seconds: 600 }];
    case 'issue':
      return ['/v1/coupons/gift/issue', { id: `i-${id}`, customer }];
    case 'codes':
      return ['/v1/coupons/gift/codes', { id: `c-${id}`, count: 2 }];
    default:
      return ['/v1/coupons', { ...aCoupon, name: `Coupon ${id}`, code: { shared: `CODE${id}` } }];
  }
}

/** A coupon with a value of every kind. */
const aCoupon = {
  name: 'Spring',
  texts: { uk: { title: 'Весна', terms: 'На чай' } },
  effect: { kind: 'percent', percent: 10, max_discount_minor: 5_000 },
  applies_to: { skus: ['tea'], categories: ['drinks'] },
  code: { shared: 'SPRING' },
  valid: {
    from: '2026-01-01',
    until: '2027-12-31',
    weekdays: ['sun'],
    hours: { from: '08:00', to: '20:00' },
  },
  limits: { total: 1_000_000, budget_minor: 1_000_000_000 },
  conditions: { min_cart_minor: 100, stores: ['Lviv'] },
  stacking: 'stackable',
};

const shopping = fc.record({
  door: fc.constantFrom('refund', 'refund', 'quote', 'check', 'reserve', 'issue', 'codes', 'coupon'),
  id: fc.integer({ min: 1, max: 600 }),
  spoils: fc.array(spoil, { maxLength: 2 }),
  cut,
});

test(`${shoppingRuns} spoilt refunds, quotes and coupons: never a fault of ours, never half of one`, async () => {
  const free = { perSecond: 1e9, burst: 1e9 };
  const shop = await testApi({ limits: { guesses: free, guessesOfAddress: free } });
  const made = [
    aCoupon,
    { name: 'Gift', effect: { kind: 'amount', amount_minor: 500 }, code: { pattern: 'G-####-####' } },
  ];
  const coupons = await Promise.all(made.map((body) => shop.call('POST', '/v1/coupons', { body })));
  const giftId = coupons[1]?.body.id ?? '';
  for (let index = 0; index < 40; index += 1) {
    await shop.call('POST', '/v1/purchases', { body: validPurchase(`p-${index}`) });
  }
  const done = new Map<string, number>();
  const requests = fc.sample(shopping, { numRuns: shoppingRuns, seed });
  for (let start = 0; start < requests.length; start += 50) {
    const group = requests.slice(start, start + 50);
    const answers = await Promise.all(
      group.map(({ door, id, spoils, cut }) => {
        const [path, body] = shoppingBody(door, id);
        const spoiltBody = bytesOf(spoilt(body, spoils), cut);
        return shop.call('POST', path.replace('gift', giftId), { body: spoiltBody });
      }),
    );
    for (const [index, { status }] of answers.entries()) {
      const one = group[index];
      expect(status, `seed ${seed}, request ${start + index}: ${JSON.stringify(one)}`).toBeLessThan(500);
      if (one && status < 300)
        done.set(`${one.door} ${status}`, (done.get(`${one.door} ${status}`) ?? 0) + 1);
    }
  }
  expect(shop.faults).toEqual([]);
  // A fuzz that is always refused would prove nothing.
  const doors = new Set([...done.keys()].map((key) => key.split(' ')[0]));
  expect([...doors].sort()).toEqual(['check', 'codes', 'coupon', 'issue', 'quote', 'refund', 'reserve']);
  const rows = 'select (select count(*) from refunds) as refunds, (select count(*) from coupons) as coupons';
  expect(await readRows(shop.svoi.database, rows)).toEqual([
    { refunds: done.get('refund 201'), coupons: (done.get('coupon 201') ?? 0) + made.length },
  ]);
  const tooMuch = `select id from purchases where refunded_minor > total_minor - discount_minor
    union all select id from coupons c where uses is not
      (select count(*) from coupon_uses u where u.coupon_id = c.id and u.status in ('reserved', 'used'))`;
  expect(await readRows(shop.svoi.database, tooMuch)).toEqual([]);
  expect(await verifyLedger(shop.svoi.database)).not.toHaveProperty('fault');
  shop.close();
});

test('odd references and cursors: never a fault of ours', async () => {
  const word = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 250 }),
    fc.string(),
    fc.constantFrom('%', '%zz', '..'),
  );
  const address = fc.record({
    prefix: fc.constantFrom('', 'cus_', 'phone:', 'phone:+380', 'card:', 'ext:'),
    ref: word,
    query: fc.option(fc.record({ cursor: word, limit: word })),
    raw: fc.boolean(),
  });
  const addresses = fc.sample(address, { numRuns: 1000, seed });
  for (const { prefix, ref, query, raw } of addresses) {
    const path = `/v1/customers/${prefix}${raw ? encodeURI(ref) : encodeURIComponent(ref)}`;
    const search = query ? `/ledger?${new URLSearchParams(query)}` : '';
    const { status } = await api.call('GET', path + search);
    expect(status, `${path}${search}`).toBeLessThan(500);
  }
  expect(api.faults).toEqual([]);
});

/** Purchases without all their lines or without their ledger transaction, and transactions that do not sum to zero. */
function halfWritten() {
  return readRows(
    api.svoi.database,
    `select p.id, 'lines' as what from purchases p
       where p.total_minor is not (select sum(amount_minor) from purchase_lines l where l.purchase_id = p.id)
     union all
     select p.id, 'ledger' from purchases p
       where p.earned + p.pending is not
         (select coalesce(sum(points), 0) from ledger_transactions t where t.reference = p.id)
     union all
     select p.id, 'answer' from purchases p
       where not exists (select 1 from commands c where c.scope = p.shop_id || ' purchase' and c.key = p.external_id)
     union all
     select r.id, 'hold' from redemptions r
       where r.points is not (select -sum(points) from ledger_transactions t where t.reference = r.id)
     union all
     select t.id, 'entries' from ledger_transactions t
       where 0 is not (select sum(points) from ledger_entries e where e.transaction_id = t.id)`,
  );
}
