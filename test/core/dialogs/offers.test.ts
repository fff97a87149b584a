import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { converse, type TestChat, testChat } from '../../support/chat.ts';
import { linkTo, messageIdOf, noticesOf, sendAll, tellCustomer } from '../../support/notices.ts';
import { type TestSvoi, testSvoi } from '../../support/svoi.ts';

const phone = '+380671234567';
const hourMs = 3_600_000;

let t: TestSvoi;
let chat: TestChat;

beforeEach(async () => {
  t = await testSvoi({
    program: {
      rewards: [
        { name: 'Coffee', points: 40 },
        { name: 'Cake', points: 120 },
      ],
    },
  });
  t.svoi.useSite(() => ({ url: 'https://shop.example', isPublic: true }));
  chat = testChat(t.svoi, { language: 'en' });
  await chat.contact(phone);
  await chat.press('skip');
  await chat.press('skip');
  await chat.press('marketing:yes');
  await sendAll(t.svoi);
});
afterEach(() => t.close());

const offer = (more = {}) =>
  tellCustomer(t.svoi, phone, { category: 'marketing', campaign: 'spring', topic: 'offers', ...more });
const only = async (campaign = 'spring') => {
  const [notice] = await noticesOf(t.svoi, campaign);
  if (!notice) throw new Error('nobody was told');
  return notice;
};

describe('offers for me', () => {
  test('says what points are enough for, and what comes next', async () => {
    await converse(
      chat,
      `> menu
       >> Offers for me
       There are no offers yet.
       Your points are enough for “Coffee”.
       70 points more for “Cake”.
       > /offers
       There are no offers yet.
       > /help
       /offers`,
    );
  });

  test('opens what was sent lately, by the same links', async () => {
    await offer({ reply: { paragraphs: [], buttons: [[linkTo('https://shop.example/spring', 'Spring')]] } });
    await sendAll(t.svoi);
    const heard = (await chat.press('offers')).at(-1);
    expect(heard?.text).toContain('What we have for you');
    expect(heard?.buttons).toContain('Spring');
    const button = heard?.reply.buttons?.flat().find(({ kind }) => kind === 'link');
    expect(button).toMatchObject({
      url: expect.stringMatching(/^https:\/\/shop\.example\/l\/[2-9A-HJ-NP-Z]{8}$/),
    });
  });

  test('forgets what is over', async () => {
    const reply = { paragraphs: [], buttons: [[linkTo('https://shop.example/spring', 'Spring')]] };
    await offer({ reply, pointlessAt: t.clock.now() + hourMs });
    await sendAll(t.svoi);
    t.clock.advance(2 * hourMs);
    expect((await chat.press('offers')).at(-1)?.buttons).not.toContain('Spring');
  });
});

describe('topics', () => {
  test('are switched off and on one by one, and all at once', async () => {
    await converse(
      chat,
      `> /settings
       >> Messages from us
       >> What you write to me about
       What shall we write to you about?
       [Points: on]
       [Offers and gifts: on]
       >> Offers and gifts: on
       [Offers and gifts: off]
       >> Turn all on
       [Offers and gifts: on]
       >> Turn all off
       [Points: off]
       [Offers and gifts: off]`,
    );
  });

  test('that are off keep a message from being sent, also one that waits already', async () => {
    t.clock.set(Date.parse('2026-11-22T22:00:00+02:00'));
    await offer();
    await chat.press('topics:offers-off');
    t.clock.set(Date.parse('2026-11-23T10:00:00+02:00'));
    await sendAll(t.svoi);
    expect(await only()).toMatchObject({ state: 'dropped', reason: 'muted' });
  });

  test('never keep back what is of another topic', async () => {
    await chat.press('topics:offers-off');
    await tellCustomer(t.svoi, phone, { campaign: 'journey:order_news', topic: 'orders' });
    expect(await only('journey:order_news')).toMatchObject({ state: 'underway' });
  });
});

describe('not now', () => {
  test('a journey rests for a month, and can be brought back', async () => {
    await chat.press('later:journey:refill');
    const tell = () => tellCustomer(t.svoi, phone, { campaign: 'journey:refill', topic: 'reminders' });
    const states = async () => (await noticesOf(t.svoi, 'journey:refill')).map(({ state }) => state);
    await tell();
    await sendAll(t.svoi);
    t.clock.advance(30 * 24 * hourMs);
    await tell();
    expect(await states()).toEqual(['dropped', 'underway']);
    await chat.press('later:journey:refill');
    await chat.press('hear:journey:refill');
    await tell();
    expect(await states()).toEqual(['dropped', 'underway', 'underway']);
  });

  test('of a campaign means offers, for two weeks', async () => {
    await offer();
    await sendAll(t.svoi);
    const heard = (await chat.press('later', await messageIdOf(t.svoi, await only()))).at(-1);
    expect(heard).toMatchObject({ text: expect.stringContaining('before 6 December 2026'), replaces: null });
  });
});

describe('never this', () => {
  test('ends a journey for good, and leaves the others', async () => {
    await chat.press('never:journey:refill');
    t.clock.advance(400 * 24 * hourMs);
    await tellCustomer(t.svoi, phone, { campaign: 'journey:refill', topic: 'reminders' });
    await tellCustomer(t.svoi, phone, { campaign: 'journey:welcome', topic: 'reminders' });
    expect(await only('journey:refill')).toMatchObject({ state: 'dropped', reason: 'muted' });
    expect(await only('journey:welcome')).toMatchObject({ state: 'underway' });
  });

  test('of a campaign asks how much of it', async () => {
    await offer();
    await sendAll(t.svoi);
    await chat.press('never', await messageIdOf(t.svoi, await only()));
    await converse(
      chat,
      `>> Offers and gifts
       All right, we will not write about this again.
       >> Undo
       > menu`,
    );
  });
});

describe('an answer', () => {
  const moments = async () => {
    const { answeredAt, leftAt } = await only();
    return [answeredAt, leftAt].map((at) => at !== null);
  };
  beforeEach(async () => {
    await offer();
    await sendAll(t.svoi);
  });

  test('is a button of the message, whenever it is tapped', async () => {
    t.clock.advance(100 * hourMs);
    await chat.press('points', await messageIdOf(t.svoi, await only()));
    expect(await moments()).toEqual([true, false]);
  });

  test('is no button of another message', async () => {
    await chat.press('points');
    expect(await moments()).toEqual([false, false]);
  });

  test.each([
    [23, true],
    [25, false],
  ])('are words within a day: after %s hours %s', async (hours, isAnswer) => {
    t.clock.advance(hours * hourMs);
    await chat.say('Is it still on?');
    expect(await moments()).toEqual([isAnswer, false]);
  });

  test('are no words after something else was told', async () => {
    t.clock.advance(hourMs);
    await tellCustomer(t.svoi, phone, { kind: 'points_earned' });
    await sendAll(t.svoi);
    await chat.say('Thank you');
    expect(await moments()).toEqual([false, false]);
  });

  test.each([
    ['STOP', true, () => chat.say('STOP')],
    ['the switch of offers', false, () => chat.press('messages:marketing-off')],
    ['the switch of the topic', false, () => chat.press('topics:offers-off')],
  ])('within a day that ends offers is a goodbye: %s', async (_, isAnswer, say) => {
    await say();
    expect(await moments()).toEqual([isAnswer, true]);
  });

  test('is a goodbye where somebody blocks us', async () => {
    await chat.send({ kind: 'blocked' });
    expect(await moments()).toEqual([false, true]);
  });

  test('counts the first time', async () => {
    await chat.say('Hello');
    const { answeredAt, revision } = await only();
    t.clock.advance(hourMs);
    await chat.say('Hello?');
    expect(await only()).toMatchObject({ answeredAt, revision });
  });
});
