import type { AuditId, CustomerId } from '../../ids.ts';
import { auditActs } from '../../messaging/keys.ts';
import type { Words } from '../../messaging/types.ts';
import type { AuditLine, AuditPageNeed } from '../../staff/types.ts';
import { type Outcome, press } from '../turn.ts';
import { customerField, customerOf, recordOf } from './fields.ts';
import { askAgain, done, type StaffTurn, type Task } from './task.ts';

/** Lines on one page. */
const pageSize = 10;

/** A page, with one line more than fits: to know whether there are older ones. */
function page(customerId: CustomerId | undefined, before?: AuditId): AuditPageNeed {
  const which = customerId === undefined ? {} : { customerId };
  return { ...which, ...(before === undefined ? {} : { before }), limit: pageSize + 1 };
}

/** What was done behind the counter, newest first: everything, or all about one customer. */
export const audit: Task = {
  act: 'audit',
  fields: [{ ...customerField, isOpen: () => false }],
  split: (text) => ({ customer: text }),
  rounds: (values) => {
    if (values.customer === undefined) return [() => ({ auditPages: [page(undefined)] })];
    return [
      () => ({ customers: [{ ref: customerOf(values) }] }),
      (facts) => {
        const id = facts.customer(customerOf(values))?.customer.id;
        return id ? { auditPages: [page(id)] } : {};
      },
    ];
  },
  run(turn, values) {
    if (values.customer === undefined) return show(turn, page(undefined));
    const id = recordOf(turn, values)?.customer.id;
    return id ? show(turn, page(id)) : askAgain(turn, audit, values, 'customer', { key: 'staff.nobody' });
  },
};

/** The page that a button leads to: `aud_…`, behind a customer's id and a dot perhaps. */
function pageOf(argument: string): AuditPageNeed {
  const [before = '', customerId] = argument.split('.').reverse();
  return page(customerId as CustomerId | undefined, before as AuditId);
}

/** What an older page needs to know. */
export function trailNeeds(argument: string): { readonly auditPages: readonly AuditPageNeed[] } {
  return { auditPages: [pageOf(argument)] };
}

/** An older page. */
export function showTrail(turn: StaffTurn, argument: string): Outcome {
  return show(turn, pageOf(argument));
}

function show(turn: StaffTurn, need: AuditPageNeed): Outcome {
  const found = turn.facts.auditPage(need);
  const shown = found.slice(0, pageSize);
  const last = shown.at(-1)?.id;
  if (last === undefined) return done(turn, [{ key: 'trail.empty' }]);
  const data = need.customerId === undefined ? last : `${need.customerId}.${last}`;
  const older = found.length > pageSize ? [[press({ key: 'button.older' }, `trail:${data}`)]] : [];
  return done(turn, [{ key: 'trail.title' }, shown.flatMap(linesOf)], older);
}

function linesOf(line: AuditLine): Words[] {
  return line.undone ? [lineOf(line), { key: 'trail.undone' }] : [lineOf(line)];
}

/** Who did what, with the figure that matters most, and to whom. */
function lineOf({ at, actor, action, actorName, customerName, chain, details }: AuditLine): Words {
  const who = actorName ?? actor;
  const act = auditActs.find((known) => known === action) ?? 'other';
  if (chain === 'house') return { key: 'trail.house', variables: { at, who, act } };
  const name = customerName ?? '…';
  const { points, amount } = details;
  if (typeof points === 'number' && points !== 0) {
    return { key: 'trail.points', variables: { at, who, act, change: points, name } };
  }
  return typeof amount === 'number'
    ? { key: 'trail.amount', variables: { at, who, act, amount, name } }
    : { key: 'trail.line', variables: { at, who, act, name } };
}
