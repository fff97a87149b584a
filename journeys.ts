import { SvoiError } from './core/errors.ts';
import type { Checking } from './core/journeys/check.ts';
import type { JourneyDefinition } from './core/journeys/definition.ts';
import { type CheckedJourney, parseJourneyFile } from './core/journeys/file.ts';
import { type SavedJourney, saveJourney, switchJourney } from './core/journeys/switch.ts';
import type { Journey } from './core/journeys/types.ts';
import type { Submitted } from './core/ports.ts';
import { couponsToGive } from './db/journeys.ts';
import { createTranslator } from './locales/translator.ts';
import type { Svoi } from './svoi.ts';

type Kept = Pick<
  Svoi,
  'database' | 'analyst' | 'program' | 'submit' | 'journeys' | 'reloadJourneys' | 'clock'
>;

const translator = createTranslator();

/** What journeys are checked against as things are now. */
async function checkingOf({ database, analyst, program }: Kept): Promise<Checking> {
  const { zone, currency, tiers, tier_days, rfm, facts } = program();
  const [catalogue, coupons] = await Promise.all([
    analyst.ask('segmentCatalogue', { zone, currency, tiers, tier_days, rfm, facts }),
    couponsToGive(database),
  ]);
  return { catalogue, coupons, say: (words) => translator.say('en', words, { zone, currency }) };
}

/** A journey as it was written in YAML or JSON, checked against what the shop has. */
export async function readJourney(text: string, svoi: Kept): Promise<CheckedJourney> {
  return parseJourneyFile(text, await checkingOf(svoi));
}

/** Keeps what a journey does from now on; in force at once here, and within a moment in other processes. */
export async function keepJourney(
  definition: JourneyDefinition,
  actor: string,
  svoi: Kept,
): Promise<Submitted<SavedJourney>> {
  const known = findJourney(definition.key, svoi);
  const kept = await svoi.submit(saveJourney(definition, actor, known));
  await svoi.reloadJourneys();
  return kept;
}

/** Switches a journey on or off. Refuses `journey_not_found`. */
export async function turnJourney(
  key: string,
  isOn: boolean,
  actor: string,
  svoi: Kept,
): Promise<Submitted<Journey>> {
  const turned = await svoi.submit(switchJourney(key, isOn, actor, findJourney(key, svoi)));
  await svoi.reloadJourneys();
  return turned;
}

/** A journey by its key, as last read; undefined where there is none. */
export function findJourney(key: string, { journeys }: Pick<Kept, 'journeys'>): Journey | undefined {
  return journeys().find((one) => one.key === key);
}

/** The same, or a reason for whoever typed the key. */
export function journeyCalled(key: string, svoi: Kept): Journey {
  const journey = findJourney(key, svoi);
  if (journey) return journey;
  throw new SvoiError('journey_not_found', `there is no journey "${key}": see npm run svoi -- journey list`);
}
