import { z } from '@hono/zod-openapi';
import type { Product, ProductInput } from '../../core/purchases/products.ts';
import { amountSchema, identifier, urlSchema, utc, utcSchema, words } from '../schemas.ts';

const mostAttributes = 50;
const mostDays = 3650;

/** The article as receipts name it. */
export const skuSchema = identifier(100).openapi({
  description: 'The article, as the lines of receipts name it',
  example: '4820000000017',
});

const attributesSchema = z
  .record(identifier(60), z.union([words(200), z.number(), z.boolean()]))
  .refine(
    (attributes) => Object.keys(attributes).length <= mostAttributes,
    `at most ${mostAttributes} attributes`,
  )
  .openapi({
    description: `What it is like: sizes, ages, kinds; up to ${mostAttributes}, each a text, a number, true or false`,
    example: { age_from: 3, age_to: 5, organic: true },
  });

const productFields = {
  name: words(500).min(1),
  category: words(200).nullish(),
  brand: words(200).nullish(),
  price: amountSchema.nullish(),
  url: urlSchema.nullish().openapi({ description: 'Its page in the web shop' }),
  consumption_days: z.int().min(1).max(mostDays).nullish().openapi({
    description: 'How many days one of it lasts; learned from repeat purchases where it is not said',
  }),
  attributes: attributesSchema.optional(),
};

/** A product as a shop system puts it, named by the address. */
export const productPutSchema = z
  .strictObject(productFields)
  .openapi('ProductPut', { description: 'The product as it is from now on: what is absent is not known.' });

/** A product of a batch. */
export const productPostSchema = z.strictObject({ sku: skuSchema, ...productFields }).openapi('ProductPost');

/** A product as we keep it. */
export const productSchema = z
  .object({
    sku: z.string(),
    name: z.string(),
    category: z.string().nullable(),
    brand: z.string().nullable(),
    price: z.int().nullable(),
    url: z.string().nullable(),
    consumption_days: z.int().nullable(),
    attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    updated_at: utcSchema.openapi({ description: 'When anything of it changed last' }),
  })
  .openapi('Product');

/** What a shop put, in our words. */
export function productInput(sku: string, body: z.output<typeof productPutSchema>): ProductInput {
  const { name, category = null, brand = null, price = null, url = null, attributes = {} } = body;
  const consumptionDays = body.consumption_days ?? null;
  return { sku, name, category, brand, priceMinor: price, url, consumptionDays, attributes };
}

/** A product for an answer. */
export function productView(product: Product): z.output<typeof productSchema> {
  const { sku, name, category, brand, priceMinor, url, consumptionDays, attributes, updatedAt } = product;
  return {
    ...{ sku, name, category, brand, price: priceMinor, url, consumption_days: consumptionDays },
    attributes: { ...attributes },
    updated_at: utc(updatedAt),
  };
}
