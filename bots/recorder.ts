import type { Outbox, RecordedResult } from '../core/messaging/outbox.ts';
import type { Timers } from './timers.ts';

const retryMs = 1000;
const attempts = 5;

/** Writes a result down; resolves once it is committed, or let go. */
export type Recorder = (result: RecordedResult) => Promise<void>;

/**
 * Writes results down one after the other; those that come while one write is under way go into the next together.
 * A result that cannot be written is let go after some attempts: its message is sent again when the lease runs out.
 */
export function createRecorder(outbox: Outbox, timers: Timers, onError: (error: unknown) => void): Recorder {
  let waiting: RecordedResult[] = [];
  let next: Promise<void> | undefined;
  let current: Promise<void> = Promise.resolve();

  async function write(results: readonly RecordedResult[]): Promise<void> {
    for (let tries = 1; tries <= attempts; tries += 1) {
      try {
        return await outbox.record(results);
      } catch (error) {
        onError(error);
        await new Promise<void>((resolve) => timers.after(retryMs, resolve));
      }
    }
  }

  return (result) => {
    waiting.push(result);
    next ??= current.then(() => {
      const results = waiting;
      waiting = [];
      next = undefined;
      current = write(results);
      return current;
    });
    return next;
  };
}
