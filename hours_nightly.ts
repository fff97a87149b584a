import { type HoursPage, keepHours } from './db/insights/hours.ts';
import { createValues } from './db/values.ts';
import type { NightlyTask } from './nightly.ts';

/** Rows of one commit: a purchase that comes meanwhile waits for no more. */
const rowsAtOnce = 500;

/** What two processes may differ in their clocks, and a commit may take: looked at twice, since that changes nothing. */
const overlapMs = 3_600_000;

/** Where it is kept up to when hours were learned. */
const keptAs = 'hours:learned';

/** At which hour customers are usually there: learned anew of those who were there since the last night. */
export const hoursTask: NightlyTask = {
  name: 'hours',
  async run({ database, clock, analyst, program }) {
    const now = clock.now();
    const values = createValues(database);
    const kept = await values.get(keptAs);
    // All anew where that lies ahead of the clock: it was written down by one that was wrong.
    const since = kept === undefined || Number(kept) > now ? null : Number(kept) - overlapMs;
    const { zone, quiet_hours } = program();
    let after: string | undefined = '';
    while (after !== undefined) {
      const asked = { program: { zone, quiet_hours }, now, since, after };
      const page: HoursPage = await analyst.ask('hoursPage', asked);
      for (let at = 0; at < page.hours.length; at += rowsAtOnce) {
        await database.write([keepHours(page.hours.slice(at, at + rowsAtOnce), now)]);
      }
      after = page.last;
    }
    await values.set(keptAs, String(now));
  },
};
