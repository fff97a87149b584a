import { sealedText } from '../../core/ledger/seal.ts';
import type { LedgerTransaction } from '../../core/ledger/types.ts';
import { type Statement, statement } from '../database.ts';
import { sha256 } from '../hash.ts';
import { inserter } from '../rows.ts';
import * as schema from '../schema.ts';
import type { Changes } from './part.ts';

const insert = {
  transactions: inserter(schema.ledgerTransactions),
  entries: inserter(schema.ledgerEntries),
  lots: inserter(schema.lots),
  lotMoves: inserter(schema.lotMoves),
};

/**
 * The ledger's rows. `hashes` holds the hash each customer's chain ends in (nothing for a new customer); it is moved
 * on as transactions are sealed.
 */
export function ledgerStatements(changes: Changes, hashes: Map<string, string>): Statement[] {
  const transactions = changes.transactions ?? [];
  if (transactions.length === 0) return [];
  const lots = transactions.flatMap((transaction) => transaction.lots);
  const moved = transactions.some((transaction) => transaction.moves.length > 0);
  return [
    insert.transactions(seal(transactions, hashes)),
    insert.entries(entriesOf(transactions)),
    ...(lots.length > 0 ? [insert.lots(lots)] : []),
    ...(moved ? moveLots(transactions) : []),
  ];
}

function seal(transactions: readonly LedgerTransaction[], hashes: Map<string, string>) {
  return transactions.map((transaction) => {
    const reason = JSON.stringify(transaction.reason);
    const hash = sha256(sealedText(hashes.get(transaction.customerId) ?? '', { ...transaction, reason }));
    hashes.set(transaction.customerId, hash);
    return { ...transaction, ...transaction.balance, reason, hash };
  });
}

function entriesOf(transactions: readonly LedgerTransaction[]) {
  return transactions.flatMap((t) => t.entries.map((entry) => ({ transactionId: t.id, ...entry })));
}

/** Moves as they happened, and what the lots hold now: a lot made in this very commit is there to be updated. */
function moveLots(transactions: readonly LedgerTransaction[]): Statement[] {
  const moves = transactions.flatMap((t) => t.moves.map((move) => ({ transactionId: t.id, ...move })));
  const byLot = new Map<string, number>();
  for (const move of moves) byLot.set(move.lotId, (byLot.get(move.lotId) ?? 0) + move.points);
  const update = `update lots set remaining = lots.remaining + moved.points
    from (select value ->> 0 as id, value ->> 1 as points from json_each(?)) as moved where lots.id = moved.id`;
  return [insert.lotMoves(moves), statement(update, JSON.stringify([...byLot]))];
}
