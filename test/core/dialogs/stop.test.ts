import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readRows } from '../../../db/database.ts';
import { converse, type TestChat, testChat } from '../../support/chat.ts';
import { aPurchase, buy } from '../../support/purchases.ts';
import { aMember } from '../../support/staff.ts';
import { type TestSvoi, testSvoi } from '../../support/svoi.ts';

const phone = '+380671234567';

let t: TestSvoi;
beforeEach(async () => {
  t = await testSvoi();
});
afterEach(() => t.close());

/** What the customer has said, the oldest first: `marketing no viber`. */
async function answers(): Promise<string[]> {
  const said = await readRows(t.svoi.database, 'select category, granted, channel from consents order by id');
  return said
    .map(({ category, granted, channel }) => `${category} ${granted ? 'yes' : 'no'} ${channel ?? 'all'}`)
    .slice(1);
}

/** A member who wants offers. */
async function fan(options: Parameters<typeof aMember>[3] = {}): Promise<TestChat> {
  const chat = await aMember(t.svoi, phone, 'Olena', options);
  await chat.press('messages:marketing-on');
  return chat;
}

describe('STOP', () => {
  test.each([
    'stop',
    'STOP',
    'Stop!',
    'unsubscribe',
    'стоп',
    'СТОП.',
    'відписатись',
    'Відписатися',
    'отписаться',
    '«стоп»',
  ])('typed as %s ends offers in this chat alone', async (word) => {
    const chat = await fan();
    await converse(
      chat,
      `> ${word}
       All right, no more offers here.
       We will go on writing about your points and purchases.
       [No offers anywhere]
       [No news about points here]
       [Undo]
       [Menu]`,
    );
    expect(await answers()).toEqual(['marketing yes all', 'marketing no telegram']);
  });

  test('works by numbers where there are no buttons', async () => {
    const chat = await fan({ channel: 'whatsapp' });
    await converse(chat, '> Стоп\nno more offers here\n> 1\nAll right, no offers anywhere.');
    await converse(chat, '> 1\nAll right, no news about points here either.');
    expect(await answers()).toEqual([
      'marketing yes all',
      'marketing no whatsapp',
      'marketing no all',
      'service no whatsapp',
    ]);
  });

  test('is heard in the middle of a question', async () => {
    const chat = await fan();
    await chat.press('name');
    await converse(chat, '> stop\nno more offers here');
  });

  test('said twice is one answer', async () => {
    const chat = await fan();
    await chat.say('stop');
    await converse(chat, '> stop\nWe send no offers here anyway.\n[No offers anywhere]');
    expect(await answers()).toEqual(['marketing yes all', 'marketing no telegram']);
  });

  test('is taken back whole by one tap', async () => {
    const chat = await fan();
    await chat.say('stop');
    await chat.tap('No offers anywhere');
    await chat.tap('No news about points here');
    await converse(
      chat,
      `>> Undo
       Everything is as it was.
       About your points and purchases: on.
       About offers and gifts: on.
       [Don’t write about my points]
       [Don’t write about offers]`,
    );
    await converse(chat, '> menu\nYou have 50 points');
    expect((await answers()).slice(-3)).toEqual([
      'marketing yes telegram',
      'marketing yes all',
      'service yes telegram',
    ]);
  });

  test('from somebody who has not joined, or was forgotten, is answered kindly', async () => {
    const stranger = testChat(t.svoi, { address: '7', language: 'en' });
    await stranger.start();
    await converse(
      stranger,
      '> stop\nWe send you nothing: this chat is not connected to any account.\n[Share my number]',
    );
    const chat = await fan();
    for (const data of ['erase', 'erase:next', 'erase:yes']) await chat.press(data);
    await converse(chat, '> STOP\nWe send you nothing');
  });

  test('does not outlive its screen: an old button says so', async () => {
    const chat = await fan();
    await chat.say('stop');
    await chat.say('menu');
    await converse(chat, '>> No offers anywhere\nThat button is from an earlier conversation');
  });
});

describe('what was refused in one chat', () => {
  test('stands in the settings, and comes back by START', async () => {
    const chat = await fan({ channel: 'whatsapp' });
    await chat.say('stop');
    const [settings] = await chat.press('messages');
    expect(settings?.text).toContain('About offers and gifts: on.\nWhatsApp: no offers.');
    expect(settings?.buttons).toContain('Write to me about offers');
    await converse(chat, '> Старт\nDone. What you agreed to comes here again.\nYou have 50 points');
    expect((await chat.press('messages'))[0]?.text).not.toContain('no offers');
    expect((await answers()).at(-1)).toBe('marketing yes whatsapp');
  });

  test('is taken away by a plain yes there', async () => {
    const chat = await fan();
    await chat.say('stop');
    const [after] = await chat.press('messages:marketing-on');
    expect(after?.text).not.toContain('no offers');
    expect(await answers()).toEqual(['marketing yes all', 'marketing no telegram', 'marketing yes telegram']);
  });

  test('leaves the other chats as they were', async () => {
    const chat = await fan();
    const other = await aMember(t.svoi, phone, 'Olena', { channel: 'whatsapp' });
    await chat.say('stop');
    await chat.tap('No news about points here');
    const [there] = await other.press('messages');
    expect(there?.buttons).toContain('Don’t write about offers');
    await other.hear();
    await chat.hear();
    await buy(t.svoi, aPurchase({ at: t.clock.now() }));
    expect([(await chat.hear()).length, (await other.hear()).length]).toEqual([0, 1]);
  });

  test('START with nothing refused is the beginning', async () => {
    await converse(await fan(), '> start\nGood to see you again!');
    await converse(testChat(t.svoi, { address: '7', language: 'en' }), '> start\nHello!\nWhich language');
  });
});

describe('by SMS', () => {
  const sms = () => testChat(t.svoi, { channel: 'sms', address: phone, language: 'en' });

  test('a STOP means all SMS, a START brings them back, each answered once', async () => {
    await fan();
    const chat = sms();
    await converse(chat, '> СТОП\nNo more SMS from us');
    expect(await chat.say('stop')).toEqual([]);
    await converse(chat, '> START\nYou will get SMS again');
    expect(await answers()).toEqual([
      'marketing yes all',
      'service no sms',
      'marketing no sms',
      'service yes sms',
      'marketing yes sms',
    ]);
  });

  test('nothing else is done: the sender could be forged', async () => {
    const owner = await fan();
    const chat = sms();
    const [first] = await chat.say('menu');
    expect(first?.text).toContain('we only read STOP and START');
    for (const said of ['/settings', '1', 'привіт', '/points']) expect(await chat.say(said)).toEqual([]);
    for (const data of ['erase', 'erase:next', 'erase:yes', 'leave', 'leave:yes', 'pay']) {
      expect(await chat.press(data)).toEqual([]);
    }
    t.clock.advance(24 * 3_600_000);
    expect(await chat.say('hello')).toHaveLength(1);
    await converse(owner, '> menu\nYou have 50 points');
  });

  test('a number nobody is known by gets no answer', async () => {
    expect(await sms().say('STOP')).toEqual([]);
    expect(await sms().say('hello')).toEqual([]);
  });
});
