import type { Row } from './documents.ts';
import type { Columns } from './mapping.ts';

/** Why a row was left out. */
export interface Rejection {
  readonly row: Row;
  readonly reason: string;
}

/** What one document or row came to: something to submit, or the rows that were left out. */
export type Read<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly rejections: readonly Rejection[] };

/** Reads the cells of one document and notes what is wrong with them. */
export interface CellReader {
  /** Everything noted so far. */
  readonly rejections: readonly Rejection[];
  /** The text of a field, trimmed; empty where the file has no such column. */
  text(row: Row, field: string): string;
  /** The text of a field of at most `max` characters, or null where it is empty. */
  words(row: Row, field: string, max: number): string | null;
  /** Notes why `row` cannot be read; undefined, for the value that it does not have. */
  fail(row: Row, reason: string): undefined;
}

const control = /\p{Cc}/u;

/** What is wrong with a row that has other cells than the heading; further empty ones do no harm. */
export function wrongWidth(row: Row, width: number): string | undefined {
  const { length } = row.cells;
  const tooMany = row.cells.slice(width).some((cell) => cell !== '');
  if (length >= width && !tooMany) return undefined;
  return `the row has ${length} cells, the heading has ${width}: is a quote or a delimiter missing?`;
}

/** A reader of rows whose fields stand in `columns`. */
export function cellReader(columns: Columns): CellReader {
  const rejections: Rejection[] = [];
  const fail = (row: Row, reason: string) => {
    rejections.push({ row, reason });
    return undefined;
  };
  const text = (row: Row, field: string) => {
    const index = columns.get(field);
    return index === undefined ? '' : (row.cells[index] ?? '').trim();
  };
  return {
    rejections,
    text,
    fail,
    words(row, field, max) {
      const value = text(row, field);
      if (value.length > max) fail(row, `${field}: longer than ${max} characters`);
      else if (control.test(value)) fail(row, `${field}: has a line break or another control character`);
      return value === '' ? null : value;
    },
  };
}
