import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CommandLine, commandLine } from '../support/command.ts';

let line: CommandLine;
beforeEach(() => {
  line = commandLine();
});
afterEach(() => line.close());

test('what show prints can be changed and applied, and every key says what it means', async () => {
  const shown = await line.run('journey', 'show', 'cart');
  expect(shown.out[0]).toBe('# Journey cart, as it comes with Svoi, off');
  const path = line.write('cart.yaml', shown.out.join('\n').replace('weight: 90', 'weight: 91'));
  expect((await line.run('journey', 'apply', path)).out).toEqual([
    'journey cart is kept as version 1, and off: npm run svoi -- journey on cart',
  ]);
  expect((await line.run('journey', 'apply', path)).out).toEqual([
    'journey cart stays as it is: the file says the same',
  ]);
  const after = await line.run('journey', 'show', 'cart');
  expect(after.out.join('\n')).toBe(
    readFileSync(path, 'utf8').replace('as it comes with Svoi', 'version 1').trimEnd(),
  );
  const keys = after.out.filter((one) => /^\w/.test(one));
  expect(after.out.filter((one) => /^# (?!Journey)/.test(one)).length).toBe(keys.length);
});

test('a journey is switched on and off, and the list says so', async () => {
  expect((await line.run('journey', 'on', 'cart')).out).toEqual(['journey cart is on']);
  expect((await line.run('journey', 'on', 'cart')).out).toEqual(['journey cart was on already']);
  const { out } = await line.run('journey', 'list');
  expect(out.find((one) => one.includes(' cart '))).toMatch(/^on {3}cart +0 under way +\S/);
  expect((await line.run('journey', 'off', 'cart')).out).toEqual(['journey cart is off']);
  expect(await line.run('journey', 'off', 'nothing')).toMatchObject({
    ...{ exit: 1, out: [] },
    errors: ['there is no journey "nothing": see npm run svoi -- journey list'],
  });
});

test('every fault of a file is a line of its own', async () => {
  line.write(
    'bad.yaml',
    'key: bad\nname: { en: Bad }\ncategory: srvice\ntopic: orders\nwhen: { event: x }\nsteps:\n  - wait: soon\n',
  );
  expect(await line.run('journey', 'apply', 'bad.yaml')).toEqual({
    exit: 1,
    out: [],
    errors: [
      'bad.yaml: line 3, category: put service, or marketing: offers need a yes of the customer, and few of them go out',
      'bad.yaml: line 7, steps.0.wait: put a time like 30m, 2h, 3d or 2w',
    ],
  });
});

test('a journey is tried on what happened, before it is switched on', async () => {
  const { exit, out } = await line.run('journey', 'try', 'welcome', '--days', '7');
  expect(exit).toBe(0);
  expect(out.slice(0, 4)).toEqual([
    'welcome:',
    '  A customer has registered',
    '  30 minutes after that',
    'the last 7 days: 0 came, 0 would have been under way (0 people)',
  ]);
  expect(await line.run('journey', 'try', 'welcome', '--days', 'soon')).toMatchObject({
    ...{ exit: 1, errors: ['--days takes a whole number from 1 to 92, not "soon"'] },
  });
});
