import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CampaignId, CustomerId } from '../../../core/ids.ts';
import { DAY_MS } from '../../../core/time.ts';
import { converse, type TestChat } from '../../support/chat.ts';
import { patient } from '../../support/patient.ts';
import {
  countedMs,
  putCampaign,
  putCustomers,
  putNotices,
  putRuns,
  putSales,
  putVersion,
} from '../../support/proof.ts';
import { aColleague } from '../../support/staff.ts';
import { type TestSvoi, testSvoi } from '../../support/svoi.ts';

const sent = Date.parse('2026-11-01T12:00:00+02:00');

let t: TestSvoi;
let maria: TestChat;

async function open(at: number): Promise<void> {
  t = await testSvoi({ at });
  maria = patient(await aColleague(t.svoi, '+380671112233', 'Maria', 'manager'), t.svoi);
}

beforeEach(() => open(sent + countedMs));
afterEach(() => t.close());

/** A thousand people, a tenth of them kept apart; of those told every fourth bought, of the others every eighth. */
async function autumn(): Promise<CampaignId> {
  const people = await putCustomers(t.svoi, 1000, sent - DAY_MS);
  const members = people.map((customerId, index) => ({
    ...{ customerId, at: sent },
    arm: index % 10 === 0 ? 'control' : 'a',
  }));
  const id = await putCampaign(t.svoi, members, { at: sent });
  const told = members.filter(({ arm }) => arm === 'a');
  const kept = members.filter(({ arm }) => arm === 'control');
  const buyers = [
    ...told.filter((_, index) => index % 4 === 0),
    ...kept.filter((_, index) => index % 8 === 0),
  ];
  await putSales(
    t.svoi,
    buyers.map(({ customerId }) => ({ customerId, at: sent + DAY_MS, totalMinor: 1000_00 })),
  );
  await putNotices(
    t.svoi,
    told.map(({ customerId }) => ({
      ...{ customerId, campaign: id, arm: 'a', at: sent },
      messages: [{ sentAt: sent, deliveredAt: sent, priceMicros: 500_000 }],
    })),
  );
  return id;
}

async function cart(count: number): Promise<CustomerId[]> {
  await putVersion(t.svoi, { key: 'cart', at: 0 });
  const people = await putCustomers(t.svoi, count, sent - DAY_MS);
  await putRuns(
    t.svoi,
    people.map((customerId, index) => ({
      ...{ customerId, journey: 'cart', at: sent - 6 * DAY_MS },
      arm: index % 10 === 0 ? 'control' : 'a',
    })),
  );
  return people;
}

test('a manager picks a campaign from the list and reads what it changed, as a picture and in words', async () => {
  await autumn();
  await cart(20);
  await converse(
    maria,
    `> /results
    Whose result shall we look at?
    [✉️ Autumn · 01/11/26 · 1,000]
    [🔁 Forgotten cart · 20]
    >> ✉️ Autumn · 01/11/26 · 1,000
    Drawing…
    Autumn
    Worth doing again: each person brings ₴35.50 more profit than in the control group (from ₴8.94 to ₴62.06).
    Recipients: 900
    Messages sent: 900, delivered: 900 of 900. Whether they were read, Telegram, the chat of the site and SMS do not tell.
    Bought: 225, for ₴225,000.
    25% of the people buy, ₴250 per person.
    Control group: 100
    13% of the people buy, ₴130 per person.
    Against the control group:
    Buyers: 12 percentage points (from 4.83 to 19.17), p ≤ 0.002
    Extra sales in all: ₴108,000, of which 30% is yours: ₴32,400.
    It cost: messages ₴450, discounts ₴0, points ₴0.
    Profit: ₴31,950
    [🌙 Dark] [Other results]`,
  );
  const heard = await maria.tap('🌙 Dark');
  expect(heard.at(-1)?.reply.picture).toMatchObject({
    ...{ kind: 'report', theme: 'dark' },
    takeaway: { key: 'effect.scale' },
  });
});

test('the newest campaigns stand before the journeys, the older ones after them, on the pages too', async () => {
  const [one] = await putCustomers(t.svoi, 1, sent - 9 * DAY_MS);
  const customerId = one as CustomerId;
  for (const day of [4, 3, 2, 1, 0]) {
    const at = sent - day * DAY_MS;
    await putCampaign(t.svoi, [{ customerId, at, arm: 'a' }], { at });
  }
  const journeys = ['ja', 'jb', 'jc', 'jd', 'je', 'jf'];
  await putRuns(
    t.svoi,
    journeys.map((journey) => ({ customerId, journey, at: sent, arm: 'a' })),
  );
  await converse(
    maria,
    `> /results
    [✉️ Autumn · 01/11/26 · 1]
    [✉️ Autumn · 31/10/26 · 1]
    [✉️ Autumn · 30/10/26 · 1]
    [🔁 ja · 1]
    [🔁 je · 1]
    >> Show more
    [🔁 jf · 1]
    [✉️ Autumn · 29/10/26 · 1]
    [✉️ Autumn · 28/10/26 · 1]`,
  );
});

test('before there is a result it says what is missing, and compares nothing', async () => {
  t.close();
  await open(sent + 3 * DAY_MS);
  const id = await autumn();
  await converse(
    maria,
    `> /results autumn
    Too early to say: purchases count for 14 days, the verdict comes on 15 November 2026.
    Recipients: 900
    Bought: 225`,
  );
  const heard = await maria.press(`result:c-${id}`);
  expect(heard.at(-1)?.text).not.toContain('Against');
  t.clock.set(sent + countedMs);
  await cart(200);
  await converse(
    maria,
    `> /results cart
    Too early to say: the smallest group has 20 of the 100 people it takes. At this pace there will be enough around 9 December 2026.`,
  );
});

test('a name nobody has leads to the list, a button of something gone too, and a cashier hears nothing', async () => {
  await converse(
    maria,
    `> /results
    There are no results yet
    > /results spring
    That is gone. Please choose another.
    There are no results yet`,
  );
  const heard = await maria.press('result:c-cmp_gone');
  expect(heard.at(-1)?.text).toContain('That is gone.');
  const ivan = patient(await aColleague(t.svoi, '+380671112255', 'Ivan', 'cashier'), t.svoi);
  expect((await ivan.say('/results')).at(-1)?.text).toContain('Please ask a colleague.');
});

test('where there are no buttons numbers lead to a result; its way back is there', async () => {
  await autumn();
  const chat = await aColleague(t.svoi, '+380671112244', 'Nina', 'manager', { channel: 'whatsapp' });
  const nina = patient(chat, t.svoi);
  await converse(
    nina,
    `> /результати
    Whose result
    > 1
    Worth doing again
    > 2
    Whose result`,
  );
});
