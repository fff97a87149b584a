import { type ChainEnd, chainStart, entryFault, type StoredEntry } from '../core/audit/verify.ts';
import { type Database, readRows } from './database.ts';
import { sha256 } from './hash.ts';
import { reader } from './rows.ts';
import * as schema from './schema.ts';

const entryOf = reader(schema.auditEntries);

const pageEntries = 10_000;

/**
 * Walks every chain of the audit trail and names the first entry that does not follow from the one before it. Reads
 * in pages, so it may run beside a writer.
 */
export async function findAuditFault(
  database: Database,
): Promise<{ readonly row: string; readonly problem: string } | undefined> {
  let chain = '';
  let end: ChainEnd = chainStart;
  for (;;) {
    const page = await readRows(
      database,
      'select * from audit_entries where (chain, seq) > (?, ?) order by chain, seq limit ?',
      chain,
      end.seq,
      pageEntries,
    );
    for (const row of page) {
      const entry = entryOf(row) as StoredEntry;
      if (entry.chain !== chain) end = chainStart;
      chain = entry.chain;
      const problem = entryFault(end, entry, sha256);
      if (problem) return { row: `audit_entries ${entry.id}`, problem };
      end = entry;
    }
    if (page.length < pageEntries) return undefined;
  }
}
