import type { Address } from '../customers/types.ts';
import type { OutboxMessage } from '../messaging/types.ts';
import { type Command, type Context, mergeChanges } from '../ports.ts';
import { linkNeeds } from './links.ts';
import { routeOf } from './routes.ts';
import { provedPhone } from './screens/join.ts';
import { follow, needsOf } from './screens.ts';
import { mostStaffRounds, staffRounds } from './staff/screens.ts';
import { dialogVersion, type House, type Outcome, type Turn } from './turn.ts';
import {
  type Conversation,
  type DialogChanges,
  type DialogFacts,
  type DialogNeeds,
  type DialogState,
  type IncomingEvent,
  initialLocale,
} from './types.ts';

/** The most characters kept of what a deep link carried: the messengers' own limit. */
const longestContext = 64;

/**
 * One step of a conversation as a command: the new state, the answers (in the outbox) and whatever the person asked
 * for are one commit. The same event twice changes nothing.
 */
export function handleEvent(
  event: IncomingEvent,
  house: House,
): Command<DialogNeeds, DialogFacts, DialogChanges, Record<string, never>> {
  const phone = provedPhone(event, house.program);
  return {
    name: 'dialog.step',
    once: { scope: `${event.channel} event`, key: event.id, input: event, conflictCode: 'event_conflict' },
    needs: {
      conversations: [{ channel: event.channel, address: event.address }],
      ...(phone === undefined ? {} : { customers: [{ ref: { phone } }] }),
    },
    moreNeeds: [
      (facts) => moreNeeds(event, phone, facts),
      ...Array.from({ length: mostStaffRounds }, (_, round) => (facts: DialogFacts) => {
        return staffNeeds(event, house, facts, round);
      }),
    ],
    decide: (facts, context) => ({ ok: true, changes: step(event, house, facts, context), result: {} }),
  };
}

function moreNeeds(event: IncomingEvent, phone: string | undefined, facts: DialogFacts): DialogNeeds {
  const conversation = facts.conversation(event.channel, event.address);
  const id = conversation?.address.customerId;
  if (!id) return phone === undefined ? {} : joiningNeeds(phone, conversation, facts);
  const { said } = event;
  if (said.kind === 'blocked' || said.kind === 'returned') return {};
  const member = { customers: [{ ref: { id }, lots: 'open' }], staffOf: [id] } as const;
  return { ...member, ...needsOf(routeOf(said, currentState(conversation)), id) };
}

/** What one of the staff needs to know beyond that, round by round; nothing for anybody else. */
function staffNeeds(
  event: IncomingEvent,
  { program }: House,
  facts: DialogFacts,
  round: number,
): DialogNeeds {
  const conversation = facts.conversation(event.channel, event.address);
  const id = conversation?.address.customerId;
  const staff = id ? facts.staffOf(id) : undefined;
  const { said } = event;
  if (!staff || said.kind === 'blocked' || said.kind === 'returned') return {};
  const state = currentState(conversation);
  return staffRounds(routeOf(said, state), state, { staff, program })[round]?.(facts) ?? {};
}

/** Who proves a phone may be joining: then the link that led here is followed. */
function joiningNeeds(
  phone: string,
  conversation: Conversation | undefined,
  facts: DialogFacts,
): DialogNeeds {
  return linkNeeds(currentState(conversation)?.data.context, facts.customer({ phone })?.customer.id);
}

function step(event: IncomingEvent, house: House, facts: DialogFacts, context: Context): DialogChanges {
  const { said } = event;
  const known = facts.conversation(event.channel, event.address);
  if (said.kind === 'blocked' || said.kind === 'returned') {
    return known ? { conversations: [reached(known, said.kind === 'returned', context.now)] } : {};
  }
  const turn = openTurn(event, house, facts, context, known);
  const stale = known !== undefined && known.state !== null && turn.state === null;
  const route = routeOf(said, turn.state);
  const outcome = follow(turn, route, { key: stale ? 'help.restarted' : 'help.unknown' });
  const address = { ...turn.address, ...outcome.address };
  const state = nextState(turn, outcome);
  const changes = outcome.changes ?? {};
  // Who is erased leaves no chat behind: the goodbye opens a new one.
  const before = changes.erasures ? 0 : (known?.revision ?? 0);
  const conversation = { address, state, revision: before + 1 };
  const messages = [messageOf(event, outcome, address, context)];
  return mergeChanges<DialogChanges>(changes, renamedStaff(turn, changes), {
    conversations: [conversation],
    messages,
  });
}

/** The team calls each by the name he goes by as a customer, also by one told later. */
function renamedStaff({ staff, record }: Turn, { customerUpdates = [] }: DialogChanges): DialogChanges {
  if (!staff || !record) return {};
  const { name } = customerUpdates.find(({ id }) => id === record.customer.id) ?? record.customer;
  if (name === staff.name) return {};
  return { staffUpdates: [{ ...staff, name, revision: staff.revision + 1 }] };
}

/** The channel told us that the person blocked us or came back: nothing is said, and the place in talk is kept. */
function reached(known: Conversation, reachable: boolean, now: number): Conversation {
  const lastSeenAt = reachable ? now : known.address.lastSeenAt;
  return { ...known, address: { ...known.address, reachable, lastSeenAt }, revision: known.revision + 1 };
}

function openTurn(
  event: IncomingEvent,
  house: House,
  facts: DialogFacts,
  context: Context,
  known: Conversation | undefined,
): Turn {
  const found = known?.address.customerId ? facts.customer({ id: known.address.customerId }) : undefined;
  const record = found?.customer.erasedAt === null ? found : undefined;
  const address: Address = {
    id: known?.address.id ?? context.ids.next('adr', context.now),
    channel: event.channel,
    externalId: event.address,
    customerId: record?.customer.id ?? null,
    locale: known?.address.locale ?? initialLocale(event.language, house.program.locale),
    reachable: true,
    lastSeenAt: context.now,
  };
  const state = currentState(known);
  const staff = record && facts.staffOf(record.customer.id);
  const isNew = known === undefined;
  return { ...house, event, facts, context, address, record, staff, state, isNew, lead: [] };
}

function currentState(conversation: Conversation | undefined): DialogState | null {
  const state = conversation?.state ?? null;
  return state?.version === dialogVersion ? state : null;
}

function nextState(turn: Turn, { step, data, buttons, takesNumbers }: Outcome): DialogState {
  const { said } = turn.event;
  const arrived = said.kind === 'start' ? said.context?.slice(0, longestContext) : undefined;
  const kept = step === 'left' ? {} : lastingOf(turn.state);
  const all = { ...kept, ...(arrived === undefined ? {} : { context: arrived }), ...data };
  const presses = (buttons ?? []).flat().flatMap((button) => (button.kind === 'press' ? [button.data] : []));
  return {
    version: dialogVersion,
    step,
    data: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== '')),
    choices: takesNumbers ? [] : presses,
  };
}

/** What a chat remembers from step to step, until a step takes it away: the link that led here, and wrong codes. */
function lastingOf(state: DialogState | null): DialogState['data'] {
  const { context = '', guesses = '' } = state?.data ?? {};
  return { context, guesses };
}

/** The answer. To a tap it takes the place of the message that was tapped, so that screens do not pile up. */
function messageOf(
  { said, channel }: IncomingEvent,
  { paragraphs, picture, buttons, takesNumbers }: Outcome,
  address: Address,
  context: Context,
): OutboxMessage {
  return {
    id: context.ids.next('msg', context.now),
    addressId: address.id,
    customerId: address.customerId,
    channel,
    category: 'reply',
    reply: {
      paragraphs,
      ...(picture ? { picture } : {}),
      ...(buttons ? { buttons } : {}),
      ...(takesNumbers ? { takesNumbers } : {}),
    },
    replaces: said.kind === 'press' ? (said.messageId ?? null) : null,
    createdAt: context.now,
    dueAt: context.now,
  };
}
