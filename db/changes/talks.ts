import { type Statement, statement } from '../database.ts';
import { inserter, updater } from '../rows.ts';
import * as schema from '../schema.ts';
import { type Changes, forRows } from './part.ts';

const insert = { talks: inserter(schema.talks), messages: inserter(schema.talkMessages) };

const updateTalks = updater(schema.talks, [
  ...(['customerId', 'status', 'staffId', 'touchedAt', 'botReturnsAt', 'remindAt', 'remindedAt'] as const),
  ...(['closedAt', 'closedBy', 'revision'] as const),
]);

/** Talks with the staff, and what is said in them. */
export function talkStatements(changes: Changes): Statement[] {
  return [
    ...forRows(changes.talks, insert.talks),
    ...forRows(changes.talkUpdates, updateTalks),
    ...forRows(changes.talkMessages, insert.messages),
  ];
}

/**
 * Of the talks of who is erased, also of records merged into theirs, only the times stay. What was said is gone, and
 * what our messages told the staff of it. Before the chats are deleted: they tell which talks those are.
 */
export function forgetTalks(erasures: NonNullable<Changes['erasures']>): Statement[] {
  const ids = JSON.stringify(erasures.map(({ customerId }) => customerId));
  const theirs = `select t.id from json_each(?1) e
    join customers c on c.id = e.value or c.merged_into = e.value join talks t on t.customer_id = c.id
    union select t.id from json_each(?1) e join addresses a on a.customer_id = e.value
    join talks t on t.address_id = a.id`;
  const told = `from messages m join addresses a on a.id = m.address_id where m.talk_id in (${theirs})`;
  return [
    statement(
      `delete from chat_messages where (channel, chat, body ->> 'id') in
         (select a.channel, a.external_id, m.id ${told})`,
      ids,
    ),
    statement(
      `update messages set reply = '{"paragraphs":[]}', talk_id = null,
         state = case when state in ('queued', 'sending') then 'cancelled' else state end
       where talk_id in (${theirs})`,
      ids,
    ),
    // Photos are kept under the numbers of what was said with them.
    statement(
      `delete from pictures where id in
         (select 'pic_' || substr(said.id, 5) from talk_messages said where said.talk_id in (${theirs}))`,
      ids,
    ),
    statement(`update talk_messages set text = '' where talk_id in (${theirs})`, ids),
    statement(
      `update talks set status = 'closed', customer_id = null, revision = revision + 1,
         closed_at = coalesce(closed_at, ?2), closed_by = coalesce(closed_by, 'customer'), reminded_at = null
       where id in (${theirs})`,
      ids,
      Math.max(...erasures.map(({ at }) => at)),
    ),
  ];
}
