import { recordPurchase } from '../../../core/checkout/record.ts';
import { eraseCustomer } from '../../../core/customers/erase.ts';
import type { CustomerRef } from '../../../core/customers/types.ts';
import { upsertCustomer } from '../../../core/customers/upsert.ts';
import { recordPayment } from '../../../core/purchases/payment.ts';
import { recordReturn } from '../../../core/purchases/return.ts';
import type { PurchaseInput, PurchaseResult, ReceiptLine } from '../../../core/purchases/types.ts';
import { DAY_MS } from '../../../core/time.ts';
import { consentTexts } from '../../../locales/consents.ts';
import { type Deed, type Person, type Step, shops, stores, type World } from '../world.ts';

/** How a till names a customer: mostly by phone, or by the shop's own id of them. */
export function refOf(world: World, person: Person, shopId: PurchaseInput['shopId']): CustomerRef {
  if (world.chance(0.8)) return { phone: person.phone };
  return { externalId: person.shopsId, shopId };
}

function linesOf(world: World): ReceiptLine[] {
  return Array.from({ length: world.int(1, 4) }, (_, index): ReceiptLine => {
    const quantity = world.pick([1, 1, 2, 3, 0.5, 1.234]);
    const unitPriceMinor = world.pick([0, 1, 99, 1000, 10_000, 33_333, world.int(1, 90_000)]);
    const amountMinor = Math.round(quantity * unitPriceMinor);
    const sku = `sku-${world.int(0, 3)}`;
    const category = world.pick(['tea', 'cups', null]);
    return { id: `line-${index}`, sku, name: null, category, quantity, unitPriceMinor, amountMinor };
  });
}

/** A receipt of somebody's shopping now; `given` says what is special about it. */
export function receiptOf(world: World, given: Partial<PurchaseInput> = {}): PurchaseInput {
  const shopId = given.shopId ?? world.pick(shops);
  return {
    shopId,
    externalId: `r-${world.next()}`,
    at: world.clock.now() - (world.chance(0.1) ? world.int(0, 40) * DAY_MS : 0),
    customer: refOf(world, world.pick(world.people), shopId),
    store: world.pick([...stores, null]),
    lines: linesOf(world),
    paid: world.chance(0.8),
    cartId: null,
    ...given,
  };
}

/** A till posts a receipt and keeps what it will need of the answer. */
export function buying(world: World, input: PurchaseInput): Deed<PurchaseResult> {
  return {
    command: recordPurchase(input, world.rules),
    learn(outcome) {
      if (!outcome.ok) return;
      const { id, claim, points } = outcome.result;
      const { customer } = input;
      if (customer && 'phone' in customer) world.balances.set(customer.phone, points.balance);
      if (!world.receipts.some((receipt) => receipt.id === id)) world.receipts.push({ id, input });
      if (claim) world.claimCodes.push(claim.code);
    },
  };
}

const brings = (world: World) => {
  const lines = linesOf(world).map((line) => ({
    ...line,
    quantity: 0 - line.quantity,
    amountMinor: 0 - line.amountMinor,
  }));
  return receiptOf(world, { lines, paid: true });
};

/** What happens at tills and in the back office, points aside. */
export const salesSteps: readonly Step[] = [
  { name: 'buys', weight: 12, plan: (world) => [buying(world, receiptOf(world))] },
  { name: 'buys unnamed', weight: 3, plan: (world) => [buying(world, receiptOf(world, { customer: null }))] },
  {
    name: 'an unknown card',
    weight: 0.5,
    plan: (world) => [buying(world, receiptOf(world, { customer: { card: '2900000000001' } }))],
  },
  {
    name: 'a till from the future',
    weight: 0.3,
    plan: (world) => [buying(world, receiptOf(world, { at: world.clock.now() + DAY_MS }))],
  },
  {
    name: 'the same number for another receipt',
    weight: 1,
    plan(world) {
      const receipt = world.maybe(world.receipts);
      if (!receipt) return [];
      const { shopId, externalId } = receipt.input;
      return [buying(world, receiptOf(world, { shopId, externalId }))];
    },
  },
  {
    name: 'the same receipt again',
    weight: 1,
    plan(world) {
      const receipt = world.maybe(world.receipts);
      return receipt ? [buying(world, receipt.input)] : [];
    },
  },
  {
    name: 'pays',
    weight: 4,
    plan(world) {
      const receipt = world.maybe(world.receipts.filter(({ input }) => !input.paid));
      return receipt
        ? [{ command: recordPayment(receipt.id, `shop:${receipt.input.shopId}`, world.rules) }]
        : [];
    },
  },
  {
    name: 'brings back without a receipt',
    weight: 2,
    plan: (world) => [{ command: recordReturn(brings(world), world.rules) }],
  },
  {
    name: 'a shop tells of a customer',
    weight: 2,
    plan(world) {
      const { phone, shopsId } = world.pick(world.people);
      const input = { shopId: world.pick(shops), phone, externalId: shopsId, name: 'Оля' };
      const consents = world.chance(0.3) ? { consents: { service: world.chance(0.5) } } : {};
      return [{ command: upsertCustomer({ ...input, ...consents }, consentTexts, 'uk') }];
    },
  },
  {
    name: 'a customer is erased',
    weight: 0.4,
    plan: (world) => [{ command: eraseCustomer({ phone: world.pick(world.people).phone }, 'cli') }],
  },
];
