import { afterEach, beforeEach, expect, it } from 'vitest';
import { type CommandLine, commandLine } from '../support/command.ts';
import { startFakeTelegram } from '../support/fake-telegram.ts';

let line: CommandLine;
beforeEach(() => {
  line = commandLine();
});
afterEach(() => line.close());

it('somebody who is invited gets words to send in any chat', async () => {
  const added = await line.run(
    'staff',
    'add',
    '067 123 45 67',
    '--role',
    'cashier',
    '--store',
    'Lviv',
    '--store',
    'Odesa',
  );
  expect(added).toEqual({
    exit: 0,
    errors: [],
    out: [
      '+380671234567 is invited as cashier in Lviv, Odesa; good for 48 hours, once, for this number only:',
      expect.stringMatching(/^\/staff [2-9A-Z]{20} {2}\(to be sent in any chat of ours\)$/),
    ],
  });
  const listed = await line.run('staff', 'list');
  expect(listed.out).toEqual(['+380671234567  cashier  invited  Lviv, Odesa']);
});

it('the link opens the bot where there is one', async () => {
  const telegram = await startFakeTelegram();
  const settings = { TELEGRAM_BOT_TOKEN: telegram.token, TELEGRAM_API_ROOT: telegram.apiRoot };
  const withBot = commandLine(settings, line.url);
  const added = await withBot.run('staff', 'add', '0671234567', '--role', 'owner');
  expect(added.out[1]).toMatch(/^https:\/\/t\.me\/\w+\?start=s_[2-9A-Z]{20}$/);
  await telegram.close();
  withBot.close();
});

it('who is removed is gone, and may be invited anew', async () => {
  await line.run('staff', 'add', '0671234567', '--role', 'owner');
  expect((await line.run('staff', 'remove', '0671234567')).out).toEqual(['+380671234567 is no longer owner']);
  const again = await line.run('staff', 'remove', '0671234567');
  expect(again).toMatchObject({
    exit: 1,
    errors: ['nobody on the staff has the phone +380671234567: see staff list'],
  });
  expect((await line.run('staff', 'add', '0671234567', '--role', 'manager')).exit).toBe(0);
  expect((await line.run('staff', 'list')).out).toEqual(['+380671234567  manager  invited']);
});

it.each([
  [['add', '067', '--role', 'owner'], '"067" is not a phone number: write it like +380671234567'],
  [['add', '0671234567'], "required option '--role <role>' not specified; see npm run svoi -- --help"],
  [['add', '0671234567', '--role', 'boss'], /^option '--role <role>' argument 'boss' is invalid/],
  [['remove', 'x'], '"x" is not a phone number: write it like +380671234567'],
])('staff %j is refused in one line', async (argv, reason) => {
  const { exit, errors } = await line.run('staff', ...argv);
  expect(exit).toBe(1);
  expect(errors).toEqual([typeof reason === 'string' ? reason : expect.stringMatching(reason)]);
});

it('nobody on the staff yet: the list says how to begin', async () => {
  expect((await line.run('staff', 'list')).out).toEqual([
    'nobody yet: invite somebody with npm run svoi -- staff add PHONE --role owner',
  ]);
});
