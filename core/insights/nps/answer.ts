import type { Context } from '../../ports.ts';
import { DAY_MS } from '../../time.ts';
import { npsKind } from './score.ts';
import type { Survey, SurveyInView } from './types.ts';

/** For how long an answer can be changed. */
const changeableMs = 3_600_000;

/** For how long after the question an answer still counts. */
const countsMs = 30 * DAY_MS;

/** The longest reason that is kept, in UTF-16 code units. */
const longestReason = 1000;

/** What became of an answer: `late` (the question is too old) and `settled` (too long answered to be changed) write nothing. */
export type Answered =
  | { readonly kind: 'first' | 'changed' | 'same'; readonly survey: Survey }
  | { readonly kind: 'late' | 'settled' };

/** An answer from 0 to 10, with words perhaps: the first, or within the hour another. */
export function answerSurvey(
  survey: SurveyInView,
  score: number,
  words: string,
  { now }: Pick<Context, 'now'>,
): Answered {
  const { answeredAt } = survey;
  const said = { score, reason: addReason(survey, words) };
  if (answeredAt === null) {
    if (now - survey.askedAt > countsMs) return { kind: 'late' };
    return { kind: 'first', survey: nextSurvey(survey, { ...said, answeredAt: now }) };
  }
  if (survey.score === score) return { kind: 'same', survey: nextSurvey(survey, said) };
  if (now - answeredAt > changeableMs) return { kind: 'settled' };
  return { kind: 'changed', survey: nextSurvey(survey, said) };
}

/** Why somebody answered so, in the person's own words; a second reason is added to the first. */
export function explainSurvey(survey: SurveyInView, words: string): Survey {
  return nextSurvey(survey, { reason: addReason(survey, words) });
}

function addReason({ reason }: Survey, words: string): string | null {
  const all = [reason ?? '', words.trim()].filter((part) => part !== '').join('\n');
  return all === '' ? null : all.slice(0, longestReason);
}

/** Whether the managers should hear of it: somebody is unhappy, and they do not know yet. */
export function isBadNews({ score, toldAt }: Survey): boolean {
  return score !== null && npsKind(score) === 'detractor' && toldAt === null;
}

/** The survey as it is written: without the person of the view, its revision one ahead. */
function nextSurvey({ personId: _, ...survey }: SurveyInView, changed: Partial<Survey>): Survey {
  return { ...survey, ...changed, revision: survey.revision + 1 };
}
