import type { Campaign } from '../../core/staff/campaigns.ts';
import { type Statement, statement } from '../database.ts';
import { inserter, updater } from '../rows.ts';
import * as schema from '../schema.ts';
import { type Changes, forRows } from './part.ts';

const insertCampaigns = inserter(schema.campaigns);
const updateCampaigns = updater(schema.campaigns, [
  ...(['name', 'rule', 'message', 'plan', 'most', 'state', 'reason', 'startsAt', 'frozenAt'] as const),
  ...(['finishedAt', 'spentMicros', 'revision'] as const),
]);

/** Messages to segments, and what became of those they go to. */
export function campaignStatements(changes: Changes): Statement[] {
  return [
    ...forRows(changes.campaigns, (all) => insertCampaigns(all.map(campaignRow))),
    ...forRows(changes.campaignUpdates, (all) => updateCampaigns(all.map(campaignRow))),
    ...forRows(changes.campaignMemberUpdates, updateMembers),
  ];
}

function campaignRow({ content, ...campaign }: Campaign): typeof schema.campaigns.$inferSelect {
  return { ...campaign, message: JSON.stringify(content), plan: JSON.stringify(campaign.plan) };
}

function updateMembers(members: NonNullable<Changes['campaignMemberUpdates']>): Statement {
  return statement(
    `update campaign_members set state = now.value ->> 2 from json_each(?) as now
     where campaign_members.campaign_id = now.value ->> 0 and campaign_members.customer_id = now.value ->> 1`,
    JSON.stringify(members.map(({ campaignId, customerId, state }) => [campaignId, customerId, state])),
  );
}
