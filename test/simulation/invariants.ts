import type { CouponUse } from '../../core/coupons/types.ts';
import { invariant } from '../../core/errors.ts';
import type { CouponId, CustomerId } from '../../core/ids.ts';
import type { Survey } from '../../core/insights/nps/types.ts';
import { sealedText } from '../../core/ledger/seal.ts';
import type { LedgerTransaction } from '../../core/ledger/types.ts';
import { findFault } from '../../core/ledger/verify.ts';
import type { Program } from '../../core/program/program.ts';
import type { Purchase } from '../../core/purchases/types.ts';
import type { PaymentCode } from '../../core/redemptions/types.ts';
import { DAY_MS } from '../../core/time.ts';
import type { Changes } from '../../db/changes.ts';
import { sha256 } from '../../db/hash.ts';
import type { MemoryStore } from './memory_store.ts';
import { headOf } from './queries/customers.ts';

const sum = (values: Iterable<number>) => {
  let total = 0;
  for (const value of values) total += value;
  return total;
};

/** What must hold of everything a commit touched. */
export function checkTouched(store: MemoryStore, changes: Changes, program: Program, now: number): void {
  const mayOwe = program.refund_policy === 'go_negative';
  for (const transaction of changes.transactions ?? []) checkTransaction(store, transaction, mayOwe);
  for (const id of touchedCustomers(changes)) checkCustomer(store, id);
  for (const { id } of [...(changes.purchases ?? []), ...(changes.purchaseUpdates ?? [])]) {
    checkPurchase(store, id);
  }
  for (const id of touchedCoupons(changes)) checkCoupon(store, id, now);
  for (const survey of changes.surveys ?? []) checkAsking(store, survey, program);
  for (const entry of changes.transactions ?? []) {
    checkOwnHands(store, entry);
    checkSecondPerson(store, entry, changes, program);
  }
}

/** What must hold of the whole shop. */
export function checkAll(store: MemoryStore, now: number): void {
  for (const { id } of store.coupons.values()) checkCoupon(store, id, now);
  for (const { id } of store.customers.values()) checkCustomer(store, id);
  for (const { id } of store.purchases.values()) checkPurchase(store, id);
  checkChains(store);
  const accounts = new Map<string, number>();
  for (const [, chain] of store.ledger.entries()) {
    for (const { account, points } of chain.flatMap(({ entries }) => entries)) {
      accounts.set(account, (accounts.get(account) ?? 0) + points);
    }
  }
  const of = (owner: string) =>
    sum([...accounts].flatMap(([account, points]) => (account.startsWith(owner) ? [points] : [])));
  invariant(of('customer:') === -of('program:'), 'what customers have is what the program gave');
}

/** Nobody is asked more often than the program says, with the accounts merged into theirs. */
function checkAsking(store: MemoryStore, { id, customerId, askedAt }: Survey, { nps }: Program): void {
  const person = [...store.customers.values()].filter(
    (one) => one.id === customerId || one.mergedInto === customerId,
  );
  const others = person
    .flatMap((one) => store.surveys.all('customer', one.id))
    .filter((one) => one.id !== id);
  const least = nps.at_most_every_days * DAY_MS;
  invariant(
    others.every((one) => askedAt - one.askedAt >= least),
    `${id}: ${customerId} was asked less than ${nps.at_most_every_days} days ago`,
  );
}

/** Every ledger holds from its first transaction on, by the check that `svoi verify` makes. */
function checkChains(store: MemoryStore): void {
  for (const [, chain] of store.ledger.entries()) {
    const customerId = chain[0]?.customerId;
    if (!customerId) continue;
    let hash = '';
    const transactions = chain.map((one) => {
      const transaction = { ...one, reason: JSON.stringify(one.reason) };
      hash = sha256(sealedText(hash, transaction));
      return { ...transaction, hash };
    });
    const lots = chain.flatMap((one) => one.lots.flatMap((lot) => store.lots.get(lot.id) ?? []));
    const fault = findFault({ customerId, transactions, lots }, sha256);
    invariant(!fault, `${fault?.row}: ${fault?.problem}`);
  }
}

function touchedCustomers(changes: Changes): Set<CustomerId> {
  const ids = [
    ...(changes.transactions ?? []).map(({ customerId }) => customerId),
    ...(changes.redemptions ?? []).map(({ customerId }) => customerId),
    ...(changes.redemptionUpdates ?? []).map(({ customerId }) => customerId),
    ...[...(changes.purchases ?? []), ...(changes.purchaseUpdates ?? [])].flatMap(
      ({ customerId }) => customerId ?? [],
    ),
    ...(changes.erasures ?? []).map(({ customerId }) => customerId),
  ];
  return new Set(ids);
}

function checkTransaction(store: MemoryStore, transaction: LedgerTransaction, mayOwe: boolean): void {
  const { customerId, seq, entries, balance, id } = transaction;
  const before = store.ledger.of(customerId)[seq - 2]?.balance ?? { available: 0, pending: 0, held: 0 };
  const moved = (account: string) => sum(entries.flatMap((e) => (e.account === account ? [e.points] : [])));
  invariant(sum(entries.map(({ points }) => points)) === 0, `${id}: entries sum to zero`);
  for (const account of ['available', 'pending', 'held'] as const) {
    const expected = before[account] + moved(`customer:${account}`);
    invariant(balance[account] === expected, `${id}: ${account} follows from its entries`);
  }
  invariant(balance.pending >= 0 && balance.held >= 0, `${id}: nothing pending or held below zero`);
  invariant(balance.available >= 0 || mayOwe, `${id}: nobody owes where the program forbids it`);
}

function checkCustomer(store: MemoryStore, id: CustomerId): void {
  const { balance, seq } = headOf(store, id);
  const chain = store.ledger.of(id);
  invariant(chain.length === seq, `${id}: the chain is numbered without gaps`);
  const open = store.lots.all('open', id);
  invariant(
    open.every(({ remaining, points }) => remaining > 0 && remaining <= points),
    `${id}: a lot holds 0 to its points`,
  );
  const inLots = sum(open.map(({ remaining }) => remaining));
  invariant(
    inLots === Math.max(0, balance.available),
    `${id}: open lots hold ${inLots}, the balance is ${balance.available}`,
  );
  const erased = store.customers.get(id)?.erasedAt !== null;
  const held = store.redemptions.all('customer', id).filter(({ status }) => status === 'held');
  const heldPoints = sum(held.map(({ points }) => points));
  invariant(
    balance.held === (erased ? 0 : heldPoints),
    `${id}: ${balance.held} held, redemptions hold ${heldPoints}`,
  );
  const pending = sum(store.purchases.all('customer', id).map((purchase) => purchase.pending));
  invariant(
    balance.pending === (erased ? 0 : pending),
    `${id}: ${balance.pending} pending, purchases wait for ${pending}`,
  );
}

function checkPurchase(store: MemoryStore, id: string): void {
  const purchase = store.purchases.get(id);
  if (purchase?.kind !== 'sale') return;
  const payable = purchase.totalMinor - purchase.discountMinor;
  const refunds = store.refunds.all('purchase', id);
  invariant(purchase.refundedMinor <= payable, `${id}: no more comes back than was paid`);
  invariant(
    sum(refunds.map(({ amountMinor }) => amountMinor)) === purchase.refundedMinor,
    `${id}: refunds sum to what came back`,
  );
  invariant(
    sum(refunds.map(({ returned }) => returned)) <= purchase.spent,
    `${id}: no more points return than were spent`,
  );
  invariant(
    sum(purchase.lines.map(({ refundedMinor }) => refundedMinor)) === purchase.refundedMinor,
    `${id}: lines sum to what came back`,
  );
  const uses = store.couponUses.all('purchase', id);
  invariant(
    sum(uses.map(({ discountMinor }) => discountMinor)) === purchase.discountMinor,
    `${id}: what coupons took off is what the purchase says`,
  );
  checkLines(purchase);
}

function checkLines({ id, lines, discountMinor, spent, award, customerId, claimedAt }: Purchase): void {
  for (const line of lines) {
    const payable = line.amountMinor - line.discountMinor;
    invariant(payable >= 0, `${id}: a line costs nothing below zero`);
    invariant(line.coveredMinor <= payable, `${id}: points cover no more than a line costs`);
    invariant(line.refundedMinor <= payable, `${id}: no more of a line comes back than it cost`);
    invariant(line.refundedQuantity <= line.quantity, `${id}: no more goods come back than were bought`);
  }
  invariant(
    sum(lines.map((line) => line.discountMinor)) === discountMinor,
    `${id}: lines sum to the discount`,
  );
  invariant(spent > 0 || lines.every((line) => line.coveredMinor === 0), `${id}: only points cover`);
  if (award && customerId !== null && claimedAt !== null) {
    invariant(award.split.length === lines.length, `${id}: each line has its share of the points`);
  }
}

function touchedCoupons(changes: Changes): Set<CouponId> {
  return new Set([
    ...[...(changes.coupons ?? []), ...(changes.couponUpdates ?? [])].map(({ id }) => id),
    ...[...(changes.couponUses ?? []), ...(changes.couponUseUpdates ?? [])].map(({ couponId }) => couponId),
  ]);
}

/**
 * What is counted of a coupon is what its live uses come to, and no limit is ever passed: what tills put aside for a
 * time that is over is counted until it is released, but holds up nobody.
 */
function checkCoupon(store: MemoryStore, id: CouponId, now: number): void {
  const coupon = store.coupons.get(id);
  invariant(coupon, `${id} exists while it is used`);
  const { limits, code: written } = coupon.definition;
  const live = store.couponUses
    .all('coupon', id)
    .filter(({ status }) => status === 'reserved' || status === 'used');
  const counted = live.filter((use) => use.status === 'used' || (use.expiresAt ?? 0) > now);
  invariant(coupon.uses === live.length, `${id} counts ${coupon.uses} uses, ${live.length} are live`);
  invariant(coupon.usedMinor === moneyOf(live), `${id} counts ${coupon.usedMinor}, not ${moneyOf(live)}`);
  invariant(counted.length <= (limits.total ?? counted.length), `${id} is used more often than it may be`);
  invariant(moneyOf(counted) <= (limits.budget_minor ?? moneyOf(counted)), `${id} keeps to its budget`);
  const mostOfCode = limits.per_code ?? (written.shared === undefined ? 1 : Number.POSITIVE_INFINITY);
  for (const { code, customerId } of counted) {
    const ofCode = counted.filter((use) => use.code === code).length;
    invariant(ofCode <= mostOfCode, `${code} is used more often than it may be`);
    const kept = store.couponCodes.get(code)?.uses;
    invariant(kept === live.filter((use) => use.code === code).length, `${code} counts its uses`);
    const ofCustomer = counted.filter((use) => use.customerId === customerId).length;
    const most = customerId === null ? ofCustomer : (limits.per_customer ?? ofCustomer);
    invariant(ofCustomer <= most, `${id} is used too often by ${customerId}`);
  }
}

function moneyOf(uses: readonly CouponUse[]): number {
  return sum(uses.map(({ discountMinor, returnedMinor }) => discountMinor - returnedMinor));
}

/** Nobody on the staff moves points of his own. */
function checkOwnHands(store: MemoryStore, { actor, customerId, id }: LedgerTransaction): void {
  if (!actor.startsWith('staff:')) return;
  const by = store.staff.get(actor.slice('staff:'.length));
  invariant(by, `${id}: who did it is on the staff, or was`);
  invariant(by.customerId !== customerId, `${id}: ${by.id} paid himself`);
}

/** What is too much for one is agreed to by another, who is neither the one that asked nor the one that gets it. */
function checkSecondPerson(
  store: MemoryStore,
  { reason, points, customerId, id }: LedgerTransaction,
  { approvalUpdates = [] }: Changes,
  program: Program,
): void {
  if (reason.rule !== 'manual' || Math.abs(points) <= program.staff_points_limit) return;
  const agreed = approvalUpdates.find(
    ({ status, request }) => status === 'approved' && request.kind === 'adjust',
  );
  invariant(agreed?.decidedBy, `${id}: a second person agreed to ${points} points`);
  invariant(agreed.decidedBy !== agreed.staffId, `${id}: nobody agrees to what he asked for himself`);
  const decidedBy = store.staff.get(agreed.decidedBy);
  invariant(decidedBy?.customerId !== customerId, `${id}: nobody agrees to points for himself`);
}

/** Payment codes: each pays for one redemption of the one who showed it, while it lives. */
export class PaymentCodes {
  readonly #issued: PaymentCode[] = [];
  readonly #used = new Set<PaymentCode>();

  follow({ redemptions = [], usedPaymentCodes = [], paymentCodes = [] }: Changes, now: number): void {
    const paid = redemptions.filter(({ consent }) => consent === 'code');
    invariant(paid.length === usedPaymentCodes.length, 'who pays with a code uses one up');
    for (const [index, code] of usedPaymentCodes.entries()) {
      const shown = this.#issued.findLast((one) => one.code === code && one.expiresAt > now);
      invariant(shown && !this.#used.has(shown), `${code} is good, and used once`);
      invariant(shown.customerId === paid[index]?.customerId, `${code} pays for the one who showed it`);
      this.#used.add(shown);
    }
    this.#issued.push(...paymentCodes);
  }
}
