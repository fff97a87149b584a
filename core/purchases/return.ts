import type { CustomerRecord } from '../customers/types.ts';
import { openPosting } from '../ledger/posting.ts';
import { points } from '../points.ts';
import type { Context } from '../ports.ts';
import {
  actorOf,
  decideOn,
  newPurchase,
  onceAs,
  type PurchaseCommand,
  type Recorded,
  resultOf,
} from './sale.ts';
import type { PurchaseInput, PurchaseResult, PurchaseRules } from './types.ts';

/**
 * Records goods brought back without saying which purchase they came from: lines with negative quantities and
 * amounts. The customer's points go down by what the program would give for them today, never below zero; what
 * was no longer there stands in the reason. Refuses what `recordPurchase` refuses.
 */
export function recordReturn(input: PurchaseInput, rules: PurchaseRules): PurchaseCommand<PurchaseResult> {
  return {
    name: 'purchase.return',
    once: onceAs(input),
    needs: input.customer ? { customers: [{ ref: input.customer, lots: 'open' }] } : {},
    decide: (facts, context) =>
      decideOn(input, input.customer, facts, context, (record) => giveBack(input, rules, record, context)),
  };
}

function giveBack(
  input: PurchaseInput,
  rules: PurchaseRules,
  record: CustomerRecord | undefined,
  context: Context,
): Recorded {
  const purchase = newPurchase('return', input, record, rules, context);
  if (!record) return { ok: true, changes: { purchases: [purchase] }, result: resultOf(purchase, 0) };
  const { points: due, reason } = rules.award(input.lines.map((line) => -line.amountMinor));
  const { version, percent, basisMinor, pointValueMinor } = reason;
  const posting = openPosting(record.head, record.lots, context);
  posting.expireDue(context.now);
  const taken = posting.takeBack(due, (points) => ({
    happenedAt: input.at,
    actor: actorOf(input),
    reference: purchase.id,
    reason: {
      rule: 'return_without_receipt',
      version,
      percent,
      basisMinor,
      pointValueMinor,
      missing: due - points,
    },
  }));
  const kept = { ...purchase, earned: points(taken?.points ?? 0) };
  return {
    ok: true,
    changes: { purchases: [kept], transactions: posting.transactions },
    result: resultOf(kept, posting.balance.available),
  };
}
