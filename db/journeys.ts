import type { CustomerId, RunId } from '../core/ids.ts';
import type { Journey } from '../core/journeys/types.ts';
import { type Reading, readRows } from './database.ts';
import { journeyFrom, journeysInForceSql } from './facts/journeys.ts';

/** The journeys that were ever written down, by key. */
export async function keptJourneys(database: Reading): Promise<readonly Journey[]> {
  const rows = await readRows(database, `${journeysInForceSql} order by j.key`);
  return rows.map(journeyFrom);
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
     where r.due_at is not null and r.due_at <= ? order by r.due_at, r.id limit ?`,
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
