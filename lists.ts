import { stringify } from 'csv-stringify/sync';
import { minorDigits } from './core/money.ts';
import { takeExport } from './core/staff/exports.ts';
import { type ListPage, listColumns } from './db/insights/lists.ts';
import type { Svoi } from './svoi.ts';

/** Customers of one page: a few hundred kilobytes of text. */
const pageRows = 2000;

/** A list of a segment as CSV, page by page: UTF-8 with its mark, times in ISO 8601, money in major units. */
export async function* listPages(svoi: Svoi, rule: string): AsyncGenerator<string> {
  const { zone, currency, tiers, tier_days, rfm } = svoi.program();
  const asked = { rule, program: { zone, currency, tiers, tier_days, rfm }, now: svoi.clock.now() };
  const unit = 10 ** minorDigits(currency);
  yield csv([listColumns.map((name) => (name === 'paid_minor' ? 'paid' : name))], true);
  let after: ListPage['last'];
  do {
    const page: ListPage = await svoi.analyst.ask('listPage', {
      ...asked,
      limit: pageRows,
      ...(after === undefined ? {} : { after }),
    });
    if (page.rows.length > 0) yield csv(page.rows.map((row) => row.map((cell, at) => shown(cell, at, unit))));
    after = page.last;
  } while (after !== undefined);
}

/** No spreadsheet takes a cell for a formula: a phone with its plus is text as well. */
function csv(rows: readonly (readonly unknown[])[], isFirst = false): string {
  return stringify(
    rows.map((row) => [...row]),
    { escape_formulas: true, bom: isFirst, record_delimiter: 'windows' },
  );
}

function shown(cell: string | number | null, at: number, unit: number): string | number {
  const name = listColumns[at];
  if (cell === null) return '';
  if (name === 'paid_minor') return Number(cell) / unit;
  if (name === 'offers') return cell === 1 ? 'yes' : 'no';
  return name === 'registered_at' || name === 'last_purchase_at' ? new Date(cell).toISOString() : cell;
}

/** The list a link leads to, once; undefined where the link is over. */
export async function takeList(svoi: Svoi, token: string): Promise<AsyncGenerator<string> | undefined> {
  const taken = await svoi.submit(takeExport(token));
  return taken.ok ? listPages(svoi, taken.result.rule) : undefined;
}
