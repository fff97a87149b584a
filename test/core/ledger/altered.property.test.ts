import { getTableColumns, getTableName } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Database, type Row, readRows, statement } from '../../../db/database.ts';
import * as schema from '../../../db/schema.ts';
import { verifyLedger } from '../../../db/verify.ts';
import { histories, play } from '../../support/histories.ts';
import { testSvoi } from '../../support/svoi.ts';

const ledgerTables: readonly SQLiteTable[] = [
  schema.ledgerTransactions,
  schema.ledgerEntries,
  schema.lots,
  schema.lotMoves,
];

/** One row with one change made to it behind the ledger's back. */
interface Alteration {
  readonly what: string;
  apply(): Promise<unknown>;
  undo(): Promise<unknown>;
}

test('verify finds any single row of the ledger that was changed or removed', () =>
  fc.assert(
    fc.asyncProperty(histories(60), fc.nat(), fc.nat({ max: 999 }), async (history, pick, by) => {
      const shop = await testSvoi();
      try {
        await play(history, shop);
        const { database } = shop.svoi;
        await dropTriggers(database);
        for (const table of ledgerTables) {
          for (const alteration of await alterationsOf(database, table, pick, by + 1)) {
            await expectFound(database, alteration);
          }
        }
        expect(await verifyLedger(database)).not.toHaveProperty('fault');
      } finally {
        shop.close();
      }
    }),
    { seed: 47, numRuns: 10 },
  ));

async function expectFound(database: Database, { what, apply, undo }: Alteration): Promise<void> {
  if (!(await done(apply))) return;
  const { fault } = await verifyLedger(database);
  expect(fault, what).toMatchObject({ row: expect.any(String), problem: expect.any(String) });
  await undo();
}

/** False where the database itself refuses the alteration: a key that is already there. */
async function done(apply: () => Promise<unknown>): Promise<boolean> {
  try {
    await apply();
    return true;
  } catch (error) {
    if (/constraint/i.test(String(error))) return false;
    throw error;
  }
}

async function dropTriggers(database: Database): Promise<void> {
  const triggers = await readRows(database, "select name from sqlite_master where type = 'trigger'");
  await database.write(triggers.map(({ name }) => statement(`drop trigger ${name}`)));
}

/** Every column of one row changed to something new and to what another row has there; and the row removed. */
async function alterationsOf(database: Database, table: SQLiteTable, pick: number, by: number) {
  const name = getTableName(table);
  const rows = await readRows(database, `select * from ${name}`);
  const [row, other] = [rows[pick % rows.length], rows[(pick + by) % rows.length]];
  if (!row || !other) return [];
  const columns = Object.values(getTableColumns(table)).map((column) => column.name);
  return [
    ...columns.map((column) => change(database, name, row, column, somethingNew(row[column] ?? null, by))),
    ...columns
      .filter((column) => row[column] !== other[column])
      .map((column) => change(database, name, row, column, other[column] ?? null)),
    removal(database, name, row),
  ];
}

type Value = Row[string];

function somethingNew(value: Value, by: number): Value {
  return typeof value === 'number' ? value + by : `${value ?? ''}${by}`;
}

function change(database: Database, table: string, row: Row, column: string, value: Value): Alteration {
  const altered = { ...row, [column]: value };
  return {
    what: `${table}.${column}: ${row[column]} -> ${value}`,
    apply: () => replace(database, table, row, altered),
    undo: () => replace(database, table, altered, row),
  };
}

function removal(database: Database, table: string, row: Row): Alteration {
  return {
    what: `${table}: a row removed`,
    apply: () => database.write([deletion(table, row)]),
    undo: () => database.write([insertion(table, row)]),
  };
}

function replace(database: Database, table: string, before: Row, after: Row) {
  return database.write([deletion(table, before), insertion(table, after)]);
}

function deletion(table: string, row: Row) {
  const same = Object.keys(row).map((column) => `${column} is ?`);
  return statement(`delete from ${table} where ${same.join(' and ')}`, ...Object.values(row));
}

function insertion(table: string, row: Row) {
  const places = Object.keys(row).map(() => '?');
  return statement(
    `insert into ${table} (${Object.keys(row).join(', ')}) values (${places.join(', ')})`,
    ...Object.values(row),
  );
}
