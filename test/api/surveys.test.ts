import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { npsSchema } from '../../core/program/nps.ts';
import { readRows, statement } from '../../db/database.ts';
import { settleDue } from '../../jobs.ts';
import { type TestApi, testApi } from '../support/api.ts';
import { aColleague, aMember } from '../support/staff.ts';

const phone = '+380671234567';
let api: TestApi;
beforeEach(async () => {
  api = await testApi({ program: { nps: npsSchema.parse({ on: true }) } });
});
afterEach(() => api.close());

const answer = (given: object = {}) => ({
  ...{ id: 'a-1', customer: { phone }, score: 3, reason: 'Cold', at: '2026-11-22T11:30:00+02:00' },
  ...given,
});

const sale = {
  ...{ id: 'r-1', at: '2026-11-22T11:00:00+02:00', customer: { phone }, store: 'Kyiv-1' },
  lines: [{ sku: 'A-1', name: 'Lamp', category: 'light', quantity: 1, unit_price: 100_000 }],
};

describe('answers a shop collected', () => {
  test('are kept once, count as having been asked, and tell the managers of an unhappy customer', async () => {
    const maria = await aColleague(api.svoi, '+380672222222', 'Maria', 'manager');
    const olena = await aMember(api.svoi, phone, 'Olena');
    await api.call('POST', '/v1/purchases', { body: sale });
    const posted = await api.call('POST', '/v1/surveys', { body: answer({ purchase: 'r-1' }) });
    expect(posted.status).toBe(201);
    expect((await api.call('POST', '/v1/surveys', { body: answer({ purchase: 'r-1' }) })).status).toBe(200);
    const alerts = (await maria.hear()).map(({ text }) => text.split('\n')[0]);
    expect(alerts).toEqual(['Olena: 3 out of 10, Kyiv-1']);
    await olena.hear();
    api.clock.advance(4 * 3_600_000);
    await settleDue(api.svoi);
    expect(await olena.hear()).toEqual([]);
    const rows = await readRows(api.svoi.database, 'select score, reason, store from surveys');
    expect(rows).toEqual([{ score: 3, reason: 'Cold', store: 'Kyiv-1' }]);
  });

  test.each([
    ['another body under the same id', answer({ score: 9 }), 409, 'survey_conflict'],
    ['of nobody', answer({ id: 'a-2', customer: { phone: '+380509999999' } }), 422, 'customer_not_found'],
    ['to come', answer({ id: 'a-2', at: '2026-11-23T11:30:00+02:00' }), 422, 'in_the_future'],
    ['off the scale', answer({ id: 'a-2', score: 11 }), 422, 'invalid_request'],
    ['about no purchase', answer({ id: 'a-2', purchase: 'r-9' }), 404, 'purchase_not_found'],
    ['about another customer’s', answer({ id: 'a-2', purchase: 'r-2' }), 422, 'survey_mismatch'],
  ])('are refused: %s', async (_, body, status, code) => {
    await api.call('POST', '/v1/purchases', { body: sale });
    const other = { ...sale, id: 'r-2', customer: { phone: '+380501111111' } };
    await api.call('POST', '/v1/purchases', { body: other });
    await api.call('POST', '/v1/surveys', { body: answer() });
    expect(await api.call('POST', '/v1/surveys', { body })).toMatchObject({ status, body: { code } });
  });
});

test('the index is read by spans of time, stores and colleagues, with its margin and who answered', async () => {
  await api.call('POST', '/v1/purchases', { body: sale });
  const at = (day: string) => `2026-11-${day}T23:30:00+02:00`;
  const rows = [
    [10, at('01'), 'Kyiv-1'],
    [9, at('01'), 'Lviv'],
    [8, at('02'), 'Kyiv-1'],
    [2, at('03'), 'Kyiv-1'],
  ] as const;
  for (const [index, [score, when, store]] of rows.entries()) {
    const body = answer({ id: `n-${index}`, score, at: when, store });
    expect((await api.call('POST', '/v1/surveys', { body })).status).toBe(201);
  }
  const nps = async (query: string) =>
    (await api.call('GET', `/v1/nps?from=2026-11-01&to=2026-11-04&${query}`)).body;
  expect(await nps('by=day')).toMatchObject({
    ...{ total: { answers: 4, nps: 25, enough: false }, asked: 0, response_rate: null },
    groups: [
      { key: '2026-11-01', promoters: 2, nps: 100 },
      { key: '2026-11-02', passives: 1, nps: 0 },
      { key: '2026-11-03', detractors: 1, nps: -100 },
      { key: '2026-11-04', answers: 0, nps: null, margin: null },
    ],
  });
  expect(await nps('by=store')).toMatchObject({
    groups: [
      { key: 'Kyiv-1', answers: 3, nps: 0 },
      { key: 'Lviv', answers: 1 },
    ],
  });
  expect((await api.call('GET', '/v1/nps?from=2026-11-05&to=2026-11-04')).status).toBe(422);
});

test('how many of those asked have answered', async () => {
  const olena = await aMember(api.svoi, phone, 'Olena');
  await api.call('POST', '/v1/purchases', { body: sale });
  api.clock.advance(4 * 3_600_000);
  await settleDue(api.svoi);
  await olena.hear();
  expect((await api.call('GET', '/v1/nps')).body).toMatchObject({ asked: 1, answered: 0, response_rate: 0 });
  await olena.say('10');
  expect((await api.call('GET', '/v1/nps?by=staff')).body).toMatchObject({
    ...{ asked: 1, answered: 1, response_rate: 1, groups: [{ key: null, promoters: 1 }] },
  });
});

test('a customer is told of whole: totals, favourites, rhythm, segments, messages, scores', async () => {
  await aMember(api.svoi, phone, 'Olena');
  await api.call('POST', '/v1/purchases', { body: sale });
  await api.call('POST', '/v1/surveys', { body: answer({ score: 9 }) });
  const now = api.clock.now();
  await api.svoi.database.write([
    statement(
      `insert into segments (id, name, rule, created_by, created_at, updated_at, revision)
       values ('seg_1', 'Big', 'orders>=1', 'cli', ?1, ?1, 1), ('seg_2', 'Bigger', 'orders>=2', 'cli', ?1, ?1, 1)`,
      now,
    ),
    statement(
      `insert into segment_states (map, customer_id, state) select 'rfm:main', id, 'new_customers' from customers`,
    ),
    statement(
      `insert into refills (customer_id, sku, bought_at, due_at, days, source)
       select id, 'A-1', ?1, ?1 + 864000000, 10, 'product' from customers`,
      now,
    ),
  ]);
  const { body } = await api.call('GET', `/v1/customers/phone:${phone}`);
  expect(body).toMatchObject({
    totals: { orders: 1, paid: 100_000, average: 100_000, points_earned: 100 },
    favourites: {
      stores: [{ value: 'Kyiv-1', orders: 1 }],
      categories: [{ value: 'light' }],
      products: [{ value: 'A-1', name: 'Lamp', paid: 100_000 }],
    },
    rhythm: { state: 'new', silent_days: 0, every_days: null, expected_on: null },
    ...{ outlook: null, segments: ['Big'], rfm: [{ map: 'rfm:main', segment: 'new_customers' }] },
    nps: [{ score: 9, reason: 'Cold' }],
    last_messages: [{ kind: 'points_earned', channel: 'telegram', message: 'queued' }],
    refills: [{ sku: 'A-1', name: 'Lamp' }],
  });
});
