import type { Cart, CartLine } from '../../core/coupons/cart.ts';
import { canonicalCode } from '../../core/coupons/codes.ts';
import { couponSchema } from '../../core/coupons/definition.ts';
import type { OfferedCoupon } from '../../core/coupons/evaluate.ts';

/** A coupon as a shop would write it, with a name where none is given; throws with what is wrong. */
export function aDefinition(written: object) {
  return couponSchema.parse({ name: 'Spring', code: { shared: 'SPRING' }, ...written });
}

/** A coupon held against a cart, never used so far; `given` replaces any part of it. */
export function anOffer(written: object, given: Partial<OfferedCoupon> = {}): OfferedCoupon {
  const definition = aDefinition(written);
  return {
    id: 'cpn_1',
    code: canonicalCode(definition.code.shared ?? 'SINGLE'),
    definition,
    validUntil: null,
    stopped: false,
    uses: { ofCustomer: 0, ofCode: 0, ofCodeReserved: 0, total: 0, discountMinor: 0 },
    ...given,
  };
}

/** Lines as `sku quantity amount [category]`, one a string. */
export function cartLines(...lines: readonly string[]): CartLine[] {
  return lines.map((line) => {
    const [sku = '', quantity, amount, category = null] = line.split(' ');
    return { sku, quantity: Number(quantity), amountMinor: Number(amount), category };
  });
}

/** A cart at noon of Sunday, 22 November 2026 in Kyiv, by a customer who has bought before. */
export function aCart(lines: readonly CartLine[], given: Partial<Cart> = {}): Cart {
  return {
    lines,
    store: null,
    at: Date.parse('2026-11-22T12:00:00+02:00'),
    zone: 'Europe/Kyiv',
    customer: { tier: null, hasBought: true },
    ...given,
  };
}
