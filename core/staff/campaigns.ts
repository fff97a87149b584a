import type { AuditChanges, AuditFacts, AuditNeeds } from '../audit/types.ts';
import { auditEntries } from '../audit/types.ts';
import type { Locale } from '../customers/types.ts';
import { type Outcome, refuse } from '../errors.ts';
import type { CampaignId, CouponId, CustomerId } from '../ids.ts';
import type { Context } from '../ports.ts';

/**
 * Where a campaign stands. `draft`: is being written; `asked`: waits for a second person; `planned`: waits for its
 * moment; `freezing`: who is in its segment is being written down; `sending`: they are told one after the other;
 * `paused`: nobody is told until it is resumed; `stopped`: nobody more is.
 */
export const campaignStates = [
  ...(['draft', 'asked', 'planned', 'freezing', 'sending', 'paused', 'done', 'stopped'] as const),
] as const;
export type CampaignState = (typeof campaignStates)[number];

/**
 * Why it ended otherwise than by telling all: what it may cost is used up, or all set aside where it is still being sent; there turned out to be more people than were
 * agreed to; its segment can no longer be followed; its coupon can be given no more; nobody agreed to it.
 */
export type CampaignReason = 'budget' | 'too_many' | 'segment' | 'coupon' | 'refused';

/** A text in the languages it was written in. */
type CampaignText = Partial<Record<Locale, string>>;

/** A button: a link, a page of ours, or a screen of the chat. */
export type CampaignButton =
  | { readonly label: CampaignText; readonly url: string }
  | { readonly label: CampaignText; readonly page: string }
  /** Without a label it says what the menu says. */
  | { readonly label: CampaignText; readonly opens: CampaignScreen };

/** Screens of the chat a button of a campaign may open. */
export const campaignScreens = ['menu', 'points', 'coupons', 'history', 'card', 'human'] as const;
export type CampaignScreen = (typeof campaignScreens)[number];

/** One way of saying it. */
export interface CampaignMessage {
  /** Texts with variables, as templates are written. */
  readonly text: CampaignText;
  /** A kept picture, the coupon given along as QR, or the customer's card. */
  readonly picture?: string | undefined;
  readonly buttons: readonly (readonly CampaignButton[])[];
  /** What says the same on WhatsApp a day after the person's last word. */
  readonly whatsapp?: CampaignTemplates | undefined;
}

/** Approved templates by language: what fills their parameters, and how many of the first buttons they have too. */
export type CampaignTemplates = Partial<
  Record<
    Locale,
    {
      readonly template: string;
      readonly language?: string | undefined;
      readonly values: readonly string[];
      readonly buttons: number;
    }
  >
>;

/** What everybody who is told gets along with the message. */
export type CampaignGift =
  | { readonly coupon: CouponId; readonly name: string }
  | { readonly points: number; readonly liveDays: number | null };

/** What is said, in one way or several (`a`, `b`, …: each customer gets one, drawn by hash), and what is given. */
export interface CampaignContent {
  readonly variants: Readonly<Record<string, CampaignMessage>>;
  readonly gift: CampaignGift | null;
}

/** When people are told: at once, at a moment, at a time of the day where each lives, or at each one's usual hour. */
export type CampaignTiming =
  | { readonly kind: 'now' }
  | { readonly kind: 'at'; readonly at: number }
  /** `day` is YYYY-MM-DD, `time` HH:MM. */
  | { readonly kind: 'local'; readonly day: string; readonly time: string }
  /** From a moment on, or from now; the hour each one is usually there. */
  | { readonly kind: 'usual'; readonly at: number | null };

/** When a campaign goes out, what it may cost, and who is kept apart to compare with. */
export interface CampaignPlan {
  readonly timing: CampaignTiming;
  /** Better not said at all so long after its moment, in milliseconds. */
  readonly goodForMs: number | null;
  /** The most that messages, coupons and points may cost, in minor units. */
  readonly budgetMinor: number | null;
  /** Percent of the audience that gets nothing; null: the program's, written down as it is sent. */
  readonly controlPercent: number | null;
  /** Percent of all customers that never get offers; null until it is sent. */
  readonly holdoutPercent: number | null;
  /** Of several offers that meet, the one with the highest goes first: 0 to 100. */
  readonly weight: number;
  /** Whatever is told of one occasion is told once, by the first that comes. */
  readonly occasion: string | null;
  /** Only those who read an offer or wrote to us lately. */
  readonly engagedOnly: boolean;
}

/** A message to all customers of a segment, as they were when it was sent. */
export interface Campaign {
  readonly id: CampaignId;
  /** What the staff call it. */
  readonly name: string;
  /** The segment in the compact form; empty: everybody. */
  readonly rule: string;
  readonly content: CampaignContent;
  readonly plan: CampaignPlan;
  /** Who wrote it: `staff:stf_…`, `shop:shp_…`. */
  readonly createdBy: string;
  readonly createdAt: number;
  /** The most people it may go to; null: however many. Where there turn out to be more, it stops. */
  readonly most: number | null;
  readonly state: CampaignState;
  readonly reason: CampaignReason | null;
  /** When it begins, where that is not at once; nobody is told before. */
  readonly startsAt: number | null;
  readonly frozenAt: number | null;
  /** When the last one was told, or nobody more was. */
  readonly finishedAt: number | null;
  /**
   * What was handed over so far costs, in micros: messages, coupons and points; of what is on its way, what it may cost at
   * most.
   */
  readonly spentMicros: number;
  readonly revision: number;
}

/** One of those a campaign goes to. */
export interface CampaignMember {
  readonly campaignId: CampaignId;
  readonly customerId: CustomerId;
}

/**
 * Whether a member was told, or why not. `control` and `holdout`: kept apart to compare with; `silent`: did not read or
 * write for long; `occasion`: something else told of the same occasion; `merged`: another account of
 * the person is told, or kept apart.
 */
export const memberStates = [
  ...(['waiting', 'told', 'control', 'holdout', 'consent', 'no_channel', 'muted', 'silent'] as const),
  ...(['occasion', 'budget', 'merged'] as const),
] as const;
export type MemberState = (typeof memberStates)[number];

/** A member as written down when the audience was frozen. */
export interface FrozenMember extends CampaignMember {
  readonly state: MemberState;
  /** Which variant: `a`, `b`, …; `control`, `holdout`: none of them. */
  readonly arm: string;
  /** When the customer is told, or would have been. */
  readonly dueAt: number | null;
  /** Whether the occasion the campaign shares with others was told already. */
  readonly occasionTold: boolean;
  /**
   * Whether another account of the same person speaks for the person: it was told, or is due or kept apart before this
   * one, the older of two that are at the same moment.
   */
  readonly isSpokenFor: boolean;
}

/** Campaigns to read. */
export interface CampaignNeeds extends AuditNeeds {
  readonly campaigns?: readonly CampaignId[];
  readonly campaignMembers?: readonly CampaignMember[];
  /** Whether messages of these wait to be sent. */
  readonly campaignsWaiting?: readonly CampaignId[];
  /** The newest ones. */
  readonly lastCampaigns?: true;
}

/** Those that are there. */
export interface CampaignFacts extends AuditFacts {
  campaign(id: CampaignId): Campaign | undefined;
  campaignMember(member: CampaignMember): FrozenMember | undefined;
  /** Whether messages of it wait to be sent, handed over as they are. */
  campaignWaits(id: CampaignId): boolean;
  /** The newest first. */
  lastCampaigns(): readonly Campaign[];
}

/** A member from now on: told, or why not. */
export interface CampaignMemberUpdate extends CampaignMember {
  readonly state: MemberState;
}

/** New campaigns, and those a step further: written whole, `revision` one ahead. */
export interface CampaignChanges {
  readonly campaigns?: readonly Campaign[];
  readonly campaignUpdates?: readonly Campaign[];
  readonly campaignMemberUpdates?: readonly CampaignMemberUpdate[];
}

/** The key under which a member is kept among the facts. */
export function memberKey({ campaignId, customerId }: CampaignMember): string {
  return `${campaignId} ${customerId}`;
}

/** The action of beginning to write to a segment; others say what became of it. */
export const campaignAction = 'campaign.send';
type CampaignAct = typeof campaignAction | 'campaign.pause' | 'campaign.resume' | 'campaign.stop';

/** How long a text of a campaign may be, in characters. */
export const campaignTextLength = { least: 3, most: 900 };

/** How many ways of saying it a campaign may have. */
export const mostVariants = 5;

/** A plan with nothing special in it: at once, to all but the program's control group. */
export const plainPlan: CampaignPlan = {
  timing: { kind: 'now' },
  ...{ goodForMs: null, budgetMinor: null, controlPercent: null, holdoutPercent: null },
  ...{ weight: 50, occasion: null, engagedOnly: false },
};

/** Who does something about a campaign, with what is known. The chain of the house must be. */
export interface CampaignDesk {
  /** `staff:stf_…`, `shop:shp_…`. */
  readonly actor: string;
  readonly facts: CampaignFacts;
  readonly context: Context;
}

/** A campaign as it is begun to be written. */
export function newCampaign(
  draft: Pick<Campaign, 'name' | 'rule' | 'content' | 'plan'>,
  { actor, context }: CampaignDesk,
): Campaign {
  const { ids, now } = context;
  return {
    ...{ ...draft, id: ids.next('cmp', now), createdBy: actor, createdAt: now, most: null, state: 'draft' },
    ...{ reason: null, startsAt: null, frozenAt: null, finishedAt: null, spentMicros: 0, revision: 1 },
  };
}

/** A campaign a step further. */
export function campaignStep(campaign: Campaign, step: Partial<Omit<Campaign, 'id' | 'revision'>>): Campaign {
  return { ...campaign, ...step, revision: campaign.revision + 1 };
}

/** What a campaign changes, and the campaign as it is then. */
export interface CampaignMove {
  readonly campaign: Campaign;
  readonly changes: CampaignChanges & AuditChanges;
}

function moved(campaign: Campaign, act: CampaignAct, desk: CampaignDesk): Outcome<CampaignMove> {
  const said = { chain: 'house', action: act, actor: desk.actor, reference: campaign.id } as const;
  const audit = auditEntries([said], desk.facts, desk.context);
  return { ok: true, result: { campaign, changes: { campaignUpdates: [campaign], audit } } };
}

/** Where a campaign goes on that is to begin at `startsAt`. */
function begunState(startsAt: number | null, now: number): 'planned' | 'freezing' {
  return startsAt !== null && startsAt > now ? 'planned' : 'freezing';
}

/** Lets a campaign begin that is ready, or that a second person agreed to. Refuses `campaign_over`. */
export function releaseCampaign(campaign: Campaign | undefined, desk: CampaignDesk): Outcome<CampaignMove> {
  if (campaign?.state !== 'asked' && campaign?.state !== 'draft') {
    return refuse('campaign_over', 'this campaign waits for nobody any more');
  }
  const state = begunState(campaign.startsAt, desk.context.now);
  return moved(campaignStep(campaign, { state }), campaignAction, desk);
}

/** A campaign that nobody will agree to any more. */
export function refusedCampaign(campaign: Campaign, now: number): CampaignChanges {
  const step = { state: 'stopped', reason: 'refused', finishedAt: now } as const;
  return { campaignUpdates: [campaignStep(campaign, step)] };
}

/** Whether nothing more can become of it. */
export function isOver({ state }: Pick<Campaign, 'state'>): boolean {
  return state === 'done' || state === 'stopped';
}

/**
 * Stops a campaign: nobody more is told, what waits to be sent stays where it is, and the job takes it back. Refuses
 * `campaign_not_found`, `campaign_over`.
 */
export function stopCampaign(id: CampaignId, desk: CampaignDesk): Outcome<CampaignMove> {
  const campaign = desk.facts.campaign(id);
  if (!campaign) return notFound();
  // All may have been handed over, and yet much of it wait to be sent.
  if (campaign.state === 'stopped') return refuse('campaign_over', 'this campaign was stopped already');
  // Where nobody was told yet there is nothing to take back.
  const finishedAt = campaign.frozenAt === null ? desk.context.now : null;
  return moved(campaignStep(campaign, { state: 'stopped', finishedAt }), 'campaign.stop', desk);
}

/**
 * Pauses a campaign that is planned or on its way, or whose messages were all handed over and are not all sent: also what
 * waits to be sent waits on. Whether it does must be known. Refuses `campaign_not_found`, `campaign_not_running`.
 */
export function pauseCampaign(id: CampaignId, desk: CampaignDesk): Outcome<CampaignMove> {
  const campaign = desk.facts.campaign(id);
  if (!campaign) return notFound();
  const isRunning = (['planned', 'freezing', 'sending'] as const).some((state) => state === campaign.state);
  const waits = campaign.state === 'done' && desk.facts.campaignWaits(id);
  if (!isRunning && !waits)
    return refuse('campaign_not_running', `a campaign that is ${campaign.state} is not paused`);
  return moved(campaignStep(campaign, { state: 'paused', finishedAt: null }), 'campaign.pause', desk);
}

/** Lets a paused campaign go on where it was. Refuses `campaign_not_found`, `campaign_not_paused`. */
export function resumeCampaign(id: CampaignId, desk: CampaignDesk): Outcome<CampaignMove> {
  const campaign = desk.facts.campaign(id);
  if (!campaign) return notFound();
  if (campaign.state !== 'paused') {
    return refuse('campaign_not_paused', `a campaign that is ${campaign.state} cannot be resumed`);
  }
  const { startsAt, frozenAt } = campaign;
  const state = frozenAt === null ? begunState(startsAt, desk.context.now) : 'sending';
  return moved(campaignStep(campaign, { state }), 'campaign.resume', desk);
}

function notFound() {
  return refuse('campaign_not_found', 'there is no campaign with this id');
}
