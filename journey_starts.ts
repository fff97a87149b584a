import { startRun } from './core/journeys/start.ts';
import { dayBefore, momentOn } from './core/journeys/triggers/calendar.ts';
import { type DailyTrigger, type Found, type FoundPage, isDaily } from './core/journeys/triggers/finding.ts';
import type { Journey, Start } from './core/journeys/types.ts';
import { DAY_MS, localClock, localDay } from './core/time.ts';
import type { Database } from './db/database.ts';
import { isCounted } from './db/insights/history.ts';
import { segmentMapOf } from './db/insights/journey_maps.ts';
import { createValues } from './db/values.ts';
import type { Worked } from './jobs.ts';
import { countMaps } from './reports_nightly.ts';

/** A journey that is on, with what is looked for once a day. */
interface Looking extends Journey {
  readonly since: number;
  readonly when: DailyTrigger;
}

/** How far the looks for a journey have come. */
interface Progress {
  /** When the journey was switched on: after that they begin anew. */
  readonly since: number;
  /** The last turn of looking; with `after` it is not done, and goes on there. */
  readonly day: string;
  readonly after?: string;
}

/** A look for a journey: at night, and once more at its hour where it takes those in as well who come late. */
interface Turn {
  /** The day, and in its second turn what is written after it: turns come in the order of their names. */
  readonly name: string;
  readonly day: string;
}

const secondTurn = ' late';

/** Looks begin at this minute of the day on the program's calendar, as the other work of the night does. */
const nightMinute = 3 * 60;
/** Starts of one round: one group of the writer, so that a purchase waits for no more than that. */
const startsAtOnce = 128;

/**
 * Finds who enters a journey on this day: by dates, moves between segments, schedules and points. Each journey is looked
 * for once a day, at night, and its runs are due at their hour where each customer lives; a day that was missed is made up
 * for by the next one. What matters more comes first, so that of journeys of one occasion it is the one that is entered.
 * Goes on where a dead process ended; safe from two at once.
 */
export async function findStarts(svoi: Worked): Promise<void> {
  const { zone } = svoi.program();
  const now = svoi.clock.now();
  const today = localDay(now, zone);
  const looking = svoi.journeys().flatMap(lookingFor).toSorted(byWeight);
  for (const journey of looking) await standAtFirst(journey, today, svoi);
  if (localClock(now, zone).minute < nightMinute) return;
  const known = doneOn(today, svoi);
  const open = looking
    .map((journey) => ({ journey, turns: turnsOf(journey, today, svoi) }))
    .filter((look) => !known.has(lookOf(look)));
  await lookForAll(open, today, svoi);
}

const byWeight = (one: Looking, other: Looking) => other.definition.weight - one.definition.weight;

function lookingFor(journey: Journey): Looking[] {
  const { isOn, since, definition } = journey;
  return isOn && since !== null && isDaily(definition.when)
    ? [{ ...journey, since, when: definition.when }]
    : [];
}

/** What is known to be done on a day, so that the database need not be asked again and again. */
const done = new WeakMap<Database, { readonly day: string; readonly looks: Set<string> }>();

/** Of another day nothing is known: a clock that goes back comes to a day twice. */
function doneOn(day: string, { database }: Worked): Set<string> {
  const known = done.get(database);
  if (known?.day === day) return known.looks;
  const looks = new Set<string>();
  done.set(database, { day, looks });
  return looks;
}

/** Who is in the segment of a journey when it is switched on has not come: that is written down first. */
async function standAtFirst({ key, since, when }: Looking, today: string, svoi: Worked): Promise<void> {
  if (!('segment' in when)) return;
  const known = doneOn(today, svoi);
  const map = segmentMapOf({ key, since, rule: when.segment });
  if (known.has(map)) return;
  if (!(await isCounted(svoi.database, map))) await countMaps(svoi, [map], today);
  known.add(map);
}

/** A journey with the turns of looking for it that have come, the last one last. */
interface Look {
  readonly journey: Looking;
  readonly turns: readonly Turn[];
}

/** The look for a journey up to the last turn of it. */
function lookOf({ journey: { key, since }, turns }: Look): string {
  return `${key} ${since} ${turns.at(-1)?.name}`;
}

/** Looks for each of these. That nobody was found is written down for all of them together: to look again does no harm. */
async function lookForAll(looking: readonly Look[], today: string, svoi: Worked): Promise<void> {
  if (looking.length === 0) return;
  const values = createValues(svoi.database);
  const kept = await values.getAll([historyMark, ...looking.map(({ journey: { key } }) => keptAs(key))]);
  const empty = new Map<string, string>();
  try {
    for (const look of looking) {
      const { journey, turns } = look;
      const { key, since, when } = journey;
      // Moves of a night are known once it was counted.
      if ('segment' in when && kept.get(historyMark) !== today) continue;
      const text = kept.get(keptAs(key));
      const progress = text === undefined ? undefined : (JSON.parse(text) as Progress);
      for (const { turn, after } of turnsLeft(progress, since, turns, today)) {
        if (await lookOn(journey, turn, after, svoi)) empty.delete(keptAs(key));
        else empty.set(keptAs(key), JSON.stringify({ since, day: turn.name } satisfies Progress));
      }
      doneOn(today, svoi).add(lookOf(look));
    }
  } finally {
    if (empty.size > 0) await values.setAll(empty);
  }
}

/** Under what the night's work keeps on which day moves were counted. */
const historyMark = 'nightly:history';
const keptAs = (key: string) => `journeys:found:${key}`;

/**
 * Yesterday, where it was missed and today's turn does not take its place; and today, a second time at the hour of a
 * journey that takes those who come late.
 */
function turnsOf({ when }: Looking, today: string, { clock, program }: Worked): readonly Turn[] {
  const isEachDay = 'every' in when && when.every === 'day';
  const days = isEachDay ? [today] : [dayBefore(today, 1), today];
  const nights = days.map((day) => ({ name: day, day }));
  const isLate = 'late_days' in when && clock.now() >= momentOn(today, when.at, program().zone);
  return isLate ? [...nights, { name: today + secondTurn, day: today }] : nights;
}

/**
 * The turns still to be taken. A journey that was just switched on begins with today, and so does one whose last turn lies
 * ahead: the clock was wrong then. Nobody enters twice for one occasion.
 */
function turnsLeft(progress: Progress | undefined, since: number, turns: readonly Turn[], today: string) {
  const isAhead = progress !== undefined && progress.day > today + secondTurn;
  if (progress?.since !== since || isAhead) {
    return turns.filter(({ day }) => day === today).map((turn) => ({ turn, after: '' }));
  }
  const { day: last, after } = progress;
  return turns.flatMap((turn) => {
    if (turn.name === last && after !== undefined) return [{ turn, after }];
    return turn.name > last ? [{ turn, after: '' }] : [];
  });
}

/** Starts whoever is found, and writes down how far it has come; false: nobody was found, and nothing is written. */
async function lookOn(journey: Looking, { name, day }: Turn, from: string, svoi: Worked): Promise<boolean> {
  const { key, since, when, definition } = journey;
  const { zone, currency, tiers, tier_days, rfm, rewards, facts } = svoi.program();
  const program = { zone, currency, tiers, tier_days, rfm, rewards, facts };
  const values = createValues(svoi.database);
  const now = svoi.clock.now();
  for (let after: string | undefined = from; after !== undefined; ) {
    const look = { journey: key, since, when, who: definition.who, day, program, now, after };
    const page: FoundPage = await svoi.analyst.ask('findEntering', look);
    if (page.found.length === 0 && page.next === undefined && after === from) return false;
    await start(journey, day, page.found, svoi);
    after = page.next;
    const progress: Progress = { since, day: name, ...(after === undefined ? {} : { after }) };
    await values.set(keptAs(key), JSON.stringify(progress));
  }
  return true;
}

/** Starts a run for each of those found, due at its hour of that day: what should have begun before the journey was on, or too long ago, does not. */
async function start(journey: Looking, day: string, found: readonly Found[], svoi: Worked): Promise<void> {
  const { zone: ours } = svoi.program();
  const now = svoi.clock.now();
  const starts = found.flatMap(({ zone, ...one }): Start[] => {
    const dueAt = momentOn(day, journey.when.at, zone ?? ours);
    return dueAt < journey.since || dueAt <= now - DAY_MS ? [] : [{ ...one, journey: journey.key, dueAt }];
  });
  // The look itself was for those who may enter.
  const looked = (rule: string) => (rule === journey.definition.who ? true : undefined);
  for (let at = 0; at < starts.length; at += startsAtOnce) {
    const group = starts.slice(at, at + startsAtOnce);
    await Promise.all(group.map((one) => svoi.submit(startRun(one, looked, svoi.journeyRules()))));
  }
}
