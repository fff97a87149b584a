import { auditEntries } from '../audit/types.ts';
import { refuse } from '../errors.ts';
import type { Command, Context } from '../ports.ts';
import type { JourneyDefinition } from './definition.ts';
import type { Journey, JourneyChanges, JourneyFacts, JourneyNeeds } from './types.ts';
import type { JourneyWrites } from './walk.ts';

/** A change of a journey. Every one is safe to repeat. */
export type JourneyCommand<Result> = Command<JourneyNeeds, JourneyFacts, JourneyWrites, Result>;

/** A journey as it is from now on, and whether it was new or became a new version. */
export interface SavedJourney {
  readonly journey: Journey;
  readonly what: 'new' | 'changed' | 'same';
}

/** How many journeys of its own a shop may keep. */
export const mostJourneys = 500;

/**
 * Writes down what a journey does from now on, as a new version: whoever is under way goes on by the one he began with. A
 * new one is off. The definition must have been checked. `known`: the journey as it comes with Svoi, where it does.
 */
export function saveJourney(
  definition: JourneyDefinition,
  actor: string,
  known: Journey | undefined,
): JourneyCommand<SavedJourney> {
  const { key } = definition;
  return {
    name: 'journey.save',
    needs: { journeysToChange: [key], allJourneys: true, auditChains: ['house'] },
    decide(facts, context) {
      const before = facts.journey(key) ?? known;
      if (before && isSame(before.definition, definition)) {
        return { ok: true, changes: {}, result: { journey: before, what: 'same' } };
      }
      if (!before && facts.allJourneys().length >= mostJourneys) {
        return refuse('too_many_journeys', `at most ${mostJourneys} journeys are kept: change one of them`);
      }
      const journey = nextOf(
        before ?? newJourney(definition, actor),
        { definition, writtenBy: actor },
        actor,
        context,
      );
      return {
        ok: true,
        changes: {
          journeys: [{ journey, isNewVersion: true }],
          audit: auditOf('journey.save', journey, actor, facts, context),
        },
        result: { journey, what: before ? 'changed' : 'new' },
      };
    },
  };
}

/**
 * Switches a journey on, so that what happens from now on starts it, or off: then those under way are told nothing more.
 * Refuses `journey_not_found`.
 */
export function switchJourney(
  key: string,
  isOn: boolean,
  actor: string,
  known: Journey | undefined,
): JourneyCommand<Journey> {
  return {
    name: 'journey.switch',
    needs: { journeysToChange: [key], auditChains: ['house'] },
    decide(facts, context) {
      const before = facts.journey(key) ?? known;
      if (!before) return refuse('journey_not_found', `there is no journey "${key}"`);
      if (before.isOn === isOn) return { ok: true, changes: {}, result: before };
      const since = isOn ? context.now : before.since;
      const journey = nextOf(before, { isOn, since }, actor, context);
      const audit = auditOf(isOn ? 'journey.on' : 'journey.off', journey, actor, facts, context);
      return {
        ok: true,
        changes: { journeys: [{ journey, isNewVersion: before.version === 0 }], audit },
        result: journey,
      };
    },
  };
}

/**
 * Writes down a journey as it comes with Svoi: where it was not written down yet, or where nobody has rewritten the words
 * that came with an earlier Svoi. The answer says whether anything was written.
 */
export function keepShipped(shipped: Journey): Command<JourneyNeeds, JourneyFacts, JourneyChanges, boolean> {
  const { key, definition } = shipped;
  return {
    name: 'journey.keep',
    needs: { journeysToChange: [key] },
    decide(facts, context) {
      const before = facts.journey(key);
      if (before && !isOutdated(before, definition)) return { ok: true, changes: {}, result: false };
      const by = before?.changedBy ?? shipped.changedBy;
      const journey = nextOf(before ?? shipped, { definition, writtenBy: 'shipped' }, by, context);
      return { ok: true, changes: { journeys: [{ journey, isNewVersion: true }] }, result: true };
    },
  };
}

/** Whether a journey stands as it came with an earlier Svoi, in other words than those it comes with now. */
export function isOutdated({ writtenBy, definition }: Journey, shipped: JourneyDefinition): boolean {
  return writtenBy === 'shipped' && !isSame(definition, shipped);
}

function isSame(one: JourneyDefinition, other: JourneyDefinition): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function newJourney(definition: JourneyDefinition, actor: string): Journey {
  return {
    ...{ key: definition.key, isOn: false, version: 0, since: null, definition },
    ...{ writtenBy: actor, changedBy: actor, changedAt: 0, revision: 0 },
  };
}

/** A definition written down makes the next version; so does the first switching of one that comes with Svoi. */
function nextOf(
  before: Journey,
  change: Partial<Pick<Journey, 'isOn' | 'since' | 'definition' | 'writtenBy'>>,
  changedBy: string,
  { now }: Context,
): Journey {
  const isNewVersion = change.definition !== undefined || before.version === 0;
  return {
    ...before,
    ...change,
    ...{ changedBy, changedAt: now, revision: before.revision + 1 },
    version: before.version + (isNewVersion ? 1 : 0),
  };
}

function auditOf(
  action: string,
  { key, version }: Journey,
  actor: string,
  facts: JourneyFacts,
  context: Context,
) {
  const entry = { chain: 'house', action, actor, details: { journey: key, version } } as const;
  return auditEntries([entry], facts, context);
}
