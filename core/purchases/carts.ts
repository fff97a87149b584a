import type { CartId, CustomerId, ShopId } from '../ids.ts';

/** What lies in a cart. Amounts in minor units. */
export interface CartItem {
  readonly sku: string;
  readonly name: string;
  readonly quantity: number;
  readonly unitPriceMinor: number;
  readonly url: string | null;
  readonly image: string | null;
}

/** Where a cart stands. `emptied`: the shop took it away; `declined`: the customer is no longer interested. */
export type CartState = 'open' | 'bought' | 'emptied' | 'declined';

/** What a customer, or somebody the shop cannot name yet, has put aside to buy. */
export interface Cart {
  readonly id: CartId;
  readonly shopId: ShopId;
  /** The shop's own id of it. */
  readonly externalId: string;
  readonly customerId: CustomerId | null;
  readonly visitor: string | null;
  readonly items: readonly CartItem[];
  readonly totalMinor: number;
  /** Where it is opened again. */
  readonly url: string | null;
  readonly state: CartState;
  /** When the shop last changed it, and when we heard of that, epoch milliseconds. */
  readonly updatedAt: number;
  readonly recordedAt: number;
  /** When it counts as left; null: that was told already, or nobody is known. */
  readonly leftAt: number | null;
  readonly revision: number;
}
