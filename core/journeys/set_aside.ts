import type { RunId } from '../ids.ts';
import type { Command } from '../ports.ts';
import { ended } from './advance.ts';
import type { JourneyChanges, JourneyFacts, JourneyNeeds } from './types.ts';

/** How much of what went wrong is kept. */
const longestError = 300;

/** Stops a run that cannot go on because of a fault, so that it does not keep the others waiting. Safe to repeat. */
export function setAside(
  id: RunId,
  error: unknown,
): Command<JourneyNeeds, JourneyFacts, JourneyChanges, boolean> {
  return {
    name: 'journey.set_aside',
    needs: { runs: [id] },
    decide(facts, { now }) {
      const run = facts.run(id)?.run;
      if (run?.state !== 'waiting' || run.dueAt === null || run.dueAt > now) {
        return { ok: true, changes: {}, result: false };
      }
      const text = (error instanceof Error ? error.message : String(error)).slice(0, longestError);
      const failed = ended({ ...run, data: { ...run.data, error: text } }, 'failed', now);
      return { ok: true, changes: { runUpdates: [failed] }, result: true };
    },
  };
}
