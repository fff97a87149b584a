import { invariant, refuse } from '../errors.ts';
import type { PurchaseId } from '../ids.ts';
import { openPosting } from '../ledger/posting.ts';
import { viewPoints } from '../ledger/view.ts';
import { points } from '../points.ts';
import { type PurchaseCommand, resultOf } from './record.ts';
import type { PurchaseResult, PurchaseRules } from './types.ts';

/**
 * Full payment of a purchase arrived: its pending points can be spent, and live from now on. Paying again changes
 * nothing. Refuses `purchase_not_found`.
 */
export function recordPayment(
  id: PurchaseId,
  actor: string,
  rules: PurchaseRules,
): PurchaseCommand<PurchaseResult> {
  return {
    name: 'purchase.pay',
    needs: { purchases: [id] },
    moreNeeds(facts) {
      const customerId = facts.purchase(id)?.customerId;
      return customerId ? { customers: [{ ref: { id: customerId } }] } : {};
    },
    decide(facts, context) {
      const purchase = facts.purchase(id);
      if (!purchase) return refuse('purchase_not_found', 'no purchase of this shop has this id');
      const record = purchase.customerId ? facts.customer({ id: purchase.customerId }) : undefined;
      invariant(record || !purchase.customerId, 'the customer of a purchase exists');
      const before = record ? viewPoints(record.head.balance, record.lots, context.now).available : 0;
      if (purchase.paidAt !== null) return { ok: true, changes: {}, result: resultOf(purchase, before) };
      const earned = purchase.pending;
      const paid = { ...purchase, paidAt: context.now, earned, pending: 0 };
      const payments = [{ id, paidAt: context.now, earned }];
      if (!record || earned === 0) {
        return { ok: true, changes: { payments }, result: resultOf(paid, before) };
      }
      const posting = openPosting(record.head, record.lots, context);
      posting.expireDue(context.now);
      const reason = { rule: 'payment', version: rules.version } as const;
      const why = { happenedAt: context.now, actor, reason, reference: id };
      posting.release(points(earned), rules.expiresAt(context.now), why);
      const balance = posting.balance.available;
      const customerId = record.customer.id;
      const event = {
        type: 'points_earned',
        customerId,
        points: earned,
        pending: 0,
        balance,
        reference: id,
        at: context.now,
      } as const;
      return {
        ok: true,
        changes: { payments, transactions: posting.transactions, events: [event] },
        result: resultOf(paid, balance),
      };
    },
  };
}
