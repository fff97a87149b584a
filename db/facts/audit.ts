import type { AuditChain, AuditFacts, AuditHead } from '../../core/audit/types.ts';
import { statement } from '../database.ts';
import { eachRow, type FactSource } from './source.ts';

/** Reads the ends of chains of the audit trail. */
export function auditSource(): FactSource<Pick<AuditFacts, 'auditHead'>> {
  const heads = new Map<AuditChain, AuditHead>();
  return {
    queries(needs) {
      const chains = needs.auditChains ?? [];
      if (chains.length === 0) return [];
      const sql = `select a.chain, a.seq, a.hash from json_each(?) i join audit_entries a on a.chain = i.value
        and a.seq = (select max(seq) from audit_entries where chain = i.value)`;
      return [
        eachRow(statement(sql, JSON.stringify(chains)), (row) => {
          const chain = String(row.chain) as AuditChain;
          heads.set(chain, { chain, seq: Number(row.seq), hash: String(row.hash) });
        }),
      ];
    },
    facts: { auditHead: (chain) => heads.get(chain) },
    keys: { auditChains: (chains) => chains.map((chain) => `audit:${chain}`) },
  };
}
