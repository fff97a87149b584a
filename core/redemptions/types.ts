import type { AuditChanges, AuditFacts, AuditNeeds } from '../audit/types.ts';
import type { CustomerChanges, CustomerFacts, CustomerNeeds } from '../customers/types.ts';
import type { CustomerId, PurchaseId, RedemptionId, ShopId } from '../ids.ts';
import type { TakenPoints } from '../ledger/posting.ts';
import type { LedgerChanges } from '../ledger/types.ts';
import type { Points } from '../points.ts';
import type { Command } from '../ports.ts';

/** Where a redemption stands. Nothing is held while the customer is asked. */
export const redemptionStatuses = [
  'awaiting_customer',
  'held',
  'confirmed',
  'cancelled',
  'declined',
  'expired',
] as const;
export type RedemptionStatus = (typeof redemptionStatuses)[number];

/** Points to be spent at a till: set aside until the purchase is done, then spent. */
export interface Redemption {
  readonly id: RedemptionId;
  readonly shopId: ShopId;
  /** The shop's own id of it: the natural key. */
  readonly externalId: string;
  readonly customerId: CustomerId;
  readonly store: string | null;
  readonly points: Points;
  /** What the points are worth, in minor units. */
  readonly amountMinor: number;
  /** What the purchase costs that they help to pay. */
  readonly totalMinor: number;
  /** How the customer agreed: showed a code, said yes in chat, told the code of an SMS, or was not asked. */
  readonly consent: 'code' | 'chat' | 'sms' | 'none';
  readonly actor: string;
  readonly createdAt: number;
  /** When it is over unless confirmed. */
  readonly expiresAt: number;
  readonly status: RedemptionStatus;
  /** When it was confirmed, cancelled, declined or had expired; null while it is open. */
  readonly settledAt: number | null;
  /** The purchase it paid for, once there is one. */
  readonly purchaseId: PurchaseId | null;
  /** What was taken from which lot, in the order it was taken. */
  readonly taken: readonly TakenPoints[];
  /** How many of its points refunds have given back. */
  readonly returned: number;
  readonly revision: number;
}

/** How a use case names a redemption: by our id, or by that of the shop. */
export type RedemptionRef =
  | { readonly id: RedemptionId }
  | { readonly shopId: ShopId; readonly externalId: string };

/** The key under which a redemption is kept among the facts. */
export function redemptionKey(ref: RedemptionRef): string {
  return 'id' in ref ? ref.id : `redemption:${ref.shopId}:${ref.externalId}`;
}

/** The code a customer shows to pay with points: six digits, for a few minutes, once. */
export interface PaymentCode {
  readonly code: string;
  readonly customerId: CustomerId;
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** What the program says about spending points. */
export interface SpendingRules {
  readonly version: number;
  /** What a point is worth, in minor units. */
  readonly pointValueMinor: number;
  /** How many points may help to pay `payableMinor`. */
  maxSpend(payableMinor: number): Points;
  /** Until when points live that come back to a lot that has burned. */
  graceUntil(now: number): number;
}

/** What a use case over redemptions may ask to know. */
export interface RedemptionNeeds extends CustomerNeeds, AuditNeeds {
  readonly redemptions?: readonly RedemptionRef[];
  /** Codes as shown at a till. */
  readonly paymentCodes?: readonly string[];
}

/** What it then knows. */
export interface RedemptionFacts extends CustomerFacts, AuditFacts {
  redemption(ref: RedemptionRef): Redemption | undefined;
  /** A code that was issued, even if its time is over. */
  paymentCode(code: string): PaymentCode | undefined;
}

/** What it may write. Updates hold the whole redemption as it is from now on, its revision one ahead. */
export interface RedemptionChanges extends CustomerChanges, LedgerChanges, AuditChanges {
  readonly redemptions?: readonly Redemption[];
  readonly redemptionUpdates?: readonly Redemption[];
  /** New codes: each takes the place of the customer's last one. */
  readonly paymentCodes?: readonly PaymentCode[];
  /** Codes that have been used. */
  readonly usedPaymentCodes?: readonly string[];
}

/** A use case over redemptions. */
export type RedemptionCommand<Result> = Command<RedemptionNeeds, RedemptionFacts, RedemptionChanges, Result>;
