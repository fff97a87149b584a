import { idsFrom, steadyMs } from '../core/ids.ts';
import { DAY_MS } from '../core/time.ts';
import { type Statement, statement } from './database.ts';

/** No process keeps a message for so long, none is put off for so long, and no notice is held for so long. */
const longestLeaseMs = 600_000;
const longestPauseMs = 2 * DAY_MS;
const longestHoldMs = 400 * DAY_MS;

/**
 * Takes what a clock that was ahead wrote down as written now, `now` being what it shows since it was put right: else
 * messages, runs of journeys, campaigns and caps would wait until it comes there again. Safe to repeat, and where no clock
 * was wrong it finds nothing.
 */
export function putRightStatements(now: number): Statement[] {
  const ahead = now + steadyMs;
  const open = `state in ('queued', 'sending')`;
  return [
    statement(
      `update messages set created_at = ?1, due_at = iif(state = 'queued', min(due_at, ?1), due_at)
       where id > ?2 and created_at > ?3`,
      ...[now, idsFrom('msg', ahead), ahead],
    ),
    statement(
      `update messages indexed by messages_due set due_at = ?1
       where ${open} and state = 'queued' and due_at > ?1 + ${longestPauseMs}`,
      now,
    ),
    statement(
      `update messages indexed by messages_due set lease_until = ?1, due_at = ?1
       where ${open} and state = 'sending' and lease_until > ?1`,
      now + longestLeaseMs,
    ),
    statement(
      `update notices set created_at = ?1, due_at = min(due_at, ?1), revision = revision + 1
       where id > ?2 and created_at > ?3`,
      ...[now, idsFrom('ntc', ahead), ahead],
    ),
    statement(
      `update notices indexed by notices_due set due_at = ?1, revision = revision + 1
       where due_at is not null and due_at > ?1 + ${longestHoldMs}`,
      now,
    ),
    // The purchase that began a run was written down by the same clock: it must not count as one made since.
    statement(
      `update journey_runs set due_at = max(?1, due_at - (started_at - ?1)),
         started_at = iif(data ->> '$.purchaseId' is null, ?1, started_at), revision = revision + 1
       where id > ?2 and started_at > ?3`,
      ...[now, idsFrom('run', ahead), ahead],
    ),
    // Also by seconds: what happens in those would start nothing, for good.
    statement('update journeys set since = ?1, revision = revision + 1 where is_on = 1 and since > ?1', now),
    ...campaignStatements(now, ahead),
    statement('update mutes set until = until - (at - ?1), at = ?1 where at > ?2', now, ahead),
    statement(
      'update surveys set asked_at = ?1, revision = revision + 1 where id > ?2 and asked_at > ?3',
      ...[now, idsFrom('srv', ahead), ahead],
    ),
  ];
}

/** Whole days, so that nobody is told at another hour; a time where each lives is the same by any clock. */
function campaignStatements(now: number, ahead: number): Statement[] {
  const begun = `finished_at is null and starts_at > ?2 and plan ->> '$.timing.kind' <> 'local'
    and (state in ('freezing', 'sending') or (state = 'paused' and frozen_at is not null))`;
  return [
    statement(
      `update campaign_members set due_at = max(?1, due_at - (k.starts_at - ?1) / ${DAY_MS} * ${DAY_MS})
       from (select id, starts_at from campaigns where ${begun}) k
       where campaign_members.campaign_id = k.id and campaign_members.state = 'waiting'
         and campaign_members.due_at > ?1`,
      ...[now, ahead],
    ),
    statement(`update campaigns set starts_at = ?1, revision = revision + 1 where ${begun}`, now, ahead),
  ];
}
