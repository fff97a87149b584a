import type { CustomerId } from '../ids.ts';
import type { JourneyDefinition } from './definition.ts';
import { spanMs } from './spans.ts';
import type { Journey, SharedOccasionNeed } from './types.ts';

/** A journey as far as its occasion goes. */
type Telling = Pick<JourneyDefinition, 'key' | 'occasion' | 'occasion_again'>;

/**
 * What else tells of the occasion of a journey, where that is told of again and again: one journey or campaign of it speaks
 * at a time. Undefined where it is told of once for good, which its messages see to.
 */
export function sharedOccasion(
  { key, occasion, occasion_again }: Telling,
  customerId: CustomerId,
): SharedOccasionNeed | undefined {
  if (occasion === undefined || occasion_again === undefined) return undefined;
  return { customerId, occasion, but: key };
}

/** After which moment nothing else may have told of it. */
export function sharedSince({ occasion_again = '0m' }: Telling, now: number): number {
  return now - spanMs(occasion_again);
}

/**
 * After how long an occasion that a campaign names may be told of again, in milliseconds: the longest time that a journey of
 * it says. Undefined where none does: then it is told of once for good.
 */
export function occasionAgainMs(
  occasion: string | null,
  journeys: readonly Pick<Journey, 'definition'>[],
): number | undefined {
  const spans = journeys.flatMap(({ definition: { occasion: named, occasion_again: again } }) =>
    again !== undefined && named === occasion ? [spanMs(again)] : [],
  );
  return spans.length > 0 ? Math.max(...spans) : undefined;
}
