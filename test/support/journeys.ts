import type { JourneyDefinition } from '../../core/journeys/definition.ts';
import type { Journey } from '../../core/journeys/types.ts';
import type { Svoi } from '../../svoi.ts';

/** Writes a journey as it is to be in force from now on, and has it read anew. */
async function change(
  svoi: Svoi,
  key: string,
  changed: (journey: Journey) => Partial<Journey>,
): Promise<void> {
  const journey = svoi.journeys().find((one) => one.key === key);
  if (!journey) throw new Error(`no journey ${key}`);
  const now = svoi.clock.now();
  const next: Journey = {
    ...{ ...journey, changedBy: 'test', changedAt: now, revision: journey.revision + 1 },
    version: Math.max(journey.version, 1),
    ...changed(journey),
  };
  const isNewVersion = journey.revision === 0 || next.version !== journey.version;
  const written = await svoi.submit({
    name: 'journey.change',
    needs: { journeysToChange: [key] },
    decide: () => ({ ok: true, changes: { journeys: [{ journey: next, isNewVersion }] }, result: {} }),
  });
  if (!written.ok) throw new Error(written.refusal.detail);
  await svoi.reloadJourneys();
}

/** Switches journeys on. */
export async function switchOn(svoi: Svoi, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await change(svoi, key, () => ({ isOn: true, since: svoi.clock.now() }));
}

/** Switches journeys off. */
export async function switchOff(svoi: Svoi, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await change(svoi, key, () => ({ isOn: false }));
}

/** Writes a journey anew: a version more. */
export async function rewrite(
  svoi: Svoi,
  key: string,
  edit: (definition: JourneyDefinition) => JourneyDefinition,
): Promise<void> {
  await change(svoi, key, ({ version, definition }) => ({
    ...{ version: version + 1, writtenBy: 'test', definition: edit(definition) },
  }));
}
