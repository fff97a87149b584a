import type { CustomerRecord, CustomerRef } from '../../../core/customers/types.ts';
import type { CustomerId } from '../../../core/ids.ts';
import { emptyHead, type LedgerHead } from '../../../core/ledger/types.ts';
import type { MemoryStore } from '../memory_store.ts';

/** Whom a reference names. */
export function customerOf(store: MemoryStore, ref: CustomerRef) {
  if ('phone' in ref) return store.customers.find('phone', ref.phone);
  if ('card' in ref) return store.customers.find('card', ref.card);
  if ('id' in ref) return store.customers.get(ref.id);
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
  const consents = Object.fromEntries(answers.map(({ category, granted }) => [category, granted]));
  return { customer, head: headOf(store, id), lots, addresses, consents, channelConsents: {} };
}

/** The end of a customer's ledger; hashes are not kept here. */
export function headOf(store: MemoryStore, id: CustomerId): LedgerHead {
  const last = store.ledger.head(id);
  return last ? { customerId: id, seq: last.seq, hash: '', balance: last.balance } : emptyHead(id);
}
