import type { Locale } from '../../customers/types.ts';
import type { ValueKind } from './types.ts';

/** How a variable may be written: of what kind it must be, and whether forms follow in parentheses. */
export interface FormatSpec {
  readonly kinds: readonly ValueKind[];
  /** `plural`: a form for each number of things; `words`: a text for each word the value may be, and `other`. */
  readonly forms?: 'plural' | 'words';
  /** As it stands in a text. */
  readonly example: string;
}

const counted = ['number', 'items', 'data'] as const;
const moments = ['moment', 'data'] as const;

/** Every way to write a variable. The words and figures of each are of the language of the text. */
export const templateFormats = {
  text: { kinds: ['text', 'data'], example: '{{customer.city, text | …}}' },
  number: { kinds: counted, example: '{{points.balance, number}}' },
  points: { kinds: ['number', 'data'], example: '{{points.balance, points}}' },
  signed_points: { kinds: ['number', 'data'], example: '{{event.points, signed_points | …}}' },
  days: { kinds: ['number', 'data'], example: '{{program.points_live_days, days}}' },
  minutes: { kinds: ['number', 'data'], example: '{{event.minutes, minutes | …}}' },
  months: { kinds: ['number', 'data'], example: '{{event.months, months | …}}' },
  years: { kinds: ['number', 'data'], example: '{{event.years, years | …}}' },
  plural: {
    kinds: counted,
    forms: 'plural',
    example: '{{cart.items, plural(one: # товар; few: # товари; many: # товарів; other: # товару)}}',
  },
  choose: {
    kinds: ['text', 'data'],
    forms: 'words',
    example: '{{customer.gender, choose(female: дорога; male: дорогий; other: вітаємо)}}',
  },
  money: { kinds: ['money', 'data'], example: '{{cart.total, money}}' },
  day: { kinds: moments, example: '{{coupon.valid_until, day | …}}' },
  short_day: { kinds: moments, example: '{{purchase.at, short_day}}' },
  moment: { kinds: moments, example: '{{purchase.at, moment}}' },
  short_moment: { kinds: moments, example: '{{purchase.at, short_moment}}' },
  date: { kinds: ['date', 'data'], example: '{{customer.birthday, date | …}}' },
  list: { kinds: ['items'], example: '{{cart.items, list}}' },
  table: { kinds: ['items'], example: '{{cart.items, table}}' },
} as const satisfies Readonly<Record<string, FormatSpec>>;

/** The name of a way to write a variable. */
export type TemplateFormat = keyof typeof templateFormats;

/** Whether there is such a way. */
export function isFormat(name: string): name is TemplateFormat {
  return Object.hasOwn(templateFormats, name);
}

/** How a value is written where the text does not say: sums as money, moments as days, several things as a list. */
export const usualFormat: Readonly<Record<ValueKind, TemplateFormat>> = {
  text: 'text',
  number: 'number',
  money: 'money',
  moment: 'day',
  date: 'date',
  items: 'list',
  data: 'text',
};

/** The forms of a number of things in each language, as CLDR names them. */
export const pluralForms: Readonly<Record<Locale, readonly string[]>> = {
  uk: ['one', 'few', 'many', 'other'],
  ru: ['one', 'few', 'many', 'other'],
  en: ['one', 'other'],
};
