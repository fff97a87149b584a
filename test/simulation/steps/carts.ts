import { tellOrderStatus } from '../../../core/journeys/order_status.ts';
import { type CartInput, emptyCart, putCart } from '../../../core/purchases/cart_changes.ts';
import type { CartItem } from '../../../core/purchases/carts.ts';
import { type Step, shops, type World } from '../world.ts';
import { chatting, saying } from './chats.ts';
import { buying, receiptOf, refOf } from './sales.ts';

const hourMs = 3_600_000;

/** A few carts and orders, so that they meet again. */
const nameOf = (world: World, what: string) => ({
  shopId: world.pick(shops),
  externalId: `${what}-${world.int(0, 5)}`,
});

function itemsOf(world: World): CartItem[] {
  return Array.from({ length: world.int(0, 3) }, (): CartItem => {
    const sku = `sku-${world.int(0, 3)}`;
    const quantity = world.pick([1, 2, 0.5]);
    return { sku, name: sku, quantity, unitPriceMinor: world.int(0, 90_000), url: null, image: null };
  });
}

/** By phone, by the browser alone, or both; mostly told at once, now and then late. */
function cartOf(world: World): CartInput {
  const name = nameOf(world, 'cart');
  const isKnown = world.chance(0.7);
  return {
    ...name,
    customer: isKnown ? refOf(world, world.pick(world.people), name.shopId) : null,
    visitor: isKnown && world.chance(0.6) ? null : `browser-${world.int(0, 2)}`,
    items: itemsOf(world),
    url: null,
    updatedAt: world.clock.now() - (world.chance(0.3) ? world.int(0, 5 * hourMs) : 0),
  };
}

/** What happens in the web shop. */
export const cartSteps: readonly Step[] = [
  {
    name: 'a web shop tells of a cart',
    weight: 3,
    plan: (world) => [{ command: putCart(cartOf(world), world.program.carts) }],
  },
  {
    name: 'a web shop takes a cart away',
    weight: 0.3,
    plan: (world) => [{ command: emptyCart(nameOf(world, 'cart')) }],
  },
  {
    name: 'buys what lies in a cart',
    weight: 0.8,
    plan(world) {
      const { shopId, externalId: cartId } = nameOf(world, 'cart');
      return [buying(world, receiptOf(world, { shopId, cartId }))];
    },
  },
  {
    name: 'an order moves on',
    weight: 1,
    plan(world) {
      const name = nameOf(world, 'order');
      const customer = refOf(world, world.pick(world.people), name.shopId);
      const at = world.clock.now() - (world.chance(0.2) ? world.int(0, 5 * hourMs) : 0);
      return [{ command: tellOrderStatus({ ...name, customer, at, status: `stage_${world.int(1, 4)}` }) }];
    },
  },
  {
    name: 'looks at the cart or the orders',
    weight: 1,
    plan(world) {
      const found = chatting(world);
      const data = world.pick(['cart', 'cart', 'decline', 'orders']);
      return found ? [saying(world, found.chat, { kind: 'press', data, messageId: 'm1' })] : [];
    },
  },
];
