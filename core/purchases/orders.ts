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
  /** In the shop's words: `paid`, `packed`, `shipped`, `delivered`, `awaiting_payment`, `awaiting_signature`. */
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
