import type { ApprovalId } from '../../ids.ts';
import type { Words } from '../../messaging/types.ts';
import { mergeChanges } from '../../ports.ts';
import { type Decided, decideApproval, decisionRounds, mayDecide } from '../../staff/approve.ts';
import type { Round } from '../../staff/desk.ts';
import type { OpenApproval, Staff } from '../../staff/types.ts';
import { type Outcome, press, saying, writing } from '../turn.ts';
import type { DialogChanges } from '../types.ts';
import { done, type StaffTurn, staffMenu, type Task } from './task.ts';
import { tell } from './tell.ts';
import { sorry } from './words.ts';

/** How many requests are shown at once. */
const mostShown = 5;

/** How one of the staff is called by the others. */
export function staffName({ name, phone }: Pick<Staff, 'name' | 'phone'>): string {
  return name ?? `…${phone.slice(-4)}`;
}

/** What somebody asks for, as whoever decides reads it. */
export function requestWords(approval: OpenApproval, asker: Pick<Staff, 'name' | 'phone'>): Words {
  const { request, customerName, couponName } = approval;
  const [staff, name] = [staffName(asker), customerName ?? '…'];
  if (request.kind === 'issue') {
    return { key: 'request.issue', variables: { staff, name, coupon: couponName ?? '…' } };
  }
  if (request.kind === 'campaign') {
    return { key: 'request.campaign', variables: { staff, name: request.name, people: request.people } };
  }
  const { points: change, note } = request;
  return { key: 'request.adjust', variables: { staff, name, change, note } };
}

/** What waits for a second person and can be decided by whoever asks. */
export const approve: Task = {
  act: 'approve',
  fields: [],
  split: () => ({}),
  rounds: () => [() => ({ openApprovals: true, team: true })],
  run(turn) {
    const { facts, staff } = turn;
    const open = facts.openApprovals().flatMap((approval) => {
      const asker = facts.team().find(({ id }) => id === approval.staffId);
      return asker && mayDecide(staff, asker, approval.request) ? [{ approval, asker }] : [];
    });
    if (open.length === 0) return done(turn, [{ key: 'request.none' }]);
    const shown = open.slice(0, mostShown);
    return done(
      turn,
      [{ key: 'request.list' }],
      shown.map(({ approval, asker }) => [press(requestWords(approval, asker), `request:${approval.id}`)]),
    );
  },
};

/** One request, with a button for each answer. Undefined when it is not there. */
export function showRequest(turn: StaffTurn, argument: string): Outcome | undefined {
  const approval = turn.facts.approval(argument as ApprovalId);
  const asker = approval && turn.facts.staff(approval.staffId);
  if (!asker || !mayDecide(turn.staff, asker, approval.request)) return undefined;
  return done(
    turn,
    [requestWords(approval, asker)],
    [
      [
        press({ key: 'request.approve' }, `approve:${approval.id}`),
        press({ key: 'request.refuse' }, `refuse:${approval.id}`),
      ],
    ],
  );
}

/** What a button about a request needs to know, round by round. */
export function requestRounds(argument: string): readonly Round[] {
  return decisionRounds(argument as ApprovalId);
}

/** A second person's answer: carried out at once, and whoever asked is told. */
export function decide(turn: StaffTurn, argument: string, yes: boolean): Outcome {
  const decided = decideApproval(argument as ApprovalId, yes, turn);
  if (!decided.ok) return staffMenu(saying(turn, sorry(decided.refusal, turn.program)), '');
  const { approval, asker, changes } = decided.result;
  const answer = { paragraphs: [[outcomeWords(yes, turn.staff), requestWords(approval, asker)]] };
  const members = turn.facts.team().filter(({ id }) => id === asker.id);
  const all = mergeChanges<DialogChanges>(changes, tell(members, answer, turn.context));
  return writing(all, done(turn, [[doneWords(decided.result), requestWords(approval, asker)]]));
}

function outcomeWords(yes: boolean, by: Staff): Words {
  const staff = staffName(by);
  return yes
    ? { key: 'request.was_approved', variables: { staff } }
    : { key: 'request.was_refused', variables: { staff } };
}

function doneWords({ yes }: Decided): Words {
  return { key: yes ? 'request.approved' : 'request.refused' };
}
