import { type AuditChain, type AuditEntry, auditEntries } from '../audit/types.ts';
import { type Outcome, refuse } from '../errors.ts';
import type { ApprovalId, CampaignId } from '../ids.ts';
import type { Context } from '../ports.ts';
import { DAY_MS } from '../time.ts';
import { type Campaign, refusedCampaign, releaseCampaign } from './campaigns.ts';
import { type Desk, mergeNeeds, type Round, together } from './desk.ts';
import { type Given, giftRounds, give, waitReason } from './give.ts';
import { mayDecideFor } from './rights.ts';
import {
  type Approval,
  actorOfStaff,
  customerOfRequest,
  type GiftRequest,
  type OpenApproval,
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
  request: StaffRequest,
): boolean {
  const about = customerOfRequest(request);
  return id !== asker.id && customerId !== null && customerId !== about && mayDecideFor(role, asker.role);
}

/** Why something waits: it is large, or one of many, or goes to many people. */
type WaitReason = 'large' | 'often' | 'many';

/** A request that waits, who can be asked, and why it is not carried out at once. */
export interface Waiting {
  readonly reason: WaitReason;
  readonly approval: Approval;
  readonly deciders: readonly TeamMember[];
  readonly changes: StaffChanges;
}

/** What asking for it needs to know. */
export function requestRounds(request: GiftRequest, staff: Staff): readonly Round[] {
  return together(giftRounds(request), [() => ({ team: true, deeds: [staff.id] })]);
}

/**
 * Carries out a request, or lets it wait for a second person where it is large or one of many. What would be refused
 * anyway is refused at once. Refuses what `give` refuses, and `nobody_to_ask`.
 */
export function giveOrAsk(request: GiftRequest, desk: Desk): Outcome<Given | Waiting> {
  const given = give(request, desk);
  const reason = waitReason(request, desk);
  return given.ok && reason ? askSecond(request, reason, desk) : given;
}

/** Lets a request wait for a second person. Refuses `nobody_to_ask`. Its chain of the audit trail must be known. */
export function askSecond(
  request: StaffRequest,
  reason: Waiting['reason'],
  { staff, facts, context }: Desk,
): Outcome<Waiting> {
  const deciders = facts.team().filter((one) => mayDecide(one, staff, request));
  if (deciders.length === 0) return refuse('nobody_to_ask', 'there is no second person to agree');
  const { now } = context;
  const approval: Approval = {
    ...{ id: context.ids.next('apr', now), staffId: staff.id, request, createdAt: now },
    ...{ expiresAt: now + approvalLivesMs, status: 'waiting', decidedBy: null, decidedAt: null, revision: 1 },
  };
  const said = { chain: chainOf(request), action: 'approval.request', actor: actorOfStaff(staff) };
  const audit = auditEntries(
    [{ ...said, reference: approval.id, details: detailsOf(request) }],
    facts,
    context,
  );
  return { ok: true, result: { reason, approval, deciders, changes: { approvals: [approval], audit } } };
}

function chainOf(request: StaffRequest): AuditChain {
  return customerOfRequest(request) ?? 'house';
}

function detailsOf(request: StaffRequest): AuditEntry['details'] {
  switch (request.kind) {
    case 'adjust':
      return { points: request.points };
    case 'issue':
      return { coupon: request.couponId };
    case 'campaign':
      return { campaign: request.campaignId, people: request.people };
  }
}

/** What carrying out a request needs to know, round by round. */
function roundsOfRequest(request: StaffRequest): readonly Round[] {
  return request.kind === 'campaign'
    ? [() => ({ campaigns: [request.campaignId], auditChains: ['house'] })]
    : giftRounds(request);
}

/** What a second person's answer needs to know, round by round. */
export function decisionRounds(id: ApprovalId): readonly Round[] {
  const of = (index: number) => (facts: Parameters<Round>[0]) => {
    const approval = facts.approval(id);
    return approval ? (roundsOfRequest(approval.request)[index]?.(facts) ?? {}) : {};
  };
  const asker: Round = (facts) => {
    const approval = facts.approval(id);
    return approval ? { staff: [approval.staffId] } : {};
  };
  return [() => ({ approvals: [id], team: true }), (facts) => mergeNeeds(asker(facts), of(0)(facts)), of(1)];
}

/** What became of a request. */
export interface Decided {
  readonly approval: OpenApproval;
  readonly asker: Staff;
  readonly yes: boolean;
  readonly changes: StaffChanges;
}

/**
 * The answer of whoever stands at the desk; a yes carries out the request. Refuses `approval_closed` (decided by
 * somebody else, or too late), `not_yours_to_decide`, and what carrying it out refuses.
 */
export function decideApproval(id: ApprovalId, yes: boolean, desk: Desk): Outcome<Decided> {
  const { staff: by, facts, context } = desk;
  const approval = facts.approval(id);
  const asker = approval && facts.staff(approval.staffId);
  if (!asker || !mayDecide(by, asker, approval.request)) {
    return refuse('not_yours_to_decide', 'somebody else must decide this');
  }
  const gone = asker.removedAt !== null || approval.expiresAt <= context.now;
  if (approval.status !== 'waiting' || gone) {
    return refuse('approval_closed', 'this is decided already, or it is too late');
  }
  const settled = settle(approval, yes ? 'approved' : 'refused', by, context);
  const decided = { approval, asker, yes };
  if (!yes) {
    const said = { chain: chainOf(approval.request), action: 'approval.refuse', actor: actorOfStaff(by) };
    const audit = auditEntries([{ ...said, reference: id }], facts, context);
    const changes = { ...givenUp(approval, facts, context), approvalUpdates: [settled], audit };
    return { ok: true, result: { ...decided, changes } };
  }
  const { request } = approval;
  const asked = { ...desk, staff: asker };
  const done =
    request.kind === 'campaign' ? release(request.campaignId, asked, by) : give(request, asked, by);
  if (!done.ok) return done;
  const changes = { ...done.result.changes, approvalUpdates: [settled] };
  return { ok: true, result: { ...decided, changes } };
}

function release(id: CampaignId, { staff, facts, context }: Desk, approvedBy: Staff) {
  const released = releaseCampaign(facts.campaign(id), { actor: actorOfStaff(staff), facts, context });
  if (!released.ok) return released;
  const { changes } = released.result;
  const details = { approved_by: actorOfStaff(approvedBy) };
  const audit = (changes.audit ?? []).map((entry) => ({ ...entry, details }));
  return { ok: true, result: { changes: { ...changes, audit } } } as const;
}

/** What becomes of what a request was about, once nobody will agree to it. */
export function givenUp({ request }: Approval, facts: StaffFacts, { now }: Context): StaffChanges {
  const campaign: Campaign | undefined =
    request.kind === 'campaign' ? facts.campaign(request.campaignId) : undefined;
  return campaign?.state === 'asked' ? refusedCampaign(campaign, now) : {};
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

/** A request that nobody answered in time; undefined where there is still time, or an answer. */
export function expired(approval: Approval, context: Context): Approval | undefined {
  const due = approval.status === 'waiting' && approval.expiresAt <= context.now;
  return due ? settle(approval, 'expired', null, context) : undefined;
}
