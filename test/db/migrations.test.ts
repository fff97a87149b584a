import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Client, createClient } from '@libsql/client';
import { drizzle } from 'drizzle-orm/libsql';
import { migrate } from 'drizzle-orm/libsql/migrator';
import { afterAll, expect, test } from 'vitest';
import { recordRefund } from '../../core/checkout/refund.ts';
import type { PurchaseId, ShopId } from '../../core/ids.ts';
import { purchaseRules } from '../../core/program/rules.ts';
import { recordPayment } from '../../core/purchases/payment.ts';
import { DAY_MS } from '../../core/time.ts';
import { readRows } from '../../db/database.ts';
import { verifyLedger } from '../../db/verify.ts';
import { storedFigures } from '../support/figures.ts';
import { aPurchase, buy } from '../support/purchases.ts';
import { aMember } from '../support/staff.ts';
import { type TestSvoi, testSvoi } from '../support/svoi.ts';

const folder = mkdtempSync(join(tmpdir(), 'svoi-migrations-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A database as the version with the first `count` migrations left it, with nothing in it. */
async function ofVersion(count: number, url: string): Promise<Client> {
  const migrations = join(folder, `first-${count}`);
  cpSync(fileURLToPath(new URL('../../db/migrations', import.meta.url)), migrations, { recursive: true });
  const path = join(migrations, 'meta/_journal.json');
  const journal = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(path, JSON.stringify({ ...journal, entries: journal.entries.slice(0, count) }));
  const client = createClient({ url });
  await migrate(drizzle(client), { migrationsFolder: migrations });
  return client;
}

/** Fills the tables of an old database with what a new one holds, as far as it had the columns. */
async function copyInto(old: Client, { svoi }: TestSvoi): Promise<void> {
  const tables = await old.execute(
    "select name from sqlite_master where type = 'table' and name not like '\\_\\_%' escape '\\'",
  );
  for (const { name } of tables.rows) {
    const { rows: columns } = await old.execute(`pragma table_info(${name})`);
    const names = columns.map((column) => String(column.name));
    for (const row of await readRows(svoi.database, `select ${names.join(', ')} from ${name}`)) {
      const args = names.map((column) => row[column] ?? null);
      await old.execute({
        sql: `insert or ignore into ${name} values (${names.map(() => '?').join(', ')})`,
        args,
      });
    }
  }
}

const kept = (t: TestSvoi) =>
  Promise.all([
    readRows(t.svoi.database, 'select id, lot_id, earned, pending from purchases order by id'),
    readRows(t.svoi.database, 'select purchase_id, position, points from purchase_lines order by 1, 2'),
  ]);

const line = (sku: string, amountMinor: number) => ({
  ...{ id: null, sku, name: null, category: null, quantity: 2, unitPriceMinor: amountMinor, amountMinor },
});

test('purchases of before refunds were known get their lots and the points of their lines, and can come back', async () => {
  const now = await testSvoi();
  const at = now.clock.now();
  const lines = [line('a', 66_600), line('b', 33_400), line('c', 0)];
  const bought: PurchaseId[] = [];
  for (const [index, paid] of [true, false, false].entries()) {
    bought.push((await buy(now.svoi, aPurchase({ at, externalId: `r-${index}`, lines, paid }))).result.id);
  }
  const rules = purchaseRules(now.svoi.program());
  await now.svoi.submit(recordPayment(bought[1] as PurchaseId, 'till', rules));
  const url = `file:${join(folder, 'old.db')}`;
  const old = await ofVersion(2, url);
  await copyInto(old, now);
  old.close();

  const upgraded = await testSvoi({ url, at });
  expect(await kept(upgraded)).toEqual(await kept(now));
  const refunds = bought.map((purchaseId, index) =>
    recordRefund(
      { shopId: 'shp_test' as ShopId, externalId: `b-${index}`, purchaseId, at, amountMinor: 50_000 },
      rules,
    ),
  );
  for (const refund of refunds) {
    const outcome = await upgraded.svoi.submit(refund);
    expect(outcome).toMatchObject({ ok: true, result: { points: { takenBack: 24, notTaken: 0 } } });
  }
  expect(await verifyLedger(upgraded.svoi.database)).not.toHaveProperty('fault');
  upgraded.close();
  now.close();
});

test('customers of before figures were kept get theirs', async () => {
  const program = { zone: 'UTC' };
  const now = await testSvoi({ program });
  const at = now.clock.now();
  const chat = await aMember(now.svoi, '+380671234567', 'Olena');
  await chat.say('stop');
  const lines = [line('a', 66_600), line('b', 33_400)];
  for (const [index, days] of [40, 12, 3, 3].entries()) {
    await buy(now.svoi, aPurchase({ at: at - days * DAY_MS, externalId: `r-${index}`, store: 'k-1', lines }));
  }
  const { id: purchaseId } = (await buy(now.svoi, aPurchase({ at, externalId: 'last', lines }))).result;
  const back = { shopId: 'shp_test' as ShopId, externalId: 'back', purchaseId, at, amountMinor: 40_000 };
  await now.svoi.submit(recordRefund(back, purchaseRules(now.svoi.program())));
  const url = `file:${join(folder, 'older.db')}`;
  const old = await ofVersion(4, url);
  // A chat that comes with its history, not by its first word.
  await old.execute('drop trigger addresses_not_forgotten');
  await copyInto(old, now);
  old.close();

  const upgraded = await testSvoi({ url, at });
  const figures = await storedFigures(now.svoi.database);
  expect(Object.values(figures)[0]?.figures).toMatchObject({ orders: 5, chats: 1, refunded_minor: 40_000 });
  expect(await storedFigures(upgraded.svoi.database)).toEqual(figures);
  upgraded.close();
  now.close();
});
