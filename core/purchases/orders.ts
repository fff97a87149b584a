import type { CustomerId, OrderId, ShopId } from '../ids.ts';

/** What a shop tells the state of. */
export const orderKinds = ['order', 'invoice', 'document'] as const;
export type OrderKind = (typeof orderKinds)[number];

/** An order, an invoice or a document of a customer, as the shop last told of it. */
export interface Order {
  readonly id: OrderId;
  readonly shopId: ShopId;
  /** The shop's own id of it. */
  readonly externalId: string;
  readonly customerId: CustomerId;
  readonly kind: OrderKind;
  /** As people know it. */
  readonly number: string;
  /** In the shop's words; those we have words for stand in `knownStatuses`. */
  readonly status: string;
  readonly totalMinor: number | null;
  readonly trackingUrl: string | null;
  readonly url: string | null;
  /** Until when it must be paid, signed or fetched, epoch milliseconds. */
  readonly dueAt: number | null;
  /** The phone of whoever of the staff looks after it, E.164. */
  readonly manager: string | null;
  /** When it came to this state, and when we heard of it, epoch milliseconds. */
  readonly at: number;
  readonly recordedAt: number;
  readonly revision: number;
}

/** States that we have words for in every language; shops may use others. */
export const knownStatuses = [
  ...(['new', 'confirmed', 'awaiting_payment', 'unpaid', 'overdue', 'paid', 'packed', 'shipped'] as const),
  ...(['ready', 'ready_for_pickup', 'delivered', 'completed', 'cancelled', 'canceled', 'returned'] as const),
  ...(['awaiting_signature', 'signed'] as const),
] as const;

/** Whether we have words for a state. */
export function isKnownStatus(status: string): boolean {
  return knownStatuses.some((known) => known === status);
}

/** States after which nothing more is to be done, of all kinds and of one. */
const over: ReadonlySet<string> = new Set([
  ...['delivered', 'completed', 'cancelled', 'canceled', 'returned'],
]);
const overOfKind: Readonly<Record<OrderKind, string | undefined>> = {
  order: undefined,
  invoice: 'paid',
  document: 'signed',
};

/** Whether something is still to be done about it: to be brought, paid or signed. */
export function isOpenOrder({ kind, status }: Pick<Order, 'kind' | 'status'>): boolean {
  return !over.has(status) && status !== overOfKind[kind];
}

/** An order by its shop and the shop's own id of it. */
export type OrderName = Pick<Order, 'shopId' | 'externalId'>;

/** Orders that a decision asks to know. */
export interface OrderNeeds {
  /** By our id. */
  readonly orders?: readonly string[];
  readonly ordersNamed?: readonly OrderName[];
  /** Customers whose newest orders are to be read. */
  readonly ordersOf?: readonly CustomerId[];
}

/** What it then knows. */
export interface OrderFacts {
  order(id: string): Order | undefined;
  orderNamed(name: OrderName): Order | undefined;
  /** Also of accounts merged into this one, the newest state first. */
  ordersOf(customerId: CustomerId): readonly Order[];
}

/** New orders, and orders as they are from now on, their revision one ahead. */
export interface OrderChanges {
  readonly orders?: readonly Order[];
  readonly orderUpdates?: readonly Order[];
}

/** How many orders of one customer are looked at, the newest. */
export const ordersLookedAt = 20;

/** What journeys know of an order, under the names that their conditions use. `was`: the state before, if any. */
export function orderData(order: Order, was: string | null) {
  const { id, kind, number, status, totalMinor, dueAt, trackingUrl, url } = order;
  return {
    ...{ order_id: id, kind, number, status, was, total: totalMinor, due_at: dueAt },
    ...{ tracking_url: trackingUrl, url },
  } as const;
}

/** The key under which an order is kept among the facts, and apart from others. */
export function orderKey({ shopId, externalId }: OrderName): string {
  return `order:${shopId} ${externalId}`;
}
