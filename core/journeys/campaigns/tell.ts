import { giveCoupon } from '../../coupons/issue.ts';
import type { Coupon, CouponChanges, CouponFacts, CouponNeeds } from '../../coupons/types.ts';
import type { CustomerRecord, Locale } from '../../customers/types.ts';
import type { CampaignId, CustomerId } from '../../ids.ts';
import { openPosting } from '../../ledger/posting.ts';
import { localeOf, planSteps, smsNumber } from '../../messaging/cascade.ts';
import { isMuted, topicSubject } from '../../messaging/mutes.ts';
import type { CascadeStep, NoticeFacts, NoticeGift, NoticeNeeds } from '../../messaging/notices.ts';
import { planNotice } from '../../messaging/plan.ts';
import { wanted } from '../../messaging/policy.ts';
import { MICROS_OF_MINOR, ratedCountry } from '../../messaging/price.ts';
import type { MessagingRules } from '../../messaging/rules.ts';
import type { MessagingChanges, Reply } from '../../messaging/types.ts';
import { points } from '../../points.ts';
import { type Command, type Context, mergeChanges } from '../../ports.ts';
import type { Program } from '../../program/program.ts';
import { expiresAt } from '../../program/rules.ts';
import {
  type Campaign,
  type CampaignChanges,
  type CampaignFacts,
  type CampaignMessage,
  type CampaignNeeds,
  campaignStep,
  type FrozenMember,
  type MemberState,
} from '../../staff/campaigns.ts';
import type { Glance, GlanceNeed } from '../../staff/types.ts';
import { endOfDayAfter } from '../../time.ts';
import { occasionAgainMs } from '../occasion.ts';
import { type TemplateContext, valuesFor } from '../templates/values.ts';
import type { Journey, JourneyChanges, JourneyFacts, JourneyNeeds, SharedOccasionNeed } from '../types.ts';
import { armOf, drawOf } from './arms.ts';
import { campaignReply, variablesOf } from './say.ts';
import { eachMicros, giftMicros, mostMicros } from './worth.ts';

type Needs = CampaignNeeds &
  NoticeNeeds &
  CouponNeeds &
  Pick<JourneyNeeds, 'sharedOccasions'> & { readonly glances?: readonly GlanceNeed[] };
type Facts = CampaignFacts &
  NoticeFacts &
  CouponFacts &
  Pick<JourneyFacts, 'sharedOccasion'> & { glance(need: GlanceNeed): Glance | undefined };
type Changes = CampaignChanges & MessagingChanges & CouponChanges & Pick<JourneyChanges, 'occasionsBegun'>;

/** How many of a batch came to what. */
export interface Told {
  readonly told: number;
  readonly leftOut: number;
}

/** By which rules people are told. */
export interface TellRules {
  readonly messaging: MessagingRules;
  readonly program: Program;
  /** By which it is known whether an occasion is told of again, and after how long. */
  readonly journeys: readonly Pick<Journey, 'definition'>[];
  /** How many SMS a reply goes as. */
  smsParts(reply: Reply, locale: Locale): number;
}

const topic = 'offers';

/** Who is meant by a campaign in the ledger, the audit trail and the outbox. */
export function campaignActor(id: CampaignId): string {
  return `campaign:${id}`;
}

/**
 * Hands over the messages for some members of a campaign, each with the coupon or the points that go along with it, in
 * one commit. Who was told already, or is out for whatever reason, is passed over, so that it is safe to repeat, also
 * from two processes at once. Does nothing unless the campaign is being sent. Where the budget does not reach any
 * further it says so in the campaign.
 */
export function tellMembers(
  campaignId: CampaignId,
  customerIds: readonly CustomerId[],
  rules: () => TellRules,
): Command<Needs, Facts, Changes, Told> {
  const into = (facts: Facts) =>
    customerIds.flatMap((id) => facts.customer({ id })?.customer.mergedInto ?? []);
  return {
    name: 'campaign.tell',
    needs: {
      campaigns: [campaignId],
      campaignMembers: customerIds.map((customerId) => ({ campaignId, customerId })),
      ...recordNeeds(customerIds),
    },
    moreNeeds: [
      (facts) => ({
        ...recordNeeds(into(facts)),
        ...contentNeeds(facts.campaign(campaignId), customerIds, rules()),
      }),
      (facts) => contentNeeds(facts.campaign(campaignId), into(facts), rules()),
    ],
    decide(facts, context) {
      const campaign = facts.campaign(campaignId);
      const nothing = { told: 0, leftOut: 0 };
      if (campaign?.state !== 'sending' || campaign.reason !== null) {
        return { ok: true, changes: {}, result: nothing };
      }
      const waiting = customerIds.flatMap((customerId) => {
        const member = facts.campaignMember({ campaignId, customerId });
        return member?.state === 'waiting' ? [member] : [];
      });
      if (waiting.length === 0) return { ok: true, changes: {}, result: nothing };
      return tellAll(waiting, { campaign, facts, context, ...rules() });
    },
  };
}

function recordNeeds(ids: readonly CustomerId[]): Needs {
  return { customers: ids.map((id) => ({ ref: { id }, lots: 'open' as const })), mutes: ids };
}

/** What the content of a campaign, and its occasion, ask to know of those who get it. */
function contentNeeds(
  campaign: Campaign | undefined,
  ids: readonly CustomerId[],
  { program: { tier_days: tierDays }, journeys }: Pick<TellRules, 'program' | 'journeys'>,
): Needs {
  if (!campaign || ids.length === 0) return {};
  const shared = ids.flatMap((id) => sharedBy(campaign, id, journeys)?.need ?? []);
  const { gift } = campaign.content;
  const coupon = gift && 'coupon' in gift ? { coupons: [gift.coupon], auditChains: ids } : {};
  const isAboutTier = messagesOf(campaign).some((one) =>
    [...variablesOf(one)].some((name) => name.startsWith('tier.')),
  );
  return {
    ...coupon,
    ...(shared.length > 0 ? { sharedOccasions: shared } : {}),
    ...(isAboutTier ? { glances: ids.map((customerId) => ({ customerId, tierDays })) } : {}),
  };
}

/** What else tells a customer of the occasion of a campaign, where that is told of again, and after how long. */
function sharedBy(
  { id, plan: { occasion } }: Campaign,
  customerId: CustomerId,
  journeys: TellRules['journeys'],
): { readonly need: SharedOccasionNeed; readonly againMs: number } | undefined {
  const againMs = occasionAgainMs(occasion, journeys);
  if (occasion === null || againMs === undefined) return undefined;
  return { need: { customerId, occasion, but: id }, againMs };
}

function messagesOf({ content }: Campaign): readonly CampaignMessage[] {
  return Object.values(content.variants);
}

/** A batch at work. */
interface Work extends TellRules {
  readonly campaign: Campaign;
  readonly facts: Facts;
  readonly context: Context;
}

/** What became of one member: told with so much spent, left out, or nobody more can be told. */
type Fate =
  | { readonly kind: 'told'; readonly micros: number; readonly changes: Changes }
  | { readonly kind: 'left_out'; readonly state: MemberState }
  | { readonly kind: 'over'; readonly step: Partial<Campaign> };

function tellAll(waiting: readonly FrozenMember[], work: Work) {
  const { campaign } = work;
  const written: Changes[] = [];
  let step: Partial<Campaign> = {};
  let { spentMicros } = campaign;
  let told = 0;
  for (const member of waiting) {
    const fate = fateOf(member, spentMicros, work);
    if (fate.kind === 'over') {
      step = fate.step;
      break;
    }
    const { campaignId, customerId } = member;
    const state = fate.kind === 'told' ? 'told' : fate.state;
    written.push({ campaignMemberUpdates: [{ campaignId, customerId, state }] });
    if (fate.kind === 'left_out') continue;
    written.push(fate.changes);
    spentMicros += fate.micros;
    told += 1;
  }
  // Also where nothing was spent: what another process decided on the same members must not commit.
  const after = campaignStep(campaign, { ...step, spentMicros });
  const changes = mergeChanges<Changes>(...written, { campaignUpdates: [after] });
  const leftOut = (changes.campaignMemberUpdates?.length ?? 0) - told;
  return { ok: true, changes, result: { told, leftOut } } as const;
}

function fateOf(member: FrozenMember, spentMicros: number, work: Work): Fate {
  const { campaign, facts } = work;
  const { customerId, campaignId, isSpokenFor } = member;
  const into = facts.customer({ id: customerId })?.customer.mergedInto ?? null;
  const out = (state: MemberState): Fate => ({ kind: 'left_out', state });
  if (isSpokenFor) return out('merged');
  if (into !== null && armOf(into, campaignId, drawOf(campaign)) === 'holdout') return out('holdout');
  const record = facts.customer({ id: into ?? customerId });
  if (record?.customer.erasedAt !== null) return out('no_channel');
  const reason = reasonAgainst(member, record, work);
  if (reason) return out(reason);
  const message = campaign.content.variants[member.arm];
  const steps = planSteps({ category: 'marketing' }, record, work.messaging, work.context.now);
  if (!message || steps.length === 0) return out('no_channel');
  const fate = tellOne(member, { message, record, steps }, work);
  const { budgetMinor } = campaign.plan;
  const isBeyond =
    fate.kind === 'told' && budgetMinor !== null && spentMicros + fate.micros > budgetMinor * MICROS_OF_MINOR;
  return isBeyond ? { kind: 'over', step: { reason: 'budget' } } : fate;
}

function reasonAgainst(
  { occasionTold }: FrozenMember,
  record: CustomerRecord,
  { campaign, facts, context, journeys }: Work,
): MemberState | undefined {
  if (!wanted({ category: 'marketing' }, record)) return 'consent';
  const subjects = [topicSubject(topic), campaign.id];
  if (isMuted(subjects, facts.mutes(record.customer.id), context.now)) return 'muted';
  const shared = sharedBy(campaign, record.customer.id, journeys);
  const isTold = shared
    ? (facts.sharedOccasion(shared.need) ?? 0) > context.now - shared.againMs
    : occasionTold;
  return isTold ? 'occasion' : undefined;
}

interface Telling {
  readonly message: CampaignMessage;
  readonly record: CustomerRecord;
  readonly steps: readonly CascadeStep[];
}

/** What a message may cost at most over the channels it may take, in micros. */
function messageMicros(
  reply: Reply,
  { record, steps }: Telling,
  { campaign, messaging, smsParts }: Work,
): number {
  const country = ratedCountry(smsNumber(record), messaging.program.prices);
  const channels = steps.map(({ channel }) => channel);
  // Only a budget asks how long the text of each is.
  const parts = () => (campaign.plan.budgetMinor === null ? 1 : smsParts(reply, localeOf(record, messaging)));
  return mostMicros(channels, country, messaging, parts);
}

function couponIn({ campaign: { content }, facts }: Work) {
  const { gift } = content;
  return gift && 'coupon' in gift ? facts.coupon(gift.coupon)?.definition : undefined;
}

function tellOne(member: FrozenMember, telling: Telling, work: Work): Fate {
  const { message, record } = telling;
  const { campaign, facts, context, messaging, program } = work;
  const given = giveTo(record, work);
  if (!given) return { kind: 'over', step: { state: 'stopped', reason: 'coupon' } };
  const locale = localeOf(record, messaging);
  const { tier_days: tierDays } = program;
  const tierMinor = facts.glance({ customerId: record.customer.id, tierDays })?.paidMinor;
  const known: TemplateContext = { record, program, now: context.now, tierMinor, ...given.known(locale) };
  const reply = campaignReply(message, {
    ...{ locale, programLocale: program.locale, values: valuesFor(known, [...variablesOf(message)]) },
    ...{ card: record.customer.card, couponCode: given.code, site: messaging.site },
    approved: program.whatsapp_approved,
  });
  const { plan, id } = campaign;
  const dueAt = member.dueAt ?? context.now;
  const shared = sharedBy(campaign, record.customer.id, work.journeys);
  const occasion = shared ? null : plan.occasion;
  const planned = planNotice(
    {
      ...({ category: 'marketing', kind: 'campaign', reply, campaign: id, topic, arm: member.arm } as const),
      ...{ occasion: occasion ?? campaignActor(id), weight: plan.weight },
      ...(plan.goodForMs === null ? {} : { pointlessAt: dueAt + plan.goodForMs }),
      gift: giftIn(given.changes, work),
    },
    record,
    messaging,
    context,
  );
  const reserved = messageMicros(planned.notices?.[0]?.reply ?? reply, telling, work);
  const micros = reserved + giftMicros(campaign.content.gift, couponIn(work), program);
  const changes = mergeChanges<Changes>(
    given.changes,
    withReserve(planned, reserved, work),
    begun(shared, context.now),
  );
  return { kind: 'told', micros, changes };
}

/** A journey of the occasion may be entered in another process in this moment: then it is decided again. */
function begun(shared: ReturnType<typeof sharedBy>, until: number): Changes {
  return shared ? { occasionsBegun: [{ ...shared.need, since: until - shared.againMs, until }] } : {};
}

/** With a budget, the message keeps how much of it is set aside, until it is known what it came to. */
function withReserve(
  planned: MessagingChanges,
  reservedMicros: number,
  { campaign }: Work,
): MessagingChanges {
  if (campaign.plan.budgetMinor === null || !planned.notices) return planned;
  return { ...planned, notices: planned.notices.map((notice) => ({ ...notice, reservedMicros })) };
}

/** What goes along with a message: what it writes, and what the text may tell of it. */
interface GivenAlong {
  readonly changes: Changes;
  /** The code as people see it. */
  readonly code: string | null;
  known(locale: ReturnType<typeof localeOf>): Pick<TemplateContext, 'coupon' | 'gift'>;
}

/** What a message tells of, and what is taken back where that never arrives. */
function giftIn({ transactions = [], couponCodes = [] }: Changes, work: Work): NoticeGift | undefined {
  const lots = transactions.flatMap((one) => one.lots.map(({ id }) => id));
  const codes = couponCodes.map(({ code }) => code);
  if (lots.length + codes.length === 0) return undefined;
  const { plan, content } = work.campaign;
  if (plan.budgetMinor === null) return { lots, codes };
  return { lots, codes, eachMicros: eachMicros(content.gift, couponIn(work), work.program) };
}

/** Undefined where the coupon can be given no more: nobody is promised what there is not. */
function giveTo(record: CustomerRecord, work: Work): GivenAlong | undefined {
  const { gift } = work.campaign.content;
  if (gift === null) return { changes: {}, code: null, known: () => ({}) };
  if ('points' in gift) return givePoints(record, gift, work);
  const coupon = work.facts.coupon(gift.coupon);
  return coupon && couponFor(record, coupon, work);
}

function givePoints(
  record: CustomerRecord,
  gift: { readonly points: number; readonly liveDays: number | null },
  { campaign, context, program }: Work,
): GivenAlong {
  const { now } = context;
  const posting = openPosting(record.head, record.lots, context);
  const until =
    gift.liveDays === null ? expiresAt(program, now) : endOfDayAfter(now, gift.liveDays, program.zone);
  posting.earn('gift', points(gift.points), until, {
    ...{ happenedAt: now, actor: campaignActor(campaign.id), reference: campaign.id },
    reason: { rule: 'campaign', campaign: campaign.id },
  });
  return {
    changes: { transactions: posting.transactions },
    code: null,
    known: () => ({ gift: { points: gift.points, until } }),
  };
}

/** The message itself tells of the coupon: nothing else does. */
function couponFor(
  { customer }: CustomerRecord,
  coupon: Coupon,
  { campaign, facts, context, program: { zone } }: Work,
): GivenAlong | undefined {
  const actor = campaignActor(campaign.id);
  const given = giveCoupon(coupon, customer.id, { actor, zone, facts, context });
  if (!given.ok) return undefined;
  const { events: _, audit = [], ...changes } = given.changes;
  const { code, validUntil } = given.result;
  const details = { code: changes.couponCodes?.[0]?.code ?? null };
  return {
    changes: { ...changes, audit: audit.map((entry) => ({ ...entry, details })) },
    code,
    known: (locale) => ({
      coupon: { code, title: coupon.definition.texts[locale]?.title ?? coupon.name, validUntil },
    }),
  };
}
