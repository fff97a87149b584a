import { recordPurchase } from '../../core/checkout/record.ts';
import type { ShopId } from '../../core/ids.ts';
import { purchaseRules } from '../../core/program/rules.ts';
import type { PurchaseInput, PurchaseResult } from '../../core/purchases/types.ts';
import type { Svoi } from '../../svoi.ts';

/** A purchase of 1,000.00, which earns 50 points; `given` replaces any part of it. */
export function aPurchase(given: Partial<PurchaseInput> & { readonly at: number }): PurchaseInput {
  return {
    shopId: 'shp_test' as ShopId,
    externalId: 'receipt-1',
    customer: { phone: '+380671234567' },
    store: null,
    lines: [
      {
        id: null,
        sku: 'A-1',
        name: 'Lamp',
        category: null,
        quantity: 1,
        unitPriceMinor: 100_000,
        amountMinor: 100_000,
      },
    ],
    paid: true,
    cartId: null,
    ...given,
  };
}

/** Submits a purchase under the program in force. Throws when it is refused. */
export async function buy(
  svoi: Svoi,
  input: PurchaseInput,
): Promise<{ readonly result: PurchaseResult; readonly replayed: boolean }> {
  const outcome = await svoi.submit(recordPurchase(input, purchaseRules(svoi.program())));
  if (!outcome.ok) throw new Error(`${outcome.refusal.code}: ${outcome.refusal.detail}`);
  return outcome;
}
