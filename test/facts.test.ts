import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CustomerId } from '../core/ids.ts';
import { DAY_MS } from '../core/time.ts';
import { readRow, statement } from '../db/database.ts';
import { readFacts } from '../db/insights/facts.ts';
import { factsTask } from '../facts_nightly.ts';
import { runNightly } from '../nightly.ts';
import { aPurchase, buy } from './support/purchases.ts';
import { type TestSvoi, testSvoi } from './support/svoi.ts';

const phone = '+380671234567';

let shop: TestSvoi;
beforeEach(async () => {
  shop = await testSvoi({ at: '2026-03-02T12:00:00+02:00' });
});
afterEach(() => shop.close());

async function sell(sku: string, category: string, attributes: object) {
  await shop.svoi.database.write([
    statement(
      'insert into products (sku, name, category, attributes, updated_at) values (?, ?, ?, ?, 0)',
      sku,
      sku,
      category,
      JSON.stringify(attributes),
    ),
  ]);
}

let receipts = 0;

/** A purchase of one article, now. */
async function bought(sku: string, by = phone) {
  receipts += 1;
  const at = shop.clock.now();
  const lines = [
    { id: null, sku, name: null, category: null, quantity: 1, unitPriceMinor: 100, amountMinor: 100 },
  ];
  return buy(
    shop.svoi,
    aPurchase({ at, externalId: `r-${receipts}`, customer: { phone: by }, store: 'kyiv-1', lines }),
  );
}

/** So many days later, after that night. */
async function days(count: number) {
  shop.clock.advance(count * DAY_MS);
  await runNightly(shop.svoi, [factsTask]);
}

async function idOf(of = phone): Promise<CustomerId> {
  const row = await readRow(
    shop.svoi.database,
    'select coalesce(merged_into, id) as id from customers where phone = ?',
    of,
  );
  return String(row?.id) as CustomerId;
}

/** What is known, in short: `pet 1 dog 0.51`. */
async function known(of = phone) {
  const today = Math.floor(shop.clock.now() / DAY_MS);
  const { facts } = await readFacts(shop.svoi.database, await idOf(of), today);
  return facts.map(({ name, item, value, age, sure }) => {
    const what = age ? `${age.from}-${age.to} months` : value;
    return `${name} ${item} ${what} ${sure}`;
  });
}

describe('by night', () => {
  it('facts come from what was bought since, narrow with more of it, and are no more when it is brought back', async () => {
    await sell('bodysuit-62', 'Дитячий одяг', { size: 62 });
    await sell('bodysuit-74', 'Дитячий одяг', { size: 74 });
    await sell('dog-food', 'Зоотовари', { pet: 'dog' });
    await bought('bodysuit-62');
    expect(await known()).toEqual([]);
    await days(1);
    expect(await known()).toEqual(['child 1 0-6 months 0.35']);
    await days(120);
    await bought('bodysuit-74');
    await bought('dog-food');
    await days(1);
    await bought('dog-food');
    await days(1);
    expect(await known()).toEqual(['child 1 4-10 months 0.58', 'pet 1 dog 0.51']);
    await days(365);
    expect(await known()).toEqual(['child 1 16-22 months 0.58', 'pet 1 dog 0.51']);
  });
});
