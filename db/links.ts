import type { ShortLink } from '../core/messaging/links.ts';
import { type Database, readRow } from './database.ts';
import { linkFrom } from './facts/notices.ts';

/** The short link of a code; undefined where there is none, or whom it was written to is erased. */
export async function findLink(database: Database, code: string): Promise<ShortLink | undefined> {
  const row = await readRow(database, 'select * from links where code = ?', code);
  return row && linkFrom(row);
}
