import type { Timers } from './timers.ts';

/** Keeps a channel's rate, and its pauses when the channel asks for one. */
export interface Pace {
  /** How many calls may start now. */
  room(): number;
  /** How long until one may, in whole milliseconds; 0: now. */
  waitMs(): number;
  /** One call starts. */
  take(): void;
  /** Nothing may start for so long. */
  pause(milliseconds: number): void;
}

/**
 * A channel counts when a call arrives, we when it starts. Our second is longer by what one call may travel longer than
 * another, so that none arrives in a second that is full. It costs a channel 1.5 % of its rate.
 */
const travelMs = 15;
/** How much of what a busy process let pass is made up for at once. */
const catchUpMs = 100;

/**
 * A bucket that fills evenly, small enough that who comes now does not wait for a second to pass; and a memory of the
 * last second's calls, so that even after the bucket was full no second sees more than `ratePerSecond`. A rate under
 * one is a call each so many seconds.
 */
export function createPace(timers: Timers, ratePerSecond: number): Pace {
  const most = Math.max(1, Math.floor(ratePerSecond));
  const windowMs = (most * 1000) / ratePerSecond + travelMs;
  const intervalMs = windowMs / most;
  const burst = Math.max(1, Math.round(catchUpMs / intervalMs));
  /** The moments of the last `most` calls; the oldest stands where the next one will. */
  const starts = new Float64Array(most).fill(Number.NEGATIVE_INFINITY);
  let next = 0;
  /** The moment from which the whole bucket counts as full; it moves on by an interval for every call. */
  let fullAt = timers.now();
  let pausedUntil = fullAt;
  const startOf = (index: number) => starts[(next + index) % most] ?? 0;
  const freeAt = () => Math.max(pausedUntil, fullAt - (burst - 1) * intervalMs, startOf(0) + windowMs) - 1e-6;
  return {
    room() {
      const now = timers.now();
      if (now < freeAt()) return 0;
      const used = Math.max(0, fullAt - now) / intervalMs;
      const inBucket = Math.max(1, Math.floor(burst - used + 1e-6));
      let room = 1;
      while (room < Math.min(inBucket, most) && startOf(room) + windowMs <= now) room += 1;
      return room;
    },
    // One more than is needed: timers may fire a fraction early.
    waitMs() {
      const missing = freeAt() - timers.now();
      return missing <= 0 ? 0 : Math.ceil(missing) + 1;
    },
    take() {
      const now = timers.now();
      fullAt = Math.max(fullAt, now) + intervalMs;
      starts[next] = now;
      next = (next + 1) % most;
    },
    pause(milliseconds) {
      pausedUntil = Math.max(pausedUntil, timers.now() + milliseconds);
    },
  };
}
