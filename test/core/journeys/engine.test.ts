import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCoupon } from '../../../core/coupons/create.ts';
import { eraseCustomer } from '../../../core/customers/erase.ts';
import type { CustomerId, ShopId } from '../../../core/ids.ts';
import { createIds } from '../../../core/ids.ts';
import type { JourneyDefinition } from '../../../core/journeys/definition.ts';
import { armOf, isKeptApart, variantsOf } from '../../../core/journeys/draw.ts';
import type { EventData } from '../../../core/journeys/events.ts';
import { flowOf } from '../../../core/journeys/flow.ts';
import { keepShipped } from '../../../core/journeys/switch.ts';
import { tellEvent } from '../../../core/journeys/triggers/tell.ts';
import type { JourneyRun } from '../../../core/journeys/types.ts';
import { nextAt } from '../../../core/journeys/wake.ts';
import { openPosting } from '../../../core/ledger/posting.ts';
import type { MessageResult } from '../../../core/messaging/outbox.ts';
import { points } from '../../../core/points.ts';
import { defaultProgram } from '../../../core/program/program.ts';
import { readRow, readRows, statement } from '../../../db/database.ts';
import { createOutbox } from '../../../db/outbox.ts';
import { verifyLedger } from '../../../db/verify.ts';
import { settleDue } from '../../../jobs.ts';
import { effectOf } from '../../../results.ts';
import type { TestChat } from '../../support/chat.ts';
import { aDefinition } from '../../support/coupons.ts';
import { rewrite, switchOff, switchOn } from '../../support/journeys.ts';
import { aJourney, begin, runsOf } from '../../support/own_journeys.ts';
import { aPurchase, buy } from '../../support/purchases.ts';
import { aColleague, aMember } from '../../support/staff.ts';
import { seededRandom, type TestSvoi, testSvoi } from '../../support/svoi.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const [olenaPhone, petroPhone] = ['+380671234567', '+380672222222'];
const when = { event: 'table_booked' };
const says = (text: string, more: object = {}) => ({ message: { text: { en: text }, ...more } });

let t: TestSvoi;
let olena: TestChat;
let told = 0;
beforeEach(async () => {
  t = await testSvoi();
  olena = await aMember(t.svoi, olenaPhone, 'Olena');
  await olena.hear();
});
afterEach(() => t.close());

/** A table is booked, and journeys take it up. */
async function books(data: EventData = {}, phone = olenaPhone, type = 'table_booked'): Promise<void> {
  told += 1;
  const event = { shopId: 'shp_test' as ShopId, externalId: `e-${told}`, customer: { phone } };
  const outcome = await t.svoi.submit(tellEvent({ ...event, type, at: t.clock.now(), data }));
  if (!outcome.ok) throw new Error(outcome.refusal.detail);
  await settleDue(t.svoi);
}

async function later(milliseconds: number): Promise<void> {
  t.clock.advance(milliseconds);
  await settleDue(t.svoi);
}

/** Everybody says yes to offers. */
const agree = () =>
  sql(
    `insert into consents (id, customer_id, category, granted, text, text_version, locale, source, at)
     select 'con_zz' || id, id, 'marketing', 1, '', 1, 'en', 'test', 0 from customers`,
  );

/** A journey `talk` of these steps is on. */
const steps = (...all: readonly object[]) => begin(t.svoi, { key: 'talk', when, steps: all });
const heard = async (chat = olena) => (await chat.hear()).map(({ text }) => text);
const runs = () => runsOf(t.svoi, 'talk');
const run = async (): Promise<JourneyRun> => {
  const found = (await runs()).at(-1);
  if (!found) throw new Error('nobody is under way');
  return found;
};
const sql = (text: string, ...args: readonly (string | number)[]) =>
  t.svoi.database.write([statement(text, ...args)]);

async function coupon(name: string): Promise<void> {
  const definition = aDefinition({ name, effect: { kind: 'percent', percent: 10 }, code: {} });
  const made = await t.svoi.submit(createCoupon(definition, 'cli', t.svoi.program()));
  if (!made.ok) throw new Error(made.refusal.detail);
}

describe('steps', () => {
  test('up to the next wait are done at once, each once, and the run ends with the last', async () => {
    await steps(
      says('one'),
      { tag: 'regular' },
      { points: 30 },
      { wait: '1d' },
      says('{{points.balance, points}}'),
      {
        untag: 'regular',
      },
    );
    await books();
    expect(await heard()).toEqual(['one']);
    expect(await readRows(t.svoi.database, 'select tag from customer_tags')).toEqual([{ tag: 'regular' }]);
    expect(await run()).toMatchObject({ state: 'waiting', step: 4, dueAt: t.clock.now() + day });
    await later(day - 1);
    expect(await heard()).toEqual([]);
    await later(1);
    expect(await heard()).toEqual(['80 points']);
    expect(await readRows(t.svoi.database, 'select tag from customer_tags')).toEqual([]);
    expect(await run()).toMatchObject({ state: 'done', reason: null, dueAt: null });
    await later(day);
    expect(await heard()).toEqual([]);
  });

  test('"until" waits for that hour where the customer lives', async () => {
    await sql("update customers set zone = 'Europe/Warsaw'");
    await steps({ wait: { until: '10:30' } }, says('good morning'));
    await books();
    const { dueAt } = await run();
    expect(dueAt).toBe(Date.parse('2026-11-23T10:30:00+01:00'));
  });

  test.each([
    ['2026-11-22T09:00:00+02:00', '10:30', '2026-11-22T10:30:00+02:00'],
    ['2026-11-22T10:30:40+02:00', '10:30', '2026-11-22T10:30:40+02:00'],
    ['2026-11-22T10:31:00+02:00', '10:30', '2026-11-23T10:30:00+02:00'],
    // The hour that the clocks skip.
    ['2026-03-28T12:00:00+02:00', '03:30', '2026-03-29T04:30:00+03:00'],
  ])('at %s the next %s is %s', (now, time, next) => {
    expect(new Date(nextAt(time, 'Europe/Kyiv', Date.parse(now))).toISOString()).toBe(
      new Date(next).toISOString(),
    );
  });

  test('a wait for an event ends with it, or when its time is over; what it carried is known then', async () => {
    await steps(
      { wait: { for: 'guest_came', at_most: '3d' } },
      {
        if: { data: { guests: '>=2' } },
        do: [says('you came with friends')],
        else: [says('we missed you')],
      },
    );
    await books();
    await later(day);
    await books({ guests: 4 }, olenaPhone, 'guest_came');
    expect(await heard()).toEqual(['you came with friends']);
    await books();
    await later(3 * day);
    expect(await heard()).toEqual(['we missed you']);
  });

  test('a wait for what is there already is over at once', async () => {
    await steps(says('hello'), { wait: '1h' }, { wait: { for: 'read', at_most: '3d' } }, says('you read it'));
    await books();
    await sql("update messages set read_at = ?, state = 'read' where notice_id is not null", t.clock.now());
    await later(hour);
    expect(await heard()).toEqual(['hello', 'you read it']);
  });

  test('points burn when they are said to, and nothing but the journey tells of them', async () => {
    await steps({ points: 20, live_days: 5 }, { points: 10 }, says('{{gift.points, points}}'));
    await books();
    expect(await heard()).toEqual(['30 points']);
    const lots = await readRows(
      t.svoi.database,
      'select points, expires_at from lots where points < 50 order by id',
    );
    expect(
      lots.map(({ points, expires_at }) => [points, new Date(Number(expires_at)).toISOString()]),
    ).toEqual([
      [20, '2026-11-27T22:00:00.000Z'],
      [10, '2027-11-22T22:00:00.000Z'],
    ]);
    expect(await verifyLedger(t.svoi.database)).toEqual({ customers: 1, transactions: 3 });
    const [newest] = (await olena.say('/history'))[0]?.buttons ?? [];
    expect(await olena.tap(newest ?? '')).toMatchObject([{ text: expect.stringContaining('A gift') }]);
  });

  test('a coupon is the customer’s own, and two in a row are two', async () => {
    for (const name of ['Spring', 'Autumn']) await coupon(name);
    await steps({ coupon: 'Spring' }, says('{{coupon.title}}: {{coupon.code}}', { picture: 'coupon' }), {
      coupon: 'Autumn',
    });
    await books();
    const codes = await readRows(
      t.svoi.database,
      `select c.name, k.customer_id is not null as own from coupon_codes k join coupons c on c.id = k.coupon_id
       where k.customer_id is not null order by c.name`,
    );
    expect(codes).toEqual([
      { name: 'Autumn', own: 1 },
      { name: 'Spring', own: 1 },
    ]);
    const [message, ...others] = await olena.hear();
    expect(others).toEqual([]);
    expect(message?.text).toMatch(/^Spring: [A-Z0-9-]{6,}$/);
    expect(message?.reply.picture).toMatchObject({ kind: 'coupon' });
  });

  test('a coupon that was stopped is left out, and what cannot be said without it; the run goes on', async () => {
    await coupon('Spring');
    await sql('update coupons set stopped_at = 1, revision = revision + 1');
    await steps({ coupon: 'Spring' }, says('Take {{coupon.code}}'), says('See you soon'));
    await books();
    expect(await heard()).toEqual(['See you soon']);
    expect((await run()).data.skipped).toEqual({ 0: 'coupon_stopped', 1: 'no coupon.code' });
  });

  test('what was good for hours is not said by a server that was off for days', async () => {
    await steps({ wait: '1d' }, { ...says('come today'), good_for: '3h' }, says('come any time'));
    await books();
    await later(10 * day);
    expect(await heard()).toEqual(['come any time']);
    expect(await readRows(t.svoi.database, 'select reason from notices where reason is not null')).toEqual([
      { reason: 'too_late' },
    ]);
  });

  test('a message that is only good for a while is not sent later', async () => {
    t.clock.advance(10 * hour);
    await steps({ ...says('come today'), good_for: '3h' }, says('come any time'));
    await books();
    await later(11 * hour);
    expect(await heard()).toEqual(['come any time']);
  });

  test('staff read it with the customer at hand; the manager of an order alone, where there is one', async () => {
    const maria = await aColleague(t.svoi, '+380673333333', 'Maria', 'manager');
    await maria.hear();
    await steps({
      staff: { text: { en: 'Call {{customer.first_name}}, table for {{event.guests | two}}' } },
    });
    await books({ guests: 3 });
    expect(await maria.hear()).toMatchObject([
      { text: 'Call Olena, table for 3', buttons: ['The customer’s card'] },
    ]);
  });

  test('each of the staff reads it in their own language', async () => {
    const maria = await aColleague(t.svoi, '+380673333333', 'Maria', 'manager');
    const ihor = await aColleague(t.svoi, '+380674444444', 'Ihor', 'manager', { language: 'uk' });
    const anna = await aColleague(t.svoi, '+380675555555', 'Anna', 'manager', { language: 'ru' });
    for (const one of [maria, ihor, anna]) await one.hear();
    const text = {
      en: 'Call {{customer.first_name}}: {{points.balance, points}}',
      uk: 'Зателефонуйте: {{customer.first_name}}, {{points.balance, points}}',
    };
    await steps({ staff: { text } });
    await books();
    const heard = async (one: TestChat) => (await one.hear()).map(({ text }) => text);
    expect(await heard(maria)).toEqual(['Call Olena: 50 points']);
    expect(await heard(ihor)).toEqual(['Зателефонуйте: Olena, 50 балів']);
    // Not written in Russian: the program's language is.
    expect(await heard(anna)).toEqual(['Зателефонуйте: Olena, 50 балів']);
  });

  test('"stop" ends the run there', async () => {
    await steps(says('one'), { stop: true }, says('two'));
    await books();
    expect(await heard()).toEqual(['one']);
    expect(await run()).toMatchObject({ state: 'stopped', reason: 'step' });
  });
});

describe('branches', () => {
  const notice = 'notice_id is not null';
  test.each([
    ['read: true', { read: true }, `update messages set read_at = 1, state = 'read' where ${notice}`],
    ['clicked: true', { clicked: true }, 'update notices set clicked_at = 1, revision = revision + 1'],
    ['answered: true', { answered: true }, 'update notices set answered_at = 1, revision = revision + 1'],
    [
      'a segment',
      { segment: 'tag=regular' },
      "insert into customer_tags select id, 'regular', 0 from customers",
    ],
    [
      'nps: "<=6"',
      { nps: '<=6' },
      `insert into surveys (id, customer_id, purchase_id, asked_at, score, answered_at, revision)
       select 'srv_1', id, 'pur_1', 1, 5, 2, 1 from customers`,
    ],
  ] as const)('%s', async (_, condition, happens) => {
    await steps(says('hello'), { wait: '1h' }, { if: condition, do: [says('yes')], else: [says('no')] });
    await books();
    await later(hour);
    expect(await heard()).toEqual(['hello', 'no']);
    await books();
    await sql(happens);
    await later(hour);
    expect(await heard()).toEqual(['hello', 'yes']);
  });

  test('bought: what was bought since the run began counts', async () => {
    await buy(t.svoi, aPurchase({ at: t.clock.now() - day }));
    await olena.hear();
    t.clock.advance(minute);
    await steps({ wait: '1h' }, { if: { bought: true }, do: [says('thanks')], else: [says('come')] });
    await books();
    await later(hour);
    expect(await heard()).toEqual(['come']);
    await books();
    await buy(t.svoi, aPurchase({ at: t.clock.now(), externalId: 'second' }));
    await olena.hear();
    await later(hour);
    expect(await heard()).toEqual(['thanks']);
  });

  test('every step has a number, and leads forward', () => {
    const { steps: all } = aJourney({
      ...{ key: 'talk', when },
      steps: [
        says('a'),
        { if: { bought: true }, do: [says('b'), { if: { read: true }, do: [] }], else: [says('c')] },
        says('d'),
        { if: { read: true }, do: [says('e')] },
      ],
    });
    expect(flowOf({ steps: all }).map(({ number, next, otherwise }) => [number, next, otherwise])).toEqual([
      [0, 1, 1],
      [1, 2, 4],
      [2, 3, 3],
      [3, 5, 5],
      [4, 5, 5],
      [5, 6, 6],
      [6, 7, 8],
      [7, 8, 8],
    ]);
  });
});

describe('a run ends early', () => {
  const twoDays = [says('one'), { wait: '1d' }, says('two')];

  test('once its goal is reached, and what waits to be sent is not sent', async () => {
    await begin(t.svoi, { key: 'talk', when, goal: 'purchase', steps: twoDays });
    await books();
    await later(hour);
    await buy(t.svoi, aPurchase({ at: t.clock.now() }));
    await olena.hear();
    await later(day);
    expect(await heard()).toEqual([]);
    expect(await run()).toMatchObject({ state: 'stopped', reason: 'goal' });
  });

  test('when the customer does not want to hear of it', async () => {
    await steps(...twoDays);
    await books();
    await sql("insert into mutes select id, 'journey:talk', null, 0 from customers");
    await later(day);
    expect(await heard()).toEqual(['one']);
    expect(await run()).toMatchObject({ state: 'stopped', reason: 'muted' });
  });

  test('when the journey is switched off, also where it is on again by then', async () => {
    await steps(...twoDays);
    await books();
    await switchOff(t.svoi, 'talk');
    await later(hour);
    await switchOn(t.svoi, 'talk');
    await later(day);
    expect(await heard()).toEqual(['one']);
    expect(await run()).toMatchObject({ state: 'stopped', reason: 'off' });
  });

  test('what waits for the morning when it is switched off is never sent', async () => {
    t.clock.advance(10 * hour);
    await steps(says('hello'));
    await books();
    await switchOff(t.svoi, 'talk');
    await settleDue(t.svoi);
    await later(11 * hour);
    expect(await heard()).toEqual([]);
  });

  test('with the person: what is left of it is that there was one', async () => {
    await steps(...twoDays);
    await books({ hall: 'terrace' });
    await t.svoi.submit(eraseCustomer({ phone: olenaPhone }, 'shop:shp_test'));
    expect(await run()).toMatchObject({
      ...{ state: 'stopped', reason: 'erased', dueAt: null },
      data: { event: {}, notices: {} },
    });
  });

  test('whose account was merged is told under the other one, of one occasion once', async () => {
    const petro = await aMember(t.svoi, petroPhone, 'Petro');
    await petro.hear();
    await steps(...twoDays);
    await books({}, olenaPhone);
    await sql(
      `update customers set merged_into = (select id from customers where phone = ?) where phone = ?`,
      petroPhone,
      olenaPhone,
    );
    await sql(
      `insert into journey_runs select 'run_zzz', journey, version, (select id from customers where phone = ?),
         occasion, arm, state, reason, step, data, due_at, waits_for, started_at, finished_at, revision from journey_runs`,
      petroPhone,
    );
    await later(day);
    expect(await heard(petro)).toEqual(['two']);
    expect((await runs()).map(({ state, reason }) => [state, reason])).toEqual([
      ['done', null],
      ['stopped', 'merged'],
    ]);
  });
});

describe('of two accounts that became one', () => {
  const merge = (from: string, into: string) =>
    sql(
      'update customers set merged_into = (select id from customers where phone = ?) where phone = ?',
      into,
      from,
    );

  test.each([
    ['once', 1],
    ['30d', 1],
    ['1d', 2],
    ['always', 2],
  ])('each under way on a journey that is entered %s, %i is given the gift', async (again, given) => {
    const petro = await aMember(t.svoi, petroPhone, 'Petro');
    await petro.hear();
    await begin(t.svoi, { key: 'talk', when, again, steps: [{ wait: '3d' }, { points: 30 }] });
    await books({}, olenaPhone);
    await later(2 * day);
    await books({}, petroPhone);
    await merge(olenaPhone, petroPhone);
    await later(4 * day);
    expect(
      await readRows(
        t.svoi.database,
        "select count(*) as gifts from ledger_transactions where kind = 'gift'",
      ),
    ).toEqual([{ gifts: given }]);
    expect((await runs()).filter(({ reason }) => reason === 'merged').length).toBe(2 - given);
  });

  /** The phones of a member who is told of a journey and of one who is kept apart from it. */
  async function unlike(journey: JourneyDefinition): Promise<readonly [told: string, apart: string]> {
    const phones = new Map<boolean, string>();
    for (let place = 0; phones.size < 2; place += 1) {
      const phone = `+38067333000${place}`;
      await aMember(t.svoi, phone, 'Somebody');
      const row = await readRow(t.svoi.database, 'select id from customers where phone = ?', phone);
      phones.set(isKeptApart(armOf(String(row?.id) as CustomerId, journey, t.svoi.program())), phone);
    }
    return [phones.get(false) ?? '', phones.get(true) ?? ''];
  }

  test.each([
    ['control', { control: 50 }, 0],
    ['holdout', {}, 50],
  ])('one of whom is in the %s group, nothing is given', async (_, part, holdout) => {
    t.close();
    t = await testSvoi({
      program: { proof: { ...defaultProgram.proof, control_percent: 0, holdout_percent: holdout } },
    });
    const given = { key: 'talk', when, category: 'marketing', control: 0, ...part };
    const journey = aJourney({ ...given, steps: [{ wait: '1d' }, says('gift'), { points: 30 }] });
    const [told, apart] = await unlike(journey);
    await begin(t.svoi, journey);
    await agree();
    await books({}, told);
    await merge(told, apart);
    await later(2 * day);
    expect(await run()).toMatchObject({ arm: 'a', state: 'stopped', reason: 'merged' });
    expect(await readRows(t.svoi.database, "select 1 from ledger_transactions where kind = 'gift'")).toEqual(
      [],
    );
  });
});

test('who is under way goes on by the version he began with', async () => {
  await steps(says('one'), { wait: '1d' }, says('two'));
  await books();
  await rewrite(t.svoi, 'talk', (journey) => aJourney({ ...journey, steps: [says('anew')] }));
  await books();
  await later(day);
  expect(await heard()).toEqual(['one', 'anew', 'two']);
  expect((await runs()).map(({ version }) => version)).toEqual([1, 2]);
});

test('a run that cannot go on is set aside with what went wrong, and keeps no other waiting', async () => {
  const petro = await aMember(t.svoi, petroPhone, 'Petro');
  await petro.hear();
  await steps({ wait: '1d' }, says('two'));
  await books({}, olenaPhone);
  await books({}, petroPhone);
  const [first] = await runs();
  await sql(
    `update journey_runs set data = '{"event":{}}', revision = revision + 1 where id = ?`,
    first?.id ?? '',
  );
  await expect(later(day)).rejects.toThrow(`${first?.id} of journey talk cannot go on`);
  expect(await heard(petro)).toEqual(['two']);
  expect((await runs()).map(({ state, reason }) => [state, reason])).toEqual([
    ['stopped', 'failed'],
    ['done', null],
  ]);
  expect((await runs())[0]?.data.error).toMatch(/undefined|null/);
});

describe('who may enter', () => {
  const begun = async () => (await runs()).length;
  const hello = [says('hello')];

  test.each([
    ['always', [0, 0, 0], 3],
    ['once', [0, 40], 1],
    ['30d', [0, 29, 2], 2],
  ])('again: %s', async (again, daysBetween, count) => {
    await begin(t.svoi, { key: 'talk', when, again, steps: hello });
    for (const days of daysBetween) {
      t.clock.advance(days * day);
      await books();
    }
    expect(await begun()).toBe(count);
  });

  test('nobody who has switched its topic or the journey off', async () => {
    await begin(t.svoi, { key: 'talk', when, topic: 'greetings', steps: hello });
    await sql("insert into mutes select id, 'topic:greetings', ?, 0 from customers", t.clock.now() + day);
    await books();
    expect(await begun()).toBe(0);
    t.clock.advance(day);
    await books();
    expect(await begun()).toBe(1);
  });

  test('only who is in the segment', async () => {
    await begin(t.svoi, { key: 'talk', when, who: 'orders>=1', steps: hello });
    await books();
    expect(await begun()).toBe(0);
    await buy(t.svoi, aPurchase({ at: t.clock.now() }));
    await books();
    expect(await begun()).toBe(1);
  });

  test('whoever is kept apart to compare with gets nothing, and is written down', async () => {
    await begin(t.svoi, { key: 'talk', when, control: 50, category: 'marketing', steps: hello });
    await agree();
    for (let index = 0; index < 20; index += 1) await books({}, `+3805000000${10 + index}`);
    const all = await runs();
    const apart = all.filter(({ arm }) => arm === 'control');
    expect(all.length).toBe(20);
    expect(apart.length).toBeGreaterThan(3);
    expect(apart.length).toBeLessThan(17);
    expect(apart.every(({ state, dueAt }) => state === 'control' && dueAt === null)).toBe(true);
    const notices = await readRow(
      t.svoi.database,
      "select count(*) as n from notices where campaign = 'journey:talk'",
    );
    expect(notices?.n).toBe(20 - apart.length);
  });

  test('the draw is even over control, holdout and variants, and the same each time', () => {
    const journey = aJourney({
      ...{ key: 'talk', when, category: 'marketing', control: 10 },
      steps: [
        {
          message: {
            variants: { a: { text: { en: 'A' } }, b: { text: { en: 'B' } }, c: { text: { en: 'C' } } },
          },
        },
      ],
    });
    const program = { proof: { ...defaultProgram.proof, holdout_percent: 5 } };
    const ids = createIds(seededRandom(5));
    const counts: Record<string, number> = {};
    for (let index = 0; index < 20_000; index += 1) {
      const id = ids.next('cus', index);
      const arm = armOf(id, journey, program);
      expect(armOf(id, journey, program)).toBe(arm);
      counts[arm] = (counts[arm] ?? 0) + 1;
    }
    expect(variantsOf(journey)).toEqual(['a', 'b', 'c']);
    const share = (arm: string) => (counts[arm] ?? 0) / 20_000;
    expect(share('holdout')).toBeCloseTo(0.05, 2);
    expect(share('control')).toBeCloseTo(0.095, 2);
    for (const arm of ['a', 'b', 'c']) expect(share(arm)).toBeCloseTo(0.285, 2);
  });
});

test('an offer always shows the way to hear no more', async () => {
  await begin(t.svoi, { key: 'talk', when, category: 'marketing', steps: [says('Take 10 %')] });
  await agree();
  await olena.hear();
  await books();
  expect(await olena.hear()).toMatchObject([{ text: 'Take 10 %', buttons: ['Not now | No more offers'] }]);
});

test('of all that tell of one occasion the first is heard, and the rest of each journey goes on', async () => {
  const shared = { when, occasion: 'new_year_2027' };
  await begin(t.svoi, { ...shared, key: 'talk', steps: [says('first'), { wait: '1d' }, says('later')] });
  await begin(t.svoi, { ...shared, key: 'tell', steps: [says('second')] });
  await books();
  expect(await heard()).toEqual(['first']);
  await later(day);
  expect(await heard()).toEqual(['later']);
});

describe('what was given along with a message that reaches nobody is taken back', () => {
  const night = Date.parse('2026-11-22T23:00:00+02:00');
  const gift = { points: 30, live_days: 14 };
  const news = says('{{gift.points, points}} for you');
  const balance = async () =>
    Number(
      (
        await readRow(
          t.svoi.database,
          'select sum(points) as available from ledger_entries where account = ?',
          'customer:available',
        )
      )?.available,
    );
  const soundLedger = async () => expect(await verifyLedger(t.svoi.database)).not.toHaveProperty('fault');

  /** How many points the result of the journey counts as given. */
  async function pointsInResult(): Promise<number | undefined> {
    const report = await effectOf(t.svoi, { kind: 'journey', key: 'talk' });
    return report?.arms.find(({ arm }) => arm === 'a')?.pointsGiven;
  }

  /** Points are spent at a till. */
  async function spends(amount: number): Promise<void> {
    const ref = { phone: olenaPhone };
    await t.svoi.submit({
      name: 'test.spend',
      needs: { customers: [{ ref, lots: 'open' }] },
      decide(facts, context) {
        const record = facts.customer(ref);
        if (!record) throw new Error('nobody');
        const posting = openPosting(record.head, record.lots, context);
        const reason = { rule: 'manual', note: 'test' } as const;
        posting.adjustDown(points(amount), { happenedAt: context.now, actor: 'test', reason });
        return { ok: true, changes: { transactions: posting.transactions }, result: {} };
      },
    });
  }

  /** Whatever waits to be sent is handed to the channel, and comes to this. */
  async function handOver(result: MessageResult): Promise<void> {
    const outbox = createOutbox(t.svoi.database);
    for (;;) {
      const now = t.clock.now();
      const claimed = await outbox.claim({ channel: 'telegram', now, limit: 10, leaseUntil: now + minute });
      if (claimed.length === 0) return;
      await outbox.record(claimed.map((message) => ({ message, result })));
    }
  }

  beforeEach(() => t.clock.set(night));

  test.each<[string, object, () => Promise<unknown>]>([
    [
      'better not said so late as in the morning',
      { steps: [gift, { ...news, good_for: '2h' }] },
      async () => {},
    ],
    ['is muted while it waits', {}, () => olena.press('never:journey:talk')],
    ['is switched off while it waits', {}, () => switchOff(t.svoi, 'talk')],
    [
      'is overtaken by a purchase',
      { goal: 'purchase' },
      () => buy(t.svoi, aPurchase({ at: t.clock.now(), customer: { phone: olenaPhone } })),
    ],
  ])('one that %s', async (_, more, happens) => {
    await begin(t.svoi, { key: 'talk', when, steps: [gift, news], ...more });
    const before = await balance();
    await books();
    await later(minute);
    await happens();
    const bought = await readRow(t.svoi.database, 'select sum(earned) as points from purchases');
    await later(12 * hour);
    expect([await heard(), await balance()]).toEqual([
      expect.anything(),
      before + Number(bought?.points ?? 0),
    ]);
    expect(JSON.stringify(await heard())).not.toContain('30');
    await later(day);
    const taken = `select points, reason ->> 'rule' as rule from ledger_transactions where kind = 'adjustment'`;
    expect(await readRows(t.svoi.database, taken)).toEqual([{ points: -30, rule: 'gift_untold' }]);
    await soundLedger();
  });

  test('one that tells of what another has told of already', async () => {
    const shared = { when, occasion: 'opening' };
    await begin(t.svoi, { ...shared, key: 'first', steps: [{ points: 10 }, says('welcome')] });
    await begin(t.svoi, { ...shared, key: 'second', steps: [{ points: 500 }, says('welcome again')] });
    await books();
    await later(12 * hour);
    expect([await heard(), await balance()]).toEqual([['welcome'], 60]);
    await soundLedger();
  });

  test('one that the channel refuses; what was tried and brought no answer may have come, and stays given', async () => {
    t.clock.set(night - 8 * hour);
    for (const [result, left] of [
      [{ state: 'failed', at: 0, error: 'no', blocked: false }, 50],
      [{ state: 'queued', error: 'timed out', dueAt: t.clock.now() + 9 * day, counts: true }, 80],
    ] as const) {
      await begin(t.svoi, { key: 'talk', when, steps: [gift, { ...news, good_for: '1d' }] });
      await books();
      await handOver(result);
      await later(2 * day);
      expect(await balance()).toBe(left);
    }
  });

  test('of points only those that are not spent, and from their own lot', async () => {
    await steps({ points: 30, live_days: 3 }, news);
    await books();
    await spends(20);
    await olena.press('never:journey:talk');
    await later(12 * hour);
    expect(await balance()).toBe(50);
    await soundLedger();
  });

  test('a coupon: its code is good no more, and that stands in the audit trail', async () => {
    await coupon('Spring');
    await steps({ coupon: 'Spring' }, says('{{coupon.code}}'));
    await books();
    await olena.press('never:journey:talk');
    await later(12 * hour);
    expect(await readRows(t.svoi.database, 'select valid_until from coupon_codes')).toEqual([
      { valid_until: t.clock.now() },
    ]);
    const entries = `select action, actor from audit_entries where chain <> 'house' order by seq`;
    expect(await readRows(t.svoi.database, entries)).toEqual([
      { action: 'coupon.issue', actor: 'journey:talk' },
      { action: 'coupon.withdraw', actor: 'journey:talk' },
    ]);
    await soundLedger();
  });

  test('and no later message tells of it', async () => {
    const last = says('{{#if gift.until}}a present{{else}}just so{{/if}}');
    await steps(gift, { ...news, good_for: '2h' }, { wait: '12h' }, last);
    await books();
    await later(12 * hour);
    expect([await heard(), await balance()]).toEqual([['just so'], 50]);
    expect(await pointsInResult()).toBe(0);
  });

  test('but not of one that arrived', async () => {
    t.clock.set(night - 8 * hour);
    await steps(gift, { ...news, good_for: '2h' }, { wait: '1d' }, says('{{gift.points, points}} still'));
    await books();
    const cost = { priceMicros: null, smsPriceMicros: null };
    await handOver({ state: 'sent', at: t.clock.now(), providerId: 'p', ...cost });
    await later(day);
    expect([(await heard()).at(-1), await balance()]).toEqual(['30 points still', 80]);
    expect(await pointsInResult()).toBe(30);
  });
});

test('what comes with Svoi follows an update until somebody rewrites it', async () => {
  const shipped = (text: string) => ({
    ...{ key: 'talk', isOn: true, version: 0, since: 0, writtenBy: 'shipped', changedBy: 'shipped' },
    ...{ changedAt: 0, revision: 0, definition: aJourney({ key: 'talk', when, steps: [says(text)] }) },
  });
  const keep = async (text: string) => {
    const kept = await t.svoi.submit(keepShipped(shipped(text)));
    await t.svoi.reloadJourneys();
    return kept.ok && kept.result;
  };
  expect([await keep('old'), await keep('old'), await keep('new')]).toEqual([true, false, true]);
  await rewrite(t.svoi, 'talk', (journey) => aJourney({ ...journey, steps: [says('ours')] }));
  expect(await keep('newer')).toBe(false);
  await books();
  expect(await heard()).toEqual(['ours']);
});

test('an idle database is asked along indexes that hold only what waits', async () => {
  const plans = await Promise.all(
    [
      'select id from journey_runs indexed by journey_runs_due where due_at is not null and due_at <= 5 order by due_at limit 128',
      'select journey, version, step, count(*) from journey_runs indexed by journey_runs_under_way where due_at is not null group by 1, 2, 3',
      "select id from notices indexed by notices_campaign where campaign = 'x' and created_at >= 5 and state in ('held', 'underway') order by created_at",
      "select id from journey_runs where waits_for = 'click' and customer_id = 'cus_1'",
    ].map((text) => readRows(t.svoi.database, `explain query plan ${text}`)),
  );
  expect(plans.map((rows) => rows.map(({ detail }) => String(detail)).join('; '))).toEqual([
    expect.stringMatching(/^SEARCH journey_runs USING INDEX journey_runs_due \(due_at>\? AND due_at<\?\)$/),
    expect.stringMatching(/^SCAN journey_runs USING COVERING INDEX journey_runs_under_way$/),
    expect.stringMatching(/^SEARCH notices USING INDEX notices_campaign \(campaign=\? AND created_at>\?\)$/),
    expect.stringMatching(/USING (COVERING )?INDEX journey_runs_waiting \(waits_for=\? AND customer_id=\?\)/),
  ]);
});
