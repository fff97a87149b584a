import type { Clock } from '../../core/ports.ts';

/** A clock that stands still until a test moves it. */
export interface TestClock extends Clock {
  set(at: number): void;
  advance(milliseconds: number): void;
}

/** A clock standing at `at`: epoch milliseconds, or ISO 8601. */
export function testClock(at: number | string): TestClock {
  let now = typeof at === 'number' ? at : Date.parse(at);
  return {
    now: () => now,
    set: (next) => {
      now = next;
    },
    advance: (milliseconds) => {
      now += milliseconds;
    },
  };
}
