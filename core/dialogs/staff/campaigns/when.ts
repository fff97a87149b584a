import type { CampaignTiming } from '../../../staff/campaigns.ts';
import { DAY_MS, isCalendarDay, localClock, localDay } from '../../../time.ts';

/** The time of a day that was named without one. */
const usualTime = '11:00';

const now = new Set(['now', 'зараз', 'сейчас']);
const today = new Set(['today', 'сьогодні', 'сегодня']);
const tomorrow = new Set(['tomorrow', 'завтра']);

/**
 * When a campaign goes out, as people type it: `now`, `tomorrow 10:00`, `25.12 10:00`, `25.12.2026`, `18:30` (today, or
 * tomorrow where that has passed): a time of the day where each customer lives. `usual`: the hour each is usually there.
 * Undefined where it cannot be read.
 */
export function readWhen(raw: string, at: number, zone: string): CampaignTiming | undefined {
  const words = raw.toLowerCase().replaceAll(',', ' ').trim().split(/\s+/);
  const typed = words.filter((word) => !['at', 'о', 'об', 'в', 'у'].includes(word));
  const [first = '', second] = typed;
  if (typed.length === 1 && now.has(first)) return { kind: 'now' };
  if (typed.length === 1 && first === 'usual') return { kind: 'usual', at: null };
  if (typed.length > 2) return undefined;
  const alone = second === undefined ? timeOf(first) : undefined;
  if (alone !== undefined) return { kind: 'local', day: dayFor(alone, at, zone), time: alone };
  const day = dayOf(first, at, zone);
  const time = second === undefined ? usualTime : timeOf(second);
  return day === undefined || time === undefined ? undefined : { kind: 'local', day, time };
}

function timeOf(word: string): string | undefined {
  const [, hour = '', minute = ''] = /^(\d{1,2}):(\d{2})$/.exec(word) ?? [];
  if (hour === '' || Number(hour) > 23 || Number(minute) > 59) return undefined;
  return `${hour.padStart(2, '0')}:${minute}`;
}

/** Today, or tomorrow where that time of it has passed. */
function dayFor(time: string, at: number, zone: string): string {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  const passed = hours * 60 + minutes <= localClock(at, zone).minute;
  return localDay(passed ? at + DAY_MS : at, zone);
}

/** A day named in whatever way; one without a year is the next there is. */
function dayOf(word: string, at: number, zone: string): string | undefined {
  if (today.has(word)) return localDay(at, zone);
  if (tomorrow.has(word)) return localDay(at + DAY_MS, zone);
  if (isCalendarDay(word)) return word;
  const [, day = '', month = '', year] = /^(\d{1,2})[./](\d{1,2})(?:[./](\d{4}))?$/.exec(word) ?? [];
  if (day === '') return undefined;
  const here = localDay(at, zone);
  const inYear = (number: string) => `${number}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const thisYear = inYear(year ?? here.slice(0, 4));
  const next =
    year === undefined && thisYear < here ? inYear(String(Number(here.slice(0, 4)) + 1)) : thisYear;
  return isCalendarDay(next) ? next : undefined;
}
