import type { Address, CustomerRecord, Locale } from '../customers/types.ts';
import type { CustomerId, TalkId } from '../ids.ts';
import type { OutboxMessage } from '../messaging/types.ts';
import { type Command, type Context, mergeChanges } from '../ports.ts';
import type { TalkReply } from '../talks/types.ts';
import { linkNeeds } from './links.ts';
import { noticeNeeds, reactionNeeds, reactionsTo } from './reactions.ts';
import { routeOf } from './routes.ts';
import { ownMergeNeeds } from './screens/accounts.ts';
import { inviteIn, inviteRounds } from './screens/chats.ts';
import { codeAim, codeRounds } from './screens/code.ts';
import { factNeeds } from './screens/facts.ts';
import { talkNeeds } from './screens/human.ts';
import { provedPhone } from './screens/join.ts';
import { surveyNeeds } from './screens/survey.ts';
import { follow, needsOf } from './screens.ts';
import { mostStaffRounds, staffRounds } from './staff/screens.ts';
import { answering } from './staff/talks.ts';
import { dialogVersion, type House, type Outcome, type Turn } from './turn.ts';
import {
  type Conversation,
  type DialogChanges,
  type DialogFacts,
  type DialogNeeds,
  type DialogState,
  type IncomingEvent,
  initialLocale,
  type Said,
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
  const replied = repliedTo(event);
  return {
    name: 'dialog.step',
    once: { scope: `${event.channel} event`, key: event.id, input: event, conflictCode: 'event_conflict' },
    needs: {
      conversations: [{ channel: event.channel, address: event.address }],
      talksIn: [{ channel: event.channel, address: event.address }],
      ...(replied === undefined ? {} : { talkReplies: [replied] }),
      ...(phone === undefined ? {} : { customers: [{ ref: { phone } }] }),
      ...(event.channel === 'sms' ? { customers: [{ ref: { phone: event.address }, lots: 'open' }] } : {}),
    },
    moreNeeds: [
      (facts) => ({
        ...moreNeeds(event, house, phone, facts),
        ...reactionNeeds(event, memberIn(event, facts)),
      }),
      (facts) => noticeNeeds(event, memberIn(event, facts), facts),
      ...Array.from({ length: mostStaffRounds }, (_, round) => (facts: DialogFacts) => {
        // Whoever is at a task of the staff proves no number meanwhile: one of them is empty.
        return {
          ...staffNeeds(event, house, facts, round),
          ...codeNeeds(event, house, facts, round + 1),
          ...linkedNeeds(event, facts, round + 1),
        };
      }),
    ],
    decide: (facts, context) => ({ ok: true, changes: step(event, house, facts, context), result: {} }),
  };
}

function moreNeeds(
  event: IncomingEvent,
  house: House,
  phone: string | undefined,
  facts: DialogFacts,
): DialogNeeds {
  const conversation = facts.conversation(event.channel, event.address);
  const { program } = house;
  const id = memberIn(event, facts);
  const { said } = event;
  const state = currentState(conversation);
  const gone = said.kind === 'blocked' || said.kind === 'returned';
  const route = gone ? undefined : routeOf(said, state);
  const talk = facts.talkIn(event.channel, event.address);
  const ofTalk = route ? talkNeeds(route, { state, talk, program, customerId: id }) : {};
  if (!id) {
    const joining = phone === undefined ? {} : joiningNeeds(phone, conversation, facts);
    return {
      ...ofTalk,
      ...joining,
      ...codeNeeds(event, house, facts, 0),
      ...linkedNeeds(event, facts, 0),
    };
  }
  if (!route) return {};
  const member = {
    ...({ customers: [{ ref: { id }, lots: 'open' }], staffOf: [id] } as const),
    // The menu shows the way to them where there are any.
    ...{ cartsOf: [id], ordersOf: [id] },
  };
  const ofLinks = { ...linkedNeeds(event, facts, 0), ...ownMergeNeeds(route, state, id) };
  const known = {
    ...member,
    ...needsOf(route, id),
    ...surveyNeeds(route, id, program),
    ...factNeeds(route, state, id),
    ...ofTalk,
    ...ofLinks,
  };
  const { customers = [], ...ofCodes } = codeNeeds(event, house, facts, 0);
  return { ...known, ...ofCodes, customers: [...(known.customers ?? []), ...customers] };
}

/** What one of the staff needs to know beyond that, round by round; nothing for anybody else. */
function staffNeeds(
  event: IncomingEvent,
  { program }: House,
  facts: DialogFacts,
  round: number,
): DialogNeeds {
  const conversation = facts.conversation(event.channel, event.address);
  const id = memberIn(event, facts);
  const staff = id ? facts.staffOf(id) : undefined;
  const { said } = event;
  if (!staff || said.kind === 'blocked' || said.kind === 'returned') return {};
  const state = currentState(conversation);
  const route = answering(routeOf(said, state), state, talkPointedAt(event, facts));
  return staffRounds(route, state, { staff, program })[round]?.(facts) ?? {};
}

/** The message of ours that the sender pointed at. */
function repliedTo({ channel, address, replyTo }: IncomingEvent): TalkReply | undefined {
  return replyTo === undefined ? undefined : { channel, address, providerId: replyTo };
}

/** The talk that message was about, where it told one of the staff of one. */
function talkPointedAt(event: IncomingEvent, facts: DialogFacts): TalkId | undefined {
  const replied = repliedTo(event);
  return replied && facts.talkOfReply(replied);
}

/** Whose chat it is; of a number SMS come from, whoever has it now. */
function memberIn({ channel, address }: IncomingEvent, facts: DialogFacts): CustomerId | null {
  if (channel === 'sms') return facts.customer({ phone: address })?.customer.id ?? null;
  return facts.conversation(channel, address)?.address.customerId ?? null;
}

/** What somebody needs who opens a chat here by a link from another. */
function linkedNeeds(event: IncomingEvent, facts: DialogFacts, round: number): DialogNeeds {
  const { said, channel, address } = event;
  if (said.kind === 'blocked' || said.kind === 'returned') return {};
  const token = inviteIn(routeOf(said, currentState(facts.conversation(channel, address))));
  return (token !== undefined && inviteRounds(token)[round]?.(facts)) || {};
}

/** What somebody needs who proves a number by a code. */
function codeNeeds(event: IncomingEvent, { program }: House, facts: DialogFacts, round: number): DialogNeeds {
  const conversation = facts.conversation(event.channel, event.address);
  const { said } = event;
  if (said.kind === 'blocked' || said.kind === 'returned') return {};
  const isMember = memberIn(event, facts) !== null;
  const heard = { event, program, isMember, state: currentState(conversation) };
  const aim = codeAim(routeOf(said, heard.state), heard);
  return (aim && codeRounds(aim, heard)[round]?.(facts)) || {};
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
    const left = reactionsTo(event, memberIn(event, facts), facts, {}, context.now);
    return known ? { ...left, conversations: [reached(known, said.kind === 'returned', context.now)] } : {};
  }
  // Who sent another photo since, or went elsewhere, waits for this one no more.
  if (said.kind === 'fetched' && currentState(known)?.data.coming !== said.question) return {};
  const turn = openTurn(event, house, facts, context, known);
  const stale = known !== undefined && known.state !== null && turn.state === null;
  const typed = routeOf(said, turn.state);
  const route = turn.staff ? answering(typed, turn.state, talkPointedAt(event, facts)) : typed;
  const outcome = follow(turn, route, { key: stale ? 'help.restarted' : lostIn(said) });
  const address = { ...turn.address, ...outcome.address };
  const state = nextState(turn, outcome);
  const changes = outcome.changes ?? {};
  // Who is erased leaves no chat behind: the goodbye opens a new one.
  const before = changes.erasures ? 0 : (known?.revision ?? 0);
  const conversation = { address, state, revision: before + 1 };
  const messages = outcome.silent ? [] : [messageOf(event, outcome, address, context)];
  const member = memberIn(event, facts);
  const reactions = changes.erasures ? {} : reactionsTo(event, member, facts, changes, context.now);
  return mergeChanges<DialogChanges>(changes, reactions, renamedStaff(turn, changes), {
    conversations: [conversation],
    messages,
  });
}

/** What is said to words that mean nothing here, and to what holds no words. */
function lostIn(said: Said): 'help.unknown' | 'help.no_words' {
  return said.kind === 'attachment' && said.text.trim() === '' ? 'help.no_words' : 'help.unknown';
}

/** The team calls each by the name he goes by as a customer, also by one told later. */
function renamedStaff({ staff, record }: Turn, { customerUpdates = [] }: DialogChanges): DialogChanges {
  if (!staff || !record) return {};
  const { name } = customerUpdates.find(({ id }) => id === record.customer.id) ?? record.customer;
  if (name === staff.name) return {};
  return { staffUpdates: [{ ...staff, name, revision: staff.revision + 1 }] };
}

/** The language a chat begins in. An SMS has none of its own: the customer's. */
function firstLocale(
  { channel, language }: IncomingEvent,
  { program }: House,
  record?: CustomerRecord,
): Locale {
  const known = channel === 'sms' ? record?.customer.locale : undefined;
  return known ?? initialLocale(language, program.locale);
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
  const memberId = memberIn(event, facts);
  const found = memberId ? facts.customer({ id: memberId }) : undefined;
  const record = found?.customer.erasedAt === null ? found : undefined;
  const address: Address = {
    id: known?.address.id ?? context.ids.next('adr', context.now),
    channel: event.channel,
    externalId: event.address,
    customerId: record?.customer.id ?? null,
    locale: known?.address.locale ?? firstLocale(event, house, record),
    reachable: true,
    lastSeenAt: context.now,
  };
  const state = currentState(known);
  const staff = record && facts.staffOf(record.customer.id);
  const isNew = known === undefined;
  const talk = facts.talkIn(event.channel, event.address);
  return { ...house, event, facts, context, address, record, staff, talk, state, isNew, lead: [] };
}

function currentState(conversation: Conversation | undefined): DialogState | null {
  const state = conversation?.state ?? null;
  return state?.version === dialogVersion ? state : null;
}

function nextState(turn: Turn, { step, data, buttons, takesNumbers, zeroCounts }: Outcome): DialogState {
  const { said } = turn.event;
  const arrived = said.kind === 'start' ? said.context?.slice(0, longestContext) : undefined;
  const kept = step === 'left' ? {} : lastingOf(turn.state);
  const all = { ...kept, ...(arrived === undefined ? {} : { context: arrived }), ...data };
  const presses = (buttons ?? []).flat().flatMap((button) => (button.kind === 'press' ? [button.data] : []));
  return {
    version: dialogVersion,
    step,
    data: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== '')),
    choices: takesNumbers && !zeroCounts ? [] : presses,
  };
}

/**
 * What a chat remembers from step to step, until a step takes it away: the link that led here, wrong codes, a code
 * sent, pictures light or dark.
 */
function lastingOf(state: DialogState | null): DialogState['data'] {
  const { context = '', guesses = '', code = '', theme = '' } = state?.data ?? {};
  return { context, guesses, code, theme };
}

/** The answer. To a tap it takes the place of the message that was tapped, so that screens do not pile up. */
function messageOf(
  { said, channel }: IncomingEvent,
  { paragraphs, picture, buttons, takesNumbers, zeroCounts, beside, talkId }: Outcome,
  address: Address,
  context: Context,
): OutboxMessage {
  return {
    id: context.ids.next('msg', context.now),
    addressId: address.id,
    customerId: address.customerId,
    channel,
    category: 'reply',
    ...(talkId === undefined ? {} : { talkId }),
    reply: {
      paragraphs,
      ...(picture ? { picture } : {}),
      ...(buttons ? { buttons } : {}),
      ...(takesNumbers ? { takesNumbers } : {}),
      ...(zeroCounts ? { zeroCounts } : {}),
    },
    replaces: said.kind === 'press' && !beside ? (said.messageId ?? null) : null,
    createdAt: context.now,
    dueAt: context.now,
  };
}
