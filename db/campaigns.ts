import type { ChannelName } from '../core/customers/types.ts';
import type { CampaignId, CustomerId, NoticeId } from '../core/ids.ts';
import { campaignOccasion } from '../core/journeys/campaigns.ts';
import { quietUntil } from '../core/messaging/policy.ts';
import type { MessagingRules } from '../core/messaging/rules.ts';
import type { Campaign, CampaignMember } from '../core/staff/campaigns.ts';
import { type Database, type Reading, readRow, readRows, type Statement } from './database.ts';
import { campaignFrom } from './facts/campaigns.ts';

/** A condition over `customers c`, as a segment is compiled to. */
export interface Where {
  readonly where: string;
  readonly args: Statement['args'];
}

/** Campaigns that are being frozen, sent or taken back, the oldest first. */
export async function openCampaigns(database: Reading): Promise<Campaign[]> {
  const [rows = []] = await database.read([
    {
      sql: `select * from campaigns where finished_at is null and state <> 'asked' order by created_at, id`,
      args: [],
    },
  ]);
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

/** Whether a customer `c` is told, or why not. */
function stateSql(channels: readonly ChannelName[]): string {
  return `case when c.offers is not 1 then 'consent' when ${openChannelsSql(channels)} = 0 then 'no_channel' else 'waiting' end`;
}

/** Customers that are looked at in one commit: a few hundredths of a second, and what else waits comes in between. */
const pageRows = 5000;

/** What freezing an audience goes by. */
export interface Freezing {
  readonly campaignId: CampaignId;
  readonly segment: Where;
  readonly rules: MessagingRules;
  readonly now: number;
}

/**
 * Writes down who is in a segment, page by page in the order of ids: whom the campaign tells and from when on, by the
 * quiet hours where they live, and whom it leaves out and why. Goes on where it ended; safe to repeat. Yields how many
 * customers have been looked at.
 */
export async function* freezeAudience(
  database: Database,
  freezing: Freezing,
  rows: number = pageRows,
): AsyncGenerator<number> {
  const { campaignId, rules, now } = freezing;
  const zones = JSON.stringify(await quietEnds(database, rules, now));
  const last = await readRow(
    database,
    'select max(customer_id) as id from campaign_members where campaign_id = ?',
    campaignId,
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
    await database.write([pageStatement(freezing, zones, after, until)]);
    after = until;
    seen += Number(end.rows);
    yield seen;
  }
}

/** The moment the quiet hours end, for each zone customers live in where they hold now. */
async function quietEnds(
  database: Reading,
  rules: MessagingRules,
  now: number,
): Promise<Record<string, number>> {
  const [rows = []] = await database.read([
    { sql: 'select distinct zone from customers where zone is not null', args: [] },
  ]);
  const zones = new Set([rules.program.zone, ...rows.map(({ zone }) => String(zone))]);
  return Object.fromEntries([...zones].map((zone) => [zone, quietUntil(zone, rules, now) ?? now] as const));
}

/** The statement that freezes the customers with ids after `after` and up to `until`. */
function pageStatement(
  { campaignId, segment, rules, now }: Freezing,
  zones: string,
  after: string,
  until: string,
): Statement {
  const home = (JSON.parse(zones) as Record<string, number>)[rules.program.zone] ?? now;
  return {
    sql: `insert or ignore into campaign_members (campaign_id, customer_id, state, due_at)
      select ?, id, state, case when state = 'waiting' then due end from (
        select c.id, ${stateSql(offerChannels(rules))} as state,
          case when c.zone is null then ${home} else coalesce(? ->> c.zone, ${home}) end as due
        from customers c where c.id > ? and c.id <= ? and c.erased_at is null and c.merged_into is null
          and (${segment.where}))`,
    args: [campaignId, zones, after, until, ...segment.args],
  };
}

/** How many a campaign goes to, of those it found. */
export async function countMembers(database: Reading, id: CampaignId): Promise<number> {
  const [rows = []] = await database.read([
    {
      sql: `select count(*) as people from campaign_members where campaign_id = ? and state = 'waiting'`,
      args: [id],
    },
  ]);
  return Number(rows[0]?.people ?? 0);
}

/** Up to `limit` members of a campaign who can be told at `now`. */
export async function membersDue(
  database: Database,
  campaignId: CampaignId,
  now: number,
  limit: number,
): Promise<CampaignMember[]> {
  const rows = await readRows(
    database,
    `select customer_id from campaign_members where campaign_id = ? and state = 'waiting' and due_at <= ?
     order by due_at limit ?`,
    campaignId,
    now,
    limit,
  );
  return rows.map((row) => ({ campaignId, customerId: row.customer_id as CustomerId }));
}

/** Whether a campaign has anybody left to tell. */
export async function isAnybodyWaiting(database: Database, id: CampaignId): Promise<boolean> {
  const row = await readRow(
    database,
    `select 1 as one from campaign_members where campaign_id = ? and state = 'waiting' limit 1`,
    id,
  );
  return row !== undefined;
}

/** Messages of a campaign that have not ended, of members after `after`, in the order of ids. */
export async function openNotices(
  database: Database,
  id: CampaignId,
  after: string,
  limit: number,
): Promise<{ readonly noticeId: NoticeId; readonly customerId: string }[]> {
  const rows = await readRows(
    database,
    `select m.customer_id, n.id from campaign_members m join notices n indexed by notices_occasion
       on n.customer_id = m.customer_id and n.occasion = ?2
     where m.campaign_id = ?1 and m.customer_id > ?3 and m.state = 'told' and n.state in ('held', 'underway')
     order by m.customer_id limit ?4`,
    id,
    campaignOccasion(id),
    after,
    limit,
  );
  return rows.map((row) => ({ noticeId: row.id as NoticeId, customerId: String(row.customer_id) }));
}
