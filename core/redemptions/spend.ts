import { type Refusal, refuse } from '../errors.ts';
import type { Posting } from '../ledger/posting.ts';
import type { Redemption, SpendingRules } from './types.ts';

/** Why the held points of `redemption` cannot be spent at `now`; undefined when they can, or have been. */
export function spendRefusal(redemption: Redemption, now: number): Refusal | undefined {
  const { status, expiresAt } = redemption;
  if (status === 'confirmed') return undefined;
  if (status === 'expired' || ((status === 'held' || status === 'awaiting_customer') && expiresAt <= now)) {
    return refuse(
      'redemption_expired',
      'the time of this redemption is over and the points are free again: hold them anew',
    ).refusal;
  }
  if (status === 'awaiting_customer') {
    return refuse('redemption_not_agreed', 'the customer has not answered in the chat yet').refusal;
  }
  if (status === 'held') return undefined;
  const what = status === 'declined' ? 'the customer said no to' : 'somebody cancelled';
  return refuse('redemption_closed', `${what} this redemption: hold the points anew`).refusal;
}

/** Spends the points that `redemption` holds, on the ledger of its customer. One that is confirmed stays as it is. */
export function spendHeld(
  redemption: Redemption,
  posting: Posting,
  rules: SpendingRules,
  why: { readonly actor: string; readonly at: number; readonly now: number },
): Redemption {
  if (redemption.status === 'confirmed') return redemption;
  const { id: reference, consent, amountMinor } = redemption;
  const { version, pointValueMinor } = rules;
  posting.spend(redemption.points, {
    happenedAt: why.at,
    actor: why.actor,
    reference,
    reason: { rule: 'redemption', version, pointValueMinor, amountMinor, consent },
  });
  return { ...redemption, status: 'confirmed', settledAt: why.now, revision: redemption.revision + 1 };
}
