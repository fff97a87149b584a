import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { answerQuestions } from '../../../answers.ts';
import { createExportPage } from '../../../bots/web/export.tsx';
import type { QuestionId } from '../../../core/ids.ts';
import { beginLook } from '../../../core/insights/questions.ts';
import { readRow, readRows } from '../../../db/database.ts';
import { takeList } from '../../../lists.ts';
import { converse, type TestChat, testChat } from '../../support/chat.ts';
import { patient } from '../../support/patient.ts';
import { aPurchase, buy } from '../../support/purchases.ts';
import { aColleague, aMember } from '../../support/staff.ts';
import { type TestSvoi, testSvoi } from '../../support/svoi.ts';

let t: TestSvoi;
let maria: TestChat;

const phones = ['+380670000001', '+380670000002', '+380670000003'] as const;

beforeEach(async () => {
  t = await testSvoi();
  maria = patient(await aColleague(t.svoi, '+380671112233', 'Maria', 'manager'), t.svoi);
});
afterEach(() => t.close());

/** Olena bought today, Ivan two months ago, Petro never. */
async function threeCustomers(): Promise<void> {
  for (const [index, name] of ['Olena', 'Ivan', 'Petro'].entries()) {
    await aMember(t.svoi, phones[index] ?? '', name);
  }
  const today = t.clock.now();
  await buy(
    t.svoi,
    aPurchase({ at: today, externalId: 'r-1', store: 'kyiv-1', customer: { phone: phones[0] } }),
  );
  const before = today - 61 * 86_400_000;
  await buy(
    t.svoi,
    aPurchase({ at: before, externalId: 'r-2', store: 'kyiv-1', customer: { phone: phones[1] } }),
  );
}

describe('looking for customers', () => {
  test('by a text: how many fit, how many can get offers, and a few of them', async () => {
    await threeCustomers();
    await converse(
      maria,
      `> /segment last_purchase>60d
      Counting…
      1 customer fits.
      Ivan · bought
      [Who they are] [Write to them]
      [Save] [Change]`,
    );
  });

  test('a wrong word is pointed at, and the right one is a button', async () => {
    await threeCustomers();
    await converse(
      maria,
      `> /segment last_purchas>60d
      I do not know the word “last_purchas”.
      👉last_purchas👈>60d
      Did you mean “last_purchase”?
      >> Yes, “last_purchase”
      1 customer fits.`,
    );
  });

  test('step by step: each condition by a button or typed, and the text grows', async () => {
    await threeCustomers();
    await converse(
      maria,
      `> /segment
      Whom are we looking for?
      >> Not for long
      Pick one:
      > 45d
      last_purchase>45d
      >> How often
      > 1+
      orders>=1
      >> Count
      1 customer fits.
      Ivan`,
    );
  });

  test('nonsense typed for a value is asked for again, and a whole condition is taken as one', async () => {
    await converse(
      maria,
      `> /segment
      >> Age
      Or type an age
      > old
      I did not understand that.
      > 25-35
      age>=25
      [Count] [Start over]
      >> Start over
      Whom are we looking for?
      > points>=1
      fits.`,
    );
  });

  test('where there are no buttons, numbers lead through all of it', async () => {
    await threeCustomers();
    const chat = await aColleague(t.svoi, '+380671112244', 'Nina', 'manager', { channel: 'whatsapp' });
    const nina = patient(chat, t.svoi);
    await converse(
      nina,
      `> /segment orders>=1
      2 customers fit.
      > 1
      Who they are:
      Olena`,
    );
  });

  test('stores are looked up, and answer the question that stands open', async () => {
    await threeCustomers();
    const [store] = await readRows(
      t.svoi.database,
      `select value from customer_totals where facet = 'store'`,
    );
    expect(store).toBeDefined();
    await maria.say('/segment');
    const heard = await maria.tap('Store');
    expect(heard.at(-1)?.text).toContain('These are the most frequent ones.');
    const first = heard.at(-1)?.buttons[0] ?? '';
    const picked = await maria.tap(first);
    expect(picked.at(-1)?.text).toContain(`store=${store?.value}`);
    const counted = await maria.tap('Count');
    expect(counted.at(-1)?.text).toContain('2 customers fit.');
  });

  test('a cashier is told who can help, and hears nothing', async () => {
    const ivan = patient(await aColleague(t.svoi, '+380671112255', 'Ivan', 'cashier'), t.svoi);
    const heard = await ivan.say('/segment orders>=1');
    expect(heard.map(({ text }) => text)).toEqual([expect.stringContaining('Please ask a colleague.')]);
    const pressed = await ivan.press('seg:count');
    expect(pressed.at(-1)?.text).not.toContain('Counting');
  });

  test('whoever is removed before the answer comes hears nothing', async () => {
    const chat = await aColleague(t.svoi, '+380671112266', 'Oleh', 'manager');
    await chat.say('/segment orders>=1');
    await t.svoi.database.write([
      {
        sql: `update staff set removed_at = 1, revision = revision + 1 where phone = '+380671112266'`,
        args: [],
      },
    ]);
    const oleh = patient(chat, t.svoi);
    expect((await oleh.hear()).length).toBe(0);
    await maria.say('menu');
    expect(await chat.hear()).toEqual([]);
    const row = await readRow(
      t.svoi.database,
      'select count(*) as open from questions where due_at is not null',
    );
    expect(row?.open).toBe(0);
  });
});

describe('saved segments', () => {
  test('are listed, shown by a tap, deleted, and brought back by undo', async () => {
    await threeCustomers();
    await converse(
      maria,
      `> /segment orders>=1
      >> Save
      What shall we call this segment?
      > Buyers
      Saved as “Buyers”.
      >> Segments
      Buyers: new
      >> Buyers: new
      2 customers fit.
      >> Delete
      “Buyers” is deleted.
      >> Undo
      > /segments
      Buyers: new`,
    );
  });

  test('a name that is taken is asked for again', async () => {
    await converse(
      maria,
      `> /segment orders>=1
      >> Save
      > Buyers
      > /segment orders>=2
      >> Save
      > buyers
      is taken. Another name, please.
      > Regulars
      Saved as “Regulars”.`,
    );
  });
});

describe('taking customers away in a file', () => {
  test('is for the owner: a link that gives the list once, and nothing runs as a formula', async () => {
    t.svoi.useSite(() => ({ url: 'http://localhost:3000', isPublic: false }));
    await aMember(t.svoi, phones[0], 'Olena');
    await t.svoi.database.write([
      { sql: 'update customers set name = ? where phone = ?', args: ['=1+1', phones[0]] },
    ]);
    const olha = patient(await aColleague(t.svoi, '+380671112277', 'Olha', 'owner'), t.svoi);
    await olha.say('/segment registered<1d');
    const heard = await olha.tap('Download as a table');
    const text = heard.map((one) => one.text).join('\n');
    const token = /http:\/\/localhost:3000\/export\/(\w+)/.exec(text)?.[1] ?? '';
    expect(text).toContain('It opens on the machine Svoi runs on');
    const page = createExportPage({ take: (of) => takeList(t.svoi, of) });
    // Messengers look at links in chats: opening the page takes nothing.
    const opened = await page.request(`/export/${token}`);
    expect(opened.headers.get('content-security-policy')).toContain("form-action 'self'");
    expect(await opened.text()).toContain('<form method="post"');
    const file = await page.request(`/export/${token}`, { method: 'POST' });
    expect(file.headers.get('content-disposition')).toContain('customers.csv');
    const csv = new TextDecoder('utf-8', { ignoreBOM: true }).decode(await file.arrayBuffer());
    expect(csv.startsWith('\ufeffid,name,phone,')).toBe(true);
    expect(csv).toContain(`,'=1+1,'${phones[0]},`);
    const late = await page.request(`/export/${token}`, { method: 'POST' });
    expect(late.headers.get('content-type')).toContain('text/html');
    const acts = await readRows(
      t.svoi.database,
      `select action from audit_entries where action like 'customers.%'`,
    );
    expect(acts.map(({ action }) => action)).toEqual(['customers.export', 'customers.fetch']);
  });

  test('is refused to a manager, kindly, also by a button of old', async () => {
    const heard = await maria.say('/segment orders>=1');
    expect(heard.at(-1)?.buttons.join()).not.toContain('Download');
    const id = String((await readRow(t.svoi.database, 'select id from questions'))?.id);
    const refused = await maria.press(`ask:export-${id}`);
    expect(refused.at(-1)?.text).toContain('Please ask a colleague.');
  });
});

describe('a question', () => {
  test('that fails is tried again a little later, and given up kindly after three times', async () => {
    await maria.say('menu');
    const chat = await aColleague(t.svoi, '+380671112288', 'Ira', 'manager');
    await chat.say('/segment orders>=1');
    const broken = { ...t.svoi, analyst: { ...t.svoi.analyst, ask: () => Promise.reject(new Error('no')) } };
    for (let look = 0; look < 3; look += 1) {
      await expect(answerQuestions(broken)).rejects.toThrow('no');
      expect(await chat.hear()).toEqual([]);
      t.clock.set(t.clock.now() + 60_000);
    }
    await answerQuestions(t.svoi);
    const [sorry] = await chat.hear();
    expect(sorry?.text).toContain('could not be counted this time');
    const ira = patient(chat, t.svoi);
    const again = await ira.tap('Try again');
    expect(again.at(-1)?.text).toContain('fit');
  });

  test('whose process died in the middle of a look is answered once by another', async () => {
    const chat = await aColleague(t.svoi, '+380671112299', 'Zoia', 'manager');
    await chat.say('/segment orders>=1');
    const id = String((await readRow(t.svoi.database, 'select id from questions'))?.id) as QuestionId;
    await t.svoi.submit(beginLook(id, { paragraphs: [] }));
    await answerQuestions(t.svoi);
    expect(await chat.hear()).toEqual([]);
    t.clock.set(t.clock.now() + 60_000);
    await Promise.all([answerQuestions(t.svoi), answerQuestions(t.svoi)]);
    expect((await chat.hear()).length).toBe(1);
  });
});

describe('pictures', () => {
  test('come with what they say in words, and light or dark is remembered', async () => {
    await threeCustomers();
    const heard = await maria.say('/report returning 90d');
    const picture = heard.at(-1)?.reply.picture;
    expect(picture).toMatchObject({ kind: 'report', theme: 'light' });
    await maria.tap('🌙 Dark');
    await maria.say('menu');
    const again = await maria.say('/report revenue');
    expect(again.at(-1)?.reply.picture).toMatchObject({ kind: 'report', theme: 'dark' });
  });

  test('the map of RFM is drawn also while nobody bought anything', async () => {
    const heard = await maria.say('/rfm');
    expect(heard.at(-1)?.reply.picture).toMatchObject({ kind: 'report' });
    const unknown = await maria.say('/report nonsense');
    expect(unknown.at(-1)?.text).toContain('There is no such picture.');
  });
});

test('a stranger who types the command gets the menu of strangers', async () => {
  const stranger = testChat(t.svoi, { address: '900', language: 'en' });
  const [said, other] = [await stranger.say('/segment'), await stranger.say('/nonsense')];
  expect(said.length).toBe(other.length);
});
