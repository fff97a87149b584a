import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readRow } from '../../../db/database.ts';
import { converse, type TestChat } from '../../support/chat.ts';
import { begin } from '../../support/own_journeys.ts';
import { patient } from '../../support/patient.ts';
import { aColleague, aMember } from '../../support/staff.ts';
import { type TestSvoi, testSvoi } from '../../support/svoi.ts';

let t: TestSvoi;
let maria: TestChat;

beforeEach(async () => {
  t = await testSvoi({ shipped: [] });
  maria = patient(await aColleague(t.svoi, '+380671112233', 'Maria', 'manager'), t.svoi);
});
afterEach(() => t.close());

const booked = {
  key: 'booked',
  name: { en: 'After booking', uk: 'Після броні' },
  about: { en: 'Says what to expect.' },
  when: { event: 'registered', after: '2h' },
  who: 'orders=0',
  goal: 'purchase',
  steps: [
    {
      message: {
        text: { en: 'See you soon, {{customer.first_name | friend}}!' },
        buttons: [[{ label: { en: 'Points' }, opens: 'points' }]],
      },
    },
    { wait: '1d' },
    { if: { bought: false }, do: [{ points: 20, live_days: 7 }], else: [{ stop: true }] },
  ],
};

async function kept(): Promise<{ isOn: boolean; text: string }> {
  await t.svoi.reloadJourneys();
  const journey = t.svoi.journeys().find(({ key }) => key === 'booked');
  const [step] = journey?.definition.steps ?? [];
  const text = step && 'message' in step && 'text' in step.message ? step.message.text : {};
  return { isOn: journey?.isOn ?? false, text: JSON.stringify(text) };
}

describe('a manager', () => {
  test('reads in plain words what a journey does, by buttons or by numbers', async () => {
    await begin(t.svoi, booked);
    await converse(
      maria,
      `> /journeys
      1 of 1 are on. Pick one
      > 1
      After booking
      Says what to expect.
      🟢 On since
      A customer has registered
      2 hours after that
      For whom:
      Purchases: 0
      • message 1
      • waits 1 day
      • if nothing was bought:
      ◦ gives 20 points for 7 days
      • otherwise:
      ◦ ends
      Stops as soon as the customer buys.
      [Switch off] [Try on last month]`,
    );
  });

  test('switches one on after a look at what it would have done, and off at once', async () => {
    await begin(t.svoi, booked);
    await aMember(t.svoi, '+380670000001', 'Olena');
    t.clock.advance(3 * 3_600_000);
    await converse(
      maria,
      `> /journeys
      1 of 1
      >> 🟢 After booking
      >> Switch off
      “After booking” is off.
      >> To the journey
      ⚪ Off: nobody gets anything.
      >> Switch on
      Had “After booking” been on for the last 30 days:
      Customers: 2, messages: 2.
      • 2 × message 1
      For example:
      • Olena
      >> Switch on
      “After booking” is on.`,
    );
    expect(await kept()).toMatchObject({ isOn: true });
  });

  test('changes a text: what cannot be said is refused with the reason, and nothing is kept before it was seen', async () => {
    await begin(t.svoi, booked);
    await converse(
      maria,
      `> /journeys
      1 of 1
      >> 🟢 After booking
      >> Texts
      1. See you soon, …!
      2. [Points]
      > 1
      Not written yet
      English:
      See you soon, {{customer.first_name | friend}}!
      >> Change: Українська
      Send the new text (Українська).
      > До зустрічі, {{customer.frist_name}}!
      frist_name
      > До зустрічі, {{customer.first_name | друже}}!
      Nothing is kept yet.
      До зустрічі, Олена!
      Points
      Telegram: 19 of 4,096 characters
      Viber: 19 of 7,000 characters
      The program names no price for it.
      Русский: no text yet, they read another one (Українська).
      [Keep it]
      [Send it to myself] [Write it otherwise]`,
    );
    expect((await kept()).text).not.toContain('До зустрічі');
    await maria.tap('Keep it');
    expect((await kept()).text).toContain('До зустрічі');
  });

  /** Types new English words for the first text, and keeps them. */
  async function rewritten(words: string): Promise<void> {
    await maria.press('journey:edit-booked.0.en');
    await maria.say(words);
    await maria.tap('Keep it');
  }

  const versions = () => readRow(t.svoi.database, 'select count(*) as count from journey_versions');

  test('can bring the text before back, that one and no other', async () => {
    await begin(t.svoi, booked);
    await rewritten('Welcome!');
    expect((await kept()).text).toContain('Welcome!');
    await maria.tap('Keep it');
    expect(await versions()).toEqual({ count: 2 });
    await maria.tap('Bring the text before back');
    expect((await kept()).text).toContain('See you soon');
    await rewritten('Welcome!');
    await maria.press('journey:edit-booked.1.en');
    await maria.say('My points');
    await maria.tap('Keep it');
    await maria.press('journey:undo-booked.0.en');
    expect((await kept()).text).toContain('Welcome!');
    expect(await versions()).toEqual({ count: 5 });
  });

  test('sends new words to himself first, and sees them once more where the journey changed meanwhile', async () => {
    await begin(t.svoi, booked);
    await maria.press('journey:edit-booked.0.en');
    await maria.say('Welcome, {{customer.first_name | friend}}!');
    const heard = await maria.tap('Send it to myself');
    expect(heard.at(-1)?.text).toContain('Welcome, Olena!');
    expect(heard.at(-1)?.buttons.slice(0, 3)).toEqual(['Points', 'Keep it', 'Back']);
    const looked = await maria.tap('Points');
    expect(looked.at(-1)?.text).toContain('Nothing is kept yet.');
    await begin(t.svoi, { ...booked, again: 'once' });
    const again = await maria.tap('Keep it');
    expect(again.at(-1)?.text).toContain('Nothing is kept yet.');
    await maria.tap('Keep it');
    expect((await kept()).text).toContain('Welcome, ');
  });

  test('sees what colleagues will be told as one of them', async () => {
    const staff = { text: { en: 'Call {{customer.first_name | them}}.' } };
    await begin(t.svoi, { ...booked, steps: [{ staff }] });
    await maria.press('journey:edit-booked.0.en');
    const heard = await maria.say('Please call {{customer.first_name | them}} today.');
    expect(heard.at(-1)?.text).toContain('Please call Olena today.');
    expect(heard.at(-1)?.text).not.toContain('SMS');
    expect(heard.at(-1)?.buttons[0]).toBe('Keep it');
  });

  test('sees a message as a made-up customer would', async () => {
    await begin(t.svoi, booked);
    const heard = await maria.press('journey:me-booked.0');
    expect(heard.at(-1)?.text).toMatch(/See you soon, \p{L}+!/u);
    expect(heard.at(-1)?.buttons[0]).toBe('Points');
  });

  test('who names no journey that is there gets the list', async () => {
    const heard = await maria.press('journey:show-other');
    expect(heard.at(-1)?.text).toContain('There is no such journey');
  });
});

test('a cashier sees no journeys', async () => {
  await begin(t.svoi, booked);
  const petro = await aColleague(t.svoi, '+380671112244', 'Petro', 'cashier');
  const [heard] = await petro.say('/journeys');
  expect(heard?.text).toContain('This is for the manager');
});
