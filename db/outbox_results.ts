import type { MessageResult, RecordedResult } from '../core/messaging/outbox.ts';
import { tallySlotMs } from './changes/tallies.ts';
import { type Statement, statement } from './database.ts';

/**
 * What writes results down, in one commit: figures and notices first, while the messages still say that they are on
 * their way. So a commit that is repeated, or meets a message cancelled meanwhile, counts and moves nothing.
 */
export function resultStatements(results: readonly RecordedResult[]): Statement[] {
  const rows = results.map(({ message, result }) => [message.id, ...columnsOf(result)]);
  const gone = results.flatMap(({ message, result }) =>
    result.state === 'failed' && result.blocked ? [[message.addressId, message.claimedAt]] : [],
  );
  const done = JSON.stringify(rows.filter(([, state]) => state !== 'queued'));
  const noticed = results.some(({ message, result }) => message.noticeId && result.state !== 'queued');
  return [
    ...(done === '[]' ? [] : [statement(tallySql, done)]),
    ...(noticed ? [statement(noticesSql, done)] : []),
    statement(messagesSql, JSON.stringify(rows)),
    ...(gone.length > 0 ? [statement(unreachableSql, JSON.stringify(gone))] : []),
  ];
}

type Column = string | number | null;

/** In the order in which the statements below read them, after the message's id. */
function columnsOf(result: MessageResult): Column[] {
  switch (result.state) {
    case 'sent': {
      const { at, providerId, priceMicros, smsPriceMicros } = result;
      return ['sent', at, null, 0, providerId, null, priceMicros, smsPriceMicros];
    }
    case 'queued':
      return ['queued', null, result.dueAt, result.counts ? 0 : 1, null, result.error, null, null];
    default:
      return [result.state, result.at, null, 0, null, result.error, null, null];
  }
}

const open = `state in ('queued', 'sending')`;

/** What came back untried keeps the error of the try before: by it the rest of its chat knows to wait. */
const messagesSql = `update messages set state = done.value ->> 1,
    sent_at = iif(done.value ->> 1 = 'sent', done.value ->> 2, null), due_at = coalesce(done.value ->> 3, due_at),
    attempts = attempts - (done.value ->> 4), provider_id = done.value ->> 5,
    error = coalesce(done.value ->> 6, iif(done.value ->> 1 = 'queued', error, null)),
    price_micros = done.value ->> 7, sms_price_micros = done.value ->> 8, lease_until = null
  from json_each(?) as done where messages.id = done.value ->> 0 and messages.${open}`;

/** An address is marked only if the person has not written since: who unblocks us and says hello stays reachable. */
const unreachableSql = `update addresses set reachable = 0 from json_each(?) as gone
  where addresses.id = gone.value ->> 0 and addresses.last_seen_at <= gone.value ->> 1`;

/**
 * A notice is looked at again at once when its message did not leave, or had only to leave; else when the wait for
 * its receipt, which begins now, is over. A message of a step given up before moves nothing.
 */
const noticesSql = `update notices set revision = notices.revision + 1, due_at = done.at + iif(
    done.state = 'sent' and notices.steps ->> ('$[' || notices.step || '].wants') <> 'accepted',
    notices.steps ->> ('$[' || notices.step || '].waitMs'), 0)
  from (select m.notice_id as id, m.channel as channel, one.value ->> 1 as state, one.value ->> 2 as at
    from json_each(?) as one join messages m on m.id = one.value ->> 0
    where m.notice_id is not null and m.${open}) as done
  where notices.id = done.id and notices.state = 'underway'
    and notices.steps ->> ('$[' || notices.step || '].channel') = done.channel`;

const columns = ['sent', 'failed', 'price_micros', 'sms_price_micros'] as const;

/** What it would have cost as SMS counts only beside what it cost: else an unknown price would look like a saving. */
const tallySql = `insert into message_tallies (at, channel, category, delivered, read, doubled, ${columns.join(', ')})
  select (one.value ->> 2) - (one.value ->> 2) % ${tallySlotMs} as slot, m.channel, m.category, 0, 0, 0,
    sum(one.value ->> 1 = 'sent'), sum(one.value ->> 1 = 'failed'), sum(coalesce(one.value ->> 7, 0)),
    sum(iif(one.value ->> 7 is null, 0, coalesce(one.value ->> 8, 0)))
  from json_each(?) as one join messages m on m.id = one.value ->> 0
  where one.value ->> 1 in ('sent', 'failed') and m.${open} group by 1, 2, 3
  on conflict (at, channel, category) do update
    set ${columns.map((column) => `${column} = ${column} + excluded.${column}`).join(', ')}`;
