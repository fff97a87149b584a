import type { CustomerRef } from '../customers/types.ts';
import type { CustomerId, LotId, PurchaseId, RedemptionId, RefundId, ShopId } from '../ids.ts';
import type { Lot, Reason } from '../ledger/types.ts';
import type { Points } from '../points.ts';
import type {
  RedemptionChanges,
  RedemptionFacts,
  RedemptionNeeds,
  RedemptionRef,
  SpendingRules,
} from '../redemptions/types.ts';
import type { ProductChanges } from './products.ts';

/** One line of a receipt as it is posted. `quantity` has up to three decimals. */
export interface ReceiptLine {
  readonly id: string | null;
  readonly sku: string;
  readonly name: string | null;
  readonly category: string | null;
  readonly quantity: number;
  readonly unitPriceMinor: number;
  /** What all of it costs, the shop's own discounts taken off; coupons and points of ours are not. */
  readonly amountMinor: number;
}

/** One line of a purchase as kept: what was taken off, what was paid in points, what it earned, what came back. */
export interface PurchaseLine extends ReceiptLine {
  /** What coupons took off. The rest is payable. */
  readonly discountMinor: number;
  /** The part of the payable amount that was paid with points. */
  readonly coveredMinor: number;
  /** Its share of the points the purchase earned. */
  readonly points: number;
  /** How much of it was brought back, and how much of the payable amount was given back for it. */
  readonly refundedQuantity: number;
  readonly refundedMinor: number;
}

/** A receipt as a shop system posts it, checked and in our words. */
export interface PurchaseInput {
  readonly shopId: ShopId;
  /** The shop's own id of it: the natural key. */
  readonly externalId: string;
  readonly at: number;
  readonly customer: CustomerRef | null;
  readonly store: string | null;
  readonly lines: readonly ReceiptLine[];
  readonly paid: boolean;
  readonly cartId: string | null;
  /** Points that pay for part of it: held before, or already confirmed. Absent, never null: see `once`. */
  readonly redemption?: RedemptionRef;
  /** Codes of coupons to use. Absent where there are none. */
  readonly coupons?: readonly string[];
  /** Who did it where no shop system did: `staff:stf_…`. */
  readonly actor?: string;
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
  /** What coupons took off all lines. */
  readonly discountMinor: number;
  /** What was given back for goods brought back, of the payable amount. */
  readonly refundedMinor: number;
  /** The points that paid for part of it, and which redemption that was. */
  readonly redemptionId: RedemptionId | null;
  readonly spent: number;
  /** When pending points count; null while the payment is awaited. */
  readonly releaseAt: number | null;
  /** The lot its points live in, once they can be spent. */
  readonly lotId: LotId | null;
  /** Of a receipt without a customer: the code that gets its points, until when, when somebody did. */
  readonly claimCode: string | null;
  readonly claimUntil: number | null;
  readonly claimedAt: number | null;
  /** Of a receipt without a customer: why it is worth its points. */
  readonly award: EarnReason | null;
  /** What the clock on the shop's wall showed at `at`, as epoch milliseconds of the same figures in UTC. */
  readonly localAt: number;
  readonly revision: number;
  readonly lines: readonly PurchaseLine[];
}

/** Why a purchase earned its points. */
export type EarnReason = Extract<Reason, { rule: 'earn' }>;

/** Goods brought back, as kept. Amounts are of what was payable, in minor units. */
export interface Refund {
  readonly id: RefundId;
  readonly purchaseId: PurchaseId;
  readonly shopId: ShopId;
  readonly externalId: string;
  readonly at: number;
  readonly recordedAt: number;
  readonly actor: string;
  readonly amountMinor: number;
  /** The part of it to be handed back in money. */
  readonly moneyMinor: number;
  /** Earned points that were taken back, spent points that were given back, and what could not be taken. */
  readonly takenBack: number;
  readonly returned: number;
  readonly notTaken: number;
  /** What each line of the purchase (counted from 1) lost. */
  readonly lines: readonly {
    readonly position: number;
    readonly quantity: number;
    readonly amountMinor: number;
  }[];
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
  /** What was taken off and what had to be paid; absent where no coupon took anything off. */
  readonly discounts?: readonly AppliedDiscount[];
  readonly payableMinor?: number;
  /** Of a receipt without a customer that is worth points: the code that gets them. */
  readonly claim?: { readonly code: string; readonly points: number; readonly expiresAt: number };
}

/** What one coupon did to a cart. */
export interface AppliedDiscount {
  readonly code: string;
  readonly name: string;
  readonly amountMinor: number;
  /** An article to be given away beside what is in the cart. */
  readonly gift?: { readonly sku: string; readonly name: string | null; readonly quantity: number };
  readonly freeDelivery?: true;
  /** How many times the usual points are earned. */
  readonly pointsTimes?: number;
}

/** Points for a purchase, with the reason that can be shown to whoever asks. */
export interface Award {
  readonly points: Points;
  readonly reason: EarnReason;
}

/** What the program says about purchases. Times in epoch milliseconds. */
export interface PurchaseRules extends SpendingRules {
  /** The program's time zone. */
  readonly zone: string;
  /** Points for the money paid for each line; `timesHundredths`: as many times as coupons say, 100 is once. */
  award(amountsMinor: readonly number[], timesHundredths?: readonly number[]): Award;
  /** When points earned at `at` are gone. */
  expiresAt(at: number): number;
  /** When the points of a purchase paid at `paidAt` count: at once, unless they wait for the return window to close. */
  releaseAt(paidAt: number): number;
  /** Until when a receipt of `boughtAt` without a customer can be claimed. */
  claimUntil(boughtAt: number): number;
  /** How many receipts one person may claim in 24 hours. */
  readonly claimsPerDay: number;
  /** Whether what a refund takes back may leave the balance below zero. */
  readonly mayOwe: boolean;
}

/** The lot a purchase's points live in, even when nothing is left of it. */
export interface PurchaseLot extends Lot {
  /** How many of its points have burned. */
  readonly burned: number;
}

/** Purchases of one customer, counted from `since` (epoch milliseconds) on. */
export interface HabitsNeed {
  readonly customerId: CustomerId;
  readonly since: number;
}

/** What a customer has done so far: sales not brought back, and what was paid for them. */
export interface Habits {
  /** Sales ever, and what was paid for those since `since`, in minor units. */
  readonly sales: number;
  readonly paidMinor: number;
}

/** Points of a customer that wait, and when they count; null: when their purchases are paid. */
export interface WaitingPoints {
  readonly points: number;
  readonly releaseAt: number | null;
}

/** What a use case over purchases may ask to know. */
export interface PurchaseNeeds extends RedemptionNeeds {
  /** By our id. */
  readonly purchases?: readonly PurchaseId[];
  /** By the code printed on the receipt. */
  readonly claims?: readonly string[];
  readonly purchaseLots?: readonly LotId[];
  readonly habits?: readonly HabitsNeed[];
  /** Purchases whose refunds are to be read. */
  readonly refunds?: readonly PurchaseId[];
  /** Customers whose claims of the last 24 hours are to be counted. */
  readonly claimants?: readonly CustomerId[];
  /** Customers whose waiting points are to be read. */
  readonly waiting?: readonly CustomerId[];
}

/** What it then knows. */
export interface PurchaseFacts extends RedemptionFacts {
  purchase(id: PurchaseId): Purchase | undefined;
  claim(code: string): Purchase | undefined;
  purchaseLot(id: LotId): PurchaseLot | undefined;
  habits(need: HabitsNeed): Habits | undefined;
  /** Goods of a purchase brought back so far. */
  refunds(id: PurchaseId): readonly Refund[];
  /** How many receipts a customer claimed in the last 24 hours. */
  claimsOfDay(id: CustomerId): number;
  /** The few that count first, those that wait for a payment last. */
  waiting(id: CustomerId): readonly WaitingPoints[];
}

/** What it may write. Updates hold the whole purchase as it is from now on, its revision one ahead. */
export interface PurchaseChanges extends RedemptionChanges, ProductChanges {
  readonly purchases?: readonly Purchase[];
  readonly purchaseUpdates?: readonly Purchase[];
  readonly refunds?: readonly Refund[];
}

/** The key under which habits are kept among the facts. */
export function habitsKey({ customerId, since }: HabitsNeed): string {
  return `${customerId} ${since}`;
}
