import { type CustomerId, idsFrom } from './core/ids.ts';
import { refillToldDays } from './core/insights/refill.ts';
import { DAY_MS } from './core/time.ts';
import { eventsStatement } from './db/insights/events.ts';
import { lifeStatements } from './db/insights/product_lives.ts';
import {
  buyersBetween,
  dropRefills,
  keepRefills,
  type RefillChanges,
  type RefillPage,
  type RefillToTell,
  refillChanges,
  refillsToTell,
  toldStatement,
} from './db/insights/refills.ts';
import { createValues } from './db/values.ts';
import type { Worked } from './jobs.ts';
import type { NightlyTask } from './nightly.ts';

/** Rows of one commit: a purchase that comes meanwhile waits for no more. */
const rowsAtOnce = 500;

/** How long products last, and what everybody will run out of: learned and worked out anew each night. */
export const refillsTask: NightlyTask = {
  name: 'refills',
  async run(svoi) {
    const now = svoi.clock.now();
    const lives = await svoi.analyst.ask('learnLives', null);
    for (const part of lifeStatements(lives, now, rowsAtOnce)) await svoi.database.write([part]);
    let after: string | undefined = '';
    while (after !== undefined) {
      const page: RefillPage = await svoi.analyst.ask('refillsPage', { now, after });
      await keep(svoi, page);
      after = page.last;
    }
  },
};

async function keep({ database }: Worked, { changed, gone }: RefillChanges): Promise<void> {
  for (let at = 0; at < gone.length; at += rowsAtOnce) {
    await database.write([dropRefills(gone.slice(at, at + rowsAtOnce))]);
  }
  for (let at = 0; at < changed.length; at += rowsAtOnce) {
    await database.write([keepRefills(changed.slice(at, at + rowsAtOnce))]);
  }
}

/** The purchase up to which refills were looked at by day. */
const keptAs = 'refills:seen';
/** What two processes record at once may become visible in another order than its ids. */
const settledMs = 5_000;
const purchasesAtOnce = 100;
const looksOfRun = 2;
/** What an import brings faster than these looks follow is left to the night. */
const behindMs = 3_600_000;

/** Brings the refills of those up to date who have just bought something, and tells of what runs out soon. */
export async function settleRefills(svoi: Worked): Promise<void> {
  await followPurchases(svoi);
  await tellRefills(svoi);
}

async function followPurchases(svoi: Worked): Promise<void> {
  const { database, clock } = svoi;
  const values = createValues(database);
  const now = clock.now();
  const kept = await values.get(keptAs);
  const oldest: string = idsFrom('pur', now - behindMs);
  const before = idsFrom('pur', now - settledMs);
  // What lies ahead of the clock was written down by one that was wrong.
  let after = kept !== undefined && kept > oldest && kept <= idsFrom('pur', now + 1) ? kept : oldest;
  for (let looks = 0; looks < looksOfRun; looks += 1) {
    const span = { after, before, limit: purchasesAtOnce };
    const { buyers, last } = await buyersBetween(database, span);
    if (last === undefined) return;
    await keep(svoi, await refillChanges(database, buyers, now));
    after = last;
    await values.set(keptAs, after);
  }
}

/** What ran out longer ago than this, while nothing was running, is told no more. */
const toldLateDays = 7;

async function tellRefills({ database, clock, ids }: Worked): Promise<void> {
  const now = clock.now();
  const span = { from: now - toldLateDays * DAY_MS, until: now + refillToldDays * DAY_MS };
  for (;;) {
    const due = await refillsToTell(database, { ...span, limit: rowsAtOnce });
    if (due.length === 0) return;
    const events = due.map((refill) => eventOf(refill, ids, now));
    await database.write([eventsStatement(events), toldStatement(due, now)]);
  }
}

function eventOf(refill: RefillToTell, ids: Worked['ids'], now: number) {
  const { customerId, sku, name, boughtAt, dueAt, days, source } = refill;
  return {
    id: ids.next('evt', now),
    type: 'refill_due',
    customerId: customerId as CustomerId,
    occasion: `${sku} ${boughtAt}`,
    data: { sku, name, bought_at: boughtAt, due_at: dueAt, days, source },
    ...{ at: now, recordedAt: now },
  } as const;
}
