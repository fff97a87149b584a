import { randomText } from '../codes.ts';
import { invariant } from '../errors.ts';

/**
 * What codes are made of unless the shop says otherwise: no character that looks like another one (0 O, 1 I L, 2 Z,
 * 5 S, 8 B, U V), and no vowel, so that no code reads as a word.
 */
export const defaultAlphabet = '34679CDFGHJKMNPQRTWXY';

/** The pattern of codes made for one customer each. */
export const personalPattern = '####-####';

/** Stands for a random character in a pattern. */
const wild = '#';

/** How many times more codes a pattern must allow than there are: so rarely does a guess hit one. */
export const SPACE_PER_CODE = 1000;

/** Read as each other: what people cannot tell apart, and letters of a Cyrillic keyboard that look Latin. */
const lookAlikes = new Map(
  Object.entries({ O: '0', I: '1', L: '1' }).concat(
    [...'АВЕКМНОРСТУХІЇЈЅ'].map((letter, index) => [letter, [...'ABEKMH0PCTYX11JS'][index] ?? letter]),
  ),
);

/**
 * A code as it is kept and compared: upper case, look-alikes folded, without spaces, dashes and dots. Empty when there
 * is nothing else in it.
 */
export function canonicalCode(typed: string): string {
  const bare = typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
  return [...bare].map((character) => lookAlikes.get(character) ?? character).join('');
}

/** How codes of one coupon look: `#` stands for a character of the alphabet. */
export interface CodePattern {
  readonly pattern: string;
  readonly alphabet: string;
}

/** How many different codes a pattern allows. */
function spaceOf({ pattern, alphabet }: CodePattern): number {
  const wilds = [...pattern].filter((character) => character === wild).length;
  return alphabet.length ** wilds;
}

/** Whether a pattern allows so many codes that guessing one of `count` is hopeless. */
export function hasRoomFor(count: number, pattern: CodePattern): boolean {
  return spaceOf(pattern) >= count * SPACE_PER_CODE;
}

/** A new code of a pattern, in its canonical form. `random` returns [0, 1). */
export function newCode({ pattern, alphabet }: CodePattern, random: () => number): string {
  let code = '';
  for (const character of pattern) {
    code += character === wild ? randomText(random, alphabet, 1) : character;
  }
  return canonicalCode(code);
}

/** A canonical code as people see it: with the separators and the spelling of its pattern. */
export function showCode(canonical: string, pattern: string): string {
  const characters = [...canonical];
  let shown = '';
  for (const character of pattern) {
    const next = character === wild ? characters.shift() : literal(character, characters);
    invariant(next !== undefined, 'a code is as long as its pattern');
    shown += next;
  }
  invariant(characters.length === 0, 'a code is as long as its pattern');
  return shown;
}

/** A fixed character of a pattern; what a canonical code keeps of it is passed over. */
function literal(character: string, rest: string[]): string {
  rest.splice(0, [...canonicalCode(character)].length);
  return character;
}

/** What is wrong with a pattern, as words that say what to put; undefined when nothing is. */
export function patternFault(pattern: string): string | undefined {
  if (!pattern.includes(wild)) return 'put "#" for each random character, like SP-####-####';
  if (!/^[\p{L}\p{N}# .-]+$/u.test(pattern)) return 'put letters, digits, "#", spaces, dots and dashes only';
  return undefined;
}

/** What is wrong with an alphabet, as words that say what to put; undefined when nothing is. */
export function alphabetFault(alphabet: string): string | undefined {
  const characters = [...alphabet];
  if (!/^[\dA-ZА-ЯҐЄІЇ]{5,}$/.test(alphabet)) return 'put at least 5 capital letters and digits';
  if (new Set(characters).size < characters.length) return 'put each character once';
  const odd = characters.filter((character) => canonicalCode(character) !== character);
  if (odd.length === 0) return undefined;
  return `leave out ${odd.join(' ')}: a code with it could be read as another one`;
}
