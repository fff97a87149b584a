import type {
  Address,
  CouponIssuedEvent,
  CustomerChanges,
  CustomerEvent,
  CustomerFacts,
  CustomerRecord,
  Locale,
} from '../customers/types.ts';
import type { Command, Context } from '../ports.ts';
import type { MessageCategory, MessagingChanges, OutboxMessage, Reply, Words } from './types.ts';

/** The chat a customer is written to: the one used last among those that still reach the person. */
export function preferredAddress(record: CustomerRecord): Address | undefined {
  return record.addresses
    .filter((address) => address.reachable)
    .sort((a, b) => b.lastSeenAt - a.lastSeenAt || (a.id < b.id ? -1 : 1))[0];
}

/** A command that also tells the customer what happened, by messages of the same commit. */
export function withNotifications<
  Needs,
  Facts extends CustomerFacts,
  Changes extends CustomerChanges & MessagingChanges,
  Result,
>(
  command: Command<Needs, Facts, Changes, Result>,
): Command<Needs, Facts, Changes & MessagingChanges, Result> {
  return {
    ...command,
    decide(facts, context) {
      const decision = command.decide(facts, context);
      if (!decision.ok) return decision;
      const messages = messagesFor(decision.changes.events ?? [], facts, context);
      if (messages.length === 0) return decision;
      const { changes } = decision;
      const all = [...(changes.messages ?? []), ...messages];
      const choices = [...(changes.choices ?? []), ...messages.flatMap(choicesOf)];
      return { ...decision, changes: { ...changes, messages: all, choices } };
    },
  };
}

/** A message for each event worth one, unless the customer asked us not to write about points and purchases. */
function messagesFor(
  events: readonly CustomerEvent[],
  facts: CustomerFacts,
  context: Context,
): OutboxMessage[] {
  return events.flatMap((event) => {
    const record = facts.customer({ id: event.customerId });
    const address = record && preferredAddress(record);
    const reply = address && replyTo(event, address.locale);
    // A question from the till comes even to who wants no messages: without an answer the points cannot be spent.
    const category = event.type === 'points_asked' ? 'reply' : 'service';
    if (!record || !reply || (category === 'service' && record.consents.service === false)) return [];
    return [messageTo(address, category, reply, context)];
  });
}

function messageTo(
  address: Address,
  category: MessageCategory,
  reply: Reply,
  context: Context,
): OutboxMessage {
  return {
    id: context.ids.next('msg', context.now),
    addressId: address.id,
    customerId: address.customerId,
    channel: address.channel,
    category,
    reply,
    replaces: null,
    createdAt: context.now,
    dueAt: context.now,
  };
}

/** A message with buttons can be answered by a number where there are none. */
function choicesOf({ addressId, reply }: OutboxMessage): NonNullable<MessagingChanges['choices']> {
  const choices = (reply.buttons ?? []).flat().flatMap((one) => (one.kind === 'press' ? [one.data] : []));
  return choices.length > 0 ? [{ addressId, choices }] : [];
}

/** Nothing where there is nothing to tell: a registration is answered in its own chat, zero points are no news. */
function replyTo(event: CustomerEvent, locale: Locale): Reply | undefined {
  switch (event.type) {
    case 'registered':
      return undefined;
    case 'points_earned': {
      const words = purchaseWords(event);
      return words.length > 0 ? { paragraphs: [words] } : undefined;
    }
    case 'goods_returned':
      return { paragraphs: [returnWords(event)] };
    case 'points_asked':
      return question(event);
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
  return { paragraphs: [ask, { key: 'redeem.not_you' }], buttons: [[yes, no]] };
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
