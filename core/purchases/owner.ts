import { createCustomer } from '../customers/create.ts';
import type { CustomerChanges, CustomerFacts, CustomerRecord, CustomerRef } from '../customers/types.ts';
import { type Outcome, refuse } from '../errors.ts';
import type { CustomerId } from '../ids.ts';
import type { Context } from '../ports.ts';

/** A customer named by a shop, and the rows of one who is new. */
export interface Named {
  readonly record: CustomerRecord;
  readonly changes: CustomerChanges;
}

/**
 * The customer a shop names: a phone or a shop's own id that nobody has yet makes one. Refuses `customer_not_found` for a
 * card or an id of ours that nobody has.
 */
export function knownOrMade(ref: CustomerRef, facts: CustomerFacts, context: Context): Outcome<Named> {
  const found = facts.customer(ref);
  if (found) return { ok: true, result: { record: found, changes: {} } };
  const made = createCustomer(ref, context);
  if (made) return { ok: true, result: made };
  return refuse(
    'customer_not_found',
    'nobody has this card or id; name the customer by phone to make a new one',
    '/customer',
  );
}

/** Whose a cart or an order is: the account that stays, where this one was merged. Refuses also who was erased. */
export function ownerOf(
  ref: CustomerRef,
  facts: CustomerFacts,
  context: Context,
): Outcome<{ readonly id: CustomerId; readonly changes: CustomerChanges }> {
  const named = knownOrMade(ref, facts, context);
  if (!named.ok) return named;
  const { record, changes } = named.result;
  const { id, mergedInto, erasedAt } = record.customer;
  if (erasedAt !== null) return refuse('customer_not_found', 'this customer was erased', '/customer');
  return { ok: true, result: { id: mergedInto ?? id, changes } };
}
