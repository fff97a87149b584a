import type { CustomerId, SurveyId } from '../../ids.ts';
import { answerSurvey, explainSurvey, isBadNews } from '../../insights/nps/answer.ts';
import { scaleReply } from '../../insights/nps/ask.ts';
import { npsKind } from '../../insights/nps/score.ts';
import type { Survey, SurveyInView } from '../../insights/nps/types.ts';
import type { Words } from '../../messaging/types.ts';
import { mergeChanges } from '../../ports.ts';
import type { Program } from '../../program/program.ts';
import type { Route } from '../routes.ts';
import { surveyIn } from '../scores.ts';
import { cardNeeds } from '../staff/card.ts';
import { type SurveyNews, tellOfSurvey } from '../staff/surveys.ts';
import { type MemberTurn, type Outcome, press, saying, toMenu, writing } from '../turn.ts';
import type { DialogChanges, DialogNeeds } from '../types.ts';
import { menu } from './home.ts';
import { calledPerson } from './human.ts';

/** A step in which words are the reason of a score. */
const whyStep = 'nps_why';

const pressed = /^(srv_[0-9A-Z]{26})-(\d{1,2}|skip|again|why)(?:\s(.*))?$/s;

/** What an answer to a survey needs to know: the survey, whom to tell of an unhappy customer, and that customer's card. */
export function surveyNeeds(route: Route, customerId: CustomerId, program: Program): DialogNeeds {
  const id = route.kind === 'screen' && route.name === 'nps' ? pressed.exec(route.argument)?.[1] : undefined;
  return id === undefined ? {} : { surveys: [id as SurveyId], team: true, ...cardNeeds(customerId, program) };
}

/** An answer to a survey: a score, why, or nothing more. Undefined where it was not asked of this person. */
export function survey(turn: MemberTurn, argument: string): Outcome | undefined {
  const [, id, what = '', words = ''] = pressed.exec(argument) ?? [];
  const found = id === undefined ? undefined : turn.facts.survey(id as SurveyId);
  if (!found || found.personId !== turn.record.customer.id) return undefined;
  if (what === 'skip') return menu(saying(turn, { key: 'nps.skipped' }), '');
  if (what === 'again') return scale(turn, found.id, { key: 'nps.ask' });
  if (what === 'why') return explain(turn, found, words.trim());
  const score = Number(what);
  return score <= 10 ? rate(turn, found, score, words) : undefined;
}

/** What is said where a score was expected and something else was typed. Undefined where none was. */
export function askScoreAgain(turn: MemberTurn): Outcome | undefined {
  const open = surveyIn(turn.state);
  // Once: whoever goes on about something else is not held up.
  if (open?.asks !== 'score' || turn.state?.step === 'nps') return undefined;
  return scale(turn, open.id, { key: 'nps.unreadable' });
}

function scale(turn: MemberTurn, id: SurveyId, words: Words): Outcome {
  const { paragraphs, buttons = [] } = scaleReply(id, [words]);
  return {
    step: 'nps',
    paragraphs: [...turn.lead, ...paragraphs],
    buttons: [...buttons, toMenu],
    ...({ takesNumbers: true, zeroCounts: true } as const),
  };
}

function rate(turn: MemberTurn, found: SurveyInView, score: number, words: string): Outcome {
  const answered = answerSurvey(found, score, words, turn.context);
  if (!('survey' in answered)) {
    return menu(saying(turn, { key: `nps.${answered.kind}` }), '');
  }
  const { survey: next, kind } = answered;
  const isNew = kind !== 'same' || words !== '';
  const lead: Words[] = kind === 'changed' ? [{ key: 'nps.changed', variables: { score } }] : [];
  const outcome = thanks(saying(turn, ...lead), next, score);
  return isNew ? writing(withNews(turn, next, kind, words), outcome) : outcome;
}

/** The answer, and what the managers hear of it. */
function withNews(turn: MemberTurn, next: Survey, kind: SurveyNews | 'same', words: string): DialogChanges {
  const isFirst = isBadNews(next);
  if (!isFirst && next.toldAt === null) return { surveyUpdates: [next] };
  const news = isFirst ? 'first' : kind === 'changed' ? 'changed' : 'reason';
  const told = tellOfSurvey(turn, next, news, words, turn.record);
  const reached = (told.messages ?? []).length > 0;
  const survey = isFirst && reached ? { ...next, toldAt: turn.context.now } : next;
  return mergeChanges<DialogChanges>({ surveyUpdates: [survey] }, told);
}

const thanksFor = {
  promoter: [{ key: 'nps.great' }, { key: 'nps.why_high' }],
  passive: [{ key: 'nps.thanks' }, { key: 'nps.why_middle' }],
  detractor: [{ key: 'nps.sorry' }, { key: 'nps.why_low' }],
} as const;

/** Thanks by the score, and the question why; where that was told already, the way home. */
function thanks(turn: MemberTurn, { id, reason }: Survey, score: number): Outcome {
  const [first, why] = thanksFor[npsKind(score)];
  const words: Words = first.key === 'nps.thanks' ? { ...first, variables: { score } } : first;
  if (reason !== null) return menu(saying(turn, words), '');
  return {
    step: whyStep,
    paragraphs: [...turn.lead, words, why],
    buttons: [
      [press({ key: 'nps.skip' }, `nps:${id}-skip`), press({ key: 'nps.again' }, `nps:${id}-again`)],
      toMenu,
    ],
  };
}

function explain(turn: MemberTurn, found: SurveyInView, words: string): Outcome {
  const { score } = found;
  if (score === null) return scale(turn, found.id, { key: 'nps.ask' });
  if (words === '') return thanks(turn, { ...found, reason: null }, score);
  const called = calledPerson(turn, words);
  if (called) return called;
  const changes = withNews(turn, explainSurvey(found, words), 'reason', words);
  const isRead = found.toldAt !== null;
  return writing(changes, menu(saying(turn, { key: isRead ? 'nps.noted_low' : 'nps.noted' }), ''));
}
