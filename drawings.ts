import type { ChartReader } from './bots/charts/look.ts';
import type { Report } from './core/insights/reports/types.ts';
import type { Cart } from './core/purchases/carts.ts';

/** A report or a cart to be drawn, and for whom. Plain data. */
export type Drawing = { readonly reader: ChartReader } & (
  | { readonly report: Report }
  | { readonly cart: Pick<Cart, 'items' | 'totalMinor'> }
);

/** Draws it as SVG. What draws is loaded with the first picture. */
export async function drawSvg({ reader, ...drawing }: Drawing): Promise<string> {
  if ('cart' in drawing) {
    const { drawCart } = await import('./bots/charts/cart.ts');
    return drawCart(drawing.cart, reader);
  }
  const { drawReport } = await import('./bots/charts/draw.ts');
  return drawReport(drawing.report, reader);
}
