import { defineConfig } from 'vitest/config';

/** Tests run in processes of their own; the slowest start a browser or workerd. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
