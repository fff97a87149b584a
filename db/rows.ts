import { getTableColumns, getTableName } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { type Row, type Statement, statement } from './database.ts';

type Column = readonly [property: string, name: string];

function columnsOf(table: SQLiteTable): Column[] {
  return Object.entries(getTableColumns(table)).map(([property, column]) => [property, column.name]);
}

/**
 * Writes many rows of a table in one statement: `insert … select … from json_each(?)`. `conflict` says what becomes of
 * rows that are there already; by default the whole statement fails.
 */
export function inserter<Table extends SQLiteTable>(
  table: Table,
  conflict: '' | 'or ignore' = '',
): (rows: readonly Readonly<Table['$inferSelect']>[]) => Statement {
  const columns = columnsOf(table);
  const names = columns.map(([, name]) => name).join(', ');
  const picks = columns.map((_, index) => `value ->> ${index}`).join(', ');
  const sql = `insert ${conflict} into ${getTableName(table)} (${names}) select ${picks} from json_each(?)`;
  const properties = columns.map(([property]) => property as keyof Table['$inferSelect']);
  return (rows) => {
    const values: unknown[][] = [];
    for (const row of rows) {
      const picked: unknown[] = [];
      for (const property of properties) picked.push(row[property]);
      values.push(picked);
    }
    return statement(sql, JSON.stringify(values));
  };
}

/** Rewrites columns of many rows, named by their `id`, in one statement. */
export function updater<
  Table extends SQLiteTable & { readonly $inferSelect: { readonly id: string } },
  Property extends keyof Table['$inferSelect'] & string,
>(
  table: Table,
  changing: readonly Property[],
): (rows: readonly Readonly<Pick<Table['$inferSelect'], Property | 'id'>>[]) => Statement {
  const names = new Map(columnsOf(table));
  const sets = changing.map((property, index) => `${names.get(property)} = changed.value ->> ${index + 1}`);
  const name = getTableName(table);
  const sql = `update ${name} set ${sets.join(', ')} from json_each(?) as changed where ${name}.id = changed.value ->> 0`;
  return (rows) =>
    statement(sql, JSON.stringify(rows.map((row) => [row.id, ...changing.map((property) => row[property])])));
}

/** Columns of `table` under an alias, each named `prefix_column`, for a join that holds several tables. */
export function selection(table: SQLiteTable, alias: string, prefix = ''): string {
  return columnsOf(table)
    .map(([, name]) => `${alias}.${name} as ${prefix}${name}`)
    .join(', ');
}

/** A JSON array of all columns of `table` under an alias, in the order `arrayReader` reads them. */
export function jsonSelection(table: SQLiteTable, alias: string): string {
  return `json_array(${columnsOf(table)
    .map(([, name]) => `${alias}.${name}`)
    .join(', ')})`;
}

/** A row made by `jsonSelection` as the table's type. */
export function arrayReader<Table extends SQLiteTable>(
  table: Table,
): (values: readonly (string | number | null)[]) => Table['$inferSelect'] {
  const properties = columnsOf(table).map(([property]) => property);
  return (values) => {
    const row: Record<string, unknown> = {};
    for (let index = 0; index < properties.length; index += 1) {
      row[properties[index] as string] = values[index];
    }
    return row as Table['$inferSelect'];
  };
}

/** A row as the table's type: column names become property names. `prefix` as given to `selection`. */
export function reader<Table extends SQLiteTable>(
  table: Table,
  prefix = '',
): (row: Row) => Table['$inferSelect'] {
  const columns = columnsOf(table).map(([property, name]) => [property, prefix + name] as const);
  return (row) => {
    const value: Record<string, unknown> = {};
    for (const [property, name] of columns) value[property] = row[name];
    return value as Table['$inferSelect'];
  };
}
