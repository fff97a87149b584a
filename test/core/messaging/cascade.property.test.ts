import fc from 'fast-check';
import { test } from 'vitest';
import { play } from '../../support/cascade.ts';
import { endsWell, watchful } from '../../support/cascade_rules.ts';
import { memoryStage } from '../../support/cascade_stages.ts';
import { stories } from '../../support/cascade_stories.ts';

test('whatever channels do to a notice: one at a time, none after it arrived, no silence while one is left', async () => {
  await fc.assert(
    fc.asyncProperty(stories, async (story) =>
      endsWell(story, await play(story, memoryStage(story), watchful())),
    ),
    { seed: 20_261_122, numRuns: 500 },
  );
});
