import { recordPurchase } from '../../core/checkout/record.ts';
import type { ShopId } from '../../core/ids.ts';
import { createIds } from '../../core/ids.ts';
import { defaultProgram } from '../../core/program/program.ts';
import { purchaseRules } from '../../core/program/rules.ts';
import type { PurchaseInput } from '../../core/purchases/types.ts';
import type { Database, Statement } from '../../db/database.ts';
import { openDatabase } from '../../db/open.ts';
import { createRandom } from '../../db/random.ts';
import { createSvoi, type Svoi } from '../../svoi.ts';
import { seededRandom } from '../support/svoi.ts';

const rules = purchaseRules(defaultProgram);

/**
 * Purchases of one to three lines by `customers` people, drawn at random but the same in every run. The first ones
 * make the customers, so that those measured are by people we know; `known` of them are there already.
 */
export function purchaseSource(customers: number, at: number, known = 0): (count: number) => PurchaseInput[] {
  const random = seededRandom(7);
  const pick = (limit: number) => Math.floor(random() * limit);
  let made = 0;
  const line = () => {
    const quantity = 1 + pick(4);
    const unitPriceMinor = 500 + pick(20_000);
    const sku = String(10_000 + pick(5000));
    const amountMinor = quantity * unitPriceMinor;
    return { id: null, sku, name: `Goods ${sku}`, category: null, quantity, unitPriceMinor, amountMinor };
  };
  const purchase = (): PurchaseInput => ({
    shopId: 'shp_bench' as ShopId,
    externalId: `receipt-${++made}`,
    at: at + made,
    customer: { phone: phoneOf(known + made <= customers ? made : 1 + pick(customers)) },
    store: `store-${pick(20)}`,
    lines: Array.from({ length: 1 + pick(3) }, line),
    paid: true,
    cartId: null,
  });
  return (count) => Array.from({ length: count }, purchase);
}

function phoneOf(number: number): string {
  return `+38067${String(number).padStart(7, '0')}`;
}

/** A purchase as `POST /v1/purchases` takes it. */
export function bodyOf(input: PurchaseInput) {
  return {
    id: input.externalId,
    at: new Date(input.at).toISOString(),
    customer: input.customer,
    store: input.store,
    lines: input.lines.map(({ sku, name, quantity, unitPriceMinor }) => ({
      sku,
      name,
      quantity,
      unit_price: unitPriceMinor,
    })),
  };
}

/** A Svoi over a file, which keeps the statements of each commit until they are taken. */
export interface RecordedSvoi {
  readonly svoi: Svoi;
  /** The statements of each commit since the last call. */
  take(): readonly (readonly Statement[])[];
  close(): void;
}

/** Opens a Svoi on a new file, with the domain code and the settings of a real start. */
export async function openRecorded(path: string): Promise<RecordedSvoi> {
  const database = await openDatabase({ url: `file:${path}` });
  let kept: Statement[][] = [];
  const recording: Database = {
    ...database,
    async write(statements) {
      const results = await database.write(statements);
      kept.push([...statements]);
      return results;
    },
  };
  const clock = { now: () => Date.now() };
  const svoi = await createSvoi({
    database: recording,
    clock,
    ids: createIds(createRandom()),
    random: Math.random,
  });
  return {
    svoi,
    take() {
      const taken = kept;
      kept = [];
      return taken;
    },
    close: () => database.close(),
  };
}

/** Records all purchases at once; throws when one is refused. */
export async function recordAll(svoi: Svoi, inputs: readonly PurchaseInput[]): Promise<void> {
  const outcomes = await Promise.all(inputs.map((input) => svoi.submit(recordPurchase(input, rules))));
  for (const outcome of outcomes) if (!outcome.ok) throw new Error(outcome.refusal.detail);
}

/** A list in parts of `size`. */
export function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
