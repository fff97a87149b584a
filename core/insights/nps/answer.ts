import type { Context } from '../../ports.ts';
import { DAY_MS } from '../../time.ts';
import { npsKind } from './score.ts';
import type { Survey } from './types.ts';

/** For how long an answer can be changed. */
export const answerChangeableMs = 3_600_000;

/** For how long after the question an answer still counts. */
export const answersCountMs = 30 * DAY_MS;

/** The longest reason that is kept, in UTF-16 code units. */
const longestReason = 1000;

/** What became of an answer: `late` and `settled` write nothing. */
export type Answered =
  | { readonly kind: 'first' | 'changed' | 'same'; readonly survey: Survey }
  /** The question is too old, or was answered too long ago to be changed. */
  | { readonly kind: 'late' | 'settled' };

/** An answer from 0 to 10: the first, or within the hour another. */
export function answerSurvey(survey: Survey, score: number, { now }: Pick<Context, 'now'>): Answered {
  const { answeredAt } = survey;
  if (answeredAt === null) {
    if (now - survey.askedAt > answersCountMs) return { kind: 'late' };
    return { kind: 'first', survey: next(survey, { score, answeredAt: now }) };
  }
  if (survey.score === score) return { kind: 'same', survey };
  return now - answeredAt > answerChangeableMs
    ? { kind: 'settled' }
    : { kind: 'changed', survey: next(survey, { score }) };
}

/** Why somebody answered so, in the person's own words; a second reason is added to the first. */
export function explainSurvey(survey: Survey, text: string): Survey {
  const reason = [survey.reason ?? '', text.trim()].join('\n').trim().slice(0, longestReason);
  return next(survey, { reason });
}

/** Whether the managers should hear of it: somebody is unhappy and they do not know yet. */
export function isNewsOf(survey: Survey): boolean {
  return survey.score !== null && npsKind(survey.score) === 'detractor' && survey.toldAt === null;
}

function next(survey: Survey, changed: Partial<Survey>): Survey {
  const { id, customerId, purchaseId, store, staffId, askedAt, score, reason, answeredAt, toldAt } = survey;
  const stored = { id, customerId, purchaseId, store, staffId, askedAt, score, reason, answeredAt, toldAt };
  return { ...stored, revision: survey.revision + 1, ...changed };
}
