import { afterEach, beforeEach, expect, test } from 'vitest';
import { purchaseBody, type TestApi, testApi } from '../support/api.ts';
import { aColleague, aMember } from '../support/staff.ts';

let api: TestApi;

beforeEach(async () => {
  api = await testApi();
});
afterEach(() => api.close());

const phone = '+380671234567';
const add = (body: Readonly<Record<string, unknown>>) => api.call('POST', '/v1/customers', { body });
const get = (ref: string, as?: string) => api.call('GET', `/v1/customers/${ref}`, as ? { as } : {});
const buy = (changes: Readonly<Record<string, unknown>>) =>
  api.call('POST', '/v1/purchases', { body: purchaseBody(changes) });

test('a customer is added once, and changed where the shop says something new', async () => {
  const first = await add({ phone: '067 123 45 67', name: 'Olena', birthday: '1990-05-17' });
  expect(first.status).toBe(201);
  const second = await add({ phone, name: 'Олена', gender: 'female', birthday: null, city: 'Київ' });
  expect(second.status).toBe(200);
  expect(second.body).toMatchObject({
    id: first.body.id,
    registered: false,
    registered_in: null,
    profile: { phone, name: 'Олена', gender: 'female', birthday: null, city: 'Київ' },
  });
});

test('a shop proves no phone: nobody is registered by it, and no welcome points are given', async () => {
  const { body } = await add({ phone });
  expect(body).toMatchObject({ registered: false, registered_at: null, points: { balance: 0 } });
});

test('a customer is found by id, phone, card and the shop’s own id', async () => {
  const { body } = await add({ phone, external_id: 'a b/c' });
  const refs = [body.id, `phone:${phone}`, 'phone:%2B380671234567', 'phone:0671234567'];
  for (const ref of [...refs, `card:${body.profile.card}`, `ext:${encodeURIComponent('a b/c')}`]) {
    expect((await get(ref)).body.id).toBe(body.id);
  }
});

test.each([
  ['phone:+380671111111', 404, 'customer_not_found'],
  ['card:2900000000018', 404, 'customer_not_found'],
  ['ext:nobody', 404, 'customer_not_found'],
  ['cus_01KANW6Q3J8X5T0G9R2B7C4D6E', 404, 'customer_not_found'],
  ['phone:123', 422, 'invalid_request'],
  ['card:1234', 422, 'invalid_request'],
  ['olena', 422, 'invalid_request'],
  ['ext:', 422, 'invalid_request'],
])('the reference %s is answered with %s', async (ref, status, code) => {
  for (const path of [ref, `${ref}/ledger`]) {
    const answer = await get(path);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    if (status === 422) expect(answer.body.errors?.[0]?.parameter).toBe('ref');
  }
});

test.each([
  [{ phone: '123' }, '/phone'],
  [{ name: 'nobody' }, '/phone'],
  [{ phone, birthday: '2026-13-01' }, '/birthday'],
  [{ phone, birthday: '2026-11-23' }, '/birthday'],
  [{ phone, gender: 'x' }, '/gender'],
  [{ phone, locale: 'fr' }, '/locale'],
  [{ phone, zone: 'Mars/Base' }, '/zone'],
  [{ phone, card: '2900000000019' }, '/card'],
  [{ phone, consents: { sms: true } }, '/consents/sms'],
  [{ phone, vip: true }, '/vip'],
])('a customer as %j is refused at %s', async (body, pointer) => {
  const answer = await add(body);
  expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([422, pointer]);
});

test('a card and an external id belong to one customer only', async () => {
  const card = '2900000000018';
  await add({ phone, card, external_id: 'c-1' });
  const other = '+380671234568';
  expect(await add({ phone: other, card })).toMatchObject({ status: 409, body: { code: 'card_taken' } });
  expect(await add({ phone: other, external_id: 'c-1' })).toMatchObject({
    status: 409,
    body: { code: 'customer_mismatch', errors: [{ pointer: '/external_id' }] },
  });
});

test('a shop sees its own ids of a customer, and not another shop’s', async () => {
  const { key } = await api.addShop('Site', 'site');
  await add({ phone, external_id: 'office-1' });
  await buy({ id: 'office-receipt' });
  const site = await api.call('POST', '/v1/customers', { as: key, body: { phone, external_id: 'site-1' } });
  expect(site.body.external_ids).toEqual(['site-1']);
  expect(site.body.last_purchases).toMatchObject([{ external_id: null, total: 50_000 }]);
  expect((await get(`phone:${phone}`)).body.external_ids).toEqual(['office-1']);
  expect((await get('ext:office-1', key)).status).toBe(404);
});

test('consents are shown with their time and source, the newest answer of each', async () => {
  await add({ phone, consents: { service: true, marketing: true } });
  api.clock.advance(1000);
  const { body } = await add({ phone, consents: { marketing: false } });
  expect(body.consents).toMatchObject([
    { category: 'service', granted: true, text_version: 1, at: '2026-11-22T10:00:00.000Z' },
    { category: 'marketing', granted: false, source: expect.stringMatching(/^shop:shp_/) },
  ]);
});

test('the ten newest purchases are shown, newest first', async () => {
  for (let day = 1; day <= 11; day += 1) {
    await buy({
      id: `d-${day}`,
      at: `2026-10-${String(day).padStart(2, '0')}T12:00:00+03:00`,
      store: 'Lviv',
    });
  }
  const { body } = await get(`phone:${phone}`);
  expect(body.last_purchases).toHaveLength(10);
  expect(body.last_purchases[0]).toMatchObject({
    id: expect.stringMatching(/^pur_/),
    external_id: 'd-11',
    at: '2026-10-11T09:00:00.000Z',
    store: 'Lviv',
    total: 50_000,
    paid: true,
    points: { earned: 25, pending: 0 },
  });
});

test('points that have run out do not count, also before they are written off', async () => {
  await buy({ id: 'old', at: '2026-01-10T12:00:00+02:00' });
  await buy({ id: 'young' });
  expect((await get(`phone:${phone}`)).body.points).toEqual({
    balance: 50,
    pending: 0,
    held: 0,
    next_expiry: { points: 25, at: '2027-01-10T22:00:00.000Z' },
  });
  api.clock.set(Date.parse('2027-01-11T00:00:00+02:00'));
  expect((await get(`phone:${phone}`)).body.points).toMatchObject({
    balance: 25,
    next_expiry: { points: 25, at: '2027-11-22T22:00:00.000Z' },
  });
  api.clock.set(Date.parse('2027-11-23T00:00:00+02:00'));
  expect((await get(`phone:${phone}`)).body.points).toMatchObject({ balance: 0, next_expiry: null });
});

test('the ledger tells every change with its reason and its lots, a page at a time', async () => {
  await buy({ id: 'one', paid: false });
  await api.call('POST', '/v1/purchases/one/payment');
  const { body: bought } = await buy({ id: 'two', at: '2026-11-21T10:00:00+02:00' });
  const first = await get(`phone:${phone}/ledger?limit=2`);
  expect(first.body.transactions).toMatchObject([
    {
      seq: 3,
      kind: 'accrual',
      points: 25,
      balance: 50,
      at: '2026-11-21T08:00:00.000Z',
      recorded_at: '2026-11-22T10:00:00.000Z',
      reason: { rule: 'earn', percent: 5, basis: 50_000, point_value: 100, rounding: 'down', split: [25] },
      reference: bought.id,
      lots: [{ points: 25, expires_at: '2027-11-21T22:00:00.000Z' }],
    },
    { seq: 2, kind: 'release', points: 25, balance: 25 },
  ]);
  const second = await get(`phone:${phone}/ledger?limit=2&cursor=${first.body.next}`);
  expect(second.body).toMatchObject({ transactions: [{ seq: 1, kind: 'pending', balance: 0 }], next: null });
});

test.each(['limit=0', 'limit=101', 'limit=x', 'cursor=x', 'cursor=-1', 'cursor='])(
  'a ledger page with %s is refused',
  async (query) => {
    await add({ phone });
    const answer = await get(`phone:${phone}/ledger?${query}`);
    expect([answer.status, answer.body.errors?.[0]?.parameter]).toEqual([422, query.split('=')[0]]);
  },
);

test('a forgotten person is found by nothing, and the points are given up', async () => {
  const { body } = await add({ phone, name: 'Olena', external_id: 'c-1' });
  await buy({});
  const gone = await api.call('DELETE', `/v1/customers/phone:${phone}`);
  expect(gone).toMatchObject({ status: 200, body: { id: body.id, erased: true, forfeited: 25 } });
  for (const ref of [body.id, `phone:${phone}`, `card:${body.profile.card}`, 'ext:c-1']) {
    expect((await get(ref)).status).toBe(404);
    expect((await get(`${ref}/ledger`)).status).toBe(404);
  }
  const again = await api.call('DELETE', `/v1/customers/${body.id}`);
  expect(again).toMatchObject({ status: 200, body: { id: body.id, forfeited: 0 } });
  expect((await api.call('DELETE', `/v1/customers/phone:${phone}`)).status).toBe(404);
});

test('a person who comes back after being forgotten is a new customer', async () => {
  const { body } = await add({ phone });
  await api.call('DELETE', `/v1/customers/${body.id}`);
  const back = await buy({});
  expect(back.body.customer).not.toBe(body.id);
  expect(back.body.points.balance).toBe(25);
});

test('a customer is in the highest tier that what was paid lately reaches', async () => {
  api.close();
  const tiers = [
    { name: 'silver', spend_minor: 100_000 },
    { name: 'gold', spend_minor: 200_000 },
  ];
  api = await testApi({ program: { tiers, tier_days: 30 } });
  const tierNow = async () => (await get(`phone:${phone}`)).body.tier;
  await buy({ id: 'a' });
  expect(await tierNow()).toBeNull();
  await buy({ id: 'b' });
  expect(await tierNow()).toBe('silver');
  await buy({ id: 'c' });
  await buy({ id: 'd' });
  expect(await tierNow()).toBe('gold');
  api.clock.advance(31 * 86_400_000);
  expect(await tierNow()).toBeNull();
});

test('a talk with the staff stands in the customer, and can be read by the back office alone', async () => {
  const owner = await aColleague(api.svoi, '+380672222222', 'Olha Koval', 'owner');
  const olena = await aMember(api.svoi, phone, 'Olena');
  expect((await get(`phone:${phone}`)).body).toMatchObject({ talk: null });
  await olena.say('human');
  await olena.say('Size 42?');
  await owner.hear();
  await owner.tap('Take');
  await owner.say('We do');
  const open = await get(`phone:${phone}`);
  const { talk } = open.body;
  expect(talk).toEqual({
    id: expect.stringMatching(/^tlk_/),
    status: 'taken',
    opened_at: expect.any(String),
  });
  const read = await api.call('GET', `/v1/talks/${talk?.id}`);
  const staff = { id: expect.stringMatching(/^stf_/), name: 'Olha Koval' };
  expect(read.body).toMatchObject({
    ...{ id: talk?.id, customer: open.body.id, channel: 'telegram', status: 'taken', staff, answered: true },
    messages: [
      { from: 'customer', text: 'Size 42?' },
      { from: expect.stringMatching(/^staff:stf_/), text: 'We do' },
    ],
  });
  const { key } = await api.addShop('till', 'till');
  expect((await api.call('GET', '/v1/talks', { as: key })).status).toBe(403);
  expect((await api.call('GET', '/v1/talks/tlk_01KANW6Q3J8X5T0G9R2B7C4D6E')).body.code).toBe(
    'talk_not_found',
  );
  await olena.press('human:end');
  await olena.say('human');
  expect(await talksListed('?limit=1')).toMatchObject([[{ status: 'waiting' }], expect.any(String)]);
  const [, next] = await talksListed('?limit=1');
  expect(await talksListed(`?limit=1&cursor=${next}`)).toMatchObject([[{ id: talk?.id }], null]);
  expect(await talksListed('?status=closed')).toMatchObject([[{ closed_by: 'customer' }], null]);
});

/** The talks of a page, and the cursor of the next. */
async function talksListed(query: string) {
  const { talks, next } = (await api.call('GET', `/v1/talks${query}`)).body;
  return [talks, next] as const;
}
