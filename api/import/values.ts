import { instantOfLocal } from '../../core/time.ts';

/** A decimal number held exactly: `digits` / 10^`scale`. */
export interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

/** How a file writes the fraction of a number. */
export type DecimalMark = 'point' | 'comma';

const bareDigits = /^-?\d{1,15}$/;
const groups = /[\s\u00a0\u202f'’]/g;

const numberForms: Record<DecimalMark, { readonly whole: RegExp; readonly separator: RegExp }> = {
  point: { whole: /^[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d*)?$/, separator: /,/g },
  comma: { whole: /^[+-]?(\d+|\d{1,3}(\.\d{3})+)(,\d*)?$/, separator: /\./g },
};

/** Reads a number as spreadsheets write them, thousands grouped or not; undefined when it is not one. */
export function parseDecimal(text: string, mark: DecimalMark): Decimal | undefined {
  // Most numbers of a file are bare digits: they need none of what follows.
  if (bareDigits.test(text)) return { digits: BigInt(text), scale: 0 };
  const compact = text.trim().replace(groups, '').replace('−', '-');
  const { whole, separator } = numberForms[mark];
  if (compact.length > 30 || !whole.test(compact)) return undefined;
  const [integer = '', fraction = ''] = compact.replace(separator, '').split(mark === 'point' ? '.' : ',');
  return { digits: BigInt(integer + fraction), scale: fraction.length };
}

/** The exact product. */
export function multiply(left: Decimal, right: Decimal): Decimal {
  return { digits: left.digits * right.digits, scale: left.scale + right.scale };
}

/** The number in units of 10^-`scale`, a half rounded away from zero. */
export function roundTo(decimal: Decimal, scale: number): number {
  if (decimal.scale <= scale) return Number(decimal.digits * 10n ** BigInt(scale - decimal.scale));
  const divisor = 10n ** BigInt(decimal.scale - scale);
  const [size, half] = [decimal.digits < 0n ? -decimal.digits : decimal.digits, divisor / 2n];
  const rounded = Number((size + half) / divisor);
  return decimal.digits < 0n && rounded !== 0 ? -rounded : rounded;
}

/** The number where it has at most `scale` decimals; undefined where it has more. */
export function exactlyTo(decimal: Decimal, scale: number): number | undefined {
  const rounded = roundTo(decimal, scale);
  const same =
    decimal.scale <= scale || BigInt(rounded) * 10n ** BigInt(decimal.scale - scale) === decimal.digits;
  return same ? rounded / 10 ** scale : undefined;
}

/** Reads a moment as epoch milliseconds; undefined when the text is not one. */
export type DateReader = (text: string) => number | undefined;

const tokens = {
  YYYY: '\\d{4}',
  YY: '\\d{2}',
  MM: '\\d{2}',
  DD: '\\d{2}',
  HH: '\\d{2}',
  mm: '\\d{2}',
  ss: '\\d{2}',
};
const loose = { M: '\\d{1,2}', D: '\\d{1,2}', H: '\\d{1,2}' };
const forms: Record<string, string> = { ...tokens, ...loose };
const tokenPattern = /YYYY|YY|MM|DD|HH|mm|ss|M|D|H/g;

/** The formats that mean the same everywhere. Dates with slashes do not: those must be described. */
const plainFormats = [
  'YYYY-MM-DD HH:mm:ss',
  'YYYY-MM-DD HH:mm',
  'YYYY-MM-DD',
  'YYYY-MM-DDTHH:mm:ss',
  'YYYY-MM-DDTHH:mm',
  'D.M.YYYY H:mm:ss',
  'D.M.YYYY H:mm',
  'D.M.YYYY',
];

/** Whether `format` names at least year, month and day, like `M/D/YYYY H:mm`. */
export function isDateFormat(format: string): boolean {
  const found = new Set(format.match(tokenPattern)?.map((token) => token.slice(0, 1)));
  return ['Y', 'M', 'D'].every((token) => found.has(token));
}

/**
 * Reads dates as clocks in `zone` show them, in `format` where one is given, else in ISO 8601 (an offset in the text
 * wins over the zone) and in `day.month.year`.
 */
export function dateReader(format: string | undefined, zone: string): DateReader {
  const readers = (format ? [format] : plainFormats).map((one) => formatReader(one, zone));
  return (text) => {
    const trimmed = text.trim();
    for (const read of readers) {
      const at = read(trimmed);
      if (at !== undefined) return at;
    }
    return format ? undefined : withOffset(trimmed);
  };
}

const isoWithOffset = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/;

function withOffset(text: string): number | undefined {
  const at = isoWithOffset.test(text) ? Date.parse(text.replace(' ', 'T')) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}

function formatReader(format: string, zone: string): DateReader {
  const names = format.match(tokenPattern) ?? [];
  const pattern = format
    .replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
    .replace(tokenPattern, (token) => `(${forms[token]})`);
  const whole = new RegExp(`^${pattern}$`);
  return (text) => {
    const found = whole.exec(text);
    if (!found) return undefined;
    const figures: Record<string, number> = {};
    for (const [index, name] of names.entries()) figures[name] = Number(found[index + 1]);
    const local = localTime(figures);
    return local === undefined ? undefined : instantOfLocal(local, zone);
  };
}

/** Figures of a clock as if it showed UTC; undefined for a 30th of February. */
function localTime(figures: Record<string, number>): number | undefined {
  const { YYYY, YY, MM, M, DD, D, HH, H, mm, ss } = figures;
  const year = YYYY ?? (YY ?? 0) + 2000;
  const [month, day, hour, minute, second] = [MM ?? M ?? 0, DD ?? D ?? 0, HH ?? H ?? 0, mm ?? 0, ss ?? 0];
  const local = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  const real =
    local.getUTCMonth() === month - 1 && local.getUTCDate() === day && local.getUTCHours() === hour;
  return real && minute < 60 && second < 60 ? local.getTime() : undefined;
}

const truths = new Map(
  Object.entries({
    true: ['true', '1', 'yes', 'y', 'paid', 'да', 'так', 'оплачен', 'оплачено'],
    false: ['false', '0', 'no', 'n', 'unpaid', 'нет', 'ні', 'не оплачен', 'не оплачено'],
  }).flatMap(([truth, words]) => words.map((word) => [word, truth === 'true'] as const)),
);

/** Yes or no as shops write it in their languages; undefined when it is neither. */
export function parseYesNo(text: string): boolean | undefined {
  return truths.get(text.trim().toLowerCase());
}
