import { daysUntil } from './core/journeys/triggers/calendar.ts';
import { localClock, localDay } from './core/time.ts';
import { forgetDrafts } from './db/campaigns.ts';
import { forgetQuestions } from './db/questions.ts';
import { createValues } from './db/values.ts';
import { factsTask } from './facts_nightly.ts';
import { forgetTask } from './forget_nightly.ts';
import { hoursTask } from './hours_nightly.ts';
import type { Worked } from './jobs.ts';
import { findStarts } from './journey_starts.ts';
import { modelsTask } from './models_nightly.ts';
import { refillsTask } from './refills.ts';
import { historyTask, salesTask } from './reports_nightly.ts';
import { rfmTask } from './rfm.ts';

/** Work of every night: done once a calendar day of the program, after three in the morning, safe to do twice. */
export interface NightlyTask {
  readonly name: string;
  /**
   * It goes forward only: what it was done for on a day is not looked at again from a day before, as a clock that is a
   * few days behind would, since all that has changed in those days would change back and then once more.
   */
  readonly goesForward?: true;
  run(svoi: Worked, day: string): Promise<void>;
}

/** Answers of long ago lead on no more. */
const questionsTask: NightlyTask = {
  name: 'questions',
  run: ({ database, clock }) => forgetQuestions(database, clock.now()),
};

/** Who came to a segment or left it tonight starts on its journeys. */
const journeysTask: NightlyTask = { name: 'journeys', run: findStarts };

/** Campaigns that nobody finished writing. */
const draftsTask: NightlyTask = {
  name: 'drafts',
  run: ({ database, clock }) => forgetDrafts(database, clock.now()),
};

/** In this order: what counts comes before what looks at the counts. */
export const nightlyTasks: readonly NightlyTask[] = [
  factsTask,
  refillsTask,
  rfmTask,
  modelsTask,
  hoursTask,
  salesTask,
  historyTask,
  journeysTask,
  questionsTask,
  draftsTask,
  forgetTask,
];

const nightMinute = 3 * 60;

/** Under what name it is kept on which day a task was done. */
function markOf({ name }: Pick<NightlyTask, 'name'>): string {
  return `nightly:${name}`;
}

/** A task that was done so many days ahead of the clock, and more, was done by a clock that was wrong. */
const mostDaysAhead = 7;

function isDone({ goesForward }: NightlyTask, last: string | undefined, day: string): boolean {
  if (last === undefined) return false;
  return goesForward ? last >= day && daysUntil(last, day) <= mostDaysAhead : last === day;
}

/**
 * Does what has not been done this day. A task that fails leaves the others alone and is tried again with the next call;
 * what failed is thrown once all have had their turn.
 */
export async function runNightly(svoi: Worked, tasks: readonly NightlyTask[] = nightlyTasks): Promise<void> {
  const now = svoi.clock.now();
  const { zone } = svoi.program();
  if (localClock(now, zone).minute < nightMinute) return;
  const day = localDay(now, zone);
  const values = createValues(svoi.database);
  const done = await values.getAll(tasks.map(markOf));
  const failures: unknown[] = [];
  for (const task of tasks) {
    if (isDone(task, done.get(markOf(task)), day)) continue;
    try {
      await task.run(svoi, day);
      await values.set(markOf(task), day);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
