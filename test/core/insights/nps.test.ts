import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { recordRefund } from '../../../core/checkout/refund.ts';
import { eraseCustomer } from '../../../core/customers/erase.ts';
import { createIds, type PurchaseId, type ShopId, type SurveyId } from '../../../core/ids.ts';
import { askAfterPurchase } from '../../../core/insights/nps/ask.ts';
import { npsOf } from '../../../core/insights/nps/score.ts';
import { npsSchema } from '../../../core/program/nps.ts';
import { purchaseRules } from '../../../core/program/rules.ts';
import { surveyStatements } from '../../../db/changes/surveys.ts';
import { readRow, readRows } from '../../../db/database.ts';
import { faultOf } from '../../../db/faults.ts';
import { surveyFrom } from '../../../db/insights/nps.ts';
import { settleDue } from '../../../jobs.ts';
import { createSvoi } from '../../../svoi.ts';
import { converse, type Heard, type TestChat } from '../../support/chat.ts';
import { aPurchase, buy } from '../../support/purchases.ts';
import { aColleague, aMember } from '../../support/staff.ts';
import { seededRandom, type TestSvoi, testSvoi } from '../../support/svoi.ts';

const hour = 3_600_000;
const day = 24 * hour;
const [olenaPhone, mariaPhone, petroPhone] = ['+380671234567', '+380672222222', '+380673333333'];
const nps = npsSchema.parse({ on: true });

let t: TestSvoi;
beforeEach(async () => {
  t = await testSvoi({ program: { nps } });
});
afterEach(() => t.close());

const anOlena = () => aMember(t.svoi, olenaPhone, 'Olena');
const aMaria = (stores: readonly string[] = []) =>
  aColleague(t.svoi, mariaPhone, 'Maria', 'manager', { stores });
const kept = () =>
  readRows(
    t.svoi.database,
    'select score, reason, answered_at, told_at, store, staff_id from surveys order by id',
  );
const questions = (heard: readonly Heard[]) => heard.filter(({ text }) => text.includes('recommend us'));

/** Three hours after a purchase at noon. */
async function later(hours = 3.1): Promise<void> {
  t.clock.advance(hours * hour);
  await settleDue(t.svoi);
}

/** Somebody bought, and was asked. */
async function asked(given: Partial<Parameters<typeof aPurchase>[0]> = {}): Promise<TestChat> {
  const olena = await anOlena();
  await buy(t.svoi, aPurchase({ at: t.clock.now(), store: 'Kyiv-1', ...given }));
  await later();
  await olena.hear();
  return olena;
}

describe('who bought is asked', () => {
  test('three hours later, once, with a scale in two rows', async () => {
    const olena = await anOlena();
    await buy(t.svoi, aPurchase({ at: t.clock.now(), store: 'Kyiv-1' }));
    await olena.hear();
    await later(2.9);
    expect(await olena.hear()).toEqual([]);
    await later(0.2);
    const [question] = await olena.hear();
    expect(question?.text).toBe(
      'Thank you for your purchase at Kyiv-1 on 22 November 2026!\n\n' +
        'Would you recommend us to a friend? 0 is certainly not, 10 is certainly yes.',
    );
    expect(question?.buttons).toEqual(['0 | 1 | 2 | 3 | 4 | 5', '6 | 7 | 8 | 9 | 10']);
    expect(question?.category).toBe('service');
    await later(1);
    expect(await olena.hear()).toEqual([]);
  });

  test.each([
    ['brought back whole', { refund: true }, 0],
    ['of another store than those asked about', { only: 'Lviv' }, 0],
    ['too small', { least: 100_001 }, 0],
    ['just large enough, in the right store', { only: 'Kyiv-1', least: 100_000 }, 1],
    ['where nobody is asked at all', { on: false }, 0],
    ['long past', { at: -73 * hour }, 0],
    ['by somebody who wants no service messages', { silent: true }, 0],
  ])('about a purchase %s: %o', async (_, rule: Record<string, unknown>, count) => {
    t.close();
    const rules = npsSchema.parse({
      on: rule.on ?? true,
      only_stores: rule.only ? [rule.only] : [],
      min_total_minor: rule.least ?? 0,
    });
    t = await testSvoi({ program: { nps: rules } });
    const olena = await anOlena();
    if (rule.silent) await olena.press('messages:service-off');
    const at = t.clock.now() + Number(rule.at ?? 0);
    const { result } = await buy(t.svoi, aPurchase({ at, store: 'Kyiv-1' }));
    if (rule.refund) await refundAll(result.id);
    await olena.hear();
    await later();
    expect(questions(await olena.hear())).toHaveLength(count);
    expect(await kept()).toHaveLength(count);
  });

  test('nobody twice within 90 days, whatever they buy; after them again', async () => {
    const olena = await asked();
    const first = Date.parse('2026-11-22T12:00:00+02:00');
    for (const [days, count] of [
      [1, 0],
      [89, 0],
      [91, 1],
    ] as const) {
      t.clock.set(first + days * day);
      await buy(t.svoi, aPurchase({ at: t.clock.now(), externalId: `again-${days}` }));
      await later();
      expect(questions(await olena.hear())).toHaveLength(count);
    }
  });

  test('not in the night: what is brought back by the morning is not asked about', async () => {
    const olena = await anOlena();
    t.clock.set(Date.parse('2026-11-22T20:00:00+02:00'));
    const one = await buy(t.svoi, aPurchase({ at: t.clock.now() }));
    await olena.hear();
    await later(4);
    expect(questions(await olena.hear())).toEqual([]);
    await refundAll(one.result.id);
    t.clock.set(Date.parse('2026-11-23T09:30:00+02:00'));
    await settleDue(t.svoi);
    expect(questions(await olena.hear())).toEqual([]);
  });
});

async function refundAll(purchaseId: PurchaseId): Promise<void> {
  const shopId = 'shp_test' as ShopId;
  const input = { shopId, externalId: 'back-1', purchaseId, at: t.clock.now(), actor: 'shop:shp_test' };
  const done = await t.svoi.submit(recordRefund(input, purchaseRules(t.svoi.program())));
  if (!done.ok) throw new Error(done.refusal.detail);
}

describe('answers', () => {
  test('a promoter is thanked and says why', async () => {
    const olena = await asked();
    await converse(
      olena,
      `>> 10
      We are so glad
      What did you like best?
      [Skip] [Change the score]
      > Quick and kind people
      your words are noted`,
    );
    expect(await kept()).toMatchObject([{ score: 10, reason: 'Quick and kind people', told_at: null }]);
  });

  test.each([
    ['9', 9, null],
    ['0', 0, null],
    ['10', 10, null],
    ['9 дякую', 9, 'дякую'],
    ['10/10!', 10, null],
    ['Дев’ять!', 9, null],
    ['восемь', 8, null],
    ['оцінка 7', 7, null],
    ['8. Довго чекала', 8, 'Довго чекала'],
  ])('typed as "%s"', async (text, score, reason) => {
    const olena = await asked();
    await olena.say(text);
    expect(await kept()).toMatchObject([{ score, reason }]);
  });

  test.each(['11', 'дуже добре', '10.05.1990', 'menu'])('"%s" is no score', async (text) => {
    const olena = await asked();
    const [answer] = await olena.say(text);
    expect(await kept()).toMatchObject([{ score: null }]);
    if (text !== 'menu') expect(answer?.text).toContain('number from 0 to 10');
    expect((await olena.say('something else entirely'))[0]?.buttons.join()).toContain('My points');
  });

  test('can be changed within the hour, and not after it; twice the same is one', async () => {
    const olena = await asked();
    await converse(olena, '>> 8\nThank you for the 8!\n>> Change the score\nrecommend us\n>> 9\nit is 9 now');
    const [{ answered_at: at } = {}] = await kept();
    await olena.press(`nps:${await surveyId()}-9`);
    expect(await kept()).toMatchObject([{ score: 9, answered_at: at }]);
    t.clock.advance(hour + 1);
    expect((await olena.press(`nps:${await surveyId()}-2`))[0]?.text).toContain('already noted');
    expect(await kept()).toMatchObject([{ score: 9 }]);
  });

  test('a month late are thanked for kindly, and not counted', async () => {
    const olena = await asked();
    t.clock.advance(31 * day);
    expect((await olena.press(`nps:${await surveyId()}-9`))[0]?.text).toContain('no longer ask');
    expect(await kept()).toMatchObject([{ score: null }]);
  });

  test('of somebody else are refused', async () => {
    await asked();
    const petro = await aMember(t.svoi, petroPhone, 'Petro');
    await petro.press(`nps:${await surveyId()}-1`);
    expect(await kept()).toMatchObject([{ score: null }]);
  });

  test('lose their words when the person is erased, and keep their score', async () => {
    const olena = await asked();
    await olena.say('3 холодно');
    await t.svoi.submit(eraseCustomer({ phone: olenaPhone }, 'shop:shp_test'));
    expect(await kept()).toMatchObject([{ score: 3, reason: null }]);
  });
});

async function surveyId(): Promise<string> {
  return String((await readRow(t.svoi.database, 'select id from surveys'))?.id);
}

describe('an unhappy customer', () => {
  test('the managers hear at once, with the card; then why, then that it got better', async () => {
    const maria = await aMaria();
    const olena = await asked();
    await maria.hear();
    const [sorry] = await olena.tap('4');
    expect(sorry?.text).toContain('a manager has it already');
    const [alert] = await maria.hear();
    expect(alert?.text.split('\n')).toEqual([
      ...['Olena: 4 out of 10, Kyiv-1', '', 'Olena', 'To spend: 100 points (₴100).', ''],
      ...['Last purchases:', '22/11/26 · receipt-1 · ₴1,000 · Kyiv-1'],
    ]);
    expect(alert?.buttons).toEqual(['Write to the customer | Give points', 'The customer’s card']);
    await olena.say('Waited for an hour');
    expect((await maria.hear()).map(({ text }) => text)).toEqual(['Olena on the score: Waited for an hour']);
    await olena.press(`nps:${await surveyId()}-9`);
    expect((await maria.hear()).map(({ text }) => text)).toEqual(['Olena: 9 out of 10 now']);
    expect(await kept()).toMatchObject([{ score: 9, reason: 'Waited for an hour', told_at: t.clock.now() }]);
  });

  test('is the business of the managers of that store; where it has none, of all', async () => {
    const maria = await aMaria(['Lviv']);
    const petro = await aColleague(t.svoi, petroPhone, 'Petro', 'owner', { stores: ['Kyiv-1'] });
    const olena = await asked();
    for (const one of [maria, petro]) await one.hear();
    await olena.tap('6');
    expect(await maria.hear()).toEqual([]);
    expect(await petro.hear()).toHaveLength(1);
  });

  test('a manager writes to the customer, who reads it in the same chat', async () => {
    const maria = await aMaria();
    const olena = await asked();
    await olena.tap('2');
    await maria.hear();
    await maria.tap('Write to the customer');
    await maria.say('I am sorry! What happened?');
    expect((await olena.hear()).map(({ text }) => text).join()).toContain('I am sorry! What happened?');
    await olena.say('It was broken');
    expect((await maria.hear()).map(({ text }) => text).join()).toContain('It was broken');
  });

  test('a manager gives points from the alert, asked only how many and why', async () => {
    const maria = await aMaria();
    const olena = await asked();
    await olena.tap('2');
    await maria.hear();
    await maria.tap('Give points');
    await maria.say('50');
    const [done] = await maria.say('Sorry for the wait');
    expect(done?.text).toContain('Olena');
    expect((await olena.hear()).map(({ text }) => text).join()).toContain('Sorry for the wait');
  });

  test('who sold it stands beside the answer', async () => {
    const maria = await aMaria();
    const olena = await anOlena();
    await maria.say(`/buy ${olenaPhone} 1000`);
    await later();
    await olena.hear();
    await maria.hear();
    await olena.tap('1');
    expect((await maria.hear())[0]?.text).toContain('Rung up by Maria');
  });
});

describe('two processes', () => {
  test('never ask one person twice, however they meet', async () => {
    const olena = await anOlena();
    for (const [index, minutes] of [0, 1].entries()) {
      const at = t.clock.now() + minutes * 60_000;
      await buy(t.svoi, aPurchase({ at, externalId: `r-${index}` }));
    }
    await olena.hear();
    t.clock.advance(4 * hour);
    const [database, random] = [t.svoi.database, seededRandom(9)];
    const other = await createSvoi({ database, clock: t.clock, ids: createIds(random), random });
    const ids = (await readRows(database, 'select id from purchases order by id')).map(
      (row) => String(row.id) as PurchaseId,
    );
    const asks = ids.map((id, index) =>
      (index === 0 ? t.svoi : other).submit(askAfterPurchase(id, nps, t.svoi.messagingRules())),
    );
    const asked = (await Promise.all(asks)).map((one) => one.ok && one.result);
    expect(asked.filter(Boolean)).toHaveLength(1);
    expect(await kept()).toHaveLength(1);
  });
});

test('an account that was merged counts as the person it became: neither is asked too soon', async () => {
  const olena = await asked();
  await aColleague(t.svoi, mariaPhone, 'Maria', 'owner');
  const [one] = await readRows(t.svoi.database, 'select id from customers where phone = ?', olenaPhone);
  await aMember(t.svoi, petroPhone, 'Olena again');
  const [two] = await readRows(t.svoi.database, 'select id from customers where phone = ?', petroPhone);
  await t.svoi.database.write([
    { sql: 'update customers set merged_into = ? where id = ?', args: [two?.id ?? '', one?.id ?? ''] },
  ]);
  await buy(t.svoi, aPurchase({ at: t.clock.now(), externalId: 'next', customer: { phone: petroPhone } }));
  await later();
  expect(await kept()).toHaveLength(1);
  expect(questions(await olena.hear())).toEqual([]);
});

describe('the whole card', () => {
  test('is read by a manager in chat, with lists a tap away; who looked stands in the trail', async () => {
    const maria = await aMaria();
    const olena = await asked();
    await olena.tap('4');
    await olena.say('Cold coffee');
    await maria.hear();
    await converse(
      maria,
      `> /who ${olenaPhone}
      Olena
      To spend: 100 points (₴100).
      Phone: ${olenaPhone}
      With us since 22 November 2026.
      Telegram: last heard on 22 November 2026
      Offers: not asked yet.
      1 purchase for ₴1,000.
      Over all: 100 points earned, 0 points spent.
      Most often:
      Kyiv-1: 1 purchase
      A new customer.
      There is too little data for a forecast.
      Score 4 out of 10, 22 November 2026.
      “Cold coffee”
      [Last purchases] [Last messages]
      [What we know]
      [Record a purchase] [Give a coupon]
      [Adjust points] [Write to the customer]
      >> Last purchases
      22/11/26 · receipt-1 · ₴1,000 · Kyiv-1
      [To the card]
      >> To the card
      1 purchase for ₴1,000.
      >> Last messages
      not sent yet
      Thank you for your purchase at Kyiv-1
      50 points
      >> To the card
      >> What we know
      nothing about this customer`,
    );
    const views = await readRows(
      t.svoi.database,
      "select actor from audit_entries where action = 'customer.view' and chain = (select id from customers where phone = ?)",
      olenaPhone,
    );
    expect(views.length).toBeGreaterThanOrEqual(6);
  });

  test('is not for cashiers, not of oneself, and of nobody unknown', async () => {
    const maria = await aMaria();
    const petro = await aColleague(t.svoi, petroPhone, 'Petro', 'cashier');
    await anOlena();
    expect((await petro.say(`/who ${olenaPhone}`))[0]?.text).toContain('manager');
    expect((await maria.say(`/who ${mariaPhone}`))[0]?.text).not.toContain('With us since');
    expect((await maria.say('/who +380501112233'))[0]?.text).not.toContain('With us since');
    await petro.press('who:cus_00000000000000000000000000');
  });

  test('tells of numbers lines where there are no buttons, and fits the shortest channel', async () => {
    const maria = await aColleague(t.svoi, mariaPhone, 'Maria', 'manager', { channel: 'whatsapp' });
    await anOlena();
    const [heard] = await maria.say(`/who ${olenaPhone}`);
    expect(heard?.text.length).toBeLessThan(1500);
    expect((await maria.say('1'))[0]?.text).toContain('Nothing bought yet');
  });
});

describe('the index', () => {
  test.each([
    [[0, 0, 0], null, null, false],
    [[10, 0, 0], 100, 29.4, false],
    [[50, 30, 20], 30, 15.1, true],
    [[0, 0, 40], -100, 9.4, true],
    [[500, 300, 200], 30, 4.8, true],
  ] as const)('of %j is %s ± %s', ([promoters, passives, detractors], index, margin, enough) => {
    expect(npsOf({ promoters, passives, detractors })).toMatchObject({ index, margin, enough });
  });
});

test('a survey decided on an old reading is refused by the database, and decided again', async () => {
  await asked();
  const [first] = await readRows(t.svoi.database, 'select * from surveys');
  const survey = surveyFrom(first ?? {});
  const late = { ...survey, id: 'srv_00000000000000000000000000' as SurveyId, purchaseId: null, after: 0 };
  const failed = await t.svoi.database.write(surveyStatements({ surveys: [late] })).catch(faultOf);
  expect(failed).toBe('stale');
  expect(await kept()).toHaveLength(1);
});
