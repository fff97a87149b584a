import { auditEntries } from '../audit/types.ts';
import type { CouponChanges, CouponCode, CouponFacts, CouponNeeds } from '../coupons/types.ts';
import type { CustomerRecord } from '../customers/types.ts';
import { invariant } from '../errors.ts';
import { openPosting } from '../ledger/posting.ts';
import { type Points, sumPoints } from '../points.ts';
import type { Context } from '../ports.ts';
import type { Notice } from './notices.ts';
import { isSettled } from './states.ts';

/**
 * Whether a notice has ended and nobody came to hear of what was given along with it: then that is taken back, in the
 * commit of its end or, where that knows nothing of points and coupons, in the next look at the notice, which is due.
 */
export function owesGiftBack({ state, gift, dueAt }: Notice, now: number): boolean {
  return gift !== null && isSettled(state) && dueAt !== null && dueAt <= now;
}

/** What taking a gift back needs to know besides the customer's open lots. */
export function giftNeeds({ gift }: Notice, customerId: CustomerRecord['customer']['id']): CouponNeeds {
  return gift && gift.codes.length > 0 ? { couponCodes: gift.codes, auditChains: [customerId] } : {};
}

/**
 * Takes back what was given along with a notice that nobody came to hear of: of the points those that are still in the
 * lots they made, also where a merge moved them, of the coupons those that were never used. The customer is told of neither. What became of it stands in
 * the notice, which is written as it is returned, its revision as it was.
 */
export function takeGiftBack(
  notice: Notice,
  record: CustomerRecord,
  facts: CouponFacts,
  context: Context,
): { readonly notice: Notice; readonly changes: CouponChanges } {
  const { gift } = notice;
  invariant(gift, `${notice.id} tells of a gift`);
  const posting = openPosting(record.head, record.lots, context);
  posting.expireDue(context.now);
  const taken = posting.openLots.filter(({ id, origin }) => gift.lots.includes(origin ?? id));
  for (const { id, remaining } of taken) posting.adjustDown(remaining, whyTaken(notice, context.now), id);
  const codes = unusedCodes(gift.codes, facts);
  const said = codes.map(({ code, couponId }) => ({
    ...{ chain: record.customer.id, action: 'coupon.withdraw', actor: notice.campaign ?? 'job:notices' },
    ...{ reference: couponId, details: { code } },
  }));
  const takenBack: Points = sumPoints(taken.map(({ remaining }) => remaining));
  return {
    notice: { ...notice, gift: { ...gift, takenBack, codesTakenBack: codes.length }, dueAt: null },
    changes: {
      transactions: posting.transactions,
      couponCodeUpdates: codes.map((code) => ({
        ...code,
        validUntil: context.now,
        revision: code.revision + 1,
      })),
      audit: auditEntries(said, facts, context),
    },
  };
}

function whyTaken({ id, campaign }: Notice, now: number) {
  const reason = { rule: 'gift_untold', notice: id } as const;
  return { happenedAt: now, actor: campaign ?? 'job:notices', reference: id, reason };
}

/** A code that a till has put aside is as good as used. */
function unusedCodes(codes: readonly string[], facts: CouponFacts): readonly CouponCode[] {
  return codes.flatMap((code) => {
    const kept = facts.couponCode(code);
    const isReserved = facts.couponUses().some((use) => use.code === code && use.status === 'reserved');
    return kept && kept.uses === 0 && !isReserved ? [kept] : [];
  });
}
