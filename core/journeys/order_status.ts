import type { CustomerChanges, CustomerFacts, CustomerNeeds, CustomerRef } from '../customers/types.ts';
import type { CustomerId } from '../ids.ts';
import type { Command, Context } from '../ports.ts';
import {
  type Order,
  type OrderChanges,
  type OrderFacts,
  type OrderKind,
  type OrderName,
  type OrderNeeds,
  orderData,
} from '../purchases/orders.ts';
import { ownerOf } from '../purchases/owner.ts';
import { futureRefusal } from '../purchases/sale.ts';
import { DAY_MS } from '../time.ts';
import type { NewEvent } from './events.ts';
import type { JourneyChanges } from './types.ts';

/** The state of an order as a shop tells of it, checked and in our words. What is absent is left as it is known. */
export interface OrderInput extends OrderName {
  readonly customer: CustomerRef;
  readonly status: string;
  readonly at: number;
  /** Default: `order`. */
  readonly kind?: OrderKind;
  /** Default: the shop's own id. */
  readonly number?: string;
  readonly totalMinor?: number;
  readonly trackingUrl?: string;
  readonly url?: string;
  readonly dueAt?: number;
  readonly manager?: string;
}

/** What telling of an order may write. */
export type OrderStatusChanges = OrderChanges &
  CustomerChanges &
  Pick<JourneyChanges, 'newEvents' | 'eventsHandled'>;

/** What is told so long after it happened is history: it starts no journey. */
const oldNewsMs = 3 * DAY_MS;

/**
 * Keeps the state of an order, an invoice or a document, and tells journeys of each change (`order_status`). A state older
 * than the newest known is kept among the events, starts nothing and does not turn the order back; the same again changes
 * nothing. Refuses `in_the_future`, and `customer_not_found` as purchases do.
 */
export function tellOrderStatus(
  input: OrderInput,
): Command<OrderNeeds & CustomerNeeds, OrderFacts & CustomerFacts, OrderStatusChanges, Order> {
  return {
    name: 'order.tell',
    needs: { ordersNamed: [input], customers: [{ ref: input.customer }] },
    decide(facts, context) {
      const early = futureRefusal(input.at, context.now, 'state');
      if (early) return { ok: false, refusal: early };
      const owner = ownerOf(input.customer, facts, context);
      if (!owner.ok) return owner;
      const { id: customerId, changes } = owner.result;
      const kept = facts.orderNamed(input);
      const order = kept ? changed(kept, input, customerId, context) : made(input, customerId, context);
      const written = kept ? (isSame(kept, order) ? {} : { orderUpdates: [order] }) : { orders: [order] };
      return {
        ok: true,
        changes: { ...changes, ...written, ...news(order, kept, input, context) },
        result: order,
      };
    },
  };
}

function made(input: OrderInput, customerId: CustomerId, { ids, now }: Context): Order {
  const { shopId, externalId, status, at, kind = 'order', number = externalId } = input;
  return {
    ...{ id: ids.next('ord', now), shopId, externalId, customerId, kind, number, status },
    ...{ totalMinor: null, trackingUrl: null, url: null, dueAt: null, manager: null },
    ...details(input),
    ...{ at, recordedAt: now, revision: 1 },
  };
}

function changed(kept: Order, input: OrderInput, customerId: CustomerId, { now }: Context): Order {
  const isLate = input.at < kept.at;
  if (isLate) return kept;
  const { status, at, kind = kept.kind, number = kept.number } = input;
  const told = { customerId, kind, number, status, at, ...details(input) };
  return { ...kept, ...told, recordedAt: now, revision: kept.revision + 1 };
}

function details({ totalMinor, trackingUrl, url, dueAt, manager }: OrderInput) {
  return {
    ...(totalMinor === undefined ? {} : { totalMinor }),
    ...(trackingUrl === undefined ? {} : { trackingUrl }),
    ...(url === undefined ? {} : { url }),
    ...(dueAt === undefined ? {} : { dueAt }),
    ...(manager === undefined ? {} : { manager }),
  };
}

function isSame(kept: Order, order: Order): boolean {
  const { revision: _, recordedAt: __, ...before } = kept;
  const { revision: ___, recordedAt: ____, ...after } = order;
  return JSON.stringify(before) === JSON.stringify(after);
}

/** A state that is told once more is no news, whatever else is told with it. */
function news(
  order: Order,
  kept: Order | undefined,
  { status, at }: OrderInput,
  { ids, now }: Context,
): OrderStatusChanges {
  if (kept?.status === status) return {};
  const isLate = kept !== undefined && at < kept.at;
  const told = isLate ? { ...orderData(order, null), status } : orderData(order, kept?.status ?? null);
  const event: NewEvent = {
    ...{ id: ids.next('evt', now), type: 'order_status', customerId: order.customerId },
    ...{ occasion: `${order.id} ${status} ${at}`, data: told, at, recordedAt: now },
  };
  const startsNothing = isLate || at < now - oldNewsMs;
  return { newEvents: [event], ...(startsNothing ? { eventsHandled: [{ id: event.id, at: now }] } : {}) };
}
