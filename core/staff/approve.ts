import { auditEntries } from '../audit/types.ts';
import { type Outcome, refuse } from '../errors.ts';
import type { ApprovalId } from '../ids.ts';
import type { Context } from '../ports.ts';
import type { Program } from '../program/program.ts';
import { DAY_MS } from '../time.ts';
import { type Given, give, waitReason } from './give.ts';
import type { StaffCommand } from './invite.ts';
import { mayDecideFor } from './rights.ts';
import {
  type Approval,
  actorOfStaff,
  type Staff,
  type StaffChanges,
  type StaffFacts,
  type StaffRequest,
  type TeamMember,
} from './types.ts';

/** How long a request waits for a second person. */
const approvalLivesMs = 3 * DAY_MS;

/** Who may decide what `asker` asks for about a customer: neither of the two themselves. */
export function mayDecide(
  { id, role, customerId }: Staff,
  asker: Pick<Staff, 'id' | 'role'>,
  { customerId: about }: StaffRequest,
): boolean {
  return id !== asker.id && customerId !== null && customerId !== about && mayDecideFor(role, asker.role);
}

/** A request that waits, who can be asked, and why it is not carried out at once. */
export interface Waiting {
  readonly kind: 'waiting';
  readonly reason: 'large' | 'often';
  readonly approval: Approval;
  readonly deciders: readonly TeamMember[];
  readonly changes: StaffChanges;
}

/**
 * Carries out a request, or lets it wait for a second person where it is large or one of many. What would be refused
 * anyway is refused at once. Refuses what `give` refuses, and `nobody_to_ask`. Needs the team, and what the asker did
 * in the last 24 hours.
 */
export function giveOrAsk(
  request: StaffRequest,
  staff: Staff,
  program: Program,
  facts: StaffFacts,
  context: Context,
): Outcome<Given | Waiting> {
  const given = give(request, { staff }, program, facts, context);
  const reason = waitReason(request, staff, program, facts);
  if (!given.ok || !reason) return given;
  return askForApproval(request, reason, staff, facts, context);
}

function askForApproval(
  request: StaffRequest,
  reason: Waiting['reason'],
  asker: Staff,
  facts: StaffFacts,
  context: Context,
): Outcome<Waiting> {
  const deciders = facts.team().filter((one) => mayDecide(one, asker, request));
  if (deciders.length === 0) return refuse('nobody_to_ask', 'there is no second person to agree');
  const { now } = context;
  const approval: Approval = {
    ...{ id: context.ids.next('apr', now), staffId: asker.id, request, createdAt: now },
    ...{ expiresAt: now + approvalLivesMs, status: 'waiting', decidedBy: null, decidedAt: null, revision: 1 },
  };
  const { kind, customerId: chain } = request;
  const entry = { action: 'approval.request', actor: actorOfStaff(asker), reference: approval.id };
  const audit = auditEntries([{ chain, ...entry, details: detailsOf(kind, request) }], facts, context);
  return {
    ok: true,
    result: { kind: 'waiting', reason, approval, deciders, changes: { approvals: [approval], audit } },
  };
}

function detailsOf(kind: string, request: StaffRequest) {
  return request.kind === 'adjust' ? { kind, points: request.points } : { kind, coupon: request.couponId };
}

/** What became of a request. */
export interface Decided {
  readonly approval: Approval;
  /** What was given, where the answer was yes. */
  readonly given?: Given;
  readonly changes: StaffChanges;
}

/**
 * A second person's answer; a yes carries out the request. Refuses `approval_closed` (decided by somebody else, or
 * too late), `not_yours_to_decide`, and what carrying it out refuses. Needs the asker and what `giftRounds` says.
 */
export function decideApproval(
  approval: Approval,
  { by, yes }: { readonly by: Staff; readonly yes: boolean },
  program: Program,
  facts: StaffFacts,
  context: Context,
): Outcome<Decided> {
  const { request, staffId } = approval;
  const asker = facts.staff(staffId);
  if (!asker || !mayDecide(by, asker, request)) {
    return refuse('not_yours_to_decide', 'somebody else must decide this');
  }
  const gone = asker.removedAt !== null;
  if (approval.status !== 'waiting' || approval.expiresAt <= context.now || gone) {
    return refuse('approval_closed', 'this is decided already, or it is too late');
  }
  const settled = settle(approval, yes ? 'approved' : 'refused', by, context);
  if (!yes) {
    const entry = { action: 'approval.refuse', actor: actorOfStaff(by), reference: approval.id };
    const audit = auditEntries([{ chain: request.customerId, ...entry }], facts, context);
    return { ok: true, result: { approval: settled, changes: { approvalUpdates: [settled], audit } } };
  }
  const given = give(request, { staff: asker, approvedBy: by }, program, facts, context);
  if (!given.ok) return given;
  const changes = { ...given.result.changes, approvalUpdates: [settled] };
  return { ok: true, result: { approval: settled, given: given.result, changes } };
}

function settle(
  { id, staffId, request, createdAt, expiresAt, revision }: Approval,
  status: Approval['status'],
  by: Staff | null,
  { now }: Context,
): Approval {
  return {
    ...{ id, staffId, request, createdAt, expiresAt, status },
    ...{ decidedBy: by?.id ?? null, decidedAt: now, revision: revision + 1 },
  };
}

/** Nobody answered in time. Does nothing before that. Safe to repeat. */
export function expireApproval(id: ApprovalId): StaffCommand<Approval | null> {
  return {
    name: 'approval.expire',
    needs: { approvals: [id] },
    decide(facts, context) {
      const approval = facts.approval(id);
      const due = approval?.status === 'waiting' && approval.expiresAt <= context.now;
      if (!due) return { ok: true, changes: {}, result: null };
      const expired = settle(approval, 'expired', null, context);
      return { ok: true, changes: { approvalUpdates: [expired] }, result: expired };
    },
  };
}
