import type { Command } from '../ports.ts';

/** The article of what the staff ring up by an amount alone: it stands for no product. */
export const noArticle = 'by-hand';

/** What a shop sells, as it told us. */
export interface Product {
  readonly sku: string;
  readonly name: string;
  readonly category: string | null;
  readonly brand: string | null;
  readonly priceMinor: number | null;
  readonly url: string | null;
  /** How many days one of it lasts. */
  readonly consumptionDays: number | null;
  /** What facts about customers are inferred from: sizes, ages, kinds. */
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly updatedAt: number;
}

/** Products as they are from now on. */
export interface ProductChanges {
  readonly products?: readonly Product[];
}

/** A product as it is told. */
export type ProductInput = Omit<Product, 'updatedAt'>;

/** Keeps products as they are told, each whole: what is told last counts, and what is told again changes nothing. */
export function putProducts(
  products: readonly ProductInput[],
): Command<object, object, ProductChanges, null> {
  return {
    name: 'products.put',
    needs: {},
    decide(_, { now }) {
      const told = products.map((product) => ({ ...product, updatedAt: now }));
      return { ok: true, changes: { products: told }, result: null };
    },
  };
}
