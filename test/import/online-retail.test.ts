import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runHandedOver } from '../../cli.ts';
import { expirePoints } from '../../core/customers/expiry.ts';
import type { CustomerId, ShopId } from '../../core/ids.ts';
import { readCustomer } from '../../db/customers.ts';
import { type Database, readRow, readRows } from '../../db/database.ts';
import { verifyLedger } from '../../db/verify.ts';
import { type Ran, recording } from '../support/command.ts';
import { type TestSvoi, testSvoi } from '../support/svoi.ts';

const file = fileURLToPath(new URL('../../../shared/data/online_retail.csv.gz', import.meta.url));

/** The day after the last purchase. Ten years of life for points: nothing burns before all of it is in. */
const dayAfter = '2011-12-10T12:00:00Z';
const program = {
  currency: 'GBP',
  zone: 'Europe/London',
  country: 'GB',
  locale: 'en',
  points_live_days: 3650,
} as const;

describe.skipIf(!existsSync(file))('a real shop’s year, 541,909 lines', () => {
  let shop: TestSvoi;
  let database: Database;
  let imported: Ran;

  const command = (...argv: string[]) => recording('.', (io) => runHandedOver(argv, shop.svoi, io));

  beforeAll(async () => {
    shop = await testSvoi({ at: dayAfter, program });
    database = shop.svoi.database;
    await command('shop', 'add', 'gifts');
    imported = await command(
      'import',
      'purchases',
      file,
      '--shop',
      'gifts',
      '--report',
      `${shop.url.slice(5)}.csv`,
    );
  }, 600_000);

  afterAll(() => shop.close());

  it('comes in whole, with no mapping told', () => {
    expect(imported).toEqual({
      exit: 0,
      errors: [],
      out: [
        'InvoiceNo → id, StockCode → sku, Description → name, Quantity → quantity, InvoiceDate → at, UnitPrice → unit_price, CustomerID → external_id; not used: Country',
        '25,900 receipts from 541,909 rows',
      ],
    });
  });

  it('has the invoices, returns, customers and turnover that were published', async () => {
    const totals = await readRow(
      database,
      `select count(*) as receipts, sum(kind = 'return') as returns, count(distinct customer_id) as customers,
         sum(total_minor) as turnover from purchases`,
    );
    expect(totals).toEqual({ receipts: 25_900, returns: 5_174, customers: 4_372, turnover: 974_774_793 });
    const cancelled =
      "select count(*) as count from purchases where external_id like 'C%' and kind = 'return'";
    expect(await readRow(database, cancelled)).toEqual({ count: 3_836 });
    expect(await readRow(database, 'select count(*) as count from purchase_lines')).toEqual({
      count: 541_909,
    });
  });

  // Four lines cost a tenth of a penny: in pennies their price is 0. The sum is the published one to the penny.
  it('has the published sales of known customers, where a price is at least half a penny', async () => {
    const sales = await readRow(
      database,
      `select count(*) as lines, count(distinct p.id) as orders, count(distinct p.customer_id) as customers,
         sum(l.amount_minor) as amount
       from purchase_lines l join purchases p on p.id = l.purchase_id
       where p.customer_id is not null and l.quantity > 0 and l.unit_price_minor > 0`,
    );
    expect(sales).toEqual({ lines: 397_884 - 4, orders: 18_532, customers: 4_338, amount: 891_140_790 });
  });

  it.each([
    ['16446', { bought: 16_847_250, returned: -16_846_960 }],
    ['12346', { bought: 7_718_360, returned: -7_718_360 }],
  ])(
    'customer %s bought and returned what was published, and has no points left',
    async (externalId, sums) => {
      const { id: shopId } = (await readRow(database, 'select id from shops')) ?? {};
      const ref = { externalId, shopId: String(shopId) as ShopId };
      const view = { shopId: ref.shopId, now: shop.clock.now(), paidSince: 0 };
      const found = await readCustomer(database, ref, view);
      expect(found?.record.head.balance).toEqual({ available: 0, pending: 0, held: 0 });
      const bought = await readRow(
        database,
        `select sum(max(total_minor, 0)) as bought, sum(min(total_minor, 0)) as returned from purchases where customer_id = ?`,
        found?.record.customer.id ?? '',
      );
      expect(bought).toEqual(sums);
    },
  );

  it('gives who returned nothing 5 % of each invoice in whole points', async () => {
    const wrong = await readRows(
      database,
      `select customer_id, sum(total_minor / 2000) as due, sum(kind = 'return') as returns,
         (select available from ledger_transactions t where t.customer_id = p.customer_id order by seq desc limit 1) as has
       from purchases p where customer_id is not null group by customer_id
       having returns = 0 and due <> coalesce(has, 0)`,
    );
    expect(wrong).toEqual([]);
  });

  it('is green in verify, and once more when all points have burned', async () => {
    const before = await verifyLedger(database);
    expect(before).toEqual({ customers: 4_372, transactions: expect.any(Number) });
    shop.clock.set(Date.parse('2026-11-22T00:00:00Z'));
    const customers = await readRows(database, 'select id from customers');
    await Promise.all(customers.map(({ id }) => shop.svoi.submit(expirePoints(String(id) as CustomerId))));
    expect(await readRow(database, 'select sum(remaining) as points from lots')).toEqual({ points: 0 });
    const after = await verifyLedger(database);
    expect(after).toEqual({ customers: 4_372, transactions: expect.any(Number) });
    expect(after.transactions).toBeGreaterThan(before.transactions);
  });
});
