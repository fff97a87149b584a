import type { StaffId } from '../../core/ids.ts';
import type { Export, ExportFacts } from '../../core/staff/exports.ts';
import { statement } from '../database.ts';
import { sha256 } from '../hash.ts';
import { eachRow, type FactSource } from './source.ts';

/** Reads lists of customers by what their links carry. */
export function exportSource(): FactSource<ExportFacts> {
  const found = new Map<string, Export>();
  return {
    queries(needs) {
      const tokens = needs.exports ?? [];
      if (tokens.length === 0) return [];
      const sql = `select e.*, i.value ->> 0 as token from json_each(?) i join exports e on e.token_hash = i.value ->> 1`;
      const args = JSON.stringify(tokens.map((token) => [token, sha256(token)]));
      return [
        eachRow(statement(sql, args), (row) =>
          found.set(String(row.token), {
            rule: String(row.rule),
            staffId: row.staff_id as StaffId,
            createdAt: Number(row.created_at),
            expiresAt: Number(row.expires_at),
            fetchedAt: row.fetched_at === null ? null : Number(row.fetched_at),
          }),
        ),
      ];
    },
    facts: { export: (token) => found.get(token) },
    keys: { exports: (tokens) => tokens.map((token) => `export:${token}`) },
  };
}
