import { openCouponBook } from '../coupons/book.ts';
import {
  appliedDiscounts,
  buyerNeeds,
  codeNeeds,
  couponRefusal,
  type PricedCart,
  priceCart,
} from '../coupons/price.ts';
import type { CouponChanges, CouponFacts, CouponNeeds } from '../coupons/types.ts';
import type { CustomerRecord, CustomerRef } from '../customers/types.ts';
import { type Outcome, refuse } from '../errors.ts';
import { openPosting } from '../ledger/posting.ts';
import { splitByLargestRemainder } from '../money.ts';
import { type Context, type Decision, mergeChanges } from '../ports.ts';
import { earnOn } from '../purchases/earn.ts';
import { actorOf, buyerOf, newPurchase, onceAs, resultOf } from '../purchases/sale.ts';
import type { Award, Purchase, PurchaseInput, PurchaseResult, PurchaseRules } from '../purchases/types.ts';
import { spendHeld, spendRefusal } from '../redemptions/spend.ts';
import type { Redemption } from '../redemptions/types.ts';
import { newClaimCode } from './claim.ts';
import type { CheckoutCommand, CheckoutRules } from './types.ts';

type Sold = Decision<CouponChanges, PurchaseResult>;

/** A receipt with all that deciding on it takes. */
interface Sale {
  readonly input: PurchaseInput;
  readonly rules: CheckoutRules;
  readonly record: CustomerRecord | undefined;
  readonly facts: CouponFacts;
  readonly context: Context;
}

/**
 * Records a purchase: a customer named by an unknown phone or shop's id is made, held points are spent, and points are
 * earned on the money paid (or wait, for the payment or for the return window to close). Without a customer the
 * points wait for whoever claims the receipt. Coupons named are used. Refuses `customer_not_found`, `in_the_future`,
 * and what is wrong with the redemption or a coupon; the same id with another body, `purchase_conflict`.
 */
export function recordPurchase(input: PurchaseInput, rules: CheckoutRules): CheckoutCommand<PurchaseResult> {
  const { customer, redemption } = input;
  return {
    name: 'purchase.record',
    once: onceAs(input),
    needs: {
      ...(customer ? { customers: [{ ref: customer }] } : {}),
      ...(redemption ? { redemptions: [redemption] } : {}),
      ...codeNeeds(input),
    },
    moreNeeds: [
      ...(redemption && !customer ? [(facts: CouponFacts) => payerNeeds(input, facts)] : []),
      ...(input.coupons
        ? [(facts: CouponFacts) => buyerNeeds(input, customer ?? payerOf(input, facts), facts, rules)]
        : []),
    ],
    decide(facts, context) {
      const buyer = buyerOf(input, customer ?? payerOf(input, facts), facts, context);
      if (!buyer.ok) return buyer;
      const sold = sale({ input, rules, record: buyer.result.record, facts, context });
      if (!sold.ok) return sold;
      return { ...sold, changes: mergeChanges<CouponChanges>(buyer.result.changes, sold.changes) };
    },
  };
}

function payerNeeds(input: PurchaseInput, facts: CouponFacts): CouponNeeds {
  const ref = payerOf(input, facts);
  return ref ? { customers: [{ ref }] } : {};
}

/** Who pays with points has been named by that. */
function payerOf({ redemption }: PurchaseInput, facts: CouponFacts): CustomerRef | null {
  const id = redemption && facts.redemption(redemption)?.customerId;
  return id ? { id } : null;
}

/** The sale with its coupons: what they take off, that they are used, and what they did for whoever posted it. */
function sale(now: Sale): Sold {
  const { input, rules, record, facts, context } = now;
  const full = newPurchase('sale', input, record, rules, context);
  if (!input.coupons?.length) return settle(full, [], now);
  const book = openCouponBook(facts, context);
  const priced = priceCart(input, record, facts, rules, book);
  const refusal = couponRefusal(priced);
  if (refusal) return { ok: false, refusal };
  const purchase = discounted(full, priced);
  const sold = settle(purchase, priced.timesHundredths, now);
  if (!sold.ok) return sold;
  book.take(priced.applied, { customerId: full.customerId, shopId: input.shopId, purchaseId: full.id });
  return {
    ok: true,
    changes: mergeChanges<CouponChanges>(sold.changes, book.changes()),
    result: {
      ...sold.result,
      discounts: appliedDiscounts(priced),
      payableMinor: priced.totalMinor - priced.discountMinor,
    },
  };
}

function discounted(purchase: Purchase, { discountsMinor, discountMinor }: PricedCart): Purchase {
  const lines = purchase.lines.map((line, index) => ({ ...line, discountMinor: discountsMinor[index] ?? 0 }));
  return { ...purchase, discountMinor, lines };
}

/** The sale as priced: held points are spent, and points are earned. */
function settle(priced: Purchase, timesHundredths: readonly number[], now: Sale): Sold {
  const { input, rules, record, context } = now;
  const paying = payment(priced, now);
  if (!paying.ok) return paying;
  const redemption = paying.result;
  const purchase = redemption ? paidWithPoints(priced, redemption) : priced;
  const award = rules.award(moneyEarning(purchase, record), timesHundredths);
  if (!record) return anonymous(purchase, award, rules, context);
  const posting = openPosting(record.head, record.lots, context);
  posting.expireDue(context.now);
  const why = { actor: actorOf(input), at: input.at, now: context.now };
  const spent = redemption && spendHeld(redemption, posting, rules, why);
  const { points, reason } = award;
  const earned = { happenedAt: input.at, actor: actorOf(input), reason, reference: purchase.id };
  const kept = earnOn(withAward(purchase, award), points, earned, { posting, rules, now: context.now });
  const balance = posting.balance.available;
  // What a till confirmed before was told then.
  const spentNow = redemption?.status === 'held' ? redemption.points : 0;
  const worthTelling = award.points > 0 || spentNow > 0;
  return {
    ok: true,
    changes: {
      purchases: [kept],
      transactions: posting.transactions,
      ...(spent ? { redemptionUpdates: [attached(spent, redemption, kept)] } : {}),
      events: worthTelling ? [eventOf(kept, spentNow, record, balance)] : [],
    },
    result: resultOf(kept, balance),
  };
}

/** The redemption that pays for part of it, checked against the customer and what is payable. */
function payment(
  purchase: Purchase,
  { input, rules, record, facts, context }: Sale,
): Outcome<Redemption | undefined> {
  const { redemption: ref, shopId } = input;
  if (!ref) return { ok: true, result: undefined };
  const pointer = '/redemption';
  const redemption = facts.redemption(ref);
  if (!redemption || redemption.shopId !== shopId) {
    return refuse('redemption_not_found', 'this shop holds no points under this id', pointer);
  }
  if (redemption.customerId !== record?.customer.id) {
    return refuse('redemption_mismatch', 'these points are another customer’s', pointer);
  }
  if (redemption.purchaseId !== null) {
    return refuse('redemption_closed', `these points paid for ${redemption.purchaseId} already`, pointer);
  }
  const refusal = spendRefusal(redemption, context.now);
  if (refusal) return { ok: false, refusal: { ...refusal, pointer } };
  const payable = purchase.totalMinor - purchase.discountMinor;
  const most = rules.maxSpend(payable);
  if (redemption.points > most || redemption.amountMinor > payable) {
    const detail = `${redemption.points} points are held, and at most ${most} may pay for this purchase: cancel the redemption and hold fewer`;
    return refuse('redemption_too_large', detail, pointer);
  }
  return { ok: true, result: redemption };
}

/** What the points paid, spread over the lines by what is payable for each. */
function paidWithPoints(purchase: Purchase, redemption: Redemption): Purchase {
  const payable = purchase.lines.map((line) => line.amountMinor - line.discountMinor);
  const covered = splitByLargestRemainder(redemption.amountMinor, payable);
  const lines = purchase.lines.map((line, index) => ({ ...line, coveredMinor: covered[index] ?? 0 }));
  return { ...purchase, redemptionId: redemption.id, spent: redemption.points, lines };
}

/** What the program gives points for. Who was erased since points were taken for this purchase earns nothing more. */
function moneyEarning(purchase: Purchase, record: CustomerRecord | undefined): readonly number[] {
  const erased = record && record.customer.erasedAt !== null;
  return erased ? purchase.lines.map(() => 0) : moneyOfLines(purchase);
}

/** What was paid for each line in money. */
export function moneyOfLines({ lines }: Pick<Purchase, 'lines'>): number[] {
  return lines.map((line) => line.amountMinor - line.discountMinor - line.coveredMinor);
}

function withAward(purchase: Purchase, { reason }: Award): Purchase {
  const lines = purchase.lines.map((line, index) => ({ ...line, points: reason.split[index] ?? 0 }));
  return { ...purchase, lines };
}

function attached(spent: Redemption, before: Redemption | undefined, { id }: Purchase): Redemption {
  return { ...spent, purchaseId: id, revision: (before?.revision ?? 0) + 1 };
}

/** Nobody's purchase: a code gets its points, for whoever sends it to us in time. */
function anonymous(purchase: Purchase, award: Award, rules: PurchaseRules, context: Context): Sold {
  const until = rules.claimUntil(purchase.at);
  // A receipt that was told late, of an import perhaps, is in nobody's hands any more.
  if (award.points === 0 || until <= context.now)
    return { ok: true, changes: { purchases: [purchase] }, result: resultOf(purchase, 0) };
  const code = newClaimCode(context.random);
  const kept = withAward({ ...purchase, claimCode: code, claimUntil: until, award: award.reason }, award);
  const claim = { code, points: award.points, expiresAt: until };
  return { ok: true, changes: { purchases: [kept] }, result: { ...resultOf(kept, 0), claim } };
}

function eventOf(purchase: Purchase, spent: number, record: CustomerRecord, balance: number) {
  return {
    type: 'points_earned',
    customerId: record.customer.id,
    points: purchase.earned,
    pending: purchase.pending,
    spent,
    releaseAt: purchase.releaseAt,
    balance,
    reference: purchase.id,
    actedAt: purchase.at,
    at: purchase.recordedAt,
  } as const;
}
