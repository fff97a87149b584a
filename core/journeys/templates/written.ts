import type { Locale } from '../../customers/types.ts';
import type { Words } from '../../messaging/types.ts';
import type { Texts } from '../definition.ts';
import { isGiven, parseTemplate, standIn } from './parse.ts';
import type { Part, TemplateValue, TemplateValues } from './types.ts';
import { hasOwnFallback } from './variables.ts';

/** A text in one of its languages: numbers and days in it are written in that language too. */
export interface TextIn {
  readonly text: string;
  readonly locale: Locale;
}

/** What the variable of `written.text` holds, as JSON: a template, its language, and what its variables stand for. */
export interface Written extends TextIn {
  readonly values: TemplateValues;
}

/** The text for a reader: in the own language, else in the program's, else in the first there is. */
export function textFor(texts: Texts, wanted: Locale, programLocale: Locale): TextIn {
  const locale = [wanted, programLocale, 'uk', 'ru', 'en'].find((one): one is Locale => {
    return texts[one as Locale] !== undefined;
  });
  return { text: texts[locale ?? wanted] ?? '', locale: locale ?? wanted };
}

/** A text of a shop as words: the template goes along with those values it needs, and is filled in when it is shown. */
export function written({ text, locale }: TextIn, values: TemplateValues): Words {
  const used = parseTemplate(text).variables.flatMap((name): [string, TemplateValue][] => {
    const value = values[name];
    return value === undefined ? [] : [[name, value]];
  });
  const filled: Written = { text, locale, values: Object.fromEntries(used) };
  return { key: 'written.text', variables: { text: JSON.stringify(filled) } };
}

/**
 * The variables without which a text would have a hole: those it shows whose values are missing, and that have nothing
 * to stand in for them. A message with such a text is better not sent.
 */
export function missingIn({ text }: TextIn, values: TemplateValues): readonly string[] {
  return holesIn(parseTemplate(text).parts, values);
}

function holesIn(parts: readonly Part[], values: TemplateValues): string[] {
  return parts.flatMap((part) => {
    if (typeof part === 'string') return [];
    if ('given' in part) return holesIn(isGiven(values[part.given]) ? part.shown : part.otherwise, values);
    if (values[part.variable] !== undefined || standIn(part) !== undefined) return [];
    return hasOwnFallback(part.variable) ? [] : [part.variable];
  });
}

/** Whether a template of an address can ever be one: of a web page, or whatever a single variable holds. */
export function isAddressTemplate(url: string): boolean {
  const [first, ...others] = parseTemplate(url).parts;
  if (first === undefined) return false;
  if (typeof first !== 'string') return others.length === 0;
  const plain = [first, ...others].map((part) => (typeof part === 'string' ? part : 'x')).join('');
  return webAddress.test(plain);
}

/** No `javascript:`, nothing that would end a line of a header. */
const webAddress = /^https?:\/\/\S+$/i;

/**
 * The address of a button with its variables filled in: as they are where they are all of it, encoded where they are a
 * part. Undefined where something is missing or it is no web address: then there is no button.
 */
export function addressIn(url: string, values: TemplateValues): string | undefined {
  const { parts } = parseTemplate(url);
  const only = parts.length === 1;
  const pieces = parts.map((part) => {
    if (typeof part === 'string') return part;
    const value = 'variable' in part ? (values[part.variable] ?? standIn(part)) : undefined;
    if (value === undefined || typeof value === 'object') return undefined;
    return only ? String(value) : encodeURIComponent(String(value));
  });
  if (pieces.includes(undefined)) return undefined;
  const address = pieces.join('');
  return webAddress.test(address) ? address : undefined;
}
