import type { CustomerId } from '../../core/ids.ts';
import type { StoredEvent } from '../../core/journeys/events.ts';
import { type Reading, readRows, type Statement, statement } from '../database.ts';
import { eventFrom } from '../insights/events.ts';

/** An event that was not taken up yet. */
export interface OpenEvent {
  readonly event: StoredEvent;
  /** Whom it is about now: accounts may have been merged since. */
  readonly personId: CustomerId;
  /** Whether a run of this person waits for such an event. */
  readonly isAwaited: boolean;
}

/** Events that were not taken up yet, in the order they were told: `limit` of them after an id. */
export async function openEvents(
  database: Reading,
  after: string,
  limit: number,
): Promise<readonly OpenEvent[]> {
  const rows = await readRows(
    database,
    `select e.*, coalesce(c.merged_into, c.id, e.customer_id) as person_id,
       exists (select 1 from journey_runs r indexed by journey_runs_waiting where r.waits_for = e.type and r.customer_id in
         (select c.id union all select c.merged_into union all
          select m.id from customers m where m.merged_into in (c.id, c.merged_into))) as is_awaited
     from events e indexed by events_open left join customers c on c.id = e.customer_id
     where e.handled_at is null and e.id > ? order by e.id limit ?`,
    after,
    limit,
  );
  return rows.map((row) => ({
    event: eventFrom(row),
    personId: String(row.person_id) as CustomerId,
    isAwaited: row.is_awaited === 1,
  }));
}

/** Marks events as taken up that nobody listens to. */
export function passOverStatement(events: readonly StoredEvent[], now: number): Statement {
  return statement(
    'update events set handled_at = ? where handled_at is null and id in (select value from json_each(?))',
    now,
    JSON.stringify(events.map(({ id }) => id)),
  );
}
