import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { CommandIo } from './api/control.ts';
import { SvoiError } from './core/errors.ts';
import { writeJourneyFile } from './core/journeys/file.ts';
import { isInstant } from './core/journeys/in_force.ts';
import type { Journey } from './core/journeys/types.ts';
import { problemText } from './core/yaml.ts';
import { countUnderWay } from './db/journeys.ts';
import { trialLines, tryJourney } from './journey_trials.ts';
import { journeyCalled, keepJourney, readJourney, turnJourney } from './journeys.ts';
import type { Svoi } from './svoi.ts';

type TakeShared = (run: (svoi: Svoi, io: CommandIo) => Promise<number>) => void;

const byCli = 'cli';
/** So many faults of a file are told at once. */
const mostProblems = 10;

/** The commands about what speaks to customers by itself. */
export function addJourneyCommands(journey: Command, take: TakeShared): void {
  journey
    .command('list')
    .description('all journeys: whether they are on, and how many customers are under way')
    .action(() => take(list));
  journey
    .command('show')
    .description('what a journey does, as YAML that can be changed and applied')
    .argument('<key>')
    .action((key: string) => take((svoi, io) => show(svoi, key, io)));
  journey
    .command('apply')
    .description('keep a journey from a YAML or JSON file, as a new version where it says something new')
    .argument('<file>')
    .action((file: string) => take((svoi, io) => apply(svoi, file, io)));
  journey
    .command('try')
    .description('what a journey would have done over the last days, had it been on; nothing is written')
    .argument('<key>')
    .option('--days <days>', 'over how many days back, 1 to 92', '30')
    .action((key: string, { days }: { days: string }) => take((svoi, io) => tryOut(svoi, key, days, io)));
  for (const word of ['on', 'off'] as const) {
    journey
      .command(word)
      .description(
        word === 'on'
          ? 'switch a journey on: what happens from now on starts it'
          : 'switch a journey off: those under way are told nothing more',
      )
      .argument('<key>')
      .action((key: string) => take((svoi, io) => turn(svoi, key, word, io)));
  }
}

async function list(svoi: Svoi, io: CommandIo): Promise<number> {
  await svoi.reloadJourneys();
  const underWay = await countUnderWay(svoi.database);
  for (const { key, isOn, definition } of svoi.journeys()) {
    const { name } = definition;
    const runs = underWay.filter((one) => one.journey === key).reduce((sum, one) => sum + one.runs, 0);
    const count = isInstant(definition) ? '' : `${runs} under way`;
    const said = name[svoi.program().locale] ?? name.en ?? Object.values(name)[0] ?? key;
    io.out([isOn ? 'on ' : 'off', key.padEnd(24), count.padEnd(16), said].join('  ').trimEnd());
  }
  return 0;
}

async function show(svoi: Svoi, key: string, io: CommandIo): Promise<number> {
  await svoi.reloadJourneys();
  const journey = journeyCalled(key, svoi);
  for (const line of writeJourneyFile(journey.definition, headingOf(journey)).trimEnd().split('\n')) {
    io.out(line);
  }
  return 0;
}

async function tryOut(svoi: Svoi, key: string, typed: string, io: CommandIo): Promise<number> {
  const days = Number(typed);
  if (!Number.isInteger(days) || days < 1 || days > 92) {
    throw new SvoiError('wrong_days', `--days takes a whole number from 1 to 92, not "${typed}"`);
  }
  await svoi.reloadJourneys();
  const { definition } = journeyCalled(key, svoi);
  const run = await tryJourney(svoi, definition, days);
  for (const line of trialLines(definition, run, svoi)) io.out(line);
  return 0;
}

function headingOf({ key, version, isOn, writtenBy }: Journey): string {
  const whose = writtenBy === 'shipped' ? 'as it comes with Svoi' : `version ${version}`;
  return `Journey ${key}, ${whose}, ${isOn ? 'on' : 'off'}`;
}

async function apply(svoi: Svoi, file: string, io: CommandIo): Promise<number> {
  const path = resolve(io.folder, file);
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw new SvoiError('unreadable_file', `${file} cannot be read: is it there?`, { cause });
  });
  await svoi.reloadJourneys();
  const read = await readJourney(text, svoi);
  if (!read.ok) {
    for (const problem of read.problems.slice(0, mostProblems)) io.error(`${file}: ${problemText(problem)}`);
    const more = read.problems.length - mostProblems;
    if (more > 0) io.error(`${file}: and ${more} more`);
    return 1;
  }
  const kept = await keepJourney(read.definition, byCli, svoi);
  if (!kept.ok) throw new SvoiError(kept.refusal.code, kept.refusal.detail);
  const { journey, what } = kept.result;
  const { key, version, isOn } = journey;
  if (what === 'same') io.out(`journey ${key} stays as it is: the file says the same`);
  else if (isOn)
    io.out(`journey ${key} is at version ${version}: who is under way goes on by the one before`);
  else io.out(`journey ${key} is kept as version ${version}, and off: npm run svoi -- journey on ${key}`);
  return 0;
}

async function turn(svoi: Svoi, key: string, word: 'on' | 'off', io: CommandIo): Promise<number> {
  await svoi.reloadJourneys();
  const before = journeyCalled(key, svoi).isOn;
  const turned = await turnJourney(key, word === 'on', byCli, svoi);
  if (!turned.ok) throw new SvoiError(turned.refusal.code, turned.refusal.detail);
  io.out(before === (word === 'on') ? `journey ${key} was ${word} already` : `journey ${key} is ${word}`);
  return 0;
}
