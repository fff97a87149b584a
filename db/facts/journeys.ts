import type { CouponId, CustomerId, EventId, RunId } from '../../core/ids.ts';
import type { JourneyDefinition } from '../../core/journeys/definition.ts';
import type { StoredEvent } from '../../core/journeys/events.ts';
import {
  type Entered,
  type EnteredNeed,
  enteredKey,
  type Journey,
  type JourneyFacts,
  type JourneyRun,
  type SharedOccasionNeed,
  sharedOccasionKey,
  waitingKey,
} from '../../core/journeys/types.ts';
import type { Mute } from '../../core/messaging/mutes.ts';
import { type Row, statement } from '../database.ts';
import { eventFrom } from '../insights/events.ts';
import { reader } from '../rows.ts';
import * as schema from '../schema.ts';
import { accountsOf } from './notices.ts';
import { asAsked, eachRow, type FactSource, type Needs, type Query } from './source.ts';

type Read = Pick<
  JourneyFacts,
  | 'journey'
  | 'allJourneys'
  | 'run'
  | 'entered'
  | 'sharedOccasion'
  | 'runsWaiting'
  | 'event'
  | 'mutes'
  | 'npsOf'
  | 'couponCalled'
>;

type Found = ReturnType<typeof nothingYet>;

function nothingYet() {
  return {
    journeys: new Map<string, Journey>(),
    runs: new Map<string, JourneyRun>(),
    definitions: new Map<string, JourneyDefinition>(),
    entered: new Map<string, Entered>(),
    occasions: new Map<string, number>(),
    waiting: new Map<string, JourneyRun[]>(),
    events: new Map<string, StoredEvent>(),
    mutes: new Map<string, Mute[]>(),
    scores: new Map<string, number>(),
    coupons: new Map<string, CouponId>(),
  };
}

/** Reads journeys, who is under way on them, what happened to customers and what they do not want to hear of. */
export function journeySource(): FactSource<Read> {
  const found = nothingYet();
  return {
    queries: (needs, now) => [
      ...journeyQueries(needs, found),
      ...runQueries(needs, found),
      ...peopleQueries(needs, now, found),
    ],
    facts: {
      journey: (key) => found.journeys.get(key),
      allJourneys: () => [...found.journeys.values()],
      run: (id) => underWay(found, id),
      entered: (need) => found.entered.get(enteredKey(need)) ?? never,
      sharedOccasion: (need) => found.occasions.get(sharedOccasionKey(need)) ?? null,
      runsWaiting: (customerId, event) => found.waiting.get(waitingKey(customerId, event)) ?? [],
      event: (id) => found.events.get(id),
      mutes: (id) => found.mutes.get(id) ?? [],
      npsOf: (id) => found.scores.get(id),
      couponCalled: (name) => found.coupons.get(name),
    },
    keys: {
      runs: asAsked,
      events: asAsked,
      journeysToChange: (journeys) => journeys.map((key) => `journey:${key}`),
      entered: (asked) => asked.map(({ customerId }) => customerId),
      sharedOccasions: (asked) => asked.map(({ customerId }) => customerId),
      runsWaiting: (asked) => asked.map(({ customerId }) => customerId),
    },
  };
}

const never: Entered = { lastStartedAt: null, runsOfOccasion: [], runs: [] };

function underWay({ runs, definitions }: Found, id: RunId) {
  const run = runs.get(id);
  const definition = run && definitions.get(versionKey(run.journey, run.version));
  return run && definition && { run, definition };
}

/** What two rounds of reading found: the newer where both have it. */
export function joinJourneyFacts(first: Read, second: Read): Read {
  const filled = <Some>(all: readonly Some[], before: readonly Some[]) => (all.length > 0 ? all : before);
  return {
    journey: (key) => second.journey(key) ?? first.journey(key),
    allJourneys: () => filled(second.allJourneys(), first.allJourneys()),
    run: (id) => second.run(id) ?? first.run(id),
    entered(need) {
      const newer = second.entered(need);
      return newer === never ? first.entered(need) : newer;
    },
    sharedOccasion: (need) => second.sharedOccasion(need) ?? first.sharedOccasion(need),
    runsWaiting: (id, event) => filled(second.runsWaiting(id, event), first.runsWaiting(id, event)),
    event: (id) => second.event(id) ?? first.event(id),
    mutes: (id) => filled(second.mutes(id), first.mutes(id)),
    npsOf: (id) => second.npsOf(id) ?? first.npsOf(id),
    couponCalled: (name) => second.couponCalled(name) ?? first.couponCalled(name),
  };
}

/** The query over what is asked for, if anything is. */
function over<Asked>(asked: readonly Asked[], sql: string, take: (row: Row) => void): Query[] {
  return asked.length > 0 ? [eachRow(statement(sql, JSON.stringify(asked)), take)] : [];
}

/** Journeys `j` with the version they are at. */
export const journeysInForceSql = `select j.*, v.definition, v.created_by as written_by from journeys j
  join journey_versions v on v.journey = j.key and v.version = j.version`;

function journeyQueries(needs: Needs, found: Found): Query[] {
  const take = (row: Row) => found.journeys.set(String(row.key), journeyFrom(row));
  if (needs.allJourneys) return [eachRow(statement(journeysInForceSql), take)];
  const keys = [...(needs.journeys ?? []), ...(needs.journeysToChange ?? [])];
  return over(
    [...new Set(keys)],
    `${journeysInForceSql} where j.key in (select value from json_each(?))`,
    take,
  );
}

function runQueries(needs: Needs, found: Found): Query[] {
  const ids: readonly RunId[] = [...new Set(needs.runs ?? [])];
  const waits = needs.runsWaiting ?? [];
  return [
    ...over(ids, 'select r.* from json_each(?) i join journey_runs r on r.id = i.value', (row) =>
      found.runs.set(String(row.id), runFrom(row)),
    ),
    ...over(
      ids,
      `select v.journey, v.version, v.definition from journey_versions v where (v.journey, v.version) in
         (select r.journey, r.version from json_each(?) i join journey_runs r on r.id = i.value)`,
      (row) =>
        found.definitions.set(versionKey(row.journey, row.version), JSON.parse(String(row.definition))),
    ),
    ...over(
      waits.map(({ customerId, event }) => [customerId, event]),
      `select i.value ->> 0 as asked_for, r.* from json_each(?) i
       join journey_runs r indexed by journey_runs_waiting on r.waits_for = i.value ->> 1 and r.customer_id in
         (select i.value ->> 0 union all select id from customers where merged_into = i.value ->> 0)
       order by r.id`,
      (row) => {
        const key = waitingKey(row.asked_for as CustomerId, String(row.waits_for));
        found.waiting.set(key, [...(found.waiting.get(key) ?? []), runFrom(row)]);
      },
    ),
  ];
}

function peopleQueries(needs: Needs, now: number, found: Found): Query[] {
  const entered = needs.entered ?? [];
  const shared = needs.sharedOccasions ?? [];
  const events: readonly EventId[] = needs.events ?? [];
  const muted: readonly CustomerId[] = needs.mutes ?? [];
  const scored: readonly CustomerId[] = needs.npsOf ?? [];
  const called = needs.couponsCalled ?? [];
  const person = '(select i.value union all select id from customers where merged_into = i.value)';
  return [
    ...(entered.length > 0 ? [enteredQuery(entered, found)] : []),
    ...(shared.length > 0 ? [occasionQuery(shared, now, found)] : []),
    ...over(events, 'select e.* from json_each(?) i join events e on e.id = i.value', (row) =>
      found.events.set(String(row.id), eventFrom(row)),
    ),
    ...over(
      [...new Set(muted)],
      `select i.value as asked_for, m.* from json_each(?) i join mutes m on m.customer_id in ${person}`,
      (row) => {
        const key = String(row.asked_for);
        found.mutes.set(key, [...(found.mutes.get(key) ?? []), muteOf(row) as Mute]);
      },
    ),
    ...over(
      [...new Set(scored)],
      `select i.value as id, (select s.score from surveys s where s.customer_id in ${person} and s.score is not null
         order by s.answered_at desc limit 1) as score from json_each(?) i`,
      (row) => row.score !== null && found.scores.set(String(row.id), Number(row.score)),
    ),
    ...over(
      [...new Set(called)],
      'select i.value as called, c.id from json_each(?) i join coupons c on i.value in (c.id, c.name)',
      (row) => found.coupons.set(String(row.called), String(row.id) as CouponId),
    ),
  ];
}

function enteredQuery(needs: readonly EnteredNeed[], found: Found): Query {
  const person =
    '(select i.value ->> 1 union all select id from customers where merged_into = i.value ->> 1)';
  return eachRow(
    statement(
      `select i.value ->> 0 as journey, i.value ->> 1 as customer_id, i.value ->> 2 as occasion,
         max(r.started_at) as last_started_at,
         json_group_array(r.id) filter (where r.occasion = i.value ->> 2) as of_occasion,
         json_group_array(json_array(r.id, r.started_at)) as runs
       from json_each(?) i join journey_runs r indexed by journey_runs_occasion
         on r.journey = i.value ->> 0 and r.customer_id in ${person}
       group by i.key`,
      JSON.stringify(needs.map(({ journey, customerId, occasion }) => [journey, customerId, occasion])),
    ),
    (row) => {
      const need = {
        journey: String(row.journey),
        customerId: String(row.customer_id) as CustomerId,
        occasion: String(row.occasion),
      };
      found.entered.set(enteredKey(need), {
        lastStartedAt: Number(row.last_started_at),
        runsOfOccasion: (JSON.parse(String(row.of_occasion)) as RunId[]).sort(),
        runs: (JSON.parse(String(row.runs)) as [RunId, number][])
          .map(([id, startedAt]) => ({ id, startedAt }))
          .sort((a, b) => (a.id < b.id ? -1 : 1)),
      });
    },
  );
}

/**
 * Runs `r` of a customer `i.value ->> 0` on journeys that tell of the occasion `i.value ->> 1`, but for the journey
 * `i.value ->> 2`: by the version each was entered on.
 */
export const sharedOccasionSql = `journey_runs r indexed by journey_runs_occasion
  join journey_versions v on v.journey = r.journey and v.version = r.version
  where r.customer_id in (select i.value ->> 0 union all select id from customers where merged_into = i.value ->> 0)
    and r.journey <> i.value ->> 2 and v.definition ->> '$.occasion' = i.value ->> 1`;

/** Campaigns `k` of the occasions `value ->> 1` of `?1`, looked for once however many customers are asked about. */
export const campaignsOfOccasions = `k as materialized (
  select id, state, finished_at, plan ->> 'occasion' as occasion from campaigns
  where plan ->> 'occasion' in (select value ->> 1 from json_each(?1)))`;

/**
 * Members `m` whom such a campaign told by `until`, or would have told had they not been kept apart: of a customer
 * `i.value ->> 0` and the occasion `i.value ->> 1`, but for the campaign `i.value ->> 2`.
 */
export function toldOfOccasionSql(until: string): string {
  return `k cross join campaign_members m on m.campaign_id = k.id
    where m.customer_id in (${accountsOf('i.value ->> 0')}) and k.occasion = i.value ->> 1 and k.id <> i.value ->> 2
      and ${hasTold} and m.due_at <= ${until}`;
}

/** Whether a campaign `k` told its member `m` or, compared with those told, kept them apart. */
export const hasTold = `(m.state = 'told' or m.state = 'control'
  and (k.state <> 'stopped' or m.due_at <= coalesce(k.finished_at, 0)))`;

function occasionQuery(needs: readonly SharedOccasionNeed[], now: number, found: Found): Query {
  return eachRow(
    statement(
      `with ${campaignsOfOccasions}
       select i.key as place, (select max(r.started_at) from ${sharedOccasionSql}) as entered_at,
         (select max(m.due_at) from ${toldOfOccasionSql('?2')}) as told_at from json_each(?1) i`,
      JSON.stringify(needs.map(({ customerId, occasion, but }) => [customerId, occasion, but])),
      now,
    ),
    ({ place, entered_at, told_at }) => {
      const need = needs[Number(place)];
      const at = Math.max(Number(entered_at ?? 0), Number(told_at ?? 0));
      if (need && at > 0) found.occasions.set(sharedOccasionKey(need), at);
    },
  );
}

function versionKey(journey: Row[string] | undefined, version: Row[string] | undefined): string {
  return `${journey} ${version}`;
}

const runOf = reader(schema.journeyRuns);
const muteOf = reader(schema.mutes);

/** A row of `journeysInForceSql`, in the words of core. */
export function journeyFrom(row: Row): Journey {
  return {
    key: String(row.key),
    isOn: row.is_on === 1,
    version: Number(row.version),
    since: row.since === null ? null : Number(row.since),
    definition: JSON.parse(String(row.definition)) as JourneyDefinition,
    writtenBy: String(row.written_by),
    changedBy: String(row.changed_by),
    changedAt: Number(row.changed_at),
    revision: Number(row.revision),
  };
}

/** A run as stored, in the words of core. */
export function runFrom(row: Row): JourneyRun {
  const { data, ...run } = runOf(row);
  return { ...(run as Omit<JourneyRun, 'data'>), data: JSON.parse(data) as JourneyRun['data'] };
}
