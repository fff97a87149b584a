import type { CustomerRecord, Locale } from '../../customers/types.ts';
import type { CustomerId } from '../../ids.ts';
import { viewPoints } from '../../ledger/view.ts';
import type { Words } from '../../messaging/types.ts';
import type { Program } from '../../program/program.ts';
import { tierOf } from '../../program/rules.ts';
import { isOpenOrder } from '../../purchases/orders.ts';
import type { ReceiptInView } from '../../staff/types.ts';
import { cartLines, openCart, orderHeadline } from '../cart_words.ts';
import type { Turn } from '../turn.ts';
import type { DialogNeeds } from '../types.ts';
import { nameOf } from './words.ts';

/** How many coupons, articles of a cart and orders are shown. */
const couponsAtGlance = 5;
const itemsAtGlance = 5;
const ordersAtGlance = 5;

/** Who looks at a card, and when. Without a language coupons go by the names the shop gave them. */
export interface Viewer extends Pick<Turn, 'program' | 'facts' | 'context'> {
  readonly locale?: Locale;
}

/** What the card of a customer needs to know, beside the record with all open lots. */
export function cardNeeds(customerId: CustomerId, { tier_days: tierDays }: Program): DialogNeeds {
  return {
    glances: [{ customerId, tierDays }],
    couponWallets: [{ customerId, limit: couponsAtGlance, offset: 0 }],
    ...{ cartsOf: [customerId], ordersOf: [customerId] },
  };
}

/** A customer at a glance: points, tier, last purchases, coupons. */
export function card(viewer: Viewer, record: CustomerRecord): Words[][] {
  return [
    whoIs(viewer, record),
    ...shoppingOf(viewer, record),
    ...purchasesOf(viewer, record),
    ...couponsOf(viewer, record),
  ];
}

/** Name and tier, and the points. */
export function whoIs(
  { program, facts, context }: Viewer,
  { customer, head, lots }: CustomerRecord,
): Words[] {
  const { available, pending } = viewPoints(head.balance, lots, context.now);
  const seen = facts.glance({ customerId: customer.id, tierDays: program.tier_days });
  const tier = tierOf(program, seen?.paidMinor ?? 0);
  const name = nameOf(customer);
  const worth = Math.max(0, available) * program.point_value;
  return [
    tier === null
      ? { key: 'find.who', variables: { name } }
      : { key: 'find.tier', variables: { name, tier } },
    { key: 'find.points', variables: { balance: available, worth } },
    ...(pending > 0 ? [{ key: 'find.pending', variables: { points: pending } } as const] : []),
    ...(customer.registeredAt === null ? [{ key: 'find.not_registered' } as const] : []),
  ];
}

function purchasesOf({ program, facts }: Viewer, { customer }: CustomerRecord): Words[][] {
  const seen = facts.glance({ customerId: customer.id, tierDays: program.tier_days });
  const purchases = seen?.purchases ?? [];
  return purchases.length > 0 ? [[{ key: 'find.purchases' }, ...purchases.map(receiptLine)]] : [];
}

/** A receipt in one line. */
export function receiptLine({ at, number, totalMinor: amount, store }: ReceiptInView): Words {
  return store === null
    ? { key: 'find.purchase', variables: { at, number, amount } }
    : { key: 'find.purchase_at', variables: { at, number, amount, store } };
}

/** What the customer has put aside in a web shop, and what is still to be done about orders. */
export function shoppingOf({ facts, program, context }: Viewer, { customer }: CustomerRecord): Words[][] {
  const cart = openCart({ facts, program, context }, customer.id);
  const open = facts.ordersOf(customer.id).filter(isOpenOrder).slice(0, ordersAtGlance);
  return [
    ...(cart
      ? [
          [
            { key: 'find.cart', variables: { at: cart.updatedAt, amount: cart.totalMinor } } as const,
            ...cartLines(cart, itemsAtGlance),
          ],
        ]
      : []),
    ...(open.length > 0 ? [[{ key: 'find.orders' } as const, ...open.map(orderHeadline)]] : []),
  ];
}

/** The coupons at hand, where there are any. */
export function couponsOf({ facts, locale }: Viewer, { customer }: CustomerRecord): Words[][] {
  const wallet = facts.couponWallet({ customerId: customer.id, limit: couponsAtGlance, offset: 0 });
  const lines = wallet.map(({ coupon }): Words => {
    const { name, texts } = coupon.definition;
    const title = locale === undefined ? name : (texts[locale]?.title ?? name);
    return { key: 'find.coupon', variables: { title } };
  });
  return lines.length > 0 ? [[{ key: 'find.coupons' }, ...lines]] : [];
}
