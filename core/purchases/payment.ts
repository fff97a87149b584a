import type { CustomerRecord } from '../customers/types.ts';
import { invariant, refuse } from '../errors.ts';
import type { PurchaseId } from '../ids.ts';
import { openPosting } from '../ledger/posting.ts';
import { viewPoints } from '../ledger/view.ts';
import { points } from '../points.ts';
import type { Context } from '../ports.ts';
import { type PurchaseCommand, type Recorded, resultOf } from './sale.ts';
import type { Purchase, PurchaseFacts, PurchaseNeeds, PurchaseResult, PurchaseRules } from './types.ts';

/**
 * Full payment of a purchase arrived: its pending points can be spent, and live from now on, unless they wait for
 * the return window to close. Paying again changes nothing. Refuses `purchase_not_found`.
 */
export function recordPayment(
  id: PurchaseId,
  actor: string,
  rules: PurchaseRules,
): PurchaseCommand<PurchaseResult> {
  return {
    name: 'purchase.pay',
    needs: { purchases: [id] },
    moreNeeds: [(facts) => ownerNeeds(facts, id)],
    decide(facts, context) {
      const purchase = facts.purchase(id);
      if (!purchase) return refuse('purchase_not_found', 'no purchase of this shop has this id');
      const record = ownerOf(purchase, facts);
      if (purchase.paidAt !== null) {
        const balance = record ? viewPoints(record.head.balance, record.lots, context.now).available : 0;
        return { ok: true, changes: {}, result: resultOf(purchase, balance) };
      }
      const releaseAt = rules.releaseAt(context.now);
      const paid = { ...purchase, paidAt: context.now, releaseAt, revision: purchase.revision + 1 };
      return release(paid, record, { rule: 'payment', version: rules.version }, actor, rules, context);
    },
  };
}

/** The return window of a purchase closed: what still waits can be spent. Safe to repeat. */
export function releasePending(id: PurchaseId, rules: PurchaseRules): PurchaseCommand<PurchaseResult> {
  return {
    name: 'purchase.release',
    needs: { purchases: [id] },
    moreNeeds: [(facts) => ownerNeeds(facts, id)],
    decide(facts, context) {
      const purchase = facts.purchase(id);
      if (!purchase) return refuse('purchase_not_found', 'no purchase has this id');
      const record = ownerOf(purchase, facts);
      const { releaseAt, pending } = purchase;
      if (releaseAt === null || releaseAt > context.now || pending === 0) {
        return { ok: true, changes: {}, result: resultOf(purchase, record?.head.balance.available ?? 0) };
      }
      const next = { ...purchase, revision: purchase.revision + 1 };
      const reason = { rule: 'return_window', version: rules.version } as const;
      return release(next, record, reason, 'job:release', rules, context);
    },
  };
}

function ownerNeeds(facts: PurchaseFacts, id: PurchaseId): PurchaseNeeds {
  const customerId = facts.purchase(id)?.customerId;
  return customerId ? { customers: [{ ref: { id: customerId } }] } : {};
}

/** The customer of a purchase, if it has one. Must have been asked for. */
export function ownerOf(purchase: Purchase, facts: PurchaseFacts): CustomerRecord | undefined {
  const record = purchase.customerId ? facts.customer({ id: purchase.customerId }) : undefined;
  invariant(record || !purchase.customerId, 'the customer of a purchase exists');
  return record;
}

/** Makes pending points spendable if their time has come; they live from that moment on. */
function release(
  purchase: Purchase,
  record: CustomerRecord | undefined,
  reason: { readonly rule: 'payment' | 'return_window'; readonly version: number },
  actor: string,
  rules: PurchaseRules,
  context: Context,
): Recorded {
  const { pending: waiting, releaseAt } = purchase;
  const late = releaseAt !== null && releaseAt > context.now;
  // Who was erased meanwhile has given up what waited.
  if (!record || waiting === 0 || late || record.customer.erasedAt !== null) {
    const kept = record && record.customer.erasedAt !== null ? { ...purchase, pending: 0 } : purchase;
    const balance = record ? viewPoints(record.head.balance, record.lots, context.now).available : 0;
    return { ok: true, changes: { purchaseUpdates: [kept] }, result: resultOf(kept, balance) };
  }
  const posting = openPosting(record.head, record.lots, context);
  posting.expireDue(context.now);
  // Late after a downtime, points count and live from the moment that was promised.
  const at = reason.rule === 'return_window' ? (releaseAt ?? context.now) : context.now;
  const why = { happenedAt: at, actor, reason, reference: purchase.id };
  const { lots } = posting.release(points(waiting), rules.expiresAt(at), why);
  const kept = { ...purchase, earned: purchase.earned + waiting, pending: 0, lotId: lots[0]?.id ?? null };
  const balance = posting.balance.available;
  const event = {
    type: 'points_earned',
    customerId: record.customer.id,
    ...{ points: waiting, pending: 0, spent: 0, releaseAt, balance },
    reference: purchase.id,
    actedAt: reason.rule === 'payment' ? context.now : null,
    at: context.now,
  } as const;
  return {
    ok: true,
    changes: { purchaseUpdates: [kept], transactions: posting.transactions, events: [event] },
    result: resultOf(kept, balance),
  };
}
