import { openCouponBook } from '../coupons/book.ts';
import type { CouponChanges, CouponFacts, CouponNeeds, CouponUse } from '../coupons/types.ts';
import { refuse } from '../errors.ts';
import type { CustomerId, PurchaseId, RefundId, ShopId } from '../ids.ts';
import { shareDown } from '../money.ts';
import { type Decision, mergeChanges } from '../ports.ts';
import { backSince, type Goods, goneBack, linesAfter } from '../purchases/refund.ts';
import { actorOf, futureRefusal } from '../purchases/sale.ts';
import type { Purchase, PurchaseResult, PurchaseRules, Refund } from '../purchases/types.ts';
import { claimOf } from './claim.ts';
import { type RefundedPoints, type RefundStep, settlePoints } from './refund_points.ts';
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
  /** What the goods had cost after coupons, and the part of it to be handed back in money. */
  readonly amountMinor: number;
  readonly moneyMinor: number;
  readonly points: RefundedPoints;
  /** Of a receipt nobody has claimed yet: what it is still worth. */
  readonly claim?: NonNullable<PurchaseResult['claim']>;
}

/**
 * Goods come back: points that paid for them go back to their lots, points they earned are taken back, and coupons get
 * back what they took off. Refuses `purchase_not_found`, `not_refundable` (what was itself a return), `in_the_future`
 * and what `linesAfter` refuses; the same id with another body, `refund_conflict`.
 */
export function recordRefund(input: RefundInput, rules: PurchaseRules): CheckoutCommand<RefundResult> {
  const { purchaseId: id, shopId, externalId } = input;
  return {
    name: 'purchase.refund',
    once: { scope: `${shopId} refund`, key: externalId, input, conflictCode: 'refund_conflict' },
    needs: { purchases: [id], refunds: [id], couponPurchases: [id] },
    moreNeeds: [
      (facts) => needsOf(facts.purchase(id), facts),
      (facts) => survivorNeeds(facts.purchase(id), facts),
    ],
    decide(facts, context) {
      const before = facts.purchase(id);
      if (!before) return refuse('purchase_not_found', 'there is no such purchase');
      if (before.kind === 'return') return refuse('not_refundable', 'this was itself a return of goods');
      const early = futureRefusal(input.at, context.now, 'refund');
      if (early) return { ok: false, refusal: early };
      const lines = linesAfter(before.lines, input);
      if (!lines.ok) return lines;
      const [was, gone] = [goneBack(before), goneBack({ ...before, lines: lines.result })];
      const why = { happenedAt: input.at, actor: actorOf(input), reference: id };
      const step = { before, lines: lines.result, was, gone, why, rules, facts, context };
      return refund(input, step);
    },
  };
}

function needsOf(purchase: Purchase | undefined, facts: CouponFacts): CouponNeeds {
  if (!purchase) return {};
  const { customerId, redemptionId, lotId } = purchase;
  return {
    ...(customerId ? { customers: [{ ref: { id: customerId }, lots: 'open' }] } : {}),
    ...(redemptionId ? { redemptions: [{ id: redemptionId }] } : {}),
    ...(lotId ? { purchaseLots: [lotId] } : {}),
    couponCodes: usesOf(purchase, facts).map((use) => use.code),
  };
}

/** The account that another was merged into answers for it. */
function survivorNeeds(purchase: Purchase | undefined, facts: CouponFacts): CouponNeeds {
  const owner = purchase?.customerId ? facts.customer({ id: purchase.customerId }) : undefined;
  const into = owner?.customer.mergedInto;
  return into ? { customers: [{ ref: { id: into }, lots: 'open' }] } : {};
}

type Step = RefundStep & { readonly facts: CouponFacts };

function refund(input: RefundInput, step: Step): Decision<CouponChanges, RefundResult> {
  const { before, lines, gone, context } = step;
  const { changes, points, fromPending } = settlePoints(step);
  const after: Purchase = {
    ...before,
    lines,
    refundedMinor: gone.amountMinor,
    pending: before.pending - fromPending,
    revision: before.revision + 1,
  };
  const row = refundOf(input, step, points);
  const { id, amountMinor, moneyMinor } = row;
  const claim = claimOf(after, context.now);
  const rows: CouponChanges = { purchaseUpdates: [after], refunds: [row] };
  return {
    ok: true,
    changes: mergeChanges<CouponChanges>(rows, changes, couponsBack(step)),
    result: {
      ...{ id, purchase: before.id, customer: before.customerId, amountMinor, moneyMinor, points },
      ...(claim ? { claim } : {}),
    },
  };
}

function refundOf(
  { shopId, externalId, purchaseId, at }: RefundInput,
  { before, lines, was, gone, why, context }: Step,
  { takenBack, returned, notTaken }: RefundedPoints,
): Refund {
  const amountMinor = gone.amountMinor - was.amountMinor;
  return {
    ...{ id: context.ids.next('ref', context.now), purchaseId, shopId, externalId, at },
    ...{ recordedAt: context.now, actor: why.actor, amountMinor },
    moneyMinor: amountMinor - (gone.coveredMinor - was.coveredMinor),
    ...{ takenBack, returned, notTaken },
    lines: backSince(before.lines, lines),
  };
}

/** Uses of coupons by the purchase that still stand. */
function usesOf({ id }: Purchase, facts: CouponFacts): readonly CouponUse[] {
  return facts.couponUses().filter((use) => use.purchaseId === id && use.status === 'used');
}

/** Each coupon gets its share of what was taken off the goods; the use itself once everything has come back. */
function couponsBack({ before, gone, facts, context }: Step): CouponChanges {
  const uses = usesOf(before, facts);
  if (uses.length === 0) return {};
  const book = openCouponBook(facts, context);
  for (const use of uses) {
    const inAll = gone.whole ? use.discountMinor : shareOfUse(use, gone.discountMinor, before.discountMinor);
    if (gone.whole || inAll > use.returnedMinor) book.giveBack(use, inAll - use.returnedMinor, gone.whole);
  }
  return book.changes();
}

function shareOfUse({ discountMinor }: CouponUse, goneMinor: number, takenOffMinor: number): number {
  return takenOffMinor === 0 ? 0 : shareDown(discountMinor, goneMinor, takenOffMinor);
}
