import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The files that take longest, the longest first, below `test/`. */
const longest = [
  'import/online-retail',
  'journeys/stories',
  'simulation/simulation',
  'killed',
  'browser/playground',
  'bots/web/playground',
  'db/figures',
  'playground_year',
  'import/resume',
  'server',
  'journeys/starts',
  'db/notices',
  'api/fuzz',
  'bots/telegram/killed',
  'readme',
  'worker',
];

/** Begins with the files that take longest, so that none of them runs alone in the end; on a fresh clone, too. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rest = await super.sort(files);
    const long = longest.flatMap((name) =>
      rest.filter(({ moduleId }) => moduleId.endsWith(`/test/${name}.test.ts`)),
    );
    return [...new Set([...long, ...rest])];
  }
}
