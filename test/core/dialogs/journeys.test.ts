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

  test('changes a text: what cannot be said is refused with the reason, and the text before can be brought back', async () => {
    await begin(t.svoi, booked);
    await converse(
      maria,
      `> /journeys
      1 of 1
      >> 🟢 After booking
      >> Texts
      1. See you soon
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
      Saved.`,
    );
    expect((await kept()).text).toContain('До зустрічі');
    await maria.press('journey:edit-booked.0.en');
    await maria.say('Welcome!');
    expect((await kept()).text).toContain('Welcome!');
    await maria.tap('Bring the text before back');
    expect((await kept()).text).toContain('See you soon');
    const versions = await readRow(t.svoi.database, 'select count(*) as versions from journey_versions');
    expect(versions).toEqual({ versions: 4 });
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
