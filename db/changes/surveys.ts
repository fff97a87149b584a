import type { NewSurvey } from '../../core/insights/nps/types.ts';
import { type Statement, statement } from '../database.ts';
import { inserter, updater } from '../rows.ts';
import * as schema from '../schema.ts';
import { type Changes, forRows } from './part.ts';

const insertSurveys = inserter(schema.surveys);
const updateSurveys = updater(schema.surveys, [
  ...(['score', 'reason', 'answeredAt', 'toldAt', 'revision'] as const),
]);

/** Questions how likely somebody is to recommend us, and the answers. */
export function surveyStatements(changes: Changes): Statement[] {
  return [
    ...forRows(changes.surveys, (surveys) => [insertSurveys(surveys), refuseIfAskedSince(surveys)]),
    ...forRows(changes.surveyUpdates, updateSurveys),
  ];
}

/** An update that keeps the revision is refused by a trigger: another process has asked the same person meanwhile. */
function refuseIfAskedSince(surveys: readonly NewSurvey[]): Statement {
  return statement(
    `update surveys set revision = revision where id in (
       select n.id from json_each(?) i join surveys n on n.id = i.value ->> 0
       join surveys o on o.id <> n.id and o.asked_at > i.value ->> 1 and o.customer_id in
         (select n.customer_id union all select id from customers where merged_into = n.customer_id))`,
    JSON.stringify(surveys.map(({ id, after }) => [id, after])),
  );
}

/** What who is erased said is gone; the scores stay, as those of nobody. */
export function forgetSurveys(erasures: NonNullable<Changes['erasures']>): Statement {
  return statement(
    `update surveys set reason = null, revision = revision + 1 where reason is not null and customer_id in
       (select c.id from json_each(?) e join customers c on c.id = e.value or c.merged_into = e.value)`,
    JSON.stringify(erasures.map(({ customerId }) => customerId)),
  );
}
