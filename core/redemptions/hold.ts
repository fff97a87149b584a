import { type Refusal, refuse } from '../errors.ts';
import type { Posting } from '../ledger/posting.ts';
import type { Redemption, SpendingRules } from './types.ts';

/** Who moves points, and when. */
export interface Moving {
  readonly actor: string;
  /** When it happened, which may be before now. */
  readonly at: number;
}

/** Why `points` cannot be taken from a balance; undefined when they can. */
export function shortage(balance: number, points: number): Refusal | undefined {
  if (points <= balance) return undefined;
  const detail = `the customer can spend ${Math.max(0, balance)} points`;
  return refuse('insufficient_points', detail, '/points', { balance }).refusal;
}

/** Sets the points of `redemption` aside until `until`, those that burn first. They must be there. */
export function setAside(
  redemption: Redemption,
  until: number,
  posting: Posting,
  { actor, at }: Moving,
): Redemption {
  const reason = { rule: 'hold', until } as const;
  const taken = posting.hold(redemption.points, { happenedAt: at, actor, reference: redemption.id, reason });
  return { ...redemption, status: 'held', expiresAt: until, taken };
}

/** Ends an open redemption without a purchase: points that were held are free again, each in its own lot. */
export function letGo(
  redemption: Redemption,
  how: 'cancelled' | 'expired',
  posting: Posting,
  rules: SpendingRules,
  { actor, at, now }: Moving & { readonly now: number },
): Redemption {
  if (redemption.status === 'held') {
    posting.cancelHold(redemption.taken, rules.graceUntil(now), {
      happenedAt: at,
      actor,
      reference: redemption.id,
      reason: { rule: 'hold_over', how },
    });
  }
  return { ...redemption, status: how, settledAt: at, taken: [], revision: redemption.revision + 1 };
}

/** Whether it can still become a purchase: the customer is being asked, or points are held. */
export function isOpen({ status }: Redemption): boolean {
  return status === 'awaiting_customer' || status === 'held';
}
