import { isCalendarDay } from '../time.ts';
import type { FieldSpec } from './fields.ts';
import { likeliest, likeliestWord, wordNamed } from './likely.ts';
import { spanText, wordText } from './text.ts';
import type { Token } from './tokens.ts';
import {
  type Catalogue,
  type ProblemKind,
  type SegmentProblem,
  type Span,
  type SpanUnit,
  spanUnits,
  type Value,
} from './types.ts';

/** What was read, or why it cannot be. */
export type Read<Some> =
  | { readonly ok: true; readonly value: Some }
  | { readonly ok: false; readonly problem: SegmentProblem };

/** What is wrong with the very word at `token`. */
export function problemAt(
  token: Token,
  kind: ProblemKind,
  more: Pick<SegmentProblem, 'suggestion' | 'expected'> = {},
): { readonly ok: false; readonly problem: SegmentProblem } {
  const { position, length, text } = token;
  return { ok: false, problem: { kind, position, length, word: text, ...more } };
}

/** Units by every way to write them. */
const units: Readonly<Record<SpanUnit, readonly string[]>> = {
  h: ['h', 'hour', 'hours', 'г', 'год', 'годин', 'години', 'ч', 'час', 'часа', 'часов'],
  d: ['d', 'day', 'days', 'д', 'дн', 'день', 'дні', 'днів', 'дня', 'дней'],
  w: ['w', 'week', 'weeks', 'т', 'тиж', 'тижні', 'тижнів', 'тиждень', 'н', 'нед', 'недель', 'недели'],
  m: [
    'm',
    'mo',
    'month',
    'months',
    'м',
    'міс',
    'місяць',
    'місяці',
    'місяців',
    'мес',
    'месяц',
    'месяца',
    'месяцев',
  ],
  y: ['y', 'year', 'years', 'р', 'рік', 'роки', 'років', 'лет', 'год.', 'года'],
};

/** The most of each unit a span may have: about a hundred years. */
const mostOf: Readonly<Record<SpanUnit, number>> = { h: 876_000, d: 36_500, w: 5200, m: 1200, y: 100 };

/** Whether a word is a number followed by letters, or a number alone: how a span begins. */
export function isLikeSpan(text: string): boolean {
  return /^\d+\p{L}*\.?$/u.test(text);
}

function unitNamed(letters: string): SpanUnit | undefined {
  return spanUnits.find((unit) => units[unit].includes(letters));
}

/** A span: `60d`, `2 weeks`. */
export function readSpan(token: Token): Read<Span> {
  const [, digits = '', letters = ''] = /^(\d+)\s*(\p{L}*\.?)$/u.exec(token.text) ?? [];
  if (token.kind !== 'word' || digits === '') {
    return problemAt(token, 'wrong_value', { expected: ['30d', '8w', '6m', '1y'] });
  }
  const lower = letters.toLowerCase();
  const unit = unitNamed(lower);
  if (!unit) {
    const meant = lower.length > 1 ? likeliest(lower, Object.values(units).flat()) : undefined;
    const likely = unitNamed(meant ?? 'd') ?? 'd';
    return problemAt(token, 'unknown_unit', {
      suggestion: spanText({ amount: Number(digits), unit: likely }),
      expected: ['h', 'd', 'w', 'm', 'y'],
    });
  }
  const amount = Number(digits);
  if (amount < 1 || amount > mostOf[unit]) {
    return problemAt(token, 'out_of_range', { expected: [`1${unit}`, `${mostOf[unit]}${unit}`] });
  }
  return { ok: true, value: { amount, unit } };
}

/** A value of a field, of the kind the field is compared with. */
export function readValue(token: Token, spec: FieldSpec, catalogue: Catalogue): Read<Value> {
  if (token.kind !== 'word' && token.kind !== 'quoted')
    return problemAt(token, 'missing_value', expectedOf(spec, catalogue));
  if (spec.type === 'moment') return readMoment(token, spec);
  if (spec.type === 'soon' || spec.type === 'word') return readWord(token, spec, catalogue);
  if (spec.type === 'anything') return readAnything(token);
  return readNumber(token, spec);
}

/** What can stand for a value, for whoever left it out. */
function expectedOf(spec: FieldSpec, catalogue: Catalogue): Pick<SegmentProblem, 'expected'> {
  const known = knownWords(spec, catalogue);
  return { expected: known.length > 0 ? known : [spec.example] };
}

/** How many words are listed to whoever typed a wrong one. */
const mostListed = 12;

function knownWords({ words, names }: FieldSpec, catalogue: Catalogue): string[] {
  const own = Object.keys(words ?? {});
  const theirs = names ? (catalogue[names] ?? []) : [];
  return [...own, ...theirs.slice(0, mostListed)].map((word) => wordText(word)).slice(0, mostListed);
}

function readWord(token: Token, spec: FieldSpec, catalogue: Catalogue): Read<Value> {
  const { words, names, open } = spec;
  const word = wordNamed(words, token.text);
  if (word !== undefined) return { ok: true, value: { type: 'word', word } };
  const isOpen = words === undefined || names !== undefined || open;
  const named = isOpen ? nameIn(token.text, names && catalogue[names]) : undefined;
  if (named !== undefined) return { ok: true, value: { type: 'word', word: named } };
  if (isRfmCode(token, spec)) return { ok: true, value: { type: 'word', word: token.text } };
  const suggestion = likeliestWord(words, token.text, (names && catalogue[names]) ?? []);
  return problemAt(token, 'unknown_value', {
    ...(suggestion === undefined ? {} : { suggestion }),
    expected: knownWords(spec, catalogue),
  });
}

/** A code of RFM is three scores. */
function isRfmCode(token: Token, { names }: FieldSpec): boolean {
  return (names === 'rfmSegments' || names === 'rfSegments') && /^[1-5]{3}$/.test(token.text);
}

/** A name as the catalogue writes it; as it was typed where there is no catalogue to check it by. */
function nameIn(typed: string, known: readonly string[] | undefined): string | undefined {
  if (known === undefined) return typed === '' ? undefined : typed;
  if (known.includes(typed)) return typed;
  const lower = typed.toLowerCase();
  return known.find((name) => name.toLowerCase() === lower);
}

/** A name in parentheses or behind a dot, checked by its list of the catalogue or its own words. */
export function readName(
  token: Token,
  kind: 'unknown_value' | 'unknown_part',
  known: readonly string[] | undefined,
): Read<string> {
  const named = nameIn(token.text, known);
  if (named !== undefined) return { ok: true, value: named };
  const suggestion = likeliestWord(undefined, token.text, known ?? []);
  return problemAt(token, kind, {
    ...(suggestion === undefined ? {} : { suggestion }),
    expected: (known ?? []).slice(0, mostListed).map((name) => wordText(name)),
  });
}

/** Days are written as in 2026-01-31 or 31.01.2026. */
function readDay(text: string): string | undefined {
  const [, day, month, year] = /^(\d\d?)\.(\d\d?)\.(\d{4})$/.exec(text) ?? [];
  const iso = year ? `${year}-${month?.padStart(2, '0')}-${day?.padStart(2, '0')}` : text;
  return isCalendarDay(iso) && iso >= '1900' ? iso : undefined;
}

function readMoment(token: Token, spec: FieldSpec): Read<Value> {
  const word = wordNamed(spec.words, token.text);
  if (word !== undefined) return { ok: true, value: { type: 'word', word } };
  if (token.kind === 'word' && /^\d+[-.]/.test(token.text)) {
    const day = spec.operators ? undefined : readDay(token.text);
    if (day !== undefined) return { ok: true, value: { type: 'day', day } };
    return problemAt(token, 'wrong_value', { expected: spec.operators ? ['60d'] : ['2026-01-31', '60d'] });
  }
  const span = readSpan(token);
  if (span.ok) return { ok: true, value: { type: 'span', ...span.value } };
  if (span.problem.kind !== 'wrong_value') return span;
  return problemAt(token, 'wrong_value', {
    expected: ['60d', '6m', ...(spec.operators ? [] : ['2026-01-31'])],
  });
}

const numeric = /^[+-]?\d{1,12}(\.\d{1,6})?$/;

function readNumber(token: Token, { type, range = [0, 0], example }: FieldSpec): Read<Value> {
  const kind = type === 'money' ? 'money' : type === 'percent' ? 'percent' : 'number';
  const text = kind === 'percent' ? token.text.replace(/%$/, '') : token.text;
  if (token.kind !== 'word' || !numeric.test(text)) {
    const [digits] = /^[+-]?\d{1,12}(\.\d{1,6})?/.exec(token.text) ?? [];
    return problemAt(token, 'wrong_value', digits ? { suggestion: digits } : { expected: [example] });
  }
  const number = Number(text) + 0;
  if (number >= range[0] && number <= range[1]) return { ok: true, value: { type: kind, number } };
  return problemAt(token, 'out_of_range', { expected: range.map(String) });
}

/** A fact may be a number or a word: quoted, it is a word. */
function readAnything(token: Token): Read<Value> {
  if (token.kind === 'word' && numeric.test(token.text)) {
    return { ok: true, value: { type: 'number', number: Number(token.text) + 0 } };
  }
  if (token.text === '') return problemAt(token, 'missing_value');
  return { ok: true, value: { type: 'word', word: token.text } };
}
