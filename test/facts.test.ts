import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eraseCustomer } from '../core/customers/erase.ts';
import type { CustomerId } from '../core/ids.ts';
import { DAY_MS } from '../core/time.ts';
import { readRow, readRows, statement } from '../db/database.ts';
import { readFacts } from '../db/insights/facts.ts';
import { factsTask } from '../facts_nightly.ts';
import { runNightly } from '../nightly.ts';
import { type TestApi, testApi } from './support/api.ts';
import { converse, type TestChat, testChat } from './support/chat.ts';
import { aPurchase, buy } from './support/purchases.ts';
import { type TestSvoi, testSvoi } from './support/svoi.ts';

const phone = '+380671234567';

let shop: TestSvoi;
beforeEach(async () => {
  shop = await testSvoi({ at: '2026-03-02T12:00:00+02:00' });
});
afterEach(() => shop.close());

async function sell(sku: string, category: string, attributes: object) {
  await shop.svoi.database.write([
    statement(
      'insert into products (sku, name, category, attributes, updated_at) values (?, ?, ?, ?, 0)',
      sku,
      sku,
      category,
      JSON.stringify(attributes),
    ),
  ]);
}

let receipts = 0;

/** A purchase of one article, now. */
async function bought(sku: string, by = phone) {
  receipts += 1;
  const at = shop.clock.now();
  const lines = [
    { id: null, sku, name: null, category: null, quantity: 1, unitPriceMinor: 100, amountMinor: 100 },
  ];
  return buy(
    shop.svoi,
    aPurchase({ at, externalId: `r-${receipts}`, customer: { phone: by }, store: 'kyiv-1', lines }),
  );
}

/** So many days later, after that night. */
async function days(count: number) {
  shop.clock.advance(count * DAY_MS);
  await runNightly(shop.svoi, [factsTask]);
}

async function idOf(of = phone): Promise<CustomerId> {
  const row = await readRow(
    shop.svoi.database,
    'select coalesce(merged_into, id) as id from customers where phone = ?',
    of,
  );
  return String(row?.id) as CustomerId;
}

/** What is known, in short: `pet 1 dog 0.51`. */
async function known(of = phone) {
  const today = Math.floor(shop.clock.now() / DAY_MS);
  const { facts } = await readFacts(shop.svoi.database, await idOf(of), today);
  return facts.map(({ name, item, value, age, sure }) => {
    const what = age ? `${age.from}-${age.to} months` : value;
    return `${name} ${item} ${what} ${sure}`;
  });
}

describe('by night', () => {
  it('facts come from what was bought since, narrow with more of it, and are no more when it is brought back', async () => {
    await sell('bodysuit-62', 'Дитячий одяг', { size: 62 });
    await sell('bodysuit-74', 'Дитячий одяг', { size: 74 });
    await sell('dog-food', 'Зоотовари', { pet: 'dog' });
    await bought('bodysuit-62');
    expect(await known()).toEqual([]);
    await days(1);
    expect(await known()).toEqual(['child 1 0-6 months 0.35']);
    await days(120);
    await bought('bodysuit-74');
    await bought('dog-food');
    await days(1);
    await bought('dog-food');
    await days(1);
    expect(await known()).toEqual(['child 1 4-10 months 0.58', 'pet 1 dog 0.51']);
    await days(365);
    expect(await known()).toEqual(['child 1 16-22 months 0.58', 'pet 1 dog 0.51']);
  });
});

it('two accounts made one are one person: guesses are made anew, words of people stay', async () => {
  const other = '+380501234567';
  const [one, two] = [phone, other].map((number) => testChat(shop.svoi, { address: number, language: 'en' }));
  await one?.contact(phone);
  await one?.say('menu');
  await two?.contact(other);
  await two?.say('menu');
  await sell('dog-food', 'Зоотовари', { pet: 'dog' });
  await sell('oil', 'Масла', { car_make: 'Toyota' });
  for (const by of [phone, other]) {
    for (const sku of ['dog-food', 'oil']) await bought(sku, by);
    await days(2);
  }
  await bought('oil', other);
  await days(1);
  expect([await known(phone), await known(other)]).toEqual([[], ['car 1 Toyota 0.51']]);
  await two?.press('facts');
  await two?.press('fact:car.1.1.wrong');
  await one?.contact(other);
  await one?.press('merge:yes');
  expect(await idOf(other)).toBe(await idOf(phone));
  await days(1);
  expect(await known()).toEqual(['pet 1 dog 0.51']);
});

describe('what we know, in the chat', () => {
  let chat: TestChat;
  beforeEach(async () => {
    chat = testChat(shop.svoi, { language: 'en' });
    await chat.contact(phone);
    await chat.say('menu');
    await sell('bodysuit-62', 'Дитячий одяг', { size: 62 });
    await sell('dog-food', 'Зоотовари', { pet: 'dog' });
    await sell('oil', 'Масла', { car_make: 'Toyota' });
    for (const sku of ['bodysuit-62', 'dog-food', 'oil']) await bought(sku);
    await days(3);
    for (const sku of ['bodysuit-62', 'dog-food', 'oil']) await bought(sku);
    await days(1);
  });

  it('is shown with where it comes from, and each line can be confirmed, corrected and denied', async () => {
    await converse(
      chat,
      `>> Settings
       [What we know about you]
       >> What we know about you
       Tap a line to confirm or correct it.
       [A child, 0–6 months]
       [A pet: a dog]
       [Car: Toyota]
       [Forget it all and do not guess]
       [Back] [Menu]
       >> A pet: a dog
       A pet: a dog
       It looks like it.
       Purchases suggest it: 2 days, the last was 5 March 2026.
       For example: dog-food.
       [Yes, that is right] [That is not so]
       [Correct it]
       >> Yes, that is right
       Thank you, noted.
       >> A pet: a dog
       You told us on 6 March 2026.
       >> Correct it
       What is right?
       [a cat]
       >> a cat
       Thank you, corrected.
       [A pet: a cat]
       >> Car: Toyota
       >> That is not so
       We will not think so again.
       [A pet: a cat]
       >> A child, 0–6 months
       >> Correct it
       When was the child born?
       > yesterday or so
       We could not read that.
       > 03.2031
       Nobody can be born then.
       > 11.2024
       Thank you, corrected.
       [A child, 15–16 months]`,
    );
    for (const sku of ['dog-food', 'oil', 'bodysuit-62']) await bought(sku);
    await days(200);
    expect(await known()).toEqual(['child 2 21-22 months 1', 'pet 2 cat 1']);
  });

  it('works where menus are numbered', async () => {
    await converse(
      chat,
      `> 7
       > 6
       This is what we know
       > 1
       A child, 0–6 months
       > 3
       When was the child born?
       > 2
       Thank you, corrected.
       [A child, 2 years]`,
    );
  });

  it('an old button speaks of no other fact than it stood for', async () => {
    await chat.press('facts');
    const [shown] = await chat.press('fact:pet.1.1');
    expect(shown?.text).toContain('A pet: a dog');
    await chat.press('fact:pet.1.1.wrong');
    const [old] = await chat.press('fact:pet.1.1.right');
    expect(old?.text).toContain('That button is from an earlier');
    expect(await known()).not.toContainEqual(expect.stringContaining('pet'));
  });

  it('is all forgotten on a word, and nothing is guessed until it is allowed again', async () => {
    await converse(
      chat,
      `>> Settings
       >> What we know about you
       >> Car: Toyota
       >> That is not so
       >> Forget it all and do not guess
       Your points, purchases and coupons stay.
       >> Yes, erase it
       Done: all forgotten
       You asked us not to guess
       [Allow guesses]`,
    );
    await bought('dog-food');
    await days(40);
    expect(await known()).toEqual([]);
    await converse(
      chat,
      `>> Allow guesses
       The first guesses appear tomorrow
       [Forget it all and do not guess]`,
    );
    await days(1);
    expect(await known()).toEqual(['child 1 1-7 months 0.58', 'pet 1 dog 0.66']);
  });

  it('takes a day to celebrate from the customer, and corrects it in its place', async () => {
    await converse(
      chat,
      `>> Settings
       >> What we know about you
       [Add a name day]
       [Add a wedding anniversary]
       >> Add a wedding anniversary
       When is your wedding anniversary?
       > soon
       We could not read this date.
       > 20.06.2031
       There seems to be a slip
       > 20 June 2025
       Thank you, noted.
       [Wedding anniversary: 20 June 2025]
       [Add a name day]
       >> Wedding anniversary: 20 June 2025
       >> Correct it
       > 21.06
       Thank you, corrected.
       [Wedding anniversary: 21 June]`,
    );
    expect(await known()).toContain('wedding_day 1 --06-21 1');
  });

  it('goes with the person when the person is erased', async () => {
    const id = await idOf();
    await shop.svoi.submit(eraseCustomer({ id }, 'customer'));
    await days(1);
    const rows = await readRows(shop.svoi.database, 'select * from customer_facts where customer_id = ?', id);
    expect(rows).toEqual([]);
  });
});

describe('a shop tells what it knows', () => {
  let api: TestApi;
  const path = `/v1/customers/phone:${phone}/facts`;
  beforeEach(async () => {
    api = await testApi({ at: '2026-03-02T12:00:00+02:00' });
    await api.call('POST', '/v1/customers', { body: { phone } });
  });
  afterEach(() => api.close());

  it('and it stands until the shop or the customer says otherwise', async () => {
    const told = await api.call('PUT', `${path}/child`, {
      body: { born: { from: '2023-05-01', to: '2023-05-31' } },
    });
    expect([told.status, told.body]).toMatchObject([
      200,
      {
        name: 'child',
        item: 1,
        value: 'yes',
        age_months: { from: 33, to: 34 },
        sure: 1,
        source: 'shop',
        because: null,
      },
    ]);
    const again = await api.call('PUT', `${path}/child`, {
      body: { born: { from: '2023-05-01', to: '2023-05-31' } },
    });
    expect(again.body).toEqual(told.body);
    expect((await api.call('DELETE', `${path}/child`)).status).toBe(200);
    expect((await api.call('DELETE', `${path}/child`)).status).toBe(200);
    expect((await api.call('DELETE', `${path}/child?item=2`)).body.code).toBe('fact_not_found');
    await api.call('PUT', `${path}/hobby`, { body: { value: 'Ski' } });
    const chat = testChat(api.svoi, { language: 'en' });
    await chat.contact(phone);
    await chat.say('menu');
    await converse(
      chat,
      `>> Settings
       >> What we know about you
       >> hobby: Ski
       The shop noted it on 2 March 2026.
       >> That is not so`,
    );
    expect((await api.call('PUT', `${path}/hobby`, { body: { value: 'Ski' } })).body.code).toBe(
      'fact_refused',
    );
    await api.call('PUT', `${path}/pet`, { body: { value: 'cat' } });
    await chat.press('facts:forget');
    await chat.press('facts:erase');
    expect((await api.call('PUT', `${path}/pet`, { body: { value: 'cat' } })).body.code).toBe('fact_refused');
  });

  it('and hears what is wrong with it', async () => {
    const statusOf = async (name: string, body: object) =>
      (await api.call('PUT', `${path}/${name}`, { body })).status;
    expect([
      await statusOf('pet', {}),
      await statusOf('pet', { value: 'cat', born: '2023-05-17' }),
      await statusOf('child', { born: '2023-13-17' }),
      await statusOf('child', { born: { from: '2023-05-17', to: '2023-05-01' } }),
      await statusOf('no_guessing', { value: 'yes' }),
      await statusOf('Pet', { value: 'cat' }),
      await statusOf('wedding_day', { value: 'in June' }),
      await statusOf('name_day', { value: '--02-30' }),
    ]).toEqual([422, 422, 422, 422, 422, 422, 422, 422]);
    const stranger = '/v1/customers/phone:+380501234567/facts/pet';
    expect((await api.call('PUT', stranger, { body: { value: 'cat' } })).status).toBe(404);
  });
});
