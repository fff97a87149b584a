import type { SurveyId } from '../ids.ts';
import { claimCodeIn } from './screens/claim.ts';
import type { DialogState } from './types.ts';

/** What the newest message in a chat asks about a survey: how many points, or why. */
export interface OpenSurvey {
  readonly id: SurveyId;
  readonly asks: 'score' | 'reason';
}

/** Steps whose questions a number answers: what is typed there is no score. */
const takesFigures = /^(birthday|code|staff_.*)$/;

/** The survey that stands open in a chat: the buttons of our last message tell. */
export function surveyIn(state: DialogState | null): OpenSurvey | undefined {
  const [, id, first] = /^nps:(srv_[0-9A-Z]{26})-(0|skip)$/.exec(state?.choices[0] ?? '') ?? [];
  return id === undefined ? undefined : { id: id as SurveyId, asks: first === '0' ? 'score' : 'reason' };
}

const named = /^(?:моя\s+)?(?:оцінка|оценка|ставлю|даю|score|rating|i give)(?:\s*[:—–-])?\s+/iu;
const scored = /^(10|\d)(?:\s*(?:\/|з|із|из|of|out of)\s*10)?(?![\p{L}\p{N}%/])(.*)$/su;

/** From 0 to 10 as people write them in words. */
const inWords = [
  ...[
    ['нуль', 'ноль', 'zero'],
    ['один', 'one'],
    ['два', 'two'],
    ['три', 'three'],
  ],
  ...[
    ['чотири', 'четыре', 'four'],
    ['пʼять', 'пять', 'five'],
    ['шість', 'шесть', 'six'],
  ],
  ...[
    ['сім', 'семь', 'seven'],
    ['вісім', 'восемь', 'eight'],
    ['девʼять', 'девять', 'nine'],
    ['десять', 'ten'],
  ],
];

/** A score in a word that stands alone; -1 where it is none. */
function scoreInWords(text: string): number {
  const word = text
    .toLowerCase()
    .replace(/['’`]/g, 'ʼ')
    .replace(/[\s.!]+$/u, '');
  return inWords.findIndex((words) => words.includes(word));
}

/** "9", "10/10", "оцінка 8", "девʼять", "9, дякую": a score from 0 to 10, and what was said besides. Undefined for anything else. */
export function readScore(text: string): { readonly score: number; readonly words: string } | undefined {
  const said = text.trim().replace(named, '');
  const word = scoreInWords(said);
  if (word >= 0) return { score: word, words: '' };
  const [, score, rest = ''] = scored.exec(said) ?? [];
  const words = rest.replace(/^[\s.,!…:;)+—–-]+/u, '').trim();
  // A date or a sum goes on with figures.
  if (score === undefined || /^\p{N}/u.test(words)) return undefined;
  return { score: Number(score), words };
}

/**
 * What is typed where a survey stands open, as its button would say it: a score, with words perhaps, or the reason for it.
 * Undefined where it is for somebody else: a command, a way home, a number that is none of a scale.
 */
export function surveyPress(text: string, state: DialogState | null): string | undefined {
  const open = surveyIn(state);
  if (!open || takesFigures.test(state?.step ?? '')) return undefined;
  if (open.asks === 'reason') {
    return text.startsWith('/') || claimCodeIn(text) ? undefined : `nps:${open.id}-why ${text}`;
  }
  const read = readScore(text);
  return read && `nps:${open.id}-${read.score}${read.words === '' ? '' : ` ${read.words}`}`;
}
