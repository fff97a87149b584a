import type { Locale } from '../core/customers/types.ts';
import type { AddressId, QuestionId } from '../core/ids.ts';
import { questionLivesMs } from '../core/insights/questions.ts';
import { type Database, type Reading, readRow, statement } from './database.ts';
import { dueBy } from './due.ts';

/** Questions that wait for a look, those asked first in front. */
export const openQuestions = dueBy<QuestionId>(
  'select id from questions where due_at <= ? order by due_at, id limit ?',
);

/** Forgets questions whose answers are too old to lead on. */
export async function forgetQuestions(database: Database, now: number): Promise<void> {
  await database.write([statement('delete from questions where asked_at < ?', now - questionLivesMs)]);
}

/** The language of the chat a question was asked in; undefined where it is gone. */
export async function chatLocale(database: Reading, id: AddressId): Promise<Locale | undefined> {
  const row = await readRow(database, 'select locale from addresses where id = ?', id);
  return row === undefined ? undefined : (String(row.locale) as Locale);
}
