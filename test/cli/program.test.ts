import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type CommandLine, commandLine } from '../support/command.ts';

let line: CommandLine;
beforeEach(() => {
  line = commandLine();
});
afterEach(() => line.close());

it('what show prints can be changed and applied, and every rule says what it means', async () => {
  const shown = await line.run('program', 'show');
  expect(shown.out[0]).toBe('# Program 1');
  expect(shown.out.filter((one) => /^\w/.test(one)).length).toBe(
    shown.out.filter((one) => /^# (?!Program)/.test(one)).length,
  );
  const path = line.write(
    'program.yaml',
    shown.out.join('\n').replace('earn_percent: 5', 'earn_percent: 7.5'),
  );
  expect(await line.run('program', 'apply', path)).toEqual({
    exit: 0,
    errors: [],
    out: ['program 2 is in force: earn_percent 5 → 7.5'],
  });
  const after = await line.run('program', 'show');
  expect(after.out.join('\n')).toBe(readFileSync(path, 'utf8').replace('Program 1', 'Program 2'));
});

it('the same rules again make no new version, whether YAML or JSON', async () => {
  line.write('a.yaml', 'earn_percent: 3\nquiet_hours: { from: "22:00", to: "08:00" }');
  line.write('a.json', '{"earn_percent": 3, "quiet_hours": {"from": "22:00", "to": "08:00"}}');
  await line.run('program', 'apply', 'a.yaml');
  const again = await line.run('program', 'apply', 'a.json');
  expect(again.out).toEqual(['program 2 stays in force: the file says the same']);
});

it.each([
  [
    'earn_percent: 120',
    'line 1, earn_percent: put percent of the money paid that comes back as points, from 0 to 100, up to two decimals',
  ],
  ['\nzone: Mars', 'line 2, zone: put a time zone like Europe/Kyiv'],
  [
    '# rules\nwelcome_points: many',
    'line 2, welcome_points: put points for registering, a whole number from 0 to 1000000',
  ],
  ['quiet_hours:\n  from: "25:00"\n  to: "09:00"', 'line 2, quiet_hours.from: put a time of day as HH:MM'],
  [
    'quiet_hours:\n  form: "20:00"\n  from: "20:00"\n  to: "09:00"',
    'line 2, quiet_hours.form: there is no such rule; the rules are from, to',
  ],
  [
    'prices:\n  sms:\n    segment: 90\n    country: { PL: 150 }',
    'line 4, prices.sms.country: there is no such rule; the rules are segment, countries',
  ],
  ['earn_percent: 5\nearn_percent: 6', 'line 2, column 1: Map keys must be unique'],
  [
    'earn_percent: [5',
    'line 1, column 17: Flow sequence in block collection must be sufficiently indented and end with a ]',
  ],
  ['', 'a program is a list of KEY: VALUE lines, like earn_percent: 5'],
  ['- earn_percent', 'line 1, a program is a list of KEY: VALUE lines, like earn_percent: 5'],
])('%j is not applied, and the line and key are named', async (text, reason) => {
  line.write('p.yaml', text);
  expect(await line.run('program', 'apply', 'p.yaml')).toEqual({
    exit: 1,
    out: [],
    errors: [`p.yaml: ${reason}`],
  });
  expect((await line.run('program', 'show')).out[0]).toBe('# Program 1');
});

it('a misspelled rule is met with the list of rules, and further mistakes are counted', async () => {
  line.write('p.yaml', 'earn_percents: 5\nlocale: fr');
  const { errors } = await line.run('program', 'apply', 'p.yaml');
  expect(errors[0]).toMatch(
    /locale: put uk, ru or en.*\(and 1 more\)$|earn_percents: there is no such rule; the rules are currency, .*\(and 1 more\)$/,
  );
});

it('a file that is not there is named', async () => {
  const { exit, errors } = await line.run('program', 'apply', 'none.yaml');
  expect({ exit, errors }).toEqual({ exit: 1, errors: ['none.yaml cannot be read: is it there?'] });
});
