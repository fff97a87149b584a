import type { JourneyDefinition } from './definition.ts';
import { instantEventTypes } from './events.ts';
import type { Journey, ShippedJourney } from './types.ts';

/** Whether it tells in the very commit of what happened: it has no runs. */
export function isInstant({ when }: Pick<JourneyDefinition, 'when'>): boolean {
  const instant: readonly string[] = instantEventTypes;
  return 'event' in when && instant.includes(when.event);
}

/** A journey that comes with Svoi, as it is while nobody has touched it. */
export function untouched({ definition, isOn }: ShippedJourney): Journey {
  return {
    ...{ key: definition.key, isOn, version: 0, since: isOn ? 0 : null, definition },
    ...{ writtenBy: 'shipped', changedBy: 'shipped', changedAt: 0, revision: 0 },
  };
}

/** All journeys there are: those that come with Svoi in their order, as the shop has changed them, then its own. */
export function journeysInForce(
  shipped: readonly ShippedJourney[],
  kept: readonly Journey[],
): readonly Journey[] {
  const changed = new Map(kept.map((journey) => [journey.key, journey]));
  const ours = shipped.map((one) => changed.get(one.definition.key) ?? untouched(one));
  const keys = new Set(ours.map(({ key }) => key));
  return [...ours, ...kept.filter(({ key }) => !keys.has(key))];
}
