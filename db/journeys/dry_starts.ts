import type { CustomerId } from '../../core/ids.ts';
import { idsFrom } from '../../core/ids.ts';
import type { DryStart, Unknown } from '../../core/journeys/dry_run/types.ts';
import { isInstant } from '../../core/journeys/in_force.ts';
import { spanMs } from '../../core/journeys/spans.ts';
import { dayBefore, momentOn } from '../../core/journeys/triggers/calendar.ts';
import { dataFits } from '../../core/journeys/triggers/data.ts';
import {
  type DailyLook,
  type DailyTrigger,
  foundAtOnce,
  isDaily,
} from '../../core/journeys/triggers/finding.ts';
import { purchaseData } from '../../core/journeys/triggers/purchases.ts';
import { parseSegment } from '../../core/segments/parse.ts';
import { segmentText } from '../../core/segments/text.ts';
import { endOfDayAfter, localDay, startOfDay } from '../../core/time.ts';
import { type Reading, readRow, readRows } from '../database.ts';
import type { DryScene } from './dry_people.ts';
import { findEntering } from './finders/find.ts';
import { whoMayEnter } from './finders/page.ts';
import { purchasesBetween } from './finders/purchases.ts';

type EventScene = DryScene & { readonly note: (unknown: Unknown) => void };
type Batches = AsyncGenerator<readonly DryStart[]>;

/** Who would have entered a journey since a moment, in batches, those who came first before the others. */
export function dryStarts(database: Reading, scene: EventScene): Batches {
  const { when } = scene.definition;
  if (isDaily(when)) return daily(database, scene, when);
  if (isInstant(scene.definition)) scene.note('instant');
  if (when.event === 'purchase') return purchases(database, scene);
  return when.event === 'registered' ? registrations(database, scene) : events(database, scene, when.event);
}

/** What a trigger by event asks for, and how long after it the first step is due. */
function asks({ definition: { when } }: DryScene): (start: DryStart) => DryStart[] {
  const { where = {}, after = '0m' } = 'event' in when ? when : {};
  return (start) => (dataFits(where, start.data) ? [{ ...start, at: start.at + spanMs(after) }] : []);
}

async function* events(database: Reading, scene: EventScene, type: string): Batches {
  const fitting = asks(scene);
  for (let [at, id] = [scene.from, '']; ; ) {
    const rows = await readRows(
      database,
      `select e.id, e.at, e.recorded_at, e.data, coalesce(c.merged_into, c.id) as customer_id from events e
       join customers c on c.id = e.customer_id
       where e.type = ? and (e.recorded_at, e.id) > (?, ?) and e.at >= ? order by e.recorded_at, e.id limit ?`,
      ...[type, at, id, scene.from, foundAtOnce],
    );
    yield rows.flatMap((row) =>
      fitting({
        customerId: String(row.customer_id) as CustomerId,
        at: Number(row.at),
        data: JSON.parse(String(row.data)),
      }),
    );
    const last = rows.at(-1);
    if (!last || rows.length < foundAtOnce) return;
    [at, id] = [Number(last.recorded_at), String(last.id)];
  }
}

async function* registrations(database: Reading, scene: EventScene): Batches {
  const fitting = asks(scene);
  for (let after = ''; ; ) {
    const rows = await readRows(
      database,
      `select id, registered_at from customers
       where id > ? and registered_at >= ? and registered_at <= ? and merged_into is null and erased_at is null
       order by id limit ?`,
      ...[after, scene.from, scene.now, foundAtOnce],
    );
    yield rows.flatMap((row) =>
      fitting({ customerId: String(row.id) as CustomerId, at: Number(row.registered_at), data: {} }),
    );
    if (rows.length < foundAtOnce) return;
    after = String(rows.at(-1)?.id);
  }
}

async function* purchases(database: Reading, scene: EventScene): Batches {
  const fitting = asks(scene);
  const before: string = idsFrom('pur', scene.now + 1);
  for (let after: string = idsFrom('pur', scene.from); ; ) {
    const page = await purchasesBetween(database, { after, before, limit: foundAtOnce });
    const recent = page.purchases.filter(({ at }) => at >= scene.from);
    yield recent.flatMap((one) =>
      fitting({ customerId: one.customerId, at: one.at, data: purchaseData(one) }),
    );
    if (page.last === undefined) return;
    after = page.last;
  }
}

/** Day after day, as each night would have found them. What is kept of no day is looked at as it is today. */
async function* daily(database: Reading, scene: EventScene, when: DailyTrigger): Batches {
  const { definition, rules, from, now, note } = scene;
  const { program } = rules;
  const today = localDay(now, program.zone);
  const first = 'near' in when ? today : localDay(from, program.zone);
  const looked = inTime(when);
  if ('near' in when) note('balances');
  if ('every' in when) note('today');
  for (let day = first; day <= today; day = dayBefore(day, -1)) {
    const look = { journey: definition.key, since: 0, when: looked, who: definition.who, day, program, now };
    for (let after: string | undefined = ''; after !== undefined; ) {
      const page: Awaited<ReturnType<typeof findEntering>> = await foundThen(
        database,
        { ...look, after },
        scene,
      );
      yield page.found.flatMap(({ customerId, zone, data, day: about }) => {
        const at = 'near' in when ? now : momentOn(day, when.at, zone ?? program.zone);
        const start = { customerId, at, data, ...(about === undefined ? {} : { day: about }) };
        return at >= from && at <= now ? [start] : [];
      });
      after = page.next;
    }
  }
}

/** Whoever is known today is taken to have been known in time. */
function inTime(when: DailyTrigger): DailyTrigger {
  if (!('date' in when)) return when;
  const { late_days: _, ...dated } = when;
  return dated;
}

function foundThen(database: Reading, look: DailyLook, scene: EventScene) {
  const { when } = look;
  if ('segment' in when) return movedThen(database, { ...look, when }, scene);
  if ('points_burn_in' in when) return burningThen(database, { ...look, when });
  return findEntering(database, look);
}

type MoveLook = DailyLook & { readonly when: Extract<DailyTrigger, { segment: string }> };
type BurnLook = DailyLook & { readonly when: Extract<DailyTrigger, { points_burn_in: number }> };

/** Moves are kept of saved segments and of the parts of RFM maps. */
async function movedThen(database: Reading, look: MoveLook, { note }: EventScene) {
  const kept = await historyOf(database, look);
  if (!kept) {
    note('no_history');
    return { found: [] };
  }
  const who = await whoMayEnter(database, look);
  const [from, into] = look.when.move === 'enter' ? ['m.was', 'm.became'] : ['m.became', 'm.was'];
  const rows = await readRows(
    database,
    `select m.customer_id, c.zone from segment_moves m cross join customers c on c.id = m.customer_id
     where m.map = ? and m.day = ? and ${into} = ? and ${from} is not ${into} and m.customer_id > ? and ${who.where}
     order by m.customer_id limit ${foundAtOnce}`,
    ...[kept.map, look.day, kept.state, look.after, ...who.args],
  );
  const last = rows.length < foundAtOnce ? undefined : rows.at(-1);
  const found = rows.map((row) => ({
    ...{ customerId: String(row.customer_id) as CustomerId, occasion: look.day, data: { day: look.day } },
    zone: row.zone == null ? null : String(row.zone),
  }));
  return { found, ...(last ? { next: String(last.customer_id) } : {}) };
}

async function historyOf(database: Reading, { when, program }: MoveLook) {
  const parsed = parseSegment(when.segment);
  if (!parsed.ok) return undefined;
  const { rule } = parsed;
  if (rule.kind === 'condition' && (rule.field === 'rfm' || rule.field === 'rf') && rule.operator === '=') {
    const [value] = rule.values ?? [];
    const profile = rule.part ?? program.rfm.profiles[0]?.name ?? '';
    return value?.type === 'word' ? { map: `${rule.field}:${profile}`, state: value.word } : undefined;
  }
  const row = await readRow(
    database,
    'select id from segments where rule = ? and removed_at is null',
    segmentText(rule),
  );
  return row && { map: String(row.id), state: 'in' };
}

/** What was left of points on a day: what is left now, and what went since. */
async function burningThen(database: Reading, look: BurnLook) {
  const { when, day, program } = look;
  const who = await whoMayEnter(database, look);
  const lastDay = startOfDay(dayBefore(day, -when.points_burn_in), program.zone);
  const then = momentOn(day, when.at, program.zone);
  const rows = await readRows(
    database,
    `with moved as materialized (
       select lot_id, sum(points) as points from lot_moves where transaction_id > ? group by lot_id)
     select customer_id, zone, points from (
       select c.id as customer_id, c.zone, sum(l.remaining - coalesce(m.points, 0)) as points
       from lots l left join moved m on m.lot_id = l.id cross join customers c on c.id = l.customer_id
       where l.expires_at > ? and l.expires_at <= ? and l.earned_at <= ? and c.id > ? and ${who.where} group by c.id)
     where points >= ? order by customer_id limit ${foundAtOnce}`,
    ...[idsFrom('txn', then), lastDay, endOfDayAfter(lastDay, 0, program.zone), then, look.after],
    ...[...who.args, when.at_least],
  );
  const last = rows.length < foundAtOnce ? undefined : rows.at(-1);
  const found = rows.map((row) => ({
    ...{ customerId: String(row.customer_id) as CustomerId, occasion: day },
    data: { points: Number(row.points), days: when.points_burn_in },
    zone: row.zone == null ? null : String(row.zone),
  }));
  return { found, ...(last ? { next: String(last.customer_id) } : {}) };
}
