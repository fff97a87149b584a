import { z } from '@hono/zod-openapi';
import { lineAmountMinor, MAX_AMOUNT_MINOR } from '../../core/money.ts';
import type { Program } from '../../core/program/program.ts';
import type { PurchaseInput, ReceiptLine } from '../../core/purchases/types.ts';
import type { Shop } from '../../core/shops.ts';
import { invalidRequest, type Problem, type ProblemDetail } from '../errors.ts';
import { parseReference, referenceError, referenceSchema } from '../references.ts';
import { amountSchema, EARLIEST_TIME, identifier, timeSchema, words } from '../schemas.ts';

const maxQuantity = 1_000_000;
const maxLines = 500;

const quantitySchema = z
  .number()
  .gt(0)
  .max(maxQuantity)
  .refine((quantity) => Math.round(quantity * 1000) / 1000 === quantity, 'at most three decimals')
  .openapi({ description: 'Pieces, kilograms, litres; up to three decimals' });

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
        'What was paid for the whole line, discounts taken off. Default: quantity × unit_price, rounded half up',
    }),
  })
  .openapi('PurchaseLine');

/** A purchase as a shop system posts it. */
export const purchaseSchema = z
  .strictObject({
    id: identifier(200).openapi({
      description: 'Your own id of the receipt or order; the same id is the same purchase',
    }),
    at: timeSchema.openapi({ description: 'When it happened, by the till’s clock' }),
    customer: referenceSchema.nullish(),
    store: words(200).nullish().openapi({ description: 'The place' }),
    lines: z.array(lineSchema).min(1).max(maxLines),
    total: amountSchema
      .nullish()
      .openapi({ description: 'If given, it must be the sum of the amounts of the lines' }),
    paid: z.boolean().default(true).openapi({ description: 'False: the points wait for the payment' }),
    cart_id: identifier(200).nullish(),
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
    },
  };
}

function lineOf({
  id,
  sku,
  name,
  category,
  quantity,
  unit_price,
  amount,
}: PurchaseBody['lines'][number]): ReceiptLine {
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

function amountErrors(body: PurchaseBody, lines: readonly ReceiptLine[]): ProblemDetail[] {
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
