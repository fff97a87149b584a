import { type Outcome, refuse } from '../../errors.ts';
import type { CampaignId } from '../../ids.ts';
import type { Program } from '../../program/program.ts';
import {
  type Campaign,
  type CampaignDesk,
  type CampaignMove,
  type CampaignPlan,
  campaignStep,
  releaseCampaign,
} from '../../staff/campaigns.ts';
import { isTooLate, startOf } from './timing.ts';

/** A draft with all that is written down as it is sent. */
interface Sent {
  readonly program: Pick<Program, 'proof'>;
  /** The most people it may go to; null: however many. */
  readonly most: number | null;
  /** How many it was counted to go to, those kept apart among them. */
  readonly people?: number;
}

/** Of fewer people than these nothing can be learned: unless somebody asks for it, nobody is kept apart. */
export const leastCompared = 50;

/** The plan with who is kept apart written down, whatever the program will say later. */
export function settledPlan(
  plan: CampaignPlan,
  { program: { proof }, people = leastCompared }: Pick<Sent, 'program' | 'people'>,
): CampaignPlan {
  const usual = people < leastCompared ? 0 : proof.control_percent;
  const holdoutPercent = proof.holdout_percent;
  return { ...plan, controlPercent: plan.controlPercent ?? usual, holdoutPercent };
}

/** A draft as it goes out: who is kept apart, from when on, and to how many at most is settled from now on. */
function readyCampaign(campaign: Campaign, sent: Sent, now: number): Campaign {
  const plan = settledPlan(campaign.plan, sent);
  return { ...campaign, most: sent.most, plan, startsAt: startOf(plan.timing, now) };
}

/**
 * Lets a draft begin, at once or at its moment. Refuses `campaign_not_found`, `campaign_over` (it is no draft any more)
 * and `campaign_too_late`.
 */
export function sendDraft(id: CampaignId, sent: Sent, desk: CampaignDesk): Outcome<CampaignMove> {
  const draft = openDraft(id, desk);
  if (!draft.ok) return draft;
  return releaseCampaign(readyCampaign(draft.result, sent, desk.context.now), desk);
}

/** A draft that waits for a second person, with the same refusals. */
export function draftToAsk(id: CampaignId, sent: Sent, desk: CampaignDesk): Outcome<Campaign> {
  const draft = openDraft(id, desk);
  if (!draft.ok) return draft;
  const ready = readyCampaign(draft.result, sent, desk.context.now);
  return { ok: true, result: campaignStep(ready, { state: 'asked' }) };
}

function openDraft(id: CampaignId, { facts, context }: CampaignDesk): Outcome<Campaign> {
  const campaign = facts.campaign(id);
  if (!campaign) return refuse('campaign_not_found', 'there is no campaign with this id');
  if (campaign.state !== 'draft') {
    return refuse('campaign_over', `this campaign was sent already: it is ${campaign.state}`);
  }
  if (isTooLate(campaign.plan.timing, context.now)) {
    return refuse('campaign_too_late', 'its moment has passed: plan it for another');
  }
  return { ok: true, result: campaign };
}
