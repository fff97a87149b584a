import type { LedgerTransaction } from './types.ts';

/** What a seal covers: a transaction with the reason as the text that is stored. */
export type Sealable = Omit<LedgerTransaction, 'reason' | 'lots'> & {
  readonly reason: string;
  readonly lots: readonly Pick<
    LedgerTransaction['lots'][number],
    'id' | 'points' | 'earnedAt' | 'expiresAt'
  >[];
};

const byFirst = (a: readonly unknown[], b: readonly unknown[]) => (String(a[0]) < String(b[0]) ? -1 : 1);

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
    transaction.entries.map((entry) => [entry.account, entry.points]).sort(byFirst),
    transaction.lots.map((lot) => [lot.id, lot.points, lot.earnedAt, lot.expiresAt]).sort(byFirst),
    transaction.moves.map((move) => [move.lotId, move.points]).sort(byFirst),
  ]);
}
