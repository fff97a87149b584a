import type { Journey, JourneyChange, JourneyRun } from '../../core/journeys/types.ts';
import { type Statement, statement } from '../database.ts';
import { campaignsOfOccasions, sharedOccasionSql, toldOfOccasionSql } from '../facts/journeys.ts';
import { eventsStatement } from '../insights/events.ts';
import { inserter, updater } from '../rows.ts';
import * as schema from '../schema.ts';
import { type Changes, forRows } from './part.ts';

const insertVersions = inserter(schema.journeyVersions);
const insertRuns = inserter(schema.journeyRuns);
const insertTags = inserter(schema.customerTags, 'or ignore');
const updateRuns = updater(schema.journeyRuns, [
  ...(['state', 'reason', 'step', 'data', 'dueAt', 'waitsFor', 'finishedAt', 'revision'] as const),
]);

/** Journeys and who is under way on them, what happened, and what customers do not want to hear of. */
export function journeyStatements(changes: Changes): Statement[] {
  return [
    ...forRows(changes.journeys, writeJourneys),
    // Before what is begun here counts itself.
    ...forRows(changes.occasionsBegun, refuseIfTold),
    ...forRows(changes.runs, (runs) => insertRuns(runs.map(runRow))),
    ...forRows(changes.runUpdates, (runs) => updateRuns(runs.map(runRow))),
    ...forRows(changes.newEvents, eventsStatement),
    ...forRows(changes.eventsHandled, handleEvents),
    ...forRows(changes.unmutes, unmute),
    ...forRows(changes.mutes, mute),
    ...forRows(changes.untags, untag),
    ...forRows(changes.tags, insertTags),
  ];
}

/**
 * An update that keeps the revision is refused by a trigger: another process has let the customer enter another journey
 * meanwhile, or has told him of it in a campaign.
 */
function refuseIfTold(occasions: NonNullable<Changes['occasionsBegun']>): Statement[] {
  const rows = JSON.stringify(
    occasions.map(({ customerId, occasion, but, since, until }) => [customerId, occasion, but, since, until]),
  );
  return [
    statement(
      `update journey_runs set revision = revision where id in (select r.id from json_each(?) i cross join ${sharedOccasionSql}
       and r.started_at > i.value ->> 3)`,
      rows,
    ),
    statement(
      `with ${campaignsOfOccasions}
       update campaigns set revision = revision where id in (
         select m.campaign_id from json_each(?1) i cross join ${toldOfOccasionSql('i.value ->> 4')}
           and m.due_at > i.value ->> 3)`,
      rows,
    ),
  ];
}

/** A journey that another process has changed meanwhile is refused by a trigger, also where both write its first row. */
function writeJourneys(changes: readonly JourneyChange[]): Statement[] {
  const versions = changes.flatMap(({ journey, isNewVersion }) =>
    isNewVersion ? [versionRow(journey)] : [],
  );
  const rows = changes.map(({ journey }) => [
    ...[journey.key, journey.isOn ? 1 : 0, journey.version, journey.since],
    ...[journey.changedBy, journey.changedAt, journey.revision],
  ]);
  const write = statement(
    `insert into journeys (key, is_on, version, since, changed_by, changed_at, revision)
     select value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6
     from json_each(?) where true
     on conflict (key) do update set is_on = excluded.is_on, version = excluded.version, since = excluded.since,
       changed_by = excluded.changed_by, changed_at = excluded.changed_at, revision = excluded.revision`,
    JSON.stringify(rows),
  );
  return [...forRows(versions, insertVersions), write];
}

function versionRow({ key, version, definition, writtenBy, changedAt }: Journey) {
  return {
    ...{ journey: key, version, definition: JSON.stringify(definition) },
    ...{ createdBy: writtenBy, createdAt: changedAt },
  };
}

function runRow(run: JourneyRun): typeof schema.journeyRuns.$inferSelect {
  return { ...run, data: JSON.stringify(run.data) };
}

/** One that another process took up meanwhile is refused by a trigger. */
function handleEvents(handled: NonNullable<Changes['eventsHandled']>): Statement {
  return statement(
    'update events set handled_at = e.value ->> 1 from json_each(?) e where events.id = e.value ->> 0',
    JSON.stringify(handled.map(({ id, at }) => [id, at])),
  );
}

function mute(mutes: NonNullable<Changes['mutes']>): Statement {
  return statement(
    `insert into mutes (customer_id, subject, until, at)
     select value ->> 0, value ->> 1, value ->> 2, value ->> 3 from json_each(?) where true
     on conflict (customer_id, subject) do update set until = excluded.until, at = excluded.at`,
    JSON.stringify(mutes.map(({ customerId, subject, until, at }) => [customerId, subject, until, at])),
  );
}

/** Also what was said under an account that was merged into this one. */
function unmute(subjects: NonNullable<Changes['unmutes']>): Statement {
  return statement(
    `delete from mutes where (customer_id, subject) in (
       select i.value ->> 0, i.value ->> 1 from json_each(?1) i union all
       select c.id, i.value ->> 1 from json_each(?1) i join customers c on c.merged_into = i.value ->> 0)`,
    JSON.stringify(subjects.map(({ customerId, subject }) => [customerId, subject])),
  );
}

function untag(tags: NonNullable<Changes['untags']>): Statement {
  return statement(
    `delete from customer_tags where (customer_id, tag) in (select value ->> 0, value ->> 1 from json_each(?))`,
    JSON.stringify(tags.map(({ customerId, tag }) => [customerId, tag])),
  );
}

/** Who is erased is under way on nothing any more: what is left of a run is that there was one, and what results count. */
export function forgetJourneys(erasures: NonNullable<Changes['erasures']>): Statement[] {
  const moments = JSON.stringify(erasures.map(({ customerId, at }) => [customerId, at]));
  const gone = `(select c.id, i.value ->> 1 as at from json_each(?) i
    join customers c on c.id = i.value ->> 0 or c.merged_into = i.value ->> 0) e`;
  return [
    statement(
      `update journey_runs set due_at = null, waits_for = null,
         data = json_patch(json_object('event', json('{}'), 'notices', json(coalesce(data -> '$.notices', '{}'))),
           json_object('pointsGiven', data -> '$.pointsGiven')),
         reason = case state when 'waiting' then 'erased' else reason end,
         finished_at = case state when 'waiting' then e.at else finished_at end,
         state = case state when 'waiting' then 'stopped' else state end, revision = revision + 1
       from ${gone} where journey_runs.customer_id = e.id`,
      moments,
    ),
    ...['mutes', 'customer_tags', 'customer_hours'].map((table) =>
      statement(`delete from ${table} where customer_id in (select e.id from ${gone})`, moments),
    ),
  ];
}
