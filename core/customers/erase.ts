import { refuse } from '../errors.ts';
import type { CustomerId } from '../ids.ts';
import { openPosting } from '../ledger/posting.ts';
import type { LedgerChanges } from '../ledger/types.ts';
import type { Command, Context } from '../ports.ts';
import type { CustomerChanges, CustomerFacts, CustomerNeeds, CustomerRecord, CustomerRef } from './types.ts';

/**
 * Forgets a person: the points are given up, and everything that names or reaches the person is removed; the
 * ledger stays and still sums. Again by our own id: nothing more happens. Refuses `customer_not_found`.
 */
export function eraseCustomer(
  ref: CustomerRef,
  actor: string,
): Command<
  CustomerNeeds,
  CustomerFacts,
  CustomerChanges & LedgerChanges,
  { readonly customer: CustomerId; readonly forfeited: number }
> {
  return {
    name: 'customer.erase',
    needs: { customers: [{ ref, lots: 'open' }] },
    decide(facts, context) {
      const record = facts.customer(ref);
      if (!record) return refuse('customer_not_found', 'nobody is known by this reference');
      const { changes, forfeited } = erasureOf(record, actor, context);
      return { ok: true, changes, result: { customer: record.customer.id, forfeited } };
    },
  };
}

/** What erasing `record` (with all its open lots) writes, and how many points are given up. */
export function erasureOf(
  record: CustomerRecord,
  actor: string,
  context: Context,
): { readonly changes: CustomerChanges & LedgerChanges; readonly forfeited: number } {
  const { customer, head, lots } = record;
  if (customer.erasedAt !== null) return { changes: {}, forfeited: 0 };
  const posting = openPosting(head, lots, context);
  posting.expireDue(context.now);
  const { available, pending } = posting.balance;
  posting.forfeitAll({ happenedAt: context.now, actor, reason: { rule: 'erasure' } });
  return {
    changes: {
      transactions: posting.transactions,
      erasures: [{ customerId: customer.id, at: context.now }],
    },
    forfeited: available + pending,
  };
}
