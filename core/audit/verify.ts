import { type SealableEntry, sealedEntryText } from './seal.ts';

/** An entry as stored, with its seal. */
export type StoredEntry = SealableEntry & { readonly hash: string };

/** Where a walk over a chain stands: the seq and the hash of the entry before. */
export interface ChainEnd {
  readonly seq: number;
  readonly hash: string;
}

/** Before the first entry of a chain. */
export const chainStart: ChainEnd = { seq: 0, hash: '' };

/** What is wrong with `entry` after `before` in its chain; undefined when it follows from it. */
export function entryFault(
  before: ChainEnd,
  entry: StoredEntry,
  sha256: (text: string) => string,
): string | undefined {
  const expected = before.seq + 1;
  if (entry.seq !== expected) return `seq is ${entry.seq}, expected ${expected}: an entry is missing`;
  const sealed = sha256(sealedEntryText(before.hash, entry)) === entry.hash;
  return sealed ? undefined : 'the seal does not match: this entry changed';
}
