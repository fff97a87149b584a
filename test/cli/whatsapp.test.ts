import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CommandLine, commandLine } from '../support/command.ts';
import { type FakeWhatsApp, startFakeWhatsApp } from '../support/fake-whatsapp.ts';

let fake: FakeWhatsApp;
let line: CommandLine;
beforeEach(async () => {
  fake = await startFakeWhatsApp({ now: () => 0 });
  line = commandLine({
    PUBLIC_URL: 'https://shop.example',
    WHATSAPP_MODE: 'cloud',
    WHATSAPP_TOKEN: fake.token,
    WHATSAPP_PHONE_NUMBER_ID: fake.phoneNumberId,
    WHATSAPP_APP_SECRET: fake.appSecret,
    WHATSAPP_VERIFY_TOKEN: fake.verifyToken,
    WHATSAPP_API_ROOT: fake.apiRoot,
  });
});
afterEach(async () => {
  line.close();
  await fake.close();
});

test('a template is printed as it is to be handed in, with an example for each of its parameters', async () => {
  const { exit, out } = await line.run('whatsapp', 'templates', '--journey', 'welcome', '--language', 'uk');
  expect(exit).toBe(0);
  expect(out.map((one) => one.replace(/_[0-9a-z]{7} /, '_… '))).toEqual([
    'svoi_welcome_…  UTILITY  uk  (welcome)',
    '    Раді знайомству, {{1}}! Покажіть картку на касі — і {{2}} % покупки повернеться балами.',
    '    {{1}}: Олена',
    '    {{2}}: 5',
    '    [Мої бали] [Моя картка] [Запитати людину]',
    '',
    'svoi_welcome_…  UTILITY  uk  (welcome)',
    '    На рахунку вже {{1}}: ними можна сплатити частину першої покупки. Просто покажіть картку на касі.',
    '    {{1}}: 347 балів',
    '    [Моя картка] [Мої бали]',
    '',
    '2 templates, 2 with their languages; npm run svoi -- whatsapp submit hands them in',
  ]);
  const unknown = await line.run('whatsapp', 'templates', '--journey', 'nothing');
  expect(unknown.errors).toEqual(['there is no journey "nothing": see npm run svoi -- journey list']);
});

test('every template of every journey in every language passes the checks of Meta', async () => {
  const { exit, out, errors } = await line.run('whatsapp', 'submit', '--all');
  expect([exit, errors]).toEqual([0, []]);
  const names = new Set(fake.submitted.map(({ name }) => name));
  expect(out.at(-1)).toMatch(`${fake.submitted.length} handed in, 0 were there`);
  expect(fake.submitted.length).toBe(3 * names.size);
  expect(names.size).toBeGreaterThan(36);
});

test('what Meta has is not handed in again, and what it approved is put into the program', async () => {
  const journeys = ['--journey', 'cart', '--language', 'uk', 'en'];
  await line.run('whatsapp', 'submit', ...journeys);
  await line.run('whatsapp', 'submit', '--journey', 'welcome', '--language', 'uk');
  const handedIn = fake.submitted.length;
  expect((await line.run('whatsapp', 'submit', ...journeys)).out.at(-1)).toMatch(
    /^0 handed in, 10 were there/,
  );
  expect(fake.submitted.length).toBe(handedIn);
  const { exit, out } = await line.run('whatsapp', 'sync');
  expect(exit).toBe(0);
  expect(out.filter((one) => /^svoi_cart_\w{7} (uk|en): rejected, promotional$/.test(one)).length).toBe(10);
  expect(out.at(-1)).toBe('2 of 12 are approved, and in the program');
  await line.run('journey', 'on', 'welcome');
  const lines = (await line.run('doctor')).out.filter((one) => one.includes('approved template'));
  expect(lines).toEqual([
    'ok     texts     2 of 13 texts of journeys that are on have an approved template of WhatsApp’s; 24 hours after the last word the others go by the next channel: npm run svoi -- whatsapp submit, then sync',
  ]);
  const program = (await line.run('program', 'show')).out.join('\n');
  expect(program).toMatch(
    /whatsapp_approved:\n {2}svoi_welcome_\w{7}:\n {4}- uk\n {2}svoi_welcome_\w{7}:\n {4}- uk\n/,
  );
});

test('without the Cloud API there are no templates, and a wrong token says what to do', async () => {
  const session = commandLine({ WHATSAPP_MODE: 'session' });
  expect(await session.run('whatsapp', 'sync')).toMatchObject({
    exit: 1,
    errors: ['only the Cloud API has templates: set WHATSAPP_MODE=cloud'],
  });
  session.close();
  const wrong = commandLine({
    ...{ WHATSAPP_MODE: 'cloud', WHATSAPP_TOKEN: 'other', WHATSAPP_PHONE_NUMBER_ID: fake.phoneNumberId },
    ...{ WHATSAPP_APP_SECRET: 'a', WHATSAPP_VERIFY_TOKEN: 'b', WHATSAPP_API_ROOT: fake.apiRoot },
  });
  const { errors } = await wrong.run('whatsapp', 'submit');
  expect(errors).toEqual([
    '190 Error validating access token: Session has expired; WHATSAPP_TOKEN is wrong or has expired: make a permanent one for a system user of the business',
  ]);
  wrong.close();
});
