import type {
  CouponIssuedEvent,
  CustomerChanges,
  CustomerEvent,
  CustomerFacts,
  CustomerRecord,
  Locale,
} from '../customers/types.ts';
import { type Command, type Context, mergeChanges } from '../ports.ts';
import { localeOf, preferredAddress } from './cascade.ts';
import { choicesOf, messageTo, planNotice } from './plan.ts';
import type { MessagingRules } from './rules.ts';
import type { MessagingChanges, Reply, Words } from './types.ts';

/** For how long after a purchase its customer may be awake and at the till, whatever the hour. */
const justNowMs = 3_600_000;

/** A command that also tells the customer what happened: notices and messages of the same commit. */
export function withNotifications<
  Needs,
  Facts extends CustomerFacts,
  Changes extends CustomerChanges & MessagingChanges,
  Result,
>(
  command: Command<Needs, Facts, Changes, Result>,
  rules: () => MessagingRules,
): Command<Needs, Facts, Changes & MessagingChanges, Result> {
  return {
    ...command,
    decide(facts, context) {
      const decision = command.decide(facts, context);
      const events = decision.ok ? (decision.changes.events ?? []) : [];
      if (!decision.ok || events.length === 0) return decision;
      const told = events.map((event) => tell(event, facts, rules(), context));
      const changes = mergeChanges<object>(decision.changes, ...told) as Changes & MessagingChanges;
      return { ...decision, changes };
    },
  };
}

/** What an event is worth telling: a question in the chat used last, anything else by the policy. */
function tell(
  event: CustomerEvent,
  facts: CustomerFacts,
  rules: MessagingRules,
  context: Context,
): MessagingChanges {
  const record = facts.customer({ id: event.customerId });
  if (!record) return {};
  if (event.type === 'points_asked') return ask(question(event), record, context);
  if (event.type === 'points_code') return planNotice(codeNotice(event), record, rules, context);
  const ours = replyTo(event, localeOf(record, rules));
  const wanted = rules.atOnce?.(event.type);
  if (!ours || wanted?.isOn === false) return {};
  const approved = wanted?.approved?.(event, record, context.now);
  const reply = wanted?.write?.(event, record, context.now) ?? { ...ours, ...(approved ? { approved } : {}) };
  const pointlessAt = event.type === 'coupon_issued' ? event.validUntil : null;
  const request = {
    ...({ category: 'service', kind: event.type, reply } as const),
    prompt: isPrompt(event, context.now),
    ...(wanted ? { topic: wanted.topic } : {}),
    ...(pointlessAt === null ? {} : { pointlessAt }),
  };
  return planNotice(request, record, rules, context);
}

/** A question from the till comes even to who wants no messages: without an answer the points cannot be spent. */
function ask(reply: Reply, record: CustomerRecord, context: Context): MessagingChanges {
  const address = preferredAddress(record);
  if (!address) return {};
  const message = messageTo(address, { category: 'reply', reply }, context);
  return { messages: [message], choices: choicesOf(message) };
}

/** When the customer did what an event tells of; null: we or the staff did, and it can wait for the morning. */
const actedAt: {
  readonly [Type in CustomerEvent['type']]: (event: Extract<CustomerEvent, { type: Type }>) => number | null;
} = {
  registered: ({ at }) => at,
  points_earned: (event) => event.actedAt,
  points_asked: ({ at }) => at,
  points_code: ({ at }) => at,
  points_spent: ({ at }) => at,
  goods_returned: ({ at }) => at,
  points_adjusted: () => null,
  coupon_issued: () => null,
};

/** Whether the customer did it just now. A purchase told of in the night of the day after is not. */
function isPrompt<Type extends CustomerEvent['type']>(
  event: Extract<CustomerEvent, { type: Type }>,
  now: number,
): boolean {
  const at = actedAt[event.type as Type](event);
  return at !== null && now - at < justNowMs;
}

/** Nothing where there is nothing to tell: a registration is answered in its own chat, zero points are no news. */
function replyTo(event: CustomerEvent, locale: Locale): Reply | undefined {
  switch (event.type) {
    case 'registered':
    case 'points_asked':
    case 'points_code':
      return undefined;
    case 'points_earned': {
      const words = purchaseWords(event);
      return words.length > 0 ? { paragraphs: [words] } : undefined;
    }
    case 'goods_returned':
      return { paragraphs: [returnWords(event)] };
    case 'points_spent':
      return { paragraphs: [spentWords(event)] };
    case 'points_adjusted':
      return { paragraphs: [adjustedWords(event)] };
    case 'coupon_issued':
      return couponReply(event, locale);
  }
}

/** What a customer reads of a coupon in a language: the shop's title, or its name where the shop wrote none. */
export function couponTitle(
  { texts, name }: Pick<CouponIssuedEvent, 'texts' | 'name'>,
  locale: Locale,
): string {
  return texts[locale]?.title ?? name;
}

function couponReply(event: CouponIssuedEvent, locale: Locale): Reply {
  const title = couponTitle(event, locale);
  const words: Words =
    event.validUntil === null
      ? { key: 'notify.coupon', variables: { title } }
      : { key: 'notify.coupon_until', variables: { title, at: event.validUntil - 1 } };
  const show = { kind: 'press', label: { key: 'button.coupons' }, data: 'coupons' } as const;
  return { paragraphs: [words], buttons: [[show]] };
}

function question(event: Extract<CustomerEvent, { type: 'points_asked' }>): Reply {
  const { points, amountMinor: amount, totalMinor: total, store, reference } = event;
  const ask: Words =
    store === null
      ? { key: 'redeem.ask', variables: { points, amount, total } }
      : { key: 'redeem.ask_at_store', variables: { points, amount, total, store } };
  const yes = { kind: 'press', label: { key: 'redeem.yes' }, data: `redeem:yes-${reference}` } as const;
  const no = { kind: 'press', label: { key: 'redeem.no' }, data: `redeem:no-${reference}` } as const;
  return { paragraphs: [ask, { key: 'redeem.not_you' }], buttons: [[yes, no]], asks: true };
}

/** The code that a till asks for: of no use once its time is over. */
function codeNotice({ points, code, expiresAt, type }: Extract<CustomerEvent, { type: 'points_code' }>) {
  const words: Words = { key: 'redeem.code', variables: { code, points } };
  return {
    ...({ category: 'code', kind: type } as const),
    reply: { paragraphs: [words] },
    pointlessAt: expiresAt,
  };
}

function spentWords(event: Extract<CustomerEvent, { type: 'points_spent' }>): Words[] {
  const { points, balance, store } = event;
  const spent: Words =
    store === null
      ? { key: 'notify.points_spent', variables: { points } }
      : { key: 'notify.points_spent_at', variables: { points, store } };
  return [spent, { key: 'notify.balance', variables: { balance } }];
}

/** What goods brought back did: what was spent on them is there again, what they earned is gone. */
function returnWords(event: Extract<CustomerEvent, { type: 'goods_returned' }>): Words[] {
  const { amountMinor: amount, returned, takenBack, balance } = event;
  const words: Words[] = [{ key: 'notify.goods_returned', variables: { amount } }];
  if (returned > 0) words.push({ key: 'notify.points_returned', variables: { points: returned } });
  if (takenBack > 0) words.push({ key: 'notify.points_taken_back', variables: { points: takenBack } });
  return [...words, { key: 'notify.balance', variables: { balance } }];
}

/** What somebody behind the counter gave or took, and why; without a reason it was a slip, put right. */
function adjustedWords(event: Extract<CustomerEvent, { type: 'points_adjusted' }>): Words[] {
  const { points: change, note, balance } = event;
  const words: Words =
    note === null
      ? { key: 'notify.points_corrected', variables: { change } }
      : { key: 'notify.points_adjusted', variables: { change, note } };
  return [words, { key: 'notify.balance', variables: { balance } }];
}

/** What a purchase did: what was paid with points, what was earned, what waits and until when. */
function purchaseWords(event: Extract<CustomerEvent, { type: 'points_earned' }>): Words[] {
  const { points, pending, spent, releaseAt, balance } = event;
  const words: Words[] = [];
  if (spent > 0) words.push({ key: 'notify.points_spent', variables: { points: spent } });
  if (points > 0) words.push({ key: 'notify.points_earned', variables: { points, balance } });
  if (pending > 0 && releaseAt === null) {
    words.push({ key: 'notify.points_pending', variables: { points: pending } });
  }
  if (pending > 0 && releaseAt !== null) {
    words.push({ key: 'notify.points_pending_until', variables: { points: pending, at: releaseAt } });
  }
  if (spent > 0 && points === 0) words.push({ key: 'notify.balance', variables: { balance } });
  return words;
}
