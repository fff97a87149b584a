import type { ChannelName } from '../../core/customers/types.ts';
import type { CampaignId } from '../../core/ids.ts';
import { drawOf } from '../../core/journeys/campaigns/arms.ts';
import type { Audience, CampaignFigures, CampaignFound } from '../../core/journeys/campaigns/figures.ts';
import { MICROS_OF_MINOR, priceOf } from '../../core/messaging/price.ts';
import type { MessagingRules } from '../../core/messaging/rules.ts';
import type { Campaign, MemberState } from '../../core/staff/campaigns.ts';
import { DAY_MS } from '../../core/time.ts';
import {
  type Admission,
  armSql,
  channelsIn,
  comingBack,
  leftOutSql,
  offerChannels,
  openChannelsSql,
  type Piece,
  sharesSql,
  type Where,
} from '../campaigns.ts';
import { type Reading, statement } from '../database.ts';
import { campaignFrom } from '../facts/campaigns.ts';

/** What an audience is counted by. */
export interface AudienceQuestion extends Admission {
  /** How many SMS its text takes. */
  readonly segments: number;
  /** Variants and languages, as `a uk`, that WhatsApp would not take a day after the last word of whoever reads them. */
  readonly untemplated: readonly string[];
  /** When the first would be told. */
  readonly startsAt: number;
}

/** Some of those a segment finds, who are all alike as far as this campaign goes. */
interface Group {
  readonly leftOut: string;
  readonly arm: string;
  readonly open: readonly ChannelName[];
  readonly chosen: ChannelName | null;
  /** The language of those who wrote nothing on WhatsApp for a day; empty: they did, or are not there. */
  readonly silentIn: string;
  readonly people: number;
}

/** Looks whom a campaign would reach: as freezing it now would write it down. */
export async function audienceOf(
  database: Reading,
  segment: Where,
  question: AudienceQuestion,
): Promise<Audience> {
  const { campaign, rules, segments } = question;
  const groups = (await groupsOf(database, segment, question)).map((group) => takenBy(group, question));
  const told = groups.filter(({ leftOut, arm }) => leftOut === '' && arm !== 'control' && arm !== 'holdout');
  const firsts = told.map((group) => ({ ...firstOf(group, rules, segments), people: group.people }));
  const reached = firsts.filter(({ channel }) => channel !== undefined);
  const priceMicros = reached.reduce<number | null>(
    (all, { price, people }) => (all === null || price === null ? null : all + price * people),
    0,
  );
  const others: Partial<Record<MemberState, number>> = {};
  for (const { leftOut, arm, people } of groups) {
    const state = leftOut === '' ? arm : leftOut;
    if (leftOut === '' && Object.hasOwn(campaign.content.variants, arm)) continue;
    others[state as MemberState] = (others[state as MemberState] ?? 0) + people;
  }
  const channels = offerChannels(rules).map((channel) => ({
    channel,
    people: sumOf(firsts.filter((first) => first.channel === channel)),
  }));
  return {
    ...{ people: sumOf(told), priceMicros, others },
    untemplated: sumOf(told) - sumOf(reached),
    channels: channels.filter(({ people }) => people > 0),
  };
}

function sumOf(groups: readonly { readonly people: number }[]): number {
  return groups.reduce((sum, { people }) => sum + people, 0);
}

/** Without WhatsApp, where that would only take a template and there is none. */
function takenBy(group: Group, { untemplated }: AudienceQuestion): Group {
  const { arm, silentIn, open } = group;
  if (silentIn === '' || !untemplated.includes(`${arm} ${silentIn}`)) return group;
  return { ...group, open: open.filter((channel) => channel !== 'whatsapp') };
}

/** In which language a customer `c` with these `open` channels is told who wrote nothing on WhatsApp for a day. */
function silentSql({ untemplated, rules, startsAt }: AudienceQuestion): Piece {
  if (untemplated.length === 0) return { sql: `''`, args: [] };
  const chats = 'select a.locale from addresses a indexed by addresses_customer where a.customer_id = c.id';
  const last = `(${chats} and a.reachable = 1 and a.channel <> 'sms' order by a.last_seen_at desc limit 1)`;
  return {
    sql: `case when ${openChannelsSql(['whatsapp'])} = 0
        or exists (${chats} and a.channel = 'whatsapp' and a.reachable = 1 and a.last_seen_at > ?) then ''
      else coalesce(${last}, c.locale, ?) end`,
    args: [startsAt - DAY_MS, rules.program.locale],
  };
}

async function groupsOf(database: Reading, segment: Where, question: AudienceQuestion): Promise<Group[]> {
  const { campaign, rules } = question;
  const channels = offerChannels(rules);
  const leftOut = leftOutSql(question);
  const draw = drawOf(campaign);
  const silent = silentSql(question);
  const [rows = []] = await database.read([
    {
      sql: `with judged as materialized (
          select ${leftOut.sql} as left_out, ${sharesSql(campaign.id, draw)},
            ${openChannelsSql(channels)} as open, c.preferred_channel as chosen, ${silent.sql} as silent_in
          from customers c where c.erased_at is null and c.merged_into is null and (${segment.where}))
        select left_out, ${armSql(draw)} as arm, open, chosen, silent_in, count(*) as people from judged group by 1, 2, 3, 4, 5`,
      args: [...leftOut.args, ...silent.args, ...segment.args],
    },
  ]);
  return rows.map((row) => ({
    leftOut: String(row.left_out),
    arm: String(row.arm),
    open: channelsIn(Number(row.open), channels),
    chosen: row.chosen as ChannelName | null,
    silentIn: String(row.silent_in),
    people: Number(row.people),
  }));
}

/** The channel a message will likely take first, and what it costs there outside the day that can be answered freely in. */
function firstOf({ open, chosen }: Group, { program }: MessagingRules, segments: number) {
  const priced = open.map((channel) => ({
    channel,
    price: priceOf({ channel, category: 'marketing', country: program.country, segments }, program.prices),
  }));
  const { order } = program.cascades.marketing;
  const preferred = order === 'preferred' ? priced.find(({ channel }) => channel === chosen) : undefined;
  const byPrice = priced
    .filter(({ price }) => price !== null)
    .sort((a, b) => (a.price ?? 0) - (b.price ?? 0));
  return (
    preferred ??
    (order === 'cheapest' ? byPrice[0] : undefined) ??
    priced[0] ?? { channel: undefined, price: null }
  );
}

/** What came of a campaign so far; undefined where there is none. */
export async function campaignResult(database: Reading, id: CampaignId): Promise<CampaignFound | undefined> {
  const [campaigns, members, notices, messages] = await database.read([
    statement('select * from campaigns where id = ?', id),
    statement(
      'select state, count(*) as people from campaign_members where campaign_id = ? group by state',
      id,
    ),
    statement(
      `select state, coalesce(reason, '') as reason, count(*) as people from notices indexed by notices_campaign
       where campaign = ? group by 1, 2`,
      id,
    ),
    statement(
      `select x.state, count(*) as people, sum(x.price_micros) as price
       from notices n indexed by notices_campaign join messages x on x.notice_id = n.id
       where n.campaign = ? group by 1`,
      id,
    ),
  ]);
  const [row] = campaigns ?? [];
  if (!row) return undefined;
  const campaign = campaignFrom(row);
  const count = (rows: typeof members, fits: (state: string, reason: string) => boolean) =>
    (rows ?? [])
      .filter(({ state, reason = '' }) => fits(String(state), String(reason)))
      .reduce((sum, { people }) => sum + Number(people), 0);
  const inState = (rows: typeof members, ...states: string[]) =>
    count(rows, (state) => states.includes(state));
  const figures: CampaignFigures = {
    members: Object.fromEntries((members ?? []).map(({ state, people }) => [String(state), Number(people)])),
    underway: inState(notices, 'held', 'underway'),
    reached: inState(messages, 'delivered', 'read') + inState(messages, 'sent'),
    read: inState(messages, 'read'),
    failed: inState(notices, 'failed'),
    frequency: count(notices, (state, reason) => state === 'dropped' && reason === 'frequency'),
    refused: count(notices, (state, reason) => state === 'dropped' && reason !== 'frequency'),
    stopped: inState(notices, 'stopped'),
    priceMicros: (messages ?? []).reduce((sum, { price }) => sum + Number(price ?? 0), 0),
    budgetLeftMicros: await leftOf(database, campaign),
  };
  return { campaign, figures };
}

async function leftOf(database: Reading, { id, plan, spentMicros }: Campaign): Promise<number | null> {
  if (plan.budgetMinor === null) return null;
  const back = await comingBack(database, id);
  return plan.budgetMinor * MICROS_OF_MINOR - spentMicros + back;
}
