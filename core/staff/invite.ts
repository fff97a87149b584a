import { auditEntries } from '../audit/types.ts';
import { randomText, safeAlphabet } from '../codes.ts';
import type { Customer } from '../customers/types.ts';
import { type Outcome, refuse } from '../errors.ts';
import type { Command, Context } from '../ports.ts';
import { DAY_MS } from '../time.ts';
import type { Role } from './rights.ts';
import { actorOfStaff, type Staff, type StaffChanges, type StaffFacts, type StaffNeeds } from './types.ts';

/** A use case of the staff. */
type StaffCommand<Result> = Command<StaffNeeds, StaffFacts, StaffChanges, Result>;

/** How long a one-time link can be opened. */
export const INVITE_LIVES_MS = 2 * DAY_MS;

/** 31^20: nobody guesses one, and the phone must be proved besides. */
const tokenLength = 20;

/** Who shall be on the staff, and as what. */
export interface Invitation {
  /** E.164. */
  readonly phone: string;
  readonly role: Role;
  /** The stores they work in; empty means all. */
  readonly stores: readonly string[];
}

/** One of the staff, and the token of the one-time link; none where the person is in already. */
export interface Invited {
  readonly staff: Staff;
  readonly token?: string;
}

/** What inviting needs to know. */
export function invitationNeeds({ phone }: Invitation): StaffNeeds {
  return { staffPhones: [phone], auditChains: ['house'] };
}

/**
 * Makes somebody one of the staff, or changes the role and stores of one who is. Until the invitation is taken up,
 * each new one has a new link and the old link stops. `by`: `cli`, or `staff:stf_…`.
 */
export function invite(
  invitation: Invitation,
  by: string,
  facts: StaffFacts,
  context: Context,
): Invited & { readonly changes: StaffChanges } {
  const { phone, role, stores } = invitation;
  const found = facts.staffByPhone(phone);
  const before = found ?? newStaff(phone, by, context);
  const joined = before.customerId !== null;
  const token = joined ? undefined : randomText(context.random, safeAlphabet, tokenLength);
  const staff: Staff = {
    ...before,
    ...{ role, stores, invitedBy: by, inviteHash: null },
    inviteExpiresAt: joined ? null : context.now + INVITE_LIVES_MS,
    revision: before.revision + 1,
  };
  const written = [{ ...staff, ...(token === undefined ? {} : { inviteToken: token }) }];
  const audit = auditEntries(
    [{ chain: 'house', action: 'staff.invite', actor: by, reference: staff.id, details: { role } }],
    facts,
    context,
  );
  const changes = found ? { staffUpdates: written, audit } : { staff: written, audit };
  return { staff, changes, ...(token === undefined ? {} : { token }) };
}

function newStaff(phone: string, invitedBy: string, context: Context): Staff {
  return {
    id: context.ids.next('stf', context.now),
    ...{ phone, invitedBy, name: null, role: 'cashier', stores: [], customerId: null },
    ...{ inviteHash: null, inviteExpiresAt: null, createdAt: context.now, removedAt: null, revision: 0 },
  };
}

/** `invite` as a command of the command line. */
export function inviteStaff(invitation: Invitation): StaffCommand<Invited> {
  return {
    name: 'staff.invite',
    needs: invitationNeeds(invitation),
    decide(facts, context) {
      const { changes, ...result } = invite(invitation, 'cli', facts, context);
      return { ok: true, changes, result };
    },
  };
}

/** Why an invitation cannot be taken up. */
export type InviteProblem = 'invite_unknown' | 'invite_not_yours';

/**
 * The customer who opens a one-time link becomes one of the staff, if the invited phone is theirs. Refuses
 * `invite_unknown` (never there, used, or too late) and `invite_not_yours`, which leaves the link as it is.
 */
export function join(
  token: string,
  customer: Customer,
  facts: StaffFacts,
  context: Context,
): Outcome<{ readonly staff: Staff; readonly changes: StaffChanges }, InviteProblem> {
  const invited = facts.staffInvite(token);
  if (!invited || (invited.inviteExpiresAt ?? 0) <= context.now) {
    return refuse('invite_unknown', 'no invitation that is still good has this token');
  }
  if (customer.phone !== invited.phone || customer.registeredAt === null) {
    return refuse('invite_not_yours', 'somebody else’s phone was invited');
  }
  const staff: Staff = {
    ...invited,
    ...{ customerId: customer.id, name: customer.name, inviteHash: null, inviteExpiresAt: null },
    revision: invited.revision + 1,
  };
  const audit = auditEntries(
    [
      {
        ...{ chain: 'house', action: 'staff.join', actor: actorOfStaff(staff), reference: staff.id },
        details: { role: staff.role },
      },
    ],
    facts,
    context,
  );
  return { ok: true, result: { staff, changes: { staffUpdates: [staff], audit } } };
}

/** Takes somebody off the staff: from now on their chats are those of a customer. */
export function remove(staff: Staff, by: string, facts: StaffFacts, context: Context): StaffChanges {
  const removed = { ...staff, removedAt: context.now, inviteHash: null, revision: staff.revision + 1 };
  const audit = auditEntries(
    [
      {
        chain: 'house',
        action: 'staff.remove',
        actor: by,
        reference: staff.id,
        details: { role: staff.role },
      },
    ],
    facts,
    context,
  );
  return { staffUpdates: [removed], audit };
}

/** `remove` as a command of the command line. Refuses `staff_not_found`. */
export function removeStaff(phone: string): StaffCommand<Staff> {
  return {
    name: 'staff.remove',
    needs: { staffPhones: [phone], auditChains: ['house'] },
    decide(facts, context) {
      const staff = facts.staffByPhone(phone);
      if (!staff)
        return refuse('staff_not_found', `nobody on the staff has the phone ${phone}: see staff list`);
      return { ok: true, changes: remove(staff, 'cli', facts, context), result: staff };
    },
  };
}
