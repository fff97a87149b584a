import type { CustomerChanges, CustomerRecord, CustomerRef } from '../customers/types.ts';
import type { Outcome, Refusal } from '../errors.ts';
import { type Command, type Context, type Decision, mergeChanges } from '../ports.ts';
import { localTime } from '../time.ts';
import { knownOrMade } from './owner.ts';
import type {
  Purchase,
  PurchaseChanges,
  PurchaseFacts,
  PurchaseInput,
  PurchaseNeeds,
  PurchaseResult,
  PurchaseRules,
  ReceiptLine,
} from './types.ts';

/** A use case over purchases. */
export type PurchaseCommand<Result> = Command<PurchaseNeeds, PurchaseFacts, PurchaseChanges, Result>;

/** What recording a receipt comes to: rows and an answer, or why not. */
export type Recorded = Decision<PurchaseChanges, PurchaseResult>;

/** How far ahead of our clock a till's clock may run, in milliseconds. */
export const CLOCK_SKEW_MS = 10 * 60_000;

/** The natural key of a receipt: sales and returns of a shop share one numbering. */
export function onceAs(input: PurchaseInput): NonNullable<PurchaseCommand<unknown>['once']> {
  return {
    scope: `${input.shopId} purchase`,
    key: input.externalId,
    input,
    conflictCode: 'purchase_conflict',
  };
}

/** Why nothing dated `at` is taken, or undefined. `what` is said to whoever posted it, and where the date stands. */
export function futureRefusal(at: number, now: number, what: string, pointer = '/at'): Refusal | undefined {
  if (at <= now + CLOCK_SKEW_MS) return undefined;
  const detail = `the ${what} is dated in the future: check the clock and the time zone of the till`;
  return { code: 'in_the_future', detail, pointer };
}

/** Who did it: a person behind the counter, or the shop's system. */
export function actorOf({ actor, shopId }: Pick<PurchaseInput, 'actor' | 'shopId'>): string {
  return actor ?? `shop:${shopId}`;
}

/** Finds or makes the customer, then lets `write` decide; what both change is merged. */
export function decideOn(
  input: PurchaseInput,
  ref: CustomerRef | null,
  facts: PurchaseFacts,
  context: Context,
  write: (record: CustomerRecord | undefined) => Recorded,
): Recorded {
  const buyer = buyerOf(input, ref, facts, context);
  if (!buyer.ok) return buyer;
  const written = write(buyer.result.record);
  if (!written.ok) return written;
  return { ...written, changes: mergeChanges<PurchaseChanges>(buyer.result.changes, written.changes) };
}

/** Who bought, and the rows of a new customer; or why the receipt is not taken. */
export function buyerOf(
  input: Pick<PurchaseInput, 'at'>,
  ref: CustomerRef | null,
  facts: PurchaseFacts,
  context: Context,
): Outcome<{ readonly record: CustomerRecord | undefined; readonly changes: CustomerChanges }> {
  const early = futureRefusal(input.at, context.now, 'purchase');
  if (early) return { ok: false, refusal: early };
  return ref ? knownOrMade(ref, facts, context) : { ok: true, result: { record: undefined, changes: {} } };
}

/** A purchase with no points yet: nothing taken off, nothing paid with points. */
export function newPurchase(
  kind: Purchase['kind'],
  input: PurchaseInput,
  record: CustomerRecord | undefined,
  { zone }: Pick<PurchaseRules, 'zone'>,
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
    discountMinor: 0,
    refundedMinor: 0,
    redemptionId: null,
    spent: 0,
    releaseAt: null,
    lotId: null,
    claimCode: null,
    claimUntil: null,
    claimedAt: null,
    award: null,
    localAt: localTime(input.at, zone),
    revision: 0,
    lines: input.lines.map(untouchedLine),
  };
}

/** Property by property: spreads of so many made an import a tenth slower. */
function untouchedLine({ id, sku, name, category, quantity, unitPriceMinor, amountMinor }: ReceiptLine) {
  return {
    id,
    sku,
    name,
    category,
    quantity,
    unitPriceMinor,
    amountMinor,
    discountMinor: 0,
    coveredMinor: 0,
    points: 0,
    refundedQuantity: 0,
    refundedMinor: 0,
  };
}

/** The answer to whoever posted it. `balance` is what the customer can spend now. */
export function resultOf(purchase: Purchase, balance: number): PurchaseResult {
  return {
    id: purchase.id,
    customer: purchase.customerId,
    points: { earned: purchase.earned, pending: purchase.pending, spent: purchase.spent, balance },
  };
}
