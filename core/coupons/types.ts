import type { CouponBatchId, CouponId, CouponUseId, CustomerId, PurchaseId, ShopId } from '../ids.ts';
import type { PurchaseChanges, PurchaseFacts, PurchaseNeeds } from '../purchases/types.ts';
import type { CouponDefinition } from './definition.ts';

/** A coupon as kept, with how much of its limits is used up. */
export interface Coupon {
  readonly id: CouponId;
  readonly name: string;
  readonly definition: CouponDefinition;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly stoppedAt: number | null;
  /** How often it has been used and what it took off, what tills hold reserved among it. */
  readonly uses: number;
  readonly usedMinor: number;
  readonly revision: number;
}

/** A code of a coupon: the shared one, a single one, or one customer's. */
export interface CouponCode {
  /** In canonical form. */
  readonly code: string;
  readonly couponId: CouponId;
  readonly batchId: CouponBatchId | null;
  /** Whose it is; null: whoever shows it. */
  readonly customerId: CustomerId | null;
  readonly issuedAt: number;
  /** The first moment it is no longer good; null: no end. */
  readonly validUntil: number | null;
  readonly uses: number;
  readonly revision: number;
}

/** Codes to be made: how many were wanted, how many there are. */
export interface CouponBatch {
  readonly id: CouponBatchId;
  readonly couponId: CouponId;
  readonly wanted: number;
  readonly made: number;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly finishedAt: number | null;
}

/** Where a use of a coupon stands: put aside by a till and used, or free again; used and brought back. */
export type CouponUseStatus = 'reserved' | 'used' | 'released' | 'returned';

/** One use of a coupon by one purchase, or put aside for one. */
export interface CouponUse {
  readonly id: CouponUseId;
  readonly couponId: CouponId;
  readonly code: string;
  readonly customerId: CustomerId | null;
  readonly shopId: ShopId;
  /** The shop's id of the reservation, where there was one. */
  readonly reservation: string | null;
  readonly purchaseId: PurchaseId | null;
  readonly status: CouponUseStatus;
  /** What it takes off, and how much of that came back with goods. */
  readonly discountMinor: number;
  readonly returnedMinor: number;
  readonly createdAt: number;
  /** When a reservation is over unless used. */
  readonly expiresAt: number | null;
  readonly revision: number;
}

/** What the program says that coupons depend on. */
export interface CouponRules {
  /** The program's time zone. */
  readonly zone: string;
  /** The tier of somebody who spent so much since `tierSince`. */
  tierOf(paidMinor: number): string | null;
  /** From when on spending counts for a tier, seen from `at`. */
  tierSince(at: number): number;
}

/** How a shop names what a till put aside. */
export interface ReservationRef {
  readonly shopId: ShopId;
  readonly reservation: string;
}

/** The live codes of one customer, the one that ends first before the others: `limit` of them after `offset`. */
export interface CouponWalletNeed {
  readonly customerId: CustomerId;
  readonly limit: number;
  readonly offset: number;
}

/** A code with its coupon. */
export interface CouponInHand {
  readonly code: CouponCode;
  readonly coupon: Coupon;
}

/** What a use case over coupons may ask to know. Whoever asks for a code may change its coupon too. */
export interface CouponNeeds extends PurchaseNeeds {
  readonly coupons?: readonly CouponId[];
  readonly couponBatches?: readonly CouponBatchId[];
  /** Coupons whose codes are to be counted. */
  readonly couponCounts?: readonly CouponId[];
  /** In canonical form. */
  readonly couponCodes?: readonly string[];
  readonly couponReservations?: readonly ReservationRef[];
  /** Purchases whose uses of coupons are to be read. */
  readonly couponPurchases?: readonly PurchaseId[];
  /** How often a customer has used a coupon. */
  readonly couponCustomers?: readonly { readonly couponId: CouponId; readonly customerId: CustomerId }[];
  readonly couponWallets?: readonly CouponWalletNeed[];
}

/** What it then knows. */
export interface CouponFacts extends PurchaseFacts {
  coupon(id: CouponId): Coupon | undefined;
  couponBatch(id: CouponBatchId): CouponBatch | undefined;
  /** How many codes were ever asked for of a coupon, in batches. */
  couponCodesWanted(id: CouponId): number;
  couponCode(code: string): CouponCode | undefined;
  /**
   * Uses by all that was asked for in the group: those of reservations and of purchases, the open reservations of
   * codes, and the reservations of their coupons whose time is over and that no job has released yet.
   */
  couponUses(): readonly CouponUse[];
  /** How often a customer has used a coupon, or has it reserved. */
  couponUsesOf(couponId: CouponId, customerId: CustomerId): number;
  couponWallet(need: CouponWalletNeed): readonly CouponInHand[];
}

/** What it may write. Updates hold the whole row as it is from now on, its revision one ahead. */
export interface CouponChanges extends PurchaseChanges {
  readonly coupons?: readonly Coupon[];
  readonly couponUpdates?: readonly Coupon[];
  /** New codes; another coupon having one of them fails the commit. */
  readonly couponCodes?: readonly CouponCode[];
  readonly couponCodeUpdates?: readonly CouponCode[];
  readonly couponBatches?: readonly CouponBatch[];
  /** More codes of batches: those drawn before are passed over, and each batch then says how many it has. */
  readonly couponBatchFills?: readonly {
    readonly batchId: CouponBatchId;
    readonly at: number;
    readonly codes: readonly CouponCode[];
  }[];
  readonly couponUses?: readonly CouponUse[];
  readonly couponUseUpdates?: readonly CouponUse[];
}

/** The key under which a wallet is kept among the facts. */
export function walletKey({ customerId, limit, offset }: CouponWalletNeed): string {
  return `${customerId} ${limit} ${offset}`;
}

/** The key by which commands about one reservation are kept apart. */
export function reservationKey({ shopId, reservation }: ReservationRef): string {
  return `reservation:${shopId}:${reservation}`;
}
