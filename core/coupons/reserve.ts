import { createCustomer } from '../customers/create.ts';
import type { CustomerRecord, CustomerRef } from '../customers/types.ts';
import { refuse } from '../errors.ts';
import type { Context } from '../ports.ts';
import type { AppliedDiscount } from '../purchases/types.ts';
import { openCouponBook } from './book.ts';
import type { CouponCommand } from './create.ts';
import {
  appliedDiscounts,
  buyerNeeds,
  type CartInput,
  codeNeeds,
  couponRefusal,
  type PriceRules,
  priceCart,
} from './price.ts';
import type { CouponFacts, CouponUse, ReservationRef } from './types.ts';

/** Coupons that a till puts aside while a purchase is being made. */
export interface ReservationInput extends CartInput {
  /** The shop's own id of it: the natural key. */
  readonly externalId: string;
  readonly customer: CustomerRef | null;
  readonly ttlMs: number;
}

/** What was put aside. */
export interface Reservation {
  readonly discounts: readonly AppliedDiscount[];
  readonly totalMinor: number;
  readonly payableMinor: number;
  readonly expiresAt: number;
}

/**
 * Puts coupons aside for a cart: until the time is over nobody else gets them, and a purchase of this shop that names
 * them uses them up. Refuses what is wrong with a coupon; the same id with another body, `reservation_conflict`.
 */
export function reserveCoupons(
  input: Omit<ReservationInput, 'at'>,
  rules: PriceRules,
  now: number,
): CouponCommand<Reservation> {
  const { shopId, externalId, customer, ttlMs } = input;
  const cart: ReservationInput = { ...input, at: now };
  return {
    name: 'coupon.reserve',
    once: {
      scope: `${shopId} coupon reservation`,
      key: externalId,
      input,
      conflictCode: 'reservation_conflict',
    },
    needs: {
      ...codeNeeds(cart),
      ...(customer ? { customers: [{ ref: customer }] } : {}),
      couponReservations: [{ shopId, reservation: externalId }],
    },
    moreNeeds: [(facts) => buyerNeeds(cart, customer, facts, rules)],
    decide(facts, context) {
      const found = customer ? facts.customer(customer) : undefined;
      const record = found ?? strangerOf(customer, context);
      if (customer && !record) {
        return refuse('customer_not_found', 'nobody has this card or id; name a phone', '/customer');
      }
      const book = openCouponBook(facts, context, { ownReservations: 'taken' });
      const priced = priceCart(cart, record, facts, rules, book);
      const refusal = couponRefusal(priced);
      if (refusal) return { ok: false, refusal };
      const { totalMinor, discountMinor } = priced;
      const expiresAt = context.now + ttlMs;
      const customerId = found?.customer.id ?? null;
      book.take(priced.applied, { customerId, shopId, reservation: externalId, expiresAt });
      return {
        ok: true,
        changes: book.changes(),
        result: {
          discounts: appliedDiscounts(priced),
          ...{ totalMinor, payableMinor: totalMinor - discountMinor, expiresAt },
        },
      };
    },
  };
}

/** Somebody nobody has met, as the purchase will make one: a first-time buyer in no tier. Undefined by a card or an id. */
export function strangerOf(ref: CustomerRef | null, context: Context): CustomerRecord | undefined {
  return ref ? createCustomer(ref, context)?.record : undefined;
}

/** Whose reservation it is: a shop's own, or one whose time is over. */
type Ending = 'cancelled' | 'expired';

/**
 * Frees what a till put aside. Again: the same. Refuses `reservation_not_found`, and `reservation_closed` when a
 * purchase has used it.
 */
export function cancelReservation(ref: ReservationRef): CouponCommand<Record<string, never>> {
  return ending('coupon.cancel_reservation', ref, 'cancelled');
}

/** The time of a reservation is over: what it put aside is free again. Does nothing before that. Safe to repeat. */
export function expireReservation(ref: ReservationRef): CouponCommand<Record<string, never>> {
  return ending('coupon.expire_reservation', ref, 'expired');
}

function ending(name: string, ref: ReservationRef, how: Ending): CouponCommand<Record<string, never>> {
  const { shopId, reservation } = ref;
  const usesIn = (facts: CouponFacts) =>
    facts.couponUses().filter((use) => use.shopId === shopId && use.reservation === reservation);
  return {
    name,
    needs: { couponReservations: [ref] },
    moreNeeds: [(facts) => ({ couponCodes: usesIn(facts).map(({ code }) => code) })],
    decide(facts, context) {
      const uses = usesIn(facts);
      const refusal = endRefusal(uses);
      if (refusal && how === 'cancelled') return refusal;
      const book = openCouponBook(facts, context);
      for (const use of uses) if (mayEnd(use, how, context)) book.release(use);
      return { ok: true, changes: book.changes(), result: {} };
    },
  };
}

function mayEnd({ status, expiresAt }: CouponUse, how: Ending, { now }: Context): boolean {
  return status === 'reserved' && (how === 'cancelled' || (expiresAt ?? 0) <= now);
}

function endRefusal(uses: readonly CouponUse[]) {
  if (uses.length === 0)
    return refuse('reservation_not_found', 'this shop has put nothing aside under this id');
  if (uses.every(({ purchaseId }) => purchaseId === null)) return undefined;
  return refuse(
    'reservation_closed',
    'a purchase has used what was put aside: refund it to get the coupons back',
  );
}
