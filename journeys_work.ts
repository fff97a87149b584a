import { isInstant } from './core/journeys/in_force.ts';
import type { Worked } from './jobs.ts';
import { takeUpEvents } from './journey_events.ts';
import { findStarts } from './journey_starts.ts';
import { oneAtATime } from './runner.ts';

/**
 * Goes on with all journeys: takes up what happened, finds who enters, does the steps that are due. Goes on where a dead
 * process ended; safe from two at once.
 */
export async function goOnWithJourneys(svoi: Worked): Promise<void> {
  await svoi.reloadJourneys();
  await takeUpEvents(svoi);
  await findStarts(svoi);
  await advanceRuns(svoi);
}

/** Calls for `goOnWithJourneys`: one run at a time, and one more after a call that came meanwhile. */
export function journeyRunner(svoi: Worked, onError: (error: unknown) => void): () => void {
  return oneAtATime(() => goOnWithJourneys(svoi), onError);
}

/** Does the steps that are due. */
export async function advanceRuns(svoi: Worked): Promise<void> {
  if (!svoi.journeys().some(({ isOn, definition }) => isOn && !isInstant(definition))) return;
}
