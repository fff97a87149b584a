import { writeFileSync } from 'node:fs';
import type { Reporter, SerializedError, TestModule } from 'vitest/node';

/**
 * Counts the tests of a run into the file named by `SVOI_SUMMARY`, for the last line of `npm test`. A file that
 * could not be loaded, and an error outside every test, count as one failure each.
 */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const counts = { passed: 0, failed: unhandled.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      const before = counts.failed;
      for (const test of module.children.allTests()) counts[test.result().state] += 1;
      if (!module.ok() && counts.failed === before) counts.failed += 1;
    }
    const { pending, ...rest } = counts;
    const summary = { ...rest, failed: rest.failed + pending };
    if (process.env.SVOI_SUMMARY) writeFileSync(process.env.SVOI_SUMMARY, JSON.stringify(summary));
  }
}
