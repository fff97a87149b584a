import type { CampaignId, CustomerId, NoticeId } from '../ids.ts';
import type { NoticeFacts, NoticeNeeds } from '../messaging/notices.ts';
import { planNotice } from '../messaging/plan.ts';
import type { MessagingRules } from '../messaging/rules.ts';
import { settled } from '../messaging/settle.ts';
import { isSettled } from '../messaging/states.ts';
import type { MessagingChanges, Reply } from '../messaging/types.ts';
import type { Command } from '../ports.ts';
import {
  type Campaign,
  type CampaignChanges,
  type CampaignFacts,
  type CampaignMember,
  type CampaignNeeds,
  campaignStep,
} from '../staff/campaigns.ts';

type Needs = CampaignNeeds & NoticeNeeds;
type Facts = CampaignFacts & NoticeFacts;
type Changes = CampaignChanges & MessagingChanges;

/** A step of a campaign. Every one is safe to repeat, also from two processes at once. */
type CampaignStep<Result = Record<string, never>> = Command<Needs, Facts, Changes, Result>;

const nothing = { ok: true, changes: {}, result: {} } as const;

/** Whatever a campaign tells a customer is told once, however many try. */
export function campaignOccasion(id: CampaignId): string {
  return `campaign:${id}`;
}

/**
 * Hands the message for one member over to messaging, where consent, quiet hours and frequency are looked at again; of
 * one who was merged into another, for that one. Does nothing once the campaign was stopped.
 */
export function tellMember(
  { campaignId, customerId }: CampaignMember,
  say: (campaign: Campaign) => Reply,
  rules: MessagingRules,
): CampaignStep {
  return {
    name: 'campaign.tell',
    needs: { campaigns: [campaignId], customers: [{ ref: { id: customerId } }] },
    moreNeeds: [
      (facts) => {
        const into = mergedInto(customerId, facts);
        return into ? { customers: [{ ref: { id: into } }] } : {};
      },
    ],
    decide(facts, context) {
      const campaign = facts.campaign(campaignId);
      if (campaign?.state !== 'sending') return nothing;
      const told: Changes = { campaignTold: [{ campaignId, customerId }] };
      const record = facts.customer({ id: mergedInto(customerId, facts) ?? customerId });
      if (record?.customer.erasedAt !== null) return { ok: true, changes: told, result: {} };
      const request = {
        ...({ category: 'marketing', kind: 'campaign', reply: say(campaign) } as const),
        ...{ occasion: campaignOccasion(campaignId), campaign: campaignId },
      };
      const planned = planNotice(request, record, rules, context);
      return { ok: true, changes: { ...planned, ...told }, result: {} };
    },
  };
}

function mergedInto(id: CustomerId, facts: NoticeFacts): CustomerId | null {
  return facts.customer({ id })?.customer.mergedInto ?? null;
}

/** Everybody is written down: those who are not too many are told from now on. */
export function beginSending(id: CampaignId, people: number): CampaignStep {
  return {
    name: 'campaign.frozen',
    needs: { campaigns: [id] },
    decide(facts, { now }) {
      const campaign = facts.campaign(id);
      if (campaign?.state !== 'freezing') return nothing;
      const tooMany = campaign.most !== null && people > campaign.most;
      const step = tooMany
        ? ({ state: 'stopped', frozenAt: now, finishedAt: now } as const)
        : ({ state: 'sending', frozenAt: now } as const);
      return { ok: true, changes: { campaignUpdates: [campaignStep(campaign, step)] }, result: {} };
    },
  };
}

/** Nobody is left to tell, nothing to take back, or its segment can no longer be followed. */
export function finishCampaign(id: CampaignId): CampaignStep {
  return {
    name: 'campaign.finish',
    needs: { campaigns: [id] },
    decide(facts, { now }) {
      const campaign = facts.campaign(id);
      if (!campaign || campaign.finishedAt !== null) return nothing;
      const state = campaign.state === 'sending' ? 'done' : 'stopped';
      return {
        ok: true,
        changes: { campaignUpdates: [campaignStep(campaign, { state, finishedAt: now })] },
        result: {},
      };
    },
  };
}

/** Takes back a message of a stopped campaign, unless it is on its way this very moment or has ended. */
export function callOff(id: NoticeId): CampaignStep {
  return {
    name: 'campaign.call_off',
    needs: { notices: [id] },
    decide(facts, { now }) {
      const notice = facts.notice(id);
      if (!notice || isSettled(notice.state)) return nothing;
      const attempts = facts.attempts(id);
      if (attempts.some(({ state }) => state === 'sending')) return nothing;
      return { ok: true, changes: settled(notice, attempts, 'stopped', 'called_off', now), result: {} };
    },
  };
}
