import type { JourneyDefinition } from '../../core/journeys/definition.ts';
import { countDry } from '../../core/journeys/dry_run/count.ts';
import type { DryRun } from '../../core/journeys/dry_run/types.ts';
import type { JourneyRules } from '../../core/journeys/types.ts';
import { before } from '../../core/time.ts';
import type { Reading } from '../database.ts';
import { dryPeople } from './dry_people.ts';
import { dryStarts } from './dry_starts.ts';

/** Which journey, over how many days back from `now` (epoch milliseconds). */
export interface DryQuestion {
  readonly definition: JourneyDefinition;
  readonly days: number;
  readonly rules: JourneyRules;
  readonly now: number;
}

/** More than so many are not looked at: who would have told so many people knows enough. */
const mostStarts = 200_000;

/** What a journey would have done over the last days, had it been on. A long look that writes nothing. */
export async function dryRun(
  database: Reading,
  { definition, days, rules, now }: DryQuestion,
): Promise<DryRun> {
  const from = before(now, days, 'days', rules.program.zone);
  const count = countDry(definition, rules.program, { from, to: now, days });
  const scene = { definition, rules, from, now };
  let came = 0;
  for await (const batch of dryStarts(database, { ...scene, note: count.note })) {
    if (batch.length === 0) continue;
    const people = await dryPeople(
      database,
      batch.map(({ customerId }) => customerId),
      scene,
    );
    for (const start of batch) {
      const person = people.get(start.customerId);
      if (person) count.add(start, person);
    }
    came += batch.length;
    if (came >= mostStarts) {
      count.note('too_many');
      break;
    }
  }
  return count.result();
}
