import { DAY_MS, localTime } from './core/time.ts';
import { dropFacts, type FactsPage, keepFacts } from './db/insights/facts_pages.ts';
import { createValues } from './db/values.ts';
import type { Worked } from './jobs.ts';
import type { NightlyTask } from './nightly.ts';

/** Rows of one commit: a purchase that comes meanwhile waits for no more. */
const rowsAtOnce = 500;

/** What two processes may differ in their clocks, and a commit may take: looked at twice, since that changes nothing. */
const overlapMs = 3_600_000;

/** Where it is kept up to when facts were inferred, and by which rules. */
const keptAs = 'facts:inferred';

/** What purchases since the last night say about customers; all purchases where the rules are others. */
export const factsTask: NightlyTask = {
  name: 'facts',
  async run(svoi) {
    const now = svoi.clock.now();
    const { facts: rules, zone, claim_days: claimDays } = svoi.program();
    const values = createValues(svoi.database);
    const by = JSON.stringify(rules);
    const since = sinceOf(await values.get(keptAs), by, now);
    const today = Math.floor(localTime(now, zone) / DAY_MS);
    let after: string | undefined = '';
    while (after !== undefined) {
      const page: FactsPage = await svoi.analyst.ask('factsPage', {
        rules,
        since,
        now,
        today,
        claimDays,
        after,
      });
      await keep(svoi, page, now);
      after = page.last;
    }
    await values.set(keptAs, JSON.stringify({ at: now, by }));
  },
};

/** Null: all purchases, also where the last night lies ahead of the clock, because that was wrong then. */
function sinceOf(kept: string | undefined, by: string, now: number): number | null {
  if (kept === undefined) return null;
  const last: { readonly at: number; readonly by: string } = JSON.parse(kept);
  return last.by === by && last.at <= now ? last.at - overlapMs : null;
}

async function keep({ database }: Worked, { gone, inferred }: FactsPage, now: number): Promise<void> {
  for (let at = 0; at < gone.length; at += rowsAtOnce) {
    await database.write([dropFacts(gone.slice(at, at + rowsAtOnce))]);
  }
  for (let at = 0; at < inferred.length; at += rowsAtOnce) {
    await database.write([keepFacts(inferred.slice(at, at + rowsAtOnce), now)]);
  }
}
