import type { CustomerEvent, CustomerRecord } from '../customers/types.ts';
import { openPosting, type Posting, type TakenPoints } from '../ledger/posting.ts';
import { viewPoints } from '../ledger/view.ts';
import { sum } from '../money.ts';
import { points } from '../points.ts';
import type { Context } from '../ports.ts';
import { ownerOf } from '../purchases/payment.ts';
import type { GoneBack } from '../purchases/refund.ts';
import type {
  Purchase,
  PurchaseChanges,
  PurchaseFacts,
  PurchaseLine,
  PurchaseRules,
} from '../purchases/types.ts';
import type { Redemption } from '../redemptions/types.ts';

/** One refund on its way: the purchase before it, its lines after it, and what has gone back before and after. */
export interface RefundStep {
  readonly before: Purchase;
  readonly lines: readonly PurchaseLine[];
  readonly was: GoneBack;
  readonly gone: GoneBack;
  readonly why: { readonly happenedAt: number; readonly actor: string; readonly reference: string };
  readonly rules: PurchaseRules;
  readonly facts: PurchaseFacts;
  readonly context: Context;
}

/** What a refund did to points. */
export interface RefundedPoints {
  /** Of what the goods had earned. */
  readonly takenBack: number;
  /** Of what had been spent on them. */
  readonly returned: number;
  /** What they had earned and was no longer there. */
  readonly notTaken: number;
  /** What the customer can spend afterwards. */
  readonly balance: number;
}

/** What a refund writes about points. */
interface SettledPoints {
  readonly changes: PurchaseChanges;
  readonly points: RefundedPoints;
  /** How many of them were still waiting. */
  readonly fromPending: number;
}

/** Gives back what was spent on the goods, then takes back what they earned. */
export function settlePoints(step: RefundStep): SettledPoints {
  const { before, facts, context } = step;
  const record = ownerOf(before, facts);
  if (!record || record.customer.erasedAt !== null) return withoutAccount(step);
  const posting = openPosting(record.head, record.lots, context);
  posting.expireDue(context.now);
  const redemption = before.redemptionId ? facts.redemption({ id: before.redemptionId }) : undefined;
  const repaid = redemption && giveBackSpent(redemption, step, posting);
  const survivor = survivorOf(record, facts);
  const elsewhere = survivor ? spendable(survivor, context.now) : 0;
  const { takenBack, notTaken, fromPending } = takeBackEarned(step, posting, elsewhere);
  const returned = repaid ? repaid.returned - redemption.returned : 0;
  const balance = posting.balance.available + elsewhere;
  const result = { takenBack, returned, notTaken, balance };
  return {
    changes: {
      transactions: posting.transactions,
      redemptionUpdates: repaid ? [repaid] : [],
      events: takenBack + returned > 0 ? [eventOf(step, survivor ?? record, result)] : [],
    },
    points: result,
    fromPending,
  };
}

/** The account that stays where the purchase's own was merged into it: what one owes for goods is paid by the other. */
function survivorOf({ customer }: CustomerRecord, facts: PurchaseFacts): CustomerRecord | undefined {
  return customer.mergedInto ? facts.customer({ id: customer.mergedInto }) : undefined;
}

function spendable({ head, lots }: CustomerRecord, now: number): number {
  return Math.max(0, viewPoints(head.balance, lots, now).available);
}

/** A receipt nobody has claimed is worth less from now on; who was erased has given everything up already. */
function withoutAccount({ before, was, gone }: RefundStep): SettledPoints {
  const takenBack = before.customerId === null ? gone.points - was.points : 0;
  return { changes: {}, points: { takenBack, returned: 0, notTaken: 0, balance: 0 }, fromPending: 0 };
}

/** The redemption with what came back of it; undefined where this refund brings back nothing of it. */
function giveBackSpent(redemption: Redemption, step: RefundStep, posting: Posting): Redemption | undefined {
  const { gone, was, why, rules, context } = step;
  const count = gone.spent - redemption.returned;
  if (count <= 0) return undefined;
  const taken = lastTaken(redemption, count);
  const amountMinor = gone.amountMinor - was.amountMinor;
  const reason = { rule: 'refund_spent', version: rules.version, amountMinor } as const;
  posting.giveBack(taken, rules.graceUntil(context.now), { ...why, reason });
  return { ...redemption, returned: gone.spent, revision: redemption.revision + 1 };
}

/** The last `count` points that were taken and have not come back yet, by lot. */
function lastTaken({ taken, returned }: Redemption, count: number): TakenPoints[] {
  let [skip, left] = [returned, count];
  return taken.toReversed().flatMap((one) => {
    const skipped = Math.min(skip, one.points);
    const here = Math.min(left, one.points - skipped);
    skip -= skipped;
    left -= here;
    return here > 0 ? [{ ...one, points: here }] : [];
  });
}

function takeBackEarned(step: RefundStep, posting: Posting, elsewhere: number) {
  const { before, gone, was, why, rules } = step;
  const burned = burnedShare(step);
  const due = gone.points - was.points - burned;
  const fromPending = Math.min(due, before.pending);
  const amountMinor = gone.amountMinor - was.amountMinor;
  const reason = { rule: 'refund', version: rules.version, amountMinor } as const;
  if (fromPending > 0) {
    const waiting = { ...reason, due: fromPending, missing: 0, waiting: true } as const;
    posting.takeBackPending(points(fromPending), { ...why, reason: waiting });
  }
  const rest = due - fromPending;
  const from = { own: before.lotId, mayOwe: rules.mayOwe || elsewhere };
  const account = (taken: number) => ({
    ...why,
    reason: { ...reason, due: rest, missing: rest - taken, ...(burned > 0 ? { burned } : {}) },
  });
  const fromBalance = -(posting.takeBack(points(rest), account, from)?.points ?? 0);
  return { fromPending, takenBack: fromPending + fromBalance, notTaken: rest - fromBalance };
}

/**
 * How many of the points due have burned unspent, by this moment at the latest: they are gone already, and not counted
 * against earlier refunds.
 */
function burnedShare({ before, gone, was, facts, context }: RefundStep): number {
  const lot = before.lotId ? facts.purchaseLot(before.lotId) : undefined;
  if (!lot) return 0;
  const burned = lot.burned + (lot.expiresAt <= context.now ? lot.remaining : 0);
  const settled = sum(facts.refunds(before.id).map(({ takenBack, notTaken }) => takenBack + notTaken));
  const counted = was.points - settled;
  return Math.max(0, Math.min(gone.points - was.points, burned - counted));
}

function eventOf(
  { before, gone, was, context }: RefundStep,
  { customer }: CustomerRecord,
  { takenBack, returned, balance }: RefundedPoints,
): CustomerEvent {
  return {
    type: 'goods_returned',
    customerId: customer.id,
    amountMinor: gone.amountMinor - was.amountMinor,
    ...{ takenBack, returned, balance },
    reference: before.id,
    at: context.now,
  };
}
