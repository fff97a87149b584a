import {
  type Attempt,
  type BoughtNeed,
  boughtKey,
  type Notice,
  type NoticeFacts,
  receiptKey,
} from '../../../core/messaging/notices.ts';
import { DAY_MS } from '../../../core/time.ts';
import type { Needs } from '../../../db/facts.ts';
import type { MemoryStore } from '../memory_store.ts';

/** What a command asked to know about notices, as it was when it was read. */
export type NoticesFound = Pick<
  NoticeFacts,
  'notice' | 'attempts' | 'messageOf' | 'offered' | 'heaviest' | 'bought'
>;

/** Reads what is asked for; undefined where nothing is. What no round asked for is answered as by an empty store. */
export function readNotices(
  store: MemoryStore,
  needs: Needs,
  now: number,
  before: NoticesFound | undefined,
): NoticesFound | undefined {
  const { notices: ids = [], receipted = [], offered: offeredTo = [], bought: buyers = [] } = needs;
  const { rivals = [] } = needs;
  if (ids.length + receipted.length + offeredTo.length + buyers.length + rivals.length === 0) return before;
  const notices = new Map<string, Notice>(ids.flatMap((id) => pair(id, store.notices.get(id))));
  const attempts = new Map(ids.map((id) => [id, attemptsOf(store, id)]));
  const messages = new Map(
    receipted.flatMap((ref) =>
      ref.messageId === undefined ? [] : pair(receiptKey(ref), store.messages.get(ref.messageId)),
    ),
  );
  const offered = new Map(offeredTo.map((id) => [id, offersOf(store, id, now)]));
  const heaviest = new Map(rivals.map((id) => [id, heaviestOf(store, id, now)]));
  const bought = new Set(buyers.filter((need) => hasBought(store, need)).map(boughtKey));
  return {
    notice: (id) => notices.get(id) ?? before?.notice(id),
    attempts: (id) => attempts.get(id) ?? before?.attempts(id) ?? [],
    messageOf: (ref) => messages.get(receiptKey(ref)) ?? before?.messageOf(ref),
    offered: (id) => offered.get(id) ?? before?.offered(id) ?? [],
    heaviest: (id) => heaviest.get(id) ?? before?.heaviest(id) ?? 0,
    bought: (need) => bought.has(boughtKey(need)) || (before?.bought(need) ?? false),
  };
}

function pair<Value>(key: string, value: Value | undefined): [string, Value][] {
  return value === undefined ? [] : [[key, value]];
}

function attemptsOf(store: MemoryStore, id: string): Attempt[] {
  return store.messages.all('notice', id).sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** All accounts of the person who has this one. */
function accountsOf(store: MemoryStore, customerId: string): string[] {
  const id = store.customers.get(customerId)?.mergedInto ?? customerId;
  return [id, ...[...store.customers.values()].filter((one) => one.mergedInto === id).map((one) => one.id)];
}

function offersOf(store: MemoryStore, customerId: string, now: number): number[] {
  const begun = new Map<string, number>();
  for (const one of accountsOf(store, customerId).flatMap((id) => store.messages.all('customer', id))) {
    const { category, noticeId, createdAt, state } = one;
    if (category !== 'marketing' || noticeId === null || createdAt <= now - 7 * DAY_MS) continue;
    if (state === 'failed' || state === 'cancelled') continue;
    begun.set(noticeId, Math.min(begun.get(noticeId) ?? createdAt, createdAt));
  }
  return [...begun.values()].sort((a, b) => a - b);
}

function heaviestOf(store: MemoryStore, customerId: string, now: number): number {
  const due = accountsOf(store, customerId)
    .flatMap((id) => store.notices.all('customer', id))
    .filter(
      ({ category, state, dueAt }) =>
        category === 'marketing' && state === 'held' && (dueAt ?? now + 1) <= now,
    );
  return Math.max(0, ...due.map(({ weight }) => weight));
}

function hasBought(store: MemoryStore, { customerId, since }: BoughtNeed): boolean {
  return accountsOf(store, customerId)
    .flatMap((id) => store.purchases.all('customer', id))
    .some(
      ({ kind, at, recordedAt }) =>
        kind === 'sale' && at > since - DAY_MS && Math.max(at, recordedAt) > since,
    );
}
