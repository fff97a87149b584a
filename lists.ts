import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import type { CommandIo } from './api/control.ts';
import { SvoiError } from './core/errors.ts';
import { minorDigits } from './core/money.ts';
import { parseSegment } from './core/segments/parse.ts';
import type { SegmentProblem } from './core/segments/types.ts';
import { takeExport } from './core/staff/exports.ts';
import { type ListPage, listColumns } from './db/insights/lists.ts';
import { segmentNamed } from './db/segments/saved.ts';
import type { Svoi } from './svoi.ts';

/** Customers of one page: a few hundred kilobytes of text. */
const pageRows = 2000;

/** A list of a segment as CSV, page by page: UTF-8 with its mark, times in ISO 8601, money in major units. */
export async function* listPages(svoi: Svoi, rule: string): AsyncGenerator<string> {
  const asked = { rule, program: svoi.program(), now: svoi.clock.now() };
  const unit = 10 ** minorDigits(svoi.program().currency);
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

/**
 * Writes the list of a segment, saved under a name or as text, into a new file. Refuses `segment_invalid`, and
 * `unwritable_file` where the file is there already or cannot be made.
 */
export async function writeList(svoi: Svoi, segment: string, file: string, io: CommandIo): Promise<number> {
  const saved = await segmentNamed(svoi.database, segment);
  const rule = saved?.rule ?? segment;
  const parsed = parseSegment(rule, await svoi.analyst.ask('segmentCatalogue', svoi.program()));
  if (!parsed.ok) throw unreadable(segment, parsed.problems);
  const out = await open(resolve(io.folder, file), 'wx').catch((cause) => {
    throw new SvoiError('unwritable_file', `${file} cannot be made: is it there already?`, { cause });
  });
  let lines = 0;
  try {
    for await (const piece of listPages(svoi, rule)) {
      await out.write(piece);
      lines += piece.split('\r\n').length - 1;
    }
  } finally {
    await out.close();
  }
  io.out(`${lines - 1} customers are in ${file}: names and phones, keep it safe`);
  return 0;
}

function unreadable(segment: string, problems: readonly SegmentProblem[]): SvoiError {
  const [first] = problems;
  const meant = first?.suggestion === undefined ? '' : `; did you mean "${first.suggestion}"?`;
  const detail = `no segment is called "${segment}", and as a text it is wrong at "${first?.word}"${meant}`;
  return new SvoiError('segment_invalid', detail);
}

/** The list a link leads to, once; undefined where the link is over. */
export async function takeList(svoi: Svoi, token: string): Promise<AsyncGenerator<string> | undefined> {
  const taken = await svoi.submit(takeExport(token));
  return taken.ok ? listPages(svoi, taken.result.rule) : undefined;
}
