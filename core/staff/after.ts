import type { CustomerRecord } from '../customers/types.ts';
import type { LedgerTransaction, Lot } from '../ledger/types.ts';
import { points } from '../points.ts';
import type { Redemption, RedemptionChanges, RedemptionFacts, RedemptionRef } from '../redemptions/types.ts';

/**
 * The facts as they will be once `changes` are committed, as far as ledgers and redemptions go: so that one commit
 * can hold what two use cases decide one after the other.
 */
export function after<Facts extends RedemptionFacts>(facts: Facts, changes: RedemptionChanges): Facts {
  const { redemptions = [], redemptionUpdates = [], transactions = [] } = changes;
  const newest = [...redemptions, ...redemptionUpdates].reverse();
  const later: Pick<RedemptionFacts, 'redemption' | 'customer'> = {
    redemption: (ref) => newest.find((one) => isMeant(one, ref)) ?? facts.redemption(ref),
    customer(ref) {
      const record = facts.customer(ref);
      return record && transactions.reduce(post, record);
    },
  };
  // A proxy and no copy: whatever object the facts are, the rest of them answers as before.
  return new Proxy(facts, {
    get(target, name) {
      const value = Reflect.get(later, name) ?? Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function isMeant(one: Redemption, ref: RedemptionRef): boolean {
  return 'id' in ref ? one.id === ref.id : one.shopId === ref.shopId && one.externalId === ref.externalId;
}

function post(record: CustomerRecord, transaction: LedgerTransaction): CustomerRecord {
  const { customer, head, lots } = record;
  if (transaction.customerId !== customer.id) return record;
  const { seq, balance } = transaction;
  return { ...record, head: { ...head, seq, balance }, lots: lotsAfter(lots, transaction) };
}

function lotsAfter(lots: readonly Lot[], { moves, lots: made }: LedgerTransaction): readonly Lot[] {
  const moved = new Map(moves.map((move) => [move.lotId, move.points]));
  return [...lots, ...made]
    .map((lot) => ({ ...lot, remaining: points(lot.remaining + (moved.get(lot.id) ?? 0)) }))
    .filter((lot) => lot.remaining > 0);
}
