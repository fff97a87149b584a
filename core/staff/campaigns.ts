import type { AuditChanges } from '../audit/types.ts';
import { auditEntries } from '../audit/types.ts';
import { type Outcome, refuse } from '../errors.ts';
import type { CampaignId, CustomerId, StaffId } from '../ids.ts';
import type { Desk } from './desk.ts';
import { actorOfStaff, type Staff } from './types.ts';

/**
 * Where a campaign stands. `asked`: waits for a second person; `freezing`: who is in its segment is being written down;
 * `sending`: they are told one after the other; `stopped`: nobody more is.
 */
export type CampaignState = 'asked' | 'freezing' | 'sending' | 'done' | 'stopped';

/** A message to all customers of a segment, as they were when it was sent. */
export interface Campaign {
  readonly id: CampaignId;
  /** What the staff call it. */
  readonly name: string;
  /** The segment in the compact form. */
  readonly rule: string;
  /** What is said, in the words of whoever wrote it. */
  readonly text: string;
  readonly staffId: StaffId;
  readonly createdAt: number;
  /** The most people it may go to; null: however many. Where there turn out to be more, it stops. */
  readonly most: number | null;
  readonly state: CampaignState;
  readonly frozenAt: number | null;
  /** When the last one was told, or nobody more was. */
  readonly finishedAt: number | null;
  readonly revision: number;
}

/** One of those a campaign goes to. */
export interface CampaignMember {
  readonly campaignId: CampaignId;
  readonly customerId: CustomerId;
}

/** Campaigns to read. */
export interface CampaignNeeds {
  readonly campaigns?: readonly CampaignId[];
  /** The newest ones. */
  readonly lastCampaigns?: true;
}

/** Those that are there. */
export interface CampaignFacts {
  campaign(id: CampaignId): Campaign | undefined;
  /** The newest first. */
  lastCampaigns(): readonly Campaign[];
}

/** New campaigns, and those a step further: written whole, `revision` one ahead. */
export interface CampaignChanges {
  readonly campaigns?: readonly Campaign[];
  readonly campaignUpdates?: readonly Campaign[];
  /** Members whom the messages were handed over for. */
  readonly campaignTold?: readonly CampaignMember[];
}

/** The action of beginning to write to a segment, and of stopping it. */
export const campaignAction = 'campaign.send';
const campaignStopAction = 'campaign.stop';

/** How long the text of a campaign may be, in characters. */
export const campaignTextLength = { least: 3, most: 900 };

/** A campaign as it is written; `asked` where a second person must agree first. */
export function newCampaign(
  draft: Pick<Campaign, 'name' | 'rule' | 'text' | 'most'>,
  state: 'asked' | 'freezing',
  { staff, context }: Desk,
): Campaign {
  const { ids, now } = context;
  return {
    ...{ ...draft, id: ids.next('cmp', now), staffId: staff.id, createdAt: now, state },
    ...{ frozenAt: null, finishedAt: null, revision: 1 },
  };
}

/** A campaign a step further. */
export function campaignStep(campaign: Campaign, step: Partial<Omit<Campaign, 'id' | 'revision'>>): Campaign {
  return { ...campaign, ...step, revision: campaign.revision + 1 };
}

/** The entry of the audit trail that somebody writes to a segment. The chain of the house must be known. */
export function campaignBegun(campaign: Campaign, { staff, facts, context }: Desk): AuditChanges {
  const said = { chain: 'house', action: campaignAction, actor: actorOfStaff(staff) } as const;
  return { audit: auditEntries([{ ...said, reference: campaign.id }], facts, context) };
}

/** Lets a campaign begin that a second person agreed to. Refuses `campaign_over`. */
export function releaseCampaign(
  id: CampaignId,
  desk: Desk,
  approvedBy: Staff,
): Outcome<{ readonly campaign: Campaign; readonly changes: CampaignChanges & AuditChanges }> {
  const campaign = desk.facts.campaign(id);
  if (campaign?.state !== 'asked') return refuse('campaign_over', 'this campaign waits for nobody any more');
  const begun = campaignStep(campaign, { state: 'freezing' });
  const { audit = [] } = campaignBegun(begun, desk);
  const details = { approved_by: actorOfStaff(approvedBy) };
  const changes = { campaignUpdates: [begun], audit: audit.map((entry) => ({ ...entry, details })) };
  return { ok: true, result: { campaign: begun, changes } };
}

/** A campaign that nobody will agree to any more. */
export function refusedCampaign(campaign: Campaign, now: number): CampaignChanges {
  return { campaignUpdates: [campaignStep(campaign, { state: 'stopped', finishedAt: now })] };
}

/**
 * Stops a campaign: nobody more is told, and what waits to be sent is taken back by the job. Refuses `campaign_over`.
 * The chain of the house must be known.
 */
export function stopCampaign(
  id: CampaignId,
  { staff, facts, context }: Desk,
): Outcome<CampaignChanges & AuditChanges> {
  const campaign = facts.campaign(id);
  if (!campaign || campaign.state === 'done' || campaign.state === 'stopped') {
    return refuse('campaign_over', 'this campaign is over already');
  }
  const never = campaign.state === 'asked';
  const stopped = campaignStep(campaign, { state: 'stopped', finishedAt: never ? context.now : null });
  const said = {
    chain: 'house',
    action: campaignStopAction,
    actor: actorOfStaff(staff),
    reference: id,
  } as const;
  return { ok: true, result: { campaignUpdates: [stopped], audit: auditEntries([said], facts, context) } };
}
