import { invariant } from '../../core/errors.ts';
import type { LedgerTransaction } from '../../core/ledger/types.ts';
import { viewPoints } from '../../core/ledger/view.ts';
import type { Program } from '../../core/program/program.ts';
import type { Purchase, PurchaseLine, Refund } from '../../core/purchases/types.ts';
import type { Redemption } from '../../core/redemptions/types.ts';
import { endOfDayAfter } from '../../core/time.ts';
import type { Changes } from '../../db/changes.ts';
import type { MemoryStore } from './memory_store.ts';
import { ModelAccount, type Pot, type Taken } from './model_account.ts';
import { headOf } from './queries/customers.ts';

/** A purchase as the model knows it. */
interface Known {
  purchase: Purchase;
  pot?: Pot;
  /** Burned points of its pot that refunds have counted as taken back. */
  burnedCounted: number;
}

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);

/** `total` × `part` / `whole`, rounded down. */
function share(total: number, part: number, whole: number): number {
  return Number((BigInt(total) * BigInt(part)) / BigInt(whole));
}

const payableOf = (line: PurchaseLine) => line.amountMinor - line.discountMinor;

/** What of a line's `total` went back with it: by money, or by count where it cost nothing. */
function gone(line: PurchaseLine, total: number): number {
  const payable = payableOf(line);
  if (payable > 0) return share(total, line.refundedMinor, payable);
  return share(total, Math.round(line.refundedQuantity * 1000), Math.round(line.quantity * 1000));
}

/**
 * What everybody should have, computed anew from what happened in the shop (receipts, refunds, redemptions, time) and
 * never from the ledger, in the plainest way: the ledger must come to the same after every commit. Only what staff give
 * or take by hand is believed as it stands there.
 */
export class Model {
  readonly #program: Program;
  readonly #accounts = new Map<string, ModelAccount>();
  readonly #purchases = new Map<string, Known>();
  readonly #redemptions = new Map<string, Redemption>();
  readonly #taken = new Map<string, readonly Taken[]>();
  readonly #registered = new Set<string>();

  constructor(program: Program) {
    this.#program = program;
  }

  /** Lets a commit happen, and compares whom it touched with the ledger. */
  follow(store: MemoryStore, changes: Changes, now: number): void {
    for (const account of this.#accounts.values()) account.burn(now);
    for (const customer of [...(changes.customers ?? []), ...(changes.customerUpdates ?? [])]) {
      if (customer.registeredAt !== null) this.#register(customer.id, now);
    }
    // Who found nothing to take, and meanwhile something came, wrote nothing: as if it had come afterwards.
    const moved = new Set((changes.transactions ?? []).map(({ customerId }) => customerId));
    this.#staffHands(changes.transactions ?? [], now);
    for (const redemption of changes.redemptions ?? []) this.#redeem(redemption, now);
    for (const redemption of changes.redemptionUpdates ?? []) this.#redeem(redemption, now);
    for (const purchase of changes.purchases ?? []) this.#buy(store, purchase, moved, now);
    for (const purchase of changes.purchaseUpdates ?? [])
      this.#change(purchase, changes.refunds ?? [], moved, now);
    for (const { customerId } of changes.erasures ?? []) this.#of(customerId).close();
    for (const { customerId } of changes.redemptionUpdates ?? []) moved.add(customerId);
    for (const id of moved) this.#compare(store, id, changes.transactions ?? [], now);
  }

  /** Compares everybody. */
  compareAll(store: MemoryStore, now: number): void {
    for (const { id } of store.customers.values()) {
      this.#of(id).burn(now);
      this.#compare(store, id, [], now);
    }
  }

  #of(customerId: string): ModelAccount {
    const known = this.#accounts.get(customerId) ?? new ModelAccount();
    this.#accounts.set(customerId, known);
    return known;
  }

  #days(from: number, days: number): number {
    return endOfDayAfter(from, days, this.#program.zone);
  }

  #lives(from: number): number {
    return this.#days(from, this.#program.points_live_days);
  }

  #register(id: string, now: number): void {
    if (this.#registered.has(id)) return;
    this.#registered.add(id);
    if (this.#program.welcome_points > 0) this.#of(id).give(this.#program.welcome_points, this.#lives(now));
  }

  /** Points given and taken by hand, and undone. */
  #staffHands(transactions: readonly LedgerTransaction[], now: number): void {
    for (const { customerId, reason, lots, moves, points } of transactions) {
      if (reason.rule !== 'manual' && reason.rule !== 'undone') continue;
      const account = this.#of(customerId);
      const potOf = (lotId: string) => account.pots.find((pot) => pot.lotId === lotId);
      for (const lot of lots) account.give(lot.points, lot.expiresAt);
      if (points < 0) {
        for (const move of moves) account.take(-move.points, potOf(move.lotId));
        continue;
      }
      for (const move of moves) {
        const pot = potOf(move.lotId);
        if (pot) account.restore([{ pot, points: move.points }], now, 0);
      }
    }
  }

  #redeem(next: Redemption, now: number): void {
    const before = this.#redemptions.get(next.id);
    this.#redemptions.set(next.id, next);
    const account = this.#of(next.customerId);
    const wasHeld = before?.status === 'held';
    if (next.status === 'held' && !wasHeld) {
      const taken = account.take(next.points);
      invariant(
        sum(taken.map(({ points }) => points)) === next.points,
        'only points that are there are held',
      );
      this.#taken.set(next.id, taken);
      account.held += next.points;
    }
    if (wasHeld && next.status !== 'held') account.held -= next.points;
    if (wasHeld && (next.status === 'cancelled' || next.status === 'expired')) {
      account.restore(this.#taken.get(next.id) ?? [], now, this.#days(now, this.#program.grace_days));
    }
    if (next.returned > (before?.returned ?? 0)) this.#giveBack(next, before?.returned ?? 0, now);
  }

  /** What was taken last goes back first. */
  #giveBack({ id, customerId, returned }: Redemption, before: number, now: number): void {
    const one = (this.#taken.get(id) ?? []).flatMap(({ pot, points }) =>
      Array.from({ length: points }, () => pot),
    );
    const back = one.reverse().slice(before, returned);
    const byPot = new Map<Pot, number>();
    for (const pot of back) byPot.set(pot, (byPot.get(pot) ?? 0) + 1);
    const taken = [...byPot].map(([pot, points]) => ({ pot, points }));
    this.#of(customerId).restore(taken, now, this.#days(now, this.#program.grace_days));
  }

  #pointsFor(moneyMinor: number): number {
    const { earn_percent: percent, point_value: value } = this.#program;
    return share(moneyMinor, Math.round(percent * 100), 10_000 * value);
  }

  /** Goods without a receipt take what they would earn, as far as it is there. */
  #return(customerId: string, due: number): void {
    const account = this.#of(customerId);
    account.take(Math.max(0, Math.min(due, account.available())));
  }

  #buy(store: MemoryStore, purchase: Purchase, moved: ReadonlySet<string>, now: number): void {
    const known: Known = { purchase, burnedCounted: 0 };
    this.#purchases.set(purchase.id, known);
    const { kind, lines, customerId } = purchase;
    if (kind === 'return') {
      if (customerId && moved.has(customerId))
        this.#return(customerId, this.#pointsFor(-purchase.totalMinor));
      return;
    }
    const money = sum(lines.map((line) => payableOf(line) - line.coveredMinor));
    const earned = sum(lines.map(({ points }) => points));
    // Nobody can claim a receipt any more that is told too late.
    const lost = !customerId && this.#days(purchase.at, this.#program.claim_days) <= now;
    const erased = customerId !== null && this.#of(customerId).over;
    const expected = lost || erased ? 0 : this.#pointsFor(money);
    const multiplied = store.couponUses
      .all('purchase', purchase.id)
      .some(({ couponId }) => store.coupons.get(couponId)?.definition.effect.kind === 'multiplier');
    invariant(
      multiplied ? earned >= expected : earned === expected,
      `${purchase.id} earns ${expected}, not ${earned}`,
    );
    this.#earn(known, earned, purchase.at, now);
  }

  #earn(known: Known, points: number, at: number, now: number): void {
    const { customerId, paidAt } = known.purchase;
    if (!customerId || points === 0) return;
    const window = this.#program.return_window_days;
    const counts = paidAt !== null && (window === 0 ? paidAt : this.#days(paidAt, window)) <= now;
    const account = this.#of(customerId);
    if (counts) known.pot = account.give(points, this.#lives(at));
    else account.pending += points;
    account.burn(now);
  }

  #change(after: Purchase, refunds: readonly Refund[], moved: ReadonlySet<string>, now: number): void {
    const known = this.#purchases.get(after.id);
    invariant(known, `${after.id} was recorded before it changed`);
    const before = known.purchase;
    known.purchase = after;
    if (after.customerId && this.#of(after.customerId).over) return;
    const refund = refunds.find(({ purchaseId }) => purchaseId === after.id);
    if (refund) this.#refund(known, before, refund, moved);
    else if (before.customerId === null && after.customerId !== null) {
      const left = sum(after.lines.map((line) => line.points - gone(line, line.points)));
      this.#earn(known, left, now, now);
    } else if (before.pending > 0 && after.pending === 0) this.#release(known, before, now);
  }

  /** What waited counts: from the payment on, or from the end of the window that was promised. */
  #release(known: Known, before: Purchase, now: number): void {
    const { customerId, paidAt } = known.purchase;
    if (!customerId || paidAt === null) return;
    const window = this.#program.return_window_days;
    const from = before.paidAt === null ? now : window === 0 ? paidAt : this.#days(paidAt, window);
    invariant(from <= now, `${before.id} counts before its time`);
    const account = this.#of(customerId);
    account.pending -= before.pending;
    known.pot = account.give(before.pending, this.#lives(from));
    account.burn(now);
  }

  #refund(known: Known, before: Purchase, refund: Refund, moved: ReadonlySet<string>): void {
    const { purchase: after } = known;
    const points = ({ lines }: Purchase) => sum(lines.map((line) => gone(line, line.points)));
    const step = points(after) - points(before);
    const { takenBack, notTaken, returned } = refund;
    const spentBack = this.#spentBack(after) - this.#spentBack(before);
    if (!after.customerId) {
      invariant(takenBack === step && notTaken === 0, `${refund.id} takes ${step} off an unclaimed receipt`);
      return;
    }
    invariant(returned === spentBack, `${refund.id} returns ${spentBack}, not ${returned}`);
    const account = this.#of(after.customerId);
    const burned = Math.min(step, Math.max(0, (known.pot?.burned ?? 0) - known.burnedCounted));
    known.burnedCounted += burned;
    const waiting = Math.min(step - burned, before.pending);
    account.pending -= waiting;
    const rest = step - burned - waiting;
    const there = moved.has(after.customerId) ? Math.max(0, account.available()) : 0;
    const taken = sum(account.take(Math.min(rest, there), known.pot).map((one) => one.points));
    const owes = this.#program.refund_policy === 'go_negative' ? rest - taken : 0;
    account.debt += owes;
    const expected = waiting + taken + owes;
    invariant(takenBack === expected, `${refund.id} takes back ${expected}, not ${takenBack}`);
    invariant(
      notTaken === rest - taken - owes,
      `${refund.id} leaves ${rest - taken - owes}, not ${notTaken}`,
    );
  }

  /** How many spent points have come back in all. */
  #spentBack({ lines, spent }: Purchase): number {
    const covered = sum(lines.map((line) => line.coveredMinor));
    if (covered === 0) return 0;
    return share(spent, sum(lines.map((line) => gone(line, line.coveredMinor))), covered);
  }

  #compare(
    store: MemoryStore,
    id: LedgerTransaction['customerId'],
    transactions: readonly LedgerTransaction[],
    now: number,
  ) {
    const account = this.#of(id);
    this.#nameFresh(account, id, transactions);
    const open = store.lots.all('open', id);
    const seen = viewPoints(headOf(store, id).balance, open, now);
    for (const [what, expected] of [
      ['available', account.available()],
      ['pending', account.pending],
      ['held', account.held],
    ] as const) {
      invariant(seen[what] === expected, `${id} has ${seen[what]} ${what}, the model ${expected}`);
    }
    for (const pot of account.pots) {
      const lot = pot.lotId === undefined ? undefined : store.lots.get(pot.lotId);
      const remaining = lot && lot.expiresAt > now ? lot.remaining : 0;
      invariant(remaining === pot.left, `${pot.lotId} holds ${remaining}, the model ${pot.left}`);
    }
  }

  /** New pots are the new lots, in their order. */
  #nameFresh(account: ModelAccount, id: string, transactions: readonly LedgerTransaction[]): void {
    const lots = transactions.filter((one) => one.customerId === id).flatMap((one) => one.lots);
    const { fresh } = account;
    account.fresh = [];
    invariant(lots.length === fresh.length, `${id} has ${lots.length} new lots, the model ${fresh.length}`);
    for (const [index, lot] of lots.entries()) {
      const pot = fresh[index];
      invariant(
        pot?.size === lot.points && pot.expiresAt === lot.expiresAt,
        `${lot.id} has ${lot.points} until ${lot.expiresAt}, the model ${pot?.size} until ${pot?.expiresAt}`,
      );
      pot.lotId = lot.id;
    }
  }
}
