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

interface Draft extends Circumstances {
  readonly kind: TransactionKind;
  readonly points: number;
  readonly entries: readonly Entry[];
  readonly expiresAt?: number;
  readonly moves?: readonly LotMove[];
}

const byExpiry = (a: Lot, b: Lot) => a.expiresAt - b.expiresAt || (a.id < b.id ? -1 : 1);

/** Opens a customer's ledger at `head`. `lots` must hold at least those the decision may take from. */
export function openPosting(head: LedgerHead, lots: readonly Lot[], context: Context): Posting {
  return new Posting(head, lots, context);
}

/** The ledger of one customer during one decision: each call appends one transaction to `transactions`. */
export class Posting {
  readonly #written: LedgerTransaction[] = [];
  readonly #head: LedgerHead;
  readonly #context: Context;
  #balance: Balance;
  #open: readonly Lot[];

  constructor(head: LedgerHead, lots: readonly Lot[], context: Context) {
    this.#head = head;
    this.#context = context;
    this.#balance = head.balance;
    this.#open = lots.length > 1 ? [...lots].sort(byExpiry) : lots;
  }

  get transactions(): readonly LedgerTransaction[] {
    return this.#written;
  }

  get balance(): Balance {
    return this.#balance;
  }

  /** Lots with points left, the first to expire first. */
  get openLots(): readonly Lot[] {
    return this.#open;
  }

  /** Points the customer can spend, in one lot. */
  earn(
    kind: 'accrual' | 'welcome' | 'gift',
    amount: Points,
    expiresAt: number,
    why: Circumstances,
  ): LedgerTransaction {
    const entries = transfer('customer:available', 'program:issued', amount);
    return this.#append({ ...why, kind, points: amount, expiresAt, entries });
  }

  /** Points that wait: no lot yet, nothing to spend. */
  earnPending(amount: Points, why: Circumstances): LedgerTransaction {
    const entries = transfer('customer:pending', 'program:issued', amount);
    return this.#append({ ...why, kind: 'pending', points: amount, entries });
  }

  /** Pending points become spendable, in one lot. */
  release(amount: Points, expiresAt: number, why: Circumstances): LedgerTransaction {
    const entries = transfer('customer:available', 'customer:pending', amount);
    return this.#append({ ...why, kind: 'release', points: amount, expiresAt, entries });
  }

  /** Takes back up to `amount` of what was earned, the lot that expires first, first; never below zero. */
  takeBack(amount: Points, why: (taken: Points) => Circumstances): LedgerTransaction | undefined {
    const moves = takeFromLots(this.#open, Math.min(amount, Math.max(0, this.#balance.available)));
    const taken = sumPoints(moves.map((move) => -move.points));
    if (taken === 0) return undefined;
    const entries = transfer('program:issued', 'customer:available', taken);
    return this.#append({ ...why(taken), kind: 'refund', points: -taken, moves, entries });
  }

  /** Everything in lots due at `now` is gone: one transaction for each moment of expiry, oldest first. */
  expireDue(now: number): readonly LedgerTransaction[] {
    const due = this.#open.filter((lot) => lot.expiresAt <= now);
    const moments = new Set(due.map((lot) => lot.expiresAt));
    return [...moments].map((expiredAt) => this.#append(expiryOf(this.#open, expiredAt)));
  }

  /** Everything the customer has is given up, available and pending. */
  forfeitAll(why: Circumstances): LedgerTransaction | undefined {
    const { available, pending } = this.#balance;
    if (available === 0 && pending === 0) return undefined;
    const moves = this.#open.map((lot) => ({ lotId: lot.id, points: points(-lot.remaining) }));
    const entries: Entry[] = [{ account: 'program:expired', points: points(available + pending) }];
    if (available !== 0) entries.push({ account: 'customer:available', points: points(-available) });
    if (pending !== 0) entries.push({ account: 'customer:pending', points: points(-pending) });
    return this.#append({ ...why, kind: 'adjustment', points: -available, moves, entries });
  }

  #append(draft: Draft): LedgerTransaction {
    const context = this.#context;
    const id = context.ids.next('txn', context.now);
    this.#balance = balanceAfter(this.#balance, draft.entries);
    const transaction: LedgerTransaction = {
      id,
      customerId: this.#head.customerId,
      seq: this.#head.seq + this.#written.length + 1,
      kind: draft.kind,
      points: points(draft.points),
      balance: this.#balance,
      happenedAt: draft.happenedAt,
      recordedAt: context.now,
      actor: draft.actor,
      reason: draft.reason,
      reference: draft.reference ?? null,
      reverses: null,
      entries: draft.entries,
      lots: this.#newLots(draft, id),
      moves: draft.moves ?? [],
    };
    this.#written.push(transaction);
    this.#open = lotsAfter(this.#open, transaction);
    return transaction;
  }

  #newLots(draft: Draft, transactionId: LedgerTransaction['id']): Lot[] {
    if (draft.expiresAt === undefined) return [];
    const id = this.#context.ids.next('lot', this.#context.now);
    const amount = points(draft.points);
    const { happenedAt: earnedAt, expiresAt } = draft;
    const { customerId } = this.#head;
    return [{ id, customerId, transactionId, points: amount, remaining: amount, earnedAt, expiresAt }];
  }
}

/** The two sides of moving `amount` from one account to another. */
function transfer(to: Account, from: Account, amount: number): Entry[] {
  return [
    { account: to, points: points(amount) },
    { account: from, points: points(-amount) },
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
    entries: transfer('program:expired', 'customer:available', total),
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

function lotsAfter(open: readonly Lot[], { moves, lots }: LedgerTransaction): readonly Lot[] {
  if (moves.length === 0)
    return open.length + lots.length < 2 ? [...open, ...lots] : [...open, ...lots].sort(byExpiry);
  const changed = new Map(moves.map((move) => [move.lotId, move.points]));
  const kept = open.map((lot) => {
    const move = changed.get(lot.id);
    return move === undefined ? lot : { ...lot, remaining: points(lot.remaining + move) };
  });
  const sound = kept.every((lot) => lot.remaining >= 0 && lot.remaining <= lot.points);
  invariant(sound, 'a lot holds 0 to its points');
  return [...kept, ...lots].filter((lot) => lot.remaining > 0).sort(byExpiry);
}

function balanceAfter(before: Balance, entries: readonly Entry[]): Balance {
  let [{ available, pending, held }, sum] = [before, 0];
  for (const { account, points: change } of entries) {
    sum += change;
    if (account === 'customer:available') available += change;
    else if (account === 'customer:pending') pending += change;
    else if (account === 'customer:held') held += change;
  }
  invariant(sum === 0, 'entries of a transaction sum to zero');
  invariant(available >= 0 && pending >= 0 && held >= 0, 'no account of a customer goes below zero');
  return { available, pending, held };
}
