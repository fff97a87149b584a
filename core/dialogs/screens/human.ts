import type { CustomerId } from '../../ids.ts';
import type { Reply, Words } from '../../messaging/types.ts';
import { mergeChanges } from '../../ports.ts';
import type { Program } from '../../program/program.ts';
import type { TeamMember } from '../../staff/types.ts';
import { photoMark } from '../../talks/photo.ts';
import { closed, listeners, openTalk, sayAsCustomer } from '../../talks/talk.ts';
import type { TalkInView } from '../../talks/types.ts';
import type { Route } from '../routes.ts';
import { cardNeeds } from '../staff/card.ts';
import { keepPhoto, photoIn } from '../staff/talk_photos.ts';
import {
  endButton,
  ownButtons,
  saidWords,
  takerOf,
  talkCard,
  tellOfTalk,
  waitingButtons,
} from '../staff/talk_words.ts';
import { nameOf } from '../staff/words.ts';
import { type Outcome, press, saying, type Turn, toMenu } from '../turn.ts';
import type { DialogChanges, DialogNeeds, DialogState } from '../types.ts';
import { cartIn } from './cart.ts';
import { home } from './home.ts';
import { isQuestion } from './profile.ts';

/** Words that call for a person, as somebody types them alone. */
const calls = new Set([
  ...['оператор', 'людина', 'жива людина', 'поговорити з людиною', 'менеджер', 'консультант', 'підтримка'],
  ...['человек', 'живой человек', 'поговорить с человеком', 'поддержка'],
  ...['operator', 'human', 'person', 'agent', 'support', 'talk to a person', 'talk to a human'],
]);

/** Words that agree to ask a person. */
const yes = new Set(['так', 'ага', 'да', 'yes', 'y', 'ok', 'ок', '+']);

function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/[.!?,…]+/g, '')
    .trim();
}

/** The longest question that is kept until the person agrees to pass it on. */
const longestQuestion = 2000;

/** Where somebody stands who talks to a person. */
interface Standing {
  readonly state: DialogState | null;
  readonly talk: TalkInView | undefined;
  readonly program: Program;
  readonly customerId: CustomerId | null;
}

/** Whether words call a person: by asking for one, or by agreeing to the offer. */
function callsPerson(text: string, state: DialogState | null): boolean {
  const said = plain(text);
  return calls.has(said) || (state?.step === 'offer' && yes.has(said));
}

/** What a talk with a person needs to know: who of the staff can be told, and what they read about the customer. */
export function talkNeeds(route: Route, { state, talk, program, customerId }: Standing): DialogNeeds {
  if (talk) return { team: true };
  const asked = route.kind === 'screen' ? route.name === 'human' : route.kind === 'words';
  if (!asked || (route.kind === 'words' && !callsPerson(route.text, state) && !cartIn(state))) return {};
  return { team: true, ...(customerId === null ? {} : cardNeeds(customerId, program)) };
}

/** A screen by which somebody calls a person (`ask`: with the question that was not understood), or lets go again. */
export function human(turn: Turn, argument: string): Outcome | undefined {
  if (argument === 'end') return turn.talk && end(turn, turn.talk);
  if (turn.talk) return goesOn(turn);
  const question = argument === 'ask' ? turn.state?.data.question : '';
  return question === undefined ? undefined : open(turn, question);
}

/** Opens a talk: the staff are told, with all they need to answer. Somebody of the staff is shown the way to theirs. */
function open(turn: Turn, question: string): Outcome {
  const { facts, context, program, address, staff } = turn;
  if (staff) return yourself(turn);
  const told = listeners(facts.team(), address.customerId);
  if (told.length === 0) return home(saying(turn, { key: 'human.nobody' }), '');
  const { talk, said, changes } = openTalk(address, question, program, context);
  const name = nameIn(turn);
  const alert: Reply = {
    paragraphs: [{ key: 'talk.wants', variables: { name } }, ...talkCard(turn, name, turn.record, said)],
    buttons: waitingButtons(talk.id),
  };
  const sent = { event: turn.event, message: said[0], taker: undefined, told };
  return {
    ...talking(turn, { key: question === '' ? 'human.opened' : 'human.asked' }),
    changes: mergeChanges<DialogChanges>(
      changes,
      tellOfTalk(talk.id, told, alert, 'asks', context),
      keepPhoto(sent, context),
    ),
  };
}

function nameIn({ record, address }: Turn): string {
  return record ? nameOf(record.customer) : `…${address.externalId.slice(-4)}`;
}

function yourself(turn: Turn): Outcome {
  return {
    step: 'human',
    paragraphs: [...turn.lead, { key: 'human.yourself' }],
    buttons: [[press({ key: 'staff_button.talks' }, 'do:talks')], toMenu],
  };
}

/** Words are for a person from here on, numbers too. */
function talking(turn: Turn, words: Words): Outcome {
  return {
    step: 'talk',
    paragraphs: [...turn.lead, words],
    buttons: [endButton, toMenu],
    takesNumbers: true,
  };
}

function goesOn(turn: Turn): Outcome {
  return talking({ ...turn, lead: [] }, { key: 'human.goes_on' });
}

/** The customer ends the talk; whoever was told of it learns that. */
function end(turn: Turn, talk: TalkInView): Outcome {
  const { facts, context } = turn;
  const told = listeners(facts.team(), talk.customerId);
  const taker = takerOf(talk, told);
  const words = { paragraphs: [{ key: 'talk.ended', variables: { name: talk.customerName } } as const] };
  const ended = { ...turn, lead: [], talk: undefined };
  return {
    ...home(saying(ended, { key: 'human.ended' }), ''),
    beside: true,
    changes: mergeChanges<DialogChanges>(
      { talkUpdates: [closed(talk, 'customer', context)] },
      tellOfTalk(talk.id, taker ? [taker] : told, words, 'informs', context),
    ),
  };
}

/**
 * Whether what is typed is for the person of an open talk. A question that the bot has put since is answered first; it
 * stands open as long as its buttons do: an answer of the staff takes them away.
 */
export function isForPerson({ talk, state }: Turn): boolean {
  return talk !== undefined && !(state && asking.has(state.step) && state.choices.length > 0);
}

/** Steps in which the bot waits for something typed. */
const asking = new Set(['name', 'birthday', 'join', 'code']);

/**
 * What is said in a chat with an open talk goes to the person who has it, or to all who could; undefined where it is for
 * the bot: taps, commands, and the answer to a question that the bot has put since the person wrote last.
 */
export function sayToPerson(turn: Turn, route: Route): Outcome | undefined {
  const { talk, state } = turn;
  if (!talk) return undefined;
  if (route.kind === 'contact') {
    return route.own && !turn.record ? undefined : pass(turn, talk, route.phone);
  }
  if (route.kind !== 'words') return undefined;
  const answers = isQuestion(state?.step) && !isForPerson(turn);
  return answers || route.text.startsWith('/') ? undefined : pass(turn, talk, route.text);
}

function pass(turn: Turn, talk: TalkInView, words: string): Outcome {
  const text = marked(turn, words);
  if (text === '') return talking(turn, { key: 'human.text_only' });
  const { facts, context, program } = turn;
  const told = listeners(facts.team(), turn.address.customerId);
  const taker = takerOf(talk, told);
  const said = sayAsCustomer(talk, text, { taker, heard: told.length > 0 }, program, context);
  const name = nameIn(turn);
  const message = said.changes.talkMessages?.[0];
  const photo = keepPhoto({ event: turn.event, message, taker, told }, context);
  // Of an album each picture comes by itself: who heard of the first need not hear of the others.
  if (words === '' && isSameAlbum(turn, talk)) {
    const changes = mergeChanges<DialogChanges>(said.changes, photo);
    return { ...sentBefore, paragraphs: [], silent: true, changes };
  }
  const paragraphs = [[saidWords(name, text), ...sightWords(turn, taker)]];
  const reply = taker
    ? ({ paragraphs, buttons: ownButtons(talk.id), takesNumbers: true } as const)
    : { paragraphs, buttons: waitingButtons(talk.id) };
  const alert = tellOfTalk(talk.id, taker ? [taker] : told, reply, 'asks', context);
  const changes = mergeChanges<DialogChanges>(said.changes, alert, photo);
  if (told.length === 0) {
    return { ...home(saying({ ...turn, talk: undefined }, { key: 'human.nobody' }), ''), changes };
  }
  if (turn.event.said.kind === 'attachment') {
    const key = photoIn(turn.event) ? 'human.photo_passed' : 'human.told_of_picture';
    return { ...talking(turn, { key }), ...sentBefore, changes };
  }
  return { step: 'talk', paragraphs: [], silent: true, changes };
}

/** Who will see what was sent: a photo comes by itself to whoever has the talk, any other file to nobody. */
function sightWords({ event }: Turn, taker: TeamMember | undefined): Words[] {
  if (event.said.kind !== 'attachment') return [];
  if (!photoIn(event)) return [{ key: 'talk.unseen' }];
  return taker ? [] : [{ key: 'talk.photo_waits' }];
}

/** What a person reads of something sent: that it came, and the words with it. */
function marked({ event: { said } }: Turn, text: string): string {
  if (said.kind !== 'attachment') return text;
  return `${said.picture ? photoMark : '📎'} ${text}`.trim();
}

const albumMs = 60_000;
const sentBefore = { step: 'talk', data: { sent: 'yes' } } as const;

function isSameAlbum({ event, state, context }: Turn, { touchedAt }: TalkInView): boolean {
  const again = event.said.kind === 'attachment' && state?.data.sent !== undefined;
  return again && context.now - touchedAt < albumMs;
}

/** A screen of the bot in a chat where a person answers: it says that the talk goes on, and how to end it. */
export function duringTalk(turn: Turn, show: (turn: Turn) => Outcome): Outcome {
  if (!turn.talk) return show(turn);
  const outcome = show(saying(turn, { key: 'human.goes_on' }));
  if (outcome.step === 'left' || outcome.step === 'talk' || outcome.beside) return outcome;
  return { ...outcome, buttons: [...(outcome.buttons ?? []), endButton] };
}

/** Words that call a person; undefined where they say something else. */
export function calledPerson(turn: Turn, text: string): Outcome | undefined {
  if (!callsPerson(text, turn.state)) return undefined;
  return open(turn, turn.state?.step === 'offer' ? (turn.state.data.question ?? '') : '');
}

/**
 * Words that answer a message about a cart are for a person, who sees the cart. Undefined where it was about none, where
 * they are a slip, and for the staff.
 */
export function askedAboutCart(turn: Turn, text: string): Outcome | undefined {
  if (turn.staff || text === '' || isSlip(text) || !cartIn(turn.state)) return undefined;
  return open(turn, marked(turn, text).slice(0, longestQuestion));
}

/** A number that chooses nothing, and a mistyped command. */
function isSlip(text: string): boolean {
  return /^(\/.*|\d{1,2})$/s.test(text);
}

/**
 * What follows words that were not understood (the outcome says `lost`): the second time in a row a person is offered,
 * and gets what was said both times. A number that chooses nothing and a mistyped command are no questions.
 */
export function offerPerson(turn: Turn, text: string, lost: Words, outcome: Outcome): Outcome {
  const isUnheard = lost.key === 'help.unknown' || lost.key === 'help.no_words';
  const isLost = isUnheard && outcome.paragraphs.includes(lost);
  if (!isLost || isSlip(text) || turn.staff) return outcome;
  const before = turn.state?.data.question;
  const question = [before?.trim() ?? '', marked(turn, text)].join('\n').trim().slice(0, longestQuestion);
  // What says nothing that could be passed on is not understood all the same.
  const kept = { question: question === '' ? ' ' : question };
  if (before === undefined) return { ...outcome, data: { ...outcome.data, ...kept } };
  return {
    step: 'offer',
    data: kept,
    paragraphs: [{ key: 'human.offer' }],
    buttons: [[press({ key: 'human.ask' }, 'human:ask')], toMenu],
  };
}
