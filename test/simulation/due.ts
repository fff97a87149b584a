import { fillBatch } from '../../core/coupons/batch.ts';
import { expireReservation } from '../../core/coupons/reserve.ts';
import { expirePoints } from '../../core/customers/expiry.ts';
import { remindOfTalk, returnBot } from '../../core/dialogs/staff/talk_jobs.ts';
import { askAfterPurchase, isWorthAsking } from '../../core/insights/nps/ask.ts';
import { tellCartLeft } from '../../core/journeys/cart_left.ts';
import { advanceNotice } from '../../core/messaging/advance.ts';
import { quietUntil } from '../../core/messaging/policy.ts';
import { releasePending } from '../../core/purchases/payment.ts';
import { CLOCK_SKEW_MS } from '../../core/purchases/sale.ts';
import { isOpen } from '../../core/redemptions/hold.ts';
import { expireRedemption } from '../../core/redemptions/settle.ts';
import { followMerge } from '../../core/staff/merge.ts';
import type { AnyCommand } from '../../db/writer.ts';
import type { MemoryStore } from './memory_store.ts';
import type { World } from './world.ts';

const hourMs = 3_600_000;
/** How far the job lags with writing down how far it came. */
const askingLagMs = 5 * 60_000;

/** One kind of job: what is due, as jobs.ts finds it in the database. */
type DueIn = (store: MemoryStore, world: World) => AnyCommand<unknown>[];

const windowsClosed: DueIn = (store, { clock, rules }) =>
  [...store.purchases.values()]
    .filter(({ pending, releaseAt }) => pending > 0 && releaseAt !== null && releaseAt <= clock.now())
    .sort((a, b) => (a.releaseAt ?? 0) - (b.releaseAt ?? 0))
    .map(({ id }) => releasePending(id, rules));

const pointsToBurn: DueIn = (store, { clock }) => {
  const due = [...store.lots.values()].filter((lot) => lot.remaining > 0 && lot.expiresAt <= clock.now());
  return [...new Set(due.map((lot) => lot.customerId))].map(expirePoints);
};

const mergesToFollow: DueIn = (store) =>
  [...store.customers.values()]
    .filter(({ id, mergedInto, erasedAt }) => mergedInto && erasedAt === null && available(store, id) !== 0)
    .map(({ id }) => followMerge(id));

const available = (store: MemoryStore, id: string) => store.ledger.head(id)?.balance.available ?? 0;

const redemptionsOver: DueIn = (store, { clock, rules }) =>
  [...store.redemptions.values()]
    .filter((one) => isOpen(one) && one.expiresAt <= clock.now())
    .sort((a, b) => a.expiresAt - b.expiresAt)
    .map(({ id }) => expireRedemption(id, rules));

const reservationsOver: DueIn = (store, { clock }) => {
  const over = [...store.couponUses.values()].filter(
    ({ status, expiresAt }) => status === 'reserved' && expiresAt !== null && expiresAt <= clock.now(),
  );
  const refs = over.flatMap(({ shopId, reservation }) =>
    reservation === null ? [] : [[`${shopId} ${reservation}`, { shopId, reservation }] as const],
  );
  return [...new Map(refs).values()].map(expireReservation);
};

const codesToMake: DueIn = (store, { rules }) =>
  [...store.couponBatches.values()]
    .filter(({ finishedAt }) => finishedAt === null)
    .map(({ id }) => fillBatch(id, rules));

const noticesDue: DueIn = (store, { clock, messagingRules }) =>
  [...store.notices.values()]
    .filter(({ dueAt }) => dueAt !== null && dueAt <= clock.now())
    .sort((a, b) => (a.dueAt ?? 0) - (b.dueAt ?? 0) || (a.id < b.id ? -1 : 1))
    .map(({ id }) => advanceNotice(id, messagingRules));

/** What the job asks about, in the order it was recorded; what it looked at once it does not look at again. */
export const purchasesToAskAbout: DueIn = (store, { clock, program: { nps, zone }, messagingRules }) => {
  const now = clock.now();
  if (!nps.on || quietUntil(zone, messagingRules, now) !== undefined) return [];
  const oldest = now - nps.pointless_after_hours * hourMs - CLOCK_SKEW_MS;
  const before = now - nps.ask_after_hours * hourMs;
  const after = Math.max(store.askedUpTo ?? oldest, oldest);
  if ((store.askedUpTo ?? 0) < before - askingLagMs) store.askedUpTo = before;
  return [...store.purchases.values()]
    .filter(({ recordedAt }) => recordedAt >= after && recordedAt < before)
    .filter((purchase) => purchase.customerId !== null && isWorthAsking(purchase, nps, now))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id }) => askAfterPurchase(id, nps, messagingRules));
};

const talksWaiting: DueIn = (store, { clock }) =>
  [...store.talks.values()]
    .filter(({ status, remindAt }) => status !== 'closed' && remindAt !== null && remindAt <= clock.now())
    .map(({ id }) => remindOfTalk(id));

const talksQuiet: DueIn = (store, { clock }) =>
  [...store.talks.values()]
    .filter(({ status, botReturnsAt }) => status !== 'closed' && botReturnsAt <= clock.now())
    .map(({ id }) => returnBot(id));

const cartsLeft: DueIn = (store, { clock }) =>
  [...store.carts.values()]
    .filter(({ leftAt }) => leftAt !== null && leftAt <= clock.now())
    .sort((a, b) => (a.leftAt ?? 0) - (b.leftAt ?? 0))
    .map(({ id }) => tellCartLeft(id));

/** The jobs in their order. */
export const jobs: readonly DueIn[] = [
  ...[windowsClosed, redemptionsOver, reservationsOver, mergesToFollow, pointsToBurn],
  ...[purchasesToAskAbout, noticesDue, talksWaiting, talksQuiet, codesToMake, cartsLeft],
];
