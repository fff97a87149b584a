import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createIds } from '../../core/ids.ts';
import { DAY_MS } from '../../core/time.ts';
import { readRow, readRows } from '../../db/database.ts';
import { settleDue } from '../../jobs.ts';
import { runNightly } from '../../nightly.ts';
import { createSvoi } from '../../svoi.ts';
import { switchOn } from '../support/journeys.ts';
import { begin, type GivenJourney, runsOf } from '../support/own_journeys.ts';
import { aPurchase, buy } from '../support/purchases.ts';
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

/** Puts the clock to a moment in Kyiv, and lets the server run on. */
async function clockTo(moment: string): Promise<void> {
  const offset = moment > '2027-03-28T03' && moment < '2027-10-31T04' ? '+03:00' : '+02:00';
  shop.clock.set(Date.parse(`${moment}:00${offset}`));
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
