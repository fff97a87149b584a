import { parseTemplate } from '../templates/parse.ts';
import type { Part, Slot } from '../templates/types.ts';
import { hasOwnFallback } from '../templates/variables.ts';

/** A text as an approved template says it: fixed words around `{{1}}`, `{{2}}`, …, and a template of ours for each of these. */
export interface TemplateBody {
  readonly text: string;
  readonly values: readonly string[];
  /** Variables that must be missing: it says what is said in their absence. */
  readonly without: readonly string[];
}

/** Stands for a variable while the words around it are put in order. */
const mark = '\ue000';
/** Variables with nothing but spaces or line breaks between them are one to Meta. */
const marks = new RegExp(`${mark}(?:\\s*${mark})*`, 'g');

/**
 * The variables that decide which parts of a text are there, each with those that its part lies within. A name is none
 * of them: where it is missing, words of ours stand in for it.
 */
export function conditionsOf(text: string): readonly (readonly string[])[] {
  return conditionsIn(parseTemplate(text).parts, []);
}

function conditionsIn(parts: readonly Part[], around: readonly string[]): (readonly string[])[] {
  return parts.flatMap((part) => {
    if (typeof part === 'string' || 'variable' in part) return [];
    const { given, shown, otherwise } = part;
    const inside = hasOwnFallback(given) || around.includes(given) ? around : [...around, given];
    const own = inside === around ? [] : [inside];
    return [...own, ...conditionsIn(shown, inside), ...conditionsIn(otherwise, around)];
  });
}

/**
 * A text with those parts that hang on variables of `given`, as a template without conditions; undefined where no words
 * are left. It does not end with a variable, which Meta refuses; where it begins with one, words must go before it.
 */
export function bodyOf(text: string, given: ReadonlySet<string>): TemplateBody | undefined {
  const slots: Slot[] = [];
  const without = new Set<string>();
  const marked = piecesOf(parseTemplate(text).parts, given, without)
    .map((piece) => {
      if (typeof piece === 'string') return piece;
      slots.push(piece);
      return mark;
    })
    .join('');
  const words = tidy(marked);
  if (!/\p{L}/u.test(words)) return undefined;
  const values: string[] = [];
  let taken = 0;
  const numbered = words.replace(marks, (found) => {
    const inside = [...found].map((one) => (one === mark ? sourceOf(slots[taken++], text) : one));
    // A value is one line.
    values.push(inside.join('').replace(/\s*\n\s*/g, ' – '));
    return `{{${values.length}}}`;
  });
  return { text: numbered.endsWith('}}') ? `${numbered}.` : numbered, values, without: [...without] };
}

function piecesOf(
  parts: readonly Part[],
  given: ReadonlySet<string>,
  without: Set<string>,
): (string | Slot)[] {
  return parts.flatMap((part) => {
    if (typeof part === 'string' || 'variable' in part) return [part];
    if (hasOwnFallback(part.given) || given.has(part.given)) return piecesOf(part.shown, given, without);
    if (part.otherwise.length > 0) without.add(part.given);
    return piecesOf(part.otherwise, given, without);
  });
}

/** Parts that were left out leave no gaps behind. */
function tidy(words: string): string {
  return words
    .replace(/ {2,}/g, ' ')
    .replace(/ +(?=\n|[,.!?;:…](?:\s|$))/g, '')
    .replace(/\n +/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** A variable as it stands in the text; things in a line, since a value has no line breaks. */
function sourceOf(slot: Slot | undefined, text: string): string {
  if (!slot) return '';
  const source = text.slice(slot.at, slot.at + slot.length);
  return slot.format === 'table' ? source.replace(/,\s*table\b/, ', list') : source;
}
