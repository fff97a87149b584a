import {
  type Draw,
  drawOfJourney,
  isSameDraw,
  sharesAmong,
  sizesBy,
} from '../../core/insights/proof/drawn.ts';
import type { ArmSize } from '../../core/insights/proof/ratio.ts';
import type { JourneyDefinition } from '../../core/journeys/definition.ts';
import { defaultProgram } from '../../core/program/program.ts';
import { type Reading, type Row, readRows, type Statement } from '../database.ts';
import type { Entered, Span } from './proof_sql.ts';

/** A time over which everybody who entered a journey was drawn alike: from `since` to before `until`. */
interface Epoch {
  readonly since: number;
  readonly until: number;
  readonly draw: Draw;
}

/** Which runs of a journey are looked at: a condition over the columns of `journey_runs`. */
export interface RunScope {
  readonly key: string;
  readonly where: string;
  readonly args: NonNullable<Statement['args']>;
}

/** The entries of a journey that are compared, and how many of them were drawn into which arm of which stratum. */
export interface DrawnRuns {
  readonly entered: Entered;
  /** Rows of `stratum`, `arm` and `people`. */
  readonly sizes: Statement;
  /** Rows of `arm` and `people`: whoever was ever in it, each once. */
  readonly heads: Statement;
  sharesOf(stratum: string): ReadonlyMap<string, number>;
}

/**
 * The entries by which the people of a journey count. While it was always drawn alike, that is the first of each. Where the
 * part kept apart, or the variants, were changed, whoever is kept apart before may be let in after it: so an entry counts
 * as over only where no change fell into the days that count after it, in no arm; everybody counts by the first such entry,
 * or by the first of all; and those who had entered under another draw before are compared among themselves, arm by arm of
 * then. So nobody is compared with people of another time or another past, and nobody counts twice.
 */
export async function drawnRuns(
  database: Reading,
  scope: RunScope,
  definitions: ReadonlyMap<number, JourneyDefinition>,
  span: Span,
): Promise<DrawnRuns> {
  const epochs = await epochsOf(database, scope.key, definitions);
  const statements = epochs.length > 1 ? overEpochs(epochs, scope, span) : atOnce(scope);
  return { ...statements, sharesOf: (stratum) => sharesIn(stratum, epochs) };
}

function atOnce({ where, args }: RunScope): Omit<DrawnRuns, 'sharesOf'> {
  const first = `select customer_id, arm, min(started_at) as at from journey_runs where ${where} group by customer_id`;
  return {
    entered: {
      sql: `with entered (account, arm, at, stratum, is_cut) as materialized (select customer_id, arm, at, '0' , 0 from (${first}))`,
      args,
    },
    sizes: { sql: `select '0' as stratum, arm, count(*) as people from (${first}) group by 2`, args },
    heads: { sql: `select arm, count(*) as people from (${first}) group by 1`, args },
  };
}

/** A stratum is an epoch and, after a slash, what had become of its people in other epochs: `1/0:control`. */
function overEpochs(
  epochs: readonly Epoch[],
  { key, where, args }: RunScope,
  { lengthMs }: Span,
): Omit<DrawnRuns, 'sharesOf'> {
  const sql = `with epochs as (select value ->> 0 as number, value ->> 1 as since, value ->> 2 as until from json_each(?)),
    firsts as materialized (
      select r.customer_id as account, e.number as epoch, e.until as until, r.arm as arm, min(r.started_at) as at
      from epochs e cross join journey_runs r indexed by journey_runs_journey
        on r.started_at >= e.since and r.started_at < e.until
      where ${where} group by r.customer_id, e.number),
    placed as materialized (
      select f.account, f.arm, f.at, f.at + ${lengthMs} > f.until as is_cut, f.epoch || coalesce('/' || (
        select group_concat(b.was, ',') from (
          select distinct g.number || ':' || p.arm as was
          from journey_runs p indexed by journey_runs_occasion
            join epochs g on p.started_at >= g.since and p.started_at < g.until
          where p.customer_id = f.account and p.journey = ? and p.started_at < f.at and p.arm <> 'holdout'
            and g.number <> f.epoch order by 1) b), '') as stratum from firsts f),
    ranked as materialized (
      select *, row_number() over (partition by account order by is_cut, at) as place from placed)`;
  const all = [JSON.stringify(epochs.map(({ since, until }, at) => [at, since, until])), ...args, key];
  const entered = `${sql}, entered (account, arm, at, stratum, is_cut) as materialized (
      select account, arm, at, stratum, is_cut from ranked where place = 1)`;
  return {
    entered: { sql: entered, args: all },
    // Who came for the first time was drawn, whichever entry counts.
    sizes: {
      sql: `${sql} select stratum, arm, count(*) as people from ranked
        where place = 1 or instr(stratum, '/') = 0 group by 1, 2`,
      args: all,
    },
    heads: { sql: `${sql} select arm, count(distinct account) as people from firsts group by 1`, args: all },
  };
}

function sharesIn(stratum: string, epochs: readonly Epoch[]): ReadonlyMap<string, number> {
  const [number = '', past = ''] = stratum.split('/');
  const draw = epochs[Number(number)]?.draw ?? [];
  const before = past.split(',').flatMap((one) => {
    const [epoch = '', arm = ''] = one.split(':');
    return one === '' ? [] : [{ draw: epochs[Number(epoch)]?.draw ?? [], arm }];
  });
  return sharesAmong(draw, before);
}

/** The sizes of each stratum, held to its shares; one that nobody can have been drawn into is left out. */
export function sizesIn(
  rows: readonly Row[],
  { sharesOf }: DrawnRuns,
): ReadonlyMap<string, readonly ArmSize[]> {
  const strata = new Map<string, Map<string, number>>();
  for (const { stratum, arm, people } of rows) {
    const name = String(stratum);
    strata.set(name, (strata.get(name) ?? new Map()).set(String(arm), Number(people)));
  }
  return new Map(
    [...strata].flatMap(([name, people]) => {
      const shares = sharesOf(name);
      return shares.size === 0 ? [] : [[name, sizesBy(people, shares)] as const];
    }),
  );
}

/** From when to when each version was drawn how, as far as versions and the program can tell. */
interface Regime {
  readonly version: number;
  readonly since: number;
  readonly until: number;
  /** Its place among the draws. */
  readonly draw: number;
}

/** The times in which a journey was drawn alike, the oldest first: what is looked for only where it may have changed. */
async function epochsOf(
  database: Reading,
  key: string,
  definitions: ReadonlyMap<number, JourneyDefinition>,
): Promise<readonly Epoch[]> {
  const controls = await controlsOf(database);
  const draws: Draw[] = [];
  const regimes = [...definitions].flatMap(([version, definition]) =>
    controls.map(({ from, percent }, at): Regime => {
      const draw = drawOfJourney(definition, percent);
      const known = draws.findIndex((one) => isSameDraw(one, draw));
      const place = known < 0 ? draws.push(draw) - 1 : known;
      return { version, since: from, until: controls[at + 1]?.from ?? Number.MAX_SAFE_INTEGER, draw: place };
    }),
  );
  const [only = []] = draws;
  const changes = draws.length > 1 ? await changesOf(database, key, regimes) : [];
  if (changes.length === 0) return [{ since: 0, until: Number.MAX_SAFE_INTEGER, draw: only }];
  return changes.map(({ at, draw }, index) => ({
    since: index === 0 ? 0 : at,
    until: changes[index + 1]?.at ?? Number.MAX_SAFE_INTEGER,
    draw: draws[draw] ?? [],
  }));
}

/** Who entered first under another draw than the one before, and when. */
async function changesOf(
  database: Reading,
  key: string,
  regimes: readonly Regime[],
): Promise<readonly { readonly at: number; readonly draw: number }[]> {
  const rows = await readRows(
    database,
    `with regimes as (select value ->> 0 as version, value ->> 1 as since, value ->> 2 as until, value ->> 3 as draw
       from json_each(?))
     select at, draw from (
       select r.started_at as at, g.draw, lag(g.draw) over (order by r.started_at, r.id) as was
       from journey_runs r indexed by journey_runs_journey
         join regimes g on g.version = r.version and r.started_at >= g.since and r.started_at < g.until
       where r.journey = ?)
     where draw is not was order by at`,
    JSON.stringify(regimes.map(({ version, since, until, draw }) => [version, since, until, draw])),
    key,
  );
  return rows.map(({ at, draw }) => ({ at: Number(at), draw: Number(draw) }));
}

/** From when on which part of an audience was kept apart, where a journey does not say so itself: the oldest first. */
async function controlsOf(
  database: Reading,
): Promise<readonly { readonly from: number; readonly percent: number }[]> {
  const usual = defaultProgram.proof.control_percent;
  const rows = await readRows(
    database,
    `select applied_at, coalesce(definition ->> '$.proof.control_percent', ?) as percent from programs order by version`,
    usual,
  );
  const applied = rows.map((row) => ({ from: Number(row.applied_at), percent: Number(row.percent) }));
  return [{ from: 0, percent: usual }, ...applied].filter(
    ({ percent }, at, all) => at === 0 || percent !== all[at - 1]?.percent,
  );
}
