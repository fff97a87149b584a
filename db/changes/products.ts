import type { Product } from '../../core/purchases/products.ts';
import { type Statement, statement } from '../database.ts';
import { type Changes, forRows } from './part.ts';

/** What shops sell. */
export function productStatements(changes: Changes): Statement[] {
  return forRows(changes.products, putProducts);
}

const told = ['name', 'category', 'brand', 'price_minor', 'url', 'consumption_days', 'attributes'];
const isNews = `(${told.join(', ')}) is not (${told.map((column) => `excluded.${column}`).join(', ')})`;

/** What is told again leaves the time as it is: nothing is news to whoever looks for what changed. */
function putProducts(products: readonly Product[]): Statement {
  const rows = products.map((one) => [
    ...[one.sku, one.name, one.category, one.brand, one.priceMinor, one.url, one.consumptionDays],
    ...[JSON.stringify(one.attributes), one.updatedAt],
  ]);
  const columns = ['sku', ...told, 'updated_at'];
  return statement(
    `insert into products (${columns.join(', ')})
     select ${columns.map((_, index) => `value ->> ${index}`).join(', ')} from json_each(?) where true
     on conflict (sku) do update set
       ${[...told, 'updated_at'].map((column) => `${column} = excluded.${column}`).join(', ')} where ${isNews}`,
    JSON.stringify(rows),
  );
}
