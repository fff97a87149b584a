import type { AuditChanges } from '../../audit/types.ts';
import type { CustomerFacts, CustomerNeeds, CustomerRef } from '../../customers/types.ts';
import { type Outcome, refuse } from '../../errors.ts';
import type { CampaignId } from '../../ids.ts';
import { preferredAddress } from '../../messaging/cascade.ts';
import { messageTo } from '../../messaging/plan.ts';
import type { MessagingChanges } from '../../messaging/types.ts';
import type { Command, Decision } from '../../ports.ts';
import type { Program } from '../../program/program.ts';
import {
  type Campaign,
  type CampaignChanges,
  type CampaignDesk,
  type CampaignFacts,
  type CampaignMove,
  type CampaignNeeds,
  newCampaign,
  pauseCampaign,
  resumeCampaign,
  stopCampaign,
} from '../../staff/campaigns.ts';
import { sampleReplies } from './sample.ts';
import { sendDraft } from './send.ts';

type Needs = CampaignNeeds & CustomerNeeds;
type Facts = CampaignFacts & CustomerFacts;
type Changes = CampaignChanges & AuditChanges & MessagingChanges;

/** A use case over campaigns. */
export type CampaignCommand<Result> = Command<Needs, Facts, Changes, Result>;

/** Writes a campaign down as a draft: nobody is told. */
export function createDraft(
  draft: Pick<Campaign, 'name' | 'rule' | 'content' | 'plan'>,
  actor: string,
): CampaignCommand<Campaign> {
  return {
    name: 'campaign.create',
    needs: {},
    decide(facts, context) {
      const campaign = newCampaign(draft, { actor, facts, context });
      return { ok: true, changes: { campaigns: [campaign] }, result: campaign };
    },
  };
}

/** What somebody does about a campaign that is there. */
const moves = { pause: pauseCampaign, resume: resumeCampaign, stop: stopCampaign } as const;

/** The names of what can be done about a campaign on its way. */
export type CampaignMoveName = keyof typeof moves;

/** Pauses, resumes or stops a campaign. Refuses what each of them refuses. */
export function moveCampaign(
  id: CampaignId,
  move: CampaignMoveName,
  actor: string,
): CampaignCommand<Campaign> {
  return onCampaign(`campaign.${move}`, id, actor, (desk) => moves[move](id, desk));
}

/** Sends a draft, at once or at its moment. Refuses what `sendDraft` refuses. */
export function sendCampaign(
  id: CampaignId,
  { actor, most, program }: { readonly actor: string; readonly most: number | null; program(): Program },
): CampaignCommand<Campaign> {
  return onCampaign('campaign.send', id, actor, (desk) => sendDraft(id, { program: program(), most }, desk));
}

function onCampaign(
  name: string,
  id: CampaignId,
  actor: string,
  move: (desk: CampaignDesk) => Outcome<CampaignMove>,
): CampaignCommand<Campaign> {
  return {
    name,
    needs: { campaigns: [id], campaignsWaiting: [id], auditChains: ['house'] },
    decide(facts, context): Decision<Changes, Campaign> {
      const moved = move({ actor, facts, context });
      if (!moved.ok) return moved;
      return { ok: true, changes: moved.result.changes, result: moved.result.campaign };
    },
  };
}

/**
 * Sends every variant of a campaign to one customer, in the chat used last, to look at: nothing is given along, and
 * nothing is counted. Refuses `campaign_not_found`, `customer_not_found` and `customer_unreachable`.
 */
export function testCampaign(
  id: CampaignId,
  ref: CustomerRef,
  { program, site }: { program(): Program; readonly site: string | undefined },
): CampaignCommand<{ readonly messages: number }> {
  return {
    name: 'campaign.test',
    needs: { campaigns: [id], customers: [{ ref, lots: 'open' }] },
    decide(facts, context) {
      const campaign = facts.campaign(id);
      if (!campaign) return refuse('campaign_not_found', 'there is no campaign with this id');
      const record = facts.customer(ref);
      if (record?.customer.erasedAt !== null) {
        return refuse('customer_not_found', 'nobody is known by this reference', '/customer');
      }
      const address = preferredAddress(record);
      if (!address) {
        return refuse('customer_unreachable', 'this customer has no chat with us that can be written to');
      }
      const reader = { record, locale: address.locale, program: program(), now: context.now, site };
      const messages = sampleReplies(campaign, reader).map((reply) =>
        messageTo(address, { category: 'reply', reply }, context),
      );
      return { ok: true, changes: { messages }, result: { messages: messages.length } };
    },
  };
}
