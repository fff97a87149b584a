import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/order.ts';

/** Tests run in three processes; the slowest start a browser or workerd. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    pool: 'forks',
    // Much of the time is waiting for a browser, a server or a child process: on two cores two workers leave a quarter idle.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    globalSetup: './test/support/scratch.ts',
    // To load everything anew for each file was a third of the time. No file leaves anything behind in its modules.
    isolate: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // What a browser or a Worker does may take long on a busy machine; it is looked at until it is there.
    expect: { poll: { timeout: 40_000 } },
  },
});
