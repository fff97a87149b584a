import { drawBy, sharesAmong, sizesBy } from '../../core/insights/proof/drawn.ts';
import { effectOf } from '../../core/insights/proof/judge.ts';
import type { EffectAsked, EffectQuestion } from '../../core/insights/proof/question.ts';
import {
  type Counted,
  type CountedArm,
  controlArm,
  type Effect,
  type EffectSubject,
} from '../../core/insights/proof/types.ts';
import { effectTakeaway } from '../../core/insights/proof/words.ts';
import { dayNumber, dayText } from '../../core/insights/reports/steps.ts';
import type { EffectReport, Period } from '../../core/insights/reports/types.ts';
import { drawOf, holdoutSalt } from '../../core/journeys/campaigns/arms.ts';
import type { JourneyDefinition } from '../../core/journeys/definition.ts';
import { isInstant } from '../../core/journeys/in_force.ts';
import { defaultProgram } from '../../core/program/program.ts';
import { sharePrime } from '../../core/segments/share.ts';
import type { Campaign } from '../../core/staff/campaigns.ts';
import { DAY_MS, localDay, startOfDay } from '../../core/time.ts';
import { type Reading, type Row, readRow, readRows, type Statement, statement } from '../database.ts';
import { campaignFrom } from '../facts/campaigns.ts';
import { shareSql } from '../segments/people.ts';
import { drawnRuns, type RunScope, sizesIn } from './proof_draws.ts';
import {
  armsOf,
  boughtStatement,
  type Counts,
  type Entered,
  type Span,
  sizesStatement,
  spanOf,
  strataOf,
  toldStatement,
} from './proof_sql.ts';

/** What was counted, what it is about, and the days it was counted over. */
interface Found {
  readonly subject: EffectSubject;
  readonly counted: Counted;
  readonly period: Period;
  /** So many days after somebody entered purchases count. */
  readonly withinDays: number;
}

/** What something changed, as a report; undefined where there is no such campaign or journey. */
export async function effectReport(
  database: Reading,
  question: EffectQuestion,
): Promise<EffectReport | undefined> {
  const { program, now } = question;
  const found = await find(database, question);
  if (!found) return undefined;
  const { subject, counted, period, withinDays } = found;
  const { proof } = program;
  const terms = { ...program, proof: { ...proof, within_days: withinDays } };
  const effect = withoutArms(subject) ?? effectOf(counted, terms, now);
  return {
    ...{ name: 'effect', subject, ...period, withinDays, marginPercent: proof.margin_percent, ...effect },
    takeaway: effectTakeaway(effect, { withinDays, isOnce: counted.isOnce }),
  };
}

/** What is told at once has no control group, and is not taken for something that nobody entered. */
function withoutArms(subject: EffectSubject): Effect | undefined {
  if (subject.kind !== 'journey' || !subject.isInstant) return undefined;
  const verdict = { kind: 'none', because: 'at_once' } as const;
  const nothing = { arms: [], comparisons: [], strata: 0, preliminaryUntil: null };
  return { ...nothing, ratio: { p: 1, isOff: false, sizes: [] }, verdict };
}

function find(database: Reading, { asked, ...question }: EffectQuestion): Promise<Found | undefined> {
  switch (asked.kind) {
    case 'campaign':
      return ofCampaign(database, asked, question);
    case 'journey':
      return ofJourney(database, asked, question);
    case 'holdout':
      return ofHoldout(database, asked, question);
  }
}

type Asked<Kind extends EffectAsked['kind']> = Extract<EffectAsked, { kind: Kind }>;
type Circumstances = Omit<EffectQuestion, 'asked'>;

/** Counts one after the other: no read of a long look is longer than it must be. */
async function count(
  database: Reading,
  {
    entered,
    told,
    gifts,
  }: { readonly entered: Entered; readonly told: Statement; readonly gifts: Statement },
  span: Span,
): Promise<Counts> {
  const rows = ({ sql, args }: Statement) => readRows(database, sql, ...args);
  return {
    sizes: await rows(sizesStatement(entered, span)),
    bought: await rows(boughtStatement(entered, span)),
    told: await rows(told),
    gifts: await rows(gifts),
  };
}

async function ofCampaign(
  database: Reading,
  { id }: Asked<'campaign'>,
  { program: { zone, proof }, now }: Circumstances,
): Promise<Found | undefined> {
  const [row] = await readRows(database, 'select * from campaigns where id = ?', id);
  if (!row) return undefined;
  const campaign = campaignFrom(row);
  const span = { lengthMs: proof.within_days * DAY_MS, now };
  const { gift } = campaign.content;
  const counts = await count(
    database,
    {
      entered: membersOf(campaign),
      told: toldStatement({
        ...{ arm: "coalesce(n.arm, 'a')", from: 'notices n', where: 'n.campaign = ?' },
        ...{ order: 'n.created_at, n.id', args: [id] },
      }),
      gifts: statement(
        `select arm, count(*) * ?1 as points from campaign_members where ?1 > 0 and campaign_id = ?2 and state = 'told' group by arm
         union all select coalesce(arm, 'a'), -sum(gift ->> '$.takenBack') from notices indexed by notices_campaign
           where campaign = ?2 and gift is not null group by 1`,
        gift && 'points' in gift ? gift.points : 0,
        id,
      ),
    },
    span,
  );
  const arms = armsOf(counts);
  const at = spanOf(counts);
  const { controlPercent, variants } = drawOf(campaign);
  const lastAt = at?.lastAt ?? campaign.createdAt;
  return {
    subject: { kind: 'campaign', id, name: campaign.name },
    period: {
      from: localDay(at?.firstAt ?? campaign.createdAt, zone),
      to: localDay(Math.min(lastAt, Math.max(now, at?.firstAt ?? lastAt)), zone),
    },
    withinDays: proof.within_days,
    counted: {
      arms,
      strata: strataOf(counts, oneStratum(arms, controlPercent / 100, variants)),
      ...{ firstAt: at?.firstAt ?? null, finalAt: lastAt + span.lengthMs, isOnce: true },
    },
  };
}

/** Of what is drawn once. */
function oneStratum(arms: readonly CountedArm[], control: number, variants: readonly string[]) {
  const people = new Map(arms.map(({ arm, all }) => [arm, all.people]));
  return new Map([['0', sizesBy(people, sharesAmong(drawBy(control, variants), []))]]);
}

/**
 * Whom a campaign was to tell and when, and who was kept apart and when they would have been told. Of one that was
 * stopped those whose moment had not come are in neither.
 */
function membersOf({ id, state, finishedAt }: Campaign): Entered {
  const until = state === 'stopped' ? (finishedAt ?? 0) : Number.MAX_SAFE_INTEGER;
  return {
    sql: `with entered (account, arm, at, stratum, is_cut) as not materialized (
      select customer_id, arm, due_at, '0', 0 from campaign_members
      where campaign_id = ? and due_at is not null and due_at <= ? and arm not in ('holdout', ''))`,
    args: [id, until],
  };
}

async function ofJourney(
  database: Reading,
  asked: Asked<'journey'>,
  { program, now }: Circumstances,
): Promise<Found | undefined> {
  const { key, shipped, version } = asked;
  const definitions = await versionsOf(database, key, shipped);
  const newest = definitions.get(Math.max(...definitions.keys()));
  if (!newest || (version !== undefined && !definitions.has(version))) return undefined;
  const { zone, proof } = program;
  const between = boundsOf(asked, zone);
  const span = { lengthMs: proof.within_days * DAY_MS, now };
  const scope = scopeOf(key, between, version);
  const drawn = await drawnRuns(database, scope, definitions, span);
  const found = await count(database, { entered: drawn.entered, ...toldBy(scope) }, span);
  const rows = ({ sql, args }: Statement) => readRows(database, sql, ...(args ?? []));
  const counts = { ...found, heads: await rows(drawn.heads) };
  const sizes = sizesIn(await rows(drawn.sizes), drawn);
  const at = spanOf(counts);
  const isOver = between.end <= now;
  return {
    subject: {
      ...{ kind: 'journey', key, names: newest.name, version: version ?? null },
      isInstant: isInstant(newest),
    },
    period: {
      from: asked.from ?? localDay(at?.firstAt ?? now, zone),
      to: isOver && asked.to !== undefined ? asked.to : localDay(now, zone),
    },
    withinDays: proof.within_days,
    counted: {
      arms: armsOf(counts),
      strata: strataOf(counts, sizes),
      ...{
        firstAt: at?.firstAt ?? null,
        finalAt: isOver ? between.end + span.lengthMs : null,
        isOnce: false,
      },
    },
  };
}

/** The first moment of the first day, and the first after the last: without days, all that ever was. */
function boundsOf({ from, to }: Partial<Period>, zone: string) {
  return {
    start: from === undefined ? 0 : startOfDay(from, zone),
    end: to === undefined ? Number.MAX_SAFE_INTEGER : startOfDay(dayText(dayNumber(to) + 1), zone),
  };
}

/** All versions of a journey; 0 is the one that comes with Svoi. */
async function versionsOf(
  database: Reading,
  key: string,
  shipped: JourneyDefinition | undefined,
): Promise<ReadonlyMap<number, JourneyDefinition>> {
  const rows = await readRows(
    database,
    'select version, definition from journey_versions where journey = ?',
    key,
  );
  const kept = rows.map(
    ({ version, definition }) => [Number(version), JSON.parse(String(definition))] as const,
  );
  return new Map<number, JourneyDefinition>([...(shipped ? [[0, shipped] as const] : []), ...kept]);
}

/** The runs of a journey that began in a period, of one version or of all. */
function scopeOf(
  key: string,
  { start, end }: { readonly start: number; readonly end: number },
  version: number | undefined,
): RunScope {
  const where = `journey = ? and started_at >= ? and started_at < ? and arm <> 'holdout'`;
  return version === undefined
    ? { key, where, args: [key, start, end] }
    : { key, where: `${where} and version = ?`, args: [key, start, end, version] };
}

/** The statements about what was told and given on runs. */
function toldBy({ where, args }: RunScope) {
  const runs = `(select id, arm, data from journey_runs where ${where}) r, json_each(r.data, '$.notices') told
        join notices n on n.id = told.value`;
  return {
    told: toldStatement({ arm: 'r.arm', from: runs, where: 'true', order: 'n.id', args }),
    gifts: statement(
      `select arm, sum(data ->> '$.pointsGiven') as points from journey_runs where ${where} group by arm
       union all select r.arm, -sum(n.gift ->> '$.takenBack') from ${runs} where n.gift is not null group by 1`,
      ...args,
      ...args,
    ),
  } as const;
}

/** Offers of so many days are looked at where nobody says which. */
const usualHoldoutDays = 90;

/**
 * Everybody who had agreed to offers when the period began, by whether they get any: what they bought in it. A no since
 * then changes nothing: offers themselves bring some to say it.
 */
async function ofHoldout(
  database: Reading,
  { from, to }: Asked<'holdout'>,
  { program: { zone, proof }, now }: Circumstances,
): Promise<Found> {
  const today = localDay(now, zone);
  const yesterday = dayText(dayNumber(today) - 1);
  const last = to === undefined ? yesterday : to > today ? today : to;
  const changed = await holdoutSince(database, zone);
  const wanted = from ?? dayText(dayNumber(last) - usualHoldoutDays + 1);
  const first = [changed > wanted ? changed : wanted, last].sort()[0] ?? last;
  const [start, end] = [startOfDay(first, zone), startOfDay(dayText(dayNumber(last) + 1), zone)];
  const part = proof.holdout_percent / 100;
  const kept = `${shareSql(holdoutSalt)} < ${Math.ceil(part * sharePrime)}`;
  const told = `n.campaign is not null and n.category = 'marketing' and n.created_at >= ? and n.created_at < ?`;
  const counts = await count(
    database,
    {
      entered: agreedBy(kept, start),
      told: toldStatement({
        ...{ arm: `'a'`, from: 'notices n indexed by notices_campaign', where: told },
        ...{ order: 'n.campaign, n.created_at, n.id', args: [start, end] },
      }),
      gifts: statement(
        `select 'a' as arm, coalesce((select sum(data ->> '$.pointsGiven') from journey_runs
           where started_at >= ?1 and started_at < ?2), 0)
         + coalesce((select sum((c.message ->> '$.gift.points') * (select count(*) from notices n
             where n.campaign = c.id and n.created_at >= ?1 and n.created_at < ?2)) from campaigns c
           where c.message ->> '$.gift.points' is not null), 0)
         - coalesce((select sum(n.gift ->> '$.takenBack') from notices n indexed by notices_campaign
           where n.campaign is not null and n.created_at >= ?1 and n.created_at < ?2 and n.gift is not null), 0) as points`,
        start,
        end,
      ),
    },
    { lengthMs: end - start, now },
  );
  const arms = armsOf(counts);
  const people = arms.reduce((sum, { all }) => sum + all.people, 0);
  return {
    subject: { kind: 'holdout' },
    period: { from: first, to: last },
    withinDays: dayNumber(last) - dayNumber(first) + 1,
    counted: {
      arms,
      strata: strataOf(counts, oneStratum(arms, part, ['a'])),
      ...{ firstAt: people > 0 ? start : null, finalAt: end, isOnce: false },
    },
  };
}

/** Customers who had said yes to offers by `start`: the account a person has now. */
function agreedBy(kept: string, start: number): Entered {
  return {
    sql: `with entered (account, arm, at, stratum, is_cut) as not materialized (
      select c.id, iif(${kept}, '${controlArm}', 'a'), ?, '0', 0 from customers c
      where c.created_at < ? and c.merged_into is null and c.erased_at is null
        and (select y.granted from consents y where y.customer_id = c.id and y.category = 'marketing' and y.channel is null
          and y.at < ? order by y.id desc limit 1) = 1)`,
    args: [start, start, start],
  };
}

/** The day after the program last changed how many never get offers: before it, others were kept apart. */
async function holdoutSince(database: Reading, zone: string): Promise<string> {
  const rows = await readRows(
    database,
    `select applied_at, coalesce(definition ->> '$.proof.holdout_percent', ?) as percent from programs order by version`,
    defaultProgram.proof.holdout_percent,
  );
  let [percent, since] = [defaultProgram.proof.holdout_percent, ''];
  for (const row of rows) {
    if (Number(row.percent) === percent) continue;
    percent = Number(row.percent);
    since = dayText(dayNumber(localDay(Number(row.applied_at), zone)) + 1);
  }
  return since;
}

/** Something that wrote to people: `name` null for a journey, whose names the program knows. */
export interface WroteToPeople {
  readonly kind: 'campaign' | 'journey';
  readonly id: string;
  readonly name: string | null;
  /** When a campaign began; null for a journey. */
  readonly at: number | null;
  /** Whom it told or was to tell, the control group among them. */
  readonly people: number;
}

/** So many campaigns stand before the journeys: whoever has just written to people asks for that. */
const newestFirst = 3;

/** The newest campaigns, all journeys, and the older campaigns: `limit` of them from `from` on. */
export async function resultList(
  database: Reading,
  { from, limit }: { readonly from: number; readonly limit: number },
): Promise<readonly WroteToPeople[]> {
  const journeys = await readRows(
    database,
    `select journey as id, count(*) as people from journey_runs group by journey order by 2 desc`,
  );
  const count = await readRow(
    database,
    'select count(*) as campaigns from campaigns where frozen_at is not null',
  );
  const first = Math.min(newestFirst, Number(count?.campaigns));
  const newest = await campaignsThatWrote(database, Math.min(limit, Math.max(0, first - from)), from);
  const shown = journeys
    .slice(Math.max(0, from - first), Math.max(0, from + limit - first))
    .map((row) => ({ ...wrote(row), kind: 'journey', name: null, at: null }) as const);
  const left = limit - newest.length - shown.length;
  const older = await campaignsThatWrote(database, left, Math.max(first, from - journeys.length));
  return [...newest, ...shown, ...older];
}

async function campaignsThatWrote(
  database: Reading,
  limit: number,
  offset: number,
): Promise<WroteToPeople[]> {
  if (limit === 0) return [];
  const rows = await readRows(
    database,
    `select c.id, c.name, coalesce(c.starts_at, c.frozen_at) as at,
       (select count(*) from campaign_members m where m.campaign_id = c.id and m.due_at is not null) as people
     from campaigns c where c.frozen_at is not null order by c.id desc limit ? offset ?`,
    limit,
    offset,
  );
  return rows.map((row) => ({ ...wrote(row), kind: 'campaign', name: String(row.name), at: Number(row.at) }));
}

function wrote({ id, people }: Row) {
  return { id: String(id), people: Number(people) };
}
