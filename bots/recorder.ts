import type { Outbox, RecordedResult } from '../core/messaging/outbox.ts';
import type { Timers } from './timers.ts';

const retryMs = 1000;
const attempts = 5;
/** What one commit takes on: others wait for the disk too, and a purchase should not wait for a broadcast. */
const mostAtOnce = 300;

/** Writes a result down; resolves once it is committed, or let go. */
export type Recorder = (result: RecordedResult) => Promise<void>;

/**
 * Writes results down one group after the other; those that come while one is written go into the next together.
 * A result that cannot be written is let go after some attempts: its message is sent again when the lease runs out.
 */
export function createRecorder(outbox: Outbox, timers: Timers, onError: (error: unknown) => void): Recorder {
  const waiting: { readonly result: RecordedResult; done(): void }[] = [];
  let busy = false;

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

  async function writeAll(): Promise<void> {
    busy = true;
    // What is told in one go is written in one group.
    await Promise.resolve();
    while (waiting.length > 0) {
      const group = waiting.splice(0, mostAtOnce);
      await write(group.map(({ result }) => result));
      for (const { done } of group) done();
    }
    busy = false;
  }

  return (result) =>
    new Promise((done) => {
      waiting.push({ result, done });
      if (!busy) void writeAll();
    });
}
