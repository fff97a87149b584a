import type { Locale } from '../../core/customers/types.ts';
import { dayNumber } from '../../core/insights/reports/steps.ts';
import type { Period, Place, Step, Theme } from '../../core/insights/reports/types.ts';
import { DAY_MS } from '../../core/time.ts';
import en from '../../locales/charts/en.json' with { type: 'json' };
import ru from '../../locales/charts/ru.json' with { type: 'json' };
import uk from '../../locales/charts/uk.json' with { type: 'json' };
import { localeTags } from '../../locales/formats.ts';
import { type AnyWords, createTranslator, type Formats } from '../../locales/translator.ts';
import { type Colours, themes } from './colours.ts';

/** For whom a picture is drawn. */
export interface ChartReader extends Formats {
  readonly locale: Locale;
  readonly theme: Theme;
}

const words = { uk, ru, en };
type ChartWord = keyof typeof uk;

/** Everything a picture is drawn with: colours, and how words, numbers and days are written for its reader. */
export interface Look {
  readonly colours: Colours;
  /** Words of pictures alone. */
  word(key: ChartWord, variables?: Readonly<Record<string, string>>): string;
  /** Words that messages have too. */
  say(words: AnyWords): string;
  number(value: number): string;
  /** 12.3K, for labels. */
  short(value: number): string;
  percent(part: number, whole: number): string;
  money(minor: number): string;
  shortMoney(minor: number): string;
  /** Money to the minor unit. */
  cents(minor: number): string;
  /** Two digits after the point where there are any, and a sign of the unit. */
  decimal(value: number, unit: string): string;
  /** The text of the reader's language, else of any. */
  text(texts: Readonly<Partial<Record<Locale, string | undefined>>>): string | undefined;
  /** A day as the label of a step. */
  step(day: string, step: Step): string;
  day(day: string): string;
  period(period: Period): string;
  title(place: Place): string;
}

const translator = createTranslator({ uk, ru, en });

/** How pictures look for a reader. */
export function lookFor(reader: ChartReader): Look {
  const { locale, theme, currency } = reader;
  const tag = localeTags[locale];
  const number = (options: Intl.NumberFormatOptions = {}) => new Intl.NumberFormat(tag, options);
  const compact = { notation: 'compact', maximumFractionDigits: 1 } as const;
  const inMoney = { style: 'currency', currency, currencyDisplay: 'narrowSymbol' } as const;
  const whole = number();
  const short = number(compact);
  const money = number({ ...inMoney, maximumFractionDigits: 0 });
  const shortMoney = number({ ...inMoney, ...compact, minimumFractionDigits: 0 });
  const cents = number({ ...inMoney, trailingZeroDisplay: 'stripIfInteger' });
  const decimal = number({ maximumFractionDigits: 2 });
  const major = 10 ** (number(inMoney).resolvedOptions().maximumFractionDigits ?? 2);
  const dates = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(tag, { ...options, timeZone: 'UTC' });
  const long = dates({ day: 'numeric', month: 'long', year: 'numeric' });
  const month = dates({ month: 'short', year: '2-digit' });
  const short2 = dates({ day: '2-digit', month: '2-digit' });
  const at = (day: string) => dayNumber(day) * DAY_MS;
  const say = (said: AnyWords) => translator.say(locale, said, reader);
  return {
    colours: themes[theme],
    word: (key, variables = {}) =>
      words[locale][key].replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => variables[name] ?? ''),
    say,
    number: (value) => whole.format(value),
    short: (value) => short.format(value),
    percent: (part, all) => `${all === 0 ? 0 : Math.round((100 * part) / all)}%`,
    money: (minor) => money.format(minor / major),
    shortMoney: (minor) => shortMoney.format(minor / major),
    cents: (minor) => cents.format(minor / major),
    decimal: (value, unit) => `${decimal.format(value)}${unit}`,
    text: (texts) => texts[locale] ?? Object.values(texts).find((one) => one !== undefined),
    step: (day, step) => (step === 'month' ? month : short2).format(at(day)),
    day: (day) => long.format(at(day)),
    period: ({ from, to }) =>
      from === to ? long.format(at(from)) : `${long.format(at(from))} – ${long.format(at(to))}`,
    title: ({ key, title, titles }) => titles?.[locale] ?? title ?? say({ key: `rfm.${key}` }),
  };
}
