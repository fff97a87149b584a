import type { ChannelName } from '../core/customers/types.ts';
import type { CampaignId, CustomerId, NoticeId } from '../core/ids.ts';
import { armBounds, type Draw, drawOf, holdoutBelow, holdoutSalt } from '../core/journeys/campaigns/arms.ts';
import { dueIn, usualHour } from '../core/journeys/campaigns/timing.ts';
import { topicSubject } from '../core/messaging/mutes.ts';
import type { MessagingRules } from '../core/messaging/rules.ts';
import { messagePriority } from '../core/messaging/types.ts';
import type { Program } from '../core/program/program.ts';
import { sharePrime } from '../core/segments/share.ts';
import type { Campaign } from '../core/staff/campaigns.ts';
import { DAY_MS } from '../core/time.ts';
import { type Database, type Reading, readRow, readRows, type Statement, statement } from './database.ts';
import { campaignFrom } from './facts/campaigns.ts';
import { hasTold } from './facts/journeys.ts';
import type { SegmentProgram } from './segments/context.ts';
import { shareSql } from './segments/people.ts';

/** Whether a message `n` has ended, and its gift been taken back if that was owed, and it holds something of a budget. */
const isEnded = 'n.reserved_micros is not null and n.settled_at is not null and n.due_at is null';

/** A condition over `customers c`, as a segment is compiled to. */
export interface Where {
  readonly where: string;
  readonly args: Statement['args'];
}

/**
 * Whether a campaign that is being sent has somebody to be told by `?1`, or nobody any more. One whose members all wait for
 * later is not even looked at.
 */
const isSomethingDue = `(reason is not null or coalesce((
  select min(m.due_at) from campaign_members m indexed by campaign_members_due
  where m.campaign_id = campaigns.id and m.state = 'waiting'), 0) <= ?1)`;

/**
 * Campaigns that something is to be done about now, `now`. What matters most comes first, because people get only so many
 * offers a week; of what matters as much, the oldest. Of those that are over only what their last messages did not need is
 * left to be settled up.
 */
export async function openCampaigns(database: Reading, now: number): Promise<Campaign[]> {
  const [rows = []] = await database.read([
    statement(
      `select * from campaigns where finished_at is null and (state in ('freezing', 'stopped')
         or (state = 'sending' and ${isSomethingDue}) or (state = 'planned' and starts_at <= ?1))
       or finished_at is not null and exists (
         select 1 from notices n indexed by notices_reserved where n.campaign = campaigns.id and ${isEnded})
       order by plan ->> 'weight' desc, created_at, id`,
      now,
    ),
  ]);
  return rows.map(campaignFrom);
}

/** A campaign by its id; undefined where there is none. */
export async function campaignById(database: Reading, id: string): Promise<Campaign | undefined> {
  const row = await readRow(database, 'select * from campaigns where id = ?', id);
  return row && campaignFrom(row);
}

/** Campaigns the newest first, `limit` of them: older than `before`. */
export async function campaignsBefore(
  database: Reading,
  { limit, before }: { readonly limit: number; readonly before?: string },
): Promise<Campaign[]> {
  const rows = await readRows(
    database,
    'select * from campaigns where (?1 is null or id < ?1) order by id desc limit ?2',
    before ?? null,
    limit,
  );
  return rows.map(campaignFrom);
}

/** Bits of `customers.chats` and `offers_refused`. */
const channelBits: Readonly<Record<ChannelName, number>> = {
  telegram: 1,
  viber: 2,
  whatsapp: 4,
  web: 8,
  sms: 16,
};

/** The channels offers go over, in the order the program lists them. */
export function offerChannels({ program, channels }: MessagingRules): ChannelName[] {
  return program.cascades.marketing.steps.flatMap(({ channel }) => (channels.has(channel) ? [channel] : []));
}

/**
 * The bits of the channels an offer could reach a customer `c` over: chats that are there and were not refused, and a
 * number for SMS.
 */
export function openChannelsSql(channels: readonly ChannelName[]): string {
  const chats = channels.filter((channel) => channel !== 'sms');
  const mask = chats.reduce((bits, channel) => bits | channelBits[channel], 0);
  const sms = channels.includes('sms')
    ? ` | (case when c.phone is null then 0 else ${channelBits.sms} end)`
    : '';
  return `(((c.chats & ${mask})${sms}) & ~c.offers_refused)`;
}

/** The channels a set of bits stands for, in the order given. */
export function channelsIn(bits: number, channels: readonly ChannelName[]): ChannelName[] {
  return channels.filter((channel) => (bits & channelBits[channel]) !== 0);
}

/** What decides who of a segment is told. */
export interface Admission {
  readonly campaign: Pick<Campaign, 'id' | 'plan' | 'content'>;
  readonly rules: MessagingRules;
  readonly program: Pick<Program, 'silence'> & SegmentProgram;
  readonly now: number;
  /** After how long the occasion of the campaign may be told of again; absent: it is told of once. */
  readonly occasionAgainMs?: number | undefined;
}

/** A piece of SQL with its values. */
export interface Piece {
  readonly sql: string;
  readonly args: Statement['args'];
}

/** Why a customer `c` is left out; empty: for no reason. */
export function leftOutSql(admission: Admission): Piece {
  const { campaign, rules, program, now } = admission;
  const { engagedOnly } = campaign.plan;
  const told = toldSql(admission);
  const since = now - program.silence.after_days * DAY_MS;
  const muted = `exists (select 1 from mutes u where u.customer_id = c.id and u.subject in (?, ?)
    and (u.until is null or u.until > ?))`;
  const silent = `when coalesce(c.heard_at, 0) < ? and not exists (select 1 from messages m indexed by messages_customer
    where m.customer_id = c.id and m.category = 'marketing' and m.read_at >= ?) then 'silent'`;
  return {
    sql: `case when c.offers is not 1 then 'consent' when ${openChannelsSql(offerChannels(rules))} = 0 then 'no_channel'
      when ${muted} then 'muted' ${engagedOnly ? silent : ''} ${told.sql === '' ? '' : `when ${told.sql} then 'occasion'`} else '' end`,
    args: [
      ...[topicSubject('offers'), campaign.id, now],
      ...(engagedOnly ? [since, since] : []),
      ...told.args,
    ],
  };
}

const accounts = '(select c.id union all select a.id from customers a where a.merged_into = c.id)';

/** Whether a customer `c` was told of the occasion of a campaign; empty: it has none. */
function toldSql({
  campaign: { id, plan },
  now,
  occasionAgainMs,
}: Admission): Piece & Pick<Required<Statement>, 'args'> {
  const { occasion } = plan;
  if (occasion === null) return { sql: '', args: [] };
  if (occasionAgainMs === undefined) {
    const sql = `exists (select 1 from notices n indexed by notices_occasion
      where n.customer_id in ${accounts} and n.occasion = ?)`;
    return { sql, args: [occasion] };
  }
  const since = now - occasionAgainMs;
  return {
    sql: `(exists (select 1 from journey_runs r indexed by journey_runs_occasion
        join journey_versions v on v.journey = r.journey and v.version = r.version
        where r.customer_id in ${accounts} and v.definition ->> '$.occasion' = ? and r.started_at > ?)
      or exists (select 1 from campaign_members m join campaigns k on k.id = m.campaign_id
        where m.campaign_id in (select id from campaigns where plan ->> 'occasion' = ? and id <> ?)
          and m.customer_id in ${accounts} and ${hasTold} and m.due_at > ? and m.due_at <= ?))`,
    args: [...[occasion, since], ...[occasion, id, since, now]],
  };
}

/** The columns a draw goes by, of a customer `c`: each weighs all characters of an id, and is worked out once. */
export function sharesSql(id: CampaignId, draw: Draw): string {
  const isDrawn = armBounds(draw).some(({ below }) => below > 0 && below < sharePrime);
  const kept = holdoutBelow(draw) === 0 ? '0' : shareSql(holdoutSalt);
  return `${kept} as kept, ${isDrawn ? shareSql(id) : '0'} as share`;
}

/** Which variant a customer gets by those columns, as `armOf` says. */
export function armSql(draw: Draw): string {
  const bounds = armBounds(draw).filter(({ below }) => below > 0);
  const last = bounds.at(-1)?.arm ?? 'control';
  const arms = bounds.slice(0, -1).map(({ arm, below }) => `when share < ${below} then '${arm}'`);
  return `case when kept < ${holdoutBelow(draw)} then 'holdout' ${arms.join(' ')} else '${last}' end`;
}

/** Customers that are looked at in one commit: a few hundredths of a second, and what else waits comes in between. */
const pageRows = 5000;

/** What freezing an audience goes by. */
export interface Freezing extends Admission {
  readonly campaign: Campaign;
  readonly segment: Where;
}

/**
 * Writes down who is in a segment, page by page in the order of ids: which variant each gets and when, where they live
 * and at which hour they are usually there, who is kept apart to compare with, and whom the campaign leaves out and why.
 * Goes on where it ended; safe to repeat. Yields how many customers have been looked at.
 */
export async function* freezeAudience(
  database: Database,
  freezing: Freezing,
  rows: number = pageRows,
): AsyncGenerator<number> {
  const { id } = freezing.campaign;
  const dues = await duesOf(database, freezing);
  const last = await readRow(
    database,
    'select max(customer_id) as id from campaign_members where campaign_id = ?',
    id,
  );
  let after = String(last?.id ?? '');
  for (let seen = 0; ; ) {
    const end = await readRow(
      database,
      'select max(id) as id, count(*) as rows from (select id from customers where id > ? order by id limit ?)',
      after,
      rows,
    );
    if (!end || end.id === null) return;
    const until = String(end.id);
    await database.write([pageStatement(freezing, dues, after, until)]);
    after = until;
    seen += Number(end.rows);
    yield seen;
  }
}

/** The zones customers live in, and the program's. */
export async function zonesOf(database: Reading, { program }: MessagingRules): Promise<string[]> {
  const [rows = []] = await database.read([
    { sql: 'select distinct zone from customers where zone is not null', args: [] },
  ]);
  return [...new Set([program.zone, ...rows.map(({ zone }) => String(zone))])];
}

type Dues = Readonly<Record<string, number>>;

/** When those of each zone are told, by zone; where usual hours count, by zone and hour. */
async function duesOf(database: Reading, { campaign, rules, now }: Freezing): Promise<Dues> {
  const { timing } = campaign.plan;
  const begun = { timing, startsAt: campaign.startsAt ?? now };
  const hours = timing.kind === 'usual' ? Array.from({ length: 24 }, (_, hour) => hour) : [usualHour];
  const zones = await zonesOf(database, rules);
  return Object.fromEntries(
    zones.flatMap((zone) => hours.map((hour) => [dueKey(zone, hour), dueIn(zone, hour, begun, rules)])),
  );
}

function dueKey(zone: string, hour: number): string {
  return `${zone} ${hour}`;
}

/** The statement that freezes the customers with ids after `after` and up to `until`. */
function pageStatement(freezing: Freezing, dues: Dues, after: string, until: string): Statement {
  const { campaign, segment, rules } = freezing;
  const leftOut = leftOutSql(freezing);
  const due = dueSql(campaign, dues, rules.program.zone);
  const draw = drawOf(campaign);
  return {
    // Written down before it is looked at: what SQLite puts in the place of a name it works out each time it stands there.
    sql: `insert or ignore into campaign_members (campaign_id, customer_id, state, arm, due_at)
      with judged as materialized (
        select c.id, ${leftOut.sql} as left_out, ${sharesSql(campaign.id, draw)}, ${due.sql} as due
        from customers c ${due.join}
        where c.id > ? and c.id <= ? and c.erased_at is null and c.merged_into is null and (${segment.where})),
      drawn as materialized (select id, left_out, due, iif(left_out = '', ${armSql(draw)}, '') as arm from judged)
      select ?, id, case when left_out <> '' then left_out when arm in ('control', 'holdout') then arm else 'waiting' end,
        arm, iif(left_out = '', due, null) from drawn`,
    args: [...leftOut.args, ...due.args, after, until, ...segment.args, campaign.id],
  };
}

/** The moment a customer `c` is told; most live where the program does, and nothing has to be looked up for them. */
function dueSql({ plan }: Campaign, dues: Dues, home: string): Piece & { readonly join: string } {
  const fallback = dues[dueKey(home, usualHour)] ?? 0;
  const kept = JSON.stringify(dues);
  if (plan.timing.kind !== 'usual') {
    const sql = `case when c.zone is null then ${fallback} else coalesce(? ->> (c.zone || ' ${usualHour}'), ${fallback}) end`;
    return { sql, args: [kept], join: '' };
  }
  const key = `coalesce(c.zone, ?) || ' ' || coalesce(h.hour, ${usualHour})`;
  return {
    sql: `coalesce(? ->> (${key}), ${fallback})`,
    args: [kept, home],
    join: 'left join customer_hours h on h.customer_id = c.id',
  };
}

/** How many a campaign goes to, of those it found; those it is compared with among them. */
export async function countMembers(database: Reading, id: CampaignId): Promise<number> {
  const [rows = []] = await database.read([
    statement(
      `select count(*) as people from campaign_members where campaign_id = ? and state = 'waiting'`,
      id,
    ),
  ]);
  return Number(rows[0]?.people ?? 0);
}

/** Up to `limit` members of a campaign who can be told at `now`, those due longest first. */
export async function membersDue(
  database: Reading,
  campaignId: CampaignId,
  now: number,
  limit: number,
): Promise<CustomerId[]> {
  const rows = await readRows(
    database,
    `select customer_id from campaign_members where campaign_id = ? and state = 'waiting' and due_at <= ?
     order by due_at limit ?`,
    campaignId,
    now,
    limit,
  );
  return rows.map((row) => row.customer_id as CustomerId);
}

/** Whether a campaign has anybody left to tell. */
export async function isAnybodyWaiting(database: Reading, id: CampaignId): Promise<boolean> {
  const row = await readRow(
    database,
    `select 1 as one from campaign_members where campaign_id = ? and state = 'waiting' limit 1`,
    id,
  );
  return row !== undefined;
}

/** Leaves out up to `limit` of those who wait, because nothing may be spent on them any more. Safe to repeat. */
export function leaveOutStatement(id: CampaignId, limit: number): Statement {
  return statement(
    `update campaign_members set state = 'budget' where campaign_id = ?1 and state = 'waiting' and customer_id in (
       select customer_id from campaign_members indexed by campaign_members_due
       where campaign_id = ?1 and state = 'waiting' limit ?2)`,
    id,
    limit,
  );
}

/** Messages whose cost is settled up in one commit. */
const settledAtOnce = 5000;

/**
 * Messages `n` of a campaign `?1` that have ended and hold something of its budget, gifts that nobody heard of taken back:
 * by an index of those that hold something, those that ended first before the others.
 */
const endedSql = `select n.* from notices n indexed by notices_reserved where n.campaign = ?1 and ${isEnded}`;
const pageSql = `${endedSql} order by n.settled_at, n.id limit ${settledAtOnce}`;

/**
 * What of it comes back to the budget, of a message `n`, in micros: what was set aside and not spent, and the gift as far as
 * it was taken back. Where nobody knows what was spent, because a price is missing or a try was given up before its answer
 * came, all stays that was set aside for the messages.
 */
const backSql = `iif(exists (select 1 from messages x indexed by messages_notice where x.notice_id = n.id and (
      (x.sent_at is not null and x.price_micros is null)
      or (x.sent_at is null and x.state = 'cancelled' and x.attempts > 0))), 0,
    n.reserved_micros - coalesce((select sum(x.price_micros) from messages x indexed by messages_notice
      where x.notice_id = n.id), 0))
  + coalesce((n.gift ->> '$.eachMicros')
      * (coalesce(n.gift ->> '$.takenBack', 0) + coalesce(n.gift ->> '$.codesTakenBack', 0)), 0)`;

/** What will come back to the budget of a campaign as soon as it is settled up, in micros. */
export async function comingBack(database: Reading, id: CampaignId): Promise<number> {
  const row = await readRow(database, `select sum(${backSql}) as micros from (${endedSql}) n`, id);
  return Number(row?.micros ?? 0);
}

/**
 * Settles up messages of a campaign that have ended: what they did not need goes back to its budget, so that others can be
 * told; whoever waited for that is told from then on. One commit, and safe to repeat, also from two processes at once.
 * Whether there was anything to settle up.
 */
export async function settleUp(database: Database, id: CampaignId): Promise<boolean> {
  const row = await readRow(database, `select count(*) as ended from (${pageSql}) n`, id);
  if (!row?.ended) return false;
  await database.write([
    statement(
      `update campaigns set spent_micros = spent_micros - b.micros, revision = revision + 1,
         reason = iif(reason = 'budget' and b.micros > 0, null, reason)
       from (select sum(${backSql}) as micros from (${pageSql}) n) b where id = ?1 and b.micros is not null`,
      id,
    ),
    statement(
      `update notices set reserved_micros = null, revision = revision + 1 where id in (select id from (${pageSql}))`,
      id,
    ),
  ]);
  return true;
}

/** Whether something may still come back to the budget of a campaign: messages of it are on their way. */
export async function isAnythingReserved(database: Reading, id: CampaignId): Promise<boolean> {
  const sql = `select 1 as one from notices indexed by notices_reserved
    where campaign = ? and reserved_micros is not null limit 1`;
  return (await readRow(database, sql, id)) !== undefined;
}

/** How many notices are due and not yet looked at, counted up to `limit`. */
export async function noticesBehind(database: Reading, now: number, limit: number): Promise<number> {
  const row = await readRow(
    database,
    `select count(*) as behind from (select 1 from notices where due_at is not null and due_at <= ? limit ?)`,
    now,
    limit,
  );
  return Number(row?.behind ?? 0);
}

/** How many messages of a campaign wait to be sent, counted up to `limit`. */
export async function messagesQueued(database: Reading, id: CampaignId, limit: number): Promise<number> {
  const channels = Object.keys(channelBits)
    .map((channel) => `'${channel}'`)
    .join(', ');
  const row = await readRow(
    database,
    `select count(*) as queued from (select 1 from messages indexed by messages_due
       where channel in (${channels}) and priority = ${messagePriority.marketing} and campaign = ?
         and state in ('queued', 'sending') limit ?)`,
    id,
    limit,
  );
  return Number(row?.queued ?? 0);
}

/** A message of a campaign that has not ended, and where a page of them goes on. */
export interface OpenNotice {
  readonly id: NoticeId;
  readonly createdAt: number;
}

/** Messages of a campaign that have not ended, after one, in the order they were made. */
export async function openNotices(
  database: Reading,
  id: CampaignId,
  after: OpenNotice | undefined,
  limit: number,
): Promise<OpenNotice[]> {
  const rows = await readRows(
    database,
    `select id, created_at from notices indexed by notices_campaign where campaign = ?1 and created_at >= ?2
       and (created_at > ?2 or id > ?3) and state in ('held', 'underway') order by created_at, id limit ?4`,
    id,
    after?.createdAt ?? 0,
    after?.id ?? '',
    limit,
  );
  return rows.map((row) => ({ id: row.id as NoticeId, createdAt: Number(row.created_at) }));
}

/** Drafts that nobody finished in so long are given up. */
const draftLivesMs = 30 * DAY_MS;

/** Forgets drafts that nobody went on with. */
export async function forgetDrafts(database: Database, now: number): Promise<void> {
  const sql = `delete from campaigns where state = 'draft' and finished_at is null and created_at < ?`;
  await database.write([statement(sql, now - draftLivesMs)]);
}
