import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { parse } from 'csv-parse';
import type { Rejection } from './api/import/cells.ts';
import { SvoiError } from './core/errors.ts';
import { csvCell } from './csv.ts';

/** The rows an import left out: the line each stood on, the reason, and its cells, so that it can be mended. */
export interface Report {
  readonly path: string;
  add(rejection: Rejection): void;
  /** Puts what was added on the disk. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the report of an import of which `keep` rows were left out before; what an earlier run wrote after these is
 * dropped, since it comes again. Undefined where the report of the earlier run is not there. The file is made when
 * there is something to write.
 */
export async function openReport(
  path: string,
  header: readonly string[],
  keep: number,
): Promise<Report | undefined> {
  const end = await endOfRecords(path, keep);
  if (end === undefined && keep > 0) return undefined;
  let waiting: string[] = [];
  let file: FileHandle | undefined;

  async function begin(): Promise<FileHandle> {
    const opened = await open(path, keep > 0 ? 'a' : 'w').catch((cause) => {
      throw new SvoiError('unwritable_file', `${path} cannot be written: name another with --report`, {
        cause,
      });
    });
    await opened.truncate(end ?? 0);
    if (keep === 0) await opened.appendFile(lineOf(['line', 'reason', ...header]));
    return opened;
  }

  if (end !== undefined && keep > 0) file = await begin();
  return {
    path,
    add: ({ row, reason }) => waiting.push(lineOf([String(row.line), reason, ...row.cells])),
    async flush() {
      if (waiting.length === 0) return;
      file ??= await begin();
      const text = waiting.join('');
      waiting = [];
      await file.appendFile(text);
      await file.datasync();
    },
    async close() {
      await file?.close();
    },
  };
}

function lineOf(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/** Where in the file its heading and `count` rows end, in bytes; undefined where it has fewer. */
async function endOfRecords(path: string, count: number): Promise<number | undefined> {
  let records = 0;
  const parser = createReadStream(path)
    .on('error', (error) => parser.destroy(error))
    .pipe(parse({ info: true }));
  try {
    for await (const { info } of parser as AsyncIterable<{ info: { bytes: number } }>) {
      records += 1;
      if (records === count + 1) return info.bytes;
    }
  } catch {
    // Unreadable or not there: the same as too short.
  }
  return undefined;
}
