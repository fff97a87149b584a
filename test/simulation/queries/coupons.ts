import type { CouponCode, CouponInHand, CouponUse, CouponWalletNeed } from '../../../core/coupons/types.ts';
import type { CouponId, CustomerId } from '../../../core/ids.ts';
import type { Needs } from '../../../db/facts.ts';
import type { MemoryStore } from '../memory_store.ts';

/** How often a customer has used a coupon. A reservation whose time is over no longer counts. */
export function countedUses(
  store: MemoryStore,
  { couponId, customerId }: { readonly couponId: CouponId; readonly customerId: CustomerId },
  now: number,
): number {
  const own = store.couponUses.all('coupon', couponId).filter((use) => use.customerId === customerId);
  return own.filter(
    ({ status, expiresAt }) => status === 'used' || (status === 'reserved' && (expiresAt ?? 0) > now),
  ).length;
}

/** How many codes were ever asked for. */
export function wantedOf(store: MemoryStore, couponId: CouponId): number {
  const batches = [...store.couponBatches.values()].filter((batch) => batch.couponId === couponId);
  return batches.reduce((sum, batch) => sum + batch.wanted, 0);
}

/** Uses by reservation and purchase; of codes while they are reserved; what is over and not released of their coupons. */
export function usesAskedFor(
  store: MemoryStore,
  { couponReservations = [], couponPurchases = [] }: Needs,
  codes: readonly CouponCode[],
  now: number,
): readonly CouponUse[] {
  const reserved = codes.flatMap(({ couponId, code }) =>
    store.couponUses
      .all('coupon', couponId)
      .filter((use) => use.status === 'reserved' && (use.code === code || (use.expiresAt ?? now + 1) <= now)),
  );
  const named = couponReservations.flatMap(({ shopId, reservation }) =>
    store.couponUses.all('reservation', `${shopId} ${reservation}`),
  );
  const bought = couponPurchases.flatMap((id) => store.couponUses.all('purchase', id));
  return [...reserved, ...named, ...bought];
}

/** A page of what a customer can still use, what ends first before the rest. */
export function walletOf(store: MemoryStore, need: CouponWalletNeed, now: number): CouponInHand[] {
  const all = store.couponCodes.all('customer', need.customerId).flatMap((code): CouponInHand[] => {
    const coupon = store.coupons.get(code.couponId);
    const over = code.validUntil !== null && code.validUntil <= now;
    if (!coupon || coupon.stoppedAt !== null || over) return [];
    return code.uses < (coupon.definition.limits.per_code ?? 1) ? [{ code, coupon }] : [];
  });
  const end = ({ code }: CouponInHand) => code.validUntil ?? Number.MAX_SAFE_INTEGER;
  const inOrder = all.sort(
    (a, b) => end(a) - end(b) || a.code.issuedAt - b.code.issuedAt || (a.code.code < b.code.code ? -1 : 1),
  );
  return inOrder.slice(need.offset, need.offset + need.limit);
}
