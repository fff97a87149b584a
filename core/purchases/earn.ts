import type { Circumstances, Posting } from '../ledger/posting.ts';
import type { Points } from '../points.ts';
import type { Purchase, PurchaseRules } from './types.ts';

/** Where points are earned, and when. */
export interface Earning {
  readonly posting: Posting;
  readonly rules: PurchaseRules;
  readonly now: number;
}

/**
 * The purchase with `amount` points earned: they count at once and live from when they were earned, or wait, for the
 * payment or for the return window to close.
 */
export function earnOn(
  purchase: Purchase,
  amount: Points,
  why: Circumstances,
  { posting, rules, now }: Earning,
): Purchase {
  const releaseAt = purchase.paidAt === null ? null : rules.releaseAt(purchase.paidAt);
  if (amount === 0) return { ...purchase, releaseAt };
  if (releaseAt === null || releaseAt > now) {
    posting.earnPending(amount, why);
    return { ...purchase, releaseAt, pending: amount };
  }
  const { lots } = posting.earn('accrual', amount, rules.expiresAt(why.happenedAt), why);
  return { ...purchase, releaseAt, earned: amount, lotId: lots[0]?.id ?? null };
}
