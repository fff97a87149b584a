import { type Cart, type CartFacts, cartKey, cartsLookedAt, visitorKey } from '../../core/purchases/carts.ts';
import { type Row, type Statement, statement } from '../database.ts';
import { reader } from '../rows.ts';
import * as schema from '../schema.ts';
import { asAsked, eachRow, type FactSource, type Query } from './source.ts';

const cartRow = reader(schema.carts);

/** A cart as stored, in the words of core. */
export function cartFrom(row: Row): Cart {
  const { items, ...cart } = cartRow(row);
  return { ...(cart as Omit<Cart, 'items'>), items: JSON.parse(items) as Cart['items'] };
}

/** Reads carts by id, by the shop's id, and those that are open of a customer or visitor. */
export function cartSource(): FactSource<CartFacts> {
  const byId = new Map<string, Cart>();
  const named = new Map<string, Cart>();
  const lists = new Map<string, Cart[]>();
  const take = (row: Row): Cart => {
    const cart = cartFrom(row);
    byId.set(cart.id, cart);
    named.set(cartKey(cart), cart);
    return cart;
  };
  const listOf = (key: string, sql: string, ...parameters: string[]): Query => ({
    statement: statement(`${sql} ${newestFirst}`, ...parameters),
    take: (rows) => lists.set(key, rows.map(take)),
  });
  return {
    queries(needs) {
      const ids = needs.carts ?? [];
      const names = needs.cartsNamed ?? [];
      const customers = needs.cartsOf ?? [];
      const visitors = needs.cartsOfVisitors ?? [];
      const pairs = JSON.stringify(names.map(({ shopId, externalId }) => [shopId, externalId]));
      return [
        ...(ids.length > 0 ? [eachRow(statement(byIdSql, JSON.stringify([...new Set(ids)])), take)] : []),
        ...(names.length > 0 ? [eachRow(statement(namedSql, pairs), take)] : []),
        ...[...new Set(customers)].map((id) => listOf(id, ofCustomerSql, id)),
        ...visitors.map((one) => listOf(visitorKey(one), ofVisitorSql, one.shopId, one.visitor)),
      ];
    },
    facts: {
      cart: (id) => byId.get(id),
      cartNamed: (name) => named.get(cartKey(name)),
      cartsOf: (id) => lists.get(id) ?? [],
      cartsOfVisitor: (visitor) => lists.get(visitorKey(visitor)) ?? [],
    },
    keys: {
      cartsOf: asAsked,
      carts: asAsked,
      cartsNamed: (names) =>
        names.flatMap((name) => [cartKey(name), named.get(cartKey(name))?.id ?? cartKey(name)]),
      cartsOfVisitors: (visitors) => visitors.map(visitorKey),
    },
  };
}

const byIdSql = 'select c.* from json_each(?) i join carts c on c.id = i.value';

const namedSql = `select c.* from json_each(?) i
  join carts c on c.shop_id = i.value ->> 0 and c.external_id = i.value ->> 1`;

/** Open carts of a customer, also of accounts merged into this one, the newest change first. */
export function openCartsStatement(customerId: string): Statement {
  return statement(`${ofCustomerSql} ${newestFirst}`, customerId);
}

const newestFirst = `order by updated_at desc, id desc limit ${cartsLookedAt}`;

const ofCustomerSql = `select * from carts where state = 'open'
  and customer_id in (select ?1 union all select id from customers where merged_into = ?1)`;

const ofVisitorSql = `select * from carts where state = 'open' and customer_id is null
  and shop_id = ?1 and visitor = ?2`;

/** What two rounds of reading found: the newer where both have it. */
export function joinCartFacts(first: CartFacts, second: CartFacts): CartFacts {
  const filled = (newer: readonly Cart[], older: readonly Cart[]) => (newer.length > 0 ? newer : older);
  return {
    cart: (id) => second.cart(id) ?? first.cart(id),
    cartNamed: (name) => second.cartNamed(name) ?? first.cartNamed(name),
    cartsOf: (id) => filled(second.cartsOf(id), first.cartsOf(id)),
    cartsOfVisitor: (one) => filled(second.cartsOfVisitor(one), first.cartsOfVisitor(one)),
  };
}
