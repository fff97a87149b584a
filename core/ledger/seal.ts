import type { LedgerTransaction } from './types.ts';

/** What a seal covers: a transaction with the reason as the text that is stored. */
export type Sealable = Omit<LedgerTransaction, 'reason' | 'lots'> & {
  readonly reason: string;
  readonly lots: readonly Pick<
    LedgerTransaction['lots'][number],
    'id' | 'points' | 'earnedAt' | 'expiresAt' | 'origin'
  >[];
};

type Pair = readonly [name: string, ...rest: unknown[]];

function inOrder(pairs: Pair[]): Pair[] {
  return pairs.length < 2 ? pairs : pairs.sort((a, b) => (a[0] < b[0] ? -1 : 1));
}

/**
 * The text whose SHA-256 seals a transaction: the previous transaction's hash (empty for the first), then every
 * field, its entries, the lots it made and the lots it moved, in a fixed order. Changing any of them, in this
 * transaction or an earlier one of the customer, changes every hash from there on.
 */
export function sealedText(previousHash: string, transaction: Sealable): string {
  const { balance } = transaction;
  return JSON.stringify([
    previousHash,
    transaction.id,
    transaction.customerId,
    transaction.seq,
    transaction.kind,
    transaction.points,
    balance.available,
    balance.pending,
    balance.held,
    transaction.happenedAt,
    transaction.recordedAt,
    transaction.actor,
    transaction.reason,
    transaction.reference,
    transaction.reverses,
    inOrder(transaction.entries.map((entry) => [entry.account, entry.points])),
    inOrder(transaction.lots.map(sealedLot)),
    inOrder(transaction.moves.map((move) => [move.lotId, move.points])),
  ]);
}

/** A lot that came from no other account is written as before any remembered where they came from. */
function sealedLot({ id, points, earnedAt, expiresAt, origin }: Sealable['lots'][number]): Pair {
  return [id, points, earnedAt, expiresAt, ...(origin === null ? [] : [origin])];
}
