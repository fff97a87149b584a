import type { Balance, LedgerTransaction, Lot } from './types.ts';

/** A transaction as its owner reads it. */
export type HistoryEntry = Omit<LedgerTransaction, 'entries' | 'moves' | 'lots'> & {
  /** The lots it made or took from. */
  readonly lots: readonly {
    readonly id: string;
    readonly points: number;
    readonly earnedAt: number;
    readonly expiresAt: number;
  }[];
};

/** What a customer has at a moment, without lots that are due but not yet written off. */
export interface PointsView extends Balance {
  /** The next points to burn, and when; absent when nothing does. */
  readonly nextExpiry?: { readonly points: number; readonly at: number };
}

/** The balance as of `now`, from the head's balance and the open lots. */
export function viewPoints(balance: Balance, openLots: readonly Lot[], now: number): PointsView {
  const due = openLots.filter((lot) => lot.expiresAt <= now);
  const available = balance.available - due.reduce((sum, lot) => sum + lot.remaining, 0);
  const alive = openLots.filter((lot) => lot.expiresAt > now);
  const at = Math.min(...alive.map((lot) => lot.expiresAt));
  if (alive.length === 0) return { ...balance, available };
  const burning = alive.filter((lot) => lot.expiresAt === at).reduce((sum, lot) => sum + lot.remaining, 0);
  return { ...balance, available, nextExpiry: { points: burning, at } };
}
