import type { Clock } from '../../../core/ports.ts';
import { DAY_MS } from '../../../core/time.ts';
import type { ValueStore } from '../store.ts';

/** A clock that runs as usual, and can be put forward. */
export interface PlaygroundClock extends Clock {
  /**
   * Moves on by `milliseconds`, through each moment at which something falls due on the way; resolves when all of it
   * has been done. One that is asked for meanwhile begins where this one ends.
   */
  jump(milliseconds: number): Promise<void>;
  /** The way it is being put forward on; undefined while it stands where it was put. */
  underWay(): Way | undefined;
}

/** A playground's clock as its root holds it. */
export interface EndingClock extends PlaygroundClock {
  /** Goes no further than to where it is on its way; resolves when what is done there has ended. */
  end(): Promise<void>;
}

/** From when to when a clock is put forward, epoch milliseconds. */
export interface Way {
  readonly from: number;
  readonly until: number;
}

/** What happens while the clock is put forward. */
export interface Passing {
  /** The first moment after `from` at which something falls due, before `until`; undefined: nothing does. */
  nextStop(from: number, until: number): Promise<number | undefined>;
  /** Does what has fallen due by now. `since`: where the clock stood before. */
  settle(since: number): Promise<void>;
}

/** How far each button goes. A year is 366 days: points live to the end of their 365th, and it should show. */
export const jumps = { hour: DAY_MS / 24, day: DAY_MS, week: 7 * DAY_MS, year: 366 * DAY_MS } as const;
export type Jump = keyof typeof jumps;

const valueName = 'playground_clock_ahead_ms';

/** The playground's clock: `real` plus what it has been put forward by, which outlives a restart. */
export async function openPlaygroundClock(
  values: ValueStore,
  real: Clock,
  passing: Passing,
): Promise<EndingClock> {
  let aheadMs = Number((await values.get(valueName)) ?? 0);
  let way: Way | undefined;
  let before: Promise<void> = Promise.resolve();
  let hasEnded = false;
  const now = () => real.now() + aheadMs;

  async function pass(until: number): Promise<void> {
    while (now() < until && !hasEnded) {
      const since = now();
      const stop = (await passing.nextStop(since, until)) ?? until;
      aheadMs += Math.max(1, stop - since);
      await values.set(valueName, String(aheadMs));
      await passing.settle(since);
    }
  }

  async function jump(milliseconds: number): Promise<void> {
    way = { from: now(), until: now() + milliseconds };
    await pass(way.until).finally(() => {
      way = undefined;
    });
  }

  return {
    now,
    jump(milliseconds) {
      const jumped = before.then(() => jump(milliseconds));
      before = jumped.catch(() => {});
      return jumped;
    },
    underWay: () => way,
    end() {
      hasEnded = true;
      return before;
    },
  };
}
