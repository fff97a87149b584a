import type { Clock } from '../../../core/ports.ts';
import { DAY_MS } from '../../../core/time.ts';
import type { ValueStore } from '../store.ts';

/** A clock that runs as usual, and can be put forward. */
export interface PlaygroundClock extends Clock {
  /** Moves on by `milliseconds`; resolves when everything that fell due meanwhile has been done. */
  jump(milliseconds: number): Promise<void>;
}

/** How far each button goes. A year is 366 days: points live to the end of their 365th, and it should show. */
export const jumps = { hour: DAY_MS / 24, day: DAY_MS, week: 7 * DAY_MS, year: 366 * DAY_MS } as const;
export type Jump = keyof typeof jumps;

const valueName = 'playground_clock_ahead_ms';

/**
 * The playground's clock: `real` plus what it has been put forward by, which outlives a restart. `settle` does what
 * has fallen due (points that burn) and is awaited by every jump.
 */
export async function openPlaygroundClock(
  values: ValueStore,
  real: Clock,
  settle: () => Promise<void>,
): Promise<PlaygroundClock> {
  let aheadMs = Number((await values.get(valueName)) ?? 0);
  return {
    now: () => real.now() + aheadMs,
    async jump(milliseconds) {
      aheadMs += milliseconds;
      await values.set(valueName, String(aheadMs));
      await settle();
    },
  };
}
