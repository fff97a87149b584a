import { quoteCart } from '../../../core/checkout/quote.ts';
import { orderCodes } from '../../../core/coupons/batch.ts';
import { createCoupon, stopCoupon } from '../../../core/coupons/create.ts';
import { couponSchema } from '../../../core/coupons/definition.ts';
import { issueCoupon } from '../../../core/coupons/issue.ts';
import { cancelReservation, reserveCoupons } from '../../../core/coupons/reserve.ts';
import type { CouponId } from '../../../core/ids.ts';
import { type Deed, type Step, settle, shops, type World } from '../world.ts';
import { buying, receiptOf } from './sales.ts';

/** What the back office knows of a coupon it has made. */
export interface MadeCoupon {
  readonly id: CouponId;
  readonly name: string;
  readonly kind: 'shared' | 'pattern' | 'personal';
}

function writtenBy(world: World, kind: MadeCoupon['kind'], name: string): object {
  const codes = { shared: { shared: name }, pattern: { pattern: `${name}-####-####` }, personal: {} };
  return {
    name,
    code: codes[kind],
    effect: world.pick([
      { kind: 'percent', percent: 10 },
      { kind: 'percent', percent: 33.33, max_discount_minor: 5000 },
      { kind: 'amount', amount_minor: 3000 },
      { kind: 'free_item' },
      { kind: 'multiplier', times: 2 },
      { kind: 'gift', sku: 'mug' },
    ]),
    applies_to: world.pick([{}, {}, { categories: ['tea'] }]),
    limits: world.pick([
      {},
      { total: world.int(1, 4) },
      { per_customer: 1 },
      { per_code: 2 },
      { total: 5, per_customer: 2 },
    ]),
    valid: world.pick([
      {},
      {},
      { days_from_issue: world.int(0, 5) },
      { weekdays: ['mon', 'tue', 'wed', 'sat'] },
    ]),
    conditions: world.pick([
      {},
      {},
      { min_cart_minor: 20_000 },
      { stores: ['North'] },
      { first_purchase: true },
    ]),
    stacking: world.pick(['exclusive', 'best', 'stackable', 'stackable']),
  };
}

function making(world: World): Deed<{ readonly id: CouponId }> {
  const kind = world.pick(['shared', 'pattern', 'personal'] as const);
  const name = `KPN${world.next()}`;
  const definition = couponSchema.parse(withBudget(world, writtenBy(world, kind, name)));
  return {
    command: createCoupon(definition, 'shop:shp_site', world.rules),
    learn(outcome) {
      if (!outcome.ok || world.coupons.some(({ id }) => id === outcome.result.id)) return;
      world.coupons.push({ id: outcome.result.id, name, kind });
      if (kind === 'shared') world.couponCodes.push(name);
    },
  };
}

/** A budget, where the effect takes money off. */
function withBudget(world: World, written: object): object {
  const amount = 'effect' in written && JSON.stringify(written.effect).includes('multiplier');
  if (amount || world.chance(0.6)) return written;
  const limits = 'limits' in written && typeof written.limits === 'object' ? written.limits : {};
  return { ...written, limits: { ...limits, budget_minor: world.int(1000, 20_000) } };
}

/** One code that was printed, or two. */
function codesShown(world: World): readonly string[] {
  const codes = [
    world.maybe(world.couponCodes),
    world.chance(0.3) ? world.maybe(world.couponCodes) : undefined,
  ];
  return [...new Set(codes.flatMap((code) => code ?? []))];
}

/** Coupons made, issued, put aside, used and stopped. */
export const couponSteps: readonly Step[] = [
  { name: 'makes a coupon', weight: 1.5, plan: (world) => (world.coupons.length < 6 ? [making(world)] : []) },
  {
    name: 'orders codes',
    weight: 1,
    plan(world) {
      const coupon = world.maybe(world.coupons.filter(({ kind }) => kind === 'pattern'));
      if (!coupon) return [];
      const shopId = world.pick(shops);
      const order = { shopId, externalId: `o-${world.next()}`, couponId: coupon.id, count: world.int(1, 3) };
      return [{ command: orderCodes(order, `shop:${shopId}`) }, settle];
    },
  },
  {
    name: 'issues a coupon',
    weight: 2,
    plan(world) {
      const coupon = world.maybe(world.coupons);
      if (!coupon) return [];
      const { phone } = world.pick(world.people);
      const named = { couponId: coupon.id, customer: { phone }, actor: 'shop:shp_site', scope: 'shp_site' };
      return [
        {
          command: issueCoupon({ ...named, key: `i-${world.next()}` }, world.rules),
          learn(outcome) {
            if (outcome.ok) world.couponCodes.push((outcome.result as { readonly code: string }).code);
          },
        },
      ];
    },
  },
  {
    name: 'puts coupons aside',
    weight: 3,
    plan(world) {
      const coupons = codesShown(world);
      if (coupons.length === 0) return [];
      const { shopId, customer, lines, store } = receiptOf(world);
      const externalId = `a-${world.next()}`;
      world.reservations.push({ shopId, reservation: externalId });
      const ttlMs = world.pick([60_000, 3_600_000]);
      const cart = { shopId, externalId, customer, lines, store, coupons, ttlMs };
      return [{ command: reserveCoupons(cart, world.rules, world.clock.now()) }];
    },
  },
  {
    name: 'lets coupons go',
    weight: 1,
    plan(world) {
      const ref = world.maybe(world.reservations.slice(-5));
      return ref ? [{ command: cancelReservation(ref) }] : [];
    },
  },
  {
    name: 'buys with coupons',
    weight: 6,
    plan(world) {
      const coupons = codesShown(world);
      return coupons.length > 0 ? [buying(world, receiptOf(world, { coupons }))] : [];
    },
  },
  {
    name: 'buys with what was put aside',
    weight: 2,
    plan(world) {
      const ref = world.maybe(world.reservations.slice(-5));
      const coupons = codesShown(world);
      return ref ? [buying(world, receiptOf(world, { shopId: ref.shopId, coupons }))] : [];
    },
  },
  {
    name: 'asks what a cart would cost',
    weight: 1,
    plan: (world) => [
      { command: quoteCart({ ...receiptOf(world), coupons: codesShown(world) }, world.rules) },
    ],
  },
  {
    name: 'stops a coupon',
    weight: 0.2,
    plan(world) {
      const coupon = world.maybe(world.coupons);
      return coupon ? [{ command: stopCoupon(coupon.id, 'shop:shp_site') }] : [];
    },
  },
];
