import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { type CustomerId, idsFrom } from '../../core/ids.ts';
import { dataFits } from '../../core/journeys/triggers/data.ts';
import { DAY_MS } from '../../core/time.ts';
import { type Database, readRow, readRows, statement } from '../../db/database.ts';
import { forgetLinks } from '../../db/forget.ts';
import { forgetTask } from '../../forget_nightly.ts';
import { takeUpEvents } from '../../journey_events.ts';
import { findStarts } from '../../journey_starts.ts';
import { runNightly } from '../../nightly.ts';
import { purchaseBody, type TestApi, testApi } from '../support/api.ts';
import { testChat } from '../support/chat.ts';
import { begin, type GivenJourney, runsOf } from '../support/own_journeys.ts';
import { hasLibsqlServer, startLibsqlServer } from '../support/sqld.ts';

const program = {
  rewards: [
    { name: 'coffee', points: 100 },
    { name: 'cake', points: 300 },
  ],
  tiers: [
    { name: 'silver', spend_minor: 500_000 },
    { name: 'gold', spend_minor: 2_000_000 },
  ],
  points_live_days: 30,
};

let here: TestApi;
beforeEach(async () => {
  here = await testApi({ program });
});
afterEach(() => here.close());

const lisa = '+380671234567';
const tom = '+380501112233';

async function person(phone: string, more: object = {}): Promise<string> {
  const { body } = await here.call('POST', '/v1/customers', { body: { phone, ...more } });
  return body.id;
}

async function bought(changes: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const { clock } = here;
  const posted = purchaseBody({
    id: `r-${clock.now()}`,
    at: new Date(clock.now()).toISOString(),
    ...changes,
  });
  const { status } = await here.call('POST', '/v1/purchases', { body: posted });
  if (status >= 300) throw new Error(`not taken: ${status}`);
}

async function happened(type: string, more: Readonly<Record<string, unknown>> = {}) {
  const at = new Date(here.clock.now()).toISOString();
  const event = { id: `${type}-1`, type, customer: { phone: lisa }, at, data: {}, ...more };
  return here.call('POST', '/v1/events', { body: event });
}

/** Lives to a moment of the program's calendar, one night after the other, as a server would. */
async function liveTo(moment: string): Promise<void> {
  const { svoi, clock } = here;
  const end = Date.parse(
    `${moment}:00${moment > '2027-03-28' && moment < '2027-10-31' ? '+03:00' : '+02:00'}`,
  );
  for (let next = clock.now(); next < end; next += DAY_MS) {
    await look();
    clock.set(Math.min(next + DAY_MS, end));
  }
  await runNightly(svoi);
  await look();
}

/** Lives for so many days, with a look every six hours. */
async function liveDays(days: number): Promise<void> {
  const { svoi, clock } = here;
  const end = clock.now() + days * DAY_MS;
  while (clock.now() < end) {
    clock.set(Math.min(clock.now() + DAY_MS / 4, end));
    await runNightly(svoi);
    await look();
  }
}

async function look(): Promise<void> {
  await takeUpEvents(here.svoi);
  await findStarts(here.svoi);
}

const on = (journey: GivenJourney) => begin(here.svoi, journey);

/** Who entered, and when the first step is due, as clocks of Kyiv show it. */
async function entered(journey?: string): Promise<string[]> {
  const runs = await runsOf(here.svoi, journey);
  const rows = await readRows(here.svoi.database, 'select id, phone from customers');
  const phones = new Map(rows.map(({ id, phone }) => [String(id), String(phone)]));
  const local = (at: number | null) =>
    at === null ? 'never' : new Date(at).toLocaleString('sv', { timeZone: 'Europe/Kyiv' }).slice(0, 16);
  return runs.map((run) => `${phones.get(run.customerId)} ${local(run.dueAt)}`);
}

test.each([
  [{ status: 'paid' }, { status: 'paid' }, true],
  [{ status: 'paid, packed' }, { status: 'packed' }, true],
  [{ status: '!=paid' }, { status: 'paid' }, false],
  [{ status: '!=paid, packed' }, { status: 'shipped' }, true],
  [{ total: '>=100000' }, { total: 100_000 }, true],
  [{ total: '>100000' }, { total: 100_000 }, false],
  [{ total: '<5' }, { total: null }, false],
  [{ guests: 4 }, { guests: 4 }, true],
  [{ first: true }, { first: false }, false],
  [{ categories: 'shoes' }, { categories: 'toys, shoes' }, true],
  [{ categories: 'shoes' }, { categories: 'shoes for the beach' }, false],
  [{ categories: '!=shoes' }, { categories: 'toys, shoes' }, false],
  [{ hall: 'terrace, upper' }, { hall: 'terrace, upper' }, true],
  [{ hall: 'terrace' }, {}, false],
  [{ hall: '!=terrace' }, {}, true],
])('%j asked of %j: %s', (asked, data, fits) => {
  expect(dataFits(asked, data)).toBe(fits);
});

describe('what a shop tells of', () => {
  it('starts the journeys that listen to it, once, however often it is told and taken up', async () => {
    await on({ key: 'booked', when: { event: 'table_booked', where: { guests: '>=4' } } });
    const first = await happened('table_booked', { data: { guests: 4 } });
    const again = await happened('table_booked', { data: { guests: 4 }, at: '2026-11-22T10:00:00.000Z' });
    await happened('table_booked', { id: 'two', data: { guests: 2 } });
    expect(again).toMatchObject({ status: 200, body: first.body });
    await Promise.all([look(), look()]);
    await look();
    expect(await entered()).toEqual([`${lisa} 2026-11-22 12:00`]);
    const [run] = await runsOf(here.svoi);
    expect(run?.data).toMatchObject({ event: { guests: 4 } });
    const open = await readRow(
      here.svoi.database,
      'select count(*) as open from events where handled_at is null',
    );
    expect(open).toEqual({ open: 0 });
  });

  it('is refused under a name of ours, under an id of something else, and from the future', async () => {
    expect(await happened('purchase')).toMatchObject({ status: 422, body: { code: 'event_type_reserved' } });
    expect(await happened('points_earned')).toMatchObject({ body: { code: 'event_type_reserved' } });
    await happened('table_booked');
    expect(await happened('table_booked', { data: { guests: 3 } })).toMatchObject({
      status: 409,
      body: { code: 'event_conflict' },
    });
    const tomorrow = new Date(here.clock.now() + DAY_MS).toISOString();
    expect(await happened('table_booked', { id: 'x', at: tomorrow })).toMatchObject({
      body: { code: 'in_the_future' },
    });
    const long = Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`a${n}`, 'x'.repeat(1000)]));
    expect(await happened('table_booked', { id: 'y', data: long })).toMatchObject({ status: 422 });
  });

  it('can be read by customer, the newest first', async () => {
    await happened('table_booked', { data: { guests: 4 } });
    await happened('table_left', { id: 'left' });
    const page = await here.call('GET', `/v1/events?customer=phone:${encodeURIComponent(lisa)}&limit=1`);
    expect(page.body).toMatchObject({ events: [{ type: 'table_left', handled_at: null }] });
    const next = await here.call(
      'GET',
      `/v1/events?customer=phone:${encodeURIComponent(lisa)}&cursor=${page.body.next}`,
    );
    expect(next.body).toMatchObject({ events: [{ type: 'table_booked', data: { guests: 4 } }], next: null });
  });

  it('starts nothing that was switched on later, is off, or happened more than a day ago', async () => {
    await happened('table_booked');
    here.clock.advance(1000);
    await on({ key: 'booked', when: { event: 'table_booked' } });
    await happened('table_booked', { id: 'old', at: '2026-11-21T09:00:00.000Z' });
    await look();
    expect(await entered()).toEqual([]);
  });

  it('starts later where the journey says so', async () => {
    await on({ key: 'booked', when: { event: 'table_booked', after: '2h' } });
    await happened('table_booked');
    await look();
    expect(await entered()).toEqual([`${lisa} 2026-11-22 14:00`]);
  });

  it('starts a journey only for who may enter', async () => {
    await on({ key: 'booked', when: { event: 'table_booked' }, who: 'orders>=1' });
    await bought({ customer: { phone: tom } });
    await happened('table_booked');
    await happened('table_booked', { id: 'tom', customer: { phone: tom } });
    await look();
    expect(await entered()).toEqual([`${tom} 2026-11-22 12:00`]);
  });

  it('lets a run go on that waits for it', async () => {
    await on({
      key: 'booked',
      when: { event: 'table_booked' },
      steps: [{ wait: { for: 'table_left', at_most: '3d' } }, { tag: 'guest' }],
    });
    await happened('table_booked');
    await look();
    const waiting = `update journey_runs set waits_for = 'table_left', due_at = due_at + 86400000, revision = revision + 1`;
    await here.svoi.database.write([{ sql: waiting, args: [] }]);
    here.clock.advance(60_000);
    await happened('table_left', { data: { tip: 5 } });
    await look();
    const [run] = await runsOf(here.svoi);
    expect(run).toMatchObject({ waitsFor: null, dueAt: here.clock.now(), data: { event: { tip: 5 } } });
  });
});

describe('of journeys that tell of one occasion again and again', () => {
  const comeback = { occasion: 'comeback', occasion_again: '60d' };
  const booked = { when: { event: 'table_booked' }, ...comeback };

  it('the one that matters most is entered, and no other until the time is over', async () => {
    await on({ key: 'light', weight: 40, ...booked });
    await on({ key: 'heavy', weight: 60, again: 'once', ...booked });
    await on({ key: 'other', again: 'once', when: { event: 'table_booked' } });
    const journeys: string[][] = [];
    for (const days of [0, 59, 2]) {
      here.clock.advance(days * DAY_MS);
      await happened('table_booked', { id: `after-${days}` });
      await look();
      journeys.push((await runsOf(here.svoi)).map(({ journey }) => journey).sort());
    }
    expect(journeys).toEqual([
      ['heavy', 'other'],
      ['heavy', 'other'],
      ['heavy', 'light', 'other'],
    ]);
  });

  it('who is kept apart on one of them enters no other either', async () => {
    await on({ key: 'kept', ...booked, weight: 60, control: 50 });
    await on({ key: 'second', ...booked });
    for (let number = 0; number < 6; number += 1) {
      const customer = { phone: `+38067765432${number}` };
      await happened('table_booked', { id: `e-${number}`, customer });
    }
    await look();
    const runs = await runsOf(here.svoi);
    expect(runs.map(({ journey }) => journey)).toEqual(Array.from({ length: 6 }, () => 'kept'));
    expect(new Set(runs.map(({ state }) => state))).toEqual(new Set(['control', 'waiting']));
  });

  it('a decision that does not know of a run another process has just begun is made again', async () => {
    await on({ key: 'one', ...booked });
    await happened('table_booked');
    await look();
    const [run] = await runsOf(here.svoi);
    const customerId = run?.customerId ?? ('' as CustomerId);
    let decisions = 0;
    await here.svoi.submit({
      name: 'test.stale',
      needs: {},
      decide() {
        decisions += 1;
        const stale = {
          customerId,
          occasion: 'comeback',
          but: 'two',
          since: here.clock.now() - DAY_MS,
          until: 0,
        };
        return { ok: true, changes: decisions === 1 ? { occasionsBegun: [stale] } : {}, result: {} };
      },
    });
    expect(decisions).toBe(2);
  });
});

it('a registration is told in its own commit, and starts a journey', async () => {
  await on({ key: 'welcome', when: { event: 'registered' } });
  await testChat(here.svoi, { address: '1', language: 'uk' }).contact(lisa);
  await look();
  expect(await entered()).toEqual([`${lisa} 2026-11-22 12:00`]);
});

describe('a purchase', () => {
  it.each([
    ['a large one', { total: '>=100000' }, { lines: [{ sku: 'a', quantity: 2, unit_price: 50_000 }] }, true],
    ['a small one', { total: '>=100000' }, {}, false],
    ['in a store', { store: 'center' }, { store: 'center' }, true],
    ['elsewhere', { store: 'center' }, { store: 'north' }, false],
    [
      'of a category',
      { categories: 'shoes' },
      { lines: [{ sku: 'a', category: 'shoes', quantity: 1, unit_price: 5 }] },
      true,
    ],
    ['of an article', { skus: 'coffee' }, {}, true],
    ['the first one', { first: true }, {}, true],
    ['no later one', { first: false }, {}, false],
  ])('%s', async (_, where, purchase, starts) => {
    await on({ key: 'thanks', when: { event: 'purchase', where } });
    await bought(purchase);
    await look();
    await look();
    expect(await entered()).toEqual(starts ? [`${lisa} 2026-11-22 12:00`] : []);
    const [run] = await runsOf(here.svoi);
    if (starts) expect(run?.data.purchaseId).toMatch(/^pur_/);
  });

  it('is the first one once', async () => {
    await bought();
    here.clock.advance(1000);
    await on({ key: 'thanks', when: { event: 'purchase', where: { first: true } } });
    await bought();
    await look();
    expect(await entered()).toEqual([]);
  });

  it('is no event while nobody listens', async () => {
    await bought();
    await look();
    expect(await readRows(here.svoi.database, 'select * from events')).toEqual([]);
  });

  it('starts a journey also where its receipt became the customer’s later', async () => {
    await on({ key: 'thanks', when: { event: 'purchase' } });
    const { customer: _, ...anonymous } = purchaseBody();
    const { body } = await here.call('POST', '/v1/purchases', { body: anonymous });
    await look();
    expect(await entered()).toEqual([]);
    here.clock.advance(60_000);
    const chat = testChat(here.svoi, { address: '1', language: 'uk' });
    await chat.contact(lisa);
    await chat.start(`c_${(body as unknown as { claim: { code: string } }).claim.code}`);
    await look();
    expect(await entered()).toEqual([`${lisa} 2026-11-22 12:01`]);
  });
});

describe('days', () => {
  it.each([
    ['on the day', '1990-11-24', 0, '2026-11-24 10:00'],
    ['without its year', '--11-24', 0, '2026-11-24 10:00'],
    ['days before', '1990-12-01', -7, '2026-11-24 10:00'],
    ['days after', '1990-11-22', 2, '2026-11-24 10:00'],
    ['no other day', '1990-11-25', 0, undefined],
  ])('a birthday: %s', async (_, birthday, days, due) => {
    await person(lisa, { birthday: birthday.startsWith('--') ? `2000${birthday.slice(1)}` : birthday });
    if (birthday.startsWith('--')) {
      await here.svoi.database.write([{ sql: 'update customers set birthday = ?', args: [birthday] }]);
    }
    await on({ key: 'birthday', when: { date: 'birthday', days } });
    await liveTo('2026-11-24T12:00');
    expect(await entered()).toEqual(due === undefined ? [] : [`${lisa} ${due}`]);
  });

  it('comes at its hour where the customer lives, and once a year', async () => {
    await person(lisa, { birthday: '1990-11-24', zone: 'America/New_York' });
    await person(tom, { birthday: '1990-11-24', zone: 'Asia/Tokyo' });
    await on({ key: 'birthday', when: { date: 'birthday', at: '11:00' } });
    await liveTo('2026-11-24T23:30');
    await look();
    expect(await entered()).toEqual([`${lisa} 2026-11-24 18:00`, `${tom} 2026-11-24 04:00`]);
    await liveTo('2027-11-25T12:00');
    expect(await entered()).toHaveLength(4);
  });

  describe('where an entry counts up to seven days late', () => {
    const when = { date: 'birthday', days: -7, late_days: 7 };
    const greeting = { key: 'birthday', when, again: '300d' };

    it.each([
      ['in time', '2026-11-29', 0, '2026-11-22 10:00'],
      ['in time, though it was switched on within the week', '2026-11-27', 0, '2026-11-23 10:00'],
      ['days late', '2026-11-27', 2, '2026-11-25 10:00'],
      ['on the day, in the night', '2026-11-24', 1.5, '2026-11-24 10:00'],
      ['on the day, before its hour', '2026-11-24', 1.9, '2026-11-24 10:00'],
      ['on the day, after its hour', '2026-11-24', 2, undefined],
    ])('somebody known %s', async (_, birthday, daysOn, due) => {
      if (birthday === '2026-11-29') here.clock.set(here.clock.now() - 4 * 3_600_000);
      await on(greeting);
      await liveDays(daysOn);
      await person(lisa, { birthday: birthday.replace('2026', '1990') });
      await liveDays(4);
      expect(await entered()).toEqual(due === undefined ? [] : [`${lisa} ${due}`]);
    });

    it('is one a year, also for who is kept apart, and whatever the birthday is changed to', async () => {
      await person(lisa, { birthday: '1990-11-26' });
      await on({ ...greeting, control: 50 });
      await liveDays(2);
      await person(lisa, { birthday: '1990-11-29' });
      await liveDays(3);
      expect(await runsOf(here.svoi)).toHaveLength(1);
      here.clock.set(Date.parse('2027-11-20T12:00:00+02:00'));
      await liveDays(4);
      expect(await runsOf(here.svoi)).toHaveLength(2);
    });

    it('counts a day that a fact names and the day an order is due, too', async () => {
      await on({ key: 'wedding', when: { date: 'fact.wedding_day', days: -7, late_days: 7 } });
      await on({ key: 'invoice', when: { date: 'order.due_at', days: -3, late_days: 4 } });
      await liveDays(1);
      await person(lisa);
      const path = `/v1/customers/phone:${encodeURIComponent(lisa)}/facts/wedding_day`;
      await here.call('PUT', path, { body: { value: '2015-11-26' } });
      const order = { customer: { phone: lisa }, number: '1', kind: 'invoice', status: 'new' };
      const at = new Date(here.clock.now()).toISOString();
      const told = { ...order, at, due_at: '2026-11-25T18:00:00+02:00' };
      await here.call('POST', '/v1/orders/1/status', { body: told });
      await liveDays(3);
      expect(await entered('wedding')).toEqual([`${lisa} 2026-11-24 10:00`]);
      expect(await entered('invoice')).toEqual([`${lisa} 2026-11-24 10:00`]);
    });
  });

  it('29 February is kept on 28 in a year without one', async () => {
    await person(lisa, { birthday: '1992-02-29' });
    here.clock.set(Date.parse('2027-02-26T12:00:00+02:00'));
    await on({ key: 'birthday', when: { date: 'birthday' } });
    await liveTo('2027-03-02T12:00');
    expect(await entered()).toEqual([`${lisa} 2027-02-28 10:00`]);
    here.clock.set(Date.parse('2028-02-27T12:00:00+02:00'));
    await liveTo('2028-03-02T12:00');
    expect((await entered()).at(-1)).toBe(`${lisa} 2028-02-29 10:00`);
    expect(await entered()).toHaveLength(2);
  });

  it('a day that was missed is made up for by the next one, no more than one', async () => {
    await person(lisa, { birthday: '1990-11-24' });
    await person(tom, { birthday: '1990-11-25' });
    await on({ key: 'birthday', when: { date: 'birthday' } });
    await look();
    here.clock.set(Date.parse('2026-11-26T09:00:00+02:00'));
    await look();
    expect(await entered()).toEqual([`${tom} 2026-11-25 10:00`]);
  });

  it('a day that a fact names comes each year', async () => {
    await person(lisa);
    const path = `/v1/customers/phone:${encodeURIComponent(lisa)}/facts/wedding_day`;
    await here.call('PUT', path, { body: { value: '2015-11-24' } });
    await on({ key: 'wedding', when: { date: 'fact.wedding_day', where: { years: '>=10' } } });
    await liveTo('2026-11-24T12:00');
    expect(await entered()).toEqual([`${lisa} 2026-11-24 10:00`]);
  });

  it('an invoice is due on a day of the customer’s own calendar', async () => {
    await person(lisa, { zone: 'America/New_York' });
    const order = {
      customer: { phone: lisa },
      status: 'awaiting_payment',
      kind: 'invoice',
      number: '7',
      total: 500,
    };
    // Still the 26th in New York.
    const times = { at: '2026-11-22T10:00:00Z', due_at: '2026-11-27T03:00:00Z' };
    await here.call('POST', '/v1/orders/i-7/status', { body: { ...order, ...times } });
    await here.call('POST', '/v1/orders/o-8/status', { body: { ...order, ...times, kind: 'order' } });
    await on({ key: 'unpaid', when: { date: 'order.due_at', days: -2, where: { kind: 'invoice' } } });
    await liveTo('2026-11-25T12:00');
    expect(await entered()).toEqual([`${lisa} 2026-11-24 17:00`]);
    const [run] = await runsOf(here.svoi);
    expect(run?.data.orderId).toMatch(/^ord_/);
  });

  it.each([
    [{ every: 'day', at: '10:00' }, ['2026-11-23', '2026-11-24', '2026-11-25']],
    [{ every: 'week', on: 2 }, ['2026-11-24']],
    [{ every: 'month', on: 25 }, ['2026-11-25']],
    [{ every: 'month', on: 1 }, []],
  ])('a schedule: %j', async (when, days) => {
    await person(lisa);
    await on({ key: 'news', when, who: 'orders=0' });
    await bought({ customer: { phone: tom } });
    await liveTo('2026-11-25T12:00');
    expect(await entered()).toEqual(days.map((day) => `${lisa} ${day} 10:00`));
  });

  it('a month that is too short has its turn on its last day', async () => {
    await person(lisa);
    await on({ key: 'news', when: { every: 'month', on: 31 } });
    await liveTo('2026-12-01T12:00');
    expect(await entered()).toEqual([`${lisa} 2026-11-30 10:00`]);
  });
});

describe('a segment', () => {
  it('starts who comes to it, and not who stood in it when the journey was switched on', async () => {
    await bought({ customer: { phone: tom } });
    await on({ key: 'buyers', when: { segment: 'orders>=1' } });
    await look();
    await bought({ id: 'second', customer: { phone: lisa } });
    await liveTo('2026-11-23T12:00');
    await liveTo('2026-11-25T12:00');
    expect(await entered()).toEqual([`${lisa} 2026-11-23 10:00`]);
  });

  it('starts who leaves it, and takes up its rule anew where that changes', async () => {
    await person(tom);
    await person(lisa);
    await on({ key: 'gone', when: { segment: 'orders=0', move: 'leave', at: '09:30' } });
    await look();
    await bought({ customer: { phone: lisa } });
    await liveTo('2026-11-23T12:00');
    expect(await entered()).toEqual([`${lisa} 2026-11-23 09:30`]);
    await on({ key: 'gone', when: { segment: 'orders<5', move: 'leave' } });
    await liveTo('2026-11-25T12:00');
    expect(await entered()).toHaveLength(1);
  });
});

describe('points', () => {
  it('that burn are told of so many days before, those who lose most first', async () => {
    await bought({ customer: { phone: lisa } });
    await bought({
      id: 'more',
      customer: { phone: tom },
      lines: [{ sku: 'a', quantity: 1, unit_price: 90_000 }],
    });
    await bought({
      id: 'few',
      customer: { phone: '+380509999999' },
      lines: [{ sku: 'a', quantity: 1, unit_price: 1_000 }],
    });
    here.clock.set(Date.parse('2026-12-14T12:00:00+02:00'));
    await on({ key: 'burn', when: { points_burn_in: 7, at_least: 10 } });
    await liveTo('2026-12-18T12:00');
    expect(await entered()).toEqual([`${tom} 2026-12-15 10:00`, `${lisa} 2026-12-15 10:00`]);
    const [run] = await runsOf(here.svoi);
    expect(run?.data.event).toMatchObject({
      points: 45,
      days: 7,
      at: Date.parse('2026-12-22T23:59:59.999+02:00'),
    });
  });

  it('that nearly reach a reward are told of once, until points are spent', async () => {
    await bought({ lines: [{ sku: 'a', quantity: 1, unit_price: 180_000 }] });
    await bought({
      id: 'far',
      customer: { phone: tom },
      lines: [{ sku: 'a', quantity: 1, unit_price: 100_000 }],
    });
    await on({ key: 'near', when: { near: 'reward', within: 20 } });
    await liveTo('2026-11-25T12:00');
    expect(await entered()).toEqual([`${lisa} 2026-11-23 10:00`]);
    const [run] = await runsOf(here.svoi);
    expect(run?.data.event).toEqual({ name: 'coffee', points: 10 });
    await here.svoi.database.write([
      { sql: 'update customers set points_spent = 5, points = 285', args: [] },
    ]);
    await liveTo('2026-11-26T12:00');
    expect((await runsOf(here.svoi)).slice(1).map(({ data }) => data.event)).toEqual([
      { name: 'cake', points: 15 },
      { name: 'cake', points: 15 },
    ]);
  });

  it('a tier that is near is told of once within the days that count for it', async () => {
    await bought({ lines: [{ sku: 'a', quantity: 1, unit_price: 450_000 }] });
    await bought({ id: 'far', customer: { phone: tom } });
    await on({ key: 'tier', when: { near: 'tier', within: 100_000 } });
    await liveTo('2026-11-26T12:00');
    expect(await entered()).toEqual([`${lisa} 2026-11-23 10:00`]);
    const [run] = await runsOf(here.svoi);
    expect(run?.data.event).toEqual({ name: 'silver', amount: 50_000 });
  });
});

it('two processes at once find nobody twice', async () => {
  for (let index = 0; index < 20; index += 1) await person(`+38050000${String(1000 + index)}`);
  await on({ key: 'news', when: { every: 'day' } });
  here.clock.advance(DAY_MS);
  await Promise.all([look(), look()]);
  expect(await runsOf(here.svoi)).toHaveLength(20);
});

it('what can be found says the same in journeys of all kinds of starts, on a libSQL server', async (context) => {
  if (!hasLibsqlServer) context.skip();
  const server = await startLibsqlServer();
  here.close();
  here = await testApi({ program, url: server.url });
  try {
    await person(lisa, { birthday: '1990-11-24' });
    await on({ key: 'a_birthday', when: { date: 'birthday' } });
    await on({ key: 'b_bought', when: { event: 'purchase' } });
    await on({ key: 'c_buyers', when: { segment: 'orders>=1' } });
    await on({ key: 'd_news', when: { every: 'week', on: 2 } });
    await on({ key: 'e_near', when: { near: 'reward', within: 80 } });
    await on({ key: 'f_tier', when: { near: 'tier', within: 490_000 } });
    await on({ key: 'g_burn', when: { points_burn_in: 29 } });
    await look();
    await bought();
    await liveTo('2026-11-24T12:00');
    const found = (await runsOf(here.svoi)).map(({ journey }) => journey).sort();
    expect(found).toEqual(['a_birthday', 'b_bought', 'c_buyers', 'd_news', 'e_near', 'f_tier', 'g_burn']);
  } finally {
    await server.stop();
  }
});

it('each look but those over points and schedules is by an index', async () => {
  const plan = async (sql: string) =>
    (await readRows(here.svoi.database, `explain query plan ${sql}`))
      .map(({ detail }) => String(detail))
      .join('\n');
  const birthdays = await plan(
    "select id from customers c where c.birthday is not null and substr(c.birthday, -5) in (select value from json_each('[]'))",
  );
  expect(birthdays).toContain('customers_birthday');
  expect(
    await plan(
      "select 1 from events indexed by events_open where handled_at is null and id > '' order by id",
    ),
  ).toContain('events_open');
});

describe('at night it is forgotten', () => {
  const days = (count: number) => here.clock.now() - count * DAY_MS;
  const left = async (table: string, column: string) =>
    (await readRows(here.svoi.database, `select ${column} as left from ${table} order by 1`)).map(
      (row) => row.left,
    );
  const put = (sql: string, rows: readonly (readonly unknown[])[]) =>
    here.svoi.database.write([statement(`${sql} from json_each(?)`, JSON.stringify(rows))]);

  it('which link nobody opened for long, who went through a journey, and what was taken up', async () => {
    for (const [key, again] of [
      ['often', 'always'],
      ['seldom', '9999d'],
      ['first', 'once'],
    ] as const) {
      await on({ key, again, when: { event: 'x' } });
    }
    const link = (code: string, age: number, opened: number | null) =>
      [code, idsFrom('ntc', days(age)), days(age), opened && days(opened)] as const;
    await put(
      `insert into links (code, url, notice_id, customer_id, created_at, opened_at, opened)
       select value ->> 0, 'https://shop.example', value ->> 1, 'cus_1', value ->> 2, value ->> 3, 1`,
      [link('new', 399, null), link('old', 401, null), link('opened', 500, 10), link('over', 900, 402)],
    );
    const run = (id: string, journey: string, age: number, state = 'done') => [id, journey, days(age), state];
    await put(
      `insert into journey_runs (id, journey, version, customer_id, occasion, arm, state, step, data, started_at, revision)
       select value ->> 0, value ->> 1, 1, 'cus_1', value ->> 0, 'a', value ->> 3, 0, '{}', value ->> 2, 1`,
      [
        run('run_1_often_new', 'often', 799),
        run('run_2_often_old', 'often', 801),
        run('run_3_kept_apart', 'often', 801, 'control'),
        run('run_4_under_way', 'often', 900, 'waiting'),
        run('run_5_seldom', 'seldom', 900),
        run('run_6_once', 'first', 5000),
      ],
    );
    const event = (age: number, handled: number | null) => [idsFrom('evt', days(age)), days(age), handled];
    await put(
      `insert into events (id, type, customer_id, occasion, data, at, recorded_at, handled_at)
       select value ->> 0, 'x', 'cus_1', value ->> 0, '{}', value ->> 1, value ->> 1, value ->> 2`,
      [event(799, 1), event(801, 1), event(802, null)],
    );
    await forgetTask.run(here.svoi, '2026-11-22');
    expect(await left('links', 'code')).toEqual(['new', 'opened']);
    const runs = ['run_1_often_new', 'run_4_under_way', 'run_5_seldom', 'run_6_once'];
    expect(await left('journey_runs', 'id')).toEqual(runs);
    expect(await left('events', 'at')).toEqual([days(802), days(799)]);
  });

  it('along an index, in commits of a thousand', async () => {
    const old = Array.from({ length: 2500 }, (_, index) => [`c${index}`, idsFrom('ntc', days(401) + index)]);
    await put(
      `insert into links (code, url, notice_id, customer_id, created_at, opened)
       select value ->> 0, 'https://shop.example', value ->> 1, 'cus_1', 0, 0`,
      old,
    );
    const { database } = here.svoi;
    const commits: number[] = [];
    const watched: Database = {
      ...database,
      read: (statements) => database.read(statements),
      async write(statements) {
        const results = await database.write(statements);
        commits.push(results[0]?.length ?? 0);
        return results;
      },
    };
    await forgetLinks(watched, days(400));
    expect(commits).toEqual([1000, 1000, 500]);
  });
});
