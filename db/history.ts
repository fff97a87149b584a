import type { HistoryItem } from '../core/dialogs/types.ts';
import type { CustomerId, TransactionId } from '../core/ids.ts';
import type { Reason, TransactionKind } from '../core/ledger/types.ts';
import { points } from '../core/points.ts';
import { type Row, type Statement, statement } from './database.ts';
import { lineFrom, purchaseFrom } from './facts/purchases.ts';
import { reader } from './rows.ts';
import * as schema from './schema.ts';

/** A page of a ledger to read. */
export interface HistoryPage {
  readonly customerId: string;
  readonly limit: number;
  /** Only older ones. Default: from the newest on. */
  readonly beforeSeq?: number | undefined;
  /** Without points set aside that have been spent since: for a person that is one event, not two. */
  readonly settled?: boolean | undefined;
}

const isSpentHold = `kind = 'hold' and exists (select 1 from ledger_transactions s
  where s.customer_id = t.customer_id and s.seq > t.seq and s.kind = 'redemption' and s.reference = t.reference)`;

/** The statements that read a page of transactions of a customer, newest first, with their lots and purchases. */
export function historyStatements({ customerId, limit, beforeSeq, settled }: HistoryPage): Statement[] {
  const page = `(select * from ledger_transactions t where customer_id = ? and seq < ?
    ${settled ? `and not (${isSpentHold})` : ''} order by seq desc limit ?)`;
  const args = [customerId, beforeSeq ?? Number.MAX_SAFE_INTEGER, limit] as const;
  return [
    statement(`select * from ${page}`, ...args),
    statement(
      `select p.id as transaction_id, l.id, l.points, l.earned_at, l.expires_at from ${page} p join lots l on l.transaction_id = p.id
       union all
       select p.id, l.id, m.points, l.earned_at, l.expires_at from ${page} p join lot_moves m on m.transaction_id = p.id
       join lots l on l.id = m.lot_id`,
      ...args,
      ...args,
    ),
    statement(`select b.* from ${page} p join purchases b on b.id = p.reference`, ...args),
    statement(
      `select l.* from ${page} p join purchase_lines l on l.purchase_id = p.reference order by l.purchase_id, l.position`,
      ...args,
    ),
  ];
}

const transactionOf = reader(schema.ledgerTransactions);

/** History from the rows of `historyStatements`, in their order. */
export function readHistory([transactions, lots, purchases, lines]: (readonly Row[])[]): HistoryItem[] {
  const purchaseById = new Map((purchases ?? []).map((row) => [String(row.id), purchaseFrom(row)]));
  return (transactions ?? []).map((row) => {
    const { available, pending, held, reason, hash, ...transaction } = transactionOf(row);
    const purchase = purchaseById.get(transaction.reference ?? '');
    return {
      ...transaction,
      id: transaction.id as TransactionId,
      customerId: transaction.customerId as CustomerId,
      kind: transaction.kind as TransactionKind,
      points: points(transaction.points),
      reverses: transaction.reverses as TransactionId | null,
      balance: { available, pending, held },
      reason: JSON.parse(reason) as Reason,
      lots: (lots ?? [])
        .filter((lot) => lot.transaction_id === transaction.id)
        .map((lot) => ({
          id: String(lot.id),
          points: Number(lot.points),
          earnedAt: Number(lot.earned_at),
          expiresAt: Number(lot.expires_at),
        })),
      ...(purchase ? { purchase: { ...purchase, lines: linesOf(purchase.id, lines ?? []) } } : {}),
    };
  });
}

function linesOf(purchaseId: string, rows: readonly Row[]) {
  return rows.filter((row) => row.purchase_id === purchaseId).map(lineFrom);
}
