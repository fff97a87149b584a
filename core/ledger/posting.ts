import { invariant } from '../errors.ts';
import { type Points, points, sumPoints } from '../points.ts';
import type { Context } from '../ports.ts';
import type {
  Account,
  Balance,
  Entry,
  LedgerHead,
  LedgerTransaction,
  Lot,
  LotMove,
  Reason,
  TransactionKind,
} from './types.ts';

/** The circumstances of a transaction, whatever its kind. */
export interface Circumstances {
  readonly happenedAt: number;
  readonly actor: string;
  readonly reason: Reason;
  readonly reference?: string;
}

/** The ledger of one customer during one decision: each call appends one transaction to `transactions`. */
export interface Posting {
  readonly transactions: readonly LedgerTransaction[];
  readonly balance: Balance;
  /** Lots with points left, the first to expire first. */
  readonly openLots: readonly Lot[];
  /** Points the customer can spend, in one lot. */
  earn(
    kind: 'accrual' | 'welcome' | 'gift',
    amount: Points,
    expiresAt: number,
    why: Circumstances,
  ): LedgerTransaction;
  /** Points that wait: no lot yet, nothing to spend. */
  earnPending(amount: Points, why: Circumstances): LedgerTransaction;
  /** Pending points become spendable, in one lot. */
  release(amount: Points, expiresAt: number, why: Circumstances): LedgerTransaction;
  /** Takes back up to `amount` of what was earned, the lot that expires first, first; never below zero. */
  takeBack(amount: Points, why: (taken: Points) => Circumstances): LedgerTransaction | undefined;
  /** Everything in lots due at `now` is gone: one transaction for each moment of expiry, oldest first. */
  expireDue(now: number): readonly LedgerTransaction[];
  /** Everything the customer has is given up, available and pending. */
  forfeitAll(why: Circumstances): LedgerTransaction | undefined;
}

interface Draft extends Circumstances {
  readonly kind: TransactionKind;
  readonly points: number;
  readonly entries: readonly [Account, number][];
  readonly expiresAt?: number;
  readonly moves?: readonly LotMove[];
}

const byExpiry = (a: Lot, b: Lot) => a.expiresAt - b.expiresAt || (a.id < b.id ? -1 : 1);

/** Opens a customer's ledger at `head`. `lots` must hold at least those the decision may take from. */
export function openPosting(head: LedgerHead, lots: readonly Lot[], context: Context): Posting {
  const written: LedgerTransaction[] = [];
  let balance = head.balance;
  let open = [...lots].sort(byExpiry);

  function newLot(draft: Draft, transactionId: LedgerTransaction['id']): Lot[] {
    if (draft.expiresAt === undefined) return [];
    const id = context.ids.next('lot', draft.happenedAt);
    const amount = points(draft.points);
    const { happenedAt: earnedAt, expiresAt } = draft;
    return [
      {
        id,
        customerId: head.customerId,
        transactionId,
        points: amount,
        remaining: amount,
        earnedAt,
        expiresAt,
      },
    ];
  }

  function append(draft: Draft): LedgerTransaction {
    const entries = draft.entries.map(([account, amount]) => ({ account, points: points(amount) }));
    balance = balanceAfter(balance, entries);
    const id = context.ids.next('txn', context.now);
    const transaction: LedgerTransaction = {
      id,
      customerId: head.customerId,
      seq: head.seq + written.length + 1,
      kind: draft.kind,
      points: points(draft.points),
      balance,
      happenedAt: draft.happenedAt,
      recordedAt: context.now,
      actor: draft.actor,
      reason: draft.reason,
      reference: draft.reference ?? null,
      reverses: null,
      entries,
      lots: newLot(draft, id),
      moves: draft.moves ?? [],
    };
    written.push(transaction);
    open = lotsAfter(open, transaction);
    return transaction;
  }

  return {
    get transactions() {
      return written;
    },
    get balance() {
      return balance;
    },
    get openLots() {
      return open;
    },
    earn: (kind, amount, expiresAt, why) =>
      append({
        ...why,
        kind,
        points: amount,
        expiresAt,
        entries: transfer('program:issued', 'customer:available', amount),
      }),
    earnPending: (amount, why) =>
      append({
        ...why,
        kind: 'pending',
        points: amount,
        entries: transfer('program:issued', 'customer:pending', amount),
      }),
    release: (amount, expiresAt, why) =>
      append({
        ...why,
        kind: 'release',
        points: amount,
        expiresAt,
        entries: transfer('customer:pending', 'customer:available', amount),
      }),
    takeBack(amount, why) {
      const moves = takeFromLots(open, Math.min(amount, Math.max(0, balance.available)));
      const taken = sumPoints(moves.map((move) => -move.points));
      if (taken === 0) return undefined;
      return append({
        ...why(taken),
        kind: 'refund',
        points: -taken,
        moves,
        entries: transfer('customer:available', 'program:issued', taken),
      });
    },
    expireDue(now) {
      const moments = [...new Set(open.filter((lot) => lot.expiresAt <= now).map((lot) => lot.expiresAt))];
      return moments.map((expiredAt) => append(expiryOf(open, expiredAt)));
    },
    forfeitAll(why) {
      const moves = open.map((lot) => ({ lotId: lot.id, points: points(-lot.remaining) }));
      const { available, pending } = balance;
      if (available === 0 && pending === 0) return undefined;
      const entries: [Account, number][] = [];
      if (available !== 0) entries.push(['customer:available', -available]);
      if (pending !== 0) entries.push(['customer:pending', -pending]);
      entries.push(['program:expired', available + pending]);
      return append({ ...why, kind: 'adjustment', points: -available, moves, entries });
    },
  };
}

function transfer(from: Account, to: Account, amount: number): Draft['entries'] {
  return [
    [to, amount],
    [from, -amount],
  ];
}

function expiryOf(open: readonly Lot[], expiredAt: number): Draft {
  const due = open.filter((lot) => lot.expiresAt === expiredAt);
  const total = sumPoints(due.map((lot) => lot.remaining));
  return {
    kind: 'expiry',
    points: -total,
    happenedAt: expiredAt,
    actor: 'job:expiry',
    reason: { rule: 'expiry', expiredAt },
    moves: due.map((lot) => ({ lotId: lot.id, points: points(-lot.remaining) })),
    entries: transfer('customer:available', 'program:expired', total),
  };
}

/** Which lots give `amount` points, the first to expire first. Takes what there is when there is less. */
export function takeFromLots(open: readonly Lot[], amount: number): LotMove[] {
  const moves: LotMove[] = [];
  let left = amount;
  for (const lot of open) {
    if (left === 0) break;
    const taken = Math.min(lot.remaining, left);
    moves.push({ lotId: lot.id, points: points(-taken) });
    left -= taken;
  }
  return moves;
}

function lotsAfter(open: readonly Lot[], transaction: LedgerTransaction): Lot[] {
  const changed = new Map(transaction.moves.map((move) => [move.lotId, move.points]));
  const kept = open.map((lot) => {
    const move = changed.get(lot.id);
    return move === undefined ? lot : { ...lot, remaining: points(lot.remaining + move) };
  });
  invariant(
    kept.every((lot) => lot.remaining >= 0 && lot.remaining <= lot.points),
    'a lot holds 0 to its points',
  );
  return [...kept, ...transaction.lots].filter((lot) => lot.remaining > 0).sort(byExpiry);
}

function balanceAfter(before: Balance, entries: readonly Entry[]): Balance {
  invariant(
    entries.reduce((sum, entry) => sum + entry.points, 0) === 0,
    'entries of a transaction sum to zero',
  );
  const change = (account: Account) =>
    entries.reduce((sum, e) => (e.account === account ? sum + e.points : sum), 0);
  const after = {
    available: before.available + change('customer:available'),
    pending: before.pending + change('customer:pending'),
    held: before.held + change('customer:held'),
  };
  invariant(
    after.available >= 0 && after.pending >= 0 && after.held >= 0,
    'no account of a customer goes below zero',
  );
  return after;
}
