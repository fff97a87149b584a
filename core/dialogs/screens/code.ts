import {
  type CodeNeed,
  type CodePurpose,
  codeMinutes,
  drawCode,
  type OneTimeCode,
  readCode,
  tryCode,
} from '../../customers/one_time_code.ts';
import { parsePhone } from '../../customers/phone.ts';
import type { Address } from '../../customers/types.ts';
import type { OneTimeCodeId } from '../../ids.ts';
import { reachableChats } from '../../messaging/cascade.ts';
import { codeRules } from '../../messaging/codes.ts';
import { messageTo } from '../../messaging/plan.ts';
import type { Button, Words } from '../../messaging/types.ts';
import { mergeChanges } from '../../ports.ts';
import type { Program } from '../../program/program.ts';
import { linkNeeds } from '../links.ts';
import type { Route } from '../routes.ts';
import { type House, type Outcome, press, saying, type Turn, writing } from '../turn.ts';
import type { DialogChanges, DialogFacts, DialogNeeds, DialogState, IncomingEvent } from '../types.ts';
import { claimCodeIn } from './claim.ts';
import { home, isMember, menu } from './home.ts';
import { enter, invitation, linksElsewhere, senderPhone, terms, vouches, withNumber } from './join.ts';

/** What somebody whose number nothing proves wants of codes: one for a number, another one, or to prove it by one. */
export type CodeAim =
  | { readonly kind: 'ask'; readonly phone: string }
  | { readonly kind: 'again'; readonly id: OneTimeCodeId }
  | { readonly kind: 'try'; readonly id: OneTimeCodeId; readonly digits: string };

/** Where a route is heard: what decides whether codes are needed there. */
interface Heard {
  readonly event: IncomingEvent;
  /** A member shares one more number; only a stranger types one. */
  readonly isMember: boolean;
  readonly state: DialogState | null;
  readonly program: Program;
}

/** Reads what is said as far as codes go; undefined where it is about something else. */
export function codeAim(route: Route, heard: Heard): CodeAim | undefined {
  const { event, state, program, isMember } = heard;
  if (isMember && state?.step.startsWith('staff')) return undefined;
  if (event.channel === 'sms' || vouches({ event })) return undefined;
  if (senderPhone({ event, program }) !== undefined) return undefined;
  const id = (state?.data.code ?? '') as OneTimeCodeId | '';
  if (route.kind === 'screen') {
    return route.name === 'code' && id !== '' ? { kind: 'again', id } : undefined;
  }
  if (route.kind === 'contact') return asking(route.phone, program);
  if (route.kind !== 'words') return undefined;
  const digits = readCode(route.text);
  if (digits !== undefined && id !== '') return { kind: 'try', id, digits };
  return !isMember && claimCodeIn(route.text) === undefined ? asking(route.text, program) : undefined;
}

function asking(text: string, { country }: Program): CodeAim | undefined {
  const phone = parsePhone(text, country);
  return phone === undefined ? undefined : { kind: 'ask', phone };
}

/** What such an aim needs to know, round by round. */
export function codeRounds(
  aim: CodeAim,
  { event, state, isMember }: Pick<Heard, 'event' | 'state' | 'isMember'>,
): readonly ((facts: DialogFacts) => DialogNeeds)[] {
  const purpose = purposeOf(isMember);
  if (aim.kind === 'ask') return [() => askNeeds(needOf(aim.phone, purpose, event))];
  const find = () => ({ oneTimeCodes: [aim.id] });
  const phoneOf = (facts: DialogFacts) => facts.oneTimeCode(aim.id)?.phone;
  if (aim.kind === 'again') {
    return [find, (facts) => withPhone(phoneOf(facts), (phone) => askNeeds(needOf(phone, purpose, event)))];
  }
  const link = state?.data.context;
  return [
    find,
    (facts) => withPhone(phoneOf(facts), (phone) => ({ customers: [{ ref: { phone } }] })),
    (facts) => withPhone(phoneOf(facts), (phone) => linkNeeds(link, facts.customer({ phone })?.customer.id)),
  ];
}

function withPhone(phone: string | undefined, needs: (phone: string) => DialogNeeds): DialogNeeds {
  return phone === undefined ? {} : needs(phone);
}

/** A member has joined already: one more number is another account's, or nobody's. */
function purposeOf(isMember: boolean): CodePurpose {
  return isMember ? 'merge' : 'join';
}

/** A code for `phone` as the sender of `event` asks for it. */
function needOf(phone: string, purpose: CodePurpose, { channel, address }: IncomingEvent): CodeNeed {
  return { phone, purpose, subject: '', asker: `${channel}:${address}` };
}

function askNeeds(need: CodeNeed): DialogNeeds {
  const { phone } = need;
  return {
    codeStandings: [need],
    customers: [{ ref: { phone } }],
    conversations: [{ channel: 'sms', address: phone }],
  };
}

/** Carries out such an aim. */
export function followCode(turn: Turn, aim: CodeAim): Outcome {
  if (aim.kind === 'ask') return sendCode(turn, aim.phone, 'first');
  const code = turn.facts.oneTimeCode(aim.id);
  if (aim.kind === 'try') return takeDigits(turn, code, aim.digits);
  // A day later it is forgotten whose it was: the number is asked for once more.
  return code ? sendCode(turn, code.phone, 'again') : home(turn, '');
}

/**
 * The answer is the same whether or not anybody is known by the number, and so is everything after it: a code is drawn
 * even where there is no way to send it. Who has a chat with us gets it there, free and at once; SMS is one tap away.
 */
function sendCode(turn: Turn, phone: string, time: 'first' | 'again'): Outcome {
  const way = wayTo(turn, phone, time);
  const need = needOf(phone, purposeOf(isMember(turn)), turn.event);
  const { limits } = codeRules(turn.program, turn.channels);
  const drawn = drawCode(need, way, turn.facts, limits, turn.context);
  if (!drawn.ok && drawn.refusal.code === 'codes_used_up') {
    if (isMember(turn)) return menu(saying(turn, { key: 'code.used_up' }), '');
    return invitation(turn, [{ key: 'code.used_up' }], linksElsewhere(turn));
  }
  const bySms = smsOpen(turn, phone);
  if (!drawn.ok) return codeScreen(turn, bySms, { key: 'code.too_soon' });
  const { code, changes } = drawn.result;
  const agreeing = isMember(turn) ? [] : [terms];
  const screen = codeScreen(turn, bySms, sentWords(bySms, time), ...agreeing);
  const all = mergeChanges<DialogChanges>(changes, messageOf(turn, code, way.chat));
  return writing(all, { ...screen, data: { code: code.id } });
}

/** How a code goes: to a chat, by SMS, or nowhere, which is not told. */
interface Way extends Pick<OneTimeCode, 'channel' | 'priceMicros'> {
  readonly chat?: Address;
}

function wayTo(turn: Turn, phone: string, time: 'first' | 'again'): Way {
  const priceMicros = codeRules(turn.program, turn.channels).smsPrice(phone);
  const chat = time === 'again' && priceMicros !== undefined ? undefined : chatOf(turn, phone);
  if (chat) return { channel: chat.channel, priceMicros: 0, chat };
  if (priceMicros === undefined) return { channel: turn.event.channel, priceMicros: 0 };
  const { locale } = turn.address;
  const known = turn.facts.conversation('sms', phone)?.address;
  return { channel: 'sms', priceMicros, chat: known ?? numberOf(turn, phone, locale) };
}

/** A number nobody has written from: an SMS goes there, whosever it is. */
function numberOf({ context }: Turn, phone: string, locale: Address['locale']): Address {
  const id = context.ids.next('adr', context.now);
  return { id, channel: 'sms', externalId: phone, customerId: null, locale, reachable: true, lastSeenAt: 0 };
}

/** The chat in which the owner of a number proved it before: not one of a web page, which may be anybody's screen. */
function chatOf({ facts }: Turn, phone: string): Address | undefined {
  const record = facts.customer({ phone });
  const chats = record ? reachableChats(record).filter(({ channel }) => channel !== 'web') : [];
  return chats.find(({ channel }) => channel === record?.customer.preferredChannel) ?? chats[0];
}

/** Whether an SMS goes to this number. */
function smsOpen({ program, channels }: House, phone: string): boolean {
  return codeRules(program, channels).smsPrice(phone) !== undefined;
}

function messageOf(turn: Turn, { code }: OneTimeCode, chat: Address | undefined): DialogChanges {
  if (!chat) return {};
  const words: Words =
    chat.channel === 'sms'
      ? { key: 'code.for_sms', variables: { code } }
      : { key: 'code.for_chat', variables: { code, minutes: codeMinutes } };
  const message = messageTo(chat, { category: 'code', reply: { paragraphs: [words] } }, turn.context);
  const isNew = chat.channel === 'sms' && !turn.facts.conversation('sms', chat.externalId);
  return { messages: [message], ...(isNew ? { newAddresses: [chat] } : {}) };
}

function sentWords(bySms: boolean, time: 'first' | 'again'): Words {
  const variables = { minutes: codeMinutes };
  if (!bySms) return { key: 'code.sent_elsewhere', variables };
  return { key: time === 'first' ? 'code.sent' : 'code.sent_sms', variables };
}

/** Where the digits are waited for, with the ways on for whom they do not reach. */
function codeScreen(turn: Turn, bySms: boolean, ...words: readonly Words[]): Outcome {
  const again: Button = press({ key: bySms ? 'button.code_sms' : 'button.code_again' }, 'code:again');
  return {
    step: 'code',
    paragraphs: [...turn.lead, ...words],
    buttons: [
      [again, press({ key: 'button.other_number' }, 'join')],
      ...(bySms ? [] : linksElsewhere(turn)),
      [press({ key: 'button.language' }, 'language'), press({ key: 'button.help' }, 'help')],
    ],
  };
}

/** The right digits prove the number, once, in the chat that asked for them. */
function takeDigits(turn: Turn, code: OneTimeCode | undefined, digits: string): Outcome {
  const { asker, purpose } = needOf('', purposeOf(isMember(turn)), turn.event);
  const own = code?.asker === asker && code.purpose === purpose;
  const tried = tryCode(own ? code : undefined, digits, turn.context.now);
  if (code && tried.verdict === 'right') {
    const entered = isMember(turn) ? withNumber(turn, code.phone) : enter(turn, code.phone);
    const changes = mergeChanges<DialogChanges>(entered.changes ?? {}, tried.changes);
    return { ...entered, data: { ...entered.data, code: '' }, changes };
  }
  const bySms = code !== undefined && smsOpen(turn, code.phone);
  const words: Words =
    tried.verdict === 'wrong'
      ? { key: 'code.wrong', variables: { count: tried.triesLeft } }
      : { key: 'code.over' };
  return writing(tried.changes, codeScreen(turn, bySms, words));
}

/** Words that are no digits, while digits are waited for. */
export function expectCode(turn: Turn, lost: Words): Outcome {
  const code = turn.facts.oneTimeCode((turn.state?.data.code ?? '') as OneTimeCodeId);
  const bySms = code === undefined ? turn.channels?.has('sms') === true : smsOpen(turn, code.phone);
  return codeScreen(saying(turn, lost), bySms, { key: 'code.expected' });
}
