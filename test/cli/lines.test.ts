import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CommandLine, commandLine } from '../support/command.ts';

let line: CommandLine;
beforeAll(() => {
  line = commandLine();
});
afterAll(() => line.close());

const help = 'see npm run svoi -- --help';

it.each([
  [['shp'], `unknown command 'shp' (Did you mean shop?); ${help}`],
  [['shop'], `say what to do: ${help}`],
  [['shop', 'ad', 'x'], `unknown command 'ad' (Did you mean add?); ${help}`],
  [['shop', 'add'], `missing required argument 'name'; ${help}`],
  [['shop', 'add', 'x', 'y'], `too many arguments for 'add'. Expected 1 argument but got 2; ${help}`],
  [
    ['shop', 'add', 'x', '--scope', 'god'],
    `option '--scope <scope>' argument 'god' is invalid. Allowed choices are till, site, admin; ${help}`,
  ],
  [['verify', '--fast'], `unknown option '--fast'; ${help}`],
  [['import', 'purchases', 'x.csv'], `required option '--shop <name>' not specified; ${help}`],
  [
    ['import', 'carts', 'x.csv', '--shop', 'x'],
    `command-argument value 'carts' is invalid for argument 'kind'. Allowed choices are customers, purchases; ${help}`,
  ],
  [['import', 'purchases', 'x.csv', '--shop', 'x'], 'no shop is called "x": see shop list, or shop add'],
  [['webhooks', 'set'], 'no messenger is configured: set TELEGRAM_BOT_TOKEN, or another'],
])('%j ends with 1 and one line that says why', async (argv, reason) => {
  expect(await line.run(...argv)).toEqual({ exit: 1, out: [], errors: [reason] });
});

it('nothing, or --help, says what there is', async () => {
  for (const argv of [[], ['--help'], ['help']]) {
    const { exit, out, errors } = await line.run(...argv);
    expect({ exit, errors }).toEqual({ exit: 0, errors: [] });
    for (const command of [
      'shop',
      'program',
      'import',
      'verify',
      'rebuild',
      'backup',
      'restore',
      'doctor',
      'webhooks',
    ]) {
      expect(out.join('\n')).toContain(`\n  ${command} `);
    }
  }
});

it('a wrong setting ends any command with its name and what to put there', async () => {
  const wrong = commandLine({ DATABASE_URL: 'svoi.db' });
  expect(await wrong.run('verify')).toEqual({
    exit: 1,
    out: [],
    errors: ['DATABASE_URL: file:./data/svoi.db, or http(s):// or libsql:// of a libSQL server'],
  });
  wrong.close();
});
