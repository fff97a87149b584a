import { auditEntries } from '../../audit/types.ts';
import type { Refusal } from '../../errors.ts';
import type { StaffId, TalkId } from '../../ids.ts';
import type { Words } from '../../messaging/types.ts';
import { mergeChanges } from '../../ports.ts';
import type { Program } from '../../program/program.ts';
import { isOwn } from '../../staff/desk.ts';
import { actorOfStaff, viewedAction } from '../../staff/types.ts';
import {
  answerTalk,
  canGoOn,
  closeTalk,
  handOver,
  listeners,
  type Moved,
  takeTalk,
} from '../../talks/talk.ts';
import type { TalkInView } from '../../talks/types.ts';
import type { Route } from '../routes.ts';
import { claimCodeIn } from '../screens/claim.ts';
import { isQuestion } from '../screens/profile.ts';
import { type Outcome, press, writing } from '../turn.ts';
import type { DialogChanges, DialogState } from '../types.ts';
import { cardNeeds } from './card.ts';
import { staffName } from './requests.ts';
import { showPhotos, showPhotosTo } from './talk_photos.ts';
import {
  answerReply,
  backReply,
  movingButtons,
  ownButtons,
  takeOverButtons,
  talkCard,
  tellOfTalk,
  toCustomer,
  waitingButtons,
} from './talk_words.ts';
import { type DialogRound, done, type Reader, type StaffScreen, type StaffTurn, type Task } from './task.ts';
import { sorry } from './words.ts';

/** A step in which words go to the customer of a talk: of the one in `data.about`, as long as that stands there. */
const answeringStep = 'staff_talk';
/** A step in which somebody has to say whom words are for. */
const whomStep = 'staff_whom';
/** How many talks are shown at once. */
const mostShown = 8;

/**
 * Words and contacts of the staff that answer a customer, as a screen of that talk: those that point at a message of a
 * talk, and those written while one is being answered. Everything else stays what it was.
 */
export function answering(route: Route, state: DialogState | null, pointedAt: TalkId | undefined): Route {
  const isSaid =
    route.kind === 'contact' ? !route.own : route.kind === 'words' && !route.text.startsWith('/');
  const about = pointedAt ?? (state?.step === answeringStep ? state.data.about : undefined);
  return isSaid && about !== undefined ? { kind: 'screen', name: 'talk_say', argument: about } : route;
}

/** The talks with customers: who waits, and who answers whom. */
export const talks: Task = {
  act: 'talks',
  fields: [],
  split: () => ({}),
  rounds: () => [() => ({ openTalks: true })],
  run(turn) {
    const open = turn.facts.openTalks().filter((talk) => !isOwn(turn, talk.customerId) && isThere(talk));
    if (open.length === 0) return done(turn, [{ key: 'talk.none' }]);
    return done(
      turn,
      [{ key: 'talk.list' }],
      open.slice(0, mostShown).map((talk) => [press(lineOf(turn, talk), `talk:${talk.id}`)]),
    );
  },
};

/** One that can still be answered. */
function isThere(talk: TalkInView): boolean {
  return talk.status !== 'closed' || canGoOn(talk);
}

function lineOf({ staff }: StaffTurn, { customerName: name, touchedAt: at, ...talk }: TalkInView): Words {
  if (talk.status === 'closed') return { key: 'talk.line_missed', variables: { name, at } };
  if (talk.status === 'waiting') return { key: 'talk.line_waiting', variables: { name, at } };
  if (talk.staffId === staff.id) return { key: 'talk.line_yours', variables: { name, at } };
  return { key: 'talk.line_taken', variables: { name, at, staff: talk.staffName ?? '…' } };
}

/** Buttons carry the talk, with whom it is given to behind a dot perhaps. */
function idIn(argument: string): TalkId {
  return argument.split('.')[0] as TalkId;
}

function roundsOf(argument: string, { program }: Reader): readonly DialogRound[] {
  const id = idIn(argument);
  return [
    () => ({ talks: [id], talkMessages: [id], team: true }),
    (facts) => {
      const talk = facts.talk(id);
      return talk ? needsOf(talk, program) : {};
    },
  ];
}

function needsOf(talk: TalkInView, program: Program) {
  const auditChains = [talk.customerId ?? ('house' as const)];
  const customerId = whose(talk);
  if (customerId === null) return { auditChains };
  const customers = [{ ref: { id: customerId }, lots: 'open' }] as const;
  return { auditChains, customers, ...cardNeeds(customerId, program) };
}

/** The others of the staff who can be told of a talk. */
function others({ staff, facts }: StaffTurn, talk: TalkInView) {
  return listeners(facts.team(), whose(talk)).filter(({ id }) => id !== staff.id);
}

/** Whose the chat is now, or was. */
function whose({ chat, customerId }: TalkInView) {
  return chat?.customerId ?? customerId;
}

type Act = (turn: StaffTurn, talk: TalkInView, argument: string) => Outcome | undefined;

function screen(name: string, act: Act): readonly [string, StaffScreen] {
  return [
    name,
    {
      act: 'talks',
      rounds: roundsOf,
      show: (turn, argument) => {
        const talk = turn.facts.talk(idIn(argument));
        const outcome = talk && act(turn, talk, argument);
        return outcome && { ...outcome, talkId: talk.id };
      },
    },
  ];
}

/** What the buttons under a talk lead to. */
export const talkScreens: readonly (readonly [string, StaffScreen])[] = [
  screen('talk', view),
  screen('talk_take', (turn, talk) => take(turn, talk, false)),
  screen('talk_over', (turn, talk) => take(turn, talk, true)),
  screen('talk_answer', (turn, talk) => beginAnswer(turn, talk)),
  screen('talk_say', (turn, talk) => say(turn, talk, typed(turn))),
  screen('talk_for', (turn, talk) => say(turn, talk, kept(turn))),
  screen('talk_give', give),
  screen('talk_close', close),
];

/** The card of whoever asks, and all that was said. */
function paragraphsOf(turn: StaffTurn, talk: TalkInView) {
  const id = whose(talk);
  const record = id === null ? undefined : turn.facts.customer({ id });
  return talkCard(turn, talk.customerName, record, turn.facts.talkMessages(talk.id));
}

function view(turn: StaffTurn, talk: TalkInView): Outcome {
  if (isOwn(turn, whose(talk))) return trouble(turn, talk, 'own_account');
  const shown = done(turn, paragraphsOf(turn, talk), buttonsOf(turn, talk));
  if (talk.customerId === null) return shown;
  const said = { chain: talk.customerId, action: viewedAction, actor: actorOfStaff(turn.staff) };
  return writing({ audit: auditEntries([said], turn.facts, turn.context) }, shown);
}

function buttonsOf({ staff }: StaffTurn, talk: TalkInView) {
  if (!isThere(talk)) return [];
  if (talk.status !== 'taken') return waitingButtons(talk.id);
  return talk.staffId === staff.id ? ownButtons(talk.id) : takeOverButtons(talk.id);
}

/** Takes a talk, and shows it whole. */
function take(turn: StaffTurn, talk: TalkInView, over: boolean): Outcome {
  const taken = takeTalk(talk, over, turn.program, turn);
  if (!taken.ok) return trouble(turn, talk, taken.refusal.code);
  return writing(withNews(turn, talk, taken.result), asking(turn, talk, paragraphsOf(turn, talk)));
}

/** Takes a talk, and asks for the answer only: the question is on the screen. */
export function beginAnswer(turn: StaffTurn, talk: TalkInView): Outcome {
  const taken = takeTalk(talk, false, turn.program, turn);
  if (!taken.ok) return trouble(turn, talk, taken.refusal.code);
  return writing(withNews(turn, talk, taken.result), asking(turn, talk, []));
}

/** From here on words go to the customer of this talk. */
export function asking(turn: StaffTurn, talk: TalkInView, words: ReturnType<typeof paragraphsOf>): Outcome {
  const name = talk.customerName;
  return standing(turn, talk, [...words, { key: 'talk.write', variables: { name } }]);
}

function standing(turn: StaffTurn, talk: TalkInView, words: ReturnType<typeof paragraphsOf>): Outcome {
  return {
    ...done(turn, words, movingButtons(talk.id)),
    step: answeringStep,
    data: { about: talk.id },
    takesNumbers: true,
    beside: true,
  };
}

/** What taking a talk writes, and the news for those who saw it waiting or had it: others need not answer any more. */
function withNews(turn: StaffTurn, talk: TalkInView, { changes }: Pick<Moved, 'changes'>): DialogChanges {
  const { staff, context } = turn;
  const isNew = talk.status !== 'taken' || talk.staffId !== staff.id;
  if (!isNew) return changes;
  const told = others(turn, talk).filter(({ id }) => talk.status !== 'taken' || id === talk.staffId);
  const variables = { staff: staffName(staff), name: talk.customerName };
  const news = { paragraphs: [{ key: 'talk.was_taken', variables } as const] };
  const said = turn.facts.talkMessages(talk.id);
  return mergeChanges<DialogChanges>(
    changes,
    tellOfTalk(talk.id, told, news, 'informs', context),
    showPhotos(talk, said, { staffId: staff.id, addressId: turn.address.id }, context),
  );
}

/** Sends an answer. Undefined where there is none: the button is from an earlier conversation. */
function say(turn: StaffTurn, talk: TalkInView, text: string | undefined): Outcome | undefined {
  if (text === undefined) return undefined;
  const name = talk.customerName;
  if (text === '') return standing(turn, talk, [{ key: 'talk.text_only', variables: { name } }]);
  const answered = answerTalk(talk, text, turn.program, turn);
  if (!answered.ok) return trouble(turn, talk, answered.refusal.code);
  const changes = mergeChanges<DialogChanges>(
    withNews(turn, talk, answered.result),
    toCustomer(talk, answerReply(turn.staff, text), turn.context),
  );
  const isPartly = turn.event.said.kind === 'attachment';
  const words: Words = { key: isPartly ? 'talk.sent_words' : 'talk.sent', variables: { name } };
  return writing(changes, standing(turn, talk, [words]));
}

/** What was written just now. */
function typed({ event: { said } }: StaffTurn): string | undefined {
  if (said.kind === 'contact') return said.phone;
  return said.kind === 'text' || said.kind === 'attachment' ? said.text.trim() : undefined;
}

/** What was written before it was said for whom. */
function kept({ state }: StaffTurn): string | undefined {
  return state?.step === whomStep ? state.data.words : undefined;
}

/** Words that mean nothing else may be meant for a customer: then it is asked for whom. */
export const whom = {
  act: 'talks',
  rounds: () => [() => ({ openTalks: true as const })],
  show(turn: StaffTurn, text: string): Outcome | undefined {
    const { facts, staff, state, talk: own } = turn;
    const words = [kept(turn) ?? [], text].flat().join('\n');
    const near = facts
      .openTalks()
      .filter((talk) => !isOwn(turn, whose(talk)) && talk.id !== own?.id)
      .filter(({ status, staffId }) => status === 'waiting' || (status === 'taken' && staffId === staff.id));
    const isForBot = text === '' || text.startsWith('/') || isQuestion(state?.step);
    if (near.length === 0 || isForBot || claimCodeIn(text) !== undefined) return undefined;
    return {
      step: whomStep,
      data: { words },
      paragraphs: [...turn.lead, { key: 'talk.words', variables: { text: words } }, { key: 'talk.whom' }],
      buttons: [
        ...near
          .slice(0, mostShown)
          .map(({ id, customerName: name }) => [
            press({ key: 'talk.one', variables: { name } }, `talk_for:${id}`),
          ]),
        [press({ key: 'talk.nobody_else' }, 'menu')],
      ],
    };
  },
} satisfies StaffScreen;

/** Hands a talk to a colleague: asks to whom, then does it. */
function give(turn: StaffTurn, talk: TalkInView, argument: string): Outcome {
  const [, to] = argument.split('.');
  if (to === undefined) return askWhom(turn, talk);
  const given = handOver(talk, to as StaffId, turn.program, turn);
  if (!given.ok) return trouble(turn, talk, given.refusal.code);
  const { to: colleague, changes } = given.result;
  const name = talk.customerName;
  const news: Words = { key: 'talk.given_to_you', variables: { staff: staffName(turn.staff), name } };
  const alert = {
    paragraphs: [news, ...paragraphsOf(turn, talk)],
    buttons: ownButtons(talk.id),
    takesNumbers: true,
  } as const;
  const told = tellOfTalk(talk.id, [colleague], alert, 'asks', turn.context);
  const words: Words = { key: 'talk.given', variables: { staff: staffName(colleague), name } };
  const photos = showPhotosTo(talk, turn.facts.talkMessages(talk.id), colleague, turn.context);
  return writing(mergeChanges<DialogChanges>(changes, told, photos), {
    ...done(turn, [words]),
    beside: true,
  });
}

function askWhom(turn: StaffTurn, talk: TalkInView): Outcome {
  const name = talk.customerName;
  const colleagues = others(turn, talk);
  if (colleagues.length === 0) return { ...done(turn, [{ key: 'talk.no_colleague' }]), beside: true };
  const buttons = colleagues
    .slice(0, mostShown)
    .map((one) => [
      press({ key: 'talk.one', variables: { name: staffName(one) } }, `talk_give:${talk.id}.${one.id}`),
    ]);
  return { ...done(turn, [{ key: 'talk.give_whom', variables: { name } }], buttons), beside: true };
}

/** Ends a talk: the customer is told that the bot answers again. */
function close(turn: StaffTurn, talk: TalkInView): Outcome {
  const ended = closeTalk(talk, turn);
  if (!ended.ok) return trouble(turn, talk, ended.refusal.code);
  const words: Words = { key: 'talk.closed', variables: { name: talk.customerName } };
  const saw = talk.status === 'waiting' ? others(turn, talk) : [];
  const changes = mergeChanges<DialogChanges>(
    ended.result.changes,
    tellOfTalk(talk.id, saw, { paragraphs: [words] }, 'informs', turn.context),
    toCustomer(talk, backReply('human.closed'), turn.context),
  );
  return writing(changes, { ...done(turn, [words]), beside: true });
}

/** Why nothing was sent or done, and what can be done instead. */
function trouble(turn: StaffTurn, talk: TalkInView, code: Refusal['code']): Outcome {
  const { customerName: name, staffName: other } = talk;
  const buttons = code === 'talk_taken' ? takeOverButtons(talk.id) : [];
  return { ...done(turn, [troubleWords(turn, code, name, other ?? '…')], buttons), beside: true };
}

function troubleWords({ program }: StaffTurn, code: string, name: string, staff: string): Words {
  switch (code) {
    case 'talk_taken':
      return { key: 'talk.is_taken', variables: { staff, name } };
    case 'talk_closed':
      return { key: 'talk.over', variables: { name } };
    case 'talk_unreachable':
      return { key: 'talk.unreachable', variables: { name } };
    case 'no_colleague':
      return { key: 'talk.no_colleague' };
    default:
      return sorry({ code, detail: '' }, program);
  }
}
