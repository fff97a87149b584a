import { openCouponBook } from '../coupons/book.ts';
import {
  appliedDiscounts,
  buyerNeeds,
  type CartInput,
  codeNeeds,
  codeRefusal,
  priceCart,
  type RejectedCode,
} from '../coupons/price.ts';
import { strangerOf } from '../coupons/reserve.ts';
import type { CustomerRef } from '../customers/types.ts';
import { refuse } from '../errors.ts';
import { viewPoints } from '../ledger/view.ts';
import type { Decision } from '../ports.ts';
import type { AppliedDiscount } from '../purchases/types.ts';
import type { CheckoutCommand, CheckoutRules } from './types.ts';

/** A cart to be priced, for a customer or for nobody. */
export interface QuoteInput extends CartInput {
  readonly customer: CustomerRef | null;
}

/** What a cart would cost, could be paid with points, and would earn. */
export interface Quote {
  readonly totalMinor: number;
  readonly discounts: readonly AppliedDiscount[];
  readonly rejected: readonly RejectedCode[];
  readonly payableMinor: number;
  readonly points: {
    readonly balance: number;
    /** How many may be spent on it. */
    readonly maxSpend: number;
    /** What it earns when all of it is paid in money. */
    readonly wouldEarn: number;
  };
}

/**
 * What a purchase of this cart would come to now, decided as the purchase itself is. Writes nothing. Refuses
 * `customer_not_found` by a card or an id; codes that do nothing are said in the answer.
 */
export function quoteCart(input: QuoteInput, rules: CheckoutRules): CheckoutCommand<Quote> {
  const { customer } = input;
  return {
    name: 'checkout.quote',
    needs: { ...codeNeeds(input), ...(customer ? { customers: [{ ref: customer }] } : {}) },
    moreNeeds: [(facts) => buyerNeeds(input, customer, facts, rules)],
    decide(facts, context): Decision<object, Quote> {
      const known = customer ? facts.customer(customer) : undefined;
      const record = known ?? strangerOf(customer, context);
      if (customer && !record) return customerNotFound();
      const priced = priceCart(input, record, facts, rules, openCouponBook(facts, context));
      const { totalMinor, discountMinor, discountsMinor, timesHundredths, rejected } = priced;
      const payable = input.lines.map((line, index) => line.amountMinor - (discountsMinor[index] ?? 0));
      const payableMinor = totalMinor - discountMinor;
      const balance = known ? viewPoints(known.head.balance, known.lots, context.now).available : 0;
      const points = {
        balance,
        maxSpend: Math.max(0, Math.min(balance, rules.maxSpend(payableMinor))),
        wouldEarn: rules.award(payable, timesHundredths).points,
      };
      const discounts = appliedDiscounts(priced);
      return { ok: true, changes: {}, result: { totalMinor, discounts, rejected, payableMinor, points } };
    },
  };
}

/** A code to be looked at, for a cart where one is known. */
export interface CheckInput extends Omit<CartInput, 'lines' | 'coupons'> {
  readonly code: string;
  readonly customer: CustomerRef | null;
  readonly lines: CartInput['lines'] | null;
}

/** Whether a code would do something, and what or why not. */
export type Checked =
  | { readonly valid: true; readonly discount?: AppliedDiscount }
  | { readonly valid: false; readonly reason: Pick<RejectedCode, 'code' | 'detail' | 'missingMinor'> };

/**
 * Whether a code is good: for this cart, with what it would take off, or (without lines) for a cart it would fit.
 * Writes nothing. Refuses `customer_not_found` by a card or an id.
 */
export function checkCode(input: CheckInput, rules: CheckoutRules): CheckoutCommand<Checked> {
  const { code, customer } = input;
  const cart: CartInput = { ...input, lines: input.lines ?? [], coupons: [code] };
  return {
    name: 'coupon.check',
    needs: { ...codeNeeds(cart), ...(customer ? { customers: [{ ref: customer }] } : {}) },
    moreNeeds: [(facts) => buyerNeeds(cart, customer, facts, rules)],
    decide(facts, context): Decision<object, Checked> {
      const record = (customer && facts.customer(customer)) ?? strangerOf(customer, context);
      if (customer && !record) return customerNotFound();
      const book = openCouponBook(facts, context);
      if (!input.lines) {
        const reason = codeRefusal(code, cart, record, facts, rules, book);
        return { ok: true, changes: {}, result: reason ? { valid: false, reason } : { valid: true } };
      }
      const priced = priceCart(cart, record, facts, rules, book);
      const [discount] = appliedDiscounts(priced);
      const [reason] = priced.rejected;
      if (reason) return { ok: true, changes: {}, result: { valid: false, reason } };
      return { ok: true, changes: {}, result: { valid: true, ...(discount ? { discount } : {}) } };
    },
  };
}

function customerNotFound() {
  return refuse('customer_not_found', 'nobody has this card or id; name a phone', '/customer');
}
