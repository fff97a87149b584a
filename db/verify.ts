import type { CustomerId, LotId } from '../core/ids.ts';
import type { Account, Entry, Lot, LotMove } from '../core/ledger/types.ts';
import { type Fault, findFault, type StoredLedger, type StoredTransaction } from '../core/ledger/verify.ts';
import type { Points } from '../core/points.ts';
import { findAuditFault } from './audit.ts';
import { type Database, type Row, readRows, type Statement, statement } from './database.ts';
import { sha256 } from './hash.ts';
import { reader, selection } from './rows.ts';
import * as schema from './schema.ts';

/** How far the walk has come. */
export interface VerifyProgress {
  readonly customers: number;
  readonly transactions: number;
}

/** What the walk came to: how much was checked and, unless all of it holds, the first row that is wrong. */
export interface Verification extends VerifyProgress {
  readonly fault?: Fault | RowFault;
}

/** A row that belongs to nobody's ledger. */
export interface RowFault {
  readonly row: string;
  readonly problem: string;
}

const pageCustomers = 500;
/** A page ends early at this many transactions, so that memory does not grow with how busy customers are. */
const pageTransactions = 10_000;

/**
 * Recomputes every customer's ledger from its first transaction, looks for rows no transaction accounts for, and walks
 * the chains of the audit trail.
 * Reads in pages, each in one snapshot, so it may run beside a writer.
 */
export async function verifyLedger(
  database: Database,
  onProgress: (progress: VerifyProgress) => void = () => {},
): Promise<Verification> {
  const progress = { customers: 0, transactions: 0 };
  for (let after = ''; ; ) {
    const ids = await nextPage(database, after);
    const last = ids.at(-1);
    if (last === undefined) break;
    for (const ledger of await readLedgers(database, ids, after, last)) {
      const fault = ledger.fault ?? findFault(ledger, sha256);
      if (fault) return { ...progress, fault };
      progress.customers += 1;
      progress.transactions += ledger.transactions.length;
    }
    onProgress({ ...progress });
    after = last;
  }
  const fault = (await findOrphan(database)) ?? (await findAuditFault(database));
  return fault ? { ...progress, fault } : progress;
}

/** The next customers by id: as many as fit a page, at least one. */
async function nextPage(database: Database, after: string): Promise<string[]> {
  const rows = await readRows(
    database,
    `select id, (select max(seq) from ledger_transactions where customer_id = customers.id) as length
     from customers where id > ? order by id limit ?`,
    after,
    pageCustomers,
  );
  const ids: string[] = [];
  let transactions = 0;
  for (const row of rows) {
    transactions += Number(row.length ?? 0);
    if (ids.length > 0 && transactions > pageTransactions) break;
    ids.push(String(row.id));
  }
  return ids;
}

interface LedgerToCheck extends StoredLedger {
  /** Wrong already by what hangs on what. */
  readonly fault?: Fault;
}

async function readLedgers(
  database: Database,
  ids: readonly string[],
  after: string,
  last: string,
): Promise<LedgerToCheck[]> {
  const [transactions, entries, lots, moves] = await database.read(pageStatements(after, last));
  const parts = {
    entries: groupBy(entries ?? [], 'transaction_id'),
    lots: groupBy(lots ?? [], 'transaction_id'),
    moves: groupBy(moves ?? [], 'transaction_id'),
  };
  const byCustomer = groupBy(transactions ?? [], 'customer_id');
  return ids.map((id) => ledgerOf(id as CustomerId, byCustomer.get(id) ?? [], parts));
}

function pageStatements(after: string, last: string): Statement[] {
  const range = 't.customer_id > ? and t.customer_id <= ?';
  const joined = (table: 'ledger_entries' | 'lots' | 'lot_moves', columns: string) =>
    statement(
      `select ${columns} from ledger_transactions t join ${table} x on x.transaction_id = t.id where ${range}`,
      after,
      last,
    );
  return [
    statement(`select * from ledger_transactions t where ${range} order by customer_id, seq`, after, last),
    joined('ledger_entries', selection(schema.ledgerEntries, 'x')),
    joined('lots', selection(schema.lots, 'x')),
    joined('lot_moves', selection(schema.lotMoves, 'x')),
  ];
}

type Parts = Record<'entries' | 'lots' | 'moves', Map<string, Row[]>>;

const transactionOf = reader(schema.ledgerTransactions);
const entryOf = reader(schema.ledgerEntries);
const lotOf = reader(schema.lots);
const moveOf = reader(schema.lotMoves);

function ledgerOf(customerId: CustomerId, rows: readonly Row[], parts: Parts): LedgerToCheck {
  const transactions = rows.map((row) => transactionFrom(row, parts));
  const lots = transactions.flatMap((transaction) => transaction.lots);
  const stray = lots.find((lot) => lot.customerId !== customerId);
  if (!stray) return { customerId, transactions, lots };
  const problem = `it belongs to ${stray.customerId}, the transaction that made it to ${customerId}`;
  return { customerId, transactions, lots, fault: { customerId, row: `lots ${stray.id}`, problem } };
}

function transactionFrom(row: Row, parts: Parts): StoredTransaction & { readonly lots: readonly Lot[] } {
  const { available, pending, held, ...transaction } = transactionOf(row);
  const { id } = transaction;
  return {
    ...(transaction as StoredTransaction),
    balance: { available, pending, held },
    entries: (parts.entries.get(id) ?? []).map(entryFrom),
    lots: (parts.lots.get(id) ?? []).map((lot) => lotOf(lot) as Lot),
    moves: (parts.moves.get(id) ?? []).map(moveFrom),
  };
}

function entryFrom(row: Row): Entry {
  const { account, points } = entryOf(row);
  return { account: account as Account, points: points as Points };
}

function moveFrom(row: Row): LotMove {
  const { lotId, points } = moveOf(row);
  return { lotId: lotId as LotId, points: points as Points };
}

function groupBy(rows: readonly Row[], column: string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = String(row[column]);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}

/** What hangs on what: a row of the first table whose `column` names nothing in the second belongs to nobody. */
const links = [
  { table: 'ledger_transactions', name: 'x.id', column: 'customer_id', target: 'customers' },
  {
    table: 'ledger_entries',
    name: "x.transaction_id || ' ' || x.account",
    column: 'transaction_id',
    target: 'ledger_transactions',
  },
  { table: 'lots', name: 'x.id', column: 'transaction_id', target: 'ledger_transactions' },
  {
    table: 'lot_moves',
    name: "x.transaction_id || ' ' || x.lot_id",
    column: 'transaction_id',
    target: 'ledger_transactions',
  },
] as const;

async function findOrphan(database: Database): Promise<RowFault | undefined> {
  for (const { table, name, column, target } of links) {
    const [row] = await readRows(
      database,
      `select ${name} as name, x.${column} as missing from ${table} x
       where not exists (select 1 from ${target} y where y.id = x.${column}) limit 1`,
    );
    if (row) return { row: `${table} ${row.name}`, problem: `${target} has no ${row.missing}` };
  }
  return undefined;
}
