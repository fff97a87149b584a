import { type YearGood, yearGoods } from './bots/web/playground/year/goods.ts';
import { crowdChat, type Person } from './bots/web/playground/year/people.ts';
import { type Deed, type Item, planYear } from './bots/web/playground/year/plan.ts';
import { recordPurchase } from './core/checkout/record.ts';
import { recordRefund } from './core/checkout/refund.ts';
import { upsertCustomer } from './core/customers/upsert.ts';
import { invariant } from './core/errors.ts';
import type { PurchaseId, ShopId } from './core/ids.ts';
import { createIds } from './core/ids.ts';
import { askAfterPurchase } from './core/insights/nps/ask.ts';
import type { Receipt } from './core/messaging/receipts.ts';
import { purchaseRules } from './core/program/rules.ts';
import { putProducts } from './core/purchases/products.ts';
import type { PurchaseInput } from './core/purchases/types.ts';
import { seededRandom } from './core/seeded_random.ts';
import { saveSegment } from './core/segments/saved.ts';
import { DAY_MS, endOfDayAfter } from './core/time.ts';
import { type Database, readRow } from './db/database.ts';
import { createOutbox } from './db/outbox.ts';
import { createValues } from './db/values.ts';
import { settleDue } from './jobs.ts';
import { consentTexts } from './locales/consents.ts';
import { runNightly } from './nightly.ts';
import { createSvoi, type Svoi } from './svoi.ts';

/** Where the year is written, for whose till, and when it ends: epoch milliseconds. */
export interface YearOptions {
  readonly database: Database;
  readonly shopId: ShopId;
  readonly until: number;
  /** Called before it begins, where it does: it takes some seconds. */
  onBegin?(): void;
  /** Called with how much of it has passed, 0 to 1. */
  onProgress?(share: number): void;
}

const doneName = 'playground_year';
/** The last days are lived one by one, with a night after each; those before in spans of so many, with a night now and then. */
const lastDays = 7;
const spanDays = 4;
const spansBetweenNights = 4;
const messagesAtOnce = 500;
/** How many messages of a hundred are read. */
const readShare = 0.72;

/**
 * Lets a made-up shop live for a year: every deed at its own moment through the commands every shop uses, and the
 * nights in between. Only into a database without customers; whether it did so.
 */
export async function liveYear(options: YearOptions): Promise<boolean> {
  const { database, until } = options;
  const values = createValues(database);
  if ((await values.get(doneName)) !== undefined || (await hasCustomers(database))) return false;
  options.onBegin?.();
  const year = await openYear(options);
  const { zone } = year.svoi.program();
  for (const { daysAgo, deeds, isNight } of spansOf(planYear(until, zone), until)) {
    await year.live(deeds);
    if (isNight) await year.night(Math.min(until, endOfDayAfter(until - daysAgo * DAY_MS, 0, zone) - 1));
    options.onProgress?.(1 - daysAgo / 365);
  }
  await values.set(doneName, new Date(until).toISOString());
  return true;
}

/** When the made-up year of this database ended, epoch milliseconds; 0 where it had none. */
export async function yearEndedAt(database: Database): Promise<number> {
  const ended = await createValues(database).get(doneName);
  return ended === undefined ? 0 : Date.parse(ended);
}

/** A shop that somebody has played with keeps its own story. */
async function hasCustomers(database: Database): Promise<boolean> {
  return (await readRow(database, 'select 1 as one from customers limit 1')) !== undefined;
}

/** What is lived at once, each with how many days before the end it ends, and whether a night follows that counts. */
function spansOf(deeds: readonly Deed[], until: number) {
  const spans = new Map<number, Deed[]>();
  for (const deed of deeds) {
    const days = Math.floor((until - deed.at) / DAY_MS);
    const daysAgo = days < lastDays ? days : days - ((days - lastDays) % spanDays);
    const span = spans.get(daysAgo) ?? [];
    span.push(deed);
    spans.set(daysAgo, span);
  }
  return [...spans].map(([daysAgo, lived]) => ({
    daysAgo,
    deeds: lived,
    isNight: daysAgo < lastDays || ((daysAgo - lastDays) / spanDays) % spansBetweenNights === 0,
  }));
}

/** A Svoi of its own, whose clock goes through the year. */
async function openYear({ database, shopId, until }: YearOptions) {
  const random = seededRandom(365);
  let now = until - 365 * DAY_MS;
  const clock = { now: () => now };
  const svoi = await createSvoi({ database, clock, ids: createIds(random), random });
  const receipts = new Map<string, PurchaseId>();
  await openShop(svoi);
  const carryOut = async (deed: Deed) => {
    switch (deed.kind) {
      case 'join':
        return join(svoi, shopId, deed.person);
      case 'buy': {
        const input = receiptOf(deed, shopId);
        const bought = await svoi.submit(recordPurchase(input, purchaseRules(svoi.program())));
        if (bought.ok) receipts.set(deed.receipt, bought.result.id);
        return;
      }
      case 'refund':
        return bringBack(svoi, shopId, deed, receipts.get(deed.receipt));
      case 'opinion':
        return tellOpinion(svoi, deed, receipts.get(deed.receipt));
    }
  };
  return {
    svoi,
    /** Joins first, then what was bought, then what came of it; within a kind at once. */
    async live(deeds: readonly Deed[]) {
      for (const kind of ['join', 'buy', 'refund', 'opinion'] as const) {
        const these = deeds.filter((deed) => deed.kind === kind);
        now = Math.max(now, ...these.map(({ at }) => at));
        await Promise.all(these.map(carryOut));
      }
      await deliver(svoi, random);
    },
    async night(day: number) {
      now = Math.max(now, day);
      await settleDue(svoi);
      await runNightly(svoi);
      await deliver(svoi, random);
    },
  };
}

/** What the shop keeps an eye on. The longest absent of its regulars come first to mind. */
const savedSegments = [
  { name: 'Давно не були', rule: 'orders>=2 and last_purchase>60d' },
  { name: 'Часті гості', rule: 'orders(90d)>=3' },
  { name: 'Батьки малюків', rule: 'fact.child_age<4' },
  { name: 'Хочуть пропозицій', rule: 'consent=marketing and registered=yes' },
] as const;

/** The shop tells what it sells, and the manager saves a few segments. */
async function openShop(svoi: Svoi): Promise<void> {
  await svoi.submit(putProducts([...yearGoods.values()].map((good) => ({ ...good, url: null }))));
  for (const segment of savedSegments) {
    const saved = await svoi.submit(saveSegment(segment, 'playground'));
    invariant(saved.ok, `the playground saves its segments: ${segment.rule}`);
  }
}

/** Somebody is asked how it was, as the program would, and answers in the chat. */
async function tellOpinion(
  svoi: Svoi,
  { person, score }: Extract<Deed, { kind: 'opinion' }>,
  id: PurchaseId | undefined,
): Promise<void> {
  if (id === undefined) return;
  const asked = await svoi.submit(
    askAfterPurchase(id, { ...svoi.program().nps, on: true }, svoi.messagingRules()),
  );
  if (!asked.ok || !asked.result) return;
  const survey = await readRow(svoi.database, 'select id from surveys where purchase_id = ?', id);
  const chat = { channel: 'telegram', address: crowdChat(person.number) } as const;
  for (const data of [`${score}`, 'skip']) {
    const said = { kind: 'press', data: `nps:${survey?.id}-${data}` } as const;
    await svoi.handleEvent({ id: `year-${id}-${data}`, ...chat, said });
  }
}

/** What the shop knows of somebody, and the chat they opened, if any. */
async function join(svoi: Svoi, shopId: ShopId, person: Person): Promise<void> {
  const { phone, name, gender, birthday, city, wantsOffers, chats } = person;
  const consents = { service: true, ...(wantsOffers ? { marketing: true } : {}) };
  const input = { shopId, phone, name, gender, birthday, city, consents };
  await svoi.submit(upsertCustomer(input, consentTexts, svoi.program().locale));
  if (!chats) return;
  const chat = { channel: 'telegram', address: crowdChat(person.number), language: 'uk' } as const;
  const says = (id: string, said: Parameters<Svoi['handleEvent']>[0]['said']) =>
    svoi.handleEvent({ id: `year-${person.number}-${id}`, ...chat, said });
  await says('start', { kind: 'start' });
  await says('contact', { kind: 'contact', phone, own: true });
}

/** A made-up visit as the till posts it. */
export function receiptOf(deed: Extract<Deed, { kind: 'buy' }>, shopId: ShopId): PurchaseInput {
  return {
    shopId,
    externalId: deed.receipt,
    at: deed.at,
    customer: deed.person && { phone: deed.person.phone },
    store: deed.store,
    lines: deed.items.map(lineOf),
    paid: true,
    cartId: null,
  };
}

function lineOf({ sku, quantity }: Item) {
  const { name, category, priceMinor } = yearGoods.get(sku) as YearGood;
  return {
    id: null,
    ...{ sku, name, category, quantity },
    unitPriceMinor: priceMinor,
    amountMinor: priceMinor * quantity,
  };
}

async function bringBack(
  svoi: Svoi,
  shopId: ShopId,
  { receipt, at, item }: Extract<Deed, { kind: 'refund' }>,
  purchaseId: PurchaseId | undefined,
): Promise<void> {
  if (purchaseId === undefined) return;
  const back = {
    shopId,
    externalId: `${receipt}-back`,
    purchaseId,
    at,
    lines: [{ sku: item.sku, quantity: 1 }],
  };
  await svoi.submit(recordRefund(back as Parameters<typeof recordRefund>[0], purchaseRules(svoi.program())));
}

/** Nobody holds these phones: what was written to them arrives, and most of it is read. */
async function deliver(svoi: Svoi, random: () => number): Promise<void> {
  const outbox = createOutbox(svoi.database);
  const now = svoi.clock.now();
  for (;;) {
    const claim = { channel: 'telegram', now, limit: messagesAtOnce, leaseUntil: now + DAY_MS } as const;
    const messages = await outbox.claim(claim);
    if (messages.length === 0) return;
    const sent = { state: 'sent', at: now, priceMicros: 0, smsPriceMicros: null } as const;
    await outbox.record(
      messages.map((message) => ({ message, result: { ...sent, providerId: message.id } })),
    );
    await svoi.handleReceipts(
      messages.map(({ id }): Receipt => {
        const status = random() < readShare ? 'read' : 'delivered';
        return { channel: 'telegram', providerId: id, status, at: now };
      }),
    );
  }
}
