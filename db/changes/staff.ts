import { type Approval, customerOfRequest, type WrittenStaff } from '../../core/staff/types.ts';
import { type Statement, statement } from '../database.ts';
import { sha256 } from '../hash.ts';
import { inserter, updater } from '../rows.ts';
import * as schema from '../schema.ts';
import { type Changes, forRows } from './part.ts';

const insert = { staff: inserter(schema.staff), approvals: inserter(schema.approvals) };

const updateStaff = updater(schema.staff, [
  ...(['name', 'role', 'stores', 'customerId', 'invitedBy', 'inviteHash', 'inviteExpiresAt'] as const),
  ...(['removedAt', 'revision'] as const),
]);

const updateApprovals = updater(schema.approvals, ['status', 'decidedBy', 'decidedAt', 'revision']);

/** The staff, and what waits for a second person. Of a one-time link only the hash of its token is kept. */
export function staffStatements(changes: Changes): Statement[] {
  return [
    ...forRows(changes.staff, (staff) => insert.staff(staff.map(staffRow))),
    ...forRows(changes.staffUpdates, (staff) => updateStaff(staff.map(staffRow))),
    ...forRows(changes.approvals, (approvals) => insert.approvals(approvals.map(approvalRow))),
    ...forRows(changes.approvalUpdates, (approvals) => updateApprovals(approvals)),
  ];
}

function staffRow({ inviteToken, ...staff }: WrittenStaff): typeof schema.staff.$inferSelect {
  const inviteHash = inviteToken === undefined ? staff.inviteHash : sha256(inviteToken);
  return { ...staff, inviteHash, stores: JSON.stringify(staff.stores) };
}

function approvalRow({ request, ...approval }: Approval): typeof schema.approvals.$inferSelect {
  const { kind } = request;
  return { ...approval, kind, customerId: customerOfRequest(request), request: JSON.stringify(request) };
}

/** Who is erased is no longer on the staff: what is left of them is an id, and what they did. */
export function forgetStaff(erasures: NonNullable<Changes['erasures']>): Statement {
  return statement(
    `update staff set phone = '', name = null, customer_id = null, invite_hash = null, revision = revision + 1,
       removed_at = coalesce(removed_at, erased.value ->> 1)
     from json_each(?) as erased where staff.customer_id = erased.value ->> 0`,
    JSON.stringify(erasures.map(({ customerId, at }) => [customerId, at])),
  );
}
