import type { CouponDefinition } from '../coupons/definition.ts';
import { issueCoupon } from '../coupons/issue.ts';
import { type Outcome, refuse } from '../errors.ts';
import { type Adjusted, adjust, adjustAction, adjustNeeds } from './adjust.ts';
import { type Deed, type Desk, deedOf, isOwn, ownAccount, type Round, roundsOf } from './desk.ts';
import { actorOfStaff, type GiftRequest, type Staff } from './types.ts';

/** The action of giving somebody a coupon. */
export const issueAction = 'coupon.issue';

/** A coupon that was given. */
export interface CouponGiven {
  readonly kind: 'issue';
  /** As people see it. */
  readonly code: string;
  readonly name: string;
  readonly validUntil: number | null;
}

/** What came of giving points or a coupon. */
export type Given = Deed<Adjusted | CouponGiven>;

type Issue = Extract<GiftRequest, { kind: 'issue' }>;

/** What giving needs to know, round by round. */
export function giftRounds(request: GiftRequest): readonly Round[] {
  if (request.kind === 'adjust') return [() => adjustNeeds(request)];
  return roundsOf(issueFor(request, '', 'UTC'));
}

function issueFor({ couponId, customerId }: Issue, actor: string, zone: string) {
  // Carried out within a command that has a natural key of its own: this one is not looked at.
  return issueCoupon({ couponId, customer: { id: customerId }, actor, scope: actor, key: '' }, { zone });
}

/**
 * Carries out what one of the staff asks for; with `approvedBy`, what a second person agreed to. Refuses `own_account`
 * to both, `customer_not_found`, `insufficient_points`, and what issuing a coupon refuses.
 */
export function give(request: GiftRequest, desk: Desk, approvedBy?: Staff): Outcome<Given> {
  const { customerId } = request;
  if (isOwn(desk, customerId) || (approvedBy && isOwn({ staff: approvedBy }, customerId)))
    return ownAccount();
  const record = desk.facts.customer({ id: customerId });
  if (record?.customer.erasedAt !== null) {
    return refuse('customer_not_found', 'this customer is not there any more');
  }
  const given: Outcome<Given> =
    request.kind === 'adjust' ? adjust(request, record, desk) : giveCoupon(request, desk);
  if (!given.ok || !approvedBy) return given;
  const { changes, result } = given.result;
  return { ok: true, result: deedOf(changes, { approved_by: actorOfStaff(approvedBy) }, result) };
}

function giveCoupon(request: Issue, { staff, program, facts, context }: Desk): Outcome<Deed<CouponGiven>> {
  const issued = issueFor(request, actorOfStaff(staff), program.zone).decide(facts, context);
  if (!issued.ok) return issued;
  const { changes } = issued;
  const { code, validUntil } = issued.result;
  const name = facts.coupon(request.couponId)?.name ?? '';
  // Whoever undoes it must know which code it was.
  const details = { code: changes.couponCodes?.[0]?.code ?? null };
  return { ok: true, result: deedOf(changes, details, { kind: 'issue', code, name, validUntil }) };
}

/** Why a request waits for a second person: it is large, or comes after many in a day. */
export function waitReason(
  request: GiftRequest,
  { staff, program, facts }: Desk,
): 'large' | 'often' | undefined {
  if (worthInPoints(request, { program, facts }) > program.staff_points_limit) return 'large';
  const today = facts.deeds(staff.id, adjustAction) + facts.deeds(staff.id, issueAction);
  return today >= program.staff_actions_per_day ? 'often' : undefined;
}

/** What is given or taken, in points: of a coupon, the most that it can take off where that is known. */
function worthInPoints(request: GiftRequest, { program, facts }: Pick<Desk, 'program' | 'facts'>): number {
  if (request.kind === 'adjust') return Math.abs(request.points);
  const definition = facts.coupon(request.couponId)?.definition;
  return definition ? worthMinor(definition) / program.point_value : 0;
}

function worthMinor({ effect }: CouponDefinition): number {
  switch (effect.kind) {
    case 'amount':
      return effect.amount_minor;
    case 'percent':
      return effect.max_discount_minor ?? 0;
    case 'gift':
    case 'free_delivery':
      return effect.worth_minor ?? 0;
    case 'fixed_price':
    case 'free_item':
    case 'multiplier':
      return 0;
  }
}
