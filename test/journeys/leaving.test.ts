import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { npsSchema } from '../../core/program/nps.ts';
import { readRow, readRows } from '../../db/database.ts';
import { verifyLedger } from '../../db/verify.ts';
import { sendCampaigns } from '../../mailings.ts';
import { effectOf } from '../../results.ts';
import { says as campaignSays, sent } from '../support/campaigns.ts';
import type { TestChat } from '../support/chat.ts';
import { begin, runsOf } from '../support/own_journeys.ts';
import { aColleague } from '../support/staff.ts';
import { type Guest, type StoryShop, storyShop } from '../support/stories.ts';

const when = { event: 'table_booked' };
const says = (text: string, more: object = {}) => ({ message: { text: { en: text } }, ...more });
const program = {
  nps: npsSchema.parse({ on: true }),
  staff_points_limit: 1_000_000,
  marketing_messages_in_7_days: 2,
  proof: { control_percent: 0, holdout_percent: 0, within_days: 14, margin_percent: 30 },
};

let shop: StoryShop;
let owner: TestChat;
/** Comes first, so that the other account leads to this one. */
let olena: Guest;
let old: Guest;
let told = 0;

beforeEach(async () => {
  shop = await storyShop({ program, shipped: [] });
  owner = await aColleague(shop.svoi, '+380509999999', 'Maria', 'owner');
  olena = await shop.guest({ language: 'en', name: 'Olena' });
  shop.clock.advance(1000);
  old = await shop.guest({ language: 'en', name: 'Olena K', card: '2900000000018', external_id: 'crm-7' });
});
afterEach(async () => {
  expect(await verifyLedger(shop.svoi.database)).not.toHaveProperty('fault');
  expect(shop.faults).toEqual([]);
  shop.close();
});

const rows = (sql: string, ...args: (string | number)[]) => readRows(shop.svoi.database, sql, ...args);

async function merge(): Promise<void> {
  await owner.say(`/merge ${olena.phone} ${old.phone}`);
  await owner.tap('Yes, join them');
}

async function tellApart(): Promise<void> {
  await owner.say(`/merge undo ${old.phone}`);
  await owner.tap('Yes, tell them apart');
}

/** A shop tells that somebody booked a table. */
function books(customer: object, more: object = {}) {
  told += 1;
  const at = new Date(shop.clock.now()).toISOString();
  return shop.call('POST', '/v1/events', {
    body: { id: `e-${told}`, type: 'table_booked', customer, at, ...more },
  });
}

/** What our journeys said, in either chat. */
async function heard(): Promise<string[]> {
  const all = [...(await olena.chat.hear()), ...(await old.chat.hear())];
  return all.filter(({ category }) => category !== 'reply').map(({ text }) => text);
}

async function pointsOf({ ref }: Guest): Promise<number> {
  return (await shop.call('GET', `/v1/customers/${ref}`)).body.points.balance;
}

describe('two accounts that became one', () => {
  test.each<[string, () => object]>([
    ['the phone', () => ({ phone: old.phone })],
    ['the card', () => ({ card: '2900000000018' })],
    ['the id in the shop', () => ({ external_id: 'crm-7' })],
    ['our id', () => ({ id: old.id })],
  ])(
    'what a shop tells of the one that went over, by %s, happens to the one that stays',
    async (_, named) => {
      await begin(shop.svoi, { key: 'talk', when, steps: [says('Booked')] });
      await merge();
      const answer = await books(named());
      expect([answer.status, answer.body.customer]).toEqual([200, olena.id]);
      await shop.live('1m');
      expect((await runsOf(shop.svoi)).map(({ customerId }) => customerId)).toEqual([olena.id]);
      expect(await heard()).toEqual(['Booked']);
    },
  );

  test('what was told just before the merge, and not taken up yet, happens to the one that stays', async () => {
    await begin(shop.svoi, { key: 'talk', when, steps: [says('Booked')] });
    await books({ phone: old.phone });
    await merge();
    await shop.live('1m');
    expect(await heard()).toEqual(['Booked']);
  });

  test('a run that waits goes on when the shop tells of either', async () => {
    const wait = { wait: { for: 'table_left', at_most: '9d' } };
    await begin(shop.svoi, { key: 'talk', when, again: 'always', steps: [wait, says('Thank you')] });
    await books({ phone: old.phone });
    await shop.live('1h');
    await merge();
    await books({ phone: olena.phone }, { type: 'table_left' });
    await shop.live('1h');
    expect(await heard()).toEqual(['Thank you']);
  });

  test('each under way on a journey are one: the older run goes on, and tells once', async () => {
    await begin(shop.svoi, {
      key: 'talk',
      when,
      again: '30d',
      steps: [{ wait: '1d' }, { points: 30 }, says('Hi')],
    });
    await books({ phone: old.phone });
    await shop.live('2h');
    await books({ phone: olena.phone });
    await shop.live('2h');
    await merge();
    const before = await pointsOf(olena);
    await shop.live('2d');
    expect([await heard(), await pointsOf(olena)]).toEqual([['Hi'], before + 30]);
    const all = await runsOf(shop.svoi);
    expect(all.map(({ state, reason }) => [state, reason])).toEqual([
      ['done', null],
      ['stopped', 'merged'],
    ]);
  });

  test('are told of one occasion once, whoever of them had heard of it', async () => {
    const about = { when, occasion: 'opening', again: 'always' };
    await begin(shop.svoi, { ...about, key: 'talk', steps: [{ points: 10 }, says('We are open')] });
    await books({ phone: old.phone });
    await shop.live('1h');
    await merge();
    expect(await heard()).toEqual(['We are open']);
    const before = await pointsOf(olena);
    await books({ phone: olena.phone });
    await shop.live('1h');
    expect([await heard(), await pointsOf(olena)]).toEqual([[], before]);
  });

  test('get no more offers a week than one person', async () => {
    const offer = (key: string) =>
      begin(shop.svoi, {
        key,
        when: { event: key },
        category: 'marketing',
        again: 'always',
        steps: [says(key)],
      });
    for (const key of ['one', 'two', 'three']) await offer(key);
    await shop.svoi.reloadProgram();
    for (const [guest, type] of [
      [old, 'one'],
      [olena, 'two'],
    ] as const) {
      await books({ phone: guest.phone }, { type });
      await shop.live('1m');
    }
    await merge();
    await heard();
    await books({ phone: olena.phone }, { type: 'three' });
    await shop.live('1d');
    expect(await heard()).toEqual([]);
    expect(await rows(`select state, reason from notices where kind = 'three'`)).toEqual([
      { state: 'held', reason: 'frequency' },
    ]);
  });

  describe('points that a journey gave and nobody came to hear of', () => {
    beforeEach(async () => {
      shop.clock.set(Date.parse('2026-11-22T23:00:00+02:00'));
      const steps = [
        { points: 30, live_days: 14 },
        says('{{gift.points, points}} for you', { good_for: '30h' }),
      ];
      await begin(shop.svoi, { key: 'talk', when, steps });
      await books({ phone: old.phone });
      await shop.live('1m');
    });
    const never = (guest: Guest) => guest.chat.press('never:journey:talk');
    const taken = () =>
      rows(`select customer_id, points from ledger_transactions where reason ->> 'rule' = 'gift_untold'`);

    test('are taken back where the merge moved them, to the point', async () => {
      const before = await pointsOf(olena);
      await merge();
      expect(await pointsOf(olena)).toBe(before + 50 + 30);
      await never(olena);
      await shop.live('12h');
      expect([await heard(), await pointsOf(olena)]).toEqual([[], before + 50]);
      expect(await taken()).toEqual([{ customer_id: olena.id, points: -30 }]);
    });

    test('are taken back where they went when the accounts were told apart', async () => {
      await merge();
      await tellApart();
      await never(old);
      await shop.live('12h');
      expect([await pointsOf(olena), await pointsOf(old)]).toEqual([50, 50]);
      expect(await taken()).toEqual([{ customer_id: old.id, points: -30 }]);
    });

    test('are taken back as far as they are still there', async () => {
      await merge();
      // The gift burns first: 20 of it are spent.
      await owner.say(`/adjust ${olena.phone} -20 spent`);
      await never(olena);
      await shop.live('12h');
      expect([await pointsOf(olena), await taken()]).toEqual([100, [{ customer_id: olena.id, points: -10 }]]);
    });

    test('count in no result', async () => {
      await merge();
      await never(olena);
      await shop.live('12h');
      const row = await readRow(
        shop.svoi.database,
        `select gift ->> '$.takenBack' as back from notices where kind = 'talk'`,
      );
      expect(row).toEqual({ back: 30 });
    });
  });
});

describe('who is erased', () => {
  const name = 'Olena';
  /** Everything any table holds, but for what the program and the journeys say. */
  async function traces(...words: readonly string[]): Promise<string[]> {
    const tables = await rows(
      `select name from sqlite_master where type = 'table' and name not like 'sqlite%'`,
    );
    const found: string[] = [];
    for (const { name: table } of tables) {
      for (const row of await rows(`select * from ${table}`)) {
        for (const [column, value] of Object.entries(row)) {
          if (words.some((word) => String(value).includes(word))) found.push(`${table}.${column}: ${value}`);
        }
      }
    }
    return found;
  }
  const where = { where: 'Khreshchatyk 22' };
  const personal = () => [olena.phone, old.phone, name, where.where, '2900000000018', 'crm-7'];
  const erase = () => shop.call('DELETE', `/v1/customers/${olena.ref}`);

  test('with all accounts that became one: no table names them, whatever they were in the middle of', async () => {
    const staff = {
      staff: { text: { en: '{{customer.name | you}} waits at {{event.where}}' }, to: 'managers' },
    };
    const button = { label: { en: 'Look' }, url: 'https://shop.example/' };
    const text = { en: 'Hello {{customer.name | you}}, see you at {{event.where}}' };
    const offer = { message: { text, buttons: [[button]] } };
    shop.svoi.useSite(() => ({ url: 'https://shop.example', isPublic: true }));
    await begin(shop.svoi, {
      key: 'talk',
      when,
      again: 'always',
      steps: [offer, staff, { wait: '1d' }, offer],
    });
    await begin(shop.svoi, {
      key: 'gift',
      when,
      again: 'always',
      steps: [{ points: 5 }, says('For you, {{customer.name | you}}')],
    });
    // Told, waiting, not taken up yet: under either account, before and after they became one.
    await books({ phone: olena.phone }, { data: where });
    await books({ phone: old.phone }, { data: where });
    await shop.live('1h');
    await merge();
    await books({ phone: old.phone }, { data: where });
    await shop.live('1m');
    await books({ phone: olena.phone }, { data: where });
    await sent(shop.svoi, { content: campaignSays('For {{customer.name | you}}') });
    await sendCampaigns(shop.svoi);
    await owner.say(`/who ${old.phone}`);
    expect((await traces(...personal())).length).toBeGreaterThan(20);
    await erase();
    await shop.live('2d');
    // What a colleague was asked and answered is named by first names and the ends of numbers.
    const left = await traces(...personal());
    expect(left.filter((one) => !one.includes('join_up.'))).toEqual([]);
    expect(await rows(`select distinct reason from journey_runs where state <> 'done'`)).toEqual([
      { reason: 'erased' },
    ]);
  });

  test('a shop that tells of them hears that they are gone; their phone is somebody new', async () => {
    await begin(shop.svoi, { key: 'talk', when, steps: [says('Booked')] });
    await merge();
    await erase();
    for (const named of [{ id: olena.id }, { id: old.id }, { card: '2900000000018' }]) {
      const { status, body } = await books(named);
      expect([status, body.code]).toEqual([422, 'customer_not_found']);
    }
    const { body } = await books({ phone: old.phone });
    expect([olena.id, old.id]).not.toContain(body.customer);
    await shop.live('1h');
    expect((await runsOf(shop.svoi)).map(({ customerId }) => customerId)).toEqual([body.customer]);
    expect(await heard()).toEqual([]);
  });

  test('results of campaigns and journeys are what they were', async () => {
    await begin(shop.svoi, { key: 'gift', when, again: 'always', steps: [{ points: 5 }, says('For you')] });
    for (const guest of [olena, old]) await books({ phone: guest.phone });
    const id = await sent(shop.svoi, {
      content: { ...campaignSays('For you'), gift: { points: 7, liveDays: 9 } },
    });
    await sendCampaigns(shop.svoi);
    await shop.live('1h');
    for (const guest of [olena, old]) await shop.buys(guest);
    const results = async () => [
      await effectOf(shop.svoi, { kind: 'campaign', id }),
      await effectOf(shop.svoi, { kind: 'journey', key: 'gift' }),
    ];
    const before = await results();
    expect(before.map((one) => one?.arms.map((arm) => [arm.people, arm.sent, arm.pointsGiven]))).toEqual([
      [[2, 2, 14]],
      [[2, 2, 10]],
    ]);
    await erase();
    expect(await results()).toEqual(before);
  });

  test('with a question open, their answer is that of a stranger, who is asked kindly', async () => {
    await shop.buys(olena);
    await shop.live('4h');
    expect((await olena.chat.hear()).at(-1)?.text).toContain('Would you recommend us');
    await erase();
    for (const said of [() => olena.chat.tap('9'), () => olena.chat.say('9 too dear')]) {
      expect((await said()).map(({ text }) => text)).toEqual([
        expect.stringContaining('To join, share your phone number'),
      ]);
    }
    expect(await rows('select score, reason from surveys')).toEqual([{ score: null, reason: null }]);
  });
});
