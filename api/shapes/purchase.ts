import { z } from '@hono/zod-openapi';
import type { RedemptionId } from '../../core/ids.ts';
import { lineAmountMinor, MAX_AMOUNT_MINOR } from '../../core/money.ts';
import type { Program } from '../../core/program/program.ts';
import type { PurchaseInput, ReceiptLine } from '../../core/purchases/types.ts';
import type { RedemptionRef } from '../../core/redemptions/types.ts';
import type { Shop } from '../../core/shops.ts';
import { invalidRequest, type Problem, type ProblemDetail } from '../errors.ts';
import { parseReference, referenceError, referenceSchema } from '../references.ts';
import { amountSchema, EARLIEST_TIME, identifier, timeSchema, words } from '../schemas.ts';

const maxQuantity = 1_000_000;
/** The most lines of a receipt or a refund. */
export const maxLines = 500;
const maxCoupons = 20;

/** How much of an article. */
export const quantitySchema = z
  .number()
  .gt(0)
  .max(maxQuantity)
  .refine((quantity) => Math.round(quantity * 1000) / 1000 === quantity, 'at most three decimals')
  .openapi({ description: 'Pieces, kilograms, litres; up to three decimals' });

/** Codes of coupons as typed. */
export const couponCodesSchema = z
  .array(identifier(40))
  .max(maxCoupons)
  .openapi({ description: 'Codes of coupons, as typed or scanned: case, spaces and dashes do not matter' });

const lineSchema = z
  .strictObject({
    id: identifier(100).nullish().openapi({ description: 'Your own id of the line' }),
    sku: identifier(100),
    name: words(500).nullish(),
    category: words(200).nullish(),
    quantity: quantitySchema,
    unit_price: amountSchema,
    amount: amountSchema.nullish().openapi({
      description:
        'What the whole line costs, your own discounts taken off; what our coupons and points take off is not. Default: quantity × unit_price, rounded half up',
    }),
  })
  .openapi('PurchaseLine');

/** The lines of a receipt or a cart. */
export const linesSchema = z.array(lineSchema).min(1).max(maxLines);

/** A purchase as a shop system posts it. */
export const purchaseSchema = z
  .strictObject({
    id: identifier(200).openapi({
      description: 'Your own id of the receipt or order; the same id is the same purchase',
    }),
    at: timeSchema.openapi({ description: 'When it happened, by the till’s clock' }),
    customer: referenceSchema.nullish(),
    store: words(200).nullish().openapi({ description: 'The place' }),
    lines: linesSchema,
    total: amountSchema
      .nullish()
      .openapi({ description: 'If given, it must be the sum of the amounts of the lines' }),
    paid: z.boolean().default(true).openapi({ description: 'False: the points wait for the payment' }),
    cart_id: identifier(200).nullish(),
    redemption: identifier(200).nullish().openapi({
      description:
        'Points that pay for part of it: your own id of the redemption, or ours. They are spent by this',
    }),
    coupons: couponCodesSchema.nullish(),
  })
  .openapi('Purchase');

/** A purchase as it fits the schema. */
export type PurchaseBody = z.output<typeof purchaseSchema>;

/** A purchase in our words, or everything that is wrong with it. */
export type ParsedPurchase =
  | { readonly ok: true; readonly input: PurchaseInput }
  | { readonly ok: false; readonly problem: Problem };

/** Reads a purchase that fits the schema: what only the program or arithmetic can tell is checked here. */
export function parsePurchase(body: PurchaseBody, shop: Shop, program: Program): ParsedPurchase {
  const lines = body.lines.map(lineOf);
  const at = Date.parse(body.at);
  const customer = body.customer ? parseReference(body.customer, shop, program) : null;
  const errors = [
    ...(at >= EARLIEST_TIME ? [] : [{ pointer: '/at', detail: 'a time after the year 2000' }]),
    ...amountErrors(body, lines),
    ...(customer?.ok === false ? [referenceError('/customer', customer)] : []),
  ];
  if (errors.length > 0 || customer?.ok === false) return { ok: false, problem: invalidRequest(errors) };
  return {
    ok: true,
    input: {
      shopId: shop.id,
      externalId: body.id,
      at,
      customer: customer?.ref ?? null,
      store: body.store || null,
      lines,
      paid: body.paid,
      cartId: body.cart_id ?? null,
      ...(body.redemption ? { redemption: redemptionRef(body.redemption, shop) } : {}),
      ...(body.coupons?.length ? { coupons: body.coupons } : {}),
    },
  };
}

function redemptionRef(reference: string, shop: Shop): RedemptionRef {
  return isOurs(reference) ? { id: reference } : { shopId: shop.id, externalId: reference };
}

function isOurs(id: string): id is RedemptionId {
  return /^red_[0-9A-Z]{26}$/.test(id);
}

/** A line in our words. */
export function lineOf({
  id,
  sku,
  name,
  category,
  quantity,
  unit_price,
  amount,
}: z.output<typeof lineSchema>): ReceiptLine {
  return {
    id: id ?? null,
    sku,
    name: name || null,
    category: category || null,
    quantity,
    unitPriceMinor: unit_price,
    amountMinor: amount ?? lineAmountMinor(quantity, unit_price),
  };
}

/** What is wrong with the amounts of lines, each by itself and together, and with the total where one is given. */
export function amountErrors(
  body: { readonly total?: number | null | undefined },
  lines: readonly ReceiptLine[],
): ProblemDetail[] {
  const tooMuch = lines.findIndex((line) => line.amountMinor > MAX_AMOUNT_MINOR);
  if (tooMuch >= 0) {
    const detail = `quantity × unit_price must not exceed ${MAX_AMOUNT_MINOR}`;
    return [{ pointer: `/lines/${tooMuch}/unit_price`, detail }];
  }
  const sum = lines.reduce((total, line) => total + line.amountMinor, 0);
  if (sum > MAX_AMOUNT_MINOR)
    return [{ pointer: '/lines', detail: `the sum must not exceed ${MAX_AMOUNT_MINOR}` }];
  if (body.total === undefined || body.total === null || body.total === sum) return [];
  return [{ pointer: '/total', detail: `must be ${sum}, the sum of the amounts of the lines` }];
}
