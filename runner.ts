/** Work that goes on behind what is asked for, and ends with the process: nothing of it outlives the database. */
export interface Background {
  /** Calls for `run`: one run at a time, and one more after a call that came meanwhile. What it throws goes to `onError`. */
  oneAtATime(run: () => Promise<void>, onError: (error: unknown) => void): () => void;
  /** Does `run` now and every so many milliseconds; one that takes longer than that is not started again meanwhile. */
  every(milliseconds: number, run: () => Promise<void>, onError: (error: unknown) => void): void;
  /**
   * Starts nothing more; resolves when what is under way has ended. What fails from here on is not told: what the work
   * needs is being closed, and the next start does it.
   */
  end(): Promise<void>;
}

/** A background without work. */
export function createBackground(): Background {
  const underWay = new Set<Promise<void>>();
  const timers: NodeJS.Timeout[] = [];
  let ended = false;

  async function attempt(run: () => Promise<void>, onError: (error: unknown) => void): Promise<void> {
    try {
      await run();
    } catch (error) {
      if (!ended) onError(error);
    }
  }

  function begin(work: () => Promise<void>): void {
    const begun = work().finally(() => underWay.delete(begun));
    underWay.add(begun);
  }

  return {
    oneAtATime(run, onError) {
      let running = false;
      let calledAgain = false;
      const rounds = async () => {
        running = true;
        while (calledAgain && !ended) {
          calledAgain = false;
          await attempt(run, onError);
        }
        running = false;
      };
      return () => {
        calledAgain = true;
        if (!running && !ended) begin(rounds);
      };
    },
    every(milliseconds, run, onError) {
      let running = false;
      const round = async () => {
        running = true;
        await attempt(run, onError);
        running = false;
      };
      const tick = () => {
        if (!running && !ended) begin(round);
      };
      tick();
      timers.push(setInterval(tick, milliseconds));
    },
    async end() {
      ended = true;
      for (const timer of timers) clearInterval(timer);
      await Promise.allSettled(underWay);
    },
  };
}

/** Does one kind of work after the other, whatever becomes of those before; throws the first failure once all had their turn. */
export async function eachInTurn<Part>(
  part: Part,
  works: readonly ((part: Part) => Promise<void>)[],
): Promise<void> {
  const failures: unknown[] = [];
  for (const work of works) await work(part).catch((error) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}
