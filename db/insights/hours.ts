import type { CustomerId } from '../../core/ids.ts';
import { usualHourOf } from '../../core/journeys/campaigns/hours.ts';
import type { Program } from '../../core/program/program.ts';
import { DAY_MS, localTime } from '../../core/time.ts';
import { type Reading, readRows, type Statement, statement } from '../database.ts';

/** Whose hours are looked at: those who were there since a moment, after an id. */
export interface HoursQuestion {
  readonly program: Pick<Program, 'zone' | 'quiet_hours'>;
  readonly now: number;
  /** Null: everybody. */
  readonly since: number | null;
  readonly after: string;
}

/** Usual hours that were learned, and where the next page begins; undefined at the end. */
export interface HoursPage {
  readonly hours: readonly (readonly [customerId: CustomerId, hour: number])[];
  readonly last: string | undefined;
}

const customersAtOnce = 1000;
/** What somebody did longer ago says nothing about when he is there now. */
const withinDays = 365;
const hourMs = 3_600_000;

/**
 * Learns at which hour customers are usually there: when they bought, by the clock on the shop's wall, and when they read
 * what we wrote and wrote to us, by the clocks where they live.
 */
export async function hoursPage(database: Reading, question: HoursQuestion): Promise<HoursPage> {
  const { program, now, since, after } = question;
  const active = await readRows(
    database,
    `select c.id, c.zone, c.heard_at from customers c where c.id > ? and c.erased_at is null and c.merged_into is null
       and (?2 is null or c.last_at >= ?2 or c.heard_at >= ?2 or exists (
         select 1 from messages m indexed by messages_customer where m.customer_id = c.id and m.read_at >= ?2))
     order by c.id limit ?3`,
    after,
    since,
    customersAtOnce,
  );
  const times = await timesOf(
    database,
    active.map(({ id }) => String(id)),
    now - withinDays * DAY_MS,
  );
  const isQuiet = quietHours(program);
  const hours = active.flatMap((row) => {
    const id = String(row.id) as CustomerId;
    const zone = row.zone === null ? program.zone : String(row.zone);
    const counts = Array.from({ length: 24 }, () => 0);
    const add = (local: number) => {
      const hour = Math.floor((local % DAY_MS) / hourMs);
      counts[hour] = (counts[hour] ?? 0) + 1;
    };
    for (const local of times.bought.get(id) ?? []) add(local);
    for (const at of times.there.get(id) ?? []) add(localTime(at, zone));
    if (row.heard_at !== null) add(localTime(Number(row.heard_at), zone));
    const hour = usualHourOf(counts, isQuiet);
    return hour === undefined ? [] : [[id, hour] as const];
  });
  return { hours, last: active.length < customersAtOnce ? undefined : String(active.at(-1)?.id) };
}

async function timesOf(database: Reading, ids: readonly string[], since: number) {
  const these = JSON.stringify(ids);
  const [bought = [], there = []] = await database.read([
    statement(
      `select p.customer_id as id, p.local_at as at from json_each(?) i
       join purchases p indexed by purchases_customer on p.customer_id = i.value and p.at >= ? where p.kind = 'sale'`,
      these,
      since,
    ),
    statement(
      `select m.customer_id as id, m.read_at as at from json_each(?) i
       join messages m indexed by messages_customer on m.customer_id = i.value where m.read_at >= ?`,
      these,
      since,
    ),
  ]);
  return { bought: byCustomer(bought), there: byCustomer(there) };
}

function byCustomer(rows: Awaited<ReturnType<typeof readRows>>): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>();
  for (const { id, at } of rows) {
    const known = found.get(String(id));
    if (known) known.push(Number(at));
    else found.set(String(id), [Number(at)]);
  }
  return found;
}

/** Whether nobody is written to in the whole of an hour of the day. */
function quietHours({ quiet_hours: { from, to } }: HoursQuestion['program']): (hour: number) => boolean {
  const clock = (time: string) => Number(time.slice(0, 2)) + Number(time.slice(3)) / 60;
  const [start, end] = [clock(from), clock(to)];
  return (hour) => (start > end ? hour >= start || hour < end : hour >= start && hour < end);
}

/** Keeps what was learned. */
export function keepHours(hours: HoursPage['hours'], now: number): Statement {
  return statement(
    `insert into customer_hours (customer_id, hour, computed_at) select value ->> 0, value ->> 1, ? from json_each(?)
     where true on conflict (customer_id) do update set hour = excluded.hour, computed_at = excluded.computed_at`,
    now,
    JSON.stringify(hours),
  );
}
