import type { QuestionId } from '../core/ids.ts';
import { questionLivesMs } from '../core/insights/questions.ts';
import { type Database, statement } from './database.ts';
import { dueBy } from './due.ts';

/** Questions that wait for a look, those asked first in front. */
export const openQuestions = dueBy<QuestionId>(
  'select id from questions where due_at <= ? order by due_at, id limit ?',
);

/** Forgets questions whose answers are too old to lead on. */
export async function forgetQuestions(database: Database, now: number): Promise<void> {
  await database.write([statement('delete from questions where asked_at < ?', now - questionLivesMs)]);
}
