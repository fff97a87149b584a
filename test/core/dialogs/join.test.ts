import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readRows, statement } from '../../../db/database.ts';
import { translations } from '../../../locales/translations.ts';
import { converse, testChat } from '../../support/chat.ts';
import { aPurchase, buy } from '../../support/purchases.ts';
import { type TestSvoi, testSvoi } from '../../support/svoi.ts';

let t: TestSvoi;
beforeEach(async () => {
  t = await testSvoi();
});
afterEach(() => t.close());

const rows = (sql: string, ...args: string[]) => readRows(t.svoi.database, sql, ...args);

describe('a newcomer', () => {
  test('joins in Ukrainian', async () => {
    await converse(
      testChat(t.svoi, { language: 'uk' }),
      `>> start
       Вітаємо!
       [Українська]
       >> Українська
       поділіться номером
       Одразу за знайомство — 50 балів.
       [Поділитися номером]
       >> contact 380671234567
       Вітаємо серед своїх! За знайомство вам нараховано 50 балів.
       Як до вас звертатися?
       [Пропустити]
       > Олена
       Записали: Олена.
       Коли у вас день народження?
       > 25 грудня 1990
       Записали: 25 грудня 1990 р.
       Можна іноді писати вам про акції
       [Так, пишіть] [Ні, дякую]
       >> Так, пишіть
       Дякуємо!
       У вас 50 балів.
       [Мої бали] [Історія]`,
    );
    expect(await rows('select phone, name, birthday, locale from customers')).toEqual([
      { phone: '+380671234567', name: 'Олена', birthday: '1990-12-25', locale: 'uk' },
    ]);
  });

  test('joins in Russian by numbers alone, skipping what can be skipped', async () => {
    await converse(
      testChat(t.svoi, { channel: 'whatsapp', language: 'uk', provenPhone: '380671234567' }),
      `> Привет
       Вітаємо!
       > 2
       Ваш номер мы уже видим
       [Присоединиться]
       > 1
       За знакомство вам начислено 50 баллов.
       Как к вам обращаться?
       > 1
       Когда у вас день рождения?
       > 1
       Можно иногда писать вам
       > 2
       Будем писать только о ваших баллах.
       У вас 50 баллов.
       > 4
       Номер карты: 29
       > 0
       У вас 50 баллов.`,
    );
    expect(await rows('select phone, name, birthday, locale from customers')).toEqual([
      { phone: '+380671234567', name: null, birthday: null, locale: 'ru' },
    ]);
  });

  test('joins in English and finds the points of purchases made before', async () => {
    await buy(t.svoi, aPurchase({ at: t.clock.now() }));
    await converse(
      testChat(t.svoi, { language: 'en-US' }),
      `>> start
       Hello!
       >> English
       To join, share your phone number
       >> contact +380 67 123 45 67
       Welcome! You have just got 50 points for joining.
       Together with your earlier purchases you have 100 points.
       > menu
       You have 100 points.`,
    );
    expect(await rows('select count(*) as count from customers')).toEqual([{ count: 1 }]);
  });

  test('may speak first: the answer is the beginning, not a complaint', async () => {
    await converse(testChat(t.svoi, { language: 'en' }), '> hi there\nHello!\nWhich language');
  });

  test('is told to join first wherever a member would see something', async () => {
    const chat = testChat(t.svoi, { language: 'en' });
    await chat.start();
    for (const command of ['/points', '/history', '/card', '/settings']) {
      await converse(chat, `> ${command}\nLet’s get you in first\n[Share my number]`);
    }
  });

  test('keeps what the deep link carried until the chat is left', async () => {
    const chat = testChat(t.svoi);
    const context = async () =>
      JSON.parse(String((await rows('select state from addresses'))[0]?.state)).data.context;
    await chat.start('flyer-7');
    await chat.press('lang:uk');
    await chat.contact('380671234567');
    expect(await context()).toBe('flyer-7');
    await chat.press('leave');
    await chat.press('leave:yes');
    expect(await context()).toBeUndefined();
  });
});

describe('a phone number', () => {
  test("of somebody else's contact is refused kindly", async () => {
    const chat = testChat(t.svoi, { language: 'en' });
    await chat.start();
    const [answer] = await chat.contact('380671234567', false);
    expect(answer?.text).toContain('somebody else’s contact');
    expect(await rows('select id from customers')).toEqual([]);
  });

  test('that is typed proves nothing, and the answer says what does', async () => {
    const telegram = testChat(t.svoi, { language: 'en', address: '1' });
    await telegram.start();
    await converse(telegram, '> 067 123 45 67\nplease tap “Share my number”\n[Share my number]');
    const web = testChat(t.svoi, { language: 'en', channel: 'web', address: '2' });
    await web.start();
    await converse(
      web,
      '> 067 123 45 67\nIf this number is with us already, a code has just come\n[Language] [Help]',
    );
    expect(await rows('select id from customers')).toEqual([]);
  });

  test('that is no number is refused kindly', async () => {
    const chat = testChat(t.svoi, { language: 'en' });
    await chat.start();
    await converse(chat, '>> contact 12\nWe could not read this number');
  });

  test('other than the one this chat belongs to changes nothing', async () => {
    const chat = testChat(t.svoi, { language: 'en' });
    await chat.start();
    await chat.contact('380671234567');
    await converse(chat, '>> contact 380671234568\nThis chat belongs to the number +380671234567');
    await converse(chat, '>> contact 380671234567\nalready connected');
    expect(await rows('select phone from customers')).toEqual([{ phone: '+380671234567' }]);
  });

  test('shared in a second chat makes one customer with two chats, welcomed once', async () => {
    await testChat(t.svoi, { address: '1' }).contact('380671234567');
    const second = testChat(t.svoi, {
      address: '380671234567',
      channel: 'whatsapp',
      provenPhone: '380671234567',
    });
    await second.start();
    await converse(
      second,
      '> /start\nВітаємо!\n>> Українська\n[Приєднатися]\n>> Приєднатися\nЗ поверненням!\n50 балів',
    );
    expect(await rows('select kind, points from ledger_transactions')).toEqual([
      { kind: 'welcome', points: 50 },
    ]);
    expect(await rows('select distinct customer_id is null as stranger from addresses')).toEqual([
      { stranger: 0 },
    ]);
  });

  test('shared in many chats at the same moment as it buys makes one customer', async () => {
    const chats = Array.from({ length: 12 }, (_, index) => testChat(t.svoi, { address: String(index) }));
    await Promise.all([
      ...chats.map((chat) => chat.contact('380671234567')),
      buy(t.svoi, aPurchase({ at: t.clock.now() })),
    ]);
    expect(await rows('select count(*) as count from customers')).toEqual([{ count: 1 }]);
    expect(await rows('select kind from ledger_transactions order by kind')).toEqual([
      { kind: 'accrual' },
      { kind: 'welcome' },
    ]);
  });
});

describe('consent', () => {
  test('to what membership needs is recorded with the very words that were shown', async () => {
    const chat = testChat(t.svoi, { language: 'en' });
    await chat.start();
    const [shown] = await chat.press('lang:en');
    await chat.contact('380671234567');
    expect(shown?.text).toContain(translations.en.consent.service);
    expect(
      await rows('select category, granted, text, text_version, locale, source, at from consents'),
    ).toEqual([
      {
        category: 'service',
        granted: 1,
        text: translations.en.consent.service,
        text_version: 1,
        locale: 'en',
        source: 'telegram',
        at: t.clock.now(),
      },
    ]);
  });

  test('is only ever added to: a change of mind is a new line, and lines cannot be altered', async () => {
    const chat = testChat(t.svoi, { language: 'en' });
    await chat.contact('380671234567');
    await chat.press('messages:marketing-on');
    await chat.press('messages:marketing-on');
    await chat.press('messages:marketing-off');
    expect(await rows("select granted from consents where category = 'marketing' order by id")).toEqual([
      { granted: 1 },
      { granted: 0 },
    ]);
    await expect(t.svoi.database.write([statement('update consents set granted = 1')])).rejects.toThrow(
      'append-only',
    );
    await expect(t.svoi.database.write([statement('delete from consents')])).rejects.toThrow('append-only');
  });
});
