import type { CartId } from '../ids.ts';
import type { Command } from '../ports.ts';
import { closed } from '../purchases/cart_changes.ts';
import { type Cart, type CartChanges, type CartFacts, type CartNeeds, cartData } from '../purchases/carts.ts';
import type { NewEvent } from './events.ts';
import type { JourneyChanges } from './types.ts';

/** What leaving a cart writes. */
export type CartLeftChanges = CartChanges & Pick<JourneyChanges, 'newEvents'>;

/**
 * Tells journeys once that a customer has left a cart (`cart_left`), when its time has come. Safe to repeat. Where another
 * cart of the customer in the same shop was changed later, this one is replaced by it instead.
 */
export function tellCartLeft(
  id: CartId,
): Command<CartNeeds, CartFacts, CartLeftChanges, { readonly told: boolean }> {
  return {
    name: 'cart.leave',
    needs: { carts: [id] },
    moreNeeds: [
      (facts) => {
        const owner = facts.cart(id)?.customerId;
        return owner ? { cartsOf: [owner] } : {};
      },
    ],
    decide(facts, { ids, now }) {
      const cart = facts.cart(id);
      const { customerId = null, leftAt = null } = cart ?? {};
      if (!cart || customerId === null || leftAt === null || cart.state !== 'open' || leftAt > now) {
        return { ok: true, changes: {}, result: { told: false } };
      }
      if (facts.cartsOf(customerId).some((other) => isNewer(other, cart))) {
        return {
          ok: true,
          changes: { cartUpdates: [closed(cart, 'replaced', now)] },
          result: { told: false },
        };
      }
      const event: NewEvent = {
        ...{ id: ids.next('evt', now), type: 'cart_left', customerId },
        ...{ occasion: `${cart.id} ${cart.updatedAt}`, data: cartData(cart), at: leftAt, recordedAt: now },
      };
      const told: Cart = { ...cart, leftAt: null, revision: cart.revision + 1 };
      return { ok: true, changes: { cartUpdates: [told], newEvents: [event] }, result: { told: true } };
    },
  };
}

function isNewer(other: Cart, { id, shopId, updatedAt }: Cart): boolean {
  return other.id !== id && other.shopId === shopId && other.updatedAt > updatedAt;
}
