import { defineConfig } from 'vitest/config';

/** Tests run in processes of their own; the slowest start a browser or workerd. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    pool: 'forks',
    // Much of the time is waiting for a disk, a browser or a child process: two workers keep two cores busy.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
