import { invariant } from '../errors.ts';
import type { CouponId, CouponUseId, CustomerId, PurchaseId, ShopId } from '../ids.ts';
import { sum } from '../money.ts';
import type { Context } from '../ports.ts';
import type { AppliedCoupon } from './combine.ts';
import type { OfferedCoupon } from './evaluate.ts';
import type { Coupon, CouponChanges, CouponCode, CouponFacts, CouponUse } from './types.ts';

/** Who shows a code, and to which shop system. */
export interface Shown {
  readonly customerId: CustomerId | null;
  readonly shopId: ShopId;
}

/** What uses of coupons are for: a purchase, or a cart that a till puts them aside for. */
export type UseFor =
  | (Shown & { readonly purchaseId: PurchaseId })
  | (Shown & { readonly reservation: string; readonly expiresAt: number });

/** The coupons that one command touches: what they are worth now, and every change of their counts. */
export interface CouponBook {
  /**
   * A code as it is shown, not counting what its own shop put aside for the same customer (or for nobody). Undefined
   * where there is no such code or it is somebody else's: nobody may tell the two apart.
   */
  offer(code: string, shown: Shown): OfferedCoupon | undefined;
  /** Counts coupons as used, or as put aside. A purchase uses up what its shop put aside. */
  take(applied: readonly AppliedCoupon[], use: UseFor): void;
  /** Frees what was put aside. */
  release(use: CouponUse): void;
  /** Gives back part of what a use took off, and the use itself once `whole` of it came back. */
  giveBack(use: CouponUse, returnedMinor: number, whole: boolean): void;
  /** All changes so far. */
  changes(): CouponChanges;
}

/**
 * Opens the book on what `facts` say. Codes, and those of uses that are released or given back, must be among them.
 * `ownReservations`: whether what a shop put aside is free for its next purchase (the default) or taken.
 */
export function openCouponBook(
  facts: CouponFacts,
  context: Context,
  { ownReservations = 'free' }: { readonly ownReservations?: 'free' | 'taken' } = {},
): CouponBook {
  const coupons = new Map<CouponId, Coupon>();
  const codes = new Map<string, CouponCode>();
  const added: CouponUse[] = [];
  const changed = new Map<CouponUseId, CouponUse>();

  const isOpen = (use: CouponUse) =>
    use.status === 'reserved' && !changed.has(use.id) && (use.expiresAt ?? 0) > context.now;
  const isOverdue = (use: CouponUse) => use.status === 'reserved' && (use.expiresAt ?? 0) <= context.now;

  function inHand(code: string): { code: CouponCode; coupon: Coupon } | undefined {
    const kept = codes.get(code) ?? facts.couponCode(code);
    const coupon = kept && (coupons.get(kept.couponId) ?? facts.coupon(kept.couponId));
    return kept && coupon && { code: kept, coupon };
  }

  /** The oldest open reservation that a purchase of this shop and customer would use up. */
  function ownReservation(code: string, { customerId, shopId }: Shown): CouponUse | undefined {
    if (ownReservations === 'taken') return undefined;
    return facts
      .couponUses()
      .filter((use) => use.code === code && use.shopId === shopId && isOpen(use))
      .filter((use) => use.customerId === null || use.customerId === customerId)
      .sort((a, b) => (a.id < b.id ? -1 : 1))[0];
  }

  function usesSoFar({ code, coupon }: { code: CouponCode; coupon: Coupon }, shown: Shown, own?: CouponUse) {
    const uses = facts.couponUses();
    const overdue = uses.filter((use) => use.couponId === coupon.id && isOverdue(use));
    const gone = own ? [...overdue, own] : overdue;
    const open = uses.filter((use) => use.code === code.code && isOpen(use) && use !== own);
    const ofCustomer = shown.customerId ? facts.couponUsesOf(coupon.id, shown.customerId) : 0;
    return {
      ofCustomer: ofCustomer - (own?.customerId === shown.customerId && ofCustomer > 0 ? 1 : 0),
      ofCode: code.uses - gone.filter((use) => use.code === code.code).length,
      ofCodeReserved: open.length,
      total: coupon.uses - gone.length,
      discountMinor: coupon.usedMinor - sum(gone.map((use) => use.discountMinor)),
    };
  }

  function count(code: string, times: number, discountMinor: number): void {
    const found = inHand(code);
    invariant(found, 'the codes of uses that change were asked for');
    const { coupon, code: kept } = found;
    codes.set(code, { ...kept, uses: kept.uses + times });
    const { uses, usedMinor } = coupon;
    coupons.set(coupon.id, { ...coupon, uses: uses + times, usedMinor: usedMinor + discountMinor });
  }

  function change(use: CouponUse, to: Partial<CouponUse>): void {
    changed.set(use.id, { ...use, ...to, revision: use.revision + 1 });
  }

  function takeOne({ coupon: { code }, benefit }: AppliedCoupon, use: UseFor): void {
    const { customerId, shopId } = use;
    const discountMinor = sum(benefit.discountsMinor);
    const own = 'purchaseId' in use ? ownReservation(code, use) : undefined;
    if (own && 'purchaseId' in use) {
      change(own, { customerId, purchaseId: use.purchaseId, status: 'used', discountMinor });
      count(code, 0, discountMinor - own.discountMinor);
      return;
    }
    count(code, 1, discountMinor);
    const { purchaseId = null, reservation = null, expiresAt = null } = { ...noUse, ...use };
    const couponId = inHand(code)?.coupon.id;
    invariant(couponId, 'a code that is used has a coupon');
    added.push({
      ...{ id: context.ids.next('cpu', context.now), couponId, code, customerId, shopId },
      ...{ purchaseId, reservation, expiresAt, status: purchaseId ? 'used' : 'reserved' },
      ...{ discountMinor, returnedMinor: 0, createdAt: context.now, revision: 1 },
    });
  }

  return {
    offer(code, shown) {
      const found = inHand(code);
      if (!found) return undefined;
      const { coupon, code: kept } = found;
      if (kept.customerId !== null && kept.customerId !== shown.customerId) return undefined;
      const own = ownReservation(code, shown);
      return {
        ...{ id: coupon.id, code, definition: coupon.definition, validUntil: kept.validUntil },
        stopped: coupon.stoppedAt !== null,
        uses: usesSoFar(found, shown, own),
        ...(own ? { reservedAt: own.createdAt } : {}),
      };
    },
    take(applied, use) {
      for (const one of applied) takeOne(one, use);
    },
    release(use) {
      count(use.code, -1, -use.discountMinor);
      change(use, { status: 'released' });
    },
    giveBack(use, returnedMinor, whole) {
      count(use.code, whole ? -1 : 0, -returnedMinor);
      change(use, {
        returnedMinor: use.returnedMinor + returnedMinor,
        status: whole ? 'returned' : use.status,
      });
    },
    changes: () => ({
      couponUpdates: [...coupons.values()].map(oneAhead),
      couponCodeUpdates: [...codes.values()].map(oneAhead),
      couponUses: added,
      couponUseUpdates: [...changed.values()],
    }),
  };
}

const noUse: { purchaseId?: PurchaseId; reservation?: string; expiresAt?: number } = {};

function oneAhead<Some extends { readonly revision: number }>(row: Some): Some {
  return { ...row, revision: row.revision + 1 };
}
