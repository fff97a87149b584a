import { sum } from '../money.ts';

/** What a coupon has to know of a line. */
export interface CartLine {
  readonly sku: string;
  readonly category: string | null;
  /** Up to three decimals. */
  readonly quantity: number;
  /** What it costs before coupons. */
  readonly amountMinor: number;
}

/** What a coupon has to know of a customer. */
export interface CartCustomer {
  readonly tier: string | null;
  readonly hasBought: boolean;
}

/** A cart, or a receipt, that coupons are held against. */
export interface Cart {
  readonly lines: readonly CartLine[];
  readonly store: string | null;
  readonly at: number;
  /** The program's time zone. */
  readonly zone: string;
  /** Null where nobody is named. */
  readonly customer: CartCustomer | null;
}

/** What a cart costs before coupons. */
export function totalOf({ lines }: Pick<Cart, 'lines'>): number {
  return sum(lines.map(({ amountMinor }) => amountMinor));
}
