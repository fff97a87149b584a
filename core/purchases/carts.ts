import type { CartId, CustomerId, ShopId } from '../ids.ts';
import { lineAmountMinor } from '../money.ts';

/** What lies in a cart. Amounts in minor units. */
export interface CartItem {
  readonly sku: string;
  readonly name: string;
  /** Pieces, kilograms, litres; up to three decimals. */
  readonly quantity: number;
  readonly unitPriceMinor: number;
  readonly url: string | null;
  readonly image: string | null;
}

/**
 * Where a cart stands. `emptied`: the shop took it away; `declined`: the customer is no longer interested; `replaced`: the
 * customer filled another one in the same shop.
 */
export const cartStates = ['open', 'bought', 'emptied', 'declined', 'replaced'] as const;
export type CartState = (typeof cartStates)[number];

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

/** A cart by its shop and the shop's own id of it. */
export type CartName = Pick<Cart, 'shopId' | 'externalId'>;

/** Somebody whom a shop knows by an id of its own alone. */
export interface Visitor {
  readonly shopId: ShopId;
  readonly visitor: string;
}

/** Carts that a decision asks to know. */
export interface CartNeeds {
  /** By our id. */
  readonly carts?: readonly string[];
  readonly cartsNamed?: readonly CartName[];
  /** Customers whose open carts are to be read. */
  readonly cartsOf?: readonly CustomerId[];
  /** Visitors whose open carts are to be read. */
  readonly cartsOfVisitors?: readonly Visitor[];
}

/** What it then knows. */
export interface CartFacts {
  cart(id: string): Cart | undefined;
  cartNamed(name: CartName): Cart | undefined;
  /** Open ones, also of accounts merged into this one, the newest change first. */
  cartsOf(customerId: CustomerId): readonly Cart[];
  /** Open ones that no customer is known of. */
  cartsOfVisitor(visitor: Visitor): readonly Cart[];
}

/** New carts, and carts as they are from now on, their revision one ahead. */
export interface CartChanges {
  readonly carts?: readonly Cart[];
  readonly cartUpdates?: readonly Cart[];
}

/** How many open carts of one customer or visitor are looked at, the newest. */
export const cartsLookedAt = 20;

/** A purchase so long before the cart's last change may still be of it: a receipt is stamped to the second or the minute. */
export const cartClockMs = 60_000;

/** What all of it costs, in minor units. */
export function cartTotalMinor(items: readonly Pick<CartItem, 'quantity' | 'unitPriceMinor'>[]): number {
  return items.reduce((total, item) => total + itemAmountMinor(item), 0);
}

/** What one article of it costs, in minor units. */
export function itemAmountMinor({
  quantity,
  unitPriceMinor,
}: Pick<CartItem, 'quantity' | 'unitPriceMinor'>): number {
  return lineAmountMinor(quantity, unitPriceMinor);
}

/** What journeys know of a cart, under the names that their conditions use. */
export function cartData({ id, externalId, state, totalMinor, items }: Cart) {
  return {
    ...{ cart_id: id, cart_number: externalId, cart_state: state },
    ...{ total: totalMinor, items: items.length },
  } as const;
}

/** The key under which a cart is kept among the facts, and apart from others. */
export function cartKey({ shopId, externalId }: CartName): string {
  return `cart:${shopId} ${externalId}`;
}

/** The same for the carts of a visitor. */
export function visitorKey({ shopId, visitor }: Visitor): string {
  return `visitor:${shopId} ${visitor}`;
}
