import { sealedEntryText } from '../../core/audit/seal.ts';
import type { AuditEntry, AuditFacts } from '../../core/audit/types.ts';
import type { Statement } from '../database.ts';
import { sha256 } from '../hash.ts';
import { inserter } from '../rows.ts';
import * as schema from '../schema.ts';
import { type Changes, forRows } from './part.ts';

const insert = inserter(schema.auditEntries);

/** Entries of the audit trail, each sealed with the hash of the one before it. */
export function auditStatements(changes: Changes, auditHead: AuditFacts['auditHead']): Statement[] {
  return forRows(changes.audit, (entries) => insert(seal(entries, auditHead)));
}

function seal(entries: readonly AuditEntry[], auditHead: AuditFacts['auditHead']) {
  const hashes = new Map<string, string>();
  return entries.map((entry) => {
    const details = JSON.stringify(entry.details);
    const before = hashes.get(entry.chain) ?? auditHead(entry.chain)?.hash ?? '';
    const hash = sha256(sealedEntryText(before, { ...entry, details }));
    hashes.set(entry.chain, hash);
    return { ...entry, details, hash };
  });
}
