import type { Campaign } from '../../core/staff/campaigns.ts';
import { type Statement, statement } from '../database.ts';
import { inserter, updater } from '../rows.ts';
import * as schema from '../schema.ts';
import { type Changes, forRows } from './part.ts';

const insertCampaigns = inserter(schema.campaigns);
const updateCampaigns = updater(schema.campaigns, ['state', 'frozenAt', 'finishedAt', 'revision']);

/** Messages to segments, and who was told. */
export function campaignStatements(changes: Changes): Statement[] {
  return [
    ...forRows(changes.campaigns, (all) => insertCampaigns(all.map(campaignRow))),
    ...forRows(changes.campaignUpdates, (all) => updateCampaigns(all.map(campaignRow))),
    ...forRows(changes.campaignTold, markTold),
  ];
}

function campaignRow({ text, ...campaign }: Campaign): typeof schema.campaigns.$inferSelect {
  return { ...campaign, message: JSON.stringify({ text }), plan: '{}', startsAt: null };
}

function markTold(told: NonNullable<Changes['campaignTold']>): Statement {
  return statement(
    `update campaign_members set state = 'told', due_at = null from json_each(?) as told
     where campaign_members.campaign_id = told.value ->> 0 and campaign_members.customer_id = told.value ->> 1`,
    JSON.stringify(told.map(({ campaignId, customerId }) => [campaignId, customerId])),
  );
}
