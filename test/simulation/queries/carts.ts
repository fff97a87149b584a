import {
  type Cart,
  type CartFacts,
  cartClockMs,
  cartKey,
  cartsLookedAt,
  visitorKey,
} from '../../../core/purchases/carts.ts';
import { type Order, type OrderFacts, orderKey, ordersLookedAt } from '../../../core/purchases/orders.ts';
import type { Purchase } from '../../../core/purchases/types.ts';
import { joinCartFacts } from '../../../db/facts/carts.ts';
import { joinOrderFacts } from '../../../db/facts/orders.ts';
import type { Needs } from '../../../db/facts.ts';
import type { MemoryStore } from '../memory_store.ts';

/** What rounds of reading found of carts and orders. */
export type CartsFound = CartFacts & OrderFacts;

/** What a command asks to know of carts and orders, as db/facts/carts.ts and db/facts/orders.ts read it. */
export function readCarts(
  store: MemoryStore,
  needs: Needs,
  before: CartsFound | undefined,
): CartsFound | undefined {
  const { carts, cartsNamed, cartsOf, cartsOfVisitors, orders, ordersNamed, ordersOf } = needs;
  const asked = [carts, cartsNamed, cartsOf, cartsOfVisitors, orders, ordersNamed, ordersOf];
  if (asked.every((list) => list === undefined)) return before;
  const found = { ...cartsFound(store, needs), ...ordersFound(store, needs) };
  return before ? { ...joinCartFacts(before, found), ...joinOrderFacts(before, found) } : found;
}

function cartsFound(store: MemoryStore, needs: Needs): CartFacts {
  const ofCustomers = new Map((needs.cartsOf ?? []).map((id) => [id, openOf(store, id)]));
  const ofVisitors = new Map(
    (needs.cartsOfVisitors ?? []).map((one) => [
      visitorKey(one),
      newestCarts(
        [...store.carts.values()].filter(
          ({ shopId, visitor, customerId, state }) =>
            state === 'open' && customerId === null && shopId === one.shopId && visitor === one.visitor,
        ),
      ),
    ]),
  );
  const all = [
    ...(needs.carts ?? []).flatMap((id) => store.carts.get(id) ?? []),
    ...(needs.cartsNamed ?? []).flatMap((name) => store.carts.find('name', cartKey(name)) ?? []),
    ...[...ofCustomers.values(), ...ofVisitors.values()].flat(),
  ];
  const byId = new Map(all.map((cart) => [String(cart.id), cart]));
  const named = new Map(all.map((cart) => [cartKey(cart), cart]));
  return {
    cart: (id) => byId.get(id),
    cartNamed: (name) => named.get(cartKey(name)),
    cartsOf: (id) => ofCustomers.get(id) ?? [],
    cartsOfVisitor: (visitor) => ofVisitors.get(visitorKey(visitor)) ?? [],
  };
}

/** An account and those merged into it. */
function personOf(store: MemoryStore, id: string): string[] {
  const merged = [...store.customers.values()].filter((one) => one.mergedInto === id);
  return [id, ...merged.map((one) => one.id)];
}

function openOf(store: MemoryStore, id: string): Cart[] {
  const all = personOf(store, id).flatMap((one) => store.carts.all('customer', one));
  return newestCarts(all.filter(({ state }) => state === 'open'));
}

function newestCarts(carts: readonly Cart[]): Cart[] {
  const sorted = [...carts].sort((a, b) => b.updatedAt - a.updatedAt || (a.id < b.id ? 1 : -1));
  return sorted.slice(0, cartsLookedAt);
}

function ordersFound(store: MemoryStore, needs: Needs): OrderFacts {
  const ofCustomers = new Map((needs.ordersOf ?? []).map((id) => [id, newestOrders(store, id)]));
  const all = [
    ...(needs.orders ?? []).flatMap((id) => store.orders.get(id) ?? []),
    ...(needs.ordersNamed ?? []).flatMap((name) => store.orders.find('name', orderKey(name)) ?? []),
    ...[...ofCustomers.values()].flat(),
  ];
  const byId = new Map(all.map((order) => [String(order.id), order]));
  const named = new Map(all.map((order) => [orderKey(order), order]));
  return {
    order: (id) => byId.get(id),
    orderNamed: (name) => named.get(orderKey(name)),
    ordersOf: (id) => ofCustomers.get(id) ?? [],
  };
}

function newestOrders(store: MemoryStore, id: string): Order[] {
  const all = personOf(store, id).flatMap((one) => store.orders.all('customer', one));
  return all.sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1)).slice(0, ordersLookedAt);
}

/** Marks the carts that a purchase was made of, as db/changes/carts.ts does. */
export function markBought(store: MemoryStore, purchase: Purchase): void {
  const { kind, customerId, cartId, shopId, at, lines } = purchase;
  if (kind !== 'sale') return;
  const named =
    cartId === null ? undefined : store.carts.find('name', cartKey({ shopId, externalId: cartId }));
  const skus = new Set(lines.map(({ sku }) => sku));
  const theirs = customerId === null ? [] : openOf(store, customerId);
  const holding = theirs.filter(
    ({ updatedAt, items }) => updatedAt <= at + cartClockMs && items.some(({ sku }) => skus.has(sku)),
  );
  const bought = [...(named && named.state !== 'bought' ? [named] : []), ...holding];
  for (const cart of new Map(bought.map((one) => [one.id, one])).values()) {
    const owner = cart.customerId ?? customerId;
    const revision = cart.revision + 1;
    store.carts.update({ ...cart, state: 'bought', leftAt: null, customerId: owner, revision });
  }
}
