import type { Address, ChannelName, CustomerRecord, Locale } from '../customers/types.ts';
import type { AddressId } from '../ids.ts';
import type { CascadeStep, Notice } from './notices.ts';
import { wantedOn } from './policy.ts';
import { priceOf, ratedCountry } from './price.ts';
import type { MessagingRules } from './rules.ts';
import { lesserDepth } from './states.ts';

type Planned = Pick<Notice, 'category'> & Partial<Pick<Notice, 'reply'>>;

const minuteMs = 60_000;

/** The chats that lead to the person, the one used last before the others. A number SMS go to is no chat. */
export function reachableChats({ addresses }: CustomerRecord): Address[] {
  return addresses
    .filter(({ channel, reachable }) => reachable && channel !== 'sms')
    .sort((a, b) => b.lastSeenAt - a.lastSeenAt || (a.id < b.id ? -1 : 1));
}

/** The chat a customer is answered in, and asked in from a till: the one used last. */
export function preferredAddress(record: CustomerRecord): Address | undefined {
  return reachableChats(record)[0];
}

/** The language a customer is told things in. */
export function localeOf(record: CustomerRecord, { program }: MessagingRules): Locale {
  const { locale } = record.customer;
  return preferredAddress(record)?.locale ?? locale ?? record.addresses[0]?.locale ?? program.locale;
}

/**
 * The steps of a notice for a customer: the program's channels that are there, lead to the person and are agreed to,
 * in the program's order, none wanting more of a channel than it can tell.
 */
export function planSteps(
  notice: Planned,
  record: CustomerRecord,
  rules: MessagingRules,
  now: number,
): CascadeStep[] {
  const { order, steps } = rules.program.cascades[notice.category];
  const possible = steps.flatMap(({ channel, wants, wait_minutes }) => {
    const rule = rules.channels.get(channel);
    if (!rule || !isOpenTo(channel, notice, record) || isVain(channel, notice)) return [];
    return [{ channel, wants: lesserDepth(wants, rule.receipts), waitMs: wait_minutes * minuteMs }];
  });
  if (order === 'listed') return possible;
  const rankOf = order === 'preferred' ? preferenceOf(record) : costOf(notice, record, rules, now);
  const ranked = possible.map((step, listed) => ({ step, listed, rank: rankOf(step.channel) }));
  return ranked.sort((a, b) => a.rank - b.rank || a.listed - b.listed).map(({ step }) => step);
}

/** A question goes to chats only: an SMS is paid for by us, and its answer by whoever answers. */
function isVain(channel: ChannelName, { reply }: Planned): boolean {
  return channel === 'sms' && reply?.asks === true;
}

/** Whether a channel leads to the person and may carry it. */
export function isOpenTo(channel: ChannelName, notice: Planned, record: CustomerRecord): boolean {
  return wantedOn(channel, notice, record) && leadsTo(channel, record);
}

function leadsTo(channel: ChannelName, record: CustomerRecord): boolean {
  if (channel === 'sms') return smsNumber(record) !== undefined;
  return reachableChats(record).some((address) => address.channel === channel);
}

/** The number SMS go to, E.164; undefined where there is none, or it turned out to lead to nobody. */
export function smsNumber({ customer, addresses }: CustomerRecord): string | undefined {
  const { phone } = customer;
  if (phone === null) return undefined;
  const known = addresses.find(({ channel, externalId }) => channel === 'sms' && externalId === phone);
  return known?.reachable === false ? undefined : phone;
}

/** The chosen messenger first, or the one used last; SMS after all chats, the others as listed. */
function preferenceOf(record: CustomerRecord): (channel: ChannelName) => number {
  const chosen = record.customer.preferredChannel;
  const last = preferredAddress(record)?.channel;
  return (channel) => {
    if (channel === chosen) return 0;
    if (channel === last) return 1;
    return channel === 'sms' ? 3 : 2;
  };
}

/** What a step would cost now, in micros; what has no known price comes last. */
function costOf(
  { category }: Planned,
  record: CustomerRecord,
  { program }: MessagingRules,
  now: number,
): (channel: ChannelName) => number {
  const country = ratedCountry(smsNumber(record), program.prices);
  return (channel) => {
    const seenAt = addressOn(channel, record)?.lastSeenAt;
    const sinceSeenMs = seenAt === undefined ? undefined : now - seenAt;
    return priceOf({ channel, category, sinceSeenMs, country }, program.prices) ?? Number.POSITIVE_INFINITY;
  };
}

/** Where a step is sent: the chat used last there, or the number SMS go to. `tried` are passed over. */
export function addressOn(
  channel: ChannelName,
  record: CustomerRecord,
  tried: ReadonlySet<AddressId> = new Set(),
): Address | undefined {
  if (channel !== 'sms') {
    return reachableChats(record).find((chat) => chat.channel === channel && !tried.has(chat.id));
  }
  const number = smsNumber(record);
  return record.addresses.find(
    (one) => one.channel === 'sms' && one.externalId === number && !tried.has(one.id),
  );
}
