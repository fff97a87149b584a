import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createIds } from '../../core/ids.ts';
import { nextAt } from '../../core/journeys/wake.ts';
import { openPosting } from '../../core/ledger/posting.ts';
import { quietUntil } from '../../core/messaging/policy.ts';
import { anyChat } from '../../core/messaging/rules.ts';
import { points } from '../../core/points.ts';
import { defaultProgram } from '../../core/program/program.ts';
import { plainPlan } from '../../core/staff/campaigns.ts';
import { DAY_MS } from '../../core/time.ts';
import { readRow, readRows } from '../../db/database.ts';
import { createOutbox } from '../../db/outbox.ts';
import { settleDue } from '../../jobs.ts';
import { findStarts } from '../../journey_starts.ts';
import { sendCampaigns } from '../../mailings.ts';
import { runNightly } from '../../nightly.ts';
import { createSvoi } from '../../svoi.ts';
import { sent } from '../support/campaigns.ts';
import { switchOn } from '../support/journeys.ts';
import { begin, type GivenJourney, runsOf } from '../support/own_journeys.ts';
import { aPurchase, buy } from '../support/purchases.ts';
import { hasLibsqlServer, startLibsqlServer } from '../support/sqld.ts';
import { type Guest, type StoryShop, storyShop } from '../support/stories.ts';

const program = {
  points_live_days: 31,
  marketing_messages_in_7_days: 2,
  proof: { control_percent: 0, holdout_percent: 0, within_days: 14, margin_percent: 30 },
} as const;

let shop: StoryShop;
beforeEach(async () => {
  shop = await storyShop({ program });
});
afterEach(() => shop.close());

const hour = 3_600_000;
const hello = { message: { text: { en: 'Hello' } } };
const year = 365 * DAY_MS;
const iso = (at: number) => new Date(at).toISOString();
const on = (journey: GivenJourney) => begin(shop.svoi, journey);
const runs = async (journey?: string) => (await runsOf(shop.svoi, journey)).length;

/** A server that runs on: what is due is done, and the night's work where it is time. */
async function look(): Promise<void> {
  await runNightly(shop.svoi);
  await settleDue(shop.svoi);
}

function atKyiv(moment: string): number {
  const offset = moment > '2027-03-28T03' && moment < '2027-10-31T04' ? '+03:00' : '+02:00';
  return Date.parse(`${moment}:00${offset}`);
}

/** Puts the clock to a moment in Kyiv, and lets the server run on. */
async function clockTo(moment: string): Promise<void> {
  shop.clock.set(atKyiv(moment));
  await look();
}

async function stepBack(milliseconds: number): Promise<void> {
  shop.clock.advance(-milliseconds);
  await look();
}

/** The rows of what was said to somebody, as `state kind`. */
async function noticesOf({ id }: Guest): Promise<string[]> {
  const sql = 'select state, kind from notices where customer_id = ? and campaign is not null order by id';
  return (await readRows(shop.svoi.database, sql, id)).map(({ state, kind }) => `${state} ${kind}`);
}

describe('a clock that was a year ahead and is put right', () => {
  /** The server lives on a wrong day for an hour, past the night's work. */
  async function wrongYear(): Promise<void> {
    shop.clock.advance(year);
    await look();
    shop.clock.advance(hour);
    await look();
    shop.clock.advance(-year);
  }

  it('keeps no journey by a date, a schedule or a segment from starting', async () => {
    await shop.guest({ birthday: '1990-11-24' });
    await on({ key: 'hello', when: { date: 'birthday' } });
    await on({ key: 'news', when: { every: 'day' } });
    await on({ key: 'fresh', when: { segment: 'orders>=1', move: 'enter' } });
    await look();
    await wrongYear();
    await look();
    const before = await runs('news');
    await shop.buys(await shop.guest());
    await clockTo('2026-11-23T04:00');
    await clockTo('2026-11-24T04:00');
    expect(await runs('hello')).toBe(1);
    expect((await runs('news')) - before).toBeGreaterThanOrEqual(2);
    expect(await runs('fresh')).toBe(1);
  });

  it('keeps no purchase from being heard of, nor a buyer from being asked', async () => {
    await on({ key: 'thanks', when: { event: 'purchase' } });
    await switchOn(shop.svoi, 'nps');
    const first = await shop.guest();
    shop.clock.advance(year);
    await shop.buys(first);
    await look();
    shop.clock.advance(-year);
    const second = await shop.guest();
    await shop.buys(second);
    await look();
    expect(await runs('thanks')).toBe(2);
    expect(await runs('nps')).toBe(2);
  });

  it('lets a journey that was switched on meanwhile begin', async () => {
    shop.clock.advance(year);
    await on({ key: 'thanks', when: { event: 'table_booked' } });
    await on({ key: 'news', when: { every: 'day' } });
    await look();
    shop.clock.advance(-year);
    await look();
    const guest = await shop.guest();
    shop.clock.advance(60_000);
    await shop.post('POST', '/v1/events', {
      ...{ id: 'e-1', type: 'table_booked', customer: { phone: guest.phone } },
      ...{ at: iso(shop.clock.now()), data: {} },
    });
    await look();
    expect(await noticesOf(guest)).toContain('underway thanks');
    await clockTo('2026-11-23T04:00');
    await clockTo('2026-11-23T11:00');
    expect(await noticesOf(guest)).toContain('underway news');
  });

  it('leaves no message for that year, and no cap', async () => {
    const offer = { category: 'marketing', when: { event: 'table_booked' }, topic: 'offers' };
    await on({ key: 'offer', ...offer });
    const guest = await shop.guest();
    let told = 0;
    const books = () => {
      told += 1;
      const event = { id: `e-${told}`, type: 'table_booked', customer: { phone: guest.phone } };
      return shop.post('POST', '/v1/events', { ...event, at: iso(shop.clock.now()), data: {} });
    };
    shop.clock.advance(year);
    await on({ key: 'offer', ...offer });
    await books();
    await books();
    await look();
    shop.clock.advance(-year);
    await shop.live('1h');
    await books();
    await shop.live('1h');
    const waiting = await readRow(
      shop.svoi.database,
      `select count(*) as count from messages where state = 'queued'`,
    );
    expect(waiting?.count).toBe(0);
    expect(await runs('offer')).toBe(3);
    expect((await noticesOf(guest)).toSorted()).toEqual(['held offer', 'reached offer', 'reached offer']);
    await shop.live('8d');
    expect(await noticesOf(guest)).not.toContain('held offer');
  });
});

describe('a clock that goes back by seconds', () => {
  it('loses no purchase, also where the server starts anew in them', async () => {
    await on({ key: 'thanks', when: { event: 'purchase' } });
    await shop.buys(await shop.guest());
    await look();
    shop.clock.advance(-20_000);
    await shop.buys(await shop.guest());
    await look();
    expect(await runs('thanks')).toBe(2);
    shop.clock.advance(-20_000);
    const restarted = await createSvoi({ ...shop.svoi, ids: createIds(), random: Math.random });
    await buy(restarted, aPurchase({ externalId: 'late', at: shop.clock.now() }));
    await look();
    expect(await runs('thanks')).toBe(3);
  });

  it('has nothing said twice, and nothing wait', async () => {
    await on({ key: 'talk', when: { event: 'registered' }, steps: [hello, { wait: '10m' }, hello] });
    const guest = await shop.guest();
    await look();
    await stepBack(20_000);
    await stepBack(20_000);
    await shop.live('12m');
    await stepBack(20_000);
    await shop.live('1h');
    expect(await noticesOf(guest)).toEqual(['reached talk', 'reached talk']);
  });
});

describe('a clock that is put back by a day', () => {
  it('has nobody enter twice, and nobody left out', async () => {
    await shop.guest({ birthday: '1990-11-24' });
    await on({ key: 'hello', when: { date: 'birthday' } });
    await on({ key: 'news', when: { every: 'day' }, who: 'orders=0' });
    await on({ key: 'fresh', when: { segment: 'orders>=1', move: 'enter' } });
    const buyer = await shop.guest();
    await clockTo('2026-11-23T04:00');
    await shop.buys(buyer);
    await clockTo('2026-11-24T04:00');
    await stepBack(DAY_MS);
    const later = await shop.guest({ birthday: '1990-11-24' });
    await clockTo('2026-11-23T12:00');
    await clockTo('2026-11-24T04:00');
    await clockTo('2026-11-25T04:00');
    expect(await runs('hello')).toBe(2);
    expect(await runs('fresh')).toBe(1);
    const days = (await runsOf(shop.svoi, 'news')).map(({ customerId, occasion }) =>
      customerId === later.id ? `later ${occasion}` : occasion,
    );
    expect(days.toSorted()).toEqual([
      ...['day 2026-11-23', 'day 2026-11-23', 'day 2026-11-24', 'day 2026-11-25'],
      ...['later day 2026-11-24', 'later day 2026-11-25'],
    ]);
  });
});

/** When the runs of a journey go on, as clocks of Kyiv show it. */
async function dues(journey: string): Promise<string[]> {
  const local = (at: number) => new Date(at).toLocaleString('sv', { timeZone: 'Europe/Kyiv' }).slice(0, 16);
  return (await runsOf(shop.svoi, journey)).map(({ dueAt }) => (dueAt === null ? 'over' : local(dueAt)));
}

/** Looks who enters, at moments in Kyiv: nobody goes on. */
async function nights(...moments: readonly string[]): Promise<void> {
  for (const moment of moments) {
    shop.clock.set(atKyiv(moment));
    await runNightly(shop.svoi);
    await findStarts(shop.svoi);
  }
}

const wedding = (guest: Guest, value: string) =>
  shop.post('PUT', `/v1/customers/${guest.ref}/facts/wedding_day`, { value });

describe('29 February', () => {
  const greeting = { key: 'hello', again: '300d', when: { date: 'birthday', days: -7, late_days: 7 } };
  const steps = [{ if: { days_left: '>=2' }, do: [hello] }, { wait: { until_day: 0 } }, hello];

  it.each([
    [2026, ['2027-02-21 10:00', '2028-02-22 10:00', '2029-02-21 10:00']],
    [2023, ['2024-02-22 10:00', '2025-02-21 10:00', '2026-02-21 10:00']],
  ])('is a birthday once in each of the years after %i', async (before, expected) => {
    shop.clock.set(Date.parse(`${before}-12-20T12:00:00+02:00`));
    await on(greeting);
    await shop.guest({ birthday: '1992-02-29' });
    for (let year = before + 1; year < before + 4; year += 1) {
      for (let day = 19; day < 32; day += 1) {
        shop.clock.set(Date.UTC(year, 1, day, 2));
        await findStarts(shop.svoi);
      }
    }
    expect(await dues('hello')).toEqual(expected);
  });

  it('is congratulated on, not only hinted at, on 28 in a year without one', async () => {
    await clockTo('2027-02-20T12:00');
    await on({ ...greeting, steps });
    const guest = await shop.guest({ birthday: '1992-02-29' });
    await shop.live('15d');
    expect(await shop.diary(guest, 'hello')).toEqual(['21.02 10:00 Hello', '28.02 10:00 Hello']);
  });

  it('is once a year for who learns of it late, and where it becomes another day', async () => {
    await clockTo('2027-02-20T12:00');
    await on(greeting);
    await on({ key: 'party', when: { date: 'fact.wedding_day', days: 2 } });
    const guest = await shop.guest();
    await wedding(guest, '2012-02-29');
    await clockTo('2027-02-26T12:00');
    await shop.post('POST', '/v1/customers', { phone: guest.phone, birthday: '1992-02-29' });
    await nights('2027-02-27T04:00');
    await shop.post('POST', '/v1/customers', { phone: guest.phone, birthday: '1992-03-01' });
    await nights(...['02-28', '03-01', '03-02', '03-03'].map((day) => `2027-${day}T04:00`));
    expect(await dues('hello')).toEqual(['2027-02-27 10:00']);
    expect(await dues('party')).toEqual(['2027-03-02 10:00']);
  });

  it('ends what was given a year before it, at midnight', async () => {
    await clockTo('2028-02-29T12:00');
    const guest = await shop.guest();
    await on({
      key: 'gift',
      when: { event: 'table_booked' },
      steps: [{ points: 10, live_days: 365 }, hello],
    });
    await books(guest);
    await look();
    const lot = await readRow(
      shop.svoi.database,
      'select max(expires_at) as at from lots where customer_id = ?',
      guest.id,
    );
    expect(iso(Number(lot?.at))).toBe('2029-02-28T22:00:00.000Z');
  });

  it('is a day an invoice can be due, with a reminder days before', async () => {
    await clockTo('2028-02-25T12:00');
    const guest = await shop.guest();
    await on({ key: 'unpaid', when: { date: 'order.due_at', days: -3 } });
    await invoice(guest, '2028-02-29T23:59:59+02:00');
    await nights('2028-02-26T04:00', '2028-02-27T04:00');
    expect(await dues('unpaid')).toEqual(['2028-02-26 10:00']);
  });
});

const invoice = ({ phone }: Guest, due_at: string, at = shop.clock.now()) =>
  shop.post('POST', `/v1/orders/${phone.slice(1)}/status`, {
    ...{ customer: { phone }, status: 'awaiting_payment', kind: 'invoice', number: '7' },
    ...{ at: iso(at), due_at },
  });

let booked = 0;
function books({ phone }: Guest, at = iso(shop.clock.now())): Promise<void> {
  booked += 1;
  const event = { id: `b-${booked}`, type: 'table_booked', customer: { phone }, at, data: {} };
  return shop.post('POST', '/v1/events', event);
}

describe('clocks that are put forward or back for the summer', () => {
  it.each([
    [
      'a time that is skipped is the moment after',
      '2027-03-27T12:00',
      '03:30',
      ['2027-03-28 04:30', '2027-03-29 03:30'],
    ],
    [
      'a time that comes twice is the first',
      '2027-10-30T12:00',
      '03:30',
      ['2027-10-31 03:30', '2027-11-01 03:30'],
    ],
  ])('a schedule: %s, and once', async (_, moment, at, expected) => {
    await clockTo(moment);
    await shop.guest();
    await on({ key: 'news', when: { every: 'day', at } });
    await nights(...expected.map((due) => `${due.slice(0, 10)}T05:00`));
    expect(await dues('news')).toEqual(expected);
  });

  it.each([
    ['spring', '2027-03-27T03:10', '2027-03-27T10:00', '2027-03-28 11:00'],
    ['autumn', '2027-10-30T03:10', '2027-10-30T10:00', '2027-10-31 09:00'],
  ])('a wait of a day is 24 hours in %s', async (_, night, moment, until) => {
    await clockTo(night);
    const guest = await shop.guest();
    await on({ key: 'talk', when: { event: 'table_booked' }, steps: [{ wait: '24h' }, hello] });
    await clockTo(moment);
    await books(guest);
    await look();
    expect(await dues('talk')).toEqual([until]);
  });

  it('quiet hours that end in the hour that comes twice end the second time', () => {
    const rules = {
      program: { ...defaultProgram, quiet_hours: { from: '21:00', to: '03:30' } },
      channels: anyChat,
    };
    const second = Date.parse('2027-10-31T03:10:00+02:00');
    const until = quietUntil('Europe/Kyiv', rules, second);
    expect(until && iso(until)).toBe('2027-10-31T01:30:00.000Z');
    expect(nextAt('03:30', 'Europe/Kyiv', second)).toBe(until);
    const first = Date.parse('2027-10-31T03:10:00+03:00');
    expect(quietUntil('Europe/Kyiv', rules, first)).toBe(first + 20 * 60_000);
  });
});

describe('a customer who moves to another zone', () => {
  const move = ({ phone }: Guest, zone: string) => shop.post('POST', '/v1/customers', { phone, zone });

  it('is reminded of one invoice once, and of one that is put off on its new day', async () => {
    await on({
      key: 'unpaid',
      when: { date: 'order.due_at', days: -3, late_days: 3 },
      steps: [hello, { wait: { until_day: 0 } }, hello],
    });
    const guest = await shop.guest();
    await invoice(guest, '2026-11-27T23:30:00+02:00');
    await shop.live('3d');
    expect(await runs('unpaid')).toBe(1);
    await move(guest, 'Asia/Tokyo');
    await shop.live('1d');
    expect(await runs('unpaid')).toBe(1);
    await invoice(guest, '2026-11-30T12:00:00+02:00');
    await shop.live('9d');
    expect(await runs('unpaid')).toBe(2);
    expect((await shop.diary(guest, 'unpaid')).map((one) => one.slice(0, 5))).toEqual([
      ...['24.11', '27.11', '30.11'],
    ]);
  });

  it('is greeted once, though the day begins there while it is not over here', async () => {
    await on({ key: 'hello', when: { date: 'birthday' } });
    const guest = await shop.guest({ birthday: '1990-11-24', zone: 'Pacific/Pago_Pago' });
    await clockTo('2026-11-24T04:00');
    await move(guest, 'Pacific/Kiritimati');
    for (const day of ['24T23:00', '25T04:00', '25T23:30']) await clockTo(`2026-11-${day}`);
    expect(await runs('hello')).toBe(1);
    expect(await noticesOf(guest)).toHaveLength(1);
  });

  it('gets a campaign in local time once, and so does everybody else, from the first zone to the last', async () => {
    const zones = ['Pacific/Kiritimati', 'Europe/Kyiv', 'Pacific/Pago_Pago', 'Asia/Kathmandu'];
    const guests: Guest[] = [];
    for (const zone of zones) guests.push(await shop.guest({ zone }));
    const timing = { kind: 'local', day: '2026-11-24', time: '12:00' } as const;
    const id = await sent(shop.svoi, { plan: { ...plainPlan, timing } });
    const [, kyiv, , nepal] = guests;
    const told: Record<string, string> = {};
    for (let at = shop.clock.now(); at < Date.parse('2026-11-26T00:00:00Z'); at += hour) {
      shop.clock.set(at);
      if (iso(at).startsWith('2026-11-23T23') && kyiv) await move(kyiv, 'America/New_York');
      if (iso(at).startsWith('2026-11-24T11') && nepal) await move(nepal, 'Pacific/Kiritimati');
      await sendCampaigns(shop.svoi);
      await settleDue(shop.svoi);
      for (const [index, guest] of guests.entries()) {
        const messages = await readRows(
          shop.svoi.database,
          'select id from messages where customer_id = ? and campaign = ?',
          ...[guest.id, id],
        );
        expect(messages.length).toBeLessThanOrEqual(1);
        if (messages.length > 0) told[zones[index] ?? ''] ??= iso(at).slice(0, 16);
      }
    }
    expect(told).toEqual({
      'Pacific/Kiritimati': '2026-11-23T22:00',
      'Asia/Kathmandu': '2026-11-24T07:00',
      'Europe/Kyiv': '2026-11-24T14:00',
      'Pacific/Pago_Pago': '2026-11-24T23:00',
    });
  });
});

describe('a server that was down for days', () => {
  it('says of a cart series what is of today, and nothing of what is long past', async () => {
    await switchOn(shop.svoi, 'cart');
    const guest = await shop.guest({ language: 'en' });
    await shop.post('PUT', '/v1/carts/c-1', {
      customer: { phone: guest.phone },
      items: [{ sku: 'lamp', name: 'Lamp', quantity: 1, unit_price: 120_000 }],
      updated_at: iso(shop.clock.now()),
    });
    await shop.live('3h');
    await clockTo('2026-11-30T12:00');
    await shop.live('4d');
    const said = (await shop.diary(guest, 'cart')).map((one) => one.slice(0, 30));
    expect(said).toEqual(['22.11 13:00 You put something ', '02.12 12:00 To make it easier,']);
  });

  it.each([
    ['on the day itself', '2026-11-30T12:00', ['30.11']],
    ['the day after', '2026-12-01T12:00', ['01.12']],
    ['days after, with the gift taken back', '2026-12-04T12:00', []],
  ])('greets on a birthday %s', async (_, moment, days) => {
    await switchOn(shop.svoi, 'birthday');
    const guest = await shop.guest({ language: 'en', birthday: '1990-11-30' });
    await nights('2026-11-23T04:00');
    await clockTo(moment);
    await shop.live('10d');
    expect((await shop.diary(guest, 'birthday')).map((one) => one.slice(0, 5))).toEqual(days);
    const gifts = await readRow(
      shop.svoi.database,
      `select coalesce(sum(remaining), 0) as points from lots where customer_id = ? and points = 50
         and transaction_id in (select id from ledger_transactions where kind = 'gift')`,
      guest.id,
    );
    expect(gifts?.points).toBe(days.length * 50);
  });

  it('warns of points that burn only while the warning is true, and of as many as there still are', async () => {
    await switchOn(shop.svoi, 'points_burn_7', 'points_burn_1');
    const guest = await shop.guest({ language: 'en' });
    // Given for registering, and good for 31 days after the day of it: until 23 December.
    await clockTo('2026-12-16T04:00');
    await clockTo('2026-12-18T12:00');
    await clockTo('2026-12-22T04:00');
    await clockTo('2026-12-23T12:00');
    await shop.live('3d');
    expect(await shop.diary(guest, 'points_burn_7', 'points_burn_1')).toEqual([]);
  });

  it('makes up for no day of what comes every day anyway', async () => {
    await on({ key: 'news', when: { every: 'day' } });
    await on({ key: 'weekly', when: { every: 'week', on: 5 } });
    const guest = await shop.guest();
    await clockTo('2026-11-23T12:00');
    await clockTo('2026-11-28T09:30');
    await shop.live('1h');
    expect((await noticesOf(guest)).toSorted()).toEqual(['reached news', 'reached news', 'reached weekly']);
  });

  it('says an overdue reminder that is of today, though the run began long ago', async () => {
    await switchOn(shop.svoi, 'invoice');
    const guest = await shop.guest({ language: 'en' });
    await invoice(guest, '2026-11-26T18:00:00+02:00');
    await nights('2026-11-23T04:00');
    await clockTo('2026-11-30T12:00');
    expect((await shop.diary(guest, 'invoice')).map((one) => one.slice(0, 40))).toEqual([
      '30.11 12:00 Invoice 7 is not paid yet. D',
    ]);
  });

  it('tells of a campaign once, what is good for a day not a week later, and offers one a day', async () => {
    const guests = [await shop.guest({ zone: 'Asia/Tokyo' }), await shop.guest({ zone: 'America/New_York' })];
    const timing = { kind: 'local', day: '2026-11-24', time: '12:00' } as const;
    await sent(shop.svoi, { plan: { ...plainPlan, timing, goodForMs: DAY_MS } });
    await sent(shop.svoi, { plan: { ...plainPlan, timing, weight: 60 } });
    await sent(shop.svoi, { plan: { ...plainPlan, timing, weight: 40 } });
    const work = async () => {
      await sendCampaigns(shop.svoi);
      await look();
    };
    shop.clock.set(Date.parse('2026-11-24T04:00:00Z'));
    await work();
    shop.clock.set(Date.parse('2026-12-01T10:00:00Z'));
    for (let hours = 0; hours < 60; hours += 1) {
      await work();
      shop.clock.advance(hour);
    }
    const [tokyo, york] = guests;
    expect(tokyo && (await offersOf(tokyo))).toEqual(['24.11', '01.12']);
    expect(york && (await offersOf(york))).toEqual(['01.12', '02.12']);
  });
});

/** On which days offers were sent to somebody, as clocks of Kyiv show it. */
async function offersOf({ id }: Guest): Promise<string[]> {
  const sql = `select created_at from messages where customer_id = ? and category = 'marketing' order by id`;
  const rows = await readRows(shop.svoi.database, sql, id);
  return rows.map(({ created_at: at }) =>
    new Intl.DateTimeFormat('uk', { day: '2-digit', month: '2-digit', timeZone: 'Europe/Kyiv' }).format(
      Number(at),
    ),
  );
}

/** Takes points off, as of now. */
async function spends({ phone }: Guest, amount: number): Promise<void> {
  await shop.svoi.submit({
    name: 'test.spend',
    needs: { customers: [{ ref: { phone }, lots: 'open' }] },
    decide(facts, context) {
      const record = facts.customer({ phone });
      if (!record) throw new Error('nobody');
      const posting = openPosting(record.head, record.lots, context);
      const reason = { rule: 'manual', note: 'test' } as const;
      posting.adjustDown(points(amount), { happenedAt: context.now, actor: 'test', reason });
      return { ok: true, changes: { transactions: posting.transactions }, result: {} };
    },
  });
}

it('of points that are spent before the warning is sent, only the rest burns', async () => {
  await switchOn(shop.svoi, 'points_burn_1');
  const [some, all, none] = [
    await shop.guest({ language: 'en' }),
    await shop.guest({ language: 'en' }),
    await shop.guest({ language: 'en' }),
  ];
  await clockTo('2026-12-22T04:00');
  await spends(some, 20);
  await spends(all, 50);
  await shop.live('1d');
  const said = await Promise.all([some, all, none].map((guest) => shop.diary(guest, 'points_burn_1')));
  expect(said.map((texts) => texts.map((text) => text.split('\n')[0]))).toEqual([
    ['22.12 11:00 Tomorrow 30 points will burn. There is still time to use them.'],
    [],
    ['22.12 11:00 Tomorrow 50 points will burn. There is still time to use them.'],
  ]);
});

describe('at the edges of days and years', () => {
  it.each([
    ['00:00', ['2026-12-31 00:00', '2027-01-01 00:00', '2027-01-02 00:00']],
    ['23:59', ['2026-12-30 23:59', '2026-12-31 23:59', '2027-01-01 23:59', '2027-01-02 23:59']],
  ])('a schedule at %s comes once a day', async (at, expected) => {
    await clockTo('2026-12-30T12:00');
    await shop.guest();
    await on({ key: 'news', when: { every: 'day', at } });
    for (const day of ['2026-12-30', '2026-12-31', '2027-01-01', '2027-01-02']) {
      await nights(`${day}T00:00`, `${day}T02:59`, `${day}T03:00`, `${day}T23:59`);
      if (day === '2026-12-30') await nights(`${day}T12:00`);
    }
    expect(await dues('news')).toEqual(expected);
  });

  it('a birthday in January is hinted at in December, once', async () => {
    await clockTo('2026-12-26T12:00');
    await on({ key: 'hello', again: '300d', when: { date: 'birthday', days: -7, late_days: 7 } });
    await shop.guest({ birthday: '1990-01-03' });
    await nights(...['27', '28', '29', '30', '31'].map((day) => `2026-12-${day}T04:00`));
    await nights(...['01', '02', '03', '04'].map((day) => `2027-01-${day}T04:00`));
    expect(await dues('hello')).toEqual(['2026-12-27 10:00']);
  });

  it.each([
    ['with an offset of quarters', '2026-11-22T15:45:00+05:45', 200],
    ['with a negative offset', '2026-11-21T22:00:00-12:00', 200],
    ['with a fraction', '2026-11-22T10:00:00.123456789Z', 200],
    ['minutes ahead, as clocks of tills are', '2026-11-22T12:04:00+02:00', 200],
    ['years ago', '2017-12-31T23:59:59Z', 200],
    ['of a till that was reset', '1970-01-01T00:00:00Z', 422],
    ['ahead', '2026-11-22T13:00:00+02:00', 422],
    ['years ahead', '9999-12-31T23:59:59Z', 422],
    ['without an offset', '2026-11-22T10:00:00', 422],
    ['on a day there is not', '2026-02-30T10:00:00Z', 422],
    ['at an hour there is not', '2026-11-22T24:30:00Z', 422],
    ['with an offset there is not', '2026-11-22T10:00:00+25:00', 422],
  ])('an event %s', async (_, at, status) => {
    await on({ key: 'table', when: { event: 'table_booked' } });
    const guest = await shop.guest();
    const event = { id: 'e-1', type: 'table_booked', customer: { phone: guest.phone }, at, data: {} };
    const answer = await shop.call('POST', '/v1/events', { body: event });
    expect(answer.status).toBe(status);
    const again = await shop.call('POST', '/v1/events', { body: event });
    expect(again.body.id).toBe(answer.body.id);
    await look();
  });
});

describe.skipIf(!hasLibsqlServer)('on a libSQL server', () => {
  it('what a clock wrote down that was a year ahead waits for nobody, also where its process died', async () => {
    const server = await startLibsqlServer();
    const here = await storyShop({ program, url: server.url });
    const { svoi, clock } = here;
    const all = async () => {
      await runNightly(svoi);
      await sendCampaigns(svoi);
      await settleDue(svoi);
    };
    await begin(svoi, { key: 'hello', when: { date: 'birthday' } });
    await begin(svoi, { key: 'thanks', when: { event: 'purchase' } });
    const guest = await here.guest({ birthday: '1990-11-23' });
    await all();
    clock.advance(year);
    await here.buys(guest);
    clock.advance(5 * 60_000);
    await sent(svoi, { plan: { ...plainPlan, timing: { kind: 'usual', at: null } } });
    await all();
    const lease = { now: clock.now(), limit: 10, leaseUntil: clock.now() + 60_000 };
    expect(await createOutbox(svoi.database).claim({ channel: 'telegram', ...lease })).not.toEqual([]);
    clock.advance(-year);
    await here.buys(guest);
    await all();
    await here.live('25h');
    await all();
    await here.live('1h');
    const left = await readRows(
      svoi.database,
      `select id from messages where state in ('queued', 'sending') union all
       select customer_id from campaign_members where state = 'waiting' union all
       select id from notices where state = 'held'`,
    );
    expect(left).toEqual([]);
    expect((await runsOf(svoi, 'hello')).map(({ occasion }) => occasion)).toEqual(['birthday 2026']);
    expect(await runsOf(svoi, 'thanks')).toHaveLength(2);
    here.close();
    await server.stop();
  });
});
