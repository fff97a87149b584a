import { stopCoupon } from '../coupons/create.ts';
import type { CouponChanges } from '../coupons/types.ts';
import { type Outcome, refuse } from '../errors.ts';
import type { AuditId, CouponId, CustomerId, PurchaseId, RedemptionId, SegmentId } from '../ids.ts';
import { restoreSegment } from '../segments/saved.ts';
import { adjustAction, adjustNeeds, lotsOf, undoAdjustment } from './adjust.ts';
import { type Desk, deed, isOwn, mergeNeeds, ownAccount, type Round, roundsOf } from './desk.ts';
import { issueAction } from './give.ts';
import { redeemAction, refundRounds, saleAction, takeGoodsBack, undoRedemption } from './till.ts';
import { type AuditLine, actorOfStaff, type StaffChanges, type StaffNeeds, undoneAction } from './types.ts';

/** How long whoever did something can take it back. */
export const UNDO_LIVES_MS = 15 * 60_000;

/** The action of making a coupon. */
const createAction = 'coupon.create';

/** One thing that can be taken back: what that needs to know once its entry is known, and how it is done. */
interface Undoing {
  rounds(entry: AuditLine, desk: Pick<Desk, 'staff' | 'program'>): readonly Round[];
  undo(entry: AuditLine, desk: Desk): Outcome<StaffChanges>;
}

const adjustment: Undoing = {
  rounds: (entry) => [
    () =>
      mergeNeeds(adjustNeeds({ customerId: customerOf(entry) }), {
        purchaseLots: lotsOf(entry).map(({ lotId }) => lotId),
      }),
  ],
  undo(entry, desk) {
    const record = desk.facts.customer({ id: customerOf(entry) });
    return record?.customer.erasedAt === null ? undoAdjustment(entry, record, desk) : tooLate();
  },
};

const sale: Undoing = {
  rounds: (entry, { staff, program }) => refundRounds(goodsOf(entry), staff, program),
  undo(entry, desk) {
    const back = takeGoodsBack(goodsOf(entry), desk);
    return back.ok ? { ok: true, result: back.result.changes } : back;
  },
};

const points: Undoing = {
  rounds: (entry) => [
    () => ({
      redemptions: [{ id: entry.reference as RedemptionId }],
      ...adjustNeeds({ customerId: customerOf(entry) }),
    }),
  ],
  undo: (entry, desk) => undoRedemption(entry.reference as RedemptionId, desk),
};

const coupon: Undoing = {
  rounds: (entry) => [
    () => ({ couponCodes: [String(entry.details.code)], auditChains: [customerOf(entry)] }),
  ],
  undo(entry, { facts, context }) {
    const code = facts.couponCode(String(entry.details.code));
    const taken = facts.couponUses().some((use) => use.code === code?.code && use.status === 'reserved');
    if (!code || code.uses > 0 || taken) return refuse('coupon_used', 'the customer has used it');
    const withdrawn = { ...code, validUntil: context.now, revision: code.revision + 1 };
    return { ok: true, result: { couponCodeUpdates: [withdrawn] } };
  },
};

const definition: Undoing = {
  rounds: (entry) => roundsOf(stopCoupon(entry.reference as CouponId, '')),
  undo(entry, { staff, facts, context }) {
    const stopped = stopCoupon(entry.reference as CouponId, actorOfStaff(staff)).decide(facts, context);
    const changes: CouponChanges = stopped.ok ? stopped.changes : {};
    return stopped.ok ? { ok: true, result: changes } : stopped;
  },
};

const segment: Undoing = {
  rounds: (entry) => roundsOf(restoreSegment(entry.reference as SegmentId, '')),
  undo(entry, { staff, facts, context }) {
    const id = entry.reference as SegmentId;
    const restored = restoreSegment(id, actorOfStaff(staff)).decide(facts, context);
    return restored.ok ? { ok: true, result: restored.changes } : restored;
  },
};

const undoings: ReadonlyMap<string, Undoing> = new Map([
  [adjustAction, adjustment],
  [saleAction, sale],
  [redeemAction, points],
  [issueAction, coupon],
  [createAction, definition],
  ['segment.remove', segment],
]);

function customerOf({ chain }: AuditLine): CustomerId {
  return chain as CustomerId;
}

function goodsOf({ reference }: AuditLine): { readonly purchaseId: PurchaseId } {
  return { purchaseId: reference as PurchaseId };
}

function tooLate() {
  return refuse('undo_too_late', 'this can no longer be taken back');
}

/** What taking something back needs to know, round by round: first the entry, then what it was about. */
export function undoRounds(id: AuditId, desk: Pick<Desk, 'staff' | 'program'>): readonly Round[] {
  const later = (index: number): Round => {
    return (facts): StaffNeeds => {
      const entry = facts.auditEntry(id);
      const rounds = entry && undoings.get(entry.action)?.rounds(entry, desk);
      return rounds?.[index]?.(facts) ?? {};
    };
  };
  return [() => ({ auditEntries: [id] }), later(0), later(1)];
}

/**
 * Takes back what whoever stands at the desk did a moment ago. Refuses `undo_too_late` (also what is undone already,
 * what somebody else did, and what cannot be undone), and whatever stands in the way by now.
 */
export function undo(
  id: AuditId,
  desk: Desk,
): Outcome<{ readonly entry: AuditLine; readonly changes: StaffChanges }> {
  const { staff, facts, context } = desk;
  const entry = facts.auditEntry(id);
  const undoing = entry && undoings.get(entry.action);
  if (!undoing || entry.undone || entry.actor !== actorOfStaff(staff)) return tooLate();
  if (entry.at + UNDO_LIVES_MS <= context.now) return tooLate();
  if (isOwn(desk, customerOf(entry))) return ownAccount();
  const undone = undoing.undo(entry, desk);
  if (!undone.ok) return undone;
  const said = { chain: entry.chain, action: undoneAction, reference: id };
  return { ok: true, result: { entry, changes: deed(undone.result, said, undefined, desk).changes } };
}
