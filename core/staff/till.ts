import { auditEntries } from '../audit/types.ts';
import { recordPurchase } from '../checkout/record.ts';
import { type RefundResult, recordRefund } from '../checkout/refund.ts';
import { randomText, safeAlphabet } from '../codes.ts';
import type { CustomerRef } from '../customers/types.ts';
import { type Outcome, refuse } from '../errors.ts';
import type { CustomerId, PurchaseId, RedemptionId } from '../ids.ts';
import { openPosting } from '../ledger/posting.ts';
import { type Context, mergeChanges } from '../ports.ts';
import type { Program } from '../program/program.ts';
import { purchaseRules, spendingRules } from '../program/rules.ts';
import { noArticle } from '../purchases/products.ts';
import type { PurchaseInput, PurchaseResult } from '../purchases/types.ts';
import { requestRedemption } from '../redemptions/request.ts';
import { confirmRedemption } from '../redemptions/settle.ts';
import type { Redemption } from '../redemptions/types.ts';
import { after } from './after.ts';
import { type Deed, type Desk, deed, isOwn, mergeNeeds, ownAccount, type Round, roundsOf } from './desk.ts';
import { actorOfStaff, type Staff, type StaffChanges, type StaffNeeds, staffShopId } from './types.ts';

/** The action of recording a purchase by hand. */
export const saleAction = 'purchase.record';
/** The action of taking points by a code, without the purchase they pay for. */
export const redeemAction = 'redemption.spend';
/** The action of taking goods back by hand. */
export const refundAction = 'purchase.refund';
/** Somebody typed a payment code that nobody shows. */
const wrongCodeAction = 'code.wrong';

/** So many wrong payment codes in 24 hours are taken for guessing. */
const mostWrongCodes = 10;

/** Receipts written by hand have short numbers: who brings goods back says them aloud. */
const numberLength = 7;

function newNumber({ random }: Context): string {
  return randomText(random, safeAlphabet, numberLength);
}

function chainOf(customerId: CustomerId | undefined): StaffNeeds {
  return customerId ? { auditChains: [customerId] } : {};
}

/** What is rung up by hand. */
export interface HandSale {
  readonly customer: CustomerRef;
  readonly amountMinor: number;
  readonly store: string | null;
}

/** A sale, and the number that stands for its receipt. */
export type Sold = PurchaseResult & { readonly number: string };

/** What a sale by hand needs to know. */
export function saleRounds({ customer }: HandSale): readonly Round[] {
  return [
    () => ({ customers: [{ ref: customer, lots: 'open' }] }),
    (facts) => chainOf(facts.customer(customer)?.customer.id),
  ];
}

/** Records a purchase by hand. Refuses `own_account`, and what recording a purchase refuses. */
export function sell(sale: HandSale, desk: Desk, redemption?: Redemption): Outcome<Deed<Sold>> {
  const { facts, context, program } = desk;
  const { customer, store, amountMinor: amount } = sale;
  const known = facts.customer(customer)?.customer.id ?? null;
  if (isOwn(desk, known, 'phone' in customer ? customer.phone : undefined)) return ownAccount();
  const number = newNumber(context);
  const input = inputOf(sale, desk, number, redemption);
  const sold = recordPurchase(input, purchaseRules(program)).decide(facts, context);
  if (!sold.ok) return sold;
  const { id: reference, customer: chain, points } = sold.result;
  const earned = points.earned + points.pending;
  const large = earned > program.staff_points_limit;
  const details = { points: earned, spent: points.spent, amount, store, ...(large ? { large } : {}) };
  const said = { chain: chain ?? ('house' as const), action: saleAction, reference, details };
  return { ok: true, result: deed(sold.changes, said, { ...sold.result, number }, desk) };
}

function inputOf(
  { customer, amountMinor, store }: HandSale,
  { staff, context }: Desk,
  externalId: string,
  redemption: Redemption | undefined,
): PurchaseInput {
  const line = { id: null, sku: noArticle, name: null, category: null, quantity: 1 };
  return {
    ...{ shopId: staffShopId, externalId, at: context.now, customer, store, paid: true, cartId: null },
    lines: [{ ...line, unitPriceMinor: amountMinor, amountMinor }],
    actor: actorOfStaff(staff),
    ...(redemption ? { redemption: { id: redemption.id } } : {}),
  };
}

/** Points that a customer pays with by showing a code. */
export interface HandRedemption {
  readonly code: string;
  readonly points: number;
  readonly totalMinor: number;
  readonly store: string | null;
}

/** What became of points paid with a code: the sale they helped to pay, or only the points. */
export interface Redeemed {
  readonly redemption: Redemption;
  readonly sold?: Sold;
}

/** How long points are held that are spent in the same commit: no time at all would be over already. */
const holdMs = 60_000;

function requestOf(asked: HandRedemption, staff: Staff, externalId: string, program: Program) {
  const { code, points, totalMinor, store } = asked;
  const input = {
    ...{ shopId: staffShopId, externalId, payer: { code }, points, totalMinor, store },
    ...{ ttlMs: holdMs, actor: actorOfStaff(staff) },
  };
  return requestRedemption(input, spendingRules(program));
}

/** What spending points by a code needs to know. */
export function redeemRounds(asked: HandRedemption, staff: Staff, program: Program): readonly Round[] {
  const [first, ...more] = roundsOf(requestOf(asked, staff, '', program));
  return [
    (facts) => mergeNeeds({ deeds: [staff.id], auditChains: ['house'] }, first?.(facts) ?? {}),
    (facts) =>
      mergeNeeds(chainOf(facts.paymentCode(asked.code)?.customerId), ...more.map((round) => round(facts))),
  ];
}

/**
 * Takes points by a customer's code, and records the purchase they help to pay unless `pointsOnly`. Refuses
 * `own_account`, `too_many_wrong_codes`, and what asking for points and recording a purchase refuse.
 */
export function redeem(asked: HandRedemption, pointsOnly: boolean, desk: Desk): Outcome<Deed<Redeemed>> {
  const { staff, program, facts, context } = desk;
  if (facts.deeds(staff.id, wrongCodeAction) >= mostWrongCodes) {
    return refuse('too_many_wrong_codes', 'too many codes were wrong: no more today');
  }
  if (isOwn(desk, facts.paymentCode(asked.code)?.customerId ?? null)) return ownAccount();
  const held = requestOf(asked, staff, newNumber(context), program).decide(facts, context);
  if (!held.ok) return held;
  const [redemption] = held.changes.redemptions ?? [];
  if (!redemption) return refuse('payment_code_invalid', 'nobody shows this code');
  const next = { ...desk, facts: after(facts, held.changes) };
  const spent = pointsOnly ? spend(redemption, next) : sellFor(asked, redemption, next);
  if (!spent.ok) return spent;
  const changes = mergeChanges<StaffChanges>(held.changes, spent.result.changes);
  return { ok: true, result: { ...spent.result, changes } };
}

function spend({ id }: Redemption, desk: Desk): Outcome<Deed<Redeemed>> {
  const { staff, program, facts, context } = desk;
  const by = { shopId: staffShopId, actor: actorOfStaff(staff) };
  const spent = confirmRedemption(id, by, spendingRules(program)).decide(facts, context);
  if (!spent.ok) return spent;
  const { customerId: chain, points, amountMinor: amount, store } = spent.result;
  const said = { chain, action: redeemAction, reference: id, details: { points, amount, store } };
  return { ok: true, result: deed(spent.changes, said, { redemption: spent.result }, desk) };
}

function sellFor(
  { totalMinor: amountMinor, store }: HandRedemption,
  redemption: Redemption,
  desk: Desk,
): Outcome<Deed<Redeemed>> {
  const sold = sell({ customer: { id: redemption.customerId }, amountMinor, store }, desk, redemption);
  if (!sold.ok) return sold;
  return { ok: true, result: { ...sold.result, result: { redemption, sold: sold.result.result } } };
}

/** A wrong code stands in the audit trail: many of them are guessing. */
export function wrongCode({ staff, facts, context }: Desk): StaffChanges {
  const said = { chain: 'house', action: wrongCodeAction, actor: actorOfStaff(staff) } as const;
  return { audit: auditEntries([said], facts, context) };
}

/** Goods that come back; without an amount, all that is left. */
export interface HandRefund {
  readonly purchaseId: PurchaseId;
  readonly amountMinor?: number;
}

function refundOf(
  { purchaseId, amountMinor }: HandRefund,
  staff: Staff,
  program: Program,
  externalId: string,
  at: number,
) {
  const goods = amountMinor === undefined ? {} : { amountMinor };
  const input = { shopId: staffShopId, externalId, purchaseId, at, actor: actorOfStaff(staff), ...goods };
  return recordRefund(input, purchaseRules(program));
}

/** What a refund by hand needs to know. */
export function refundRounds(refund: HandRefund, staff: Staff, program: Program): readonly Round[] {
  const [first, second, third] = roundsOf(refundOf(refund, staff, program, '', 0));
  return [
    (facts) => first?.(facts) ?? {},
    (facts) => {
      const purchase = facts.purchase(refund.purchaseId);
      const chain = purchase ? [purchase.customerId ?? ('house' as const)] : [];
      return mergeNeeds({ auditChains: chain }, second?.(facts) ?? {});
    },
    (facts) => third?.(facts) ?? {},
  ];
}

/** Takes goods back by hand. Refuses `own_account`, and what a refund refuses. */
export function takeGoodsBack(refund: HandRefund, desk: Desk): Outcome<Deed<RefundResult>> {
  const { staff, program, facts, context } = desk;
  const purchase = facts.purchase(refund.purchaseId);
  if (isOwn(desk, purchase?.customerId ?? null)) return ownAccount();
  const command = refundOf(refund, staff, program, newNumber(context), context.now);
  const back = command.decide(facts, context);
  if (!back.ok) return back;
  const { purchase: reference, customer, amountMinor: amount, points } = back.result;
  const figures = { amount, taken_back: points.takenBack, returned: points.returned };
  const details = { ...figures, store: purchase?.store ?? null };
  const said = { chain: customer ?? ('house' as const), action: refundAction, reference, details };
  return { ok: true, result: deed(back.changes, said, back.result, desk) };
}

/**
 * Points that were spent without a purchase come back, each to its own lot. Refuses `redemption_closed` where a
 * purchase has them, or they have come back already.
 */
export function undoRedemption(id: RedemptionId, desk: Desk): Outcome<StaffChanges> {
  const { staff, program, facts, context } = desk;
  const redemption = facts.redemption({ id });
  const record = redemption && facts.customer({ id: redemption.customerId });
  const isSpent = redemption?.status === 'confirmed' && redemption.purchaseId === null;
  if (!record || !isSpent || redemption.returned > 0 || record.customer.erasedAt !== null) {
    return refuse('redemption_closed', 'these points cannot come back this way');
  }
  const posting = openPosting(record.head, record.lots, context);
  posting.expireDue(context.now);
  const reason = { rule: 'undone' } as const;
  const why = { happenedAt: context.now, actor: actorOfStaff(staff), reference: id, reason };
  posting.giveBack(redemption.taken, spendingRules(program).graceUntil(context.now), why);
  const { points, customerId, revision } = redemption;
  const figures = { points, balance: posting.balance.available, note: null, at: context.now };
  return {
    ok: true,
    result: {
      redemptionUpdates: [{ ...redemption, returned: points, revision: revision + 1 }],
      transactions: posting.transactions,
      events: [{ type: 'points_adjusted', customerId, ...figures }],
    },
  };
}
