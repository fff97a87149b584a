import type { ChannelName } from '../customers/types.ts';
import { invariant } from '../errors.ts';
import type { AddressId, CustomerId, QuestionId, StaffId, TalkId } from '../ids.ts';
import { choicesOf } from '../messaging/plan.ts';
import type { MessagingChanges, OutboxMessage, Reply } from '../messaging/types.ts';
import type { Command, Context } from '../ports.ts';
import { mayDo, type StaffAct } from '../staff/rights.ts';
import type { Staff, StaffFacts, StaffNeeds } from '../staff/types.ts';
import { DAY_MS } from '../time.ts';

/** What the staff ask that takes a long look, with who may ask it. */
const actOf = {
  /** How many a text of a segment finds, and a few of them. */
  segment: 'segment',
  /** More of those it finds. */
  people: 'segment',
  /** Names to choose a condition from. */
  names: 'segment',
  /** The saved segments, with how many each found last night. */
  segments: 'segments',
  rfm: 'rfm',
  report: 'report',
  /** What campaigns and journeys there are results of, and one of these. */
  results: 'results',
  effect: 'results',
  /** How a campaign looks, whom it reaches, and what that costs. */
  audience: 'campaign',
  /** What came of a campaign. */
  campaign: 'campaign',
  /** The journeys there are, one of them, what it would have done, its texts, and a message as it looks. */
  journeys: 'journeys',
  journey: 'journeys',
  journey_trial: 'journeys',
  journey_texts: 'journeys',
  journey_sample: 'journeys',
  /** New words of a text as they would look, before they are kept. */
  journey_words: 'journeys',
  /** The photo that somebody sent for a campaign or a page: it is fetched and kept. */
  photo: 'page',
  /** A photo that a customer sent in a talk: it is fetched and kept, and shown to whoever has the talk. */
  talk_photo: 'talks',
} as const satisfies Readonly<Record<string, StaffAct>>;

export type QuestionKind = keyof typeof actOf;

/** What is asked, in words of the kind; what was found may be kept beside it, for the buttons of the answer. */
export type QuestionArgument = Readonly<Record<string, string>>;

/** A question of one of the staff that takes a long look: asked in a chat, answered there when the look is over. */
export interface Question {
  readonly id: QuestionId;
  readonly kind: QuestionKind;
  readonly argument: QuestionArgument;
  readonly addressId: AddressId;
  readonly staffId: StaffId;
  readonly askedAt: number;
  /** When it is looked at, again perhaps; null once it was answered. */
  readonly dueAt: number | null;
  readonly answeredAt: number | null;
  /** How often a look began. */
  readonly tries: number;
  readonly revision: number;
}

/** A question with the chat it was asked in; null once that is gone. */
export interface QuestionInView extends Question {
  readonly channel: ChannelName | null;
}

/** Questions to read. */
export interface QuestionNeeds {
  readonly questions?: readonly QuestionId[];
}

/** Those that are there. */
export interface QuestionFacts {
  question(id: QuestionId): QuestionInView | undefined;
}

/** New questions, and those a step further: written whole, `revision` one ahead. */
export interface QuestionChanges {
  readonly questions?: readonly Question[];
  readonly questionUpdates?: readonly Question[];
}

/** A look that was begun is begun anew after so long: its process may have died. */
const lookMs = 60_000;
/** After a look that failed the next one waits so long, longer each time. */
const pauseMs = 5_000;
/** After so many looks nobody waits for an answer any more. */
const mostTries = 3;
/** For so long the buttons under an answer lead on. */
export const questionLivesMs = 30 * DAY_MS;

/** A question as it is asked: to be looked at at once. */
export function newQuestion(
  asked: Pick<Question, 'kind' | 'argument' | 'addressId' | 'staffId'>,
  { ids, now }: Context,
): Question {
  const { kind, argument, addressId, staffId } = asked;
  return {
    ...{ id: ids.next('qst', now), kind, argument, addressId, staffId },
    ...{ askedAt: now, dueAt: now, answeredAt: null, tries: 0, revision: 1 },
  };
}

type Needs = QuestionNeeds & StaffNeeds;
type Facts = QuestionFacts & StaffFacts;
type Changes = QuestionChanges & MessagingChanges;

/** A step of a question's life. */
type QuestionStep<Result> = Command<Needs, Facts, Changes, Result>;

/** What a look is begun with; null: it is answered, somebody else looks, or it was given up. */
export interface Looked {
  readonly question: Question | null;
}

/**
 * Begins a look: nobody else looks meanwhile. Who asked is told `sorry` once it failed too often, and nothing where he
 * may not ask any more. One that is not due stays as it is. Safe to repeat.
 */
export function beginLook(id: QuestionId, sorry: Reply): QuestionStep<Looked> {
  return {
    name: 'question.look',
    ...needsOf(id),
    decide(facts, context) {
      const question = facts.question(id);
      const { now } = context;
      const nothing = { ok: true, changes: {}, result: { question: null } } as const;
      if (!question || question.dueAt === null || question.dueAt > now) return nothing;
      if (!hearsAnswer(question, facts)) return { ...nothing, changes: closed(question, context) };
      if (question.tries >= mostTries)
        return { ...nothing, changes: told(question, { reply: sorry }, facts, context) };
      const begun = next(question, { tries: question.tries + 1, dueAt: now + lookMs });
      return { ok: true, changes: { questionUpdates: [begun] }, result: { question: begun } };
    },
  };
}

/** Puts a question off after a look that failed: it is tried again a little later. */
export function putOff(id: QuestionId): QuestionStep<Record<string, never>> {
  return {
    name: 'question.put_off',
    needs: { questions: [id] },
    decide(facts, { now }) {
      const question = facts.question(id);
      if (!question || question.dueAt === null) return { ok: true, changes: {}, result: {} };
      const later = next(question, { dueAt: now + pauseMs * question.tries });
      return { ok: true, changes: { questionUpdates: [later] }, result: {} };
    },
  };
}

/** What a look found, for whoever asked: what is said of it, and what is kept of it for the buttons. */
export interface Answer {
  readonly reply: Reply;
  readonly keep?: QuestionArgument;
  /** The talk it shows something of: an answer to this message is one in that talk. */
  readonly talkId?: TalkId;
}

/** Answers a question, once, in the chat it was asked in; nobody who may not ask any more hears anything. */
export function answerQuestion(id: QuestionId, answer: (staff: Staff) => Answer): QuestionStep<boolean> {
  return {
    name: 'question.answer',
    ...needsOf(id),
    decide(facts, context) {
      const question = facts.question(id);
      if (!question || question.dueAt === null) return { ok: true, changes: {}, result: false };
      if (!hearsAnswer(question, facts)) {
        return { ok: true, changes: closed(question, context), result: false };
      }
      const staff = facts.staff(question.staffId);
      invariant(staff, 'whoever hears an answer is there');
      const { keep, ...said } = answer(staff);
      const known = { ...question, argument: { ...question.argument, ...keep } };
      return { ok: true, changes: told(known, said, facts, context), result: true };
    },
  };
}

/** Closes a question that was answered in another way than by words of its own. Safe to repeat. */
export function endLook(id: QuestionId): QuestionStep<Record<string, never>> {
  return {
    name: 'question.end',
    needs: { questions: [id] },
    decide(facts, context) {
      const question = facts.question(id);
      const isOpen = question && question.dueAt !== null;
      return { ok: true, changes: isOpen ? closed(question, context) : {}, result: {} };
    },
  };
}

function needsOf(id: QuestionId): Pick<QuestionStep<unknown>, 'needs' | 'moreNeeds'> {
  return {
    needs: { questions: [id] },
    moreNeeds: [
      (facts) => {
        const question = facts.question(id);
        return question ? { staff: [question.staffId] } : {};
      },
    ],
  };
}

/** Whether who asked still works here, may still ask this, and has the chat. */
function hearsAnswer({ staffId, kind, channel }: QuestionInView, facts: StaffFacts): boolean {
  const staff = facts.staff(staffId);
  return channel !== null && staff?.removedAt === null && mayDo(staff.role, actOf[kind]);
}

function next(question: QuestionInView, step: Partial<Question>): Question {
  const { channel: _, ...kept } = question;
  return { ...kept, ...step, revision: question.revision + 1 };
}

function closed(question: QuestionInView, { now }: Context): QuestionChanges {
  return { questionUpdates: [next(question, { dueAt: null, answeredAt: now })] };
}

function told(
  question: QuestionInView,
  { reply, talkId }: Omit<Answer, 'keep'>,
  facts: StaffFacts,
  context: Context,
): Changes {
  const { addressId, channel, staffId } = question;
  if (channel === null) return closed(question, context);
  const customerId: CustomerId | null = facts.staff(staffId)?.customerId ?? null;
  const { ids, now } = context;
  const message: OutboxMessage = {
    ...{ id: ids.next('msg', now), addressId, customerId, channel },
    ...{ category: 'reply', reply, replaces: null, createdAt: now, dueAt: now },
    ...(talkId === undefined ? {} : { talkId }),
  };
  return { ...closed(question, context), messages: [message], choices: choicesOf(message) };
}
