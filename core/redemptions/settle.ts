import type { CustomerRecord } from '../customers/types.ts';
import { invariant, refuse } from '../errors.ts';
import type { RedemptionId, ShopId } from '../ids.ts';
import { openPosting, type Posting } from '../ledger/posting.ts';
import type { Context, Decision } from '../ports.ts';
import { isOpen, letGo } from './hold.ts';
import { spendHeld, spendRefusal } from './spend.ts';
import type {
  Redemption,
  RedemptionChanges,
  RedemptionCommand,
  RedemptionFacts,
  SpendingRules,
} from './types.ts';

type Settled = Decision<RedemptionChanges, Redemption>;

/** A redemption with the ledger of its customer, which is opened only where points move. */
interface Opened {
  readonly redemption: Redemption;
  readonly posting: () => Posting;
  readonly context: Context;
}

/** Whose command it is: a shop settles only its own. */
interface By {
  readonly shopId: ShopId;
  readonly actor: string;
}

/**
 * The held points are spent. Again: the same. Refuses `redemption_not_found`, `redemption_not_agreed` while the
 * customer is being asked, `redemption_expired`, and `redemption_closed` after a cancellation or a no.
 */
export function confirmRedemption(
  id: RedemptionId,
  by: By,
  rules: SpendingRules,
): RedemptionCommand<Redemption> {
  return settling('redemption.confirm', id, by.shopId, ({ redemption, posting, context }) => {
    const { now } = context;
    const refusal = spendRefusal(redemption, now);
    if (refusal) return { ok: false, refusal };
    if (redemption.status === 'confirmed') return unchanged(redemption);
    const ledger = posting();
    const spent = spendHeld(redemption, ledger, rules, { actor: by.actor, at: now, now });
    return changed(spent, ledger, [spentEvent(spent, ledger.balance.available, now)]);
  });
}

/**
 * The held points are free again, or the question to the customer is moot. What is over already without a purchase
 * stays as it is. Refuses `redemption_not_found`, and `redemption_closed` when the points are spent.
 */
export function cancelRedemption(
  id: RedemptionId,
  by: By,
  rules: SpendingRules,
): RedemptionCommand<Redemption> {
  return settling('redemption.cancel', id, by.shopId, ({ redemption, posting, context }) => {
    const { now } = context;
    if (redemption.status === 'confirmed') {
      const detail = 'these points are spent: they come back when the purchase they paid for is refunded';
      return refuse('redemption_closed', detail);
    }
    if (!isOpen(redemption)) return unchanged(redemption);
    const how = redemption.expiresAt <= now ? 'expired' : 'cancelled';
    const ledger = posting();
    return changed(letGo(redemption, how, ledger, rules, { actor: by.actor, at: now, now }), ledger);
  });
}

/** The time of a redemption is over: what it held is free again. Does nothing before that. Safe to repeat. */
export function expireRedemption(id: RedemptionId, rules: SpendingRules): RedemptionCommand<Redemption> {
  return settling('redemption.expire', id, undefined, ({ redemption, posting, context }) => {
    const { now } = context;
    const { expiresAt: at } = redemption;
    if (!isOpen(redemption) || at > now) return unchanged(redemption);
    const ledger = posting();
    const actor = 'job:redemptions';
    return changed(letGo(redemption, 'expired', ledger, rules, { actor, at, now }), ledger);
  });
}

/** A command over one redemption; with `shopId`, those of other shops are not there. */
function settling(
  name: string,
  id: RedemptionId,
  shopId: ShopId | undefined,
  decide: (opened: Opened) => Settled,
): RedemptionCommand<Redemption> {
  const find = (facts: RedemptionFacts) => {
    const redemption = facts.redemption({ id });
    return shopId === undefined || redemption?.shopId === shopId ? redemption : undefined;
  };
  return {
    name,
    needs: { redemptions: [{ id }] },
    moreNeeds: [
      (facts) => {
        const customerId = find(facts)?.customerId;
        return customerId ? { customers: [{ ref: { id: customerId }, lots: 'open' }] } : {};
      },
    ],
    decide(facts, context) {
      const redemption = find(facts);
      if (!redemption) return refuse('redemption_not_found', 'this shop has no redemption with this id');
      const record = facts.customer({ id: redemption.customerId });
      invariant(record, 'the customer of a redemption exists');
      return decide({ redemption, posting: () => openLedger(record, context), context });
    },
  };
}

function openLedger({ head, lots }: CustomerRecord, context: Context): Posting {
  const posting = openPosting(head, lots, context);
  posting.expireDue(context.now);
  return posting;
}

function unchanged(redemption: Redemption): Settled {
  return { ok: true, changes: {}, result: redemption };
}

function changed(
  redemption: Redemption,
  posting: Posting,
  events: NonNullable<RedemptionChanges['events']> = [],
): Settled {
  const changes = { redemptionUpdates: [redemption], transactions: posting.transactions, events };
  return { ok: true, changes, result: redemption };
}

function spentEvent({ id: reference, customerId, points, store }: Redemption, balance: number, at: number) {
  return { type: 'points_spent', reference, customerId, points, store, balance, at } as const;
}
