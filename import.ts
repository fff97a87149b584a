import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import type { CommandIo } from './api/control.ts';
import type { Read, Rejection } from './api/import/cells.ts';
import { customerReader } from './api/import/customers.ts';
import { type Document, groupRows, type Row } from './api/import/documents.ts';
import type { ImportKind } from './api/import/fields.ts';
import {
  type Columns,
  checkMapping,
  describeColumns,
  findColumns,
  type MappingRules,
  parseMapping,
  parsePair,
} from './api/import/mapping.ts';
import { purchaseReader } from './api/import/purchases.ts';
import { recordPurchase } from './core/checkout/record.ts';
import { upsertCustomer } from './core/customers/upsert.ts';
import { type Outcome, SvoiError } from './core/errors.ts';
import type { Submitted } from './core/ports.ts';
import { purchaseRules } from './core/program/rules.ts';
import { recordReturn } from './core/purchases/return.ts';
import type { Shop } from './core/shops.ts';
import { type CsvFile, hashOfFile, openCsv } from './csv.ts';
import { findImport, type ImportProgress, saveImport } from './db/imports.ts';
import type { AnyCommand } from './db/writer.ts';
import { consentTexts } from './locales/consents.ts';
import { openReport, type Report } from './report.ts';
import type { Svoi } from './svoi.ts';

/** What was asked for: a file, how it is written, and whose it is. */
export interface ImportRequest {
  readonly kind: ImportKind;
  readonly file: string;
  readonly shop: Shop;
  /** Files of mapping rules, and pairs of COLUMN=FIELD. */
  readonly map: readonly string[];
  /** Rules given one by one, over those of a mapping file. */
  readonly rules: Readonly<Record<string, string>>;
  /** Where the rows that are left out are written; beside the file where it is not said. */
  readonly report?: string | undefined;
}

/** Commands waiting for their commit: enough to fill two groups of the writer, so that it never waits for us. */
const inFlight = 512;
/** How many documents may be done again after a power cut. */
const saveEvery = 2048;

/**
 * Brings a file in through the same decisions as the API, without messages: it is history. Stopped at any point and
 * started again, it goes on where it was; each receipt comes in once whatever happens. Rows that cannot come in go
 * to a report with the reason. Resolves to the exit code.
 */
export async function runImport(svoi: Svoi, request: ImportRequest, io: CommandIo): Promise<number> {
  const path = resolve(io.folder, request.file);
  const rules = await readRules(request, io);
  const file = await openCsv(path, rules);
  const columns = unwrap(findColumns(request.kind, file.header, rules));
  io.out(describeColumns(file.header, columns));
  const id = await importId(path, request, rules, columns, svoi);
  const reportPath = resolve(io.folder, request.report ?? `${path}.report.csv`);
  const { progress, report } = await begin(svoi, id, request.kind, reportPath, file.header);
  if (progress.rowsDone > 0) io.out(`going on after ${count(progress.rowsDone, 'row')} of an earlier start`);
  const tally = { ...progress, done: 0, again: 0 };
  const units = unitsOf(file, columns, rules, request, svoi);
  try {
    await pump(units, { svoi, io, file, tally, report });
  } finally {
    await report.close();
  }
  return summarise(request.kind, tally, report, io);
}

async function readRules({ map, rules }: ImportRequest, io: CommandIo): Promise<MappingRules> {
  const isFile = (text: string) => ['.yaml', '.yml', '.json'].includes(extname(text));
  let merged: Record<string, unknown> = { ...rules };
  const columns: Record<string, string> = {};
  for (const one of map) {
    if (!isFile(one)) {
      const [column, field] = unwrap(parsePair(one));
      columns[column] = field;
      continue;
    }
    const text = await readFile(resolve(io.folder, one), 'utf8').catch((cause) => {
      throw new SvoiError('unreadable_file', `${one} cannot be read: is it there?`, { cause });
    });
    const given = unwrap(parseMapping(text), one);
    Object.assign(columns, given.columns);
    merged = { ...given, ...merged };
  }
  return unwrap(checkMapping({ ...merged, columns }));
}

/** The same file, read the same way for the same shop, is the same import. */
async function importId(
  path: string,
  { kind, shop }: ImportRequest,
  rules: MappingRules,
  columns: Columns,
  svoi: Svoi,
): Promise<string> {
  const { currency, zone, country } = svoi.program();
  const how = JSON.stringify([kind, shop.id, rules, [...columns].sort(), currency, zone, country]);
  return createHash('sha256')
    .update(`${await hashOfFile(path)}\n${how}`)
    .digest('hex');
}

async function begin(
  svoi: Svoi,
  id: string,
  kind: ImportKind,
  reportPath: string,
  header: readonly string[],
) {
  const earlier = await findImport(svoi.database, id);
  const fresh: ImportProgress = {
    id,
    kind,
    rowsDone: 0,
    rejected: 0,
    startedAt: svoi.clock.now(),
    finishedAt: null,
  };
  if (earlier && earlier.finishedAt === null) {
    const report = await openReport(reportPath, header, earlier.rejected);
    if (report) return { progress: earlier, report };
  }
  // Finished, or its report is gone: all of it is offered again, and what is in already answers that it is.
  const report = await openReport(reportPath, header, 0);
  if (!report)
    throw new SvoiError('unwritable_file', `${reportPath} cannot be written: name another with --report`);
  return { progress: fresh, report };
}

/** Rows that come in or are left out together, and what they were read as. */
interface Unit {
  readonly rows: Document;
  read(): Read<AnyCommand<unknown>>;
}

async function* unitsOf(
  file: CsvFile,
  columns: Columns,
  rules: MappingRules,
  { kind, shop }: ImportRequest,
  svoi: Svoi,
): AsyncGenerator<Unit> {
  const width = file.header.length;
  if (kind === 'customers') {
    const read = customerReader(columns, width, rules, shop, svoi.program());
    for await (const rows of file.rows()) {
      for (const row of rows) yield { rows: [row], read: () => asCommand(read(row), customerCommand(svoi)) };
    }
    return;
  }
  const read = purchaseReader(columns, width, rules, shop, svoi.program());
  for await (const rows of documentsOf(file, columns)) {
    yield { rows, read: () => asCommand(read(rows), purchaseCommand(svoi)) };
  }
}

async function* documentsOf(file: CsvFile, columns: Columns): AsyncGenerator<Document> {
  const grouper = groupRows();
  const idColumn = columns.get('id') ?? 0;
  for await (const rows of file.rows()) {
    for (const row of rows) {
      for (const document of grouper.add((row.cells[idColumn] ?? '').trim(), row)) yield document;
    }
  }
  yield* grouper.end();
}

function asCommand<Value>(
  read: Read<Value>,
  make: (value: Value) => AnyCommand<unknown>,
): Read<AnyCommand<unknown>> {
  return read.ok ? { ok: true, value: make(read.value) } : read;
}

function customerCommand(svoi: Svoi) {
  return (input: Parameters<typeof upsertCustomer>[0]) =>
    upsertCustomer(input, consentTexts, svoi.program().locale);
}

function purchaseCommand(svoi: Svoi) {
  return ({ kind, input }: { kind: 'sale' | 'return'; input: Parameters<typeof recordPurchase>[0] }) => {
    const rules = purchaseRules(svoi.program());
    return kind === 'sale' ? recordPurchase(input, rules) : recordReturn(input, rules);
  };
}

type Tally = { -readonly [Key in keyof ImportProgress]: ImportProgress[Key] } & {
  /** Documents brought in by this run, and those among them that were there already. */
  done: number;
  again: number;
};

interface Run {
  readonly svoi: Svoi;
  readonly io: CommandIo;
  readonly file: CsvFile;
  readonly tally: Tally;
  readonly report: Report;
}

interface InFlight {
  readonly rows: Document;
  readonly outcome: Promise<Submitted<unknown> | { readonly rejections: readonly Rejection[] }>;
}

/** Submits many at once and settles them in the order of the file, so that "done up to here" is always true. */
async function pump(units: AsyncIterable<Unit>, run: Run): Promise<void> {
  const waiting: InFlight[] = [];
  let skip = run.tally.rowsDone;
  let settled = 0;
  for await (const unit of units) {
    if (run.io.signal.aborted) break;
    if (skip > 0) {
      skip -= unit.rows.length;
      continue;
    }
    waiting.push(submit(unit, run.svoi));
    if (waiting.length < inFlight) continue;
    await settleOne();
  }
  while (waiting.length > 0) await settleOne();
  const { aborted } = run.io.signal;
  await save(run, aborted ? null : run.svoi.clock.now());
  if (aborted) throw new SvoiError('interrupted', 'interrupted; start it again to go on from here');

  async function settleOne(): Promise<void> {
    const next = waiting.shift();
    if (next) await settle(next, run);
    settled += 1;
    if (settled % 256 === 0)
      run.io.progress(run.file.read(), run.file.size, count(run.tally.rowsDone, 'row'));
    if (settled % saveEvery === 0) await save(run, null);
  }
}

function submit(unit: Unit, { writer }: Svoi): InFlight {
  const read = unit.read();
  // Through the raw writer: nobody is told today about what was bought a year ago.
  const outcome = read.ok ? writer.submit(read.value) : Promise.resolve(read);
  // It is awaited in its turn; until then a failure must not count as unhandled.
  outcome.catch(() => {});
  return { rows: unit.rows, outcome };
}

async function settle({ rows, outcome }: InFlight, { tally, report }: Run): Promise<void> {
  const result = await outcome.catch((error: unknown) => failure(error));
  tally.rowsDone += rows.length;
  if ('ok' in result && result.ok) {
    tally.done += 1;
    if (result.replayed) tally.again += 1;
    return;
  }
  const rejections = 'rejections' in result ? result.rejections : refused(rows, result.refusal.detail);
  tally.rejected += rejections.length;
  for (const rejection of rejections) report.add(rejection);
}

/** One receipt that we fail on is left out like a wrong one; a database that failed ends everything. */
function failure(error: unknown): Extract<Submitted<unknown>, { ok: false }> {
  if (!(error instanceof SvoiError) || error.code === 'writer_stopped') throw error;
  return { ok: false, refusal: { code: error.code, detail: `a fault of Svoi: ${error.message}` } };
}

function refused(rows: readonly Row[], reason: string): Rejection[] {
  return rows.map((row) => ({ row, reason }));
}

/** The report first: what is counted as done must be in it. */
async function save({ svoi, tally, report }: Run, finishedAt: number | null): Promise<void> {
  await report.flush();
  const { id, kind, rowsDone, rejected, startedAt } = tally;
  await saveImport(svoi.database, { id, kind, rowsDone, rejected, startedAt, finishedAt });
}

function summarise(kind: ImportKind, tally: Tally, report: Report, io: CommandIo): number {
  const what = kind === 'purchases' ? 'receipt' : 'customer';
  const again = tally.again > 0 ? `, ${tally.again.toLocaleString('en')} of them were there already` : '';
  io.out(`${count(tally.done, what)} from ${count(tally.rowsDone, 'row')}${again}`);
  if (tally.rejected === 0) return 0;
  const line = `${count(tally.rejected, 'row')} left out: see ${report.path}`;
  if (tally.rejected < tally.rowsDone) io.out(line);
  else io.error(line);
  return tally.rejected < tally.rowsDone ? 0 : 1;
}

function count(number: number, word: string): string {
  return `${number.toLocaleString('en')} ${word}${number === 1 ? '' : 's'}`;
}

function unwrap<Result>(outcome: Outcome<Result>, where?: string): Result {
  if (outcome.ok) return outcome.result;
  const { code, detail } = outcome.refusal;
  throw new SvoiError(code, where === undefined ? detail : `${where}: ${detail}`);
}
