import type { i18n } from 'i18next';
import type { Locale } from '../core/customers/types.ts';
import { isKnownStatus } from '../core/purchases/orders.ts';
import { type ConditionWords, comparedWords, lookedAtWords, spanWords } from './segments.ts';
import { fillWritten } from './templates.ts';

/** What numbers and times are written with: an IANA time zone and a currency code. */
export interface Formats {
  readonly zone: string;
  readonly currency: string;
}

type Translate = (locale: Locale, key: string, options?: Record<string, unknown>) => string;

/** Languages as Intl knows them: British English, for days before months and a clock of 24 hours. */
export const localeTags: Readonly<Record<Locale, string>> = { uk: 'uk-UA', ru: 'ru-UA', en: 'en-GB' };

const longDay = { day: 'numeric', month: 'long', year: 'numeric' } as const;
const shortDay = { day: '2-digit', month: '2-digit', year: '2-digit' } as const;
const time = { hour: '2-digit', minute: '2-digit' } as const;

/** Adds the formats named in `core/messaging/keys.ts` to an i18next instance. */
export function addFormats(instance: i18n, translate: Translate): void {
  const add = (name: string, format: (value: never, locale: Locale, formats: Formats) => string) =>
    instance.services.formatter?.add(name, (value, language, options) =>
      format(value as never, language as Locale, options as Formats),
    );
  const unit = (name: string) =>
    rememberingUnits((count, locale) => translate(locale, `units.${name}`, { count }));
  const points = unit('points');
  add('number', (value: number, locale) => number(locale).format(value));
  add('points', points);
  for (const name of ['days', 'minutes', 'months', 'years']) add(name, unit(name));
  add('weekday', (weekday: number, locale) => weekdayName(weekday, locale));
  add('fact_value', (value: string, locale) => translate(locale, `fact_values.${value}`));
  add('order_status', (status: string, locale) =>
    isKnownStatus(status) ? translate(locale, `order_statuses.${status}`) : status,
  );
  add('signed_points', (value: number, locale) => `${sign(value)}${points(Math.abs(value), locale)}`);
  add('money', (minor: number, locale, { currency }) => money(minor, locale, currency, 0));
  add('exact_money', (minor: number, locale, { currency }) => money(minor, locale, currency, 2));
  add('day', (at: number, locale, { zone }) => dates(locale, zone, longDay).format(at));
  add('short_day', (at: number, locale, { zone }) => dates(locale, zone, shortDay).format(at));
  add('short_moment', (at: number, locale, { zone }) =>
    dates(locale, zone, { ...shortDay, ...time }).format(at),
  );
  add('moment', (at: number, locale, { zone }) => dates(locale, zone, { ...longDay, ...time }).format(at));
  add('date', (day: string, locale) => calendarDay(day, locale));
  add('kind', (kind: string, locale) => translate(locale, `kinds.${kind}`));
  add('role', (role: string, locale) => translate(locale, `roles.${role}`));
  add('act', (act: string, locale) => translate(locale, `acts.${act.replaceAll('.', '_')}`));
  add('rfm_segment', (segment: string, locale) => translate(locale, `rfm.${segment}`));
  add('span', (span: string, locale) => spanWords(span, (key, options) => translate(locale, key, options)));
  const conditionWords = (locale: Locale, { currency, zone }: Formats): ConditionWords => ({
    translate: (key, options) => translate(locale, key, { ...options, zone, currency, locale }),
    number: (value) => number(locale).format(value),
    money: (major) => money(major * 10 ** fractionDigits(locale, currency), locale, currency, 0),
    either: (all) =>
      keptLists(locale, () => new Intl.ListFormat(localeTags[locale], { type: 'disjunction' })).format(all),
    minor: (minor) => money(minor, locale, currency, 0),
    day: (day) => calendarDay(day, locale),
  });
  add('looked_at', (json: string, locale, formats) => lookedAtWords(json, conditionWords(locale, formats)));
  add('compared_with', (json: string, locale, formats) =>
    comparedWords(json, conditionWords(locale, formats)),
  );
  add('template', (json: string, _locale, { zone, currency }) =>
    fillWritten(json, {
      translate,
      format: (value, format, locale) => instance.format(value, format, locale, { zone, currency, locale }),
    }),
  );
  add('channel', (channel: string, locale) => translate(locale, `channels.${channel}`));
  add('language', (language: string, locale) => translate(locale, `languages.${language}`));
}

function sign(value: number): string {
  if (value === 0) return '';
  return value > 0 ? '+' : '−';
}

const keptDigits = keeper<number>();

/** Asking a formatter for its options costs more than writing a number with it. */
function fractionDigits(locale: Locale, currency: string): number {
  return keptDigits(`${locale} ${currency}`, () => {
    return number(locale, { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
  });
}

type UnitWords = (count: number, locale: Locale) => string;

const mostUnits = 10_000;

/** A number with its noun is looked up once: a campaign says the same few to very many. */
function rememberingUnits(say: UnitWords): UnitWords {
  const known = new Map<string, string>();
  return (count, locale) => {
    const key = `${locale} ${count}`;
    const said = known.get(key) ?? say(count, locale);
    if (known.size >= mostUnits) known.clear();
    known.set(key, said);
    return said;
  };
}

/** Minor units as money: no ".00" on whole amounts; `moreDigits` shows fractions of a minor unit. */
function money(minor: number, locale: Locale, currency: string, moreDigits: number): string {
  const digits = fractionDigits(locale, currency);
  return number(locale, {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    maximumFractionDigits: digits + moreDigits,
    trailingZeroDisplay: 'stripIfInteger',
  }).format(minor / 10 ** digits);
}

/** From 1 (Monday) to 7: the fifth of January 1970 was a Monday. */
function weekdayName(weekday: number, locale: Locale): string {
  return dates(locale, 'UTC', { weekday: 'long' }).format((weekday + 3) * 86_400_000);
}

/** `YYYY-MM-DD`, or `--MM-DD` where the year is not known. */
function calendarDay(day: string, locale: Locale): string {
  const yearless = day.startsWith('--');
  const at = Date.parse(`${yearless ? `2000-${day.slice(2)}` : day}T00:00:00Z`);
  return dates(locale, 'UTC', yearless ? { day: 'numeric', month: 'long' } : longDay).format(at);
}

/** Making an Intl formatter costs far more than using one, so each is kept. */
function keeper<Formatter>(): (key: string, make: () => Formatter) => Formatter {
  const kept = new Map<string, Formatter>();
  return (key, make) => {
    const known = kept.get(key) ?? make();
    kept.set(key, known);
    return known;
  };
}

const keptLists = keeper<Intl.ListFormat>();
const keptNumbers = keeper<Intl.NumberFormat>();
const keptDates = keeper<Intl.DateTimeFormat>();

function number(locale: Locale, options: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
  const key = `${locale} ${JSON.stringify(options)}`;
  return keptNumbers(key, () => new Intl.NumberFormat(localeTags[locale], options));
}

function dates(locale: Locale, zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const all = { ...options, timeZone: zone };
  return keptDates(
    `${locale} ${JSON.stringify(all)}`,
    () => new Intl.DateTimeFormat(localeTags[locale], all),
  );
}
