import { describeJourney, stepName } from './core/insights/journeys/describe.ts';
import type { JourneyDefinition } from './core/journeys/definition.ts';
import type { DryRun } from './core/journeys/dry_run/types.ts';
import { MICROS_OF_MINOR } from './core/messaging/price.ts';
import { plainRules } from './core/messaging/rules.ts';
import type { Words } from './core/messaging/types.ts';
import { localDay } from './core/time.ts';
import { createTranslator } from './locales/translator.ts';
import type { Svoi } from './svoi.ts';

type Tried = Pick<Svoi, 'analyst' | 'clock' | 'journeyRules'>;

/** What a journey would have done over the last days, had it been on. Writes nothing. */
export function tryJourney(
  { analyst, clock, journeyRules }: Tried,
  definition: JourneyDefinition,
  days: number,
): Promise<DryRun> {
  return analyst.ask('dryRun', { definition, days, rules: plainRules(journeyRules()), now: clock.now() });
}

const translator = createTranslator();

/** A dry run for whoever sits at the command line: what starts the journey, the figures, each step by its busiest day. */
export function trialLines(
  definition: JourneyDefinition,
  run: DryRun,
  { program }: Pick<Svoi, 'program'>,
): string[] {
  const { zone, currency } = program();
  const say = (words: Words) => translator.say('en', words, { zone, currency });
  const { came, started, people, messages, priceMicros, coupons, points } = run;
  const cost = priceMicros === null ? 'cost not known' : say(costWords(priceMicros));
  return [
    `${definition.key}:`,
    ...describeJourney(definition).starts.map((words) => `  ${say(words)}`),
    `the last ${run.days} days: ${came} came, ${started} would have been under way (${people} people)`,
    ...reasonLines('not under way', run.notStarted),
    ...run.steps.map(({ number, people: those, days }) => {
      const step = stepName(definition, number, '');
      const most = days.reduce((busiest, one) => (one.people > busiest.people ? one : busiest));
      return `  ${step ? say(step) : `step ${number}`}: ${those}, most on ${most.day} (${most.people})`;
    }),
    `${messages} messages (${cost}), ${coupons} coupons, ${points} points given`,
    ...reasonLines('messages kept back', run.notTold),
    ...run.examples.map(
      ({ customerId, startedAt, end }) => `  like ${customerId} on ${localDay(startedAt, zone)}: ${end}`,
    ),
    ...run.unknown.map((one) => `not known: ${say({ key: `trial.${one}` }).replace(/^• /, '')}`),
  ];
}

function costWords(priceMicros: number): Words {
  return { key: 'trial.cost', variables: { amount: Math.round(priceMicros / MICROS_OF_MINOR) } };
}

function reasonLines(what: string, counts: Readonly<Record<string, number>>): string[] {
  const all = Object.entries(counts).map(([why, number]) => `${why} ${number}`);
  return all.length > 0 ? [`${what}: ${all.join(', ')}`] : [];
}
