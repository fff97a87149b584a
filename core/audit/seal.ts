import type { AuditEntry } from './types.ts';

/** What a seal covers: an entry with its details as the text that is stored. */
export type SealableEntry = Omit<AuditEntry, 'details'> & { readonly details: string };

/**
 * The text whose SHA-256 seals an entry: the hash of the entry before it in the chain (empty for the first), then
 * every field in a fixed order. Changing any of them changes every hash from there on.
 */
export function sealedEntryText(previousHash: string, entry: SealableEntry): string {
  const { id, chain, seq, action, actor, reference, details, at } = entry;
  return JSON.stringify([previousHash, id, chain, seq, action, actor, reference, details, at]);
}
