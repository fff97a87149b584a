import type { ShopId } from '../../core/ids.ts';
import { purchaseRules } from '../../core/program/rules.ts';
import { recordPurchase } from '../../core/purchases/record.ts';
import type { PurchaseInput, PurchaseLine, PurchaseResult } from '../../core/purchases/types.ts';
import type { Svoi } from '../../svoi.ts';

/** The shop of tests that need only one. */
export const testShop = 'shp_test' as ShopId;

/** A line of one item for `amountMinor`. */
export function line(name: string, amountMinor: number): PurchaseLine {
  return { id: null, sku: name, name, category: null, quantity: 1, unitPriceMinor: amountMinor, amountMinor };
}

/** Posts a purchase as a shop's till would, now; `more` says what is special about it. */
export async function buy(
  svoi: Svoi,
  externalId: string,
  amountMinor: number,
  more: Partial<PurchaseInput> = {},
): Promise<PurchaseResult> {
  const input: PurchaseInput = {
    shopId: testShop,
    externalId,
    at: svoi.clock.now(),
    customer: { phone: '+380671234567' },
    store: null,
    lines: [line('Кава', amountMinor)],
    paid: true,
    cartId: null,
    ...more,
  };
  const outcome = await svoi.submit(recordPurchase(input, purchaseRules(svoi.program())));
  if (!outcome.ok) throw new Error(`${outcome.refusal.code}: ${outcome.refusal.detail}`);
  return outcome.result;
}
