import { createCustomer } from '../customers/create.ts';
import type { CustomerRecord } from '../customers/types.ts';
import { refuse } from '../errors.ts';
import { openPosting } from '../ledger/posting.ts';
import { type Command, type Context, type Decision, mergeChanges } from '../ports.ts';
import type {
  Award,
  Purchase,
  PurchaseChanges,
  PurchaseFacts,
  PurchaseInput,
  PurchaseNeeds,
  PurchaseResult,
  PurchaseRules,
} from './types.ts';

/** A use case over purchases. */
export type PurchaseCommand<Result> = Command<PurchaseNeeds, PurchaseFacts, PurchaseChanges, Result>;

/** How far ahead of our clock a till's clock may run, in milliseconds. */
export const CLOCK_SKEW_MS = 10 * 60_000;

/**
 * Records a purchase: a customer named by an unknown phone or shop's id is made, points are earned (or wait, until
 * it is paid). Refuses `customer_not_found` and `in_the_future`; the same id with another body, `purchase_conflict`.
 */
export function recordPurchase(input: PurchaseInput, rules: PurchaseRules): PurchaseCommand<PurchaseResult> {
  return {
    name: 'purchase.record',
    once: onceAs(input),
    needs: input.customer ? { customers: [{ ref: input.customer }] } : {},
    decide: (facts, context) =>
      decideOn(input, facts, context, (record) => sale(input, rules, record, context)),
  };
}

/** The natural key of a receipt: sales and returns of a shop share one numbering. */
export function onceAs(input: PurchaseInput): NonNullable<PurchaseCommand<unknown>['once']> {
  return {
    scope: `${input.shopId} purchase`,
    key: input.externalId,
    input,
    conflictCode: 'purchase_conflict',
  };
}

/** Finds or makes the customer, then lets `write` decide; what both change is merged. */
export function decideOn(
  input: PurchaseInput,
  facts: PurchaseFacts,
  context: Context,
  write: (record: CustomerRecord | undefined) => { changes: PurchaseChanges; result: PurchaseResult },
): Decision<PurchaseChanges, PurchaseResult> {
  if (input.at > context.now + CLOCK_SKEW_MS) {
    return refuse(
      'in_the_future',
      'the purchase is dated in the future: check the clock and the time zone of the till',
      '/at',
    );
  }
  if (!input.customer) return { ok: true, ...write(undefined) };
  const found = facts.customer(input.customer);
  if (found) return { ok: true, ...write(found) };
  const made = createCustomer(input.customer, context);
  if (!made) {
    return refuse(
      'customer_not_found',
      'nobody has this card or id; name the customer by phone to make a new one',
      '/customer',
    );
  }
  const { changes, result } = write(made.record);
  return { ok: true, changes: mergeChanges<PurchaseChanges>(made.changes, changes), result };
}

function sale(
  input: PurchaseInput,
  rules: PurchaseRules,
  record: CustomerRecord | undefined,
  context: Context,
) {
  const purchase = newPurchase('sale', input, record, context);
  if (!record) {
    return { changes: { purchases: [purchase] }, result: resultOf(purchase, 0) };
  }
  const award = rules.award(input.lines.map((line) => line.amountMinor));
  const posting = openPosting(record.head, record.lots, context);
  posting.expireDue(context.now);
  postAward(award);
  const earned = input.paid ? award.points : 0;
  const kept: Purchase = { ...purchase, earned, pending: award.points - earned };
  const balance = posting.balance.available;
  const changes: PurchaseChanges = {
    purchases: [kept],
    transactions: posting.transactions,
    events: award.points > 0 ? [eventOf(kept, record, balance)] : [],
  };
  return { changes, result: resultOf(kept, balance) };

  function postAward({ points, reason }: Award) {
    if (points === 0) return;
    const why = { happenedAt: input.at, actor: `shop:${input.shopId}`, reason, reference: purchase.id };
    if (input.paid) posting.earn('accrual', points, rules.expiresAt(input.at), why);
    else posting.earnPending(points, why);
  }
}

function eventOf(purchase: Purchase, record: CustomerRecord, balance: number) {
  return {
    type: 'points_earned',
    customerId: record.customer.id,
    points: purchase.earned,
    pending: purchase.pending,
    balance,
    reference: purchase.id,
    at: purchase.recordedAt,
  } as const;
}

/** A purchase with no points yet. */
export function newPurchase(
  kind: Purchase['kind'],
  input: PurchaseInput,
  record: CustomerRecord | undefined,
  context: Context,
): Purchase {
  return {
    id: context.ids.next('pur', context.now),
    kind,
    shopId: input.shopId,
    externalId: input.externalId,
    customerId: record?.customer.id ?? null,
    store: input.store,
    cartId: input.cartId,
    at: input.at,
    recordedAt: context.now,
    totalMinor: input.lines.reduce((sum, line) => sum + line.amountMinor, 0),
    paidAt: input.paid ? input.at : null,
    earned: 0,
    pending: 0,
    lines: input.lines,
  };
}

/** The answer to whoever posted it. `balance` is what the customer can spend now. */
export function resultOf(purchase: Purchase, balance: number): PurchaseResult {
  return {
    id: purchase.id,
    customer: purchase.customerId,
    points: { earned: purchase.earned, pending: purchase.pending, spent: 0, balance },
  };
}
