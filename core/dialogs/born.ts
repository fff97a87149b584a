import { Temporal } from 'temporal-polyfill';
import { type BirthWindow, monthDays } from '../insights/facts/age.ts';
import { readAge } from '../insights/facts/sizes.ts';
import { monthByName } from './birthday.ts';

/** The days between which a child was born, or why nobody was. */
export type ParsedBirth =
  | { readonly ok: true; readonly window: BirthWindow }
  /** `unreadable`: neither a month nor an age. `impossible`: a time no child of today can be born in. */
  | { readonly ok: false; readonly problem: 'unreadable' | 'impossible' };

/** Whoever is older is no child any more. */
const oldestYears = 30;

/**
 * Reads when a child was born, as people write it: 05.2023, 17.05.2023, 2023-05, "травень 2023", or an age, "3 роки",
 * "8 months"; a bare number is years. `today` in days since 1970.
 */
export function parseBirth(text: string, today: number): ParsedBirth {
  const window = readMonth(text.trim().toLowerCase()) ?? readAgeWindow(text.trim().toLowerCase(), today);
  if (!window) return { ok: false, problem: 'unreadable' };
  const sane = window.low <= today && window.high >= today - oldestYears * 12 * monthDays;
  return sane ? { ok: true, window } : { ok: false, problem: 'impossible' };
}

/** The days of a month, or one day, in days since 1970; undefined where there is no such. `month` counts from 1. */
export function birthDays(year: number, month: number, day?: number): BirthWindow | undefined {
  try {
    const first = Temporal.PlainDate.from({ year, month, day: day ?? 1 }, { overflow: 'reject' });
    const low = dayNumber(first);
    return { low, high: day === undefined ? low + first.daysInMonth - 1 : low };
  } catch {
    return undefined;
  }
}

function dayNumber(date: Temporal.PlainDate): number {
  return Temporal.PlainDate.from('1970-01-01').until(date).days;
}

function readMonth(text: string): BirthWindow | undefined {
  const iso = /^(\d{4})[-./](\d{1,2})(?:[-./](\d{1,2}))?$/.exec(text);
  if (iso) return birthDays(Number(iso[1]), Number(iso[2]), numberOf(iso[3]));
  const short = /^(?:(\d{1,2})[-./\s]+)?(\d{1,2})[-./\s]+(\d{4})$/.exec(text);
  if (short) return birthDays(Number(short[3]), Number(short[2]), numberOf(short[1]));
  const words = /^(?:(\d{1,2})\s+)?(\p{L}{3,})\.?,?\s+(\d{4})(?:\s*\p{L}+\.?)?$/u.exec(text);
  const month = words?.[2] === undefined ? undefined : monthByName().get(words[2].slice(0, 3));
  return month === undefined ? undefined : birthDays(Number(words?.[3]), month, numberOf(words?.[1]));
}

function numberOf(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number(digits);
}

/** Who is 3 years old has had the third birthday and not the fourth. */
function readAgeWindow(text: string, today: number): BirthWindow | undefined {
  if (!/^\d{1,2}([.,]\d)?\s*(\p{L}+\.?)?$/u.test(text)) return undefined;
  const months = readAge(text, 'years');
  if (months === undefined) return undefined;
  const inMonths =
    readAge(text, 'months') === months && /\p{L}/u.test(text) && !Number.isInteger(months / 12);
  const span = inMonths || months < 12 ? 1 : 12;
  return {
    low: Math.ceil(today - (months + span) * monthDays) + 1,
    high: Math.floor(today - months * monthDays),
  };
}
