import type { Product } from '../core/purchases/products.ts';
import { type Database, readRow } from './database.ts';
import { reader } from './rows.ts';
import * as schema from './schema.ts';

const productOf = reader(schema.products);

/** A product as it was told last. */
export async function findProduct(database: Database, sku: string): Promise<Product | undefined> {
  const row = await readRow(database, 'select * from products where sku = ?', sku);
  if (!row) return undefined;
  const { attributes, name, ...product } = productOf(row);
  return { ...product, name: name ?? sku, attributes: JSON.parse(attributes) as Product['attributes'] };
}
