import type { CouponDefinition } from '../coupons/definition.ts';
import { issueCoupon } from '../coupons/issue.ts';
import type { CouponFacts } from '../coupons/types.ts';
import { invariant, type Outcome, refuse } from '../errors.ts';
import type { AuditId, CustomerId } from '../ids.ts';
import type { Context } from '../ports.ts';
import type { Program } from '../program/program.ts';
import { adjust, adjustAction, adjustNeeds } from './adjust.ts';
import { type Round, roundsOf } from './embed.ts';
import {
  actorOfStaff,
  type Staff,
  type StaffChanges,
  type StaffFacts,
  type StaffNeeds,
  type StaffRequest,
} from './types.ts';

/** The action of giving somebody a coupon. */
export const issueAction = 'coupon.issue';

/** What came of giving points or a coupon. `entry`: the one of the audit trail, by which it can be undone. */
export type Given =
  | {
      readonly kind: 'adjust';
      readonly changes: StaffChanges;
      readonly entry: AuditId;
      readonly points: number;
      readonly balance: number;
    }
  | {
      readonly kind: 'issue';
      readonly changes: StaffChanges;
      readonly entry: AuditId;
      /** As people see it. */
      readonly code: string;
      readonly name: string;
      readonly validUntil: number | null;
    };

/** What giving needs to know, round by round. */
export function giftRounds(request: StaffRequest): readonly Round<StaffNeeds, StaffFacts>[] {
  if (request.kind === 'adjust') return [() => adjustNeeds(request)];
  return roundsOf(issueFor(request, '', 'Europe/Kyiv'));
}

function issueFor(request: Extract<StaffRequest, { kind: 'issue' }>, actor: string, zone: string) {
  const { couponId, customerId } = request;
  // Within a dialog's own command the natural key is the dialog's.
  return issueCoupon({ couponId, customer: { id: customerId }, actor, scope: actor, key: '' }, { zone });
}

/** Why nobody may give to `customerId`; undefined when somebody may. */
function recipientRefusal(customerId: CustomerId, facts: StaffFacts) {
  const erased = facts.customer({ id: customerId })?.customer.erasedAt !== null;
  return erased ? refuse('customer_not_found', 'this customer is not there any more') : undefined;
}

/**
 * Carries out what one of the staff asks for; with `approvedBy`, what a second person agreed to. Refuses `own_account`
 * to both, `customer_not_found`, `insufficient_points`, and what issuing a coupon refuses.
 */
export function give(
  request: StaffRequest,
  { staff, approvedBy }: { readonly staff: Staff; readonly approvedBy?: Staff },
  program: Program,
  facts: StaffFacts,
  context: Context,
): Outcome<Given> {
  const { customerId } = request;
  const own = [staff, approvedBy].some((one) => one?.customerId === customerId);
  if (own) return refuse('own_account', 'nobody gives points or coupons to himself');
  const refusal = recipientRefusal(customerId, facts);
  if (refusal) return refusal;
  const actor = actorOfStaff(staff);
  const given =
    request.kind === 'adjust'
      ? giveByHand(request, actor, program, facts, context)
      : giveCoupon(request, actor, program, facts, context);
  if (!given.ok || !approvedBy) return given;
  return { ok: true, result: { ...given.result, changes: approved(given.result.changes, approvedBy) } };
}

/** The audit trail says who agreed. */
function approved(changes: StaffChanges, approvedBy: Staff): StaffChanges {
  const by = actorOfStaff(approvedBy);
  const audit = changes.audit?.map((entry) => ({ ...entry, details: { ...entry.details, approved_by: by } }));
  return { ...changes, ...(audit ? { audit } : {}) };
}

function giveByHand(
  request: Extract<StaffRequest, { kind: 'adjust' }>,
  actor: string,
  program: Program,
  facts: StaffFacts,
  context: Context,
): Outcome<Given> {
  const record = facts.customer({ id: request.customerId });
  invariant(record, 'the customer was asked for');
  const adjusted = adjust(request, record, actor, program, facts, context);
  if (!adjusted.ok) return adjusted;
  const { changes } = adjusted.result;
  return { ok: true, result: { kind: 'adjust', entry: entryOf(changes), ...adjusted.result } };
}

function giveCoupon(
  request: Extract<StaffRequest, { kind: 'issue' }>,
  actor: string,
  program: Program,
  facts: StaffFacts,
  context: Context,
): Outcome<Given> {
  const issued = issueFor(request, actor, program.zone).decide(facts, context);
  if (!issued.ok) return issued;
  const code = issued.changes.couponCodes?.[0]?.code ?? null;
  // Whoever undoes it must know which code it was.
  const audit =
    issued.changes.audit?.map((entry) => ({ ...entry, details: { ...entry.details, code } })) ?? [];
  const changes = { ...issued.changes, audit };
  const name = facts.coupon(request.couponId)?.name ?? '';
  const { code: shown, validUntil } = issued.result;
  return {
    ok: true,
    result: { kind: 'issue', changes, entry: entryOf(changes), code: shown, name, validUntil },
  };
}

function entryOf({ audit = [] }: StaffChanges): AuditId {
  const [entry] = audit;
  invariant(entry, 'what the staff do stands in the audit trail');
  return entry.id;
}

/** Why a request waits for a second person: it is large, or the last of many in a day. */
export function waitReason(
  request: StaffRequest,
  staff: Staff,
  program: Program,
  facts: StaffFacts,
): 'large' | 'often' | undefined {
  if (worthInPoints(request, program, facts) > program.staff_points_limit) return 'large';
  const today = facts.deeds(staff.id, adjustAction) + facts.deeds(staff.id, issueAction);
  return today >= program.staff_actions_per_day ? 'often' : undefined;
}

/** What is given or taken, in points: of a coupon, the most that it can take off where that is known. */
function worthInPoints(request: StaffRequest, program: Program, facts: CouponFacts): number {
  if (request.kind === 'adjust') return Math.abs(request.points);
  const definition = facts.coupon(request.couponId)?.definition;
  return definition ? worthOf(definition) / program.point_value : 0;
}

function worthOf({ effect }: CouponDefinition): number {
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
