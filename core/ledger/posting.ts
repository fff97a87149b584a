import { invariant } from '../errors.ts';
import type { LotId, TransactionId } from '../ids.ts';
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
  /** A lot to be made: how many points it starts with (default: those of the transaction), and until when. */
  readonly expiresAt?: number;
  readonly lotPoints?: number;
  /** Lots that come from another ledger. */
  readonly parts?: readonly LotPart[];
  readonly moves?: readonly LotMove[];
  /** Lots that are not open and get points back. */
  readonly reopened?: readonly Lot[];
  /** Whether the customer may owe points afterwards. */
  readonly mayOwe?: boolean;
}

/** What a debit took from one lot, with all that is needed to give it back. */
export interface TakenPoints {
  readonly lotId: LotId;
  readonly transactionId: TransactionId;
  readonly points: number;
  /** How many points the lot was made with. */
  readonly lotPoints: number;
  readonly earnedAt: number;
  readonly expiresAt: number;
}

/** Points that came from another ledger: they stay as old as they are, and burn when they would have burned. */
export interface LotPart {
  readonly points: Points;
  readonly earnedAt: number;
  readonly expiresAt: number;
  /** The lot they were given in; null: they came from nowhere else. */
  readonly origin: LotId | null;
}

/** What leaves one ledger for another: `amount` below zero is a debt. */
export interface Transferred {
  readonly amount: number;
  readonly parts: readonly LotPart[];
}

/** How earned points are taken back. */
export interface TakeBack {
  /** The lot to take from first: the one these very points made. */
  readonly own?: LotId | null;
  /** What is no longer there is owed, or so much of it: the balance goes below zero. */
  readonly mayOwe?: boolean | number;
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

  /** Sets points aside, those that burn first. Needs all open lots. The caller has checked that they are there. */
  hold(amount: Points, why: Circumstances): readonly TakenPoints[] {
    const moves = takeFromLots(this.#open, amount);
    const taken = moves.map((move) => takenBy(move, this.#open));
    invariant(sumPoints(taken.map((one) => one.points)) === amount, 'held points come from open lots');
    const entries = transfer('customer:held', 'customer:available', amount);
    this.#append({ ...why, kind: 'hold', points: -amount, moves, entries });
    return taken;
  }

  /** Points that were held are spent. */
  spend(amount: Points, why: Circumstances): LedgerTransaction {
    const entries = transfer('program:spent', 'customer:held', amount);
    return this.#append({ ...why, kind: 'redemption', points: -amount, entries });
  }

  /**
   * Held points are free again, each in its own lot. A lot that has burned since becomes a new one, good until
   * `graceUntil`. Needs all open lots.
   */
  cancelHold(taken: readonly TakenPoints[], graceUntil: number, why: Circumstances): LedgerTransaction {
    return this.#restore('cancel', 'customer:held', taken, graceUntil, why);
  }

  /** Points that were spent come back, each to its own lot; lots that have burned as in `cancelHold`. */
  giveBack(taken: readonly TakenPoints[], graceUntil: number, why: Circumstances): LedgerTransaction {
    return this.#restore('refund', 'program:spent', taken, graceUntil, why);
  }

  /**
   * Takes back up to `amount` of what was earned: from the lot it made first, then from those that expire first.
   * Never below zero unless `mayOwe`. Needs all open lots. Undefined when nothing could be taken.
   */
  takeBack(
    amount: Points,
    why: (taken: Points) => Circumstances,
    { own, mayOwe = false }: TakeBack = {},
  ): LedgerTransaction | undefined {
    const moves = takeFromLots(
      this.#startingWith(own),
      Math.min(amount, Math.max(0, this.#balance.available)),
    );
    const inLots = sumPoints(moves.map((move) => -move.points));
    const taken = mayOwe === true ? amount : points(Math.min(amount, inLots + Number(mayOwe)));
    if (taken === 0) return undefined;
    const entries = transfer('program:issued', 'customer:available', taken);
    return this.#append({
      ...why(taken),
      ...{ kind: 'refund', points: -taken, moves, entries, mayOwe: mayOwe !== false },
    });
  }

  /** Takes back points that still wait. */
  takeBackPending(amount: Points, why: Circumstances): LedgerTransaction {
    const entries = transfer('program:issued', 'customer:pending', amount);
    return this.#append({ ...why, kind: 'refund', points: -amount, entries });
  }

  /** Gives points by hand, in one lot. */
  adjustUp(amount: Points, expiresAt: number, why: Circumstances): LedgerTransaction {
    const entries = transfer('customer:available', 'program:issued', amount);
    return this.#append({ ...why, kind: 'adjustment', points: amount, expiresAt, entries });
  }

  /**
   * Takes points by hand: from the lot `own` first, then those that burn first. Needs all open lots. The caller has
   * checked that they are there.
   */
  adjustDown(amount: Points, why: Circumstances, own?: LotId): readonly TakenPoints[] {
    const moves = takeFromLots(this.#startingWith(own), amount);
    const taken = moves.map((move) => takenBy(move, this.#open));
    const entries = transfer('program:issued', 'customer:available', amount);
    this.#append({ ...why, kind: 'adjustment', points: -amount, moves, entries });
    return taken;
  }

  /** Points taken by hand come back, each to its own lot; lots that have burned as in `cancelHold`. */
  adjustBack(taken: readonly TakenPoints[], graceUntil: number, why: Circumstances): LedgerTransaction {
    return this.#restore('adjustment', 'program:issued', taken, graceUntil, why);
  }

  /**
   * What can be spent, or is owed, leaves for another ledger; with `only`, no more than so much of these lots. Needs all
   * open lots. Also nothing leaves by a transaction: it takes the next number, so that what was decided meanwhile cannot
   * commit.
   */
  transferOut(why: Circumstances, only?: ReadonlyMap<LotId, number>): Transferred {
    const left = this.#open
      .map((lot) => ({
        ...lot,
        points: points(Math.min(lot.remaining, only ? (only.get(lot.id) ?? 0) : lot.remaining)),
      }))
      .filter((lot) => lot.points > 0);
    const amount = only ? sumPoints(left.map((lot) => lot.points)) : this.#balance.available;
    const entries = amount === 0 ? [] : transfer('program:issued', 'customer:available', amount);
    const moves = left.map((lot) => ({ lotId: lot.id, points: points(-lot.points) }));
    this.#append({ ...why, kind: 'transfer', points: -amount, moves, entries });
    const parts = left.map(({ id, points: some, earnedAt, expiresAt, origin }) => ({
      points: some,
      earnedAt,
      expiresAt,
      origin: origin ?? id,
    }));
    return { amount, parts };
  }

  /** Takes over what left another ledger. A debt is paid from the lots that burn first, and the rest of it is owed here. */
  transferIn({ amount, parts }: Transferred, why: Circumstances): LedgerTransaction {
    const entries = amount === 0 ? [] : transfer('customer:available', 'program:issued', amount);
    const moves = takeFromLots(this.#open, Math.min(-amount, Math.max(0, this.#balance.available)));
    return this.#append({
      ...why,
      ...{ kind: 'transfer', points: amount, entries, parts, mayOwe: true },
      ...(amount < 0 ? { moves } : {}),
    });
  }

  /** Everything in lots due at `now` is gone: one transaction for each moment of expiry, oldest first. */
  expireDue(now: number): readonly LedgerTransaction[] {
    const due = this.#open.filter((lot) => lot.expiresAt <= now);
    const moments = new Set(due.map((lot) => lot.expiresAt));
    return [...moments].map((expiredAt) => this.#append(expiryOf(this.#open, expiredAt)));
  }

  /**
   * Everything the customer has is given up: available, pending and held; a debt is forgiven. Who has
   * nothing gets a transaction of nothing: it takes the next number, so that what was decided meanwhile cannot commit.
   */
  forfeitAll(why: Circumstances): LedgerTransaction {
    const { available, pending, held } = this.#balance;
    const moves = this.#open.map((lot) => ({ lotId: lot.id, points: points(-lot.remaining) }));
    const all = available + pending + held;
    const entries: Entry[] = all === 0 ? [] : [{ account: 'program:expired', points: points(all) }];
    if (available !== 0) entries.push({ account: 'customer:available', points: points(-available) });
    if (pending !== 0) entries.push({ account: 'customer:pending', points: points(-pending) });
    if (held !== 0) entries.push({ account: 'customer:held', points: points(-held) });
    return this.#append({ ...why, kind: 'adjustment', points: -available, moves, entries });
  }

  #startingWith(own: LotId | null | undefined): readonly Lot[] {
    const first = this.#open.filter((lot) => lot.id === own);
    return [...first, ...this.#open.filter((lot) => lot.id !== own)];
  }

  #restore(
    kind: 'cancel' | 'refund' | 'adjustment',
    from: Account,
    taken: readonly TakenPoints[],
    graceUntil: number,
    why: Circumstances,
  ): LedgerTransaction {
    const { now } = this.#context;
    const amount = sumPoints(taken.map((one) => one.points));
    const alive = taken.filter((one) => one.expiresAt > now);
    const late = amount - sumPoints(alive.map((one) => one.points));
    return this.#append({
      ...why,
      ...{ kind, points: amount, entries: transfer('customer:available', from, amount) },
      moves: alive.map((one) => ({ lotId: one.lotId, points: points(one.points) })),
      reopened: alive.map((one) => this.#closedLot(one)),
      ...(late > 0 ? { expiresAt: graceUntil, lotPoints: late } : {}),
    });
  }

  #closedLot({ lotId, transactionId, lotPoints, earnedAt, expiresAt }: TakenPoints): Lot {
    const { customerId } = this.#head;
    const remaining = points(0);
    return {
      id: lotId,
      customerId,
      transactionId,
      points: points(lotPoints),
      remaining,
      earnedAt,
      expiresAt,
      // Where it came from is written down already.
      origin: null,
    };
  }

  #append(draft: Draft): LedgerTransaction {
    const context = this.#context;
    const id = context.ids.next('txn', context.now);
    const debt = Math.max(0, -this.#balance.available);
    this.#balance = balanceAfter(this.#balance, draft.entries, draft.mayOwe ?? false);
    const lots = this.#newLots(draft, id);
    const reopened = (draft.reopened ?? []).filter((lot) => !this.#open.some((open) => open.id === lot.id));
    const moves = repay(debt, draft.moves ?? [], lots);
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
      lots,
      moves,
    };
    this.#written.push(transaction);
    this.#open = lotsAfter(reopened.length > 0 ? [...this.#open, ...reopened] : this.#open, transaction);
    return transaction;
  }

  #newLots(draft: Draft, transactionId: LedgerTransaction['id']): Lot[] {
    const { customerId } = this.#head;
    const { happenedAt: earnedAt, expiresAt } = draft;
    const own = { points: points(draft.lotPoints ?? draft.points), earnedAt, origin: null };
    const parts = draft.parts ?? (expiresAt === undefined ? [] : [{ ...own, expiresAt }]);
    return parts.map((part) => {
      const id = this.#context.ids.next('lot', this.#context.now);
      return { id, customerId, transactionId, ...part, remaining: part.points };
    });
  }
}

function takenBy({ lotId, points: change }: LotMove, open: readonly Lot[]): TakenPoints {
  const lot = open.find(({ id }) => id === lotId);
  invariant(lot, 'points are taken from an open lot');
  const { transactionId, points: lotPoints, earnedAt, expiresAt } = lot;
  return { lotId, transactionId, points: -change, lotPoints, earnedAt, expiresAt };
}

/** Points that come to a customer who owes some repay the debt before they can be spent: they leave their lots. */
function repay(debt: number, moves: readonly LotMove[], lots: readonly Lot[]): readonly LotMove[] {
  if (debt === 0) return moves;
  let left = debt;
  const repaid: LotMove[] = [];
  for (const move of moves) {
    const part = Math.max(0, Math.min(left, move.points));
    left -= part;
    if (move.points !== part) repaid.push({ ...move, points: points(move.points - part) });
  }
  for (const lot of lots) {
    const part = Math.min(left, lot.points);
    left -= part;
    if (part > 0) repaid.push({ lotId: lot.id, points: points(-part) });
  }
  return repaid;
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
  const kept = [...open, ...lots].map((lot) => {
    const move = changed.get(lot.id);
    return move === undefined ? lot : { ...lot, remaining: points(lot.remaining + move) };
  });
  const sound = kept.every((lot) => lot.remaining >= 0 && lot.remaining <= lot.points);
  invariant(sound, 'a lot holds 0 to its points');
  return kept.filter((lot) => lot.remaining > 0).sort(byExpiry);
}

function balanceAfter(before: Balance, entries: readonly Entry[], mayOwe: boolean): Balance {
  let [{ available, pending, held }, sum] = [before, 0];
  for (const { account, points: change } of entries) {
    sum += change;
    if (account === 'customer:available') available += change;
    else if (account === 'customer:pending') pending += change;
    else if (account === 'customer:held') held += change;
  }
  invariant(sum === 0, 'entries of a transaction sum to zero');
  const sound = available >= 0 || mayOwe || available >= before.available;
  invariant(sound && pending >= 0 && held >= 0, 'no account of a customer goes below zero');
  return { available, pending, held };
}
