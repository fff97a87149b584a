import { channelNames } from '../../core/customers/types.ts';
import type { CampaignId, CustomerId } from '../../core/ids.ts';
import { messagePriority } from '../../core/messaging/types.ts';
import {
  type Campaign,
  type CampaignFacts,
  type CampaignMember,
  type FrozenMember,
  memberKey,
} from '../../core/staff/campaigns.ts';
import { type Row, statement } from '../database.ts';
import { reader } from '../rows.ts';
import * as schema from '../schema.ts';
import { accountsOf } from './notices.ts';
import { asAsked, eachRow, type FactSource, type Query } from './source.ts';

/** How many of the newest campaigns are shown. */
const campaignsShown = 8;

const campaignOf = reader(schema.campaigns);

type Read = Pick<CampaignFacts, 'campaign' | 'campaignMember' | 'campaignWaits' | 'lastCampaigns'>;

/** A campaign as stored, in the words of core. */
export function campaignFrom(row: Row): Campaign {
  const { message, plan, ...campaign } = campaignOf(row);
  return {
    ...(campaign as Omit<Campaign, 'content' | 'plan'>),
    content: JSON.parse(message) as Campaign['content'],
    plan: JSON.parse(plan) as Campaign['plan'],
  };
}

/** Reads campaigns, and those they go to. */
export function campaignSource(): FactSource<Read> {
  const found = new Map<string, Campaign>();
  const members = new Map<string, FrozenMember>();
  const waiting = new Set<string>();
  let last: Campaign[] = [];
  return {
    queries(needs) {
      const ids = needs.campaigns ?? [];
      const asked = needs.campaignMembers ?? [];
      const handedOver = needs.campaignsWaiting ?? [];
      const byId = statement(
        'select c.* from json_each(?) i join campaigns c on c.id = i.value',
        JSON.stringify(ids),
      );
      const newest = statement('select * from campaigns order by id desc limit ?', campaignsShown);
      const take = (rows: readonly Row[]) => {
        last = rows.map(campaignFrom);
      };
      return [
        ...(ids.length > 0 ? [eachRow(byId, (row) => found.set(String(row.id), campaignFrom(row)))] : []),
        ...(asked.length > 0 ? [membersQuery(asked, members)] : []),
        ...(handedOver.length > 0 ? [waitingQuery(handedOver, waiting)] : []),
        ...(needs.lastCampaigns ? [{ statement: newest, take }] : []),
      ];
    },
    facts: {
      campaign: (id) => found.get(id),
      campaignMember: (member) => members.get(memberKey(member)),
      campaignWaits: (id) => waiting.has(id),
      lastCampaigns: () => last,
    },
    keys: { campaigns: asAsked },
  };
}

/** In the outbox, or looked at again when their moment comes: both by an index of what is not done yet. */
function waitingQuery(ids: readonly CampaignId[], found: Set<string>): Query {
  const channels = channelNames.map((name) => `'${name}'`).join(', ');
  return eachRow(
    statement(
      `select i.value as id from json_each(?) i where exists (
         select 1 from messages m indexed by messages_due where m.channel in (${channels})
           and m.priority = ${messagePriority.marketing} and m.campaign = i.value and m.state in ('queued', 'sending'))
       or exists (select 1 from notices n indexed by notices_due
         where n.due_at is not null and n.campaign = i.value and n.state in ('held', 'underway'))`,
      JSON.stringify(ids),
    ),
    ({ id }) => found.add(String(id)),
  );
}

/** From an account to the others of the person, never through all members of a campaign. */
function membersQuery(asked: readonly CampaignMember[], found: Map<string, FrozenMember>): Query {
  return eachRow(
    statement(
      `select m.*, coalesce(k.plan ->> 'occasion' is not null and exists (
           select 1 from notices n indexed by notices_occasion
           where n.customer_id in (${accountsOf('m.customer_id')}) and n.occasion = k.plan ->> 'occasion'), 0)
           as occasion_told,
         exists (select 1 from campaign_members o
           where o.campaign_id = m.campaign_id and o.customer_id in (${accountsOf('m.customer_id')})
             and o.customer_id <> m.customer_id and o.arm not in ('', 'holdout')
             and (o.state = 'told' or (o.due_at, o.customer_id) < (m.due_at, m.customer_id))) as is_spoken_for
       from json_each(?) i join campaign_members m on m.campaign_id = i.value ->> 0 and m.customer_id = i.value ->> 1
       join campaigns k on k.id = m.campaign_id`,
      JSON.stringify(asked.map(({ campaignId, customerId }) => [campaignId, customerId])),
    ),
    (row) => {
      const member = memberFrom(row);
      found.set(memberKey(member), member);
    },
  );
}

function memberFrom(row: Row): FrozenMember {
  return {
    campaignId: String(row.campaign_id) as CampaignId,
    customerId: String(row.customer_id) as CustomerId,
    state: String(row.state) as FrozenMember['state'],
    arm: String(row.arm),
    dueAt: row.due_at === null ? null : Number(row.due_at),
    occasionTold: row.occasion_told === 1,
    isSpokenFor: row.is_spoken_for === 1,
  };
}

/** What two rounds of reading found: the newer where both have it. */
export function joinCampaignFacts(first: Read, second: Read): Read {
  return {
    campaign: (id) => second.campaign(id) ?? first.campaign(id),
    campaignMember: (member) => second.campaignMember(member) ?? first.campaignMember(member),
    campaignWaits: (id) => second.campaignWaits(id) || first.campaignWaits(id),
    lastCampaigns() {
      const newer = second.lastCampaigns();
      return newer.length > 0 ? newer : first.lastCampaigns();
    },
  };
}
