import type { Timers } from './timers.ts';

/** Keeps a channel's rate, and its pauses when the channel asks for one. */
export interface Pace {
  /** How many messages may start now. */
  room(): number;
  /** How long until one may, in milliseconds. */
  waitMs(): number;
  /** One message starts. */
  take(): void;
  /** Nothing may start for so long. */
  pause(milliseconds: number): void;
}

/** A bucket of `burst` messages that fills at `ratePerSecond`. */
export function createPace(timers: Timers, ratePerSecond: number, burst: number): Pace {
  const intervalMs = 1000 / ratePerSecond;
  /** The moment from which the whole bucket counts as full; it moves on by an interval for every message. */
  let fullAt = timers.now();
  let pausedUntil = fullAt;
  const freeAt = () => Math.max(pausedUntil, fullAt - (burst - 1) * intervalMs);
  return {
    room() {
      const now = timers.now();
      if (now < pausedUntil) return 0;
      const used = Math.max(0, fullAt - now) / intervalMs;
      return Math.max(0, Math.floor(burst - used + 1e-9));
    },
    // A whole millisecond, and one more: timers may fire a fraction early.
    waitMs: () => Math.max(0, Math.ceil(freeAt() - timers.now())) + 1,
    take() {
      fullAt = Math.max(fullAt, timers.now()) + intervalMs;
    },
    pause(milliseconds) {
      pausedUntil = Math.max(pausedUntil, timers.now() + milliseconds);
    },
  };
}
