import type { CampaignId, NoticeId } from '../../ids.ts';
import type { NoticeFacts, NoticeNeeds } from '../../messaging/notices.ts';
import { settled } from '../../messaging/settle.ts';
import { isSettled } from '../../messaging/states.ts';
import type { MessagingChanges } from '../../messaging/types.ts';
import type { Command } from '../../ports.ts';
import {
  type Campaign,
  type CampaignChanges,
  type CampaignFacts,
  type CampaignNeeds,
  type CampaignReason,
  campaignStep,
} from '../../staff/campaigns.ts';

type Needs = CampaignNeeds & NoticeNeeds;
type Facts = CampaignFacts & NoticeFacts;
type Changes = CampaignChanges & MessagingChanges;

/** A step of a campaign by the clock. Every one is safe to repeat, also from two processes at once. */
type CampaignStep = Command<Needs, Facts, Changes, Record<string, never>>;

const nothing = { ok: true, changes: {}, result: {} } as const;

/** A step of a campaign that applies as long as `next` says what becomes of it. */
function stepOf(
  name: string,
  id: CampaignId,
  next: (campaign: Campaign, now: number) => Partial<Campaign> | undefined,
): CampaignStep {
  return {
    name,
    needs: { campaigns: [id] },
    decide(facts, { now }) {
      const campaign = facts.campaign(id);
      const step = campaign && next(campaign, now);
      if (!step) return nothing;
      return { ok: true, changes: { campaignUpdates: [campaignStep(campaign, step)] }, result: {} };
    },
  };
}

/** Its moment has come: from now on its audience is written down. */
export function beginFreezing(id: CampaignId): CampaignStep {
  return stepOf('campaign.begin', id, ({ state, startsAt }, now) =>
    state === 'planned' && startsAt !== null && startsAt <= now ? { state: 'freezing' } : undefined,
  );
}

/** A time where each lives comes later than the earliest zone of the world says: nobody lives there. */
export function putOffStart(id: CampaignId, startsAt: number): CampaignStep {
  return stepOf('campaign.put_off', id, (campaign) =>
    campaign.state === 'planned' && campaign.startsAt !== null && campaign.startsAt < startsAt
      ? { startsAt }
      : undefined,
  );
}

/** Everybody is written down: those who are not too many are told from now on. */
export function beginSending(id: CampaignId, people: number): CampaignStep {
  return stepOf('campaign.frozen', id, ({ state, most }, now) => {
    if (state !== 'freezing') return undefined;
    return most !== null && people > most
      ? { state: 'stopped', reason: 'too_many', frozenAt: now, finishedAt: now }
      : { state: 'sending', frozenAt: now };
  });
}

/** Nobody is left to tell, or nothing to take back. */
export function finishCampaign(id: CampaignId): CampaignStep {
  return stepOf('campaign.finish', id, ({ state, finishedAt }, now) => {
    if (finishedAt !== null || (state !== 'sending' && state !== 'stopped')) return undefined;
    return { state: state === 'sending' ? 'done' : 'stopped', finishedAt: now };
  });
}

/** It cannot go on: nobody has been told yet. */
export function giveUpCampaign(id: CampaignId, reason: CampaignReason): CampaignStep {
  return stepOf('campaign.give_up', id, ({ state }, now) =>
    state === 'freezing' ? { state: 'stopped', reason, finishedAt: now } : undefined,
  );
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
