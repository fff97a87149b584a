import type { Passing } from './bots/web/playground/clock.ts';
import { DAY_MS, instantOfLocal, localTime } from './core/time.ts';
import { nextDue } from './db/due.ts';
import { runErrands } from './errands.ts';
import { settleDue, settleNotices, type Worked } from './jobs.ts';
import { runNightly } from './nightly.ts';
import type { Svoi } from './svoi.ts';

/** Things that fall due within so much time of each other are done at one stop. */
const togetherMs = 5 * 60_000;
/** The nightly work begins at three: soon after that. */
const nightMs = DAY_MS / 8 + togetherMs;
/** Of a longer jump only the last days are lived one by one; those before go by in steps: a year in seconds, not in minutes. */
const closeLookMs = 10 * DAY_MS;
const stepMs = 30 * DAY_MS;

/** Where a clock that is put forward stops on its way: each night, and whenever something falls due. */
export function nextStopOf(svoi: Pick<Svoi, 'database' | 'program'>): Passing['nextStop'] {
  return async (from, until) => {
    if (until - from > closeLookMs) return Math.min(from + stepMs, until - closeLookMs);
    const due = await nextDue(svoi.database, from + togetherMs);
    const stop = Math.min(due ?? until, nightAfter(from, svoi.program().zone));
    return stop < until ? stop : undefined;
  };
}

/** The first moment after `from` at which a night's work can begin, on the calendar of `zone`. */
export function nightAfter(from: number, zone: string): number {
  const midnight = Math.floor(localTime(from, zone) / DAY_MS) * DAY_MS;
  const tonight = instantOfLocal(midnight + nightMs, zone);
  return tonight > from ? tonight : instantOfLocal(midnight + DAY_MS + nightMs, zone);
}

/** What a message can take: sent, arrived, and what that leads to. */
const rounds = 2;

/** What goes on around a clock that is put forward. */
export interface Bustle {
  /** Lets the made-up people do what they do between two moments. */
  live(from: number, until: number): Promise<void>;
  /** Resolves when nothing waits to be sent, and all that was sent has arrived. */
  delivered(): Promise<void>;
}

/** Nobody is there, and nothing is sent. */
export const silence: Bustle = { live: async () => {}, delivered: async () => {} };

/** Does all that has fallen due since the clock stood at `since`, and lets what was sent arrive. */
export async function passTime(svoi: Worked, since: number, { live, delivered }: Bustle): Promise<void> {
  const now = svoi.clock.now();
  if (now - since <= closeLookMs) await live(since, now);
  await settleDue(svoi);
  await runNightly(svoi);
  await runErrands(svoi);
  for (let round = 0; round < rounds; round += 1) {
    await settleNotices(svoi);
    await delivered();
  }
}
