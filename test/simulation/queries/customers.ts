import type { Merge } from '../../../core/customers/merges.ts';
import type { CodeNeed, CodeStanding } from '../../../core/customers/one_time_code.ts';
import type { ChannelName, CustomerRecord, CustomerRef } from '../../../core/customers/types.ts';
import type { CustomerId } from '../../../core/ids.ts';
import { emptyHead, type LedgerHead } from '../../../core/ledger/types.ts';
import { DAY_MS } from '../../../core/time.ts';
import type { MemoryStore } from '../memory_store.ts';

/** Whom a reference names. */
export function customerOf(store: MemoryStore, ref: CustomerRef) {
  if ('id' in ref) return store.customers.get(ref.id);
  const named = namedBy(store, ref);
  return named?.mergedInto ? store.customers.get(named.mergedInto) : named;
}

function namedBy(store: MemoryStore, ref: Exclude<CustomerRef, { readonly id: CustomerId }>) {
  if ('phone' in ref) return store.customers.find('phone', ref.phone);
  if ('card' in ref) return store.customers.find('card', ref.card);
  const known = store.externalIds.get(`${ref.shopId} ${ref.externalId}`);
  return known && store.customers.get(known.customerId);
}

/** A customer as decisions see one; `open`: with all open lots, else with those due. */
export function recordOf(
  store: MemoryStore,
  ref: CustomerRef,
  open: boolean,
  now: number,
): CustomerRecord | undefined {
  const customer = customerOf(store, ref);
  if (!customer) return undefined;
  const { id } = customer;
  const lots = store.lots.all('open', id).filter((lot) => open || lot.expiresAt <= now);
  const addresses = store.chats
    .all('customer', id)
    .map((chat) => chat.address)
    .sort((a, b) => b.lastSeenAt - a.lastSeenAt || (a.id < b.id ? -1 : 1));
  const answers = store.consents.all('customer', id).sort((a, b) => (a.id < b.id ? -1 : 1));
  const said = (channel: ChannelName | null) =>
    Object.fromEntries(
      answers.filter((one) => one.channel === channel).map(({ category, granted }) => [category, granted]),
    );
  const channels = new Set(answers.flatMap(({ channel }) => channel ?? []));
  const channelConsents = Object.fromEntries([...channels].map((channel) => [channel, said(channel)]));
  return { customer, head: headOf(store, id), lots, addresses, consents: said(null), channelConsents };
}

/** The end of a customer's ledger; hashes are not kept here. */
export function headOf(store: MemoryStore, id: CustomerId): LedgerHead {
  const last = store.ledger.head(id);
  return last ? { customerId: id, seq: last.seq, hash: '', balance: last.balance } : emptyHead(id);
}

/** What was sent lately to a phone, for an asker, and to all. */
export function standingOf(store: MemoryStore, need: CodeNeed, now: number): CodeStanding {
  const { phone, purpose, subject, asker } = need;
  const lately = [...store.codes.values()].filter(({ createdAt }) => createdAt > now - DAY_MS);
  const sent = store.codes.all('phone', phone).map(({ createdAt }) => createdAt);
  return {
    open: store.codes.find('open', `${phone} ${purpose} ${subject}`),
    ofPhone: lately.filter((code) => code.phone === phone).length,
    ofAsker: lately.filter((code) => code.asker === asker).length,
    all: lately.length,
    spentMicros: lately.reduce((sum, { priceMicros }) => sum + priceMicros, 0),
    lastAt: sent.length > 0 ? Math.max(...sent) : null,
  };
}

/** The merges that stand and touch a customer, the newest first. */
export function mergesOf(store: MemoryStore, id: CustomerId): readonly Merge[] {
  const all = [...store.merges.all('from', id), ...store.merges.all('into', id)];
  return all.filter(({ undoneAt }) => undoneAt === null).sort((a, b) => (a.id < b.id ? 1 : -1));
}
