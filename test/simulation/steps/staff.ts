import { inviteStaff, removeStaff } from '../../../core/staff/invite.ts';
import { roles } from '../../../core/staff/rights.ts';
import { type Chat, type Deed, type Person, type Step, stores, type World } from '../world.ts';
import { saying } from './chats.ts';

/** A link somebody was given. */
export interface Invite {
  readonly token: string;
  readonly phone: string;
}

function hiring(world: World): Deed<{ readonly token?: string }> {
  const { phone } = world.pick(world.people.filter(({ chats }) => chats.length > 0));
  const role = world.team.size === 0 ? 'owner' : world.pick(roles);
  const command = inviteStaff({ phone, role, stores: world.chance(0.2) ? [stores[0]] : [] });
  return {
    command,
    learn(outcome) {
      if (!outcome.ok || outcome.result.token === undefined) return;
      world.invites.push({ token: outcome.result.token, phone });
      world.team.add(phone);
    },
  };
}

/** Somebody on the staff (as far as is known) at a phone. */
function onDuty(world: World): { readonly person: Person; readonly chat: Chat } | undefined {
  const person = world.maybe(
    world.people.filter(({ phone, chats }) => world.team.has(phone) && chats.length > 0),
  );
  const chat = person && world.maybe(person.chats);
  return chat ? { person, chat } : undefined;
}

function order(name: string, weight: number, text: (world: World) => string | undefined): Step {
  return {
    name: `staff: ${name}`,
    weight,
    plan(world) {
      const found = onDuty(world);
      const said = found && text(world);
      return found && said !== undefined ? [saying(world, found.chat, { kind: 'text', text: said })] : [];
    },
  };
}

const anyPhone = (world: World) => world.pick(world.people).phone;

const signed = (world: World) => {
  const points = world.pick([1, 10, 90, 400, 1000]);
  return world.chance(0.6) ? `+${points}` : `-${points}`;
};

/** What the staff do in their chats, and what may go wrong: for themselves, too much, undone, approved by whom. */
export const staffSteps: readonly Step[] = [
  { name: 'hires', weight: 1, plan: (world) => (world.team.size < 4 ? [hiring(world)] : []) },
  {
    name: 'takes up an invitation',
    weight: 2.5,
    plan(world) {
      const invite = world.maybe(world.invites.slice(-3));
      if (!invite) return [];
      const invited = world.people.find(({ phone }) => phone === invite.phone);
      const person = world.chance(0.8) && invited ? invited : world.pick(world.people);
      const chat = world.maybe(person.chats);
      if (!chat) return [];
      const { token } = invite;
      return [
        saying(
          world,
          chat,
          world.chance(0.5)
            ? { kind: 'text', text: `/staff ${token}` }
            : { kind: 'start', context: `s_${token}` },
        ),
      ];
    },
  },
  {
    name: 'fires',
    weight: 0.2,
    plan(world) {
      const phone = world.maybe([...world.team]);
      return phone === undefined ? [] : [{ command: removeStaff(phone) }];
    },
  },
  order('looks somebody up', 1, (world) => `/find ${anyPhone(world)}`),
  order('sells by hand', 3, (world) => `/buy ${anyPhone(world)} ${world.int(1, 900)},50`),
  order('takes points by hand', 1.5, (world) => {
    const codes = world.people.flatMap(({ chats }) =>
      chats.flatMap(({ heard }) =>
        heard.flatMap(({ picture }) => (picture?.kind === 'code' ? [picture.code] : [])),
      ),
    );
    const code = world.maybe(codes);
    return code === undefined ? undefined : `/redeem ${code} ${world.pick([1, 10, 50])} 1000`;
  }),
  order('takes goods back', 1.5, (world) => {
    const receipt = world.maybe(world.receipts.slice(-8));
    return receipt && `/refund ${receipt.input.externalId}${world.chance(0.5) ? ` ${world.int(1, 50)}` : ''}`;
  }),
  order('gives a coupon', 1, (world) => {
    const coupon = world.maybe(world.coupons.filter(({ kind }) => kind === 'personal'));
    return coupon && `/issue ${coupon.name} ${anyPhone(world)}`;
  }),
  order('corrects points', 3, (world) => `/adjust ${anyPhone(world)} ${signed(world)} a mistake`),
  order('looks at requests', 2, () => '/approve'),
  order('reads the trail', 0.5, () => '/audit'),
  {
    name: 'staff: taps',
    weight: 9,
    plan(world) {
      const found = onDuty(world);
      const data = found && world.maybe(found.chat.screen.slice(0, 4).filter((press) => press !== 'stats'));
      return found && data !== undefined
        ? [saying(world, found.chat, { kind: 'press', data, messageId: 'm1' })]
        : [];
    },
  },
];
