import type { CustomerId } from '../ids.ts';
import { openPosting } from '../ledger/posting.ts';
import type { LedgerChanges } from '../ledger/types.ts';
import type { Command } from '../ports.ts';
import type { CustomerFacts, CustomerNeeds } from './types.ts';

/** Writes off what is due in a customer's lots, as of the midnight each was due. Safe to repeat. */
export function expirePoints(
  id: CustomerId,
): Command<CustomerNeeds, CustomerFacts, LedgerChanges, { readonly expired: number }> {
  return {
    name: 'points.expire',
    needs: { customers: [{ ref: { id }, lots: 'due' }] },
    decide(facts, context) {
      const record = facts.customer({ id });
      if (!record) return { ok: true, changes: {}, result: { expired: 0 } };
      const posting = openPosting(record.head, record.lots, context);
      const transactions = posting.expireDue(context.now);
      const expired = transactions.reduce((sum, transaction) => sum - transaction.points, 0);
      return { ok: true, changes: { transactions }, result: { expired } };
    },
  };
}
