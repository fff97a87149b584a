import { idsFrom } from '../core/ids.ts';
import { type Database, type Statement, statement } from './database.ts';

/** Rows that go in one commit: a few hundredths of a second, and what else waits comes in between. */
const rowsAtOnce = 1000;

/** Deletes page by page until nothing is left: `page` deletes some and returns a row for each. */
async function forget(database: Database, page: Statement): Promise<void> {
  for (let gone = rowsAtOnce; gone === rowsAtOnce; ) {
    const [rows = []] = await database.write([page]);
    gone = rows.length;
  }
}

/** Forgets short links of messages from before a moment that nobody first opened since. Safe to repeat. */
export async function forgetLinks(database: Database, before: number): Promise<void> {
  const page = `delete from links where code in (
      select code from links indexed by links_notice where notice_id < ?1 and coalesce(opened_at, 0) < ?2 limit ?3)
    returning code`;
  await forget(database, statement(page, idsFrom('ntc', before), before, rowsAtOnce));
}

/**
 * Forgets who went through journeys, of those who began before a moment and are not under way: `before` says it for the key
 * of each journey. Safe to repeat.
 */
export async function forgetRuns(database: Database, before: ReadonlyMap<string, number>): Promise<void> {
  const page = `delete from journey_runs where id in (
      select r.id from json_each(?) kept cross join journey_runs r indexed by journey_runs_journey
        on r.journey = kept.value ->> 0 and r.started_at < kept.value ->> 1
      where r.state <> 'waiting' limit ?)
    returning id`;
  await forget(database, statement(page, JSON.stringify([...before]), rowsAtOnce));
}

/** Forgets what happened to customers before a moment and was taken up. Safe to repeat. */
export async function forgetEvents(database: Database, before: number): Promise<void> {
  const page = `delete from events where id in (
      select id from events where id < ? and handled_at is not null limit ?) returning id`;
  await forget(database, statement(page, idsFrom('evt', before), rowsAtOnce));
}

/** Forgets photos that customers sent in talks before a moment; those of campaigns and pages stay. Safe to repeat. */
export async function forgetTalkPhotos(database: Database, before: number): Promise<void> {
  const page = `delete from pictures where id in (
      select p.id from pictures p join talk_messages said on said.id = 'tlm_' || substr(p.id, 5)
      where p.id < ? limit ?)
    returning id`;
  await forget(database, statement(page, idsFrom('pic', before), rowsAtOnce));
}
