import { isCalendarDay } from '../time.ts';

/** A birthday as kept (`YYYY-MM-DD`, or `--MM-DD` without the year), or why it is not one. */
export type ParsedBirthday =
  | { readonly ok: true; readonly birthday: string }
  /** `unreadable`: not a date at all. `impossible`: a date that nobody's birthday can be. */
  | { readonly ok: false; readonly problem: 'unreadable' | 'impossible' };

/** Ages between which a year is taken for a year of birth; outside, it is more likely a slip. */
const youngest = 5;
const oldest = 115;

interface Parts {
  readonly day: number;
  readonly month: number;
  readonly year?: number;
}

/**
 * Reads a birthday as people write it: 25.12.1990, 25/12/90, 25-12, 1990-12-25, "25 грудня 1990", "December 25".
 * Day comes before month unless that cannot be. `today` is `YYYY-MM-DD`.
 */
export function parseBirthday(text: string, today: string): ParsedBirthday {
  return parseDay(text, today, youngest);
}

/** Reads a day that is kept every year, like that of a wedding: as birthdays are written, no later than `today`. */
export function parseYearDay(text: string, today: string): ParsedBirthday {
  const parsed = parseDay(text, today, 0);
  return parsed.ok && parsed.birthday > today ? { ok: false, problem: 'impossible' } : parsed;
}

/** `least`: how many years it lies back at least. */
function parseDay(text: string, today: string, least: number): ParsedBirthday {
  const parts = readDigits(text.trim()) ?? readWords(text.trim().toLowerCase());
  if (!parts) return { ok: false, problem: 'unreadable' };
  const { month, day } = parts;
  const monthAndDay = `${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
  if (parts.year === undefined) {
    return isCalendarDay(`2000-${monthAndDay}`)
      ? { ok: true, birthday: `--${monthAndDay}` }
      : { ok: false, problem: 'impossible' };
  }
  const thisYear = Number(today.slice(0, 4));
  const year = parts.year < 100 ? fullYear(parts.year, thisYear - least) : parts.year;
  const birthday = `${String(year).padStart(4, '0')}-${monthAndDay}`;
  const sane = year <= thisYear - least && year >= thisYear - oldest;
  return sane && isCalendarDay(birthday) ? { ok: true, birthday } : { ok: false, problem: 'impossible' };
}

function readDigits(text: string): Parts | undefined {
  const iso = /^(\d{4})[-./](\d{1,2})[-./](\d{1,2})$/.exec(text);
  if (iso) return { year: Number(iso[1]), month: Number(iso[2]), day: Number(iso[3]) };
  const match = /^(\d{1,2})\s*[-./\s,]\s*(\d{1,2})(?:\s*[-./\s,]\s*(\d{4}|\d{2}))?\s*\p{L}?\.?$/u.exec(text);
  if (!match) return undefined;
  const [first, second] = [Number(match[1]), Number(match[2])];
  const [day, month] = second > 12 && first <= 12 ? [second, first] : [first, second];
  return { day, month, ...yearOf(match[3]) };
}

function readWords(text: string): Parts | undefined {
  const dayFirst =
    /^(\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?(\p{L}{3,})\.?(?:,?\s+(\d{4}))?\s*(?:\p{L}+\.?)?$/u.exec(text);
  const monthFirst = /^(\p{L}{3,})\.?\s+(\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(\d{4}))?$/u.exec(text);
  const [day, name, year] = dayFirst
    ? [dayFirst[1], dayFirst[2], dayFirst[3]]
    : [monthFirst?.[2], monthFirst?.[1], monthFirst?.[3]];
  const month = name === undefined ? undefined : monthByName().get(name.slice(0, 3));
  return month === undefined ? undefined : { day: Number(day), month, ...yearOf(year) };
}

function yearOf(text: string | undefined): { readonly year?: number } {
  return text === undefined ? {} : { year: Number(text) };
}

/** "90" is 1990 and "05" is 2005: the newest year that ends so and is not after `last`. */
function fullYear(twoDigits: number, last: number): number {
  const year = Math.floor(last / 100) * 100 + twoDigits;
  return year <= last ? year : year - 100;
}

let months: ReadonlyMap<string, number> | undefined;

/** Months by the first three letters of their names, alone and beside a day: no two share them. */
export function monthByName(): ReadonlyMap<string, number> {
  months ??= new Map(
    ['uk', 'ru', 'en'].flatMap((language) =>
      Array.from({ length: 12 }, (_, index) => index).flatMap((index) =>
        monthNames(language, index).map((name) => [name.slice(0, 3).toLowerCase(), index + 1] as const),
      ),
    ),
  );
  return months;
}

function monthNames(language: string, index: number): string[] {
  const at = Date.UTC(2000, index, 15);
  return [{ month: 'long' }, { month: 'long', day: 'numeric' }].flatMap((shape) =>
    new Intl.DateTimeFormat(language, { ...(shape as Intl.DateTimeFormatOptions), timeZone: 'UTC' })
      .formatToParts(at)
      .flatMap((part) => (part.type === 'month' ? [part.value] : [])),
  );
}
