import { openCouponBook } from '../coupons/book.ts';
import type { CouponChanges, CouponFacts } from '../coupons/types.ts';
import type { CustomerRecord } from '../customers/types.ts';
import { refuse } from '../errors.ts';
import type { CustomerId, PurchaseId, RefundId, ShopId } from '../ids.ts';
import { openPosting, type Posting, type TakenPoints } from '../ledger/posting.ts';
import { shareDown } from '../money.ts';
import { points } from '../points.ts';
import { type Context, type Decision, mergeChanges } from '../ports.ts';
import { ownerOf } from '../purchases/payment.ts';
import { type Goods, type GoneBack, goneBack, linesAfter } from '../purchases/refund.ts';
import { actorOf, futureRefusal } from '../purchases/sale.ts';
import type { Purchase, PurchaseResult, PurchaseRules, Refund } from '../purchases/types.ts';
import type { Redemption } from '../redemptions/types.ts';
import { claimOf } from './claim.ts';
import type { CheckoutCommand } from './types.ts';

/** Goods of one purchase brought back, as a shop system or somebody behind the counter says it. */
export interface RefundInput extends Goods {
  readonly shopId: ShopId;
  /** The shop's own id of it: the natural key. */
  readonly externalId: string;
  readonly purchaseId: PurchaseId;
  readonly at: number;
  /** Who did it where no shop system did: `staff:stf_…`. */
  readonly actor?: string;
}

/** What a refund came to. */
export interface RefundResult {
  readonly id: RefundId;
  readonly purchase: PurchaseId;
  readonly customer: CustomerId | null;
  /** What the goods had cost, and the part of it to be handed back in money. */
  readonly amountMinor: number;
  readonly moneyMinor: number;
  readonly points: {
    readonly takenBack: number;
    readonly returned: number;
    readonly notTaken: number;
    /** What the customer can spend afterwards. */
    readonly balance: number;
  };
  /** Of a receipt nobody has claimed yet: what it is still worth. */
  readonly claim?: NonNullable<PurchaseResult['claim']>;
}

/**
 * Goods come back: points that paid for them go back to their lots, points they earned are taken back, and so is what
 * coupons took off them. Refuses `purchase_not_found`, `not_refundable` (what was itself brought back), `in_the_future`
 * and what `linesAfter` refuses; the same id with another body, `refund_conflict`.
 */
export function recordRefund(input: RefundInput, rules: PurchaseRules): CheckoutCommand<RefundResult> {
  const { purchaseId: id, shopId, externalId } = input;
  return {
    name: 'purchase.refund',
    once: { scope: `${shopId} refund`, key: externalId, input, conflictCode: 'refund_conflict' },
    needs: { purchases: [id], refunds: [id], couponPurchases: [id] },
    moreNeeds: [(facts) => needsOf(facts.purchase(id), facts)],
    decide(facts, context) {
      const purchase = facts.purchase(id);
      if (!purchase) return refuse('purchase_not_found', 'there is no such purchase');
      if (purchase.kind === 'return') return refuse('not_refundable', 'this was itself a return of goods');
      const early = futureRefusal(input.at, context.now, 'refund');
      if (early) return { ok: false, refusal: early };
      const lines = linesAfter(purchase.lines, input);
      if (!lines.ok) return lines;
      const gone = goneBack({ ...purchase, lines: lines.result });
      const revision = purchase.revision + 1;
      const after = { ...purchase, lines: lines.result, refundedMinor: gone.amountMinor, revision };
      return settle({ input, before: purchase, after, gone, rules, facts, context });
    },
  };
}

function needsOf(purchase: Purchase | undefined, facts: CouponFacts) {
  if (!purchase) return {};
  const { customerId, redemptionId, lotId } = purchase;
  const codes = usesOf(purchase, facts).map((use) => use.code);
  return {
    ...(customerId ? { customers: [{ ref: { id: customerId }, lots: 'open' as const }] } : {}),
    ...(redemptionId ? { redemptions: [{ id: redemptionId }] } : {}),
    ...(lotId ? { purchaseLots: [lotId] } : {}),
    ...(codes.length > 0 ? { couponCodes: codes } : {}),
  };
}

/** One refund on its way: the purchase before and after it, and what has gone back in all once it is done. */
interface Step {
  readonly input: RefundInput;
  readonly before: Purchase;
  readonly after: Purchase;
  readonly gone: GoneBack;
  readonly rules: PurchaseRules;
  readonly facts: CouponFacts;
  readonly context: Context;
}

/** What a refund does to the customer's points. */
interface Settled {
  readonly changes: CouponChanges;
  readonly points: RefundResult['points'];
  /** How many of the purchase's waiting points were taken. */
  readonly fromPending: number;
}

function settle(step: Step): Decision<CouponChanges, RefundResult> {
  const { input, after, facts, context } = step;
  const settled = settlePoints(step, ownerOf(after, facts));
  const kept = { ...after, pending: after.pending - settled.fromPending };
  const refund = refundOf(step, settled.points);
  const claim = claimOf(kept, context.now);
  const { amountMinor, moneyMinor } = refund;
  const changes = { purchaseUpdates: [kept], refunds: [refund] };
  return {
    ok: true,
    changes: mergeChanges<CouponChanges>(changes, settled.changes, couponsBack(step)),
    result: {
      ...{ id: refund.id, purchase: input.purchaseId, customer: after.customerId, amountMinor, moneyMinor },
      points: settled.points,
      ...(claim ? { claim } : {}),
    },
  };
}

function refundOf({ input, before, after, gone, context }: Step, { takenBack, returned, notTaken }: Settled['points']): Refund {
  const { shopId, externalId, purchaseId, at } = input;
  const was = goneBack(before);
  const amountMinor = gone.amountMinor - was.amountMinor;
  const lines = after.lines.map((line, index) => ({
    position: index + 1,
    quantity: (Math.round(line.refundedQuantity * 1000) - Math.round((before.lines[index]?.refundedQuantity ?? 0) * 1000)) / 1000,
    amountMinor: line.refundedMinor - (before.lines[index]?.refundedMinor ?? 0),
  }));
  return {
    ...{ id: context.ids.next('ref', context.now), purchaseId, shopId, externalId, at },
    ...{ recordedAt: context.now, actor: actorOf(input), amountMinor },
    moneyMinor: amountMinor - (gone.coveredMinor - was.coveredMinor),
    ...{ takenBack, returned, notTaken },
    lines: lines.filter((line) => line.quantity > 0 || line.amountMinor > 0),
  };
}

/** Nobody's points are only worth less from now on; whoever was erased has given them all up. */
function settlePoints(step: Step, owner: CustomerRecord | undefined): Settled {
  if (!owner) {
    const takenBack = step.gone.points - goneBack(step.before).points;
    return { changes: {}, points: { takenBack, returned: 0, notTaken: 0, balance: 0 }, fromPending: 0 };
  }
  if (owner.customer.erasedAt !== null) {
    return { changes: {}, points: { takenBack: 0, returned: 0, notTaken: 0, balance: 0 }, fromPending: 0 };
  }
  const { context, after } = step;
  const posting = openPosting(owner.head, owner.lots, context);
  posting.expireDue(context.now);
  const redemption = giveBackSpent(step, posting);
  const { takenBack, notTaken, fromPending } = takeBackEarned(step, posting);
  const returned = redemption ? redemption.now - redemption.before : 0;
  const balance = posting.balance.available;
  const result = { takenBack, returned, notTaken, balance };
  return {
    changes: {
      transactions: posting.transactions,
      ...(redemption ? { redemptionUpdates: [redemption.update] } : {}),
      events: [eventOf(step, owner, result)],
    },
    points: result,
    fromPending,
  };
}
