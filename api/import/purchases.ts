import type { CustomerRef } from '../../core/customers/types.ts';
import { MAX_AMOUNT_MINOR } from '../../core/money.ts';
import type { Program } from '../../core/program/program.ts';
import type { PurchaseInput, ReceiptLine } from '../../core/purchases/types.ts';
import type { Shop } from '../../core/shops.ts';
import { parseReference } from '../references.ts';
import { EARLIEST_TIME } from '../schemas.ts';
import { type CellReader, cellReader, type Read, wrongWidth } from './cells.ts';
import type { Document, Row } from './documents.ts';
import type { Columns, MappingRules } from './mapping.ts';
import {
  type DateReader,
  type Decimal,
  dateReader,
  exactlyTo,
  multiply,
  parseDecimal,
  parseYesNo,
  roundTo,
} from './values.ts';

/** A receipt read from a file: what was sold, or what was brought back. */
export interface ReadReceipt {
  readonly kind: 'sale' | 'return';
  readonly input: PurchaseInput;
}

/** What the rows of a receipt are read with. */
interface Reading {
  readonly columns: Columns;
  /** How many cells a row has. */
  readonly width: number;
  readonly rules: MappingRules;
  readonly shop: Shop;
  readonly program: Program;
  readonly dates: DateReader;
  /** How many decimals of an amount in the file its minor unit is. */
  readonly scale: number;
}

const maxLines = 10_000;
const maxQuantity = 1_000_000;

/** Reads receipts of `shop` from rows, as `rules` and `columns` say; money is in the currency of `program`. */
export function purchaseReader(
  columns: Columns,
  width: number,
  rules: MappingRules,
  shop: Shop,
  program: Program,
): (document: Document) => Read<ReadReceipt> {
  const dates = dateReader(rules.dates, rules.zone ?? program.zone);
  const scale = rules.amounts === 'minor' ? 0 : minorDigits(program.currency);
  const reading = { columns, width, rules, shop, program, dates, scale };
  return (document) => readReceipt(document, reading);
}

function readReceipt(document: Document, reading: Reading): Read<ReadReceipt> {
  const cells = cellReader(reading.columns);
  const [first] = document;
  const head = first && readHead(first, cells, reading);
  const customer = readCustomer(document, cells, reading);
  const lines = document.map((row) => readLine(row, cells, reading));
  const kept = lines.filter((line) => line !== undefined);
  const kind = kindOf(kept);
  if (first && kind === 'mixed' && cells.rejections.length === 0) cells.fail(first, mixed);
  if (first && document.length > maxLines) cells.fail(first, `the receipt has more than ${maxLines} lines`);
  if (!head || kind === 'mixed' || cells.rejections.length > 0) return leftOut(document, cells);
  const { externalId, at, store, paid, cartId } = head;
  const shopId = reading.shop.id;
  return {
    ok: true,
    value: { kind, input: { shopId, externalId, at, customer, store, lines: kept, paid, cartId } },
  };
}

const mixed = 'the receipt has amounts above and below zero: give what was brought back an id of its own';

/** A receipt comes in whole or not at all: its sum would be wrong without one of its rows. */
function leftOut(document: Document, { rejections }: CellReader): Read<never> {
  const reasons = new Map<number, string>();
  for (const { row, reason } of rejections) {
    reasons.set(row.line, [reasons.get(row.line), reason].filter(Boolean).join('; '));
  }
  const because = `left out because of line ${rejections[0]?.row.line}, of the same receipt`;
  return {
    ok: false,
    rejections: document.map((row) => ({ row, reason: reasons.get(row.line) ?? because })),
  };
}

/** What was brought back has amounts below zero or, where all amounts are zero, quantities below zero. */
function kindOf(lines: readonly ReceiptLine[]): 'sale' | 'return' | 'mixed' {
  const above = lines.some((line) => line.amountMinor > 0);
  const below = lines.some((line) => line.amountMinor < 0);
  if (above && below) return 'mixed';
  return below || (!above && lines.some((line) => line.quantity < 0)) ? 'return' : 'sale';
}

function readHead(row: Row, cells: CellReader, { dates, rules }: Reading) {
  const externalId = cells.words(row, 'id', 200) ?? cells.fail(row, 'id: the id of the receipt is missing');
  const moment = [cells.text(row, 'at'), cells.text(row, 'time')].filter(Boolean).join(' ');
  const at = dates(moment) ?? cells.fail(row, wrongDate(moment, rules));
  if (at !== undefined && at < EARLIEST_TIME) cells.fail(row, `at: ${moment} is before the year 2000`);
  const paidText = cells.text(row, 'paid');
  const paid = paidText === '' ? true : parseYesNo(paidText);
  if (paid === undefined) return cells.fail(row, `paid: "${paidText}" is neither yes nor no`);
  const [store, cartId] = [cells.words(row, 'store', 200), cells.words(row, 'cart_id', 200)];
  return externalId === undefined || at === undefined ? undefined : { externalId, at, paid, store, cartId };
}

function wrongDate(text: string, rules: MappingRules): string {
  if (text === '') return 'at: the date is missing';
  if (rules.dates) return `at: "${text}" is not a date written as ${rules.dates}`;
  return `at: "${text}" is not a date like 2026-11-22 14:30 or 22.11.2026 14:30; say how dates are written with --dates, like --dates "M/D/YYYY H:mm"`;
}

/** The first of phone, card and shop's own id that a row of the receipt has; nobody where there is none. */
function readCustomer(document: Document, cells: CellReader, { shop, program }: Reading): CustomerRef | null {
  for (const field of ['phone', 'card', 'external_id']) {
    const row = document.find((one) => cells.text(one, field) !== '');
    const value = row && cells.words(row, field, 200);
    if (!row || !value) continue;
    const parsed = parseReference({ [field]: value }, shop, program);
    if (parsed.ok) return parsed.ref;
    cells.fail(row, `${field}: ${parsed.detail}`);
  }
  return null;
}

const one: Decimal = { digits: 1n, scale: 0 };
const zero: Decimal = { digits: 0n, scale: 0 };

function readLine(row: Row, cells: CellReader, reading: Reading): ReceiptLine | undefined {
  const { columns, width, rules, scale } = reading;
  const misshapen = wrongWidth(row, width);
  if (misshapen) return cells.fail(row, misshapen);
  const number = (field: string) => readNumber(row, field, cells, rules);
  const quantity = columns.has('quantity') ? number('quantity') : one;
  const given = columns.has('amount') ? number('amount') : undefined;
  const price = columns.has('unit_price') ? number('unit_price') : undefined;
  if (!quantity || !(given ?? price) || (columns.has('unit_price') && !price)) return undefined;
  const pieces = exactlyTo(quantity, 3);
  if (pieces === undefined) return cells.fail(row, 'quantity: at most three decimals');
  const amountMinor = roundTo(given ?? multiply(quantity, price ?? zero), scale);
  if (Math.abs(pieces) > maxQuantity) return cells.fail(row, `quantity: more than ${maxQuantity}`);
  if (Math.abs(amountMinor) > MAX_AMOUNT_MINOR)
    return cells.fail(row, 'amount: too large to be the sum of one line');
  return {
    id: cells.words(row, 'line_id', 100),
    sku: sku(row, cells, columns),
    name: cells.words(row, 'name', 500),
    category: cells.words(row, 'category', 200),
    quantity: pieces,
    unitPriceMinor: price ? roundTo(price, scale) : Math.round(amountMinor / (pieces || 1)),
    amountMinor,
  };
}

/** A file without articles has only sums: every row is one line called `total`. */
function sku(row: Row, cells: CellReader, columns: Columns): string {
  if (!columns.has('sku')) return 'total';
  const value = cells.words(row, 'sku', 100);
  if (value === null) cells.fail(row, 'sku: the article is missing');
  return value ?? '';
}

function readNumber(row: Row, field: string, cells: CellReader, rules: MappingRules): Decimal | undefined {
  const text = cells.text(row, field);
  const number = parseDecimal(text, rules.decimal);
  if (number) return number;
  if (text === '') return cells.fail(row, `${field}: the number is missing`);
  const other = rules.decimal === 'point' ? 'comma' : 'point';
  const hint = parseDecimal(text, other) ? `; if it is one, say --decimal ${other}` : '';
  return cells.fail(row, `${field}: "${text}" is not a number${hint}`);
}

/** How many decimals the minor unit of a currency is: 2 for UAH, 0 for JPY. */
function minorDigits(currency: string): number {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return format.resolvedOptions().maximumFractionDigits ?? 2;
}
