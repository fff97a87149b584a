import { z } from '@hono/zod-openapi';
import type { RefundInput } from '../../core/checkout/refund.ts';
import type { PurchaseId } from '../../core/ids.ts';
import type { NamedGoods } from '../../core/purchases/refund.ts';
import type { Shop } from '../../core/shops.ts';
import { invalidRequest, ProblemError } from '../errors.ts';
import { amountSchema, EARLIEST_TIME, identifier, timeSchema } from '../schemas.ts';
import { maxLines, quantitySchema } from './purchase.ts';

const goodsSchema = z
  .strictObject({
    id: identifier(100)
      .nullish()
      .openapi({ description: 'Your own id of the line, if the purchase had one' }),
    sku: identifier(100)
      .nullish()
      .openapi({ description: 'Of lines with one article the first is taken first' }),
    quantity: quantitySchema,
  })
  .refine(({ id, sku }) => id || sku, 'give the id of the line, the sku, or both')
  .openapi('RefundedLine');

/** Goods brought back, as a shop system posts it. */
export const refundPostSchema = z
  .strictObject({
    id: identifier(200).openapi({ description: 'Your own id of the refund; the same id is the same refund' }),
    at: timeSchema.openapi({ description: 'When it happened, by the till’s clock' }),
    lines: z
      .array(goodsSchema)
      .min(1)
      .max(maxLines)
      .nullish()
      .openapi({ description: 'Which goods came back' }),
    amount: amountSchema.min(1).nullish().openapi({
      description:
        'Money given back without saying for which goods, minor units, what points had paid included. With `lines`: what was given for these goods, if less than they cost',
    }),
  })
  .openapi('Refund', { description: 'Without `lines` and `amount`: all that has not come back yet.' });

/** A refund in our words. Throws 422. */
export function refundInput(
  body: z.output<typeof refundPostSchema>,
  purchaseId: PurchaseId,
  shop: Shop,
): RefundInput {
  const at = Date.parse(body.at);
  if (at < EARLIEST_TIME) {
    throw new ProblemError(invalidRequest([{ pointer: '/at', detail: 'a time after the year 2000' }]));
  }
  return {
    ...{ shopId: shop.id, externalId: body.id, purchaseId, at },
    ...(body.lines ? { lines: body.lines.map(namedGoods) } : {}),
    ...(body.amount ? { amountMinor: body.amount } : {}),
  };
}

function namedGoods({ id, sku, quantity }: z.output<typeof goodsSchema>): NamedGoods {
  return { ...(id ? { id } : {}), ...(sku ? { sku } : {}), quantity };
}
