import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ChannelName } from '../../../core/customers/types.ts';
import type { ProgramDefinition } from '../../../core/program/program.ts';
import { programSchema } from '../../../core/program/program.ts';
import { readRows } from '../../../db/database.ts';
import { converse, type TestChat, testChat } from '../../support/chat.ts';
import { aPurchase, buy } from '../../support/purchases.ts';
import { aMember } from '../../support/staff.ts';
import { type TestSvoi, testSvoi } from '../../support/svoi.ts';

const phone = '+380671234567';
const limits = (given: Partial<ProgramDefinition['code_limits']>) => ({
  code_limits: programSchema.shape.code_limits.parse(given),
});

let t: TestSvoi;
const open = async (channels: readonly ChannelName[], program?: Partial<ProgramDefinition>) => {
  t = await testSvoi(program ? { program } : {});
  t.svoi.useChannels(channels.map((name) => ({ name, abilities: { receipts: 'delivered' } })));
};
const everywhere = ['telegram', 'viber', 'whatsapp', 'web', 'sms'] as const;
afterEach(() => t.close());

const rows = (sql: string, ...args: string[]) => readRows(t.svoi.database, sql, ...args);

/** The digits of the newest code, whoever got it. */
async function digits(): Promise<string> {
  return String((await rows('select code from one_time_codes order by id desc limit 1'))[0]?.code);
}

const wrong = (code: string) => `${code.slice(0, 5)}${(Number(code[5]) + 1) % 10}`;

/** What was sent to phones by SMS, and to whom. */
const sms = () =>
  rows(
    `select a.external_id as phone, m.category, m.priority from messages m join addresses a on a.id = m.address_id
     where m.channel = 'sms' order by m.id`,
  );

/** A stranger on a channel that proves no number, asked for one. */
async function stranger(channel: ChannelName = 'viber', address = 'v1'): Promise<TestChat> {
  const chat = testChat(t.svoi, { channel, address, language: 'en' });
  await chat.start();
  await chat.press('lang:en');
  return chat;
}

describe('a number that nothing proves', () => {
  beforeEach(() => open(everywhere));

  test('gets a code by SMS, and its six digits let in', async () => {
    await buy(t.svoi, aPurchase({ at: t.clock.now() }));
    const chat = await stranger('web');
    await converse(
      chat,
      `>> Language
       >> English
       write your phone number here
       By joining you agree
       > 067 123 45 67
       A code of six digits is on its way
       [Send an SMS] [Another number]`,
    );
    expect(await sms()).toEqual([{ phone, category: 'code', priority: 0 }]);
    const code = await digits();
    await converse(chat, `> ${code.slice(0, 3)} ${code.slice(3)}\nWelcome! You have just got 50 points`);
    expect(await rows('select phone, registered_at is not null as joined from customers')).toEqual([
      { phone, joined: 1 },
    ]);
  });

  test('may be shared by a button that vouches for nothing: it gets a code all the same', async () => {
    const chat = await stranger();
    await converse(chat, '>> contact +380671234567\nA code of six digits is on its way');
    expect(await rows('select id from customers')).toEqual([]);
    await converse(chat, `> ${await digits()}\nWelcome!`);
  });

  test('of somebody who has a chat with us gets the code there, for nothing, and by SMS when asked again', async () => {
    const owner = await aMember(t.svoi, phone, 'Olena');
    await owner.hear();
    const chat = await stranger();
    await converse(chat, '> 0671234567\nA code of six digits is on its way');
    const [told] = await owner.hear();
    expect(told?.text).toContain(`${await digits()} is the code to connect one more chat`);
    expect(told?.category).toBe('code');
    expect(await sms()).toEqual([]);
    await converse(chat, '>> Send an SMS\nThe code is on its way. If it has not come within a minute');
    t.clock.advance(60_000);
    await converse(chat, '>> Send an SMS\nAn SMS with a code is on its way');
    expect(await sms()).toEqual([{ phone, category: 'code', priority: 0 }]);
    await converse(chat, `> ${await digits()}\nWelcome back! This chat is yours now too.`);
    expect(await rows('select count(*) as chats from addresses where customer_id is not null')).toEqual([
      { chats: 2 },
    ]);
  });

  test('is answered in the same words whether or not anybody is known by it', async () => {
    await aMember(t.svoi, phone, 'Olena');
    const heard = async (address: string, number: string) => {
      const chat = await stranger('viber', address);
      const said = [...(await chat.say(number)), ...(await chat.say('000000'))];
      return said.map(({ text, buttons }) => ({ text, buttons }));
    };
    expect(await heard('v1', '0671234567')).toEqual(await heard('v2', '0671234568'));
  });

  test('of another country gets no SMS, unless the price book names that country', async () => {
    const chat = await stranger();
    await converse(chat, '> +48 512 345 678\nIf this number is with us already');
    expect(await sms()).toEqual([]);
    t.close();
    const prices = programSchema.shape.prices.parse({ sms: { segment: 80, countries: { PL: 120 } } });
    await open(everywhere, { prices });
    await converse(await stranger(), '> +48 512 345 678\nA code of six digits is on its way');
    expect(await rows('select price_micros from one_time_codes')).toEqual([{ price_micros: 1_200_000 }]);
  });
});

describe('a code', () => {
  beforeEach(() => open(everywhere));

  const asked = async (address = 'v1') => {
    const chat = await stranger('viber', address);
    await chat.say('0671234567');
    return { chat, code: await digits() };
  };

  test('is worn out by five wrong ones, and the right one comes too late then', async () => {
    const { chat, code } = await asked();
    for (const left of ['4 tries are', '3 tries are', '2 tries are', '1 try is']) {
      await converse(chat, `> ${wrong(code)}\nThis is not the code. Please check the digits: ${left} left.`);
    }
    await converse(chat, `> ${wrong(code)}\nThis code is no longer good`);
    await converse(chat, `> ${code}\nThis code is no longer good`);
    expect(await rows('select id from customers')).toEqual([]);
  });

  test('is good for ten minutes', async () => {
    const { chat, code } = await asked();
    t.clock.advance(10 * 60_000 - 1);
    const late = await asked('v2');
    await converse(chat, `> ${code}\nThis code is no longer good`);
    t.clock.advance(10 * 60_000);
    await converse(late.chat, `> ${late.code}\nThis code is no longer good`);
  });

  test('is good in the chat that asked for it only', async () => {
    const { code } = await asked();
    t.clock.advance(60_000);
    const other = await stranger('viber', 'v2');
    await other.say('0671234568');
    await converse(other, `> ${code}\nThis is not the code`);
    await converse(await stranger('viber', 'v3'), `> ${code}\nwe did not get that`);
  });

  test('is good once', async () => {
    const { chat, code } = await asked();
    await chat.say(code);
    await chat.press('leave');
    await chat.press('leave:yes');
    await chat.say(code);
    expect(await rows('select customer_id from addresses where channel = ?', 'viber')).toEqual([
      { customer_id: null },
    ]);
  });

  test('takes the place of the one before it', async () => {
    const { chat, code } = await asked();
    t.clock.advance(60_000);
    await chat.tap('Send an SMS');
    await converse(chat, `> ${code === (await digits()) ? '000000' : code}\nThis is not the code`);
    await converse(chat, `> ${await digits()}\nWelcome!`);
  });

  test('can be left for another number, for the menu, and is still taken afterwards', async () => {
    const { chat, code } = await asked();
    await converse(chat, '> what?\nwe did not get that\nWe are waiting for the six digits');
    await converse(chat, '>> Another number\nwrite it here');
    await converse(chat, `> ${code}\nWelcome!`);
  });

  test('asked for by the same chat twice at the same moment is one', async () => {
    const chat = await stranger();
    await Promise.all([chat.say('0671234567'), chat.say('0671234567')]);
    expect(await rows('select id from one_time_codes')).toHaveLength(1);
    expect(await sms()).toHaveLength(1);
  });

  test('is forgotten with the person, and so is the number it went to', async () => {
    const { chat, code } = await asked();
    await chat.say(code);
    await chat.press('erase');
    await chat.press('erase:next');
    await chat.press('erase:yes');
    const kept = await rows(
      `select phone as found from one_time_codes union all select external_id from addresses where channel = 'sms'`,
    );
    expect(kept).toEqual([]);
  });
});

describe('codes are no way to spend the shop’s money', () => {
  const chats = new Map<string, TestChat>();
  beforeEach(() => chats.clear());
  const ask = async (address: string, number: string) => {
    const chat = chats.get(address) ?? (await stranger('viber', address));
    chats.set(address, chat);
    const [heard] = await chat.say(number);
    t.clock.advance(60_000);
    return heard?.text.split('.')[0];
  };
  const sent = 'A code of six digits is on its way: to your other chat with us, or by SMS';
  const enough = 'There have been too many codes today';

  test('so many a phone and day', async () => {
    await open(everywhere, limits({ per_phone_a_day: 2 }));
    expect([await ask('1', '0671234567'), await ask('2', '0671234567')]).toEqual([sent, sent]);
    expect([await ask('3', '0671234567'), await ask('4', '0671234568')]).toEqual([enough, sent]);
    t.clock.advance(24 * 3_600_000);
    expect(await ask('5', '0671234567')).toBe(sent);
  });

  test('so many a chat and day', async () => {
    await open(everywhere, limits({ per_asker_a_day: 2 }));
    expect([await ask('1', '0671234561'), await ask('1', '0671234562')]).toEqual([sent, sent]);
    expect([await ask('1', '0671234563'), await ask('2', '0671234563')]).toEqual([enough, sent]);
  });

  test('so many a day in all', async () => {
    await open(everywhere, limits({ a_day: 2 }));
    expect([await ask('1', '0671234561'), await ask('2', '0671234562')]).toEqual([sent, sent]);
    expect(await ask('3', '0671234563')).toBe(enough);
  });

  test('and for so much money: many at once get no further than one after the other', async () => {
    const prices = programSchema.shape.prices.parse({ sms: { segment: 90 } });
    await open(everywhere, { ...limits({ spend_a_day: 200 }), prices });
    const many = await Promise.all(['1', '2', '3', '4', '5'].map((at) => stranger('viber', at)));
    await Promise.all(many.map((chat, index) => chat.say(`067123456${index}`)));
    expect(await sms()).toHaveLength(2);
  });
});

describe('without SMS', () => {
  test('a number that is with us already gets its code in the other chat, and a new one is shown another door', async () => {
    await open(['telegram', 'viber']);
    t.svoi.useLinks({
      open: () => undefined,
      all: (context) => [{ channel: 'telegram', url: `https://t.me/shop?start=${context}` }],
    });
    const owner = await aMember(t.svoi, phone, 'Olena');
    await owner.hear();
    const chat = await stranger();
    await converse(
      chat,
      `> what now
       With us in another messenger already?
       [Share my number]
       [Telegram]
       > 0671234567
       If this number is with us already, a code has just come to your other chat.
       [New code] [Another number]`,
    );
    expect((await owner.hear())[0]?.text).toContain(await digits());
    await converse(chat, `> ${await digits()}\nWelcome back!`);
    const nobody = await stranger('viber', 'v2');
    await converse(nobody, '> 0671234568\nIf this number is with us already');
    expect(await rows("select id from messages where category = 'code'")).toHaveLength(1);
  });
});

describe('a member who shares one more number', () => {
  /** A member in Viber, by a code. */
  const member = async () => {
    await open(everywhere);
    const chat = await stranger();
    await chat.say('0671234567');
    await chat.say(await digits());
    await chat.say('menu');
    return chat;
  };

  test('proves it by a code, and is offered to make both accounts one', async () => {
    const chat = await member();
    await buy(t.svoi, aPurchase({ customer: { phone: '+380671234568' }, at: t.clock.now() }));
    await converse(chat, '>> contact +380671234568\nA code of six digits is on its way');
    await converse(
      chat,
      `> ${await digits()}
       There is another account under +380671234568, with 50 points.
       >> Yes, make them one
       Done. It is one account now, with 100 points.`,
    );
  });

  test('that is nobody’s stays with the account there is', async () => {
    const chat = await member();
    await chat.contact('+380671234569');
    await converse(chat, `> ${await digits()}\nThis chat belongs to the number +380671234567`);
  });
});
