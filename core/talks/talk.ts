import { auditEntries } from '../audit/types.ts';
import { type Outcome, refuse } from '../errors.ts';
import type { AddressId, CustomerId, StaffId, TalkId } from '../ids.ts';
import type { Context } from '../ports.ts';
import type { Program } from '../program/program.ts';
import type { Desk } from '../staff/desk.ts';
import { ownAccount } from '../staff/desk.ts';
import { mayDo } from '../staff/rights.ts';
import { actorOfStaff, type Staff, type StaffChanges, type TeamMember } from '../staff/types.ts';
import type { Talk, TalkChanges, TalkFacts, TalkInView, TalkMessage } from './types.ts';

/** The longest thing said in a talk that is kept, in UTF-16 code units. */
const longestText = 4000;
/** After how long without an answer the staff are reminded. */
const remindAfterMs = 10 * 60_000;
const minuteMs = 60_000;

/** What a decision about a talk writes. */
export type TalkWrites = TalkChanges & StaffChanges;

/** Who of the staff looks at talks, with what a decision may look at. */
export interface TalkDesk extends Desk {
  readonly facts: Desk['facts'] & TalkFacts;
}

/** The rules of a program that talks follow. */
export type TalkRules = Pick<Program, 'talks'>;

/** Those of the staff who can be told of a talk: they may answer, have a chat, and are not the customer. */
export function listeners(team: readonly TeamMember[], customerId: CustomerId | null): TeamMember[] {
  return team.filter((one) => one.chat !== null && mayDo(one.role, 'talks') && one.customerId !== customerId);
}

/** Something said, as it is kept: by one of the staff, or by the customer (null). */
export function talkMessage(
  talkId: TalkId,
  staffId: StaffId | null,
  text: string,
  context: Context,
): TalkMessage {
  const id = context.ids.next('tlm', context.now);
  return { id, talkId, staffId, text: text.slice(0, longestText), at: context.now };
}

function returnsAt({ talks }: TalkRules, now: number): number {
  return now + talks.bot_returns_minutes * minuteMs;
}

/** Opens a talk in a chat that has none, with what the customer has said already, if anything. */
export function openTalk(
  chat: { readonly id: AddressId; readonly customerId: CustomerId | null },
  question: string,
  rules: TalkRules,
  context: Context,
): { readonly talk: Talk; readonly said: readonly TalkMessage[]; readonly changes: TalkChanges } {
  const { now } = context;
  const talk: Talk = {
    ...{ id: context.ids.next('tlk', now), addressId: chat.id, customerId: chat.customerId },
    ...{ status: 'waiting', staffId: null, openedAt: now, touchedAt: now },
    ...{ botReturnsAt: returnsAt(rules, now), remindAt: now + remindAfterMs, remindedAt: null },
    ...{ closedAt: null, closedBy: null, revision: 1 },
  };
  const said = question === '' ? [] : [talkMessage(talk.id, null, question, context)];
  return { talk, said, changes: { talks: [talk], talkMessages: said } };
}

/**
 * One of the staff opens a talk in a customer's chat that has none, and has it: the customer hears of it with the first
 * answer. Refuses `own_account`. The customer's chain of the audit trail must be known.
 */
export function openTalkAsStaff(
  chat: { readonly id: AddressId; readonly customerId: CustomerId },
  rules: TalkRules,
  { staff, facts, context }: TalkDesk,
): Outcome<{ readonly talk: Talk; readonly changes: TalkWrites }> {
  if (chat.customerId === staff.customerId) return ownAccount();
  const opened = openTalk(chat, '', rules, context).talk;
  const talk: Talk = { ...opened, status: 'taken', staffId: staff.id, remindAt: null };
  const said = {
    chain: chat.customerId,
    action: 'talk.take',
    actor: actorOfStaff(staff),
    reference: talk.id,
  };
  const audit = auditEntries([said], facts, context);
  return { ok: true, result: { talk, changes: { talks: [talk], audit } } };
}

/** Who hears a customer: the one of the staff who has the talk, or else whoever can be told; perhaps nobody at all. */
export interface Hearing {
  readonly taker: TeamMember | undefined;
  readonly heard: boolean;
}

/**
 * The customer says something in an open talk. Without a taker it waits for somebody again; where nobody can be told it
 * is over, and kept for whoever looks later. Whose the chat is now, the talk is too.
 */
export function sayAsCustomer(
  talk: TalkInView,
  text: string,
  { taker, heard }: Hearing,
  rules: TalkRules,
  context: Context,
): { readonly talk: Talk; readonly changes: TalkChanges } {
  const { now } = context;
  const waitsAlready = talk.remindAt !== null || talk.remindedAt !== null;
  const next: Talk = {
    ...stored(talk),
    customerId: talk.chat?.customerId ?? talk.customerId,
    status: taker ? 'taken' : 'waiting',
    staffId: taker?.id ?? null,
    touchedAt: now,
    botReturnsAt: returnsAt(rules, now),
    remindAt: waitsAlready ? talk.remindAt : now + remindAfterMs,
    ...(heard ? {} : missedAt(now)),
  };
  const said = talkMessage(talk.id, null, text, context);
  return { talk: next, changes: { talkUpdates: [next], talkMessages: [said] } };
}

/** What a talk is that nobody answered until it closed by itself. */
function missedAt(now: number) {
  return { status: 'closed', closedAt: now, closedBy: 'time', remindAt: null, remindedAt: now } as const;
}

/** The talk as it is written: without the names of the view, its revision one ahead. */
function stored(talk: TalkInView): Talk {
  const { customerName: _, staffName: __, chat: ___, openInChat: ____, ...rest } = talk;
  return { ...rest, revision: talk.revision + 1 };
}

/** Whether one of the staff has it now. */
function isWith({ status, staffId }: Talk, staff: Pick<Staff, 'id'>): boolean {
  return status === 'taken' && staffId === staff.id;
}

/** Whether a talk that is over goes on when it is answered: nobody ended it, and no other has begun in its chat. */
export function canGoOn({ status, closedBy, openInChat, chat }: TalkInView): boolean {
  return status === 'closed' && closedBy === 'time' && openInChat === null && chat !== null;
}

/** Why one of the staff cannot act in a talk; undefined when they can. */
function obstacle(talk: TalkInView, staff: Staff) {
  if (talk.customerId !== null && talk.customerId === staff.customerId) return ownAccount();
  if (talk.status === 'closed' && !canGoOn(talk)) return refuse('talk_closed', 'this talk is over');
  return undefined;
}

/** Who has left the staff has no talk any more. */
function hasAnother(talk: TalkInView, { staff, facts }: TalkDesk) {
  const other = talk.status === 'taken' && !isWith(talk, staff);
  const isHere = facts.team().some(({ id }) => id === talk.staffId);
  return other && isHere ? refuse('talk_taken', 'somebody else of the staff has this talk') : undefined;
}

/** A talk that changed hands or ended, and what that writes. */
export interface Moved {
  readonly talk: Talk;
  readonly changes: TalkWrites;
}

/**
 * One of the staff takes a talk: from then on it is theirs to answer. `over`: also from a colleague. Refuses
 * `talk_closed`, `talk_taken`, `own_account`. Taking what one has already changes nothing.
 */
export function takeTalk(talk: TalkInView, over: boolean, rules: TalkRules, desk: TalkDesk): Outcome<Moved> {
  const { staff, context } = desk;
  const no = obstacle(talk, staff) ?? (over ? undefined : hasAnother(talk, desk));
  if (no) return no;
  if (isWith(talk, staff)) return { ok: true, result: { talk, changes: {} } };
  const next = withStaff(talk, staff.id, rules, context);
  return { ok: true, result: moved(talk, next, 'talk.take', {}, desk) };
}

function withStaff(talk: TalkInView, staffId: StaffId, rules: TalkRules, { now }: Context): Talk {
  const botReturnsAt = Math.max(talk.botReturnsAt, returnsAt(rules, now));
  const open = { closedAt: null, closedBy: null };
  return { ...stored(talk), ...open, status: 'taken', staffId, botReturnsAt };
}

function moved(
  { customerId, id }: TalkInView,
  talk: Talk,
  action: string,
  details: Readonly<Record<string, string>>,
  { staff, facts, context }: TalkDesk,
): Moved {
  const said = { chain: customerId ?? ('house' as const), action, actor: actorOfStaff(staff), reference: id };
  const audit = auditEntries([{ ...said, details }], facts, context);
  return { talk, changes: { talkUpdates: [talk], audit } };
}

/**
 * One of the staff answers. A talk that nobody has becomes theirs, one that closed by itself goes on. Refuses what
 * `takeTalk` refuses, and `talk_unreachable` when the customer cannot be written to there any more.
 */
export function answerTalk(talk: TalkInView, text: string, rules: TalkRules, desk: TalkDesk): Outcome<Moved> {
  if (!talk.chat?.reachable) return refuse('talk_unreachable', 'the customer has left that chat');
  const taken = takeTalk(talk, false, rules, desk);
  if (!taken.ok) return taken;
  const { staff, context } = desk;
  const answered: Talk = {
    ...withStaff(talk, staff.id, rules, context),
    touchedAt: context.now,
    ...{ remindAt: null, remindedAt: null },
  };
  const said = talkMessage(talk.id, staff.id, text, context);
  const { audit = [] } = taken.result.changes;
  const changes = { talkUpdates: [answered], talkMessages: [said], audit };
  return { ok: true, result: { talk: answered, changes } };
}

/** A talk is given to a colleague. Refuses `talk_closed`, `talk_taken` (by a third), `own_account`, `no_colleague`. */
export function handOver(
  talk: TalkInView,
  to: StaffId,
  rules: TalkRules,
  desk: TalkDesk,
): Outcome<Moved & { readonly to: TeamMember }> {
  const { staff, facts, context } = desk;
  const no = obstacle(talk, staff) ?? hasAnother(talk, desk);
  if (no) return no;
  const colleague = listeners(facts.team(), talk.customerId).find(({ id }) => id === to && id !== staff.id);
  if (!colleague) return refuse('no_colleague', 'this colleague cannot be told');
  const next = withStaff(talk, colleague.id, rules, context);
  return {
    ok: true,
    result: { ...moved(talk, next, 'talk.assign', { to: colleague.id }, desk), to: colleague },
  };
}

/** One of the staff ends a talk. Refuses `talk_closed`, `talk_taken`, `own_account`. */
export function closeTalk(talk: TalkInView, desk: TalkDesk): Outcome<Moved> {
  const { staff, context } = desk;
  if (talk.status === 'closed') return refuse('talk_closed', 'this talk is over');
  const no = obstacle(talk, staff) ?? hasAnother(talk, desk);
  if (no) return no;
  const next: Talk = { ...closed(talk, actorOfStaff(staff), context), staffId: talk.staffId ?? staff.id };
  return { ok: true, result: moved(talk, next, 'talk.close', {}, desk) };
}

/** A talk ended by `by`. */
export function closed(talk: TalkInView, by: string, { now }: Context): Talk {
  return { ...stored(talk), status: 'closed', closedAt: now, closedBy: by };
}

/** Whether the customer still waits for an answer. */
export function isUnanswered({ remindAt, remindedAt }: Talk): boolean {
  return remindAt !== null || remindedAt !== null;
}

/** A talk in which nobody has said anything for long; undefined while there is still time. */
export function overByItself(talk: TalkInView, context: Context): Talk | undefined {
  if (talk.status === 'closed' || talk.botReturnsAt > context.now) return undefined;
  const remindedAt = isUnanswered(talk) ? (talk.remindedAt ?? context.now) : null;
  return { ...closed(talk, 'time', context), remindAt: null, remindedAt };
}

/** A talk whose customer has waited for long, once; undefined while there is still time. */
export function reminded(talk: TalkInView, { now }: Context): Talk | undefined {
  if (talk.status === 'closed' || talk.remindAt === null || talk.remindAt > now) return undefined;
  return { ...stored(talk), remindAt: null, remindedAt: now };
}

/** How long the customer of a talk that is to be reminded of has waited, in milliseconds. */
export function waitedMs({ remindAt }: Talk, { now }: Context): number {
  return remindAt === null ? 0 : now - remindAt + remindAfterMs;
}
