import type { Address, CustomerRecord } from '../customers/types.ts';
import type { Context } from '../ports.ts';
import { addressOn, planSteps } from './cascade.ts';
import { shorten } from './links.ts';
import type { Notice, NoticeGift, NoticeReason } from './notices.ts';
import { judge } from './policy.ts';
import type { MessagingRules } from './rules.ts';
import type { MessagingChanges, OutboxMessage, Reply } from './types.ts';

/** Something to tell a customer. */
export interface NoticeRequest {
  readonly category: Notice['category'];
  /** What it tells of: the type of an event, the name of a journey. */
  readonly kind: string;
  readonly reply: Reply;
  /** It answers what the customer did just now: quiet hours do not hold it. */
  readonly prompt?: boolean;
  /** Whatever is told this customer about one occasion is told once, whoever tells it first. */
  readonly occasion?: string;
  /** The campaign, or the journey as `journey:KEY`. */
  readonly campaign?: string;
  /** What the customer can switch off by itself, as journeys name it: `offers`, `reminders`. */
  readonly topic?: string;
  /** Which variant of it. */
  readonly arm?: string;
  /** Of several offers that meet, the one with the highest goes first: 0 to 100. */
  readonly weight?: number;
  /** From when on it is better not said at all, epoch milliseconds. */
  readonly pointlessAt?: number;
  /** A purchase makes it pointless. */
  readonly stopsOnPurchase?: boolean;
  /** What was given along with it. */
  readonly gift?: NoticeGift | undefined;
}

/**
 * Tells a customer something: judges whether and when, chooses the channels, and begins with the first. What needs a
 * look at more than the record (an offer, an occasion, a number SMS go to) is due at once, and the job of notices goes
 * on. What nobody may be told leaves no trace, unless it belongs to a campaign or an occasion. The notice itself, where
 * there is one, is `notices[0]`. Links of a campaign or a journey become short ones of ours, where people reach us.
 */
export function planNotice(
  request: NoticeRequest,
  record: CustomerRecord,
  rules: MessagingRules,
  context: Context,
): MessagingChanges {
  const drawn = draft(request, record, context);
  const { id: noticeId, customerId } = drawn;
  const site = drawn.campaign === null ? undefined : rules.site;
  const { reply, links } = shorten(drawn.reply, { noticeId, customerId, site, context });
  const planned = planDraft({ ...drawn, reply }, request.prompt ?? false, record, rules, context);
  const isTold = planned.notices?.some(({ settledAt }) => settledAt === null);
  return isTold && links.length > 0 ? { ...planned, links } : planned;
}

function planDraft(
  notice: Notice,
  prompt: boolean,
  record: CustomerRecord,
  rules: MessagingRules,
  context: Context,
): MessagingChanges {
  const { now } = context;
  const verdict = judge(notice, record, rules, { now, prompt, offered: [], mutes: record.mutes ?? [] });
  if (verdict.kind === 'drop') return ended(notice, 'dropped', verdict.reason, now);
  const steps = planSteps(notice, record, rules, now);
  const [first] = steps;
  if (!first) return ended(notice, 'failed', 'no_channel', now);
  if (verdict.kind === 'hold') {
    return { notices: [{ ...notice, state: 'held', reason: verdict.reason, dueAt: verdict.until }] };
  }
  if (notice.category === 'marketing') return { notices: [{ ...notice, dueAt: now }] };
  const underway: Notice = { ...notice, steps, state: 'underway' };
  const address = notice.occasion === null ? addressOn(first.channel, record) : undefined;
  if (!address) return { notices: [{ ...underway, dueAt: now }] };
  const { notice: begun, ...changes } = beginStep(underway, 0, address, context);
  return { notices: [begun], ...changes };
}

function draft(request: NoticeRequest, { customer }: CustomerRecord, { ids, now }: Context): Notice {
  const {
    category,
    kind,
    reply,
    occasion = null,
    campaign = null,
    topic = null,
    pointlessAt = null,
  } = request;
  return {
    id: ids.next('ntc', now),
    customerId: customer.id,
    ...{ category, kind, occasion, campaign, topic, reply, pointlessAt },
    ...({ state: 'held', reason: null, steps: [], step: -1, dueAt: null } as const),
    stopsOnPurchase: request.stopsOnPurchase ?? false,
    doubled: false,
    createdAt: now,
    settledAt: null,
    arm: request.arm ?? null,
    weight: request.weight ?? 0,
    ...({ clickedAt: null, answeredAt: null, leftAt: null } as const),
    ...{ gift: request.gift ?? null, reservedMicros: null },
    revision: 1,
  };
}

/**
 * Kept only where somebody asks what came of it: a purchase of a person without a chat costs no row. What was given along
 * is taken back in the next look at it.
 */
function ended(
  notice: Notice,
  state: 'dropped' | 'failed',
  reason: NoticeReason,
  now: number,
): MessagingChanges {
  if (notice.occasion === null && notice.campaign === null) return {};
  const dueAt = notice.gift ? now : null;
  return { notices: [{ ...notice, state, reason, dueAt, settledAt: now }] };
}

/** A notice at one of its steps, with the message that tries it. Looked at again when the step's wait is over. */
export function beginStep(
  notice: Notice,
  step: number,
  address: Address,
  context: Context,
): { readonly notice: Notice } & Pick<MessagingChanges, 'messages' | 'choices'> {
  const waitMs = notice.steps[step]?.waitMs ?? 0;
  const message = messageTo(address, notice, context);
  return {
    notice: { ...notice, state: 'underway', reason: null, step, dueAt: context.now + waitMs },
    messages: [message],
    choices: choicesOf(message),
  };
}

/** A message to a chat, of a notice or a direct answer. */
export function messageTo(
  address: Address,
  {
    id,
    category,
    reply,
    campaign,
  }: Pick<OutboxMessage, 'category' | 'reply'> & Partial<Pick<Notice, 'id' | 'campaign'>>,
  context: Context,
): OutboxMessage {
  return {
    id: context.ids.next('msg', context.now),
    addressId: address.id,
    customerId: address.customerId,
    channel: address.channel,
    category,
    ...(id === undefined ? {} : { noticeId: id }),
    ...(campaign == null ? {} : { campaign }),
    reply,
    replaces: null,
    createdAt: context.now,
    dueAt: context.now,
  };
}

/** A message with buttons can be answered by a number where there are none. */
export function choicesOf({ addressId, reply }: OutboxMessage): NonNullable<MessagingChanges['choices']> {
  const choices = (reply.buttons ?? []).flat().flatMap((one) => (one.kind === 'press' ? [one.data] : []));
  return choices.length > 0 ? [{ addressId, choices }] : [];
}
