import { getTableColumns, getTableName } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { type Row, type Statement, statement } from './database.ts';

type Column = readonly [property: string, name: string];

function columnsOf(table: SQLiteTable, without: readonly string[] = []): Column[] {
  return Object.entries(getTableColumns(table))
    .filter(([property]) => !without.includes(property))
    .map(([property, column]) => [property, column.name]);
}

/**
 * Writes many rows of a table in one statement: `insert … select … from json_each(?)`. `conflict` says what becomes of
 * rows that are there already; by default the whole statement fails. Columns `without` which it is written keep their
 * defaults.
 */
export function inserter<
  Table extends SQLiteTable,
  Left extends keyof Table['$inferSelect'] & string = never,
>(
  table: Table,
  conflict: '' | 'or ignore' = '',
  without: readonly Left[] = [],
): (rows: readonly Readonly<Omit<Table['$inferSelect'], Left>>[]) => Statement {
  const columns = columnsOf(table, without);
  const names = columns.map(([, name]) => name).join(', ');
  const picks = columns.map((_, index) => `value ->> ${index}`).join(', ');
  const sql = `insert ${conflict} into ${getTableName(table)} (${names}) select ${picks} from json_each(?)`;
  const properties = columns.map(([property]) => property as Exclude<keyof Table['$inferSelect'], Left>);
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

/** A JSON array of the columns of `table` under an alias, but those `without`, in the order `arrayReader` reads them. */
export function jsonSelection(table: SQLiteTable, alias: string, without: readonly string[] = []): string {
  return `json_array(${columnsOf(table, without)
    .map(([, name]) => `${alias}.${name}`)
    .join(', ')})`;
}

/** A row made by `jsonSelection` as the table's type. */
export function arrayReader<
  Table extends SQLiteTable,
  Left extends keyof Table['$inferSelect'] & string = never,
>(
  table: Table,
  without: readonly Left[] = [],
): (values: readonly (string | number | null)[]) => Omit<Table['$inferSelect'], Left> {
  const properties = columnsOf(table, without).map(([property]) => property);
  return (values) => {
    const row: Record<string, unknown> = {};
    for (let index = 0; index < properties.length; index += 1) {
      row[properties[index] as string] = values[index];
    }
    return row as Omit<Table['$inferSelect'], Left>;
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
