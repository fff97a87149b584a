import type { JourneyDefinition } from '../../core/journeys/definition.ts';
import { type JourneyCommand, saveJourney, switchJourney } from '../../core/journeys/switch.ts';
import type { Journey } from '../../core/journeys/types.ts';
import type { Svoi } from '../../svoi.ts';

/** Switches journeys on. */
export async function switchOn(svoi: Svoi, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await change(svoi, switchJourney(key, true, 'test', known(svoi, key)));
}

/** Switches journeys off. */
export async function switchOff(svoi: Svoi, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await change(svoi, switchJourney(key, false, 'test', known(svoi, key)));
}

/** Writes a journey anew: a version more. */
export async function rewrite(
  svoi: Svoi,
  key: string,
  edit: (definition: JourneyDefinition) => JourneyDefinition,
): Promise<void> {
  const journey = known(svoi, key);
  await change(svoi, saveJourney(edit(journey.definition), 'test', journey));
}

function known(svoi: Svoi, key: string): Journey {
  const journey = svoi.journeys().find((one) => one.key === key);
  if (!journey) throw new Error(`no journey ${key}`);
  return journey;
}

async function change<Result>(svoi: Svoi, command: JourneyCommand<Result>): Promise<void> {
  const written = await svoi.submit(command);
  if (!written.ok) throw new Error(written.refusal.detail);
  await svoi.reloadJourneys();
}
