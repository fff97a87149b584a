import type { Timers } from '../../bots/timers.ts';
import type { TestClock } from './svoi.ts';

/** Timers that fire only when a test moves the time; `clock`, where given, moves with them. */
export interface TestTimers extends Timers {
  /** Moves the time on, firing what falls due on the way, in order. */
  advance(milliseconds: number): void;
  /** How many timers wait. */
  waiting(): number;
}

/** Timers that start at zero. */
export function testTimers(clock?: TestClock): TestTimers {
  let now = 0;
  let timers: { readonly at: number; readonly run: () => void }[] = [];
  const moveTo = (at: number) => {
    clock?.advance(at - now);
    now = at;
  };
  return {
    now: () => now,
    after(milliseconds, run) {
      const timer = { at: now + Math.max(0, milliseconds), run };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
    advance(milliseconds) {
      const end = now + milliseconds;
      for (;;) {
        const [next] = timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at);
        if (!next) break;
        timers = timers.filter((timer) => timer !== next);
        moveTo(Math.max(now, next.at));
        next.run();
      }
      moveTo(end);
    },
    waiting: () => timers.length,
  };
}
