import { fillBatch } from './core/coupons/batch.ts';
import { expireReservation } from './core/coupons/reserve.ts';
import { expirePoints } from './core/customers/expiry.ts';
import { expireRequest, raiseFlag } from './core/dialogs/staff/jobs.ts';
import { remindOfTalk, returnBot } from './core/dialogs/staff/talk_jobs.ts';
import type {
  ApprovalId,
  CartId,
  CustomerId,
  NoticeId,
  PurchaseId,
  RedemptionId,
  TalkId,
} from './core/ids.ts';
import { idsFrom } from './core/ids.ts';
import { askAfterPurchase } from './core/insights/nps/ask.ts';
import { tellCartLeft } from './core/journeys/cart_left.ts';
import type { Journey } from './core/journeys/types.ts';
import { advanceNotice } from './core/messaging/advance.ts';
import { quietUntil } from './core/messaging/policy.ts';
import type { Receipt } from './core/messaging/receipts.ts';
import { settleReceipt } from './core/messaging/receive.ts';
import { purchaseRules, spendingRules } from './core/program/rules.ts';
import { releasePending } from './core/purchases/payment.ts';
import { CLOCK_SKEW_MS } from './core/purchases/sale.ts';
import { expireRedemption } from './core/redemptions/settle.ts';
import { followMerge } from './core/staff/merge.ts';
import { cartsToLeave } from './db/carts.ts';
import { openBatches, reservationsToExpire } from './db/coupons.ts';
import type { Reading } from './db/database.ts';
import {
  customersWithDueLots,
  mergesToFollow,
  noticesDue,
  purchasesToRelease,
  redemptionsToExpire,
} from './db/due.ts';
import { gathered } from './db/gathered.ts';
import { purchasesToAskAbout } from './db/insights/nps.ts';
import { putRightStatements } from './db/put_right.ts';
import { receiptsToSettle } from './db/receipts.ts';
import { flagsToRaise, requestsToExpire } from './db/staff.ts';
import { talksToClose, talksToRemind } from './db/talks.ts';
import { createValues } from './db/values.ts';
import type { AnyCommand } from './db/writer.ts';
import { goOnWithJourneys } from './journeys_work.ts';
import { settleRefills } from './refills.ts';
import { eachInTurn } from './runner.ts';
import type { Svoi } from './svoi.ts';

/** What a job needs of a running Svoi. */
export type Worked = Pick<
  Svoi,
  | 'database'
  | 'clock'
  | 'ids'
  | 'submit'
  | 'handleEvent'
  | 'fetchPicture'
  | 'program'
  | 'messagingRules'
  | 'analyst'
  | 'journeys'
  | 'reloadJourneys'
  | 'journeyRules'
  | 'shipped'
>;

/** One kind of work that falls due by the clock. Every command is safe to repeat, also from two processes at once. */
interface Job<Item> {
  /** Up to `limit` things due at `now`, those due longest first. */
  due(database: Reading, now: number, limit: number): Promise<readonly Item[]>;
  settle(item: Item, svoi: Worked): AnyCommand<unknown>;
}

/** Things of one round: one group of the writer, so that a purchase waits for no more than that. */
const itemsAtOnce = 256;
const hourMs = 3_600_000;

/** What is due of a job, and how all of it is settled. */
type Look = (database: Reading, svoi: Worked) => Promise<Found>;

/** What one look at a job found. */
interface Found {
  readonly count: number;
  /** Settles it, and whatever falls due of it meanwhile. */
  settle(): Promise<void>;
}

/** The look at a job, whatever its things are. */
function lookAt<Item>(job: Job<Item>): Look {
  return async (database, svoi) => {
    const items = await job.due(database, svoi.clock.now(), itemsAtOnce);
    return { count: items.length, settle: () => settleAll(svoi, job, items) };
  };
}

/** One that cannot be settled keeps no other from it; the first failure is thrown once all had their turn. */
async function settleAll<Item>(
  svoi: Worked,
  { due, settle }: Job<Item>,
  first: readonly Item[],
): Promise<void> {
  const failures: unknown[] = [];
  let before = '';
  for (let items = first; items.length > 0; ) {
    // The same things due again were not settled by their commands: the next run tries them, this one must end.
    if (JSON.stringify(items) === before) break;
    before = JSON.stringify(items);
    const done = await Promise.allSettled(items.map((item) => svoi.submit(settle(item, svoi))));
    failures.push(...done.flatMap((one) => (one.status === 'rejected' ? [one.reason] : [])));
    items = await due(svoi.database, svoi.clock.now(), itemsAtOnce);
  }
  if (failures.length > 0) throw failures[0];
}

/**
 * Does jobs in their order. Most of the time nothing is due: one batch looks at them all, and again at those that come
 * after one that had something to do.
 */
async function runJobs(svoi: Worked, looks: readonly Look[]): Promise<void> {
  const failures: unknown[] = [];
  for (let left = looks; left.length > 0; ) {
    const database = gathered(svoi.database);
    const found = await Promise.all(left.map((look) => look(database, svoi)));
    const first = found.findIndex(({ count }) => count > 0);
    if (first < 0) break;
    await found[first]?.settle().catch((error) => failures.push(error));
    left = left.slice(first + 1);
  }
  if (failures.length > 0) throw failures[0];
}

/** Points that waited for a return window to close. */
const release = lookAt<PurchaseId>({
  due: purchasesToRelease,
  settle: (id, svoi) => releasePending(id, purchaseRules(svoi.program())),
});

/** Points that a till asked for or held, and did not take in time. */
const timeouts = lookAt<RedemptionId>({
  due: redemptionsToExpire,
  settle: (id, svoi) => expireRedemption(id, spendingRules(svoi.program())),
});

/** Coupons that a till put aside, and no purchase used in time. */
const reservations = lookAt<Awaited<ReturnType<typeof reservationsToExpire>>[number]>({
  due: reservationsToExpire,
  settle: (reservation) => expireReservation(reservation),
});

/** Commits of one run that make codes: each takes a few hundredths of a second, and what else is due waits. */
const fillsOfRun = 20;

/** Codes of batches that nobody waits for, or whose maker died: so many, and the next run goes on. */
async function makeCodes(svoi: Worked): Promise<void> {
  for (let fill = 0; fill < fillsOfRun; fill += 1) {
    const [batch] = await openBatches(svoi.database, 1);
    if (!batch) return;
    await svoi.submit(fillBatch(batch, purchaseRules(svoi.program())));
  }
}

/** What came to accounts that were merged into others. */
const merges = lookAt<CustomerId>({
  due: mergesToFollow,
  settle: (id) => followMerge(id),
});

/** What waited for a second person too long. */
const requests = lookAt<ApprovalId>({
  due: requestsToExpire,
  settle: (id) => expireRequest(id),
});

/** What an owner should look at. */
const flags = lookAt<Awaited<ReturnType<typeof flagsToRaise>>[number]>({
  due: flagsToRaise,
  settle: (flag) => raiseFlag(flag),
});

/** Customers who have waited for an answer for long. */
const waitingTalks = lookAt<TalkId>({
  due: talksToRemind,
  settle: (id) => remindOfTalk(id),
});

/** Talks that have gone quiet. */
const quietTalks = lookAt<TalkId>({
  due: talksToClose,
  settle: (id) => returnBot(id),
});

/** Points that burn. */
const expiry = lookAt<CustomerId>({
  due: customersWithDueLots,
  settle: (id) => expirePoints(id),
});

/** Carts that customers have left. */
const leftCarts = lookAt<CartId>({
  due: cartsToLeave,
  settle: (id) => tellCartLeft(id),
});

/** Receipts that came before their message was written down as sent. */
const earlyReceipts = lookAt<Receipt>({
  due: receiptsToSettle,
  settle: (receipt) => settleReceipt(receipt),
});

/** What customers are to be told, and over which channel next. */
const notices = lookAt<NoticeId>({
  due: noticesDue,
  settle: (id, svoi) => advanceNotice(id, svoi.messagingRules()),
});

/** Up to which purchase customers have been asked, by its id; how far behind it may lag, so that it is seldom written. */
const askedUpTo = 'nps:asked_up_to';
const askingLagMs = 5 * 60_000;
/** What two processes record at once may become visible in another order than its ids. */
const leastWaitMs = 60_000;

/**
 * Asks those who bought how likely they are to recommend us. Not in quiet hours, though a notice would be held: what is
 * brought back by the morning is not asked about. A journey that asks takes its place.
 */
async function askAboutPurchases(svoi: Worked): Promise<void> {
  const { nps, zone } = svoi.program();
  const now = svoi.clock.now();
  if (
    !nps.on ||
    svoi.journeys().some(asksAboutPurchases) ||
    quietUntil(zone, svoi.messagingRules(), now) !== undefined
  )
    return;
  const values = createValues(svoi.database);
  const kept = (await values.get(askedUpTo)) as PurchaseId | undefined;
  const oldest = idsFrom('pur', now - nps.pointless_after_hours * hourMs - CLOCK_SKEW_MS);
  const before = idsFrom('pur', now - Math.max(nps.ask_after_hours * hourMs, leastWaitMs));
  // What lies ahead of the clock was written down by one that was wrong.
  const isAhead = kept !== undefined && kept > before;
  let after = kept !== undefined && kept > oldest && !isAhead ? kept : oldest;
  for (;;) {
    const span = { after, before, now, limit: itemsAtOnce };
    const found = await purchasesToAskAbout(svoi.database, nps, span);
    await Promise.all(found.map((id) => svoi.submit(askAfterPurchase(id, nps, svoi.messagingRules()))));
    const last = found.at(-1);
    if (last === undefined || found.length < itemsAtOnce) break;
    after = last;
  }
  if (
    kept === undefined ||
    isAhead ||
    kept < idsFrom('pur', now - nps.ask_after_hours * hourMs - askingLagMs)
  ) {
    await values.set(askedUpTo, before);
  }
}

/** Whether a journey is on that asks those who bought. */
function asksAboutPurchases({ isOn, definition }: Journey): boolean {
  const { when } = definition;
  return (
    isOn && 'event' in when && when.event === 'purchase' && definition.steps.some((step) => 'survey' in step)
  );
}

/** Goes on with all notices that are due: also right after a commit or a result of sending that made some due. */
export async function settleNotices(svoi: Worked): Promise<void> {
  await runJobs(svoi, [earlyReceipts, notices]);
}

/** What the clock of each database showed last. */
const lastSeen = new WeakMap<Reading, number>();

/** What a clock that went back has written down ahead of time is put right: at a start, and whenever it goes back. */
async function followClock({ database, clock }: Worked): Promise<void> {
  const now = clock.now();
  if (now < (lastSeen.get(database) ?? Number.POSITIVE_INFINITY))
    await database.write(putRightStatements(now));
  lastSeen.set(database, now);
}

/**
 * Does all that has fallen due: late after a week of downtime, but with the same figures. Safe to run anywhere at any
 * time, twice at once too. What gives points comes before what burns them.
 */
export async function settleDue(svoi: Worked): Promise<void> {
  await followClock(svoi);
  // What is wrong with one of them keeps no other from its turn, and no message from going out.
  await eachInTurn(svoi, [
    settleByTheClock,
    askAboutPurchases,
    settleRefills,
    (one) => runJobs(one, [leftCarts]),
    goOnWithJourneys,
    settleNotices,
    makeCodes,
  ]);
}

async function settleByTheClock(svoi: Worked): Promise<void> {
  const ofCustomers = [release, timeouts, reservations, merges, expiry];
  const ofStaff = [requests, flags, waitingTalks, quietTalks];
  await runJobs(svoi, [...ofCustomers, ...ofStaff]);
}
