import { createHash } from 'node:crypto';
import { createReadStream, type ReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { Readable, Transform } from 'node:stream';
import { finished } from 'node:stream/promises';
import { TextDecoder } from 'node:util';
import { createGunzip } from 'node:zlib';
import { CsvError, parse } from 'csv-parse';
import type { Row } from './api/import/documents.ts';
import { SvoiError } from './core/errors.ts';

/** How a file is written. */
export interface CsvForm {
  /** Between cells; found out from the heading where it is not given. */
  readonly delimiter?: string | undefined;
  /** A name the platform knows, like `utf-8` or `windows-1251`. */
  readonly encoding: string;
}

/** A CSV file, compressed or not, read row by row. */
export interface CsvFile {
  readonly header: readonly string[];
  /** Bytes of the file. */
  readonly size: number;
  /** Bytes of the file that were read so far. */
  read(): number;
  /** Every row but the heading, as many at a time as a piece of the file holds. Throws `unreadable_file`, naming the line. */
  rows(): AsyncGenerator<readonly Row[]>;
}

/** Opens a CSV file and reads its heading. Throws `unreadable_file`. */
export async function openCsv(path: string, form: CsvForm): Promise<CsvFile> {
  const { size } = await stat(path).catch((cause) => {
    throw new SvoiError('unreadable_file', `${path} cannot be read: ${reasonOf(cause)}`, { cause });
  });
  const delimiter = form.delimiter ?? (await findDelimiter(path, form));
  const source = { path, encoding: form.encoding, delimiter };
  const header = await readHeader(source);
  let file: ReadStream | undefined;
  const onOpen = (opened: ReadStream) => {
    file = opened;
  };
  return {
    header,
    size,
    read: () => file?.bytesRead ?? 0,
    rows: () => readRows({ ...source, onOpen }),
  };
}

/** SHA-256 of a file's content, in hex. */
export async function hashOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}

/** One cell as it is written into a CSV file. */
export function csvCell(text: string): string {
  return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

interface Source {
  readonly path: string;
  readonly encoding: string;
  readonly delimiter: string;
  onOpen?(file: ReadStream): void;
}

async function findDelimiter(path: string, form: CsvForm): Promise<string> {
  const text = await firstText({ path, encoding: form.encoding, delimiter: '' });
  const [heading = ''] = text.split(/\r?\n/, 1);
  const bare = heading.replace(/"[^"]*"/g, '');
  const count = (mark: string) => bare.split(mark).length;
  return [',', ';', '\t', '|'].reduce((best, mark) => (count(mark) > count(best) ? mark : best));
}

async function firstText(source: Source): Promise<string> {
  try {
    for await (const text of decoded(source)) return text;
    return '';
  } catch (error) {
    throw unreadable(source.path, 1, error);
  }
}

async function readHeader(source: Source): Promise<readonly string[]> {
  for await (const [first] of records(source)) if (first) return first.cells.map((cell) => cell.trim());
  throw new SvoiError('unreadable_file', `${source.path} is empty: its first line must name the columns`);
}

async function* readRows(source: Source): AsyncGenerator<readonly Row[]> {
  let isHeading = true;
  for await (const rows of records(source)) {
    yield isHeading ? rows.slice(1) : rows;
    if (rows.length > 0) isHeading = false;
  }
}

/**
 * Rows with the line each begins on, which the parser tells only at three times the cost. They come many at a time: to wait for
 * each of them takes longer than to read it.
 */
async function* records(source: Source): AsyncGenerator<readonly Row[]> {
  const parser = parse({
    delimiter: source.delimiter,
    bom: true,
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: 1024 * 1024,
  });
  let [rows, line]: [Row[], number] = [[], 1];
  parser.on('data', (cells: string[]) => {
    if (cells.length > 1 || cells[0] !== '') rows.push({ line, cells });
    line += 1 + cells.reduce((breaks, cell) => breaks + breaksIn(cell), 0);
  });
  // Whoever writes is told, too.
  parser.on('error', () => {});
  const taken = () => {
    const all = rows;
    rows = [];
    return all;
  };
  try {
    for await (const text of decoded(source)) {
      await written(parser, text);
      yield taken();
    }
    await finished(parser.end());
    yield taken();
  } catch (error) {
    throw unreadable(source.path, line, error);
  } finally {
    parser.destroy();
  }
}

function breaksIn(cell: string): number {
  return cell.includes('\n') ? cell.split('\n').length - 1 : 0;
}

/** Resolves when the parser has read a piece of text. */
function written(parser: Transform, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    parser.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

async function* decoded({ path, encoding, onOpen }: Source): AsyncGenerator<string> {
  const decoder = decoderFor(encoding);
  const file = createReadStream(path);
  onOpen?.(file);
  const plain: Readable | Transform = (await isGzip(path)) ? file.pipe(createGunzip()) : file;
  file.on('error', (error) => plain.destroy(error));
  try {
    for await (const chunk of plain as AsyncIterable<Buffer>) yield decoder.decode(chunk, { stream: true });
    yield decoder.decode();
  } finally {
    file.destroy();
  }
}

function decoderFor(encoding: string): TextDecoder {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  } catch (cause) {
    throw new SvoiError(
      'unreadable_file',
      `encoding: "${encoding}" is not known; try utf-8 or windows-1251`,
      { cause },
    );
  }
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return buffer.readUInt16BE(0) === 0x1f8b;
  } finally {
    await file.close();
  }
}

function unreadable(path: string, line: number, error: unknown): Error {
  if (error instanceof SvoiError) return error;
  const reason =
    error instanceof CsvError && error.code === 'CSV_QUOTE_NOT_CLOSED'
      ? `a quote opened on line ${line} or after it is never closed`
      : error instanceof TypeError && /encoded data/.test(error.message)
        ? `it is not the encoding that was named, from about line ${line} on: say --encoding windows-1251 if it comes from Excel or 1C`
        : `line ${line}: ${reasonOf(error)}`;
  return new SvoiError('unreadable_file', `${path}: ${reason}`, { cause: error });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && error.code === 'ENOENT' ? 'there is no such file' : error.message;
}
