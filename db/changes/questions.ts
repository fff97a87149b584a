import type { Question } from '../../core/insights/questions.ts';
import type { Statement } from '../database.ts';
import { inserter, updater } from '../rows.ts';
import * as schema from '../schema.ts';
import { type Changes, forRows } from './part.ts';

const insertQuestions = inserter(schema.questions);
const updateQuestions = updater(schema.questions, ['argument', 'dueAt', 'answeredAt', 'tries', 'revision']);

/** Questions of the staff that take a long look. */
export function questionStatements({ questions, questionUpdates }: Changes): Statement[] {
  return [
    ...forRows(questions, (all) => insertQuestions(all.map(questionRow))),
    ...forRows(questionUpdates, (all) => updateQuestions(all.map(questionRow))),
  ];
}

function questionRow(question: Question): typeof schema.questions.$inferSelect {
  return { ...question, argument: JSON.stringify(question.argument) };
}
