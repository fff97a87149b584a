/** Waiting, as the parts of `bots` do it: a test puts its own in place, and nothing waits. */
export interface Timers {
  /** Milliseconds on a clock that only runs forward; for pace and pauses, not for dates. */
  now(): number;
  /** Calls `run` once, `milliseconds` from now; returns how to call it off. */
  after(milliseconds: number, run: () => void): () => void;
}

/** The longest delay `setTimeout` takes; a longer one would fire at once. */
const longestDelayMs = 2 ** 31 - 1;

/** The platform's own timers. */
export const platformTimers: Timers = {
  now: () => performance.now(),
  after(milliseconds, run) {
    const timer = setTimeout(run, Math.min(Math.max(0, milliseconds), longestDelayMs));
    return () => clearTimeout(timer);
  },
};

/** Resolves after so long, or as soon as `signal` is aborted. */
export function pause(timers: Timers, milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = timers.after(milliseconds, end);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end);
  });
}

/** A flag that one loop waits for: raised any number of times, it lets the loop run once more. */
export interface Bell {
  ring(): void;
  /** Resolves when rung, also when that happened before, or after `milliseconds`. */
  heard(milliseconds?: number): Promise<void>;
}

/** A bell over `timers`. */
export function createBell(timers: Timers): Bell {
  let rung = false;
  let wake: (() => void) | undefined;
  return {
    ring() {
      rung = true;
      wake?.();
    },
    async heard(milliseconds) {
      if (!rung) {
        await new Promise<void>((resolve) => {
          const cancel = milliseconds === undefined ? undefined : timers.after(milliseconds, resolve);
          wake = () => {
            cancel?.();
            resolve();
          };
        });
      }
      wake = undefined;
      rung = false;
    },
  };
}
