import type { HistoryItem, HistoryNeed } from '../../../core/dialogs/types.ts';
import type { CustomerId } from '../../../core/ids.ts';
import type { LedgerTransaction } from '../../../core/ledger/types.ts';
import type { Habits, HabitsNeed, Purchase, WaitingPoints } from '../../../core/purchases/types.ts';
import type { MemoryStore } from '../memory_store.ts';

function payableOf({ totalMinor, discountMinor }: Purchase): number {
  return totalMinor - discountMinor;
}

/** What a customer has done so far. */
export function habitsOf(store: MemoryStore, { customerId, since }: HabitsNeed): Habits {
  const own = store.purchases.all('customer', customerId);
  const kept = own.filter(
    (one) => one.kind === 'sale' && (one.refundedMinor < payableOf(one) || payableOf(one) === 0),
  );
  const lately = own.filter((one) => one.at >= since);
  const paidMinor = lately.reduce((sum, one) => sum + payableOf(one) - one.refundedMinor, 0);
  return { sales: kept.length, paidMinor };
}

/** How many receipts a customer has claimed after `since`. */
export function claimsSince(store: MemoryStore, id: CustomerId, since: number): number {
  const own = store.purchases.all('customer', id);
  return own.filter(({ claimedAt }) => claimedAt !== null && claimedAt > since).length;
}

/** How many dates of waiting points are told apart. */
const mostDates = 5;

/** What waits, by date; what waits for a payment last. */
export function waitingOf(store: MemoryStore, id: CustomerId): WaitingPoints[] {
  const byDate = new Map<number | null, number>();
  for (const { pending, releaseAt } of store.purchases.all('customer', id)) {
    if (pending > 0) byDate.set(releaseAt, (byDate.get(releaseAt) ?? 0) + pending);
  }
  const last = Number.MAX_SAFE_INTEGER;
  const dates = [...byDate.keys()].sort((a, b) => (a ?? last) - (b ?? last)).slice(0, mostDates);
  return dates.map((releaseAt) => ({ points: byDate.get(releaseAt) ?? 0, releaseAt }));
}

/** How many points of a lot have burned. */
export function burnedOf(chain: readonly LedgerTransaction[], lotId: string): number {
  let burned = 0;
  for (const { kind, moves } of chain) {
    if (kind !== 'expiry') continue;
    for (const move of moves) if (move.lotId === lotId) burned -= move.points;
  }
  return burned;
}

/** A page of a customer's history, newest first; points set aside that have been spent since are one event. */
export function historyOf(
  store: MemoryStore,
  { customerId, limit, beforeSeq = Number.MAX_SAFE_INTEGER }: HistoryNeed,
): HistoryItem[] {
  const chain = store.ledger.of(customerId);
  const isSpentHold = ({ kind, reference }: LedgerTransaction) =>
    kind === 'hold' && chain.some((later) => later.kind === 'redemption' && later.reference === reference);
  const older = chain.filter((transaction) => transaction.seq < beforeSeq && !isSpentHold(transaction));
  return older
    .slice(-limit)
    .reverse()
    .map((transaction) => historyItem(store, transaction));
}

function historyItem(store: MemoryStore, transaction: LedgerTransaction): HistoryItem {
  const { entries: _, lots, moves, ...rest } = transaction;
  const moved = moves.flatMap(({ lotId, points }) => {
    const lot = store.lots.get(lotId);
    return lot ? [{ ...lot, points }] : [];
  });
  const shown = [...lots, ...moved].map(({ id, points, earnedAt, expiresAt }) => ({
    ...{ id, points, earnedAt, expiresAt },
  }));
  const purchase = store.purchases.get(transaction.reference ?? '');
  return { ...rest, lots: shown, ...(purchase ? { purchase } : {}) };
}
