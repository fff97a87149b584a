import type { ChannelName } from '../../core/customers/types.ts';
import type { CampaignId } from '../../core/ids.ts';
import { campaignOccasion } from '../../core/journeys/campaigns.ts';
import { priceOf } from '../../core/messaging/price.ts';
import type { MessagingRules } from '../../core/messaging/rules.ts';
import { channelsIn, offerChannels, openChannelsSql, type Where } from '../campaigns.ts';
import { type Reading, statement } from '../database.ts';
import { campaignFrom } from '../facts/campaigns.ts';

/** Whom a message to a segment would reach, by what is known now, and about what that costs in micros. */
export interface Audience {
  readonly people: number;
  /** Left out: no yes to offers; no channel that leads to them. */
  readonly consent: number;
  readonly noChannel: number;
  /** Null where one of the channels has no known price. */
  readonly priceMicros: number | null;
}

/** Looks whom a message to a segment would reach. */
export async function audienceOf(
  database: Reading,
  segment: Where,
  rules: MessagingRules,
): Promise<Audience> {
  const channels = offerChannels(rules);
  const [rows = []] = await database.read([
    {
      sql: `select c.offers is 1 as agreed, ${openChannelsSql(channels)} as open, c.preferred_channel as chosen,
          count(*) as people
        from customers c where c.erased_at is null and c.merged_into is null and (${segment.where})
        group by 1, 2, 3`,
      args: segment.args,
    },
  ]);
  const groups = rows.map((row) => ({
    agreed: Number(row.agreed) === 1,
    open: channelsIn(Number(row.open), channels),
    chosen: row.chosen as ChannelName | null,
    people: Number(row.people),
  }));
  const told = groups.filter(({ agreed, open }) => agreed && open.length > 0);
  const sum = (of: typeof groups) => of.reduce((all, { people }) => all + people, 0);
  const prices = told.map((group) => {
    const each = priceOfGroup(group, rules);
    return each === null ? null : each * group.people;
  });
  return {
    people: sum(told),
    consent: sum(groups.filter(({ agreed }) => !agreed)),
    noChannel: sum(groups.filter(({ agreed, open }) => agreed && open.length === 0)),
    priceMicros: prices.reduce<number | null>(
      (all, one) => (all === null || one === null ? null : all + one),
      0,
    ),
  };
}

/** What a message costs over the channel it will likely take: outside the day that can be answered freely in. */
function priceOfGroup(
  { open, chosen }: { readonly open: readonly ChannelName[]; readonly chosen: ChannelName | null },
  { program }: MessagingRules,
): number | null {
  const priced = open.map((channel) => ({
    channel,
    price: priceOf({ channel, category: 'marketing', country: program.country }, program.prices),
  }));
  const { order } = program.cascades.marketing;
  const preferred = order === 'preferred' ? priced.find(({ channel }) => channel === chosen) : undefined;
  const byPrice = priced
    .filter(({ price }) => price !== null)
    .sort((a, b) => (a.price ?? 0) - (b.price ?? 0));
  return (preferred ?? (order === 'cheapest' ? byPrice[0] : undefined) ?? priced[0])?.price ?? null;
}

/** What came of a campaign so far; undefined where there is none. */
export async function campaignResult(database: Reading, id: CampaignId) {
  const [campaigns, members, notices, messages] = await database.read([
    statement('select * from campaigns where id = ?', id),
    statement(
      'select state, count(*) as people from campaign_members where campaign_id = ? group by state',
      id,
    ),
    statement(
      `select n.state, n.reason, count(*) as people from campaign_members m join notices n
         on n.customer_id = m.customer_id and n.occasion = ?2
       where m.campaign_id = ?1 and m.state = 'told' group by 1, 2`,
      id,
      campaignOccasion(id),
    ),
    statement(
      `select x.state, count(*) as people, sum(x.price_micros) as price from campaign_members m
       join notices n on n.customer_id = m.customer_id and n.occasion = ?2
       join messages x on x.notice_id = n.id
       where m.campaign_id = ?1 and m.state = 'told' group by 1`,
      id,
      campaignOccasion(id),
    ),
  ]);
  const [row] = campaigns ?? [];
  if (!row) return undefined;
  const count = (rows: typeof members, fits: (state: string, reason: string) => boolean) =>
    (rows ?? [])
      .filter(({ state, reason = '' }) => fits(String(state), String(reason)))
      .reduce((sum, { people }) => sum + Number(people), 0);
  const inState = (rows: typeof members, ...states: string[]) =>
    count(rows, (state) => states.includes(state));
  return {
    campaign: campaignFrom(row),
    waiting: inState(members, 'waiting'),
    told: inState(members, 'told'),
    underway: inState(notices, 'held', 'underway'),
    reached: inState(messages, 'delivered', 'read') + inState(messages, 'sent'),
    read: inState(messages, 'read'),
    failed: inState(notices, 'failed'),
    consent: inState(members, 'consent') + count(notices, (_, reason) => reason === 'consent'),
    noChannel: inState(members, 'no_channel'),
    frequency: count(notices, (state, reason) => state === 'dropped' && reason === 'frequency'),
    stopped: inState(notices, 'stopped'),
    priceMicros: (messages ?? []).reduce((sum, { price }) => sum + Number(price ?? 0), 0),
  };
}
