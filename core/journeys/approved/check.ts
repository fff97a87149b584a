import { type Locale, locales } from '../../customers/types.ts';
import type { Words } from '../../messaging/types.ts';
import { checkTemplate, type Place, type ProblemCode, type TemplateProblem } from '../templates/check.ts';
import { positionOf } from '../templates/parse.ts';
import { wayOutLabels } from '../way_out.ts';
import { type AnyMessage, showsWayOut } from './forms.ts';

/** Something wrong with an approved template that a message names, and where below `whatsapp` it stands. */
export interface ApprovedProblem extends TemplateProblem {
  readonly path: readonly (string | number)[];
}

/** A value is one line to Meta: no breaks, no tabs, at most four spaces in a row. */
const broken = /[\n\r\t]| {5,}/;

/** What is wrong with the approved templates a message names; an empty list: they can be filled in wherever `place` is. */
export function checkApproved(message: AnyMessage, place: Place): readonly ApprovedProblem[] {
  return locales.flatMap((locale) => {
    const named = message.whatsapp?.[locale];
    if (!named) return [];
    const values = named.values.flatMap((text, index) =>
      checkValue(text, locale, place).map((found) => ({ ...found, path: [locale, 'values', index] })),
    );
    return [...textMissing(message, locale), ...values, ...buttonsMissing(message, locale, named.buttons)];
  });
}

function checkValue(text: string, locale: Locale, place: Place): readonly TemplateProblem[] {
  const at = text.search(broken);
  const lines =
    at < 0 ? [] : [problem(locale, 'not_one_line', { key: 'template_fault.not_one_line' }, text, at)];
  return [...checkTemplate({ [locale]: text }, place), ...lines];
}

/** A template in a language in which nothing is written would never be used. */
function textMissing(message: AnyMessage, locale: Locale): ApprovedProblem[] {
  if (message.text[locale] !== undefined) return [];
  const words: Words = { key: 'template_fault.no_text_in', variables: { language: locale } };
  return [{ ...problem(locale, 'no_text_in', words), path: [locale] }];
}

function buttonsMissing(message: AnyMessage, locale: Locale, wanted: number): ApprovedProblem[] {
  const ways = showsWayOut(message) ? 0 : wayOutLabels.length;
  const limit = message.buttons.flat().length + ways;
  if (wanted <= limit) return [];
  const words: Words = { key: 'template_fault.too_many_buttons', variables: { number: wanted, limit } };
  return [{ ...problem(locale, 'too_many_buttons', words), path: [locale, 'buttons'] }];
}

function problem(locale: Locale, code: ProblemCode, words: Words, text = '', at = 0): TemplateProblem {
  return { locale, code, words, at, length: 1, ...positionOf(text, at) };
}
