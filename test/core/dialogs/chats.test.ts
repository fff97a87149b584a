import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readRows } from '../../../db/database.ts';
import { converse, type TestChat, testChat } from '../../support/chat.ts';
import { aPurchase, buy } from '../../support/purchases.ts';
import { aMember } from '../../support/staff.ts';
import { type TestSvoi, testSvoi } from '../../support/svoi.ts';

const phone = '+380671234567';
const other = '+380671234568';

let t: TestSvoi;
beforeEach(async () => {
  t = await testSvoi();
  t.svoi.useLinks({
    open: () => undefined,
    all: (context) => [
      { channel: 'telegram', url: `https://t.me/shop?start=${context}` },
      { channel: 'viber', url: `viber://pa?chatURI=shop&context=${context}` },
    ],
  });
});
afterEach(() => t.close());

const rows = (sql: string, ...args: string[]) => readRows(t.svoi.database, sql, ...args);
const chatsOf = async (number: string) =>
  (
    await rows(
      `select a.channel from addresses a join customers c on c.id = a.customer_id where c.phone = ?
       order by a.channel`,
      number,
    )
  ).map(({ channel }) => channel);

/** What the link carries that a chat shows for another messenger. */
async function linkFrom(chat: TestChat): Promise<string> {
  const heard = (await chat.press('connect')).at(-1);
  const link = (heard?.reply.buttons ?? []).flat().find(({ kind }) => kind === 'link');
  return /l_[0-9A-Z]{20}/.exec(link?.kind === 'link' ? link.url : '')?.[0] ?? '';
}

describe('one more messenger', () => {
  test('is connected by a link from the first, with nothing typed, and the first is told', async () => {
    const first = await aMember(t.svoi, phone, 'Olena');
    await converse(
      first,
      `>> Settings
       [Messages from us] [My messengers]
       >> My messengers
       Where you are with us:
       Telegram, this chat
       We write where you were last.
       [Connect one more]
       [Back] [Menu]
       >> Connect one more
       Open one of the links and that chat is yours at once
       [Viber]
       [Back] [Menu]`,
    );
    const second = testChat(t.svoi, { channel: 'viber', address: 'v1', language: 'uk' });
    const [heard] = await second.start(await linkFrom(first));
    expect(heard?.text).toContain('Done. This chat is yours now too.\n\nYou have 50 points.');
    expect((await first.hear()).at(-1)?.text).toContain('One more chat is connected to your account: Viber.');
    expect(await chatsOf(phone)).toEqual(['telegram', 'viber']);
    expect(await second.locale()).toBe('en');
  });

  test('takes the link as text, too', async () => {
    const link = await linkFrom(await aMember(t.svoi, phone, 'Olena'));
    const second = testChat(t.svoi, { channel: 'web', address: 'w1', language: 'en' });
    await second.start();
    await converse(second, `> https://t.me/shop?start=${link}\nThis chat is yours now too.`);
  });

  test('is connected by a link once, within ten minutes, and by the newest only', async () => {
    const first = await aMember(t.svoi, phone, 'Olena');
    const stale = await linkFrom(first);
    const link = await linkFrom(first);
    const open = async (address: string, context: string) =>
      (await testChat(t.svoi, { channel: 'viber', address, language: 'en' }).start(context))[0]?.text;
    expect(await open('v1', stale)).toContain('This link is no longer good.');
    expect(await open('v2', link)).toContain('This chat is yours now too.');
    expect(await open('v3', link)).toContain('This link is no longer good.');
    const late = await linkFrom(first);
    t.clock.advance(10 * 60_000);
    expect(await open('v4', late)).toContain('This link is no longer good.');
    expect(
      await rows('select token_hash from chat_invites where token_hash like ?', `%${late.slice(2)}%`),
    ).toEqual([]);
  });

  test('opened by two at once is one of theirs', async () => {
    const link = await linkFrom(await aMember(t.svoi, phone, 'Olena'));
    const two = ['v1', 'v2'].map((address) => testChat(t.svoi, { channel: 'viber', address }));
    await Promise.all(two.map((chat) => chat.start(link)));
    expect(await chatsOf(phone)).toEqual(['telegram', 'viber']);
  });

  test('that is connected already says so, and keeps the link good', async () => {
    const first = await aMember(t.svoi, phone, 'Olena');
    const link = await linkFrom(first);
    await converse(first, `> ${link}\nconnected to your account already`);
    expect((await testChat(t.svoi, { channel: 'viber', address: 'v1' }).start(link))[0]?.text).toContain(
      'This chat is yours now too.',
    );
  });

  test('that belongs to somebody else is asked about first', async () => {
    const first = await aMember(t.svoi, phone, 'Olena');
    const second = await aMember(t.svoi, other, 'Ivan', { channel: 'whatsapp' });
    const link = await linkFrom(first);
    await converse(
      second,
      `> ${link}
       This chat belongs to another account (Ivan) with 50 points.
       [Yes, connect it]
       [No, leave it]
       >> No, leave it
       You have 50 points`,
    );
    expect(await chatsOf(other)).toEqual(['whatsapp']);
    await converse(
      second,
      `> ${link}\nbelongs to another account\n>> Yes, connect it\nThis chat is yours now too.`,
    );
    expect([await chatsOf(phone), await chatsOf(other)]).toEqual([['telegram', 'whatsapp'], []]);
  });
});

describe('of several messengers', () => {
  const two = async () => ({
    telegram: await aMember(t.svoi, phone, 'Olena'),
    whatsapp: await aMember(t.svoi, phone, 'Olena', { channel: 'whatsapp' }),
  });

  test('the one used last is written to, unless another is preferred', async () => {
    const { telegram, whatsapp } = await two();
    t.clock.advance(1000);
    await converse(
      telegram,
      '>> Settings\n>> My messengers\nWe write where you were last.\n>> Write here first: WhatsApp\nWe write here first: WhatsApp.',
    );
    await Promise.all([telegram.hear(), whatsapp.hear()]);
    await buy(t.svoi, aPurchase({ at: t.clock.now() }));
    expect([(await telegram.hear()).length, (await whatsapp.hear()).length]).toEqual([0, 1]);
    await telegram.press('chats');
    await converse(telegram, '>> Write where I write\nWe write where you were last.');
    await buy(t.svoi, aPurchase({ at: t.clock.now(), externalId: 'receipt-2' }));
    expect([(await telegram.hear()).length, (await whatsapp.hear()).length]).toEqual([1, 0]);
  });

  test('any other can be disconnected, and is a stranger’s from then on', async () => {
    const { telegram, whatsapp } = await two();
    await telegram.press('chats');
    await telegram.tap('Write here first: WhatsApp');
    await converse(
      telegram,
      '>> Disconnect: WhatsApp\nWhatsApp is disconnected.\nTelegram, this chat\nWe write where you were last.',
    );
    expect(await chatsOf(phone)).toEqual(['telegram']);
    await converse(whatsapp, '> /points\nLet’s get you in first');
    await converse(telegram, '>> Disconnect: WhatsApp\nThat button is from an earlier conversation');
  });

  test('one disconnected while it takes a step stays disconnected', async () => {
    const { telegram, whatsapp } = await two();
    const [id] = await rows("select id from addresses where channel = 'whatsapp'");
    await telegram.press('chats');
    await Promise.all([
      whatsapp.say('/points'),
      telegram.press(`chats:off-${id?.id}`),
      whatsapp.say('/card'),
    ]);
    expect(await chatsOf(phone)).toEqual(['telegram']);
  });
});
