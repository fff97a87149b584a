import type { CustomerId, NoticeId, RunId } from '../core/ids.ts';
import type { JourneyDefinition } from '../core/journeys/definition.ts';
import type { Journey, JourneyRun } from '../core/journeys/types.ts';
import { type Reading, readRow, readRows } from './database.ts';
import { journeyFrom, journeysInForceSql, runFrom } from './facts/journeys.ts';

/** The journeys that were ever written down, by key. */
export async function keptJourneys(database: Reading): Promise<readonly Journey[]> {
  const rows = await readRows(database, `${journeysInForceSql} order by j.key`);
  return rows.map(journeyFrom);
}

/** What changes whenever a journey is written down, and costs next to nothing to read. */
export async function journeysStamp(database: Reading): Promise<number> {
  const row = await readRow(database, 'select coalesce(sum(revision), 0) as stamp from journeys');
  return Number(row?.stamp);
}

/** A run that can go on, and whom it is about now. */
export interface DueRun {
  readonly id: RunId;
  readonly journey: string;
  readonly version: number;
  readonly step: number;
  readonly revision: number;
  readonly customerId: CustomerId;
}

/** Runs whose moment has come at `now` (epoch milliseconds), those due longest first. */
export async function dueRuns(database: Reading, now: number, limit: number): Promise<readonly DueRun[]> {
  const rows = await readRows(
    database,
    `select r.id, r.journey, r.version, r.step, r.revision, coalesce(c.merged_into, c.id) as customer_id
     from journey_runs r indexed by journey_runs_due join customers c on c.id = r.customer_id
     where r.due_at is not null and r.due_at <= ? order by r.due_at limit ?`,
    now,
    limit,
  );
  return rows.map((row) => ({
    id: String(row.id) as RunId,
    journey: String(row.journey),
    version: Number(row.version),
    step: Number(row.step),
    revision: Number(row.revision),
    customerId: String(row.customer_id) as CustomerId,
  }));
}

/** What a journey has planned since a moment (epoch milliseconds) and not sent to the end: up to `limit`. */
export async function openNoticesOf(
  database: Reading,
  campaign: string,
  since: number,
  limit: number,
): Promise<readonly NoticeId[]> {
  const rows = await readRows(
    database,
    `select id from notices indexed by notices_campaign where campaign = ? and created_at >= ?
       and state in ('held', 'underway') order by created_at limit ?`,
    campaign,
    since,
    limit,
  );
  return rows.map(({ id }) => String(id) as NoticeId);
}

const versions = new WeakMap<Reading, Map<string, JourneyDefinition>>();
/** So many definitions are remembered of a database: they never change. */
const versionsRemembered = 1000;

/** The definitions that runs are pinned to, by run. */
export async function versionsOf(
  database: Reading,
  runs: readonly Pick<DueRun, 'journey' | 'version'>[],
): Promise<(run: Pick<DueRun, 'journey' | 'version'>) => JourneyDefinition | undefined> {
  const known = versions.get(database) ?? new Map<string, JourneyDefinition>();
  versions.set(database, known);
  const unknown = runs.filter((run) => !known.has(versionKey(run)));
  if (unknown.length > 0) {
    if (known.size > versionsRemembered) known.clear();
    const rows = await readRows(
      database,
      `select journey, version, definition from journey_versions where (journey, version) in
         (select value ->> 0, value ->> 1 from json_each(?))`,
      JSON.stringify(runs.map(({ journey, version }) => [journey, version])),
    );
    for (const { journey, version, definition } of rows) {
      known.set(`${journey} ${version}`, JSON.parse(String(definition)) as JourneyDefinition);
    }
  }
  return (run) => known.get(versionKey(run));
}

function versionKey({ journey, version }: Pick<DueRun, 'journey' | 'version'>): string {
  return `${journey} ${version}`;
}

/** How many are under way on a version of a journey, by the step they do next. */
export interface UnderWay {
  readonly journey: string;
  readonly version: number;
  readonly step: number;
  readonly runs: number;
}

/** How many are under way, on all journeys or on one: counted along an index of those alone. */
export async function countUnderWay(database: Reading, journey?: string): Promise<readonly UnderWay[]> {
  const rows = await readRows(
    database,
    `select journey, version, step, count(*) as runs from journey_runs indexed by journey_runs_under_way
     where due_at is not null and (?1 is null or journey = ?1) group by 1, 2, 3 order by 1, 2, 3`,
    journey ?? null,
  );
  return rows.map((row) => ({
    journey: String(row.journey),
    version: Number(row.version),
    step: Number(row.step),
    runs: Number(row.runs),
  }));
}

/** A version of a journey, and who wrote it. */
export interface JourneyVersion {
  readonly version: number;
  readonly definition: JourneyDefinition;
  readonly createdBy: string;
  readonly createdAt: number;
}

/** The versions of a journey, the newest first. */
export async function journeyVersions(database: Reading, key: string): Promise<readonly JourneyVersion[]> {
  const rows = await readRows(
    database,
    'select * from journey_versions where journey = ? order by version desc limit 200',
    key,
  );
  return rows.map((row) => ({
    version: Number(row.version),
    definition: JSON.parse(String(row.definition)) as JourneyDefinition,
    createdBy: String(row.created_by),
    createdAt: Number(row.created_at),
  }));
}

/** The runs of a customer, accounts merged into it among them, the newest first: `limit` of them before an id. */
export async function runsOfCustomer(
  database: Reading,
  customerId: CustomerId,
  { limit, before }: { readonly limit: number; readonly before?: RunId | undefined },
): Promise<readonly JourneyRun[]> {
  const rows = await readRows(
    database,
    `select r.* from journey_runs r indexed by journey_runs_occasion where r.customer_id in
       (select ?1 union all select id from customers where merged_into = ?1)
     and (?2 is null or r.id < ?2) order by r.id desc limit ?3`,
    ...[customerId, before ?? null, limit],
  );
  return rows.map(runFrom);
}

/** Coupons that can be given, by id and by name. */
export async function couponsToGive(database: Reading): Promise<ReadonlySet<string>> {
  const rows = await readRows(database, 'select id, name from coupons where stopped_at is null');
  return new Set(rows.flatMap(({ id, name }) => [String(id), String(name)]));
}
