import { z } from '@hono/zod-openapi';
import type { CheckInput, QuoteInput } from '../../core/checkout/quote.ts';
import { couponSchema, shownCode } from '../../core/coupons/definition.ts';
import type { CartInput, RejectedCode } from '../../core/coupons/price.ts';
import type { ReservationInput } from '../../core/coupons/reserve.ts';
import type { Coupon, CouponCode } from '../../core/coupons/types.ts';
import type { CustomerRef } from '../../core/customers/types.ts';
import type { Program } from '../../core/program/program.ts';
import type { AppliedDiscount } from '../../core/purchases/types.ts';
import type { Shop } from '../../core/shops.ts';
import { invalidRequest, ProblemError } from '../errors.ts';
import { parseReference, referenceError, referenceSchema } from '../references.ts';
import { identifier, utc, utcOrNull, utcSchema, words } from '../schemas.ts';
import { amountErrors, couponCodesSchema, lineOf, linesSchema } from './purchase.ts';

const storeSchema = words(200).nullish().openapi({ description: 'The place' });

/** A cart to be priced. */
export const quoteSchema = z
  .strictObject({
    customer: referenceSchema.nullish(),
    lines: linesSchema,
    store: storeSchema,
    coupons: couponCodesSchema.nullish(),
  })
  .openapi('QuotePost');

/** A code to be looked at. */
export const checkSchema = z
  .strictObject({
    code: identifier(40),
    customer: referenceSchema.nullish(),
    lines: linesSchema
      .nullish()
      .openapi({ description: 'Left out, the answer is whether some cart could use it' }),
    store: storeSchema,
  })
  .openapi('CouponCheckPost');

/** Coupons to be put aside. */
export const reservationSchema = z
  .strictObject({
    id: identifier(200).openapi({ description: 'Your own id of it; the same id is the same reservation' }),
    customer: referenceSchema.nullish(),
    lines: linesSchema,
    store: storeSchema,
    coupons: couponCodesSchema.min(1),
    ttl_seconds: z
      .int()
      .min(60)
      .max(86_400)
      .default(900)
      .openapi({ description: 'How long you have to post the purchase. Default: 15 minutes' }),
  })
  .openapi('CouponReservationPost');

/** A cart of a body in our words, priced at `at`. Throws 422. */
export function quoteInput(
  body: z.output<typeof quoteSchema>,
  shop: Shop,
  program: Program,
  at: number,
): QuoteInput {
  const { customer, cart } = cartOf(body, body.lines, shop, program, at);
  return { ...cart, customer, ...(body.coupons ? { coupons: body.coupons } : {}) };
}

/** What is to be put aside, in our words. Throws 422. */
export function reservationInput(
  body: z.output<typeof reservationSchema>,
  shop: Shop,
  program: Program,
): Omit<ReservationInput, 'at'> {
  const { customer, cart } = cartOf(body, body.lines, shop, program, 0);
  const { at: _, ...rest } = cart;
  return { ...rest, externalId: body.id, customer, coupons: body.coupons, ttlMs: body.ttl_seconds * 1000 };
}

/** A code to be looked at, in our words. Throws 422. */
export function checkInput(
  body: z.output<typeof checkSchema>,
  shop: Shop,
  program: Program,
  at: number,
): CheckInput {
  const { customer, cart } = cartOf(body, body.lines ?? [], shop, program, at);
  return { ...cart, customer, code: body.code, lines: body.lines ? cart.lines : null };
}

function cartOf(
  body: Pick<z.output<typeof quoteSchema>, 'customer' | 'store'>,
  posted: z.output<typeof linesSchema>,
  shop: Shop,
  program: Program,
  at: number,
): { customer: CustomerRef | null; cart: CartInput } {
  const lines = posted.map(lineOf);
  const customer = body.customer ? parseReference(body.customer, shop, program) : null;
  const errors = [
    ...amountErrors({}, lines),
    ...(customer?.ok === false ? [referenceError('/customer', customer)] : []),
  ];
  if (errors.length > 0 || customer?.ok === false) throw new ProblemError(invalidRequest(errors));
  const cart = { shopId: shop.id, lines, store: body.store || null, at };
  return { customer: customer?.ref ?? null, cart };
}

/** What one coupon does to a cart. */
export const discountSchema = z
  .object({
    code: z.string(),
    name: z.string().openapi({ description: 'The name you gave the coupon' }),
    amount: z.int().openapi({ description: 'What it takes off, minor units' }),
    gift: z
      .object({ sku: z.string(), name: z.string().nullable(), quantity: z.int() })
      .optional()
      .openapi({ description: 'What is to be given away beside what is in the cart' }),
    free_delivery: z.literal(true).optional(),
    points_times: z
      .number()
      .optional()
      .openapi({ description: 'How many times the usual points are earned' }),
  })
  .openapi('Discount');

/** What one coupon does, for an answer. */
export function discountView(discount: AppliedDiscount): z.output<typeof discountSchema> {
  const { code, name, amountMinor, gift, freeDelivery, pointsTimes } = discount;
  return {
    ...{ code, name, amount: amountMinor },
    ...(gift ? { gift } : {}),
    ...(freeDelivery ? { free_delivery: freeDelivery } : {}),
    ...(pointsTimes === undefined ? {} : { points_times: pointsTimes }),
  };
}

const reasonSchema = {
  reason: z.string().openapi({
    description:
      'Why: `coupon_not_found` (also one that is somebody else’s), `coupon_expired`, `coupon_min_cart`, …',
    example: 'coupon_min_cart',
  }),
  detail: z.string(),
  missing: z
    .int()
    .optional()
    .openapi({ description: 'With `coupon_min_cart`: by how much the cart must grow, minor units' }),
};

/** A code that does nothing for a cart. */
export const rejectedSchema = z.object({ code: z.string(), ...reasonSchema }).openapi('RejectedCoupon');

/** Why a code does nothing, for an answer. */
export function reasonView({ code, detail, missingMinor }: Omit<RejectedCode, 'typed' | 'index'>) {
  return { reason: code, detail, ...(missingMinor === undefined ? {} : { missing: missingMinor }) };
}

/** Whether a code is good. */
export const checkedSchema = z
  .object({
    valid: z.boolean(),
    discount: z.int().optional().openapi({ description: 'What it takes off these lines, minor units' }),
    effect: discountSchema.optional().openapi({ description: 'All that it does for these lines' }),
    reason: reasonSchema.reason.optional(),
    detail: z.string().optional(),
    missing: reasonSchema.missing,
  })
  .openapi('CouponCheck');

/** A coupon as a shop writes it. Core knows no OpenAPI: only a copy made here can be named in the document. */
export const couponPostSchema = couponSchema.clone().openapi('CouponPost');

/** A coupon as its shop sees it. */
export const couponViewSchema = z
  .object({
    id: z.string().openapi({ example: 'cpn_01KANW6Q3J8X5T0G9R2B7C4D6E' }),
    name: z.string(),
    definition: couponPostSchema.openapi({ description: 'As it was written, with every default filled in' }),
    uses: z.int().openapi({ description: 'How often it is used, what tills hold reserved among it' }),
    discount: z.int().openapi({ description: 'What it took off in all, minor units' }),
    created_at: utcSchema,
    stopped_at: utcSchema.nullable(),
  })
  .openapi('Coupon');

/** A coupon for an answer. */
export function couponView(coupon: Coupon): z.output<typeof couponViewSchema> {
  const { id, name, definition, uses, usedMinor, createdAt, stoppedAt } = coupon;
  return {
    ...{ id, name, definition, uses, discount: usedMinor },
    created_at: utc(createdAt),
    stopped_at: utcOrNull(stoppedAt),
  };
}

/** A code as its shop sees it. */
export const codeSchema = z
  .object({
    code: z.string().openapi({ example: 'SP-4K7Q-9WXC' }),
    customer: z.string().nullable().openapi({ description: 'Whose it is; null: whoever shows it' }),
    batch: z.string().nullable(),
    uses: z.int(),
    issued_at: utcSchema,
    valid_until: utcSchema.nullable().openapi({ description: 'The first moment it is no longer good' }),
  })
  .openapi('CouponCode');

/** A code of a coupon for an answer. */
export function codeView(code: CouponCode, { definition }: Coupon): z.output<typeof codeSchema> {
  const { customerId, batchId, uses, issuedAt, validUntil } = code;
  return {
    ...{ code: shownCode(definition, code.code), customer: customerId, batch: batchId, uses },
    issued_at: utc(issuedAt),
    valid_until: utcOrNull(validUntil),
  };
}
