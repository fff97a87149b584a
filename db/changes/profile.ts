import type { ProfileFact } from '../../core/insights/facts/types.ts';
import { type Statement, statement } from '../database.ts';
import { type Changes, forRows } from './part.ts';

/** These customers and the accounts merged into them. */
const theirs =
  '(select c.id from json_each(?) i join customers c on c.id = i.value or c.merged_into = i.value)';

/** What people say about customers, and what they want forgotten. */
export function profileStatements(changes: Changes): Statement[] {
  return [
    ...forRows(changes.profileFactsForgotten, (ids) =>
      statement(
        `delete from customer_facts where denied_at is null and customer_id in ${theirs}`,
        JSON.stringify(ids),
      ),
    ),
    ...forRows(changes.profileFacts, writeFacts),
  ];
}

/** A trigger refuses a row that is not exactly one ahead of what is there. */
function writeFacts(facts: readonly ProfileFact[]): Statement {
  const rows = facts.map(
    ({ customerId, name, item, value, low, high, sure, source, because, at, ...rest }) => [
      ...[customerId, name, item, value, low, high, sure, source, JSON.stringify(because), at],
      ...[rest.deniedAt, rest.revision],
    ],
  );
  return statement(
    `insert into customer_facts
       (customer_id, name, item, value, low, high, sure, source, because, at, denied_at, revision)
     select value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7,
       value ->> 8, value ->> 9, value ->> 10, value ->> 11 from json_each(?) where true
     on conflict (customer_id, name, item) do update set value = excluded.value, low = excluded.low,
       high = excluded.high, sure = excluded.sure, source = excluded.source, because = excluded.because,
       at = excluded.at, denied_at = excluded.denied_at, revision = excluded.revision`,
    JSON.stringify(rows),
  );
}

/** Of who is erased nothing is known any more, also nothing that was denied. */
export function forgetProfile(erasures: NonNullable<Changes['erasures']>): Statement {
  return statement(
    `delete from customer_facts where customer_id in ${theirs}`,
    JSON.stringify(erasures.map(({ customerId }) => customerId)),
  );
}
