import type { CustomerRecord } from '../../customers/types.ts';
import type { TalkId } from '../../ids.ts';
import type { Button, Paragraph, Reply, Words } from '../../messaging/types.ts';
import type { Context } from '../../ports.ts';
import type { Staff, TeamMember } from '../../staff/types.ts';
import type { Talk, TalkInView, TalkMessage } from '../../talks/types.ts';
import { press } from '../turn.ts';
import type { DialogChanges } from '../types.ts';
import { card, type Viewer } from './card.ts';
import { staffName } from './requests.ts';
import { tell } from './tell.ts';

/** What a customer said, as the staff read it. */
export function saidWords(name: string, text: string): Words {
  return { key: 'talk.said', variables: { name, text } };
}

/** What is known about who asks, what the shop advises to say, and what was said so far. */
export function talkCard(
  viewer: Viewer,
  name: string,
  record: CustomerRecord | undefined,
  said: readonly TalkMessage[],
): Paragraph[] {
  const { script } = viewer.program.talks;
  const [who = [], ...rest] = record ? card(viewer, record) : [strangerWords(name)];
  return [
    [...who, ...(record ? contactWords(record) : [])],
    ...rest,
    ...(script === '' ? [] : [{ key: 'talk.script', variables: { script } } as const]),
    said.length === 0 ? { key: 'talk.silent' } : said.map((one) => lineOf(viewer, name, one)),
  ];
}

function strangerWords(name: string): Words[] {
  return [{ key: 'find.who', variables: { name } }, { key: 'talk.stranger' }];
}

function contactWords({ customer: { phone }, consents }: CustomerRecord): Words[] {
  return [
    ...(phone === null ? [] : [{ key: 'talk.phone', variables: { phone } } as const]),
    { key: consents.marketing === true ? 'talk.offers_yes' : 'talk.offers_no' },
  ];
}

function lineOf({ facts }: Viewer, name: string, { staffId, text }: TalkMessage): Words {
  const by = facts.team().find(({ id }) => id === staffId);
  return saidWords(staffId === null ? name : by ? staffName(by) : '…', text);
}

/** What can be done with a talk that nobody has. */
export function waitingButtons(id: TalkId): readonly (readonly Button[])[] {
  return [
    [press({ key: 'talk.take' }, `talk_take:${id}`), press({ key: 'talk.answer' }, `talk_answer:${id}`)],
    [press({ key: 'talk.close' }, `talk_close:${id}`)],
  ];
}

/** What its taker can do with a talk. */
export function ownButtons(id: TalkId): readonly (readonly Button[])[] {
  return [[press({ key: 'talk.answer' }, `talk_answer:${id}`)], ...movingButtons(id)];
}

/** What its taker can do besides answering. */
export function movingButtons(id: TalkId): readonly (readonly Button[])[] {
  return [[press({ key: 'talk.give' }, `talk_give:${id}`), press({ key: 'talk.close' }, `talk_close:${id}`)]];
}

/** What others can do with a talk that somebody has. */
export function takeOverButtons(id: TalkId): readonly (readonly Button[])[] {
  return [[press({ key: 'talk.take_over' }, `talk_over:${id}`)]];
}

/**
 * Tells some of the staff of a talk, so that what they point at is known as its. Where words of the customer are
 * among it (`asks`), who is answering another talk in that chat has to say from then on whom words are for.
 */
export function tellOfTalk(
  id: TalkId,
  members: readonly TeamMember[],
  reply: Reply,
  asks: 'asks' | 'informs',
  context: Context,
): DialogChanges {
  const { messages = [] } = tell(members, reply, context);
  const offered = reply.takesNumbers ? [] : (reply.buttons ?? []).flat();
  const choices = offered.flatMap((one) => (one.kind === 'press' ? [one.data] : []));
  return {
    messages: messages.map((message) => ({ ...message, talkId: id })),
    ...(asks === 'asks'
      ? { choices: messages.map(({ addressId }) => ({ addressId, choices, about: id })) }
      : {}),
  };
}

/** Says something to the customer in the chat of a talk; nothing where nobody can be reached there any more. */
export function toCustomer({ addressId, chat }: TalkInView, reply: Reply, context: Context): DialogChanges {
  if (!chat?.reachable) return {};
  const offered = reply.takesNumbers ? [] : (reply.buttons ?? []).flat();
  const choices = offered.flatMap((one) => (one.kind === 'press' ? [one.data] : []));
  const { now } = context;
  return {
    messages: [
      {
        ...{ id: context.ids.next('msg', now), addressId, customerId: chat.customerId },
        ...{ channel: chat.channel, category: 'reply', reply, replaces: null, createdAt: now, dueAt: now },
      },
    ],
    choices: [{ addressId, choices }],
  };
}

/** What the customer can do while a person answers. */
export const endButton: readonly Button[] = [press({ key: 'human.end' }, 'human:end')];

/** An answer of one of the staff, by the first name, as the customer reads it. */
export function answerReply({ name }: Pick<Staff, 'name'>, text: string): Reply {
  const [staff] = (name ?? '').split(' ');
  const words: Words = staff
    ? { key: 'human.answer', variables: { staff, text } }
    : { key: 'human.team_answer', variables: { text } };
  return { paragraphs: [words], buttons: [endButton], takesNumbers: true };
}

/** What the customer reads when the bot is back, for whatever reason. */
export function backReply(key: 'human.closed' | 'human.quiet' | 'human.unanswered'): Reply {
  return {
    paragraphs: [{ key }],
    buttons: [[press({ key: 'button.human' }, 'human'), press({ key: 'button.menu' }, 'menu')]],
  };
}

/** Who has a talk, where that person can be told. */
export function takerOf({ status, staffId }: Talk, told: readonly TeamMember[]): TeamMember | undefined {
  return status === 'taken' ? told.find(({ id }) => id === staffId) : undefined;
}
