import { idsFrom, steadyMs } from './core/ids.ts';
import { listeners, madeUpForMs, purchaseEvents } from './core/journeys/triggers/purchases.ts';
import { startsOf, takeUp } from './core/journeys/triggers/take_up.ts';
import { eventsStatement } from './db/insights/events.ts';
import { isPurchaseAwaited, purchasesBetween, purchasesClaimed } from './db/journeys/finders/purchases.ts';
import { lookUp } from './db/journeys/lookups.ts';
import { type OpenEvent, openEvents, passOverStatement } from './db/journeys/open_events.ts';
import { createValues } from './db/values.ts';
import type { Worked } from './jobs.ts';

/** Events of one round: one group of the writer, so that a purchase waits for no more than that. */
const eventsAtOnce = 128;

/**
 * Takes up what happened and was not taken up yet, each event once: journeys start, and runs that waited for it go on.
 * Events that cannot be taken up stand in nobody's way: they are tried again with the next call, and the first failure is
 * thrown once all others are done.
 */
export async function takeUpEvents(svoi: Worked): Promise<void> {
  await hearPurchases(svoi);
  const failures: unknown[] = [];
  for (let after = ''; ; ) {
    const open = await openEvents(svoi.database, after, eventsAtOnce);
    const last = open.at(-1);
    if (!last) break;
    failures.push(...(await takeUpPage(open, svoi)));
    after = last.event.id;
  }
  if (failures.length > 0) throw failures[0];
}

async function takeUpPage(open: readonly OpenEvent[], svoi: Worked): Promise<unknown[]> {
  const { database, clock } = svoi;
  // Known after the events: what was switched on before one of them hears of it, whichever process switched it.
  await svoi.reloadJourneys();
  const journeys = svoi.journeys();
  const now = clock.now();
  const wanted = open.map((one) => ({ ...one, starts: startsOf(one.event, journeys, now) }));
  const unheard = wanted.filter(({ isAwaited, starts }) => !isAwaited && starts.length === 0);
  if (unheard.length > 0) {
    await database.write([
      passOverStatement(
        unheard.map(({ event }) => event),
        now,
      ),
    ]);
  }
  const heard = wanted.filter((one) => !unheard.includes(one));
  const rules = new Map(journeys.map(({ definition: { key, who } }) => [key, who]));
  const asked = heard.flatMap(({ personId: customerId, starts }) =>
    starts.flatMap(({ journey }) => {
      const rule = rules.get(journey);
      return rule === undefined ? [] : [{ customerId, rule }];
    }),
  );
  const looked = await lookUp(database, asked, { program: svoi.program(), now });
  const done = await Promise.allSettled(
    heard.map(({ event, personId, starts }) =>
      svoi.submit(takeUp(event, starts, looked(personId), svoi.journeyRules())),
    ),
  );
  return done.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
}

/** Up to which purchase journeys have heard, and up to when of receipts that became somebody's later. */
const keptAs = 'journeys:purchases';
/** What two processes record at once may become visible in another order than its ids. */
const settledMs = 60_000;
const purchasesAtOnce = 200;

interface Heard {
  readonly after: string;
  readonly claimedFrom: number;
}

/**
 * Tells journeys of purchases as events, as long as somebody listens: they are not written with the purchases themselves,
 * which would take longer. What was recorded while nothing was running is made up for, up to a day; so is the day before
 * a clock that went back. To be told twice does no harm.
 */
async function hearPurchases(svoi: Worked): Promise<void> {
  const { database, clock } = svoi;
  if (listeners('purchase', svoi.journeys()).length === 0 && !(await isPurchaseAwaited(database))) return;
  const values = createValues(database);
  const now = clock.now();
  const isServer = database.kind === 'server';
  const text = await values.get(keptAs);
  const kept = text === undefined ? undefined : (JSON.parse(text) as Heard);
  const { after, claimedFrom } = heardUpTo(kept, now);
  const last = await hearRecorded(svoi, after, now + (isServer ? -settledMs : steadyMs) + 1);
  // Ids may be a little ahead of the clock, and the next ones behind them.
  const recorded: string = idsFrom('pur', now + 1);
  const next: Heard = {
    after: last < recorded ? last : recorded,
    claimedFrom: await hearClaimed(svoi, claimedFrom, now + 1 - (isServer ? settledMs : 0)),
  };
  if (JSON.stringify(next) !== text) await values.set(keptAs, JSON.stringify(next));
}

/** Not from long ago, and not from ahead of the clock: that was written down by one that was wrong. */
function heardUpTo(kept: Heard | undefined, now: number): Heard {
  const claimedFrom = now - madeUpForMs;
  const after: string = idsFrom('pur', claimedFrom);
  const isAhead = kept && (kept.after > idsFrom('pur', now + 1) || kept.claimedFrom > now + 1);
  if (!kept || isAhead) return { after, claimedFrom };
  return {
    after: kept.after > after ? kept.after : after,
    claimedFrom: Math.max(kept.claimedFrom, claimedFrom),
  };
}

async function hearRecorded(svoi: Worked, from: string, beforeAt: number): Promise<string> {
  const before = idsFrom('pur', beforeAt);
  for (let after = from; ; ) {
    const page = { after, before, limit: purchasesAtOnce };
    const { purchases, last } = await purchasesBetween(svoi.database, page);
    await tell(svoi, purchases);
    if (last === undefined) return after;
    after = last;
  }
}

async function hearClaimed(svoi: Worked, from: number, before: number): Promise<number> {
  for (let next = from; ; ) {
    const page = { from: next, before, limit: purchasesAtOnce };
    const { purchases, lastAt } = await purchasesClaimed(svoi.database, page);
    await tell(svoi, purchases);
    if (lastAt === undefined || lastAt < next) return next;
    next = lastAt + 1;
  }
}

type Purchases = Awaited<ReturnType<typeof purchasesBetween>>['purchases'];

async function tell({ database, journeys, ids, clock }: Worked, purchases: Purchases): Promise<void> {
  const events = purchaseEvents(purchases, journeys(), { ids, now: clock.now() });
  if (events.length > 0) await database.write([eventsStatement(events)]);
}
