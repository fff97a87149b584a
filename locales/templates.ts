import type { Locale } from '../core/customers/types.ts';
import { isFormat, type TemplateFormat, usualFormat } from '../core/journeys/templates/formats.ts';
import { isGiven, parseTemplate, standIn } from '../core/journeys/templates/parse.ts';
import type {
  Part,
  Slot,
  TemplateItem,
  TemplateItems,
  TemplateValue,
  ValueKind,
} from '../core/journeys/templates/types.ts';
import { specOf } from '../core/journeys/templates/variables.ts';
import type { Written } from '../core/journeys/templates/written.ts';

/** What a template is written with: the words and figures of each language. */
export interface TemplateWriter {
  /** A text of ours by its key. */
  translate(locale: Locale, key: string, options?: Record<string, unknown>): string;
  /** A number, sum or moment by one of the formats of `core/messaging/keys.ts`. */
  format(value: string | number, format: string, locale: Locale): string;
}

/** A template filled in, from the JSON of a `Written`. Values are never taken for templates themselves. */
export function fillWritten(json: string, writer: TemplateWriter): string {
  const { text, locale, values }: Written = JSON.parse(json);
  const pieces = piecesOf(parseTemplate(text).parts, { values, locale, writer });
  return joined(pieces);
}

interface Filling extends Pick<Written, 'values' | 'locale'> {
  readonly writer: TemplateWriter;
}

/** What the shop wrote, which may be tidied, and what stands for a variable, which is left as it is. */
type Piece = { readonly words: string } | { readonly value: string };

function piecesOf(parts: readonly Part[], filling: Filling): Piece[] {
  const pieces: Piece[] = [];
  for (const part of parts) {
    if (typeof part === 'string') pieces.push({ words: part });
    else if ('variable' in part) pieces.push(slotPiece(part, filling, pieces));
    else {
      const chosen = isGiven(filling.values[part.given]) ? part.shown : part.otherwise;
      pieces.push(...piecesOf(chosen, filling));
    }
  }
  return pieces;
}

/** Sections that were left out leave no gaps behind: what the shop wrote comes together, the values stay as they are. */
function joined(pieces: readonly Piece[]): string {
  let text = '';
  let words = '';
  for (const piece of pieces) {
    if ('words' in piece) words += piece.words;
    else {
      text += tidy(words, text === '') + piece.value;
      words = '';
    }
  }
  return text + tidy(words, text === '').trimEnd();
}

function tidy(words: string, isStart: boolean): string {
  const tidied = words
    .replace(/ {2,}/g, ' ')
    .replace(/ +(?=\n|[,.!?;:…](?:\s|$))/g, '')
    .replace(/\n +/g, '\n')
    .replace(/\n{3,}/g, '\n\n');
  return isStart ? tidied.trimStart() : tidied;
}

function slotPiece(slot: Slot, filling: Filling, before: readonly Piece[]): Piece {
  const value = filling.values[slot.variable];
  const shown = value === undefined ? undefined : shownValue(slot, value, filling);
  if (shown !== undefined && shown !== '') return { value: shown };
  return { words: standIn(slot) ?? ownFallback(slot.variable, filling, before) };
}

/** How a customer without a name is addressed, with a capital letter where a sentence begins. */
function ownFallback(variable: string, { locale, writer }: Filling, before: readonly Piece[]): string {
  if (!specOf(variable)?.ownFallback) return '';
  const words = writer.translate(locale, `written.${variable.slice(variable.indexOf('.') + 1)}`);
  const last = before.at(-1);
  const lead = last === undefined ? '' : 'words' in last ? last.words : 'x';
  const begins = before.every((piece) => 'words' in piece && piece.words.trim() === '');
  if (!begins && !/[.!?…\n]\s*$/.test(lead)) return words;
  return words.charAt(0).toLocaleUpperCase(locale) + words.slice(1);
}

function shownValue(slot: Slot, value: TemplateValue, filling: Filling): string | undefined {
  const kind = specOf(slot.variable)?.kind ?? kindOf(value);
  const format = slot.format !== undefined && isFormat(slot.format) ? slot.format : usualFormat[kind];
  if (typeof value === 'object') return shownItems(slot, format, value, filling);
  if (typeof value === 'boolean') return chosen(slot, String(value));
  return shownPlain(slot, format, value, filling);
}

/** Of what a shop posted, numbers are written as such. */
function kindOf(value: TemplateValue): ValueKind {
  return typeof value === 'number' ? 'number' : 'data';
}

/** A single value; undefined where it cannot be written so: then the fallback takes its place. */
function shownPlain(
  slot: Slot,
  format: TemplateFormat,
  value: string | number,
  { locale, writer }: Filling,
): string | undefined {
  switch (format) {
    case 'text':
      return typeof value === 'number' ? writer.format(value, 'number', locale) : value;
    case 'choose':
      return chosen(slot, String(value));
    case 'date':
      return isDay(value) ? writer.format(value, 'date', locale) : undefined;
    case 'day':
    case 'short_day':
    case 'moment':
    case 'short_moment':
      return shownMoment(format, value, { locale, writer });
    case 'plural':
      return pluralOf(slot, figureOf(value), { locale, writer });
    case 'list':
    case 'table':
      return undefined;
    default: {
      const figure = figureOf(value);
      return Number.isFinite(figure) ? writer.format(figure, format, locale) : undefined;
    }
  }
}

function figureOf(value: string | number): number {
  return typeof value === 'number' ? value : value.trim() === '' ? Number.NaN : Number(value);
}

function isDay(value: string | number): value is string {
  return typeof value === 'string' && /^(\d{4}|-)-\d\d-\d\d$/.test(value);
}

/** Moments of ours are numbers; shops post ISO 8601, and a day alone is that day wherever it is read. */
function shownMoment(
  format: 'day' | 'short_day' | 'moment' | 'short_moment',
  value: string | number,
  { locale, writer }: Pick<Filling, 'locale' | 'writer'>,
): string | undefined {
  if (isDay(value)) return writer.format(value, 'date', locale);
  const at = typeof value === 'number' ? value : Date.parse(value);
  return Number.isFinite(at) ? writer.format(at, format, locale) : undefined;
}

function chosen({ forms }: Slot, word: string): string | undefined {
  if (!forms) return word;
  return Object.hasOwn(forms, word) ? forms[word] : forms.other;
}

/** `#` in a form stands for the number. */
function pluralOf(
  { forms }: Slot,
  count: number,
  { locale, writer }: Pick<Filling, 'locale' | 'writer'>,
): string | undefined {
  if (!Number.isFinite(count)) return undefined;
  const form = forms?.[rulesOf(locale).select(count)] ?? forms?.other;
  return form?.replaceAll('#', writer.format(count, 'number', locale));
}

const namesListed = 3;

function shownItems(
  slot: Slot,
  format: TemplateFormat,
  items: TemplateItems,
  filling: Filling,
): string | undefined {
  const { locale, writer } = filling;
  if (format === 'plural') return pluralOf(slot, items.count, filling);
  if (format === 'number') return writer.format(items.count, 'number', locale);
  if (format === 'table') return tableOf(items, filling);
  const named = items.first.slice(0, items.count === namesListed + 1 ? namesListed + 1 : namesListed);
  const more = items.count - named.length;
  const names = named.map(({ name }) => name);
  const rest = more > 0 ? [writer.translate(locale, 'written.more', { count: more })] : [];
  return listsOf(locale).format([...names, ...rest]);
}

/** A line for each thing: its name, how many where it is not one, the sum. */
function tableOf({ count, first }: TemplateItems, { locale, writer }: Filling): string {
  const rows = first.map((item) => `• ${rowOf(item, locale, writer)}`);
  const more = count - first.length;
  const rest = more > 0 ? [writer.translate(locale, 'written.more_rows', { count: more })] : [];
  return [...rows, ...rest].join('\n');
}

function rowOf({ name, quantity, sumMinor }: TemplateItem, locale: Locale, writer: TemplateWriter): string {
  const times = quantity === 1 ? '' : ` × ${writer.format(quantity, 'number', locale)}`;
  return `${name}${times} – ${writer.format(sumMinor, 'money', locale)}`;
}

/** Making an Intl object costs far more than using one, so each is kept. */
const keptRules = new Map<Locale, Intl.PluralRules>();
const keptLists = new Map<Locale, Intl.ListFormat>();

function rulesOf(locale: Locale): Intl.PluralRules {
  const kept = keptRules.get(locale) ?? new Intl.PluralRules(locale);
  keptRules.set(locale, kept);
  return kept;
}

function listsOf(locale: Locale): Intl.ListFormat {
  const kept = keptLists.get(locale) ?? new Intl.ListFormat(locale === 'en' ? 'en-GB' : locale);
  keptLists.set(locale, kept);
  return kept;
}
