import { afterEach, beforeEach, expect, it } from 'vitest';
import { readRows } from '../../db/database.ts';
import { settleDue } from '../../jobs.ts';
import { purchaseBody, type TestApi, testApi } from '../support/api.ts';
import { testChat } from '../support/chat.ts';
import { aJourney, begin, type GivenJourney } from '../support/own_journeys.ts';

let here: TestApi;
beforeEach(async () => {
  here = await testApi({ program: { prices: { sms: { segment: 120, countries: {} } } } });
});
afterEach(() => here.close());

const lisa = '+380671234567';
const tom = '+380501112233';
const message = { message: { text: { en: 'Hello' } } };

/** The answer of a dry run over the last `days`. */
interface Tried {
  readonly came: number;
  readonly started: number;
  readonly people: number;
  readonly not_started: Readonly<Record<string, number>>;
  readonly not_told: Readonly<Record<string, number>>;
  readonly ends: Readonly<Record<string, number>>;
  readonly messages: number;
  readonly cost: number | null;
  readonly points: number;
  readonly unknown: readonly string[];
  readonly steps: readonly {
    step: number;
    what: string;
    people: number;
    days: { day: string; people: number }[];
  }[];
  readonly examples: readonly {
    phone: string;
    steps: { step: number; at: string; withheld: string | null }[];
  }[];
}

async function tried(given: GivenJourney, days = 30): Promise<Tried> {
  const definition = aJourney(given);
  const path = `/v1/journeys/${given.key}/dry-run`;
  const { status, body } = await here.call('POST', path, { body: { definition, days } });
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body as unknown as Tried;
}

async function buys(phone: string, at: string, more: object = {}): Promise<void> {
  const posted = purchaseBody({ id: `${phone} ${at}`, at, customer: { phone }, ...more });
  await here.call('POST', '/v1/purchases', { body: posted });
}

/** Somebody who can be told: with a chat, who said yes to offers. */
async function joins(phone: string): Promise<void> {
  await testChat(here.svoi, { address: phone, language: 'en' }).contact(phone);
  const consents = { service: true, marketing: true };
  await here.call('POST', '/v1/customers', { body: { phone, consents } });
}

async function tellsOf(phone: string, type: string, at: string): Promise<void> {
  const event = { id: `${phone} ${at}`, type, customer: { phone }, at, data: { guests: 4 } };
  await here.call('POST', '/v1/events', { body: event });
}

const local = (day: string) => `2026-11-${day}:00+02:00`;

it('says who would have got what and when, and writes nothing', async () => {
  here.clock.set(Date.parse(local('10T12:00')));
  await joins(lisa);
  await joins(tom);
  await tellsOf(lisa, 'table_booked', local('10T11:00'));
  await tellsOf(tom, 'table_booked', local('10T11:30'));
  here.clock.set(Date.parse(local('22T12:00')));
  const before = await everything();
  const found = await tried({
    key: 'booked',
    when: { event: 'table_booked', where: { guests: '>=4' }, after: '1h' },
    steps: [message, { wait: '2d' }, { points: 10 }, { if: { data: { guests: 4 } }, do: [message] }],
  });
  expect(found).toMatchObject({ came: 2, started: 2, people: 2, messages: 4, points: 20, cost: 0 });
  expect(found.steps).toEqual([
    { step: 0, what: 'message', people: 2, days: [{ day: '2026-11-10', people: 2 }] },
    { step: 2, what: 'points', people: 2, days: [{ day: '2026-11-12', people: 2 }] },
    { step: 4, what: 'message', people: 2, days: [{ day: '2026-11-12', people: 2 }] },
  ]);
  expect(found.examples[0]).toMatchObject({
    phone: lisa,
    steps: [{ step: 0, at: '2026-11-10T10:00:00.000Z' }, { step: 2 }, { step: 4 }],
  });
  expect(found.unknown).toEqual([]);
  expect(await everything()).toEqual(before);
});

async function everything(): Promise<unknown> {
  const tables = [
    'journey_runs',
    'journeys',
    'notices',
    'messages',
    'events',
    'values_kept',
    'audit_entries',
  ];
  return Promise.all(tables.map((table) => readRows(here.svoi.database, `select * from ${table}`)));
}

it('a real purchase ends it as it would have', async () => {
  here.svoi.useChannels([{ name: 'sms', abilities: { receipts: 'delivered' } }]);
  for (const phone of [lisa, tom]) {
    await here.call('POST', '/v1/customers', { body: { phone, consents: { service: true } } });
  }
  here.clock.set(Date.parse('2026-12-10T12:00:00+02:00'));
  await tellsOf(lisa, 'table_left', '2026-12-01T10:00:00+02:00');
  await tellsOf(tom, 'table_left', '2026-12-01T10:00:00+02:00');
  await buys(lisa, '2026-12-02T10:00:00+02:00');
  const steps = [
    message,
    { wait: '3d' },
    message,
    { wait: { for: 'purchase', at_most: '2d' } },
    { tag: 'late' },
  ];
  const found = await tried({ key: 'left', when: { event: 'table_left' }, goal: 'purchase', steps });
  expect(found.ends).toEqual({ goal: 1, done: 1 });
  expect(found.messages).toBe(3);
  expect(found.cost).toBe(240 + 120);
});

it('says what would have been held back, by why', async () => {
  for (const phone of [lisa, tom]) await joins(phone);
  await here.call('POST', '/v1/customers', { body: { phone: '+380509999999' } });
  const all = [lisa, tom, '+380509999999'];
  here.clock.set(Date.parse('2026-12-10T12:00:00+02:00'));
  for (const phone of all) {
    for (const day of ['01', '02', '03', '04', '05'])
      await tellsOf(phone, 'walked_by', `2026-12-${day}T10:00:00+02:00`);
  }
  const offer = { key: 'offer', category: 'marketing', topic: 'offers', when: { event: 'walked_by' } };
  const found = await tried({ ...offer, control: 0 });
  expect(found).toMatchObject({ came: 15, started: 15, messages: 6 });
  expect(found.not_told).toEqual({ frequency: 4, consent: 5 });
  const once = await tried({ ...offer, control: 0, again: '3d' });
  expect(once).toMatchObject({ started: 6, not_started: { before: 9 } });
  const buyers = await tried({ ...offer, control: 0, who: 'orders>=1' });
  expect(buyers).toMatchObject({ started: 0, not_started: { outside: 15 }, unknown: ['today'] });
});

it('keeps apart the control group it would have kept apart', async () => {
  here.clock.set(Date.parse('2026-12-10T12:00:00+02:00'));
  for (let index = 0; index < 60; index += 1) {
    await tellsOf(`+3805000010${String(10 + index)}`, 'walked_by', '2026-12-01T10:00:00+02:00');
  }
  const when = { event: 'walked_by' };
  const { started, not_started } = await tried({ key: 'half', when, control: 50 });
  expect(started + (not_started.control ?? 0)).toBe(60);
  expect(started).toBeGreaterThan(15);
  expect(not_started.control).toBeGreaterThan(15);
});

it('says plainly what cannot be known, and takes the other way', async () => {
  await joins(lisa);
  here.clock.set(Date.parse('2026-12-10T12:00:00+02:00'));
  await tellsOf(lisa, 'table_left', '2026-12-01T10:00:00+02:00');
  const found = await tried({
    key: 'left',
    when: { event: 'table_left' },
    steps: [
      message,
      { wait: { for: 'read', at_most: '1d' } },
      { if: { read: true }, do: [{ tag: 'read' }], else: [{ tag: 'unread' }] },
      { if: { segment: 'orders=0' }, do: [{ tag: 'new' }] },
    ],
  });
  expect(found.steps.map(({ step }) => step)).toEqual([0, 4, 6]);
  expect([...found.unknown].sort()).toEqual(['heard', 'today']);
  expect((await tried({ key: 'vip', when: { segment: 'orders>=3' } })).unknown).toContain('no_history');
});

it('looks back at carts that were left, and takes them to have stood open', async () => {
  await joins(lisa);
  const items = [{ sku: 'a', name: 'Lamp', quantity: 1, unit_price: 50_000 }];
  const cart = { customer: { phone: lisa }, items, updated_at: '2026-11-22T11:00:00+02:00' };
  await here.call('PUT', '/v1/carts/c-1', { body: cart });
  here.clock.advance(3_600_000);
  await settleDue(here.svoi);
  here.clock.advance(7 * 86_400_000);
  const found = await tried({ key: 'left', when: { event: 'cart_left' }, while: { state: 'open' } });
  expect(found).toMatchObject({ came: 1, messages: 1, unknown: ['while'] });
});

it.each([
  ['a purchase', { event: 'purchase', where: { first: true } }, 1, '2026-12-02'],
  ['a registration', { event: 'registered' }, 1, '2026-11-22'],
  ['a birthday', { date: 'birthday' }, 1, '2026-12-05'],
  ['a schedule', { every: 'week', on: 1 }, 4, '2026-11-16'],
  ['points that burn', { points_burn_in: 363 }, 2, '2026-11-24'],
  ['a near reward', { near: 'reward', within: 60 }, 1, '2026-12-10'],
])('looks back at %s', async (_, when, messages, day) => {
  here.close();
  here = await testApi({ program: { rewards: [{ name: 'coffee', points: 150 }], welcome_points: 20 } });
  await joins(lisa);
  await here.call('POST', '/v1/customers', { body: { phone: lisa, birthday: '1990-12-05' } });
  here.clock.set(Date.parse('2026-12-02T12:00:00+02:00'));
  const line = { sku: 'a', quantity: 1, unit_price: 160_000 };
  await buys(lisa, '2026-12-02T10:00:00+02:00', { lines: [line] });
  here.clock.set(Date.parse('2026-12-10T12:00:00+02:00'));
  const found = await tried({ key: 'x', when });
  expect(found.messages).toBe(messages);
  expect(found.steps[0]?.days[0]?.day).toBe(day);
});

it('takes who is known today to have been known in time, and the steps of a day to their day', async () => {
  await joins(lisa);
  await here.call('POST', '/v1/customers', { body: { phone: lisa, birthday: '1990-12-05' } });
  here.clock.set(Date.parse('2026-12-10T12:00:00+02:00'));
  const hello = { message: { text: { en: 'Hello' } } };
  const found = await tried({
    ...{ key: 'x', when: { date: 'birthday', days: -7, late_days: 7 } },
    steps: [
      { if: { days_left: '>=7' }, do: [hello] },
      { if: { days_left: '<7' }, do: [{ tag: 'late' }] },
      { wait: { until_day: 0 } },
      hello,
    ],
  });
  expect(found).toMatchObject({ came: 1, started: 1, messages: 2 });
  expect(found.steps.map(({ days }) => days[0]?.day)).toEqual(['2026-11-28', '2026-12-05']);
});

it('leaves out who had entered another journey of the same occasion', async () => {
  await joins(lisa);
  const booked = { when: { event: 'table_booked' }, occasion: 'table', occasion_again: '60d' };
  const happened = (id: string) =>
    here.call('POST', '/v1/events', {
      body: {
        id,
        type: 'table_booked',
        customer: { phone: lisa },
        at: new Date(here.clock.now()).toISOString(),
      },
    });
  await happened('before');
  here.clock.advance(60_000);
  await begin(here.svoi, { key: 'real', ...booked });
  await happened('after');
  await settleDue(here.svoi);
  const found = await tried({ key: 'x', ...booked });
  expect(found).toMatchObject({ came: 2, started: 1, not_started: { before: 1 } });
});

it('knows moves of segments that are saved', async () => {
  await joins(lisa);
  const saved = await here.call('POST', '/v1/segments', { body: { name: 'regulars', rule: 'orders >= 2' } });
  await here.svoi.database.write([
    {
      sql: `insert into segment_moves (map, day, customer_id, was, became)
        select ?, '2026-12-03', id, null, 'in' from customers`,
      args: [saved.body.id],
    },
  ]);
  here.clock.set(Date.parse('2026-12-10T12:00:00+02:00'));
  const found = await tried({ key: 'regulars', when: { segment: 'orders>=2' } });
  expect(found).toMatchObject({ came: 1, messages: 1, unknown: [] });
});

it('tries a journey as it is kept, and refuses what is none', async () => {
  await begin(here.svoi, { key: 'kept', when: { event: 'table_left' } });
  const ask = (key: string, body: object) => here.call('POST', `/v1/journeys/${key}/dry-run`, { body });
  expect(await ask('kept', {})).toMatchObject({ status: 200, body: { days: 30, came: 0 } });
  expect(await ask('other', {})).toMatchObject({ status: 404, body: { code: 'journey_not_found' } });
  expect(await ask('kept', { definition: { key: 'kept', steps: [] } })).toMatchObject({
    status: 422,
    body: { errors: expect.arrayContaining([expect.objectContaining({ pointer: '/definition/steps' })]) },
  });
});
