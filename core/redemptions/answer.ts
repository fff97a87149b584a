import type { CustomerRecord } from '../customers/types.ts';
import { openPosting } from '../ledger/posting.ts';
import type { Context } from '../ports.ts';
import { setAside, shortage } from './hold.ts';
import type { Redemption, RedemptionChanges } from './types.ts';

/** What an answer in the chat came to: the redemption as it is now, and what there was to spend. */
export interface Answered {
  readonly redemption: Redemption;
  readonly balance: number;
  readonly changes: RedemptionChanges;
}

/**
 * The customer's yes or no to a till that asked for points. A yes sets them aside, and the till gets its whole time
 * from now on; when they are no longer there, the redemption is cancelled. An answer to what is over, or answered
 * already, changes nothing. `record` is the customer's own, with all open lots.
 */
export function answerRedemption(
  asked: Redemption,
  yes: boolean,
  { head, lots }: CustomerRecord,
  context: Context,
): Answered {
  const { now } = context;
  const posting = openPosting(head, lots, context);
  posting.expireDue(now);
  const balance = posting.balance.available;
  if (asked.status !== 'awaiting_customer' || asked.expiresAt <= now) {
    return { redemption: asked, balance, changes: {} };
  }
  const next = { ...asked, revision: asked.revision + 1 };
  if (!yes || shortage(balance, asked.points)) {
    const status = yes ? 'cancelled' : 'declined';
    const redemption = { ...next, status, settledAt: now } as const;
    return { redemption, balance, changes: { redemptionUpdates: [redemption] } };
  }
  const until = now + (asked.expiresAt - asked.createdAt);
  const redemption = setAside(next, until, posting, { actor: 'customer', at: now });
  const changes = { redemptionUpdates: [redemption], transactions: posting.transactions };
  return { redemption, balance, changes };
}
