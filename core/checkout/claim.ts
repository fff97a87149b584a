import { canonicalCode, defaultAlphabet, newCode } from '../coupons/codes.ts';
import type { CustomerRecord } from '../customers/types.ts';
import { invariant, type Outcome, refuse } from '../errors.ts';
import type { CustomerId } from '../ids.ts';
import { openPosting, type Posting } from '../ledger/posting.ts';
import { type Points, points, sumPoints } from '../points.ts';
import type { Context } from '../ports.ts';
import { earnOn } from '../purchases/earn.ts';
import { goneBack } from '../purchases/refund.ts';
import type {
  EarnReason,
  Purchase,
  PurchaseChanges,
  PurchaseFacts,
  PurchaseNeeds,
  PurchaseResult,
  PurchaseRules,
} from '../purchases/types.ts';

/** Why a receipt's points do not go to whoever sent its code. */
export type ClaimRefusal =
  /** There is no such code. */
  | 'claim_unknown'
  /** The same person claimed it before; somebody else did. */
  | 'claim_yours'
  | 'claim_taken'
  | 'claim_over'
  /** All goods on it came back. */
  | 'claim_empty'
  /** This person has claimed as many as one may in a day. */
  | 'claim_enough';

/** A claimed receipt, and its owner as the claim leaves them. */
export interface Claimed {
  readonly changes: PurchaseChanges;
  readonly purchase: Purchase;
  readonly record: CustomerRecord;
}

/** 21^9 codes: guessing one is hopeless. */
const codePattern = { pattern: '###-###-###', alphabet: defaultAlphabet };

/** A new code for a receipt. `random` returns [0, 1). */
export function newClaimCode(random: () => number): string {
  return newCode(codePattern, random);
}

/** What somebody typed, as the code of a receipt; undefined where it cannot be one. */
export function readClaimCode(typed: string): string | undefined {
  const code = canonicalCode(typed);
  const isOne = code.length === claimCodeLength && [...code].every((one) => defaultAlphabet.includes(one));
  return isOne ? code : undefined;
}

const claimCodeLength = canonicalCode(codePattern.pattern.replaceAll('#', '3')).length;

/** What has to be known to claim the receipt with this code, by somebody who may not be a customer yet. */
export function claimNeeds(code: string, customerId: CustomerId | undefined): PurchaseNeeds {
  return { claims: [code], ...(customerId ? { claimants: [customerId] } : {}) };
}

/** What a receipt without a customer is still worth at `now`; undefined where nobody can claim it. */
export function claimOf(purchase: Purchase, now: number): PurchaseResult['claim'] {
  const { claimCode: code, claimUntil: expiresAt, customerId } = purchase;
  if (code === null || expiresAt === null || customerId !== null || expiresAt <= now) return undefined;
  const worth = pointsLeft(purchase);
  return worth > 0 ? { code, points: worth, expiresAt } : undefined;
}

/**
 * Gives the points of the receipt with this code to its first finder. They live from now on, and wait like those of
 * any purchase: for its payment, or for the return window. `facts` must hold what `claimNeeds` asks for.
 */
export function claimReceipt(
  code: string,
  record: CustomerRecord,
  facts: PurchaseFacts,
  rules: PurchaseRules,
  context: Context,
): Outcome<Claimed, ClaimRefusal> {
  const purchase = facts.claim(code);
  if (!purchase) return refuse('claim_unknown', 'no receipt has this code');
  const refusal = refusalOf(purchase, record, facts, rules, context.now);
  if (refusal) return refusal;
  const posting = openPosting(record.head, record.lots, context);
  posting.expireDue(context.now);
  const why = {
    happenedAt: context.now,
    actor: 'customer',
    reason: reasonOf(purchase),
    reference: purchase.id,
  };
  const { id: customerId } = record.customer;
  const taken = { ...purchase, customerId, claimedAt: context.now, revision: purchase.revision + 1 };
  const kept = earnOn(taken, pointsLeft(purchase), why, { posting, rules, now: context.now });
  const changes = { purchaseUpdates: [kept], transactions: posting.transactions };
  return { ok: true, result: { changes, purchase: kept, record: recordAfter(record, posting) } };
}

function recordAfter(record: CustomerRecord, posting: Posting): CustomerRecord {
  const seq = record.head.seq + posting.transactions.length;
  return { ...record, head: { ...record.head, seq, balance: posting.balance }, lots: posting.openLots };
}

function refusalOf(
  purchase: Purchase,
  { customer }: CustomerRecord,
  facts: PurchaseFacts,
  rules: PurchaseRules,
  now: number,
) {
  if (purchase.customerId === customer.id) return refuse('claim_yours', 'this customer claimed it before');
  if (purchase.customerId !== null) return refuse('claim_taken', 'somebody else claimed it before');
  if ((purchase.claimUntil ?? 0) <= now) return refuse('claim_over', 'the time to claim it is over');
  if (pointsLeft(purchase) === 0) return refuse('claim_empty', 'all that earned points came back');
  if (facts.claimsOfDay(customer.id) < rules.claimsPerDay) return undefined;
  return refuse('claim_enough', `one may claim ${rules.claimsPerDay} receipts in 24 hours`);
}

/** What the lines earned, without the share of goods that came back meanwhile. */
function pointsLeft(purchase: Purchase): Points {
  return points(sumPoints(purchase.lines.map((line) => line.points)) - goneBack(purchase).points);
}

/** Why it is worth its points: as was said when it was bought, and what came back since. */
function reasonOf(purchase: Purchase): EarnReason {
  const { award } = purchase;
  invariant(award, 'a receipt with a code keeps why it is worth its points');
  const returned = goneBack(purchase).points;
  return returned > 0 ? { ...award, returned } : award;
}
