import type { CustomerChanges, CustomerFacts, CustomerNeeds, CustomerRef } from '../customers/types.ts';
import { refuse } from '../errors.ts';
import type { CustomerId } from '../ids.ts';
import type { Command, Context, Decision } from '../ports.ts';
import { DAY_MS } from '../time.ts';
import {
  type Cart,
  type CartChanges,
  type CartFacts,
  type CartItem,
  type CartName,
  type CartNeeds,
  type CartState,
  cartTotalMinor,
} from './carts.ts';
import { ownerOf } from './owner.ts';
import { futureRefusal } from './sale.ts';

/** A cart as a shop tells of it, checked and in our words. It names a customer, a visitor, or both. */
export interface CartInput extends CartName {
  readonly customer: CustomerRef | null;
  readonly visitor: string | null;
  /** Empty: the cart was emptied. */
  readonly items: readonly CartItem[];
  readonly url: string | null;
  readonly updatedAt: number;
}

/** What the program says about carts. */
export interface CartRules {
  readonly left_after_minutes: number;
  readonly forgotten_after_days: number;
}

/** What a use case over carts may ask to know. */
export interface CartCommandNeeds extends CartNeeds, CustomerNeeds {}
/** What it then knows. */
export interface CartCommandFacts extends CartFacts, CustomerFacts {}
/** What it may write. */
export interface CartCommandChanges extends CartChanges, CustomerChanges {}

type CartCommand = Command<CartCommandNeeds, CartCommandFacts, CartCommandChanges, Cart>;
type Decided = Decision<CartCommandChanges, Cart>;

const minuteMs = 60_000;

/**
 * Keeps a cart as it is told, and the cart that counts of each customer in a shop: the one changed last. What is older than
 * what is kept changes nothing, and so does the same again; other contents open a cart anew, whatever had become of it.
 * Refuses `in_the_future`, and `customer_not_found` as purchases do.
 */
export function putCart(input: CartInput, rules: CartRules): CartCommand {
  const { customer, shopId, visitor } = input;
  return {
    name: 'cart.put',
    needs: {
      cartsNamed: [input],
      ...(customer ? { customers: [{ ref: customer }] } : {}),
      ...(visitor === null ? {} : { cartsOfVisitors: [{ shopId, visitor }] }),
    },
    moreNeeds: [
      (facts) => {
        const named = customer && facts.customer(customer)?.customer;
        const id = named ? (named.mergedInto ?? named.id) : facts.cartNamed(input)?.customerId;
        return id ? { cartsOf: [id] } : {};
      },
    ],
    decide(facts, context) {
      const early = futureRefusal(input.updatedAt, context.now, 'cart', '/updated_at');
      if (early) return { ok: false, refusal: early };
      const kept = facts.cartNamed(input);
      if (kept && isOld(input, kept)) return { ok: true, changes: {}, result: kept };
      if (!customer) return put(input, kept, kept?.customerId ?? null, { rules, facts, context });
      const owner = ownerOf(customer, facts, context);
      if (!owner.ok) return owner;
      const decided = put(input, kept, owner.result.id, { rules, facts, context });
      return decided.ok ? { ...decided, changes: { ...owner.result.changes, ...decided.changes } } : decided;
    },
  };
}

/** A cart that was closed since takes nothing of the very moment it was changed last: that is an answer that got lost. */
function isOld({ updatedAt }: CartInput, kept: Cart): boolean {
  return updatedAt < kept.updatedAt || (updatedAt === kept.updatedAt && kept.state !== 'open');
}

interface Deciding {
  readonly rules: CartRules;
  readonly facts: CartFacts;
  readonly context: Context;
}

function put(
  input: CartInput,
  kept: Cart | undefined,
  customerId: CustomerId | null,
  { rules, facts, context }: Deciding,
): Decided {
  const told = kept ? changed(kept, input, customerId) : made(input, customerId, context);
  const rivals = told.state === 'open' ? rivalsOf(told, facts) : [];
  const isOutrun = rivals.some(({ updatedAt }) => updatedAt > told.updatedAt);
  const state = isOutrun ? 'replaced' : told.state;
  const cart = leaving({ ...told, state, recordedAt: context.now }, kept, rules, context.now);
  if (kept && isSame(kept, cart)) return { ok: true, changes: {}, result: kept };
  const replaced = isOutrun ? [] : rivals.map((rival) => closed(rival, 'replaced', context.now));
  return {
    ok: true,
    changes: kept ? { cartUpdates: [cart, ...replaced] } : { carts: [cart], cartUpdates: replaced },
    result: cart,
  };
}

function made(input: CartInput, customerId: CustomerId | null, { ids, now }: Context): Cart {
  const { shopId, externalId, visitor, items, url, updatedAt } = input;
  return {
    ...{ id: ids.next('crt', now), shopId, externalId, customerId, visitor },
    ...{ items, totalMinor: cartTotalMinor(items), url, updatedAt, recordedAt: now },
    ...{ state: items.length > 0 ? 'open' : 'emptied', leftAt: null, revision: 1 },
  };
}

function changed(kept: Cart, input: CartInput, customerId: CustomerId | null): Cart {
  const { items, updatedAt } = input;
  const state = stateAfter(kept, items);
  // A shop empties the cart that was just bought: what was in it stays known.
  const contents = state === 'bought' ? {} : { items, totalMinor: cartTotalMinor(items) };
  return {
    ...kept,
    ...contents,
    ...{ customerId, updatedAt, state, revision: kept.revision + 1 },
    visitor: input.visitor ?? kept.visitor,
    url: input.url ?? kept.url,
  };
}

/** Other contents open a cart; the same again leave it bought or declined. */
function stateAfter({ state, items }: Cart, told: readonly CartItem[]): CartState {
  if (told.length === 0) return state === 'bought' ? 'bought' : 'emptied';
  const isSettled = state === 'bought' || state === 'declined';
  return isSettled && sameItems(items, told) ? state : 'open';
}

function sameItems(a: readonly CartItem[], b: readonly CartItem[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function isSame(kept: Cart, cart: Cart): boolean {
  const { revision: _, recordedAt: __, ...before } = kept;
  const { revision: ___, recordedAt: ____, ...after } = cart;
  return JSON.stringify(before) === JSON.stringify(after);
}

/** Other open carts of the same customer, or of the same visitor, in the same shop. */
function rivalsOf({ id, shopId, customerId, visitor }: Cart, facts: CartFacts): Cart[] {
  const ofCustomer = customerId ? facts.cartsOf(customerId) : [];
  const ofVisitor = visitor === null ? [] : facts.cartsOfVisitor({ shopId, visitor });
  const others = [...ofCustomer, ...ofVisitor].filter((one) => one.shopId === shopId && one.id !== id);
  return [...new Map(others.map((one) => [one.id, one])).values()];
}

/** When it counts as left. Only what was changed leaves anew; nobody is told of what was forgotten long ago. */
function leaving(cart: Cart, kept: Cart | undefined, rules: CartRules, now: number): Cart {
  const { state, customerId, updatedAt, items } = cart;
  const isForgotten = updatedAt <= now - rules.forgotten_after_days * DAY_MS;
  if (state !== 'open' || customerId === null || isForgotten) return { ...cart, leftAt: null };
  const isTold = kept?.state === 'open' && kept.customerId !== null && kept.leftAt === null;
  const leftAt =
    isTold && sameItems(kept.items, items) ? null : updatedAt + rules.left_after_minutes * minuteMs;
  return { ...cart, leftAt };
}

/** A cart that nothing is expected of any more. */
export function closed(cart: Cart, state: Exclude<CartState, 'open'>, now: number): Cart {
  return { ...cart, state, leftAt: null, recordedAt: now, revision: cart.revision + 1 };
}

/** Empties a cart, as the shop says. One that was bought stays that. Refuses `cart_not_found`. */
export function emptyCart(name: CartName): CartCommand {
  return {
    name: 'cart.empty',
    needs: { cartsNamed: [name] },
    decide(facts, { now }) {
      const kept = facts.cartNamed(name);
      if (!kept) return refuse('cart_not_found', 'this shop told of no such cart');
      if (kept.state === 'bought' || kept.state === 'emptied') return { ok: true, changes: {}, result: kept };
      const cart: Cart = { ...closed(kept, 'emptied', now), items: [], totalMinor: 0 };
      return { ok: true, changes: { cartUpdates: [cart] }, result: cart };
    },
  };
}
