import { inviteChat, inviteMinutes, takeInvite } from '../../customers/chat_invite.ts';
import { type Address, type ChannelName, type CustomerRecord, channelNames } from '../../customers/types.ts';
import { viewPoints } from '../../ledger/view.ts';
import { preferredAddress } from '../../messaging/cascade.ts';
import { messageTo } from '../../messaging/plan.ts';
import type { Button, Words } from '../../messaging/types.ts';
import { mergeChanges } from '../../ports.ts';
import type { Route } from '../routes.ts';
import { nameOf } from '../staff/words.ts';
import {
  type MemberScreen,
  type MemberTurn,
  type Outcome,
  press,
  saying,
  type Turn,
  toMenu,
  withCustomer,
  writing,
} from '../turn.ts';
import type { DialogChanges, DialogFacts, DialogNeeds } from '../types.ts';
import { isMember, menu } from './home.ts';
import { joinScreen } from './join.ts';

/** A member's chats, the one used last first, this one as it is now. A number that SMS go to is no chat. */
function chatsOf({ record, address }: MemberTurn): readonly Address[] {
  return record.addresses
    .filter(({ channel }) => channel !== 'sms')
    .map((one) => (one.id === address.id ? address : one));
}

const back: Button = press({ key: 'button.back' }, 'settings');

/** The messengers that are connected: where we write first, and what can be changed about it. */
export const chats: MemberScreen = (turn) => {
  const all = chatsOf(turn);
  const { preferredChannel: chosen } = turn.record.customer;
  const writes: Words =
    chosen === null
      ? { key: 'chats.writes_last' }
      : { key: 'chats.writes_to', variables: { channel: chosen } };
  return {
    step: 'chats',
    paragraphs: [...turn.lead, [{ key: 'chats.title' }, ...all.map((one) => lineOf(turn, one))], writes],
    buttons: [
      ...preferButtons(all, chosen),
      [press({ key: 'chats.connect' }, 'connect')],
      ...all
        .filter(({ id }) => id !== turn.address.id)
        .map(({ id, channel }) => [
          press({ key: 'chats.disconnect', variables: { channel } }, `chats:off-${id}`),
        ]),
      [back, ...toMenu],
    ],
  };
};

function lineOf({ address }: MemberTurn, { id, channel, reachable, lastSeenAt: at }: Address): Words {
  if (id === address.id) return { key: 'chats.line_here', variables: { channel } };
  return reachable
    ? { key: 'chats.line', variables: { channel, at } }
    : { key: 'chats.line_blocked', variables: { channel } };
}

/** Nothing to choose where there is one messenger. */
function preferButtons(all: readonly Address[], chosen: ChannelName | null): readonly Button[][] {
  const channels = [...new Set(all.map(({ channel }) => channel))];
  if (channels.length < 2 && chosen === null) return [];
  const others = channels.filter((channel) => channel !== chosen);
  return [
    ...others.map((channel) => [
      press({ key: 'chats.prefer', variables: { channel } }, `chats:to-${channel}`),
    ]),
    ...(chosen === null ? [] : [[press({ key: 'chats.prefer_last' }, 'chats:to-last')]]),
  ];
}

/** `to-viber`, `to-last`: where we write first. `off-adr_…`: that chat is let go of. Undefined for anything else. */
export function changeChats(turn: MemberTurn, argument: string): Outcome | undefined {
  const [what, which = ''] = argument.split(/-(.*)/s);
  if (what === 'to') return prefer(turn, which);
  return what === 'off' ? disconnect(turn, which) : undefined;
}

function prefer(turn: MemberTurn, which: string): Outcome | undefined {
  const channel = channelNames.find((known) => known === which) ?? null;
  const linked = chatsOf(turn).some((one) => one.channel === channel);
  if (which !== 'last' && !linked) return undefined;
  const customer = { ...turn.record.customer, preferredChannel: channel };
  return writing({ customerUpdates: [customer] }, chats(withCustomer(turn, customer), ''));
}

function disconnect(turn: MemberTurn, id: string): Outcome | undefined {
  const gone = chatsOf(turn).find((one) => one.id === id && id !== turn.address.id);
  if (!gone) return undefined;
  const { channel } = gone;
  const addresses = turn.record.addresses.filter((one) => one.id !== id);
  const { customer } = turn.record;
  const left = addresses.some((one) => one.channel === channel);
  const kept =
    customer.preferredChannel === channel && !left ? { ...customer, preferredChannel: null } : customer;
  const after = { ...turn, record: { ...turn.record, customer: kept, addresses } };
  const changes: DialogChanges = {
    addressLinks: [{ id: gone.id, customerId: null }],
    ...(kept === customer ? {} : { customerUpdates: [kept] }),
  };
  return writing(changes, chats(saying(after, { key: 'chats.disconnected', variables: { channel } }), ''));
}

/** Links that open our chat in other messengers, and make that chat this member's. */
export const connect: MemberScreen = (turn) => {
  const { token, changes } = inviteChat(turn.record.customer.id, turn.context);
  const links = (turn.chatLinks?.(`l_${token}`) ?? []).filter(
    ({ channel }) => channel !== turn.event.channel,
  );
  const toChats = press({ key: 'button.back' }, 'chats');
  if (links.length === 0) {
    return {
      step: 'connect',
      paragraphs: [...turn.lead, { key: 'connect.nowhere' }],
      buttons: [[toChats, ...toMenu]],
    };
  }
  return writing(changes, {
    step: 'connect',
    paragraphs: [...turn.lead, { key: 'connect.how', variables: { minutes: inviteMinutes } }],
    buttons: [
      ...links.map(({ channel, url }): Button[] => [
        { kind: 'link', label: { key: 'button.open_channel', variables: { channel } }, url },
      ]),
      [toChats, ...toMenu],
    ],
  });
};

/** The token of a link of `connect` that a route follows or answers; undefined where it is about something else. */
export function inviteIn(route: Route): string | undefined {
  if (route.kind !== 'screen') return undefined;
  if (route.name === 'relink') return route.argument;
  return route.name === 'start' ? /^l_([0-9A-Z]{20})$/.exec(route.argument)?.[1] : undefined;
}

/** What following such a link needs to know, round by round. */
export function inviteRounds(token: string): readonly ((facts: DialogFacts) => DialogNeeds)[] {
  return [
    () => ({ chatInvites: [token] }),
    (facts) => {
      const id = facts.chatInvite(token)?.customerId;
      return id ? { customers: [{ ref: { id }, lots: 'open' }] } : {};
    },
  ];
}

/** Somebody opened such a link: a chat that belongs to nobody is the customer's at once, another is asked about. */
export function openInvite(turn: Turn, token: string): Outcome {
  const found = invited(turn, token);
  if (!found) return linkOver(turn);
  if (!isMember(turn)) return takeChat(turn, found);
  if (turn.record.customer.id === found.owner.customer.id) {
    return menu(saying(turn, { key: 'connect.already' }), '');
  }
  return askToMove(turn, token);
}

interface Invited {
  readonly owner: CustomerRecord;
  readonly used: DialogChanges;
}

function invited({ facts, context }: Turn, token: string): Invited | undefined {
  const invite = facts.chatInvite(token);
  const used = takeInvite(invite, context.now);
  const owner = invite && facts.customer({ id: invite.customerId });
  const here = owner?.customer.erasedAt === null && owner.customer.mergedInto === null;
  return used && here ? { owner, used } : undefined;
}

function linkOver(turn: Turn): Outcome {
  const said = saying(turn, { key: 'connect.over' });
  const screen = isMember(said) ? menu(said, '') : joinScreen(said);
  return { ...screen, data: { ...screen.data, context: '' } };
}

function askToMove(turn: MemberTurn, token: string): Outcome {
  const { customer, head, lots } = turn.record;
  const balance = viewPoints(head.balance, lots, turn.context.now).available;
  return {
    step: 'relink',
    data: { context: '' },
    paragraphs: [...turn.lead, { key: 'connect.other', variables: { name: nameOf(customer), balance } }],
    buttons: [[press({ key: 'connect.move' }, `relink:${token}`)], [press({ key: 'connect.keep' }, 'menu')]],
  };
}

/** The member agreed that this chat be another account's. Undefined when that was not the question. */
export function relink(turn: MemberTurn, token: string): Outcome | undefined {
  if (turn.state?.step !== 'relink') return undefined;
  const found = invited(turn, token);
  return found ? takeChat(turn, found) : linkOver(turn);
}

/** This chat is the owner's from now on, in the language the owner speaks; the chat used last is told of it. */
function takeChat(turn: Turn, { owner, used }: Invited): Outcome {
  const locale = owner.customer.locale ?? turn.address.locale;
  const address = { ...turn.address, customerId: owner.customer.id, locale };
  const record = { ...owner, addresses: [...owner.addresses, address] };
  const member: MemberTurn = { ...turn, address, record };
  const screen = menu(saying(member, { key: 'connect.done' }), '');
  const changes = mergeChanges<DialogChanges>(used, tellOwner(turn, owner));
  return {
    ...writing(changes, screen),
    data: { ...screen.data, context: '', code: '' },
    address: { customerId: owner.customer.id, locale },
  };
}

function tellOwner({ event, context }: Turn, owner: CustomerRecord): DialogChanges {
  const chat = preferredAddress(owner);
  if (!chat) return {};
  const { channel } = event;
  const reply = { paragraphs: [{ key: 'connect.told', variables: { channel } } satisfies Words] };
  return { messages: [messageTo(chat, { category: 'reply', reply }, context)] };
}
