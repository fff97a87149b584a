import type { CustomerId, EventId } from '../../core/ids.ts';
import type { NewEvent, StoredEvent } from '../../core/journeys/events.ts';
import { type Reading, type Row, readRows, type Statement, statement } from '../database.ts';

/** Writes events down; one of an occasion that was told before, or of who was forgotten meanwhile, is left out. */
export function eventsStatement(events: readonly NewEvent[]): Statement {
  const rows = events.map(({ id, type, customerId, occasion, data, at, recordedAt }) => [
    ...[id, type, customerId, occasion, JSON.stringify(data), at, recordedAt],
  ]);
  return statement(
    `insert or ignore into events (id, type, customer_id, occasion, data, at, recorded_at)
     select e.value ->> 0, e.value ->> 1, c.id, e.value ->> 3, e.value ->> 4, e.value ->> 5, e.value ->> 6
     from json_each(?) e join customers c on c.id = e.value ->> 2 and c.erased_at is null`,
    JSON.stringify(rows),
  );
}

/** Events of a type, the oldest first: `limit` of them after an id. */
export async function readEvents(
  database: Reading,
  { type, after, limit }: { readonly type: string; readonly after: string; readonly limit: number },
): Promise<readonly StoredEvent[]> {
  const rows = await readRows(
    database,
    'select * from events where type = ? and id > ? order by id limit ?',
    ...[type, after, limit],
  );
  return rows.map(eventFrom);
}

/** What happened to a customer, also under accounts merged into this one: `limit` events before another, newest first. */
export async function eventsOfCustomer(
  database: Reading,
  customerId: CustomerId,
  { limit, before }: { readonly limit: number; readonly before?: EventId },
): Promise<readonly StoredEvent[]> {
  const rows = await readRows(
    database,
    `select * from events where id < coalesce(?2, 'evu') and customer_id in
       (select ?1 union all select id from customers where merged_into = ?1) order by id desc limit ?3`,
    ...[customerId, before ?? null, limit],
  );
  return rows.map(eventFrom);
}

/** An event as stored, in the words of core. */
export function eventFrom(row: Row): StoredEvent {
  return {
    id: String(row.id) as EventId,
    type: String(row.type),
    customerId: String(row.customer_id) as CustomerId,
    occasion: String(row.occasion),
    data: JSON.parse(String(row.data)),
    at: Number(row.at),
    recordedAt: Number(row.recorded_at),
    handledAt: row.handled_at === null ? null : Number(row.handled_at),
  };
}
