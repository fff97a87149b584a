import { z } from '@hono/zod-openapi';
import { MAX_AMOUNT_MINOR } from '../../core/money.ts';
import type { Program } from '../../core/program/program.ts';
import type { CartInput } from '../../core/purchases/cart_changes.ts';
import {
  type Cart,
  type CartItem,
  cartStates,
  cartTotalMinor,
  itemAmountMinor,
} from '../../core/purchases/carts.ts';
import type { Shop } from '../../core/shops.ts';
import { invalidRequest, type ProblemDetail, ProblemError } from '../errors.ts';
import { parseReference, referenceError, referenceSchema } from '../references.ts';
import {
  amountSchema,
  EARLIEST_TIME,
  identifier,
  timeSchema,
  urlSchema,
  utc,
  utcOrNull,
  utcSchema,
  words,
} from '../schemas.ts';
import { quantitySchema } from './purchase.ts';

const mostItems = 200;

const itemSchema = z
  .strictObject({
    sku: identifier(100),
    name: words(500).min(1),
    quantity: quantitySchema,
    unit_price: amountSchema,
    url: urlSchema.nullish().openapi({ description: 'Its page in the web shop' }),
    image: urlSchema.nullish().openapi({ description: 'A picture of it' }),
  })
  .openapi('CartItem');

/** A cart as a web shop puts it. */
export const cartPutSchema = z
  .strictObject({
    customer: referenceSchema.nullish(),
    visitor: identifier(200)
      .nullish()
      .openapi({ description: 'Your own id of somebody you cannot name yet: a cookie, a device' }),
    items: z
      .array(itemSchema)
      .max(mostItems)
      .openapi({ description: 'All that lies in it; none: the cart was emptied' }),
    url: urlSchema.nullish().openapi({ description: 'Opens this cart in the web shop' }),
    updated_at: timeSchema.openapi({ description: 'When the customer changed it' }),
  })
  .refine(({ customer, visitor }) => Boolean(customer || visitor), {
    error: 'name a customer, a visitor, or both',
    path: ['customer'],
  })
  .openapi('CartPut');

/** A cart as we keep it. */
export const cartSchema = z
  .object({
    id: z.string().openapi({ example: 'crt_01KANW6Q3J8X5T0G9R2B7C4D6E' }),
    external_id: z.string().openapi({ description: 'Your own id' }),
    customer: z.string().nullable().openapi({ description: 'Null while nobody is known' }),
    visitor: z.string().nullable(),
    state: z.enum(cartStates).openapi({
      description:
        '`declined`: the customer is no longer interested; `replaced`: the customer filled another cart in this shop',
    }),
    items: z.array(
      z.object({
        sku: z.string(),
        name: z.string(),
        quantity: z.number(),
        unit_price: z.int(),
        amount: z.int().openapi({ description: 'quantity × unit_price, rounded half up' }),
        url: z.string().nullable(),
        image: z.string().nullable(),
      }),
    ),
    total: z.int().openapi({ description: 'The sum of the amounts, in minor units' }),
    url: z.string().nullable(),
    updated_at: utcSchema,
    leaves_at: utcSchema.nullable().openapi({
      description: 'When it will count as left; null: it was told so already, or it cannot be',
    }),
  })
  .openapi('Cart');

/** A cart in our words. Throws 422 with everything that only the program or arithmetic can tell. */
export function cartInput(
  externalId: string,
  body: z.output<typeof cartPutSchema>,
  shop: Shop,
  program: Program,
): CartInput {
  const items = body.items.map(itemOf);
  const updatedAt = Date.parse(body.updated_at);
  const customer = body.customer ? parseReference(body.customer, shop, program) : null;
  const errors = [
    ...(updatedAt >= EARLIEST_TIME ? [] : [{ pointer: '/updated_at', detail: 'a time after the year 2000' }]),
    ...amountErrors(items),
    ...(customer?.ok === false ? [referenceError('/customer', customer)] : []),
  ];
  if (errors.length > 0 || customer?.ok === false) throw new ProblemError(invalidRequest(errors));
  return {
    ...{ shopId: shop.id, externalId, customer: customer?.ref ?? null, visitor: body.visitor ?? null },
    ...{ items, url: body.url ?? null, updatedAt },
  };
}

function itemOf({ sku, name, quantity, unit_price, url, image }: z.output<typeof itemSchema>): CartItem {
  return { sku, name, quantity, unitPriceMinor: unit_price, url: url ?? null, image: image ?? null };
}

function amountErrors(items: readonly CartItem[]): ProblemDetail[] {
  const tooMuch = items.findIndex((item) => itemAmountMinor(item) > MAX_AMOUNT_MINOR);
  if (tooMuch >= 0) {
    const detail = `quantity × unit_price must not exceed ${MAX_AMOUNT_MINOR}`;
    return [{ pointer: `/items/${tooMuch}/unit_price`, detail }];
  }
  if (cartTotalMinor(items) <= MAX_AMOUNT_MINOR) return [];
  return [{ pointer: '/items', detail: `the sum must not exceed ${MAX_AMOUNT_MINOR}` }];
}

/** A cart for an answer. */
export function cartView(cart: Cart): z.output<typeof cartSchema> {
  const { id, externalId, customerId, visitor, state, totalMinor, url, updatedAt, leftAt } = cart;
  return {
    ...{ id, external_id: externalId, customer: customerId, visitor, state },
    items: cart.items.map((item) => ({
      ...{ sku: item.sku, name: item.name, quantity: item.quantity, unit_price: item.unitPriceMinor },
      ...{ amount: itemAmountMinor(item), url: item.url, image: item.image },
    })),
    ...{ total: totalMinor, url, updated_at: utc(updatedAt), leaves_at: utcOrNull(leftAt) },
  };
}
