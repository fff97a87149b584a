import { z } from '@hono/zod-openapi';
import { claimOf } from '../../core/checkout/claim.ts';
import type { RefundResult } from '../../core/checkout/refund.ts';
import type { Purchase, PurchaseLine, PurchaseResult, Refund } from '../../core/purchases/types.ts';
import { utc, utcOrNull, utcSchema } from '../schemas.ts';
import { discountSchema, discountView } from './coupon.ts';

/** Where the code of a receipt leads by itself; undefined where there is no such place. */
export type ClaimUrl = (code: string) => string | undefined;

const claimSchema = z
  .object({
    code: z.string().openapi({
      description: 'Print it: whoever sends it to our chat first gets the points',
      example: 'K7M4QX9TD',
    }),
    url: z.string().optional().openapi({
      description: 'Print it as a QR code: it opens the chat and claims the points',
      example: 'https://t.me/your_bot?start=c_K7M4QX9TD',
    }),
    points: z.int().openapi({ description: 'What it is worth' }),
    expires_at: utcSchema,
  })
  .openapi('Claim');

/** What a purchase did. */
export const purchaseResultSchema = z
  .object({
    id: z.string().openapi({ example: 'pur_01KANW6Q3J8X5T0G9R2B7C4D6E' }),
    customer: z.string().nullable().openapi({ description: 'Null when nobody was named' }),
    points: z.object({
      earned: z.int().openapi({ description: 'Points that can be spent from now on' }),
      pending: z
        .int()
        .openapi({ description: 'Points that wait: for the payment, or for the return window' }),
      spent: z.int().openapi({ description: 'Points that paid for part of it' }),
      balance: z.int().openapi({ description: 'What the customer can spend after this purchase' }),
    }),
    discounts: z.array(discountSchema).optional().openapi({ description: 'What each coupon did' }),
    payable: z
      .int()
      .optional()
      .openapi({ description: 'The total after coupons, minor units; absent where there were none' }),
    claim: claimSchema.optional().openapi({ description: 'Of a receipt without a customer' }),
  })
  .openapi('PurchaseResult');

/** What a purchase did, for an answer. */
export function purchaseResultView(
  { id, customer, points, discounts, payableMinor, claim }: PurchaseResult,
  urlOf: ClaimUrl,
): z.output<typeof purchaseResultSchema> {
  return {
    ...{ id, customer, points },
    ...(discounts ? { discounts: discounts.map(discountView) } : {}),
    ...(payableMinor === undefined ? {} : { payable: payableMinor }),
    ...(claim ? { claim: claimView(claim, urlOf) } : {}),
  };
}

function claimView({ code, points, expiresAt }: NonNullable<PurchaseResult['claim']>, urlOf: ClaimUrl) {
  const url = urlOf(code);
  return { code, ...(url === undefined ? {} : { url }), points, expires_at: utc(expiresAt) };
}

const refundedPoints = {
  taken_back: z.int().openapi({ description: 'Of the points the goods had earned' }),
  returned: z.int().openapi({ description: 'Points that had paid for the goods, in their own lots again' }),
  not_taken: z
    .int()
    .openapi({ description: 'Points the goods had earned that were spent already and are let go' }),
};

/** What a refund did. */
export const refundResultSchema = z
  .object({
    id: z.string().openapi({ example: 'ref_01KANW6Q3J8X5T0G9R2B7C4D6E' }),
    purchase: z.string().openapi({ example: 'pur_01KANW6Q3J8X5T0G9R2B7C4D6E' }),
    customer: z.string().nullable(),
    amount: z.int().openapi({ description: 'What the goods had cost after coupons, minor units' }),
    money: z
      .int()
      .openapi({ description: 'The part of it to hand back in money: the rest had been paid with points' }),
    points: z.object({
      ...refundedPoints,
      balance: z.int().openapi({ description: 'What the customer can spend now; below zero is owed' }),
    }),
    claim: claimSchema
      .optional()
      .openapi({ description: 'Of a receipt nobody has claimed: what it is still worth' }),
  })
  .openapi('RefundResult');

/** What a refund did, for an answer. */
export function refundResultView(result: RefundResult, urlOf: ClaimUrl): z.output<typeof refundResultSchema> {
  const { id, purchase, customer, amountMinor, moneyMinor, points, claim } = result;
  const { takenBack, returned, notTaken, balance } = points;
  return {
    ...{ id, purchase, customer, amount: amountMinor, money: moneyMinor },
    points: { taken_back: takenBack, returned, not_taken: notTaken, balance },
    ...(claim ? { claim: claimView(claim, urlOf) } : {}),
  };
}

const keptLineSchema = z.object({
  id: z.string().nullable().openapi({ description: 'Your own id of the line' }),
  sku: z.string(),
  name: z.string().nullable(),
  category: z.string().nullable(),
  quantity: z.number(),
  unit_price: z.int(),
  amount: z.int(),
  discount: z.int().openapi({ description: 'What coupons took off' }),
  paid_with_points: z.int().openapi({ description: 'The part of the rest that points paid, minor units' }),
  points: z.int().openapi({ description: 'What it earned' }),
  refunded: z.object({ quantity: z.number(), amount: z.int() }),
});

const keptRefundSchema = z.object({
  id: z.string(),
  external_id: z.string().nullable().openapi({ description: 'Your own id; null when others recorded it' }),
  at: utcSchema,
  amount: z.int(),
  money: z.int(),
  points: z.object(refundedPoints),
});

/** A purchase as its shop sees it. */
export const purchaseViewSchema = z
  .object({
    id: z.string().openapi({ example: 'pur_01KANW6Q3J8X5T0G9R2B7C4D6E' }),
    external_id: z.string().openapi({ description: 'Your own id' }),
    kind: z
      .enum(['sale', 'return'])
      .openapi({ description: '`return`: goods brought back without a receipt' }),
    customer: z.string().nullable(),
    at: utcSchema,
    store: z.string().nullable(),
    cart_id: z.string().nullable(),
    paid_at: utcSchema.nullable(),
    total: z.int(),
    discount: z.int().openapi({ description: 'What coupons took off' }),
    payable: z.int(),
    refunded: z.int().openapi({ description: 'What came back, of the payable amount' }),
    points: z.object({
      earned: z.int(),
      pending: z.int(),
      pending_until: utcSchema.nullable().openapi({ description: 'Null while the payment is awaited' }),
      spent: z.int(),
    }),
    redemption: z.string().nullable(),
    claim: claimSchema.optional(),
    claimed_at: utcSchema.nullable(),
    lines: z.array(keptLineSchema),
    refunds: z.array(keptRefundSchema).openapi({ description: 'Oldest first' }),
  })
  .openapi('RecordedPurchase');

/** A purchase with its refunds, for an answer at `now`. */
export function purchaseView(
  { purchase, refunds }: { readonly purchase: Purchase; readonly refunds: readonly Refund[] },
  now: number,
  urlOf: ClaimUrl,
): z.output<typeof purchaseViewSchema> {
  const { id, externalId, kind, customerId, at, store, cartId, totalMinor, discountMinor } = purchase;
  const { earned, pending, releaseAt, spent } = purchase;
  const claim = claimOf(purchase, now);
  return {
    ...{ id, external_id: externalId, kind, customer: customerId, at: utc(at), store, cart_id: cartId },
    paid_at: utcOrNull(purchase.paidAt),
    ...{ total: totalMinor, discount: discountMinor, payable: totalMinor - discountMinor },
    refunded: purchase.refundedMinor,
    points: { earned, pending, pending_until: pending > 0 ? utcOrNull(releaseAt) : null, spent },
    redemption: purchase.redemptionId,
    ...(claim ? { claim: claimView(claim, urlOf) } : {}),
    claimed_at: utcOrNull(purchase.claimedAt),
    lines: purchase.lines.map(lineView),
    refunds: refunds.map((refund) => refundView(refund, purchase)),
  };
}

function lineView(line: PurchaseLine) {
  const { id, sku, name, category, quantity, unitPriceMinor, amountMinor, points } = line;
  return {
    ...{ id, sku, name, category, quantity, unit_price: unitPriceMinor, amount: amountMinor },
    ...{ discount: line.discountMinor, paid_with_points: line.coveredMinor, points },
    refunded: { quantity: line.refundedQuantity, amount: line.refundedMinor },
  };
}

function refundView(refund: Refund, { shopId }: Purchase) {
  const { id, externalId, at, amountMinor, moneyMinor, takenBack, returned, notTaken } = refund;
  return {
    ...{ id, external_id: refund.shopId === shopId ? externalId : null, at: utc(at) },
    ...{ amount: amountMinor, money: moneyMinor },
    points: { taken_back: takenBack, returned, not_taken: notTaken },
  };
}
