import { type Order, type OrderFacts, orderKey, ordersLookedAt } from '../../core/purchases/orders.ts';
import { type Row, type Statement, statement } from '../database.ts';
import { reader } from '../rows.ts';
import * as schema from '../schema.ts';
import { asAsked, eachRow, type FactSource, type Query } from './source.ts';

const orderRow = reader(schema.orders);

/** An order as stored, in the words of core. */
export function orderFrom(row: Row): Order {
  return orderRow(row) as Order;
}

/** Reads orders by id, by the shop's id, and the newest of a customer. */
export function orderSource(): FactSource<OrderFacts> {
  const byId = new Map<string, Order>();
  const named = new Map<string, Order>();
  const lists = new Map<string, Order[]>();
  const take = (row: Row): Order => {
    const order = orderFrom(row);
    byId.set(order.id, order);
    named.set(orderKey(order), order);
    return order;
  };
  const listOf = (id: string): Query => ({
    statement: newestOrdersStatement(id),
    take: (rows) => lists.set(id, rows.map(take)),
  });
  return {
    queries(needs) {
      const ids = needs.orders ?? [];
      const names = needs.ordersNamed ?? [];
      const customers = needs.ordersOf ?? [];
      const pairs = JSON.stringify(names.map(({ shopId, externalId }) => [shopId, externalId]));
      return [
        ...(ids.length > 0 ? [eachRow(statement(byIdSql, JSON.stringify([...new Set(ids)])), take)] : []),
        ...(names.length > 0 ? [eachRow(statement(namedSql, pairs), take)] : []),
        ...[...new Set(customers)].map(listOf),
      ];
    },
    facts: {
      order: (id) => byId.get(id),
      orderNamed: (name) => named.get(orderKey(name)),
      ordersOf: (id) => lists.get(id) ?? [],
    },
    keys: {
      orders: asAsked,
      ordersNamed: (names) =>
        names.flatMap((name) => [orderKey(name), named.get(orderKey(name))?.id ?? orderKey(name)]),
    },
  };
}

const byIdSql = 'select o.* from json_each(?) i join orders o on o.id = i.value';

const namedSql = `select o.* from json_each(?) i
  join orders o on o.shop_id = i.value ->> 0 and o.external_id = i.value ->> 1`;

/** The newest orders of a customer, also of accounts merged into this one. */
export function newestOrdersStatement(customerId: string): Statement {
  return statement(ofCustomerSql, customerId);
}

const ofCustomerSql = `select * from orders
  where customer_id in (select ?1 union all select id from customers where merged_into = ?1)
  order by at desc, id desc limit ${ordersLookedAt}`;

/** What two rounds of reading found: the newer where both have it. */
export function joinOrderFacts(first: OrderFacts, second: OrderFacts): OrderFacts {
  return {
    order: (id) => second.order(id) ?? first.order(id),
    orderNamed: (name) => second.orderNamed(name) ?? first.orderNamed(name),
    ordersOf(id) {
      const newer = second.ordersOf(id);
      return newer.length > 0 ? newer : first.ordersOf(id);
    },
  };
}
