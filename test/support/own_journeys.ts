import { type JourneyDefinition, journeySchema } from '../../core/journeys/definition.ts';
import type { JourneyRun } from '../../core/journeys/types.ts';
import { readRows } from '../../db/database.ts';
import { runFrom } from '../../db/facts/journeys.ts';
import type { Svoi } from '../../svoi.ts';

/** What a test says of a journey; the rest is one message to whoever enters, with nobody kept apart. */
export type GivenJourney = Pick<JourneyDefinition, 'key'> & { readonly when: object } & Readonly<
    Record<string, unknown>
  >;

/** A journey of a shop's own, as a test needs it. */
export function aJourney(given: GivenJourney): JourneyDefinition {
  return journeySchema.parse({
    name: { en: given.key },
    ...({ category: 'service', topic: 'reminders', control: 0 } as const),
    steps: [{ message: { text: { en: 'Hello' } } }],
    ...given,
  });
}

/** Writes a journey and switches it on, at the moment the clock shows. */
export async function begin(svoi: Svoi, given: GivenJourney): Promise<void> {
  const now = svoi.clock.now();
  const definition = aJourney(given);
  const kept = svoi.journeys().find(({ key }) => key === definition.key);
  const journey = {
    ...{ key: definition.key, isOn: true, version: (kept?.version ?? 0) + 1, since: now, definition },
    ...{ writtenBy: 'test', changedBy: 'test', changedAt: now, revision: (kept?.revision ?? 0) + 1 },
  };
  await svoi.submit({
    name: 'test.begin',
    needs: {},
    decide: () => ({ ok: true, changes: { journeys: [{ journey, isNewVersion: true }] }, result: {} }),
  });
  await svoi.reloadJourneys();
}

/** All runs there are, the first one first. */
export async function runsOf(svoi: Svoi, journey?: string): Promise<readonly JourneyRun[]> {
  const rows = await readRows(
    svoi.database,
    'select * from journey_runs where ?1 is null or journey = ?1 order by id',
    journey ?? null,
  );
  return rows.map(runFrom);
}
