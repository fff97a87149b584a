/** Lets so many pieces of work run at once; the others wait their turn. */
export interface Window {
  within<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Resolves when nothing runs and nobody waits. */
  idle(): Promise<void>;
}

/** A window of `size` places. */
export function createWindow(size: number): Window {
  const queue: (() => void)[] = [];
  const idlers: (() => void)[] = [];
  let taken = 0;

  /** A place is handed on, so that nobody slips in between. */
  function leave(): void {
    const next = queue.shift();
    if (next) next();
    else taken -= 1;
    if (taken === 0) for (const release of idlers.splice(0)) release();
  }

  return {
    async within(work) {
      if (taken < size) taken += 1;
      else await new Promise<void>((resolve) => queue.push(resolve));
      try {
        return await work();
      } finally {
        leave();
      }
    },
    async idle() {
      if (taken > 0) await new Promise<void>((resolve) => idlers.push(resolve));
    },
  };
}
