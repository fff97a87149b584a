import type { Timers } from './timers.ts';

/** Keeps a channel's rate, and its pauses when the channel asks for one. */
export interface Pace {
  /** How long until a call may start, in whole milliseconds; 0: now. */
  waitMs(): number;
  /** One call starts; what it returns is called when the answer is there. */
  take(): () => void;
  /** Nothing may start for so long. */
  pause(milliseconds: number): void;
}

/**
 * A channel counts when a call arrives, we when it starts: our second is longer by what a call may have travelled
 * longer than the quickest one. This much is always reckoned with, and costs a channel 1.2 % of its rate; what a call
 * really took longer is added, up to a bound, for it may have been held up before it arrived.
 */
const travelMs = 12;
const longestTravelMs = 3000;
/** The first calls open connections, and tell nothing of how quick others are. */
const firstCalls = 16;
/** A way that has become longer for good is known as such after some thousand calls. */
const driftMs = 0.02;
/** How much of what a busy process let pass is made up for at once. */
const catchUpMs = 100;

/**
 * A bucket that fills evenly, small enough that who comes now does not wait for a second to pass; and as many places as
 * a second has calls, each taken from the start of a call until it can no longer be counted, so that however unevenly
 * they start and travel no second sees more than `ratePerSecond`. A rate under one is a call each so many seconds.
 */
export function createPace(timers: Timers, ratePerSecond: number): Pace {
  const most = Math.max(1, Math.floor(ratePerSecond));
  const windowMs = (most * 1000) / ratePerSecond;
  const intervalMs = (windowMs + travelMs) / most;
  const burst = Math.min(most, Math.max(1, Math.round(catchUpMs / intervalMs)));
  const takenUntil = new Float64Array(most).fill(Number.NEGATIVE_INFINITY);
  /** The moment from which the whole bucket counts as full; it moves on by an interval for every call. */
  let fullAt = timers.now();
  let pausedUntil = fullAt;
  let quickestMs = 0;
  let ended = 0;
  let place = 0;

  /** Turns to a place that is free, or the one that will be first; returns when. */
  function placeFreeAt(now: number): number {
    let first = takenUntil[place] ?? now;
    for (let other = 0; other < most && first > now; other += 1) {
      const until = takenUntil[other] ?? now;
      if (until < first) [first, place] = [until, other];
    }
    return first;
  }

  /** The answer is there: now it is known how late the call can have been. */
  function end(taken: number, startedAt: number): void {
    const tookMs = timers.now() - startedAt;
    const lateMs = ended < firstCalls ? tookMs : tookMs - quickestMs;
    takenUntil[taken] = startedAt + windowMs + Math.min(Math.max(travelMs, lateMs), longestTravelMs);
    quickestMs = ended === 0 ? tookMs : Math.min(tookMs, quickestMs + driftMs);
    ended += 1;
  }

  return {
    waitMs() {
      const now = timers.now() + roundingMs;
      const bucketAt = Math.max(pausedUntil, fullAt - (burst - 1) * intervalMs);
      const missingMs = Math.max(bucketAt, bucketAt > now ? 0 : placeFreeAt(now)) - now;
      return missingMs <= 0 ? 0 : Math.ceil(missingMs);
    },
    take() {
      const now = timers.now();
      placeFreeAt(now);
      const taken = place;
      fullAt = Math.max(fullAt, now) + intervalMs;
      takenUntil[taken] = now + windowMs + longestTravelMs;
      place = (taken + 1) % most;
      return () => end(taken, now);
    },
    pause(milliseconds) {
      pausedUntil = Math.max(pausedUntil, timers.now() + milliseconds);
    },
  };
}

/** Fractions of a millisecond add up to a little less or more than they should. */
const roundingMs = 1e-6;
