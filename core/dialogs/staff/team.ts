import type { StaffId } from '../../ids.ts';
import { isOwn, type Round } from '../../staff/desk.ts';
import { INVITE_LIVES_MS, invitationNeeds, invite as inviteStaff, join, remove } from '../../staff/invite.ts';
import { mayDo, mayManage, type Role, roles } from '../../staff/rights.ts';
import { actorOfStaff, type TeamMember } from '../../staff/types.ts';
import type { Followed, Link } from '../links.ts';
import { type MemberTurn, type Outcome, press, saying, writing } from '../turn.ts';
import { customerField, customerOf } from './fields.ts';
import { splitCustomer } from './read.ts';
import { staffName } from './requests.ts';
import {
  askAgain,
  choose,
  done,
  type Field,
  type Reader,
  type StaffTurn,
  type Task,
  type Values,
} from './task.ts';

const phoneField: Field = {
  name: 'customer',
  ask: () => ({ words: [{ key: 'invite.ask_phone' }] }),
  read(raw, reader) {
    const read = customerField.read(raw, reader);
    const isPhone = read.ok && read.value.startsWith('phone:');
    return isPhone ? read : { ok: false, problem: { key: 'invite.phone_unreadable' } };
  },
};

/** The roles that somebody may give. */
function rolesFor({ staff }: Reader): readonly Role[] {
  return roles.filter((role) => mayManage(staff.role, role));
}

const roleField: Field = {
  name: 'role',
  ask: (turn) => ({
    words: [{ key: 'invite.ask_role' }],
    buttons: rolesFor(turn).map((role) => [choose({ key: 'invite.role', variables: { role } }, role)]),
    choice: true,
  }),
  read(raw, reader) {
    const role = rolesFor(reader).find((known) => known === raw.trim().toLowerCase());
    return role ? { ok: true, value: role } : { ok: false, problem: { key: 'invite.role_unknown' } };
  },
};

function invitationOf(values: Values, { staff }: Reader) {
  const ref = customerOf(values);
  const phone = 'phone' in ref ? ref.phone : '';
  const role = roles.find((known) => known === values.role) ?? 'cashier';
  // Whoever works in some stores can invite into those.
  return { phone, role, stores: staff.stores };
}

/** Somebody is invited: a link for one person, who proves the phone by opening it. */
export const invite: Task = {
  act: 'invite',
  fields: [phoneField, roleField],
  split(text, { program }) {
    const [customer, role] = splitCustomer(text, program);
    return { customer, role };
  },
  rounds: (values, reader) => [() => invitationNeeds(invitationOf(values, reader))],
  run(turn, values) {
    const invitation = invitationOf(values, turn);
    const { phone, role } = invitation;
    if (isOwn(turn, null, phone)) {
      return askAgain(turn, invite, values, 'customer', { key: 'staff.own_account' });
    }
    const found = turn.facts.staffByPhone(phone);
    if (found && !mayManage(turn.staff.role, found.role)) {
      return askAgain(turn, invite, values, 'customer', { key: 'invite.not_below' });
    }
    const invited = inviteStaff(invitation, actorOfStaff(turn.staff), turn.facts, turn.context);
    const { token, changes, staff } = invited;
    if (token === undefined) {
      return writing(
        changes,
        done(turn, [{ key: 'invite.changed', variables: { name: staffName(staff), role } }]),
      );
    }
    const hours = INVITE_LIVES_MS / 3_600_000;
    return writing(
      changes,
      done(turn, [
        { key: 'invite.done', variables: { phone, role, hours } },
        ...linkWords(turn, token),
        { key: 'invite.text', variables: { token } },
      ]),
    );
  },
};

function linkWords({ chatLink }: MemberTurn, token: string) {
  const url = chatLink?.(`s_${token}`);
  return url === undefined ? [] : [{ key: 'invite.link', variables: { url } } as const];
}

/** Everybody on the staff; those below one's own role can be removed. */
export const team: Task = {
  act: 'staff',
  fields: [],
  split: () => ({}),
  rounds: () => [() => ({ team: true })],
  run(turn) {
    const members = turn.facts.team();
    const below = members.filter((one) => mayRemove(turn, one));
    return done(
      turn,
      [{ key: 'team.title' }, members.map(lineOf)],
      [
        ...below.map((one) => [
          press({ key: 'team.remove', variables: { name: staffName(one) } }, `fire:${one.id}`),
        ]),
        ...(mayDo(turn.staff.role, 'invite') ? [[press({ key: 'staff_button.invite' }, 'do:invite')]] : []),
      ],
    );
  },
};

function mayRemove({ staff }: StaffTurn, one: Pick<TeamMember, 'id' | 'role'>): boolean {
  return one.id !== staff.id && mayManage(staff.role, one.role);
}

function lineOf(one: TeamMember) {
  const { role, customerId } = one;
  const variables = { name: staffName(one), role };
  return customerId === null
    ? ({ key: 'team.invited', variables } as const)
    : ({ key: 'team.member', variables } as const);
}

/** What taking somebody off the staff needs to know. */
export function fireRounds(argument: string): readonly Round[] {
  const [id = ''] = argument.split('.');
  return [() => ({ staff: [id as StaffId], auditChains: ['house'] })];
}

/** Asks whether somebody shall be taken off the staff, then does it. Undefined when that is not theirs to do. */
export function fire(turn: StaffTurn, argument: string): Outcome | undefined {
  const [id = '', answer] = argument.split('.');
  const one = turn.facts.staff(id as StaffId);
  if (!one || one.removedAt !== null || !mayRemove(turn, one)) return undefined;
  const variables = { name: staffName(one) };
  if (answer !== 'yes') {
    const yes = press({ key: 'staff.yes' }, `fire:${id}.yes`);
    return done(turn, [{ key: 'team.remove_sure', variables }], [[yes]]);
  }
  const changes = remove(one, actorOfStaff(turn.staff), turn.facts, turn.context);
  return writing(changes, done(turn, [{ key: 'team.removed', variables }]));
}

/** `s_TOKEN`: the one-time link that makes its opener one of the staff. */
export const staffLink: Link = {
  invitation: { key: 'team.join_first' },
  needs: (token) => ({ staffInvites: [token], auditChains: ['house'] }),
  follow: takeInvitation,
};

/** Takes up an invitation, or says why that cannot be. */
function takeInvitation(turn: MemberTurn, token: string): Followed {
  const joined = join(token, turn.record.customer, turn.facts, turn.context);
  if (!joined.ok) {
    const key = joined.refusal.code === 'invite_not_yours' ? 'team.not_yours' : 'team.link_over';
    return { turn: saying(turn, { key }), changes: {}, data: {} };
  }
  const { staff, changes } = joined.result;
  const words = { key: 'team.joined', variables: { role: staff.role } } as const;
  return { turn: { ...saying(turn, words), staff }, changes, data: {} };
}
