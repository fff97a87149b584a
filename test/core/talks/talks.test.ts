import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eraseCustomer } from '../../../core/customers/erase.ts';
import { createIds } from '../../../core/ids.ts';
import { removeStaff } from '../../../core/staff/invite.ts';
import { readRow, readRows, statement } from '../../../db/database.ts';
import { openDatabase } from '../../../db/open.ts';
import { verifyLedger } from '../../../db/verify.ts';
import { settleDue } from '../../../jobs.ts';
import { createSvoi } from '../../../svoi.ts';
import { converse, type Heard, type TestChat, testChat } from '../../support/chat.ts';
import { aPurchase, buy } from '../../support/purchases.ts';
import { hasLibsqlServer, startLibsqlServer } from '../../support/sqld.ts';
import { aColleague, aMember, invited } from '../../support/staff.ts';
import { type TestSvoi, testSvoi } from '../../support/svoi.ts';

const olenaPhone = '+380671234567';
const [ivanPhone, mariaPhone, petroPhone] = ['+380671111111', '+380672222222', '+380673333333'];
const minute = 60_000;
const program = { talks: { bot_returns_minutes: 60, script: 'Smile, and say your name.' } };

let t: TestSvoi;
beforeEach(async () => {
  t = await testSvoi({ program });
});
afterEach(async () => {
  expect((await verifyLedger(t.svoi.database)).fault).toBeUndefined();
  t.close();
});

const texts = (heard: readonly Heard[]) => heard.map(({ text }) => text);
const anOlena = () => aMember(t.svoi, olenaPhone, 'Olena');
const aPetro = () => aMember(t.svoi, petroPhone, 'Petro');
const anIvan = () => aColleague(t.svoi, ivanPhone, 'Ivan Bondar', 'cashier');
const aMaria = () => aColleague(t.svoi, mariaPhone, 'Maria', 'manager');

/** Olena and Ivan in the middle of a talk. */
async function aTalk() {
  const ivan = await anIvan();
  const olena = await anOlena();
  await olena.say('/human');
  await ivan.hear();
  await ivan.tap('Take');
  return { ivan, olena };
}

const talksKept = () => readRows(t.svoi.database, 'select status, closed_by from talks order by id');

/** The channel's id of the newest message in a chat, as if it had been sent. */
async function sentId(address: string): Promise<string> {
  const sql = `select max(m.id) as id from messages m join addresses a on a.id = m.address_id where a.external_id = ?`;
  const id = String((await readRow(t.svoi.database, sql, address))?.id);
  const sent = "update messages set state = 'sent', provider_id = 'sent-' || id where id = ?";
  await t.svoi.database.write([statement(sent, id)]);
  return `sent-${id}`;
}

describe('a person is called', () => {
  test.each(['оператор', 'Людина!', 'живой человек', 'Operator', 'human', '/human', 'talk to a person'])(
    'by "%s": all of the staff read who asks, and what to say',
    async (words) => {
      const [ivan, maria, olena] = [await anIvan(), await aMaria(), await anOlena()];
      await buy(t.svoi, aPurchase({ at: t.clock.now() }));
      await olena.hear();
      const answer = await olena.say(words);
      expect(texts(answer)).toEqual([
        'Our team has been told. Write here: a person will read it and answer in this chat.',
      ]);
      expect(answer[0]?.buttons).toEqual(['End the talk', 'Menu']);
      const [alert] = await ivan.hear();
      expect(alert?.text.split('\n')).toEqual([
        ...['Olena asks for a person', '', 'Olena', 'To spend: 100 points (₴100).', `Phone: ${olenaPhone}`],
        ...['Offers: not agreed.', '', 'Last purchases:', '22/11/26 · receipt-1 · ₴1,000', ''],
        ...['Script: Smile, and say your name.', '', 'No question has been written yet.'],
      ]);
      expect(alert?.buttons).toEqual(['Take | Answer', 'Close']);
      expect(texts(await maria.hear())).toEqual([alert?.text]);
    },
  );

  test('from the help and from the menu', async () => {
    const [ivan, olena] = [await anIvan(), await anOlena()];
    await converse(
      olena,
      '> menu\n>> Help\n[Talk to a person]\n>> Talk to a person\nOur team has been told.',
    );
    expect(await ivan.hear()).toHaveLength(1);
    expect((await ivan.say('menu'))[0]?.buttons.join()).not.toContain('Talk to a person');
  });

  test('where nobody is on the staff, or in a chat: kind words and the menu, and the bot goes on', async () => {
    const olena = await anOlena();
    await converse(olena, '> operator\nSorry, there is nobody who could answer\n[My points] [History]');
    const ivan = await anIvan();
    await ivan.send({ kind: 'blocked' });
    await converse(
      olena,
      '> operator\nSorry, there is nobody who could answer\n> /points\nYou have 50 points',
    );
    expect(await talksKept()).toEqual([]);
  });

  test('by one of the staff: the talks with customers are shown', async () => {
    const ivan = await anIvan();
    await converse(ivan, '> /human\nYou are on the team yourself.\n>> Talks\nThere are no talks now.');
  });

  test('by somebody who has not joined', async () => {
    const ivan = await anIvan();
    const stranger = testChat(t.svoi, { address: 'visitor-42', language: 'en', channel: 'web' });
    await converse(stranger, '> hello\nHello!\n> operator\nOur team has been told.');
    await stranger.say('How do I join?');
    await converse(ivan, '> 0');
    await converse(ivan, '>> Take\n…r-42\nHas not joined yet.\nScript:\n…r-42: How do I join?');
    await ivan.say('Just say your number');
    expect(texts(await stranger.hear())).toEqual(['Ivan: Just say your number']);
    await converse(ivan, '>> Close\nThe talk with …r-42 is over.');
    expect(texts(await stranger.hear())[0]).toContain('The bot answers again.');
  });
});

describe('what the bot does not understand', () => {
  test('twice in a row is offered to a person, who gets both questions', async () => {
    const [ivan, olena] = [await anIvan(), await anOlena()];
    await converse(
      olena,
      `> Do you have my size?
       Sorry, we did not get that.
       You have 50 points
       > 42, black
       Shall I pass your question on to a person?
       [Yes, ask a person]
       [Menu]
       >> Yes, ask a person
       Your question is with our team.`,
    );
    const [alert] = texts(await ivan.hear());
    expect(alert).toContain('Olena: Do you have my size?\n42, black');
  });

  test.each(['1', 'так', 'да', 'Yes'])('goes to a person by typing "%s"', async (agreed) => {
    const [ivan, olena] = [await anIvan(), await anOlena()];
    await olena.say('What about my order?');
    await olena.say('Hm?');
    await converse(olena, `> ${agreed}\nYour question is with our team.`);
    expect(texts(await ivan.hear())[0]).toContain('Olena: What about my order?\nHm?');
  });

  test('with something understood in between is not offered; whoever says no is at the menu', async () => {
    const olena = await anOlena();
    await converse(
      olena,
      `> Do you have my size?
       Sorry, we did not get that.
       > /points
       You have 50 points
       > Do you have my size?
       Sorry, we did not get that.
       You have 50 points
       > And now?
       Shall I pass your question on
       > and now??
       Shall I pass your question on
       > 2
       You have 50 points`,
    );
    expect(await talksKept()).toEqual([]);
  });

  test('of somebody who has not joined is offered too', async () => {
    const ivan = await anIvan();
    const stranger = testChat(t.svoi, { address: 'new', language: 'en' });
    await converse(
      stranger,
      `> hello
       > I want to ask
       > where is my order
       Shall I pass your question on to a person?
       >> Yes, ask a person
       Your question is with our team.`,
    );
    expect(texts(await ivan.hear())[0]).toContain('…new: I want to ask\nwhere is my order');
  });
});

describe('while a person answers', () => {
  test('the bot is silent, and every word, number and contact goes to whoever took the talk', async () => {
    const maria = await aMaria();
    const { ivan, olena } = await aTalk();
    await maria.hear();
    expect(await olena.say('Do you have size 42?')).toEqual([]);
    expect(await olena.sendAgain()).toEqual([]);
    expect(await olena.say('2')).toEqual([]);
    expect(await olena.contact('+380501112233', false)).toEqual([]);
    expect(texts(await ivan.hear())).toEqual([
      ...['Olena: Do you have size 42?', 'Olena: 2', 'Olena: +380501112233'],
    ]);
    expect(await maria.hear()).toEqual([]);
    expect(texts(await olena.say(''))).toEqual([
      'Only text reaches the person. Could you please put it into words?',
    ]);
  });

  test('taps and commands still work, and say that the talk goes on', async () => {
    const { ivan, olena } = await aTalk();
    await converse(
      olena,
      `> /points
       Your talk with our team goes on
       You have 50 points
       [End the talk]
       > 0
       Your talk with our team goes on
       You have 50 points. What would you like to see?
       > /human
       Your talk with our team goes on`,
    );
    expect(await ivan.hear()).toEqual([]);
  });

  test('the bot’s own question is answered by words, until a person speaks again', async () => {
    const { ivan, olena } = await aTalk();
    await olena.press('name');
    await converse(olena, '> Olenka\nOlenka');
    await olena.press('name');
    await ivan.say('Which size do you need?');
    expect(texts(await olena.hear())).toEqual(['Ivan: Which size do you need?']);
    expect(await olena.say('Forty two')).toEqual([]);
    expect(texts(await ivan.hear())).toEqual(['Olenka: Forty two']);
  });

  test('who joins meanwhile answers the bot’s question first, not the person', async () => {
    const ivan = await anIvan();
    const stranger = testChat(t.svoi, { channel: 'viber', address: 'new', language: 'en' });
    await converse(stranger, '> hello\n> operator\nOur team has been told.');
    expect(await stranger.say('I am +380501112233')).toEqual([]);
    await stranger.say('menu');
    await converse(stranger, '> 0501112233\nYour talk with our team goes on\n[New code]\n[End the talk]');
    expect(await readRows(t.svoi.database, 'select text from talk_messages')).toEqual([
      { text: 'I am +380501112233' },
    ]);
    expect(texts(await ivan.hear()).at(-1)).toContain('I am +380501112233');
  });

  test('the customer ends it: the bot is back, and whoever had it is told', async () => {
    const { ivan, olena } = await aTalk();
    await ivan.say('Hello!');
    const heard = await olena.hear();
    expect(heard.at(-1)?.buttons).toEqual(['End the talk']);
    const [ended] = await olena.tap('End the talk');
    expect(ended).toMatchObject({ replaces: null });
    expect(ended?.text).toContain('The talk is over, and the bot answers again.');
    expect(ended?.buttons.join()).not.toContain('End the talk');
    expect(texts(await ivan.hear())).toEqual(['Olena has ended the talk.']);
    await converse(ivan, '> One more thing\nThis talk with Olena is over already; nothing was sent.');
    expect(await olena.hear()).toEqual([]);
    expect(await talksKept()).toEqual([{ status: 'closed', closed_by: 'customer' }]);
  });

  test('it can be called again, and a new talk begins', async () => {
    const { ivan, olena } = await aTalk();
    await olena.press('human:end');
    await converse(olena, '> human\nOur team has been told.');
    expect(texts(await ivan.hear()).at(-1)).toContain('Olena asks for a person');
    expect(await talksKept()).toHaveLength(2);
  });
});

describe('the staff', () => {
  test('who takes a talk has it: the others see that, and nobody answers twice', async () => {
    const [ivan, maria, olena] = [await anIvan(), await aMaria(), await anOlena()];
    await olena.say('human');
    await maria.hear();
    await converse(ivan, '> 0');
    await converse(ivan, '>> Take\nOlena will read it.\n[Hand over] [Close]');
    expect(texts(await maria.hear())).toEqual(['Ivan Bondar has taken the talk with Olena.']);
    await converse(maria, '>> Answer\nNothing was sent: Ivan Bondar has the talk with Olena.\n[Take over]');
    await converse(maria, '>> Take over\nWrite your answer: Olena will read it.\n> Hi, Maria here');
    expect(texts(await olena.hear())).toEqual(['Maria: Hi, Maria here']);
    expect(texts(await ivan.hear())).toEqual(['Maria has taken the talk with Olena.']);
    await converse(ivan, '> Hi\nNothing was sent: Maria has the talk with Olena.');
    expect(await olena.hear()).toEqual([]);
  });

  test('answers by pointing at a message, whatever stands on the screen', async () => {
    const { ivan, olena } = await aTalk();
    await olena.say('Size 42?');
    const first = await sentId(ivanPhone);
    await ivan.hear();
    const petro = await aPetro();
    await petro.say('human');
    await petro.say('Where are you?');
    await ivan.hear();
    await converse(ivan, '> /find 067 123 45 67');
    expect(texts(await ivan.answer('Yes, 42', first))).toEqual([
      'Sent to Olena. What you write next goes there too.',
    ]);
    expect(texts(await olena.hear())).toEqual(['Ivan: Yes, 42']);
    expect(texts(await petro.hear())).toEqual([]);
    // Pointing at something else is nothing special, and a mistyped command reaches nobody.
    await ivan.say('menu');
    await converse(ivan, '> /fnd 5\nSorry, we did not get that.');
    expect(await olena.hear()).toEqual([]);
  });

  test('a message that was changed in place is about the talk it shows now', async () => {
    const { ivan, olena } = await aTalk();
    const petro = await aPetro();
    await petro.say('human');
    await ivan.say('/talks');
    await ivan.tap('Olena · 22/11/26, 12:00 · yours');
    const shownFirst = await sentId(ivanPhone);
    await ivan.say('/talks');
    await ivan.tap('Petro · 22/11/26, 12:00 · waiting');
    const edited = 'update messages set provider_id = ? where provider_id = ?';
    await t.svoi.database.write([statement(edited, shownFirst, await sentId(ivanPhone))]);
    await converse(ivan, '> menu');
    expect(texts(await ivan.answer('Hello', shownFirst))[0]).toContain('Sent to Petro.');
    expect(texts(await petro.hear()).at(-1)).toBe('Ivan: Hello');
    expect(await olena.hear()).toEqual([]);
  });

  test('with several customers: after another one wrote it is asked for whom, and numbers choose', async () => {
    const { ivan, olena } = await aTalk();
    const petro = await aPetro();
    await petro.say('human');
    await petro.say('Where are you?');
    await ivan.hear();
    const [asked] = await ivan.say('In Lviv');
    expect(asked?.text).toBe('“In Lviv”\n\nWho is this for?');
    expect(asked?.buttons).toEqual(['Olena', 'Petro', 'Nobody']);
    await converse(ivan, '> 2\nSent to Petro.');
    expect(texts(await petro.hear())).toEqual(['Ivan: In Lviv']);
    expect(await olena.hear()).toEqual([]);
    // Words of the one who is being answered do not get in the way; those of another do.
    await petro.say('Thanks');
    await converse(ivan, '> Welcome\nSent to Petro.');
    await olena.say('And me?');
    await converse(
      ivan,
      '> One moment\nWho is this for?\n> And another\n“One moment\n>> Nobody\nYou have 50',
    );
    expect(texts(await petro.hear())).toEqual(['Ivan: Welcome']);
    expect(await olena.hear()).toEqual([]);
  });

  test('see who waits, look at a customer, and that stands in the audit trail', async () => {
    const [ivan, olena] = [await anIvan(), await anOlena()];
    const maria = await aColleague(t.svoi, mariaPhone, 'Maria', 'owner');
    await olena.say('human');
    await olena.say('Size 42?');
    await converse(
      ivan,
      `> /розмови
       Talks, the longest waiting first:
       [Olena · 22/11/26, 12:00 · waiting]
       > 1
       Phone: ${olenaPhone}
       Olena: Size 42?
       [Take] [Answer]
       >> Take
       >> Hand over
       Who shall have the talk with Olena?
       > 1
       Maria now has the talk with Olena.
       > /talks
       [Olena · 22/11/26, 12:00 · Maria]
       >> Olena · 22/11/26, 12:00 · Maria
       [Take over]`,
    );
    const [given] = (await maria.hear()).slice(-1);
    expect(given?.text).toContain('Ivan Bondar has handed you the talk with Olena.');
    expect(given?.text).toContain('Olena: Size 42?');
    await converse(maria, '>> Close\nThe talk with Olena is over.');
    expect(texts(await olena.hear())).toEqual([
      'The talk is over. Thank you for writing! The bot answers again.',
    ]);
    await converse(olena, '> 2\nYou have 50 points');
    await converse(
      maria,
      `> /audit 067 123 45 67
       Maria · ended a talk · Olena
       Ivan Bondar · handed a talk over · Olena
       Ivan Bondar · took a talk · Olena`,
    );
  });

  test('close what nobody has; words that come late reach nobody', async () => {
    const [ivan, maria, olena] = [await anIvan(), await aMaria(), await anOlena()];
    await olena.say('human');
    await ivan.hear();
    await converse(ivan, '>> Close\nThe talk with Olena is over.');
    expect(texts(await maria.hear()).at(-1)).toBe('The talk with Olena is over.');
    await converse(maria, '>> Answer\nThis talk with Olena is over already; nothing was sent.');
    expect(await talksKept()).toMatchObject([{ status: 'closed' }]);
  });

  test('learn that a customer cannot be reached, and that only text can be sent', async () => {
    const { ivan, olena } = await aTalk();
    expect(texts(await ivan.say(''))[0]).toContain('Only text can be passed on to Olena.');
    await olena.send({ kind: 'blocked' });
    await converse(ivan, '> Hello?\nNothing was sent: Olena cannot be reached in that chat any more.');
  });

  test('who leaves the team leaves the talk: it waits for the others again', async () => {
    const maria = await aMaria();
    const { ivan, olena } = await aTalk();
    await t.svoi.submit(removeStaff(ivanPhone));
    await maria.hear();
    await olena.say('Are you there?');
    const [again] = await maria.hear();
    expect(again).toMatchObject({ text: 'Olena: Are you there?', buttons: ['Take | Answer', 'Close'] });
    await converse(ivan, '> Yes\nSorry, we did not get that.');
    await t.svoi.submit(removeStaff(mariaPhone));
    expect(texts(await olena.say('Anybody?'))[0]).toContain('there is nobody who could answer');
    await converse(olena, '> /points\nYou have 50 points');
    expect(await readRows(t.svoi.database, 'select text from talk_messages order by id')).toEqual([
      { text: 'Are you there?' },
      { text: 'Anybody?' },
    ]);
  });

  test('do not serve themselves: a customer who joined the team meanwhile is told by others', async () => {
    const maria = await aMaria();
    const olena = await anOlena();
    await olena.say('human');
    await olena.say(`/staff ${await invited(t.svoi, olenaPhone, 'cashier')}`);
    const [alert] = await maria.hear();
    const close = alert?.reply.buttons?.flat().find((one) => one.kind === 'press')?.data ?? '';
    await converse(olena, '> menu');
    expect(texts(await olena.press(close)).at(-1)).toContain('Nobody can serve themselves');
  });
});

describe('as time goes by', () => {
  const later = async (minutes: number) => {
    t.clock.advance(minutes * minute);
    await settleDue(t.svoi);
  };

  test('all are reminded once of who waits, and again only after an answer', async () => {
    const maria = await aMaria();
    const { ivan, olena } = await aTalk();
    await maria.hear();
    await olena.say('Size 42?');
    await ivan.hear();
    await later(9);
    expect(await maria.hear()).toEqual([]);
    await later(1);
    const words = 'Olena has been waiting for an answer for 10 minutes.';
    expect(await maria.hear()).toMatchObject([{ text: words, buttons: ['Take over'] }]);
    expect(await ivan.hear()).toMatchObject([{ text: words, buttons: ['Answer', 'Hand over | Close'] }]);
    await olena.say('Hello?');
    await later(20);
    expect(await maria.hear()).toEqual([]);
    await ivan.say('Yes');
    await later(20);
    await olena.say('Which one?');
    await later(10);
    expect(texts(await maria.hear())).toEqual([words]);
  });

  test('the bot comes back by itself after the last word, and says so', async () => {
    const { ivan, olena } = await aTalk();
    await later(50);
    await ivan.say('Hello!');
    await olena.hear();
    await later(59);
    expect(await olena.hear()).toEqual([]);
    await later(1);
    const [back] = await olena.hear();
    expect(back?.text).toBe(
      'It has been quiet for a while, so the bot answers again. If you need us, just call.',
    );
    expect(back?.buttons).toEqual(['Talk to a person | Menu']);
    expect(texts(await ivan.hear()).at(-1)).toContain('The talk with Olena went quiet');
    await settleDue(t.svoi);
    expect(await olena.hear()).toEqual([]);
    await converse(olena, '> 1\nOur team has been told.');
  });

  test('who was not answered is told so, stays on the list, and a late answer goes on with the talk', async () => {
    const maria = await aMaria();
    const { ivan, olena } = await aTalk();
    await olena.say('Size 42?');
    await later(60);
    expect(texts(await olena.hear())).toEqual([
      'Sorry, nobody has been able to answer so far. Our team sees your words and may still answer here; meanwhile the bot is back.',
    ]);
    await converse(olena, '> /points\nYou have 50 points');
    await converse(maria, '> /talks\n[Olena · 22/11/26, 12:00 · not answered]\n> 1\n>> Answer\n> We do!');
    expect(texts(await olena.hear())).toEqual(['Maria: We do!']);
    expect(await olena.say('Great')).toEqual([]);
    expect(texts(await maria.hear())).toEqual(['Olena: Great']);
    expect(texts(await ivan.hear()).at(-1)).toBe('Maria has taken the talk with Olena.');
    expect(await talksKept()).toEqual([{ status: 'taken', closed_by: null }]);
  });

  test('a late answer does not go on with a talk where another has begun', async () => {
    const { ivan, olena } = await aTalk();
    await later(60);
    await olena.say('human');
    await converse(ivan, '> Sorry, I was late');
    expect(await talksKept()).toEqual([
      { status: 'closed', closed_by: 'time' },
      { status: 'waiting', closed_by: null },
    ]);
    expect((await olena.hear()).filter(({ text }) => text.startsWith('Ivan'))).toEqual([]);
  });
});

test('erasing a customer takes the words from the talk, and from what the staff were told', async () => {
  const ivan = await aColleague(t.svoi, ivanPhone, 'Ivan', 'owner');
  const olena = await aMember(t.svoi, olenaPhone, 'Zenoviia');
  await olena.say('human');
  await olena.say('It is Zenoviia, my secret is 4711');
  await ivan.hear();
  await converse(ivan, '>> Take');
  await ivan.say('Dear Zenoviia!');
  const told = await readRow(
    t.svoi.database,
    `select id from messages where talk_id is not null and reply like '%4711%'`,
  );
  const shown = { id: told?.id, text: 'Zenoviia: 4711' };
  const chat =
    "insert into chat_messages (channel, chat, direction, body, at) values ('telegram', ?, 'out', ?, 1)";
  await t.svoi.database.write([statement(chat, ivanPhone, JSON.stringify(shown))]);
  await t.svoi.submit(eraseCustomer({ phone: olenaPhone }, 'cli'));
  for (const table of ['talks', 'talk_messages', 'messages', 'chat_messages']) {
    const rows = JSON.stringify(await readRows(t.svoi.database, `select * from ${table} where true`));
    expect(rows).not.toMatch(/4711|Dear/);
  }
  await converse(ivan, '> Are you there?\nNothing was sent: …');
  expect(await readRows(t.svoi.database, 'select status, customer_id, closed_by from talks')).toEqual([
    { status: 'closed', customer_id: null, closed_by: 'customer' },
  ]);
});

describe('two who act at once', () => {
  test('in one process: one takes the talk, the other is told who has it', async () => {
    const [ivan, maria, olena] = [await anIvan(), await aMaria(), await anOlena()];
    await olena.say('human');
    await Promise.all([ivan.hear(), maria.hear()]);
    const said = (await Promise.all([ivan.tap('Take'), maria.tap('Take')])).map((heard) =>
      texts(heard).join(),
    );
    expect(said.filter((one) => one.includes('Write your answer: Olena will read it.'))).toHaveLength(1);
    expect(said.filter((one) => one.includes('Nothing was sent: '))).toHaveLength(1);
  });

  test('words said while the talk changes hands are kept once, and reach who has it', async () => {
    const maria = await aMaria();
    const { ivan, olena } = await aTalk();
    await maria.hear();
    await maria.say('/talks');
    await maria.say('1');
    await Promise.all([olena.say('First'), maria.tap('Take over'), olena.hear()]);
    await olena.say('Second');
    const toMaria = texts(await maria.hear()).filter((text) => text.startsWith('Olena: '));
    const toIvan = texts(await ivan.hear()).filter((text) => text.startsWith('Olena: '));
    expect(toMaria.at(-1)).toBe('Olena: Second');
    expect([...toIvan, ...toMaria].filter((text) => text === 'Olena: First').length).toBeLessThanOrEqual(1);
    expect(await readRows(t.svoi.database, 'select text from talk_messages order by id')).toEqual([
      { text: 'First' },
      { text: 'Second' },
    ]);
  });

  test.skipIf(!hasLibsqlServer)(
    'in two processes on a server: one has the talk, and says so to the other',
    async () => {
      const server = await startLibsqlServer();
      const here = await testSvoi({ url: server.url, program });
      const database = await openDatabase({ url: server.url });
      const there = await createSvoi({ database, clock: here.clock, ids: createIds(), random: Math.random });
      try {
        const ivan = await aColleague(here.svoi, ivanPhone, 'Ivan', 'cashier');
        await aColleague(here.svoi, mariaPhone, 'Maria', 'manager');
        const olena = await aMember(here.svoi, olenaPhone, 'Olena');
        await olena.say('human');
        const id = String((await readRow(database, 'select id from talks'))?.id);
        const elsewhere: TestChat = testChat(there, { address: mariaPhone, language: 'en' });
        const tapped = { kind: 'press', data: `talk_take:${id}`, messageId: 'm1' } as const;
        await Promise.all([
          ivan.press(`talk_take:${id}`),
          there.handleEvent({ id: 'tap', channel: 'telegram', address: mariaPhone, said: tapped }),
        ]);
        const all = [...texts(await ivan.hear()), ...texts(await elsewhere.hear())];
        expect(
          await readRows(database, `select count(*) as taken from audit_entries where action = 'talk.take'`),
        ).toEqual([{ taken: 1 }]);
        expect(all.filter((text) => text.includes('Nothing was sent: ')).length).toBeLessThanOrEqual(1);
        expect(await readRows(database, 'select status, revision from talks')).toEqual([
          { status: 'taken', revision: 2 },
        ]);
      } finally {
        database.close();
        here.close();
        await server.stop();
      }
    },
  );
});
