import type { CustomerId, LotId } from '../ids.ts';
import { type Sealable, sealedText } from './seal.ts';
import type { Balance } from './types.ts';

/** A transaction as stored, with its seal. */
export type StoredTransaction = Sealable & { readonly hash: string };

/** A lot as stored: what it should still hold follows from the moves of the chain. */
export interface StoredLot {
  readonly id: LotId;
  readonly points: number;
  readonly remaining: number;
}

/** The first thing wrong in a customer's ledger: which row, and in what way. */
export interface Fault {
  readonly customerId: CustomerId;
  readonly row: string;
  readonly problem: string;
}

/** All of one customer's ledger, transactions in order of seq. */
export interface StoredLedger {
  readonly customerId: CustomerId;
  readonly transactions: readonly StoredTransaction[];
  readonly lots: readonly StoredLot[];
}

/** Recomputes one customer's ledger from its first transaction; undefined when all of it holds. */
export function findFault(ledger: StoredLedger, sha256: (text: string) => string): Fault | undefined {
  const fault = (row: string, problem: string): Fault => ({ customerId: ledger.customerId, row, problem });
  const remaining = new Map<string, LotState>();
  let balance: Balance = { available: 0, pending: 0, held: 0 };
  let hash = '';
  for (const [index, transaction] of ledger.transactions.entries()) {
    const row = `ledger_transactions ${transaction.id}`;
    if (transaction.seq !== index + 1) return fault(row, `seq is ${transaction.seq}, expected ${index + 1}`);
    balance = replay(balance, transaction);
    const problem = problemOf(transaction, balance) ?? moveLots(remaining, transaction);
    if (problem) return fault(row, problem);
    hash = sha256(sealedText(hash, transaction));
    if (hash !== transaction.hash)
      return fault(row, 'the seal does not match: this row or its entries, lots or moves changed');
  }
  return lotFault(ledger, remaining, balance, fault);
}

function replay(before: Balance, transaction: StoredTransaction): Balance {
  const change = (account: string) =>
    transaction.entries.reduce((sum, entry) => (entry.account === account ? sum + entry.points : sum), 0);
  return {
    available: before.available + change('customer:available'),
    pending: before.pending + change('customer:pending'),
    held: before.held + change('customer:held'),
  };
}

function problemOf(transaction: StoredTransaction, expected: Balance): string | undefined {
  if (transaction.entries.reduce((sum, entry) => sum + entry.points, 0) !== 0)
    return 'its entries do not sum to zero';
  for (const account of ['available', 'pending', 'held'] as const) {
    const stored = transaction.balance[account];
    if (stored !== expected[account]) return `${account} is ${stored}, its entries give ${expected[account]}`;
  }
  return undefined;
}

/** What a lot holds as its chain tells it, and how many points it was made with. */
interface LotState {
  readonly points: number;
  readonly remaining: number;
}

function moveLots(lots: Map<string, LotState>, transaction: StoredTransaction): string | undefined {
  for (const lot of transaction.lots) lots.set(lot.id, { points: lot.points, remaining: lot.points });
  for (const move of transaction.moves) {
    const before = lots.get(move.lotId);
    if (before === undefined) return `it moves ${move.lotId}, which no earlier transaction made`;
    const remaining = before.remaining + move.points;
    if (remaining < 0) return `it takes more from ${move.lotId} than was there`;
    if (remaining > before.points) return `it gives more back to ${move.lotId} than was taken`;
    lots.set(move.lotId, { ...before, remaining });
  }
  return undefined;
}

function lotFault(
  ledger: StoredLedger,
  lots: ReadonlyMap<string, LotState>,
  balance: Balance,
  fault: (row: string, problem: string) => Fault,
): Fault | undefined {
  for (const lot of ledger.lots) {
    const expected = lots.get(lot.id)?.remaining;
    if (expected === undefined) return fault(`lots ${lot.id}`, 'no transaction made it');
    if (lot.remaining !== expected)
      return fault(`lots ${lot.id}`, `remaining is ${lot.remaining}, its moves give ${expected}`);
  }
  if (ledger.lots.length !== lots.size) return fault('lots', 'a lot is missing');
  const open = [...lots.values()].reduce((sum, lot) => sum + lot.remaining, 0);
  // Who owes points has nothing in lots: what comes in repays the debt first.
  if (open !== Math.max(0, balance.available))
    return fault('lots', `open lots hold ${open}, the balance is ${balance.available}`);
  return undefined;
}
