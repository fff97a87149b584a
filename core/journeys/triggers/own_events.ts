import type { CustomerChanges } from '../../customers/types.ts';
import { type Command, mergeChanges } from '../../ports.ts';
import type { NewEvent } from '../events.ts';
import type { JourneyChanges } from '../types.ts';

/** A command that also writes down, in its own commit, what journeys may start from: that somebody registered. */
export function withEvents<Needs, Facts, Changes extends CustomerChanges & JourneyChanges, Result>(
  command: Command<Needs, Facts, Changes, Result>,
): Command<Needs, Facts, Changes, Result> {
  return {
    ...command,
    decide(facts, context) {
      const decision = command.decide(facts, context);
      const told = decision.ok ? (decision.changes.events ?? []) : [];
      const newEvents = told.flatMap((event): NewEvent[] => {
        if (event.type !== 'registered') return [];
        const { type, customerId, welcomePoints, at } = event;
        const id = context.ids.next('evt', context.now);
        const data = { welcome_points: welcomePoints };
        return [{ id, type, customerId, occasion: 'first', data, at, recordedAt: context.now }];
      });
      if (!decision.ok || newEvents.length === 0) return decision;
      return {
        ...decision,
        changes: mergeChanges<Changes | JourneyChanges>(decision.changes, { newEvents }) as Changes,
      };
    },
  };
}
