import { distance } from 'fastest-levenshtein';
import type { Words } from './fields.ts';
import { wordText } from './text.ts';

/** The most words of a catalogue that a wrong one is compared with: a shop may have a million articles. */
const mostCompared = 20_000;

/**
 * The known word that a wrong one is most likely meant to be: few letters differ, or one begins with the other. None
 * where nothing is near.
 */
export function likeliest(word: string, known: Iterable<string>): string | undefined {
  const typed = word.toLowerCase();
  let best: string | undefined;
  let least = Math.max(1, Math.floor(typed.length / 3)) + 1;
  let compared = 0;
  for (const candidate of known) {
    compared += 1;
    if (compared > mostCompared) break;
    const other = candidate.toLowerCase();
    const far = typed.length >= 3 && other.startsWith(typed) ? 1 : distance(typed, other);
    if (far < least) [best, least] = [candidate, far];
  }
  return best;
}

/** The word that `typed` is, by its own name or another way to write it. */
export function wordNamed(words: Words | undefined, typed: string): string | undefined {
  const lower = typed.toLowerCase();
  return Object.entries(words ?? {}).find(([word, others]) => word === lower || others.includes(lower))?.[0];
}

/** The word most likely meant, by its own name or another way to write it, as it is written in a text. */
export function likeliestWord(
  words: Words | undefined,
  typed: string,
  names: readonly string[],
): string | undefined {
  const all = Object.entries(words ?? {});
  const spellings = all.flatMap(([word, others]) => [word, ...others]);
  const meant = likeliest(typed, [...spellings, ...names.slice(0, mostCompared)]);
  if (meant === undefined) return undefined;
  return wordText(wordNamed(words, meant) ?? meant);
}
