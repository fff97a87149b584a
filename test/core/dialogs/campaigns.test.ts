import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCoupon } from '../../../core/coupons/create.ts';
import { couponSchema } from '../../../core/coupons/definition.ts';
import { freezeAudience } from '../../../db/campaigns.ts';
import { readRow, readRows } from '../../../db/database.ts';
import { runErrands } from '../../../errands.ts';
import { settleDue } from '../../../jobs.ts';
import { aCampaign } from '../../support/campaigns.ts';
import { converse, type TestChat } from '../../support/chat.ts';
import { patient } from '../../support/patient.ts';
import { aColleague, aMember } from '../../support/staff.ts';
import { type TestSvoi, testSvoi } from '../../support/svoi.ts';

let t: TestSvoi;
let maria: TestChat;

beforeEach(async () => {
  t = await testSvoi({ program: { campaign_limit: 2 } });
  maria = patient(await aColleague(t.svoi, '+380671112233', 'Maria', 'manager'), t.svoi);
});
afterEach(() => t.close());

const phoneOf = (index: number) => `+38067000000${index}`;

/** Members with a chat of their own; they said yes to offers unless told otherwise. */
async function members(count: number, agree: (index: number) => boolean = () => true): Promise<TestChat[]> {
  const chats: TestChat[] = [];
  for (let index = 1; index <= count; index += 1) {
    const chat = await aMember(t.svoi, phoneOf(index), `Member ${index}`);
    await chat.press(`messages:marketing-${agree(index) ? 'on' : 'off'}`);
    chats.push(chat);
  }
  return chats;
}

/** Everything that is due, as a running server does it. */
async function work(): Promise<void> {
  await runErrands(t.svoi);
  await settleDue(t.svoi);
}

const told = async (chats: readonly TestChat[]) =>
  (await Promise.all(chats.map((chat) => chat.hear()))).map((heard) =>
    heard.flatMap(({ text, category }) => (category === 'marketing' ? [text] : [])),
  );

const row = (sql: string) => readRow(t.svoi.database, sql);

/** Maria has written the text and sees whom it reaches. */
async function write(): Promise<void> {
  await maria.say('/segment registered<1d');
  await maria.tap('Write to them');
  await maria.say('Boots are here.');
  await maria.tap('Now');
}

describe('writing to a segment', () => {
  test('shows how it looks, whom it reaches and why others not; each is told once, by a button only', async () => {
    const chats = await members(3, (index) => index !== 2);
    await converse(
      maria,
      `> /segment registered<1d
      >> Write to them
      > Boots are here.
      >> Now
      Boots are here.
      Buttons:
      Not now
      No more offers
      2 people will get it.
      Telegram: 2
      Not agreed to offers: 2
      It costs about
      [Send]
      [Send to me first] [More…]
      [Text] [Whom] [When]`,
    );
    await work();
    expect(await told(chats)).toEqual([[], [], []]);
    await maria.tap('Send');
    await work();
    await work();
    expect(await told(chats)).toEqual([['Boots are here.'], [], ['Boots are here.']]);
    const again = await maria.tap('Send');
    expect(again.at(-1)?.text).toContain('started already');
    await work();
    expect(await told(chats)).toEqual([[], [], []]);
  });

  test('says before anything is sent for how many the budget will do', async () => {
    await members(3);
    await write();
    for (const said of ['More…', 'Gift']) await maria.tap(said);
    await maria.say('+50');
    for (const said of ['More…', 'Budget']) await maria.tap(said);
    const short = await maria.say('120');
    expect(short.at(-1)?.text).toContain('The budget will do for about 2 people.');
    for (const said of ['More…', 'Budget']) await maria.tap(said);
    const enough = await maria.say('150');
    expect(enough.at(-1)?.text).not.toContain('The budget will do');
  });

  test('to oneself first changes nothing for the others', async () => {
    const chats = await members(1);
    await write();
    const heard = await maria.tap('Send to me first');
    expect(heard.map(({ text }) => text)).toContain('Boots are here.');
    await work();
    expect(await told(chats)).toEqual([[]]);
    await maria.tap('Send');
    await work();
    expect(await told(chats)).toEqual([['Boots are here.']]);
  });

  test('where it is night the message waits for the morning', async () => {
    const chats = await members(1);
    t.clock.set(Date.parse('2026-11-22T22:30:00+02:00'));
    await write();
    await maria.tap('Send');
    await work();
    expect(await told(chats)).toEqual([[]]);
    t.clock.set(Date.parse('2026-11-23T09:00:01+02:00'));
    await work();
    expect(await told(chats)).toEqual([['Boots are here.']]);
  });

  test('who takes the yes back after the audience was frozen is left out', async () => {
    const chats = await members(2);
    t.clock.set(Date.parse('2026-11-22T22:30:00+02:00'));
    await write();
    await maria.tap('Send');
    await work();
    await chats[0]?.say('stop');
    await told(chats);
    t.clock.set(Date.parse('2026-11-23T09:00:01+02:00'));
    await work();
    expect(await told(chats)).toEqual([[], ['Boots are here.']]);
    const shown = await maria.tap('How it goes');
    expect(shown.at(-1)?.text).toContain('Not agreed to offers');
  });

  test('too short and too long texts are asked for again', async () => {
    await maria.say('/segment registered<1d');
    await maria.tap('Write to them');
    expect((await maria.say('a')).at(-1)?.text).toContain('That is too short.');
    expect((await maria.say('a'.repeat(901))).at(-1)?.text).toContain('That is too long');
  });
});

describe('many people', () => {
  test('need a second person’s yes: nothing goes out before it', async () => {
    const chats = await members(3);
    const olha = patient(await aColleague(t.svoi, '+380671112244', 'Olha', 'owner'), t.svoi);
    await write();
    const asked = await maria.tap('Send');
    expect(asked.at(-1)?.text).toContain('More than 2 people need a second person’s yes.');
    await work();
    expect(await told(chats)).toEqual([[], [], []]);
    const request = await olha.hear();
    expect(request.at(-1)?.text).toContain('Maria asks to write to 3 people');
    await olha.tap('Approve');
    await work();
    expect(await told(chats)).toEqual([['Boots are here.'], ['Boots are here.'], ['Boots are here.']]);
  });

  test('and a no ends it', async () => {
    const chats = await members(3);
    const olha = patient(await aColleague(t.svoi, '+380671112244', 'Olha', 'owner'), t.svoi);
    await write();
    await maria.tap('Send');
    await olha.hear();
    await olha.tap('Refuse');
    await work();
    expect(await told(chats)).toEqual([[], [], []]);
    expect((await row('select state from campaigns'))?.state).toBe('stopped');
  });
});

describe('stopping', () => {
  test('takes back what waits, and tells nobody more', async () => {
    const chats = await members(2);
    t.clock.set(Date.parse('2026-11-22T22:30:00+02:00'));
    await write();
    await maria.tap('Send');
    await work();
    expect((await maria.tap('Stop')).at(-1)?.text).toContain('Stopped');
    t.clock.set(Date.parse('2026-11-23T09:00:01+02:00'));
    await work();
    expect(await told(chats)).toEqual([[], []]);
    expect((await row('select state, finished_at from campaigns'))?.finished_at).not.toBeNull();
  });
});

describe('a campaign step by step', () => {
  test('asks whom, what and when; what cannot be read is asked for again, and numbers pick as buttons do', async () => {
    await members(2);
    await converse(
      maria,
      `> /campaign
      Whom shall we write to?
      [All customers] [Pick conditions]
      > those who like boots
      I cannot read these conditions.
      > 1
      What shall we write?
      > Dear {{customer.fist_name}}
      Did you mean customer.first_name?
      > Dear {{customer.first_name}}, boots are here.
      When shall it go out?
      [Now] [Tomorrow at 10:00]
      [At each one’s usual hour]
      > some day
      I cannot read this time.
      > 2
      To all customers.
      Goes out on 23 November 2026 at 10:00 where each customer lives.
      boots are here.
      2 people will get it.
      >> Send
      Planned for 2 people.
      [How it goes] [Pause] [Stop]
      >> Pause
      Paused
      >> Go on
      It goes on.
      >> How it goes
      Waits for its moment.`,
    );
    t.clock.set(Date.parse('2026-11-23T10:00:01+02:00'));
    await work();
    expect((await row(`select state from campaigns`))?.state).toBe('done');
  });

  test('/cancel in the midst is no answer: it leads home', async () => {
    await maria.say('/campaign orders=0');
    const heard = await maria.say('/cancel');
    expect(heard.at(-1)?.text).toContain('What would you like to see?');
    expect(await row('select count(*) as drafts from campaigns')).toEqual({ drafts: 0 });
  });

  test('every part can be changed, and what keeps it from going out is said', async () => {
    const { svoi } = t;
    const coupon = couponSchema.parse({ name: 'Autumn', effect: { kind: 'amount', amount_minor: 5000 } });
    await svoi.submit(createCoupon(coupon, 'cli', svoi.program()));
    await members(2);
    await maria.say('/campaign orders=0');
    await maria.say('Your code is {{coupon.code}}');
    await converse(
      maria,
      `>> Now
      It cannot be sent yet:
      [Send to me first] [More…]
      >> More…
      Control group: 10%, none where fewer than 50 get it.
      >> Gift
      > nothing of the kind
      There is no such coupon.
      >> Autumn
      2 people will get it.
      Gifts are worth up to ₴100.
      [Send]
      >> More…
      Each one gets a code of the coupon “Autumn”.
      >> A second text
      > Take {{coupon.code}} to the till
      Text A:
      Text B:
      >> More…
      >> Other languages
      [✓ A · English]
      [✓ B · English]
      >> Back
      Text B:
      >> More…
      >> Only one text
      This is how it will look:
      >> More…
      >> Button
      [Back]
      > To the shop
      First the words, then an address
      > To the shop https://example.com/autumn
      To the shop
      >> Whom
      > orders>=1
      Nobody would get it.
      >> Whom
      > orders=0
      2 people will get it.
      >> More…
      >> Control group
      > 90%
      From 0% to 50%, please.
      > 50%
      [Send to me first] [More…]`,
    );
    const kept = await row('select message, plan from campaigns');
    expect(JSON.parse(String(kept?.message))).toMatchObject({
      variants: { a: { buttons: [[{ url: 'https://example.com/autumn' }]] } },
      gift: { name: 'Autumn' },
    });
    expect(JSON.parse(String(kept?.plan))).toMatchObject({ controlPercent: 50, timing: { kind: 'now' } });
  });
});

test('what else matters stands behind “More”: how long it is good for, those who react, what goes first', async () => {
  await members(1);
  await write();
  await converse(
    maria,
    `>> More…
    Good at any time, also some days later.
    Also to those who have not read us for long.
    As important as other offers.
    >> Good for how long
    [3 hours] [1 day] [3 days] [7 days]
    > soon
    I cannot read this.
    > 31 days
    I cannot read this.
    > 2 days
    1 person will get it.
    >> More…
    Good for 2 days: later it is not sent any more.
    >> Only those who react
    1 person will get it.
    >> More…
    Only to those who read or wrote to us in the last 90 days.
    [Also those who are silent] [How important]
    >> How important
    > very
    A number from 0 to 100, please
    >> Important
    1 person will get it.
    >> More…
    Important: goes before other offers.`,
  );
  const plan = { goodForMs: 48 * 3_600_000, engagedOnly: true, weight: 80 };
  expect(JSON.parse(String((await row('select plan from campaigns'))?.plan))).toMatchObject(plan);
});

test('how long it is good for is read in hours and days, in each language', async () => {
  const spans = [
    ['6 годин', 6],
    ['1 год', 1],
    ['3 дні', 72],
    ['12 часов', 12],
    ['30 d', 720],
  ] as const;
  await write();
  for (const [typed, hours] of spans) {
    await maria.tap('More…');
    await maria.tap('Good for how long');
    await maria.say(typed);
    const { goodForMs } = JSON.parse(String((await row('select plan from campaigns'))?.plan));
    expect([typed, goodForMs / 3_600_000]).toEqual([typed, hours]);
  }
});

describe('a process that dies', () => {
  test('while the audience is written down loses nobody and doubles nobody', async () => {
    await members(5);
    const { svoi } = t;
    const freezing = {
      campaign: aCampaign(t.clock.now()),
      segment: { where: 'true', args: [] },
      program: svoi.program(),
      rules: svoi.messagingRules(),
      now: t.clock.now(),
    };
    const pages = freezeAudience(svoi.database, freezing, 2);
    await pages.next();
    await pages.return(undefined);
    for await (const _ of freezeAudience(svoi.database, freezing, 2));
    const rows = await readRows(
      svoi.database,
      'select state, count(*) as people from campaign_members group by 1',
    );
    expect(rows).toEqual([
      { state: 'consent', people: 1 },
      { state: 'waiting', people: 5 },
    ]);
  });

  test('and two at once tell nobody twice', async () => {
    const chats = await members(2);
    await write();
    await maria.tap('Send');
    await Promise.all([work(), work(), work()]);
    for (const heard of await told(chats)) expect(heard.length).toBe(1);
  });
});
