import { reportDays } from './core/insights/reports/types.ts';
import { DAY_MS } from './core/time.ts';
import { gathered } from './db/gathered.ts';
import { buyersName } from './db/insights/buyers.ts';
import { computationStatement } from './db/insights/computations.ts';
import {
  allMaps,
  clearingStatements,
  isNewMap,
  type StandingPage,
  sizesStatement,
  standingStatements,
} from './db/insights/history.ts';
import { clearReportsStatement } from './db/insights/reports.ts';
import { salesName } from './db/insights/sales.ts';
import type { Worked } from './jobs.ts';
import type { NightlyTask } from './nightly.ts';

/** What reports look at that takes long to count: the sales of each day, the buyers of each month. */
export const salesTask: NightlyTask = {
  name: 'sales',
  async run({ analyst, database, clock, program }) {
    const now = clock.now();
    const sales = await analyst.ask('countSales', null);
    const buyers = await analyst.ask('countBuyers', { now, zone: program().zone });
    await database.write([
      computationStatement(salesName, sales, now),
      computationStatement(buyersName, buyers, now),
      clearReportsStatement(now - reportDays * DAY_MS),
    ]);
  },
};

/** Where customers stand on each map tonight, who moved, and how many stand where. Missed nights stay missing. */
export const historyTask: NightlyTask = {
  name: 'history',
  goesForward: true,
  async run(svoi, day) {
    const { database } = svoi;
    const maps = await allMaps(database, svoi.program());
    await countMaps(svoi, maps, day);
    await clear(svoi, maps, day);
  },
};

/** Writes down where customers stand on maps on a day, who moved, and how many stand where. */
export async function countMaps(svoi: Worked, maps: readonly string[], day: string): Promise<void> {
  const database = gathered(svoi.database);
  const areNew = await Promise.all(maps.map((map) => isNewMap(database, map, day)));
  for (const [index, map] of maps.entries()) await writeStanding(svoi, map, day, areNew[index] ?? false);
  const sizes = await svoi.analyst.ask('standingSizes', { maps });
  await svoi.database.write(maps.map((map) => sizesStatement(map, day, sizes[map] ?? {})));
}

async function writeStanding(
  { database, analyst, clock, program }: Worked,
  map: string,
  day: string,
  isNew: boolean,
): Promise<void> {
  const { zone, currency, tiers, tier_days, rfm } = program();
  const now = clock.now();
  let after: string | undefined = '';
  while (after !== undefined) {
    const page: StandingPage = await analyst.ask('standingPage', {
      ...{ map, now, after },
      program: { zone, currency, tiers, tier_days, rfm },
    });
    for (const changes of page.changes) {
      await database.write(standingStatements(map, day, changes, isNew));
    }
    after = page.last;
  }
}

async function clear({ database }: Worked, maps: readonly string[], day: string): Promise<void> {
  const clearing = clearingStatements(maps, day);
  for (;;) {
    const cleared = await database.write(clearing);
    if (cleared.every((rows) => rows.length === 0)) return;
  }
}
