import type { CustomerChanges, CustomerFacts, CustomerNeeds, CustomerRef } from '../customers/types.ts';
import type { CustomerId, PurchaseId, ShopId } from '../ids.ts';
import type { LedgerChanges, Reason } from '../ledger/types.ts';
import type { Points } from '../points.ts';

/** One line of a receipt. `quantity` has up to three decimals, `amountMinor` is what was paid for all of it. */
export interface PurchaseLine {
  readonly id: string | null;
  readonly sku: string;
  readonly name: string | null;
  readonly category: string | null;
  readonly quantity: number;
  readonly unitPriceMinor: number;
  readonly amountMinor: number;
}

/** A receipt as a shop system posts it, checked and in our words. */
export interface PurchaseInput {
  readonly shopId: ShopId;
  /** The shop's own id of it: the natural key. */
  readonly externalId: string;
  readonly at: number;
  readonly customer: CustomerRef | null;
  readonly store: string | null;
  readonly lines: readonly PurchaseLine[];
  readonly paid: boolean;
  readonly cartId: string | null;
}

/** A purchase as kept. A `return` without a receipt is one with negative amounts. */
export interface Purchase {
  readonly id: PurchaseId;
  readonly kind: 'sale' | 'return';
  readonly shopId: ShopId;
  readonly externalId: string;
  readonly customerId: CustomerId | null;
  readonly store: string | null;
  readonly cartId: string | null;
  readonly at: number;
  readonly recordedAt: number;
  readonly totalMinor: number;
  /** When it was paid in full; null while it is not. */
  readonly paidAt: number | null;
  readonly earned: number;
  readonly pending: number;
  readonly lines: readonly PurchaseLine[];
}

/** What a purchase did to the customer's points. */
export interface PurchaseResult {
  readonly id: PurchaseId;
  readonly customer: CustomerId | null;
  readonly points: {
    readonly earned: number;
    readonly pending: number;
    readonly spent: number;
    readonly balance: number;
  };
}

/** Points for a purchase, with the reason that can be shown to whoever asks. */
export interface Award {
  readonly points: Points;
  readonly reason: Extract<Reason, { rule: 'earn' }>;
}

/** What the program says about purchases. */
export interface PurchaseRules {
  readonly version: number;
  award(amountsMinor: readonly number[]): Award;
  /** When points earned at `at` are gone. */
  expiresAt(at: number): number;
}

/** What a use case over purchases may ask to know. */
export interface PurchaseNeeds extends CustomerNeeds {
  /** By our id. */
  readonly purchases?: readonly PurchaseId[];
}

/** What it then knows. */
export interface PurchaseFacts extends CustomerFacts {
  purchase(id: PurchaseId): Purchase | undefined;
}

/** What it may write. */
export interface PurchaseChanges extends CustomerChanges, LedgerChanges {
  readonly purchases?: readonly Purchase[];
  /** Purchases that have now been paid in full. */
  readonly payments?: readonly {
    readonly id: PurchaseId;
    readonly paidAt: number;
    readonly earned: number;
  }[];
}
