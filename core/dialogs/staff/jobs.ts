import { auditEntries } from '../../audit/types.ts';
import type { ApprovalId } from '../../ids.ts';
import type { Words } from '../../messaging/types.ts';
import { type Command, mergeChanges } from '../../ports.ts';
import { expired, givenUp } from '../../staff/approve.ts';
import { type Flag, flagAction, type Staff } from '../../staff/types.ts';
import type { DialogChanges, DialogFacts, DialogNeeds } from '../types.ts';
import { requestWords, staffName } from './requests.ts';
import { tell } from './tell.ts';
import { nameOf } from './words.ts';

/** Work about the staff that falls due by the clock. */
type StaffJob = Command<DialogNeeds, DialogFacts, DialogChanges, boolean>;

/** Nobody answered a request in time: whoever asked is told. Does nothing before that. Safe to repeat. */
export function expireRequest(id: ApprovalId): StaffJob {
  return {
    name: 'approval.expire',
    needs: { approvals: [id], team: true },
    moreNeeds: [
      (facts) => {
        const request = facts.approval(id)?.request;
        return request?.kind === 'campaign' ? { campaigns: [request.campaignId] } : {};
      },
    ],
    decide(facts, context) {
      const approval = facts.approval(id);
      const settled = approval && expired(approval, context);
      if (!settled) return { ok: true, changes: {}, result: false };
      const asker = facts.team().filter((one) => one.id === approval.staffId);
      const told = asker.map((one) =>
        tell([one], { paragraphs: [[{ key: 'request.expired' }, requestWords(approval, one)]] }, context),
      );
      const changes = mergeChanges<DialogChanges>(
        { approvalUpdates: [settled] },
        givenUp(approval, facts, context),
        ...told,
      );
      return { ok: true, changes, result: true };
    },
  };
}

/** Shows an owner what somebody should look at, and writes it down; once a day for the same people. */
export function raiseFlag(flag: Flag): StaffJob {
  const { staffId, customerId, pattern } = flag;
  const chain = customerId ?? ('house' as const);
  return {
    name: 'staff.flag',
    needs: {
      ...{ flags: [flag], staff: [staffId], auditChains: [chain], team: true },
      ...(customerId ? { customers: [{ ref: { id: customerId } }] } : {}),
    },
    decide(facts, context) {
      const staff = facts.staff(staffId);
      if (!staff || facts.flagged(flag)) return { ok: true, changes: {}, result: false };
      const said = { chain, action: flagAction(pattern), actor: 'job:watch', reference: staffId };
      const audit = auditEntries([{ ...said, details: { figure: flag.figure } }], facts, context);
      const owners = facts.team().filter(({ id, role }) => role === 'owner' && id !== staffId);
      const told = tell(owners, { paragraphs: [flagWords(flag, staff, facts)] }, context);
      return { ok: true, changes: mergeChanges<DialogChanges>({ audit }, told), result: true };
    },
  };
}

function flagWords({ pattern, customerId, figure }: Flag, by: Staff, facts: DialogFacts): Words {
  const staff = staffName(by);
  const customer = customerId ? facts.customer({ id: customerId })?.customer : undefined;
  const name = customer ? nameOf(customer) : '…';
  switch (pattern) {
    case 'same_customer':
      return { key: 'flag.same_customer', variables: { staff, name, times: figure } };
    case 'spent_elsewhere':
      return { key: 'flag.spent_elsewhere', variables: { staff, name } };
    case 'many_refunds':
      return { key: 'flag.many_refunds', variables: { staff, times: figure } };
    case 'large_sale':
      return { key: 'flag.large_sale', variables: { staff, name, points: figure } };
  }
}
