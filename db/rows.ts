import { getTableColumns, getTableName } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { type Row, type Statement, statement } from './database.ts';

type Column = readonly [property: string, name: string];

function columnsOf(table: SQLiteTable): Column[] {
  return Object.entries(getTableColumns(table)).map(([property, column]) => [property, column.name]);
}

/** Writes many rows of a table in one statement: `insert … select … from json_each(?)`. */
export function inserter<Table extends SQLiteTable>(
  table: Table,
): (rows: readonly Table['$inferSelect'][]) => Statement {
  const columns = columnsOf(table);
  const names = columns.map(([, name]) => name).join(', ');
  const picks = columns.map((_, index) => `value ->> ${index}`).join(', ');
  const sql = `insert into ${getTableName(table)} (${names}) select ${picks} from json_each(?)`;
  const properties = columns.map(([property]) => property as keyof Table['$inferSelect']);
  return (rows) =>
    statement(sql, JSON.stringify(rows.map((row) => properties.map((property) => row[property]))));
}

/** Columns of `table` under an alias, each named `prefix_column`, for a join that holds several tables. */
export function selection(table: SQLiteTable, alias: string, prefix = ''): string {
  return columnsOf(table)
    .map(([, name]) => `${alias}.${name} as ${prefix}${name}`)
    .join(', ');
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
