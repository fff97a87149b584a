import { emptyHead } from '../ledger/types.ts';
import type { Context } from '../ports.ts';
import { newCardNumber } from './card.ts';
import type { Customer, CustomerChanges, CustomerRecord, CustomerRef } from './types.ts';

/**
 * A customer nobody has met: made by a purchase or a shop, not registered. Only a phone or a shop's own id can
 * make one; a card or an id of ours that nobody knows is a mistake, and the answer is undefined.
 */
export function createCustomer(
  ref: CustomerRef,
  context: Context,
): { readonly record: CustomerRecord; readonly changes: CustomerChanges } | undefined {
  if ('card' in ref || 'id' in ref) return undefined;
  const customer: Customer = {
    id: context.ids.next('cus', context.now),
    phone: 'phone' in ref ? ref.phone : null,
    card: newCardNumber(context.random),
    name: null,
    birthday: null,
    gender: null,
    locale: null,
    zone: null,
    city: null,
    preferredChannel: null,
    mergedInto: null,
    createdAt: context.now,
    registeredAt: null,
    registeredIn: null,
    erasedAt: null,
  };
  const externalIds = 'externalId' in ref ? [{ ...ref, customerId: customer.id }] : [];
  return {
    record: {
      ...{ customer, head: emptyHead(customer.id), lots: [], addresses: [] },
      ...{ consents: {}, channelConsents: {} },
    },
    changes: { customers: [customer], externalIds },
  };
}
