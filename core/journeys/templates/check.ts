import { type Locale, locales } from '../../customers/types.ts';
import type { Words } from '../../messaging/types.ts';
import { likeliest } from '../../segments/likely.ts';
import type { Texts } from '../definition.ts';
import { type FormatSpec, isFormat, pluralForms, templateFormats } from './formats.ts';
import { parseTemplate, positionOf, standIn } from './parse.ts';
import type { Part, Position, Section, Slot, SyntaxFault, TextFault, ValueKind } from './types.ts';
import {
  type Subject,
  specOf,
  subjectOf,
  subjects,
  templateVariables,
  type VariableSpec,
} from './variables.ts';

/** What a text can tell of where it is said; customer, points, tier and program are known everywhere. */
export interface Place {
  readonly subjects: readonly Exclude<Subject, 'customer' | 'points' | 'tier' | 'program' | 'event'>[];
  /** What the event carries, by name; `whatever`: it is a shop's own. Absent: there is no event. */
  readonly event?: Readonly<Record<string, VariableSpec>> | 'whatever';
  /** The most characters of the text without its variables. */
  readonly limit?: number;
  /** What is missing leaves the whole out (the address of a button), so that nothing has to stand in for it. */
  readonly dropsWhole?: true;
}

/** A place where only customer, points, tier and program are known: a campaign without a coupon. */
export const anywhere: Place = { subjects: [] };

/** Something wrong with a text of a shop's. */
export interface TemplateProblem extends Position {
  readonly locale: Locale;
  readonly code: ProblemCode;
  /** Where it begins and how long it is, in UTF-16 code units of the text. */
  readonly at: number;
  readonly length: number;
  /** What is wrong and what to write instead. */
  readonly words: Words;
}

/** What can be wrong with a text. */
export type ProblemCode =
  | SyntaxFault
  | 'single_braces'
  | 'unknown_variable'
  | 'not_here'
  | 'unknown_format'
  | 'wrong_format'
  | 'wrong_plural'
  | 'needs_fallback'
  | 'too_long'
  | 'not_one_line'
  | 'no_text_in'
  | 'too_many_buttons';

/** As long as a message may be, without its variables; the messengers take 4096 characters. */
export const textLimit = 3000;
/** As long as the text under a picture may be: Telegram takes 1024 characters, the values of variables among them. */
export const captionLimit = 900;

type Found = Pick<TemplateProblem, 'code' | 'at' | 'length' | 'words'>;

/** What is wrong with a text in any of its languages; an empty list: it can be said wherever `place` is. */
export function checkTemplate(texts: Texts, place: Place): readonly TemplateProblem[] {
  return locales.flatMap((locale) => {
    const text = texts[locale];
    if (text === undefined) return [];
    return checkText(text, locale, place).map((found) => ({
      ...found,
      locale,
      ...positionOf(text, found.at),
    }));
  });
}

function checkText(text: string, locale: Locale, place: Place): Found[] {
  const { parts, faults } = parseTemplate(text);
  const found = [
    ...faults.map(syntaxProblem),
    ...singleBraces(text),
    ...checkParts(parts, { text, locale, place, given: new Set() }),
    ...tooLong(parts, place.limit ?? textLimit),
  ];
  return found.sort((a, b) => a.at - b.at);
}

/** The text of a fault in the syntax; `put`: what it should look like. */
const shapes: Readonly<Record<SyntaxFault, string>> = {
  unclosed: '{{customer.city | …}}',
  unopened: '{{customer.city | …}}',
  empty: '{{customer.first_name}}',
  not_a_name: '{{points.balance, points}}',
  wrong_forms: '{{cart.items, plural(one: # товар; few: # товари; many: # товарів; other: # товару)}}',
  empty_fallback: '{{#if customer.city}} … {{/if}}',
  section_open: '{{#if customer.city}} … {{/if}}',
  section_stray: '{{#if customer.city}} … {{else}} … {{/if}}',
  section_deep: '{{#if customer.city}} … {{/if}}',
};

function syntaxProblem({ fault, at, length, found }: TextFault): Found {
  const words: Words = { key: `template_fault.${fault}`, variables: { found, put: shapes[fault] } };
  return { code: fault, at, length, words };
}

/** `{customer.city}` would be shown as it stands. */
function singleBraces(text: string): Found[] {
  const single = /(?<!\{)\{\s*([a-z_]+\.[a-z_]+)[^{}]*\}(?!\})/g;
  return [...text.matchAll(single)].flatMap(({ 0: found, 1: name = '', index: at }) => {
    if (!isSubject(subjectOf(name))) return [];
    const words: Words = { key: 'template_fault.single_braces', variables: { found, put: `{${found}}` } };
    return [{ code: 'single_braces', at, length: found.length, words }];
  });
}

function tooLong(parts: readonly Part[], limit: number): Found[] {
  const length = lengthOf(parts);
  if (length <= limit) return [];
  const words: Words = { key: 'template_fault.too_long', variables: { length, limit } };
  return [{ code: 'too_long', at: 0, length: 0, words }];
}

function lengthOf(parts: readonly Part[]): number {
  return parts.reduce((sum, part) => {
    if (typeof part === 'string') return sum + part.length;
    if ('variable' in part) return sum + (part.fallback?.length ?? 0);
    return sum + Math.max(lengthOf(part.shown), lengthOf(part.otherwise));
  }, 0);
}

interface Around {
  readonly text: string;
  readonly locale: Locale;
  readonly place: Place;
  /** Variables that are there for sure: a section asked for them. */
  readonly given: ReadonlySet<string>;
}

function checkParts(parts: readonly Part[], around: Around): Found[] {
  return parts.flatMap((part) => {
    if (typeof part === 'string') return [];
    return 'variable' in part ? checkSlot(part, around) : checkSection(part, around);
  });
}

function checkSection(section: Section, around: Around): Found[] {
  const { given, shown, otherwise } = section;
  const known = variableIn(given, section, around.place);
  const inside = { ...around, given: new Set([...around.given, ...alsoGiven(given)]) };
  return [
    ...('code' in known ? [known] : []),
    ...checkParts(shown, inside),
    ...checkParts(otherwise, around),
  ];
}

/** Where one of these is known, so are the others. */
const together = [
  ['points.burning', 'points.burning_at', 'points.burning_in'],
  ['points.reward', 'points.to_reward'],
  ['tier.next', 'tier.to_next'],
  ['customer.first_name', 'customer.polite_name', 'customer.name'],
];

function alsoGiven(name: string): readonly string[] {
  return together.find((group) => group.includes(name)) ?? [name];
}

function checkSlot(slot: Slot, { text, locale, place, given }: Around): Found[] {
  const spec = variableIn(slot.variable, slot, place);
  if ('code' in spec) return [spec];
  const wrong = slot.format === undefined ? undefined : checkFormat(slot, slot.format, spec.kind, locale);
  if (wrong) return [wrong];
  const stands = standIn(slot) !== undefined || spec.ownFallback || place.dropsWhole;
  if (!spec.missable || stands || given.has(slot.variable)) return [];
  return [problem('needs_fallback', slot, needsFallback(slot, text))];
}

function needsFallback({ variable, at, length }: Slot, text: string): Words {
  const put = `${text.slice(at, at + length - '}}'.length).trimEnd()} | …}}`;
  return { key: 'template_fault.needs_fallback', variables: { name: variable, put } };
}

function variableIn(name: string, where: Pick<Slot, 'at' | 'length'>, place: Place): VariableSpec | Found {
  const subject = subjectOf(name);
  if (subject === 'event') return eventField(name, where, place);
  const spec = specOf(name);
  if (!spec) return problem('unknown_variable', where, unknown('variable', name, namesIn(place)));
  if (isEverywhere(subject) || place.subjects.some((one) => one === subject)) return spec;
  return problem('not_here', where, notHere(subject, name));
}

function eventField(
  name: string,
  where: Pick<Slot, 'at' | 'length'>,
  { event }: Place,
): VariableSpec | Found {
  if (event === 'whatever') return { kind: 'data', missable: true };
  if (!event) return problem('not_here', where, notHere('event', name));
  const field = name.slice('event.'.length);
  const spec = Object.hasOwn(event, field) ? event[field] : undefined;
  const names = Object.keys(event).map((one) => `event.${one}`);
  return spec ?? problem('unknown_variable', where, unknown('variable', name, names));
}

/** The variables that may stand in a text there, but those of an event that is a shop's own. */
export function namesIn({ subjects: here, event }: Place): readonly string[] {
  const fields = typeof event === 'object' ? Object.keys(event).map((field) => `event.${field}`) : [];
  const ours = Object.keys(templateVariables).filter((name) => {
    const subject = subjectOf(name);
    return isEverywhere(subject) || here.some((one) => one === subject);
  });
  return [...ours, ...fields];
}

function isEverywhere(subject: string): boolean {
  return ['customer', 'points', 'tier', 'program'].includes(subject);
}

function isSubject(name: string): boolean {
  return subjects.some((subject) => subject === name);
}

function notHere(subject: string, name: string): Words {
  const without = ['purchase', 'cart', 'order', 'coupon', 'gift', 'event'] as const;
  const missing = without.find((one) => one === subject) ?? 'event';
  return { key: `template_fault.no_${missing}`, variables: { name } };
}

function checkFormat(slot: Slot, format: string, kind: ValueKind, locale: Locale): Found | undefined {
  if (!isFormat(format)) {
    return problem('unknown_format', slot, unknown('format', format, Object.keys(templateFormats)));
  }
  const { kinds, forms, example }: FormatSpec = templateFormats[format];
  if (!kinds.includes(kind)) return problem('wrong_format', slot, wrongFormat(slot, format, kind));
  if ((forms !== undefined) !== (slot.forms !== undefined)) {
    const variables = { found: format, put: example };
    return problem('wrong_forms', slot, { key: 'template_fault.wrong_forms', variables });
  }
  const names = Object.keys(slot.forms ?? {});
  const wanted = forms === 'plural' ? pluralForms[locale] : forms ? ['other'] : [];
  const isStrange = forms === 'plural' && names.some((name) => !wanted.includes(name));
  if (!isStrange && wanted.every((name) => names.includes(name))) return undefined;
  const variables = { found: format, language: locale, put: wanted.join(', ') };
  return problem('wrong_plural', slot, { key: 'template_fault.wrong_plural', variables });
}

function wrongFormat({ variable }: Slot, format: string, kind: ValueKind): Words {
  const fitting = Object.entries(templateFormats).filter(([, { kinds }]: [string, FormatSpec]) => {
    return kinds.includes(kind);
  });
  const put = fitting.map(([name]) => name).join(', ');
  return { key: 'template_fault.wrong_format', variables: { name: variable, format, put } };
}

function unknown(what: 'variable' | 'format', name: string, known: readonly string[]): Words {
  const near = likeliest(name, known);
  return near === undefined
    ? { key: `template_fault.unknown_${what}`, variables: { name } }
    : { key: `template_fault.unknown_${what}_near`, variables: { name, near } };
}

function problem(code: ProblemCode, { at, length }: Pick<Slot, 'at' | 'length'>, words: Words): Found {
  return { code, at, length, words };
}
