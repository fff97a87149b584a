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
 * A channel counts when a call arrives, we when it starts. Our second is longer by what one call usually travels longer
 * than another, so that none arrives in a second that is full. It costs a channel 1.2 % of its rate.
 */
const travelMs = 12;
/** A call may be held up longer, by a busy process or network: at most for so long it is reckoned with. */
const longestTravelMs = 1000;
/** How much of what a busy process let pass is made up for at once. */
const catchUpMs = 100;

/**
 * A bucket that fills evenly, small enough that who comes now does not wait for a second to pass; and as many places as
 * a second has calls, each taken from the start of a call until it can no longer be counted, so that however unevenly
 * they start and travel no second sees more than `ratePerSecond`. A rate under one is a call each so many seconds.
 */
export function createPace(timers: Timers, ratePerSecond: number): Pace {
  const most = Math.max(1, Math.floor(ratePerSecond));
  const windowMs = (most * 1000) / ratePerSecond + travelMs;
  const intervalMs = windowMs / most;
  const burst = Math.min(most, Math.max(1, Math.round(catchUpMs / intervalMs)));
  const takenUntil = new Float64Array(most).fill(Number.NEGATIVE_INFINITY);
  /** The moment from which the whole bucket counts as full; it moves on by an interval for every call. */
  let fullAt = timers.now();
  let pausedUntil = fullAt;
  /** How long calls take as a rule. The first ones open connections, and count as late. */
  let usualMs = 0;
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

  /** A call that took longer than usual may have arrived that much later. */
  function end(taken: number, startedAt: number): void {
    const tookMs = timers.now() - startedAt;
    const overMs = tookMs - usualMs;
    const lateMs = overMs > travelMs ? Math.min(overMs, longestTravelMs) : 0;
    takenUntil[taken] = startedAt + windowMs + lateMs;
    usualMs += Math.max(-travelMs, Math.min(overMs, travelMs)) / 8;
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
