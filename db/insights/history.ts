import { dayNumber, dayText, firstOfStep } from '../../core/insights/reports/steps.ts';
import type {
  MovesReport,
  Period,
  Place,
  ReportProgram,
  ReportQuestion,
  Steps,
} from '../../core/insights/reports/types.ts';
import { lookOf } from '../../core/insights/rfm/maps.ts';
import { rfmSegments, rfSegments } from '../../core/insights/rfm/types.ts';
import { parseSegment } from '../../core/segments/parse.ts';
import type { Rule } from '../../core/segments/types.ts';
import { type Reading, type Row, readRow, readRows, type Statement, statement } from '../database.ts';
import { gathered } from '../gathered.ts';
import { compileSegment } from '../segments/compile.ts';
import { type SegmentProgram, segmentContext } from '../segments/context.ts';
import { journeyMaps, ruleOfMap } from './journey_maps.ts';

/** The state of who is in a saved segment. */
export const inside = 'in';

/** Sizes and moves are kept for so many days. */
const sizesKeptDays = 400;
const movesKeptDays = 90;

/** The map a report is about: that of the first RFM profile where none is named. */
export function mapOf({
  map = 'rfm',
  profile,
  program,
}: Pick<ReportQuestion, 'map' | 'profile' | 'program'>): string {
  if (map !== 'rfm' && map !== 'rf') return map;
  return `${map}:${profile ?? program.rfm.profiles[0]?.name ?? ''}`;
}

/** The places on a map, in order: parts of an RFM map, one segment, or all that are saved. */
export async function placesOf(database: Reading, map: string, { rfm }: ReportProgram): Promise<Place[]> {
  if (map.startsWith('rfm:')) return rfmSegments.map((key) => ({ key, ...lookOf(rfm, 'rfm', key) }));
  if (map.startsWith('rf:')) return rfSegments.map((key) => ({ key, ...lookOf(rfm, 'rf', key) }));
  const rows = await readRows(
    database,
    'select id, name from segments where removed_at is null and (?1 = id or ?1 = ?2) order by name',
    map,
    'saved',
  );
  return rows.map(({ id, name }) => ({ key: String(id), title: String(name) }));
}

/** The sizes of places over the steps of a period: of the last night counted in each. */
export async function sizesOf(
  database: Reading,
  map: string,
  { step, from, to, days }: Steps & { readonly days: readonly string[] },
): Promise<(key: string) => (number | null)[]> {
  const saved = "map in (select id from segments where removed_at is null) and state = 'in'";
  const rows = await readRows(
    database,
    `select day, case when state = 'in' then map else state end as place, customers from segment_sizes
     where ${map === 'saved' ? `${saved} and ?1 = ?1` : 'map = ?1'} and day >= ?2 and day <= ?3 order by day`,
    map,
    from,
    to,
  );
  const sizes = new Map<string, number>();
  for (const { day, place, customers } of rows) {
    sizes.set(`${place} ${firstOfStep(String(day), step)}`, Number(customers));
  }
  return (key) => days.map((day) => sizes.get(`${key} ${day}`) ?? null);
}

/** How many went from where to where in a period. */
export async function movesBetween(
  database: Reading,
  map: string,
  { from, to }: Period,
): Promise<MovesReport['moves']> {
  const rows = await readRows(
    database,
    `select was, became, count(*) as customers from segment_moves
     where map = ? and day >= ? and day <= ? and was is not became group by 1, 2 order by 3 desc`,
    map,
    from,
    to,
  );
  return rows.map(({ was, became, customers }) => ({
    was: was === null ? null : String(was),
    became: became === null ? null : String(became),
    customers: Number(customers),
  }));
}

/** What is asked of a look at where customers stand tonight. */
export interface StandingQuestion {
  readonly map: string;
  readonly program: SegmentProgram;
  readonly now: number;
  /** The customer the look goes on after. */
  readonly after: string;
}

/** Who stands elsewhere than it is written, as JSON lists that go into commits as they are, and how to go on. */
export interface StandingPage {
  readonly changes: readonly string[];
  readonly last: string | undefined;
}

/** So many customers are looked at in one read, and so many rows written in one commit. */
const customersAtOnce = 200_000;
const rowsAtOnce = 500;

/** All maps that are kept: saved segments, those journeys start from, and two for each RFM profile. */
export async function allMaps(database: Reading, { rfm }: Pick<SegmentProgram, 'rfm'>): Promise<string[]> {
  const rows = await readRows(database, 'select id from segments where removed_at is null order by id');
  const profiles = rfm.profiles.flatMap(({ name }) => [`rfm:${name}`, `rf:${name}`]);
  return [...rows.map(({ id }) => String(id)), ...(await journeyMaps(database)), ...profiles];
}

/** Compares where customers stand with where they stood, a page of customers at a time. */
export async function standingPage(database: Reading, question: StandingQuestion): Promise<StandingPage> {
  const { map, program, now, after } = question;
  const { sql, args } = await standing(database, map, { program, now });
  const end = statement(
    'select id from customers where id > ? order by id limit 1 offset ?',
    after,
    customersAtOnce - 1,
  );
  const changed = statement(
    `select json_array(id, was, became) as change from (
       select c.id, s.state as was, ${sql} as became
       from customers c left join segment_states s on s.map = ? and s.customer_id = c.id
       where c.id > ? and c.id <= coalesce((${end.sql}), '\uffff')) where was is not became`,
    ...[...args, map, after, ...end.args],
  );
  const [ends = [], rows = []] = await database.read([end, changed]);
  const last = ends[0] && String(ends[0].id);
  return { changes: inCommits(rows.map(({ change }) => String(change))), last };
}

function inCommits(changes: readonly string[]): string[] {
  const commits: string[] = [];
  for (let at = 0; at < changes.length; at += rowsAtOnce) {
    commits.push(`[${changes.slice(at, at + rowsAtOnce).join(',')}]`);
  }
  return commits;
}

/** Where a customer stands on a map, as SQL over `customers c`; null: nowhere. A segment that cannot be read has nobody. */
async function standing(
  database: Reading,
  map: string,
  { program, now }: Pick<StandingQuestion, 'program' | 'now'>,
): Promise<{ readonly sql: string; readonly args: Statement['args'] }> {
  const together = gathered(database);
  const [context, rules] = await Promise.all([
    segmentContext(together, program, now),
    partsOf(together, map),
  ]);
  const parts = rules.map(({ state, rule }) => ({ state, ...compileSegment(rule, context) }));
  if (parts.length === 0) return { sql: 'null', args: [] };
  return {
    sql: `case ${parts.map(({ where }) => `when ${where} then ?`).join(' ')} end`,
    args: parts.flatMap(({ state, args }) => [...args, state]),
  };
}

async function partsOf(
  database: Reading,
  map: string,
): Promise<{ readonly state: string; readonly rule: Rule }[]> {
  const [kind, profile] = map.split(':');
  if (kind === 'journey') return read((await ruleOfMap(database, map)) ?? '', inside);
  if (profile !== undefined) {
    const states: readonly string[] = kind === 'rfm' ? rfmSegments : rfSegments;
    return states.flatMap((state) => read(`${kind}.${profile}=${state}`, state));
  }
  const row = await readRow(database, 'select rule from segments where id = ? and removed_at is null', map);
  return row ? read(String(row.rule), inside) : [];
}

function read(text: string, state: string): { readonly state: string; readonly rule: Rule }[] {
  const parsed = parseSegment(text);
  return parsed.ok ? [{ state, rule: parsed.rule }] : [];
}

/**
 * Writes changes of a page down: where customers stand now, and (unless the map is new) who moved. Twice in a night, the
 * second move goes on from where the first began.
 */
export function standingStatements(map: string, day: string, changes: string, isNew: boolean): Statement[] {
  const from = 'from json_each(?)';
  const picked = 'value ->> 0 as customer_id, value ->> 1 as was, value ->> 2 as became';
  const moves = statement(
    `insert into segment_moves (map, day, customer_id, was, became) select ?, ?, ${picked} ${from} where true
     on conflict (map, day, customer_id) do update set became = excluded.became`,
    ...[map, day, changes],
  );
  return [
    ...(isNew ? [] : [moves]),
    statement(
      `insert into segment_states (map, customer_id, state) select ?, value ->> 0, value ->> 2 ${from}
       where value ->> 2 is not null on conflict (map, customer_id) do update set state = excluded.state`,
      ...[map, changes],
    ),
    statement(
      `delete from segment_states where map = ? and customer_id in (select value ->> 0 ${from} where value ->> 2 is null)`,
      ...[map, changes],
    ),
  ];
}

/** Whether a map was counted at all. */
export async function isCounted(database: Reading, map: string): Promise<boolean> {
  return (await readRow(database, 'select 1 from segment_sizes where map = ? limit 1', map)) !== undefined;
}

/** Whether a map was never counted before `day`: whoever stands on it has come from nowhere, and not that night. */
export async function isNewMap(database: Reading, map: string, day: string): Promise<boolean> {
  const row = await readRow(
    database,
    'select 1 from segment_sizes where map = ? and day < ? limit 1',
    map,
    day,
  );
  return row === undefined;
}

/** How many customers stand where on each of some maps, as it is written. */
export async function standingSizes(
  database: Reading,
  { maps }: { readonly maps: readonly string[] },
): Promise<Readonly<Record<string, Readonly<Record<string, number>>>>> {
  const sql = 'select state, count(*) as customers from segment_states where map = ? group by 1';
  const found = await database.read(maps.map((map) => statement(sql, map)));
  return Object.fromEntries(maps.map((map, index) => [map, sizesFrom(map, found[index] ?? [])]));
}

function sizesFrom(map: string, rows: readonly Row[]): Readonly<Record<string, number>> {
  const [kind, profile] = map.split(':');
  const states: readonly string[] =
    profile === undefined || kind === 'journey' ? [inside] : kind === 'rfm' ? rfmSegments : rfSegments;
  const counted = new Map(rows.map(({ state, customers }) => [String(state), Number(customers)]));
  return Object.fromEntries(states.map((state) => [state, counted.get(state) ?? 0]));
}

/** Writes the sizes of a night down. */
export function sizesStatement(map: string, day: string, sizes: Readonly<Record<string, number>>): Statement {
  return statement(
    `insert into segment_sizes (map, day, state, customers) select ?, ?, key, value from json_each(?) where true
     on conflict (map, day, state) do update set customers = excluded.customers`,
    ...[map, day, JSON.stringify(sizes)],
  );
}

/** What is left to clear away of maps that are gone and of days too long ago: so many rows at once. */
export function clearingStatements(maps: readonly string[], day: string): Statement[] {
  const kept = JSON.stringify(maps);
  const gone = (table: string, key: string, condition: string, value: string) => {
    const some = `select ${key} from ${table} where ${condition} limit ${rowsAtOnce}`;
    return statement(`delete from ${table} where (${key}) in (${some}) returning 1`, value);
  };
  const daysAgo = (days: number) => dayText(dayNumber(day) - days);
  return [
    gone('segment_states', 'map, customer_id', 'map not in (select value from json_each(?))', kept),
    gone('segment_moves', 'map, day, customer_id', 'day < ?', daysAgo(movesKeptDays)),
    gone('segment_sizes', 'map, day, state', 'day < ?', daysAgo(sizesKeptDays)),
  ];
}

/** The nights of a period on which a segment was counted, with who came and left since the night before. */
export async function nightsOf(database: Reading, id: string, { from, to }: Period) {
  const rows = await readRows(
    database,
    `select z.day, z.customers, count(m.customer_id) filter (where m.became = 'in') as entered,
       count(m.customer_id) filter (where m.became is null) as gone
     from segment_sizes z
     left join segment_moves m on m.map = z.map and m.day = z.day and m.was is not m.became
     where z.map = ? and z.state = 'in' and z.day >= ? and z.day <= ? group by z.day order by z.day`,
    ...[id, from, to],
  );
  return rows.map(({ day, customers, entered, gone }) => ({
    day: String(day),
    customers: Number(customers),
    entered: Number(entered),
    left: Number(gone),
  }));
}

/** Which moves of a segment are wanted: after a day and a customer. */
export interface MovePage extends Period {
  readonly kind: 'entered' | 'left';
  readonly limit: number;
  readonly after?: { readonly day: string; readonly customer: string };
}

/** Who entered a segment or left it, the oldest move first. */
export async function movesOf(
  database: Reading,
  id: string,
  { from, to, kind, limit, after }: MovePage,
): Promise<{ readonly day: string; readonly customer: string }[]> {
  const rows = await readRows(
    database,
    `select day, customer_id from segment_moves
     where map = ? and day >= ? and day <= ? and (day, customer_id) > (?, ?)
       and was is not became and became is ${kind === 'entered' ? "'in'" : 'null'}
     order by day, customer_id limit ?`,
    ...[id, from, to, after?.day ?? '', after?.customer ?? '', limit],
  );
  return rows.map(({ day, customer_id }) => ({ day: String(day), customer: String(customer_id) }));
}
