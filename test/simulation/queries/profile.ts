import type { CustomerId } from '../../../core/ids.ts';
import type { ProfileFact, ProfileFactChanges } from '../../../core/insights/facts/types.ts';
import type { MemoryStore } from '../memory_store.ts';

/** The key of a fact. */
export function profileKey({ customerId, name, item }: ProfileFact): string {
  return `${customerId} ${name} ${item}`;
}

/** A customer and the accounts merged into that one. */
function oneself(store: MemoryStore, id: string): readonly string[] {
  const merged = [...store.customers.values()].filter((one) => one.mergedInto === id);
  return [id, ...merged.map((one) => one.id)];
}

/** What is known about a customer, with what was said to accounts merged into this one. */
export function profileOf(store: MemoryStore, id: CustomerId): readonly ProfileFact[] {
  return oneself(store, id).flatMap((one) => store.profileFacts.all('customer', one));
}

/** Forgets what is known about a customer, but what was denied unless `all` goes. */
export function forgetProfile(store: MemoryStore, id: string, all: boolean): void {
  for (const fact of oneself(store, id).flatMap((one) => store.profileFacts.all('customer', one))) {
    if (all || fact.deniedAt === null) store.profileFacts.remove(profileKey(fact));
  }
}

/** Writes what people say about customers. */
export function writeProfile(
  store: MemoryStore,
  { profileFacts = [], profileFactsForgotten = [] }: ProfileFactChanges,
): void {
  for (const id of profileFactsForgotten) forgetProfile(store, id, false);
  for (const fact of profileFacts) {
    if (store.profileFacts.get(profileKey(fact))) store.profileFacts.update(fact);
    else store.profileFacts.insert(fact);
  }
}
