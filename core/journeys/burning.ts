import type { CustomerRecord } from '../customers/types.ts';
import { localDay, startOfDay } from '../time.ts';
import type { JourneyDefinition } from './definition.ts';
import type { JourneyRules, JourneyRun } from './types.ts';

/**
 * How many of the points that a run warns of still burn on that day: some may have been spent since the night in which they
 * were found. Undefined of a run that warns of none. The lots must be known.
 */
export function burningStill(
  { run, definition: { when } }: { readonly run: JourneyRun; readonly definition: JourneyDefinition },
  { lots }: Pick<CustomerRecord, 'lots'>,
  { program: { zone } }: Pick<JourneyRules, 'program'>,
): number | undefined {
  const { at } = run.data.event;
  if (!('points_burn_in' in when) || typeof at !== 'number') return undefined;
  const from = startOfDay(localDay(at, zone), zone);
  return lots
    .filter(({ expiresAt }) => expiresAt > from && expiresAt <= at + 1)
    .reduce((sum, { remaining }) => sum + remaining, 0);
}
