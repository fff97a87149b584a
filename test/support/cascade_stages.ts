import { recordPurchase } from '../../core/checkout/record.ts';
import { eraseCustomer } from '../../core/customers/erase.ts';
import type { Address, ChannelName, Consent, ConsentCategory } from '../../core/customers/types.ts';
import {
  type AddressId,
  type ConsentId,
  type CustomerId,
  createIds,
  type MessageId,
} from '../../core/ids.ts';
import { advanceNotice } from '../../core/messaging/advance.ts';
import type { Attempt } from '../../core/messaging/notices.ts';
import type { MessageResult } from '../../core/messaging/outbox.ts';
import { planNotice } from '../../core/messaging/plan.ts';
import type { Receipt } from '../../core/messaging/receipts.ts';
import { settleReceipt, takeReceipt } from '../../core/messaging/receive.ts';
import { isOpenMessage } from '../../core/messaging/states.ts';
import { defaultProgram, programSchema } from '../../core/program/program.ts';
import { purchaseRules } from '../../core/program/rules.ts';
import type { Changes } from '../../db/changes.ts';
import { readRows, statement } from '../../db/database.ts';
import { attemptFrom, noticeFrom } from '../../db/facts/notices.ts';
import { createOutbox } from '../../db/outbox.ts';
import { applyProgram } from '../../db/programs.ts';
import type { AnyCommand } from '../../db/writer.ts';
import { settleNotices } from '../../jobs.ts';
import { submitToMemory } from '../simulation/memory_process.ts';
import { MemoryStore } from '../simulation/memory_store.ts';
import { leaseMs, rulesOf, type Sent, type Stage, type Story } from './cascade.ts';
import { aPurchase } from './purchases.ts';
import { seededRandom, type TestSvoi, testClock } from './svoi.ts';

const noon = Date.parse('2026-11-22T12:00:00+02:00');

/** The customer a story is about; of many stories on one database, each has its own. */
interface Hero {
  readonly id: CustomerId;
  readonly phone: string;
}

function heroOf(number: number): Hero {
  return { id: `cus_hero${number}` as CustomerId, phone: `+38067${1_000_000 + number}` };
}

/** The customer of a story, with the chats and the answers about messages the story wants. */
function heroChanges({ chats, agreed, request }: Story, { id, phone }: Hero, now: number): Changes {
  const addresses = chats.map(
    (channel, index): Address => ({
      id: `adr_${channel}_${id}` as AddressId,
      ...{ channel, externalId: `${channel}-${id}`, customerId: id, locale: 'en' },
      ...{ reachable: true, lastSeenAt: now - index * 60_000 },
    }),
  );
  const yes = (category: ConsentCategory) => answer(category, true, id, now);
  return {
    customers: [
      {
        ...{ id, phone, card: null, name: null, birthday: null, gender: null },
        ...{
          locale: null,
          zone: null,
          city: null,
          registeredIn: null,
          preferredChannel: null,
          mergedInto: null,
        },
        ...{ createdAt: now, registeredAt: now, erasedAt: null },
      },
    ],
    conversations: addresses.map((address) => ({ address, state: null, revision: 1 })),
    consents: [
      ...(agreed ? [yes('service')] : []),
      ...(request.category === 'marketing' ? [yes('marketing')] : []),
    ],
  };
}

function answer(category: ConsentCategory, granted: boolean, customerId: CustomerId, at: number): Consent {
  return {
    id: `con_${at}_${category}_${granted}_${customerId}` as ConsentId,
    ...{ customerId, category, channel: null, granted, text: '', textVersion: 1 },
    ...({ locale: 'en', source: 'test', at } as const),
  };
}

/** A command that writes what it is told. */
function writing(changes: Changes): AnyCommand<null> {
  return { name: 'test.write', needs: {}, decide: () => ({ ok: true, changes, result: null }) };
}

function telling(story: Story, { id }: Hero): AnyCommand<null> {
  const rules = rulesOf(story, defaultProgram);
  return {
    name: 'test.tell',
    needs: { customers: [{ ref: { id } }] },
    decide(facts, context) {
      const record = facts.customer({ id });
      const changes = record ? planNotice(story.request, record, rules, context) : {};
      return { ok: true, changes, result: null };
    },
  };
}

/** What happens to the hero, as the use case that does it. */
function happening(
  what: 'buys' | 'wants_no_more' | 'is_erased',
  story: Story,
  { id }: Hero,
  now: number,
): AnyCommand<unknown> {
  switch (what) {
    case 'buys': {
      const bought = aPurchase({ at: now, externalId: `${id}-${now}`, customer: { id } });
      return recordPurchase(bought, purchaseRules(defaultProgram));
    }
    case 'wants_no_more': {
      const { category } = story.request;
      return writing({ consents: category === 'code' ? [] : [answer(category, false, id, now)] });
    }
    case 'is_erased':
      return eraseCustomer({ id }, 'test');
  }
}

const provider = (id: MessageId) => `p-${id}`;

function receiptOf(id: MessageId, channel: ChannelName, status: Receipt['status'], at: number): Receipt {
  return { channel, providerId: provider(id), messageId: id, status, at };
}

/** A stage in memory, with the promises of the database. */
export function memoryStage(story: Story): Stage {
  const clock = testClock(noon);
  const store = new MemoryStore();
  const rules = rulesOf(story, defaultProgram);
  const random = seededRandom(1);
  const ids = createIds(random);
  const early = new Map<string, Receipt>();
  const submit = (command: AnyCommand<unknown>) =>
    submitToMemory(
      store,
      command,
      () => ({ now: clock.now(), ids, random }),
      ({ earlyReceipts = [], settledReceipts = [] }) => {
        for (const receipt of earlyReceipts)
          early.set(JSON.stringify([receipt.providerId, receipt.status]), receipt);
        for (const receipt of settledReceipts)
          early.delete(JSON.stringify([receipt.providerId, receipt.status]));
      },
    );
  const hero = heroOf(0);
  store.commit(heroChanges(story, hero, noon));
  return {
    clock,
    begin: async () => void submit(telling(story, hero)),
    async settle() {
      for (const receipt of [...early.values()]) submit(settleReceipt(receipt));
      for (const { id, dueAt } of [...store.notices.values()]) {
        if (dueAt !== null && dueAt <= clock.now()) submit(advanceNotice(id, rules));
      }
    },
    claim: async (channel) => claimInMemory(store, channel, clock.now()),
    record: async (id, channel, sent) => recordInMemory(store, id, channel, sent, clock.now()),
    receive: async (id, channel, status) =>
      void submit(takeReceipt(receiptOf(id, channel, status, clock.now()))),
    happen: async (what) => void submit(happening(what, story, hero, clock.now())),
    async read() {
      const notice = [...store.notices.values()][0];
      const all = notice ? store.messages.all('notice', notice.id) : [];
      return { notice, attempts: all.sort((a, b) => (a.id < b.id ? -1 : 1)) };
    },
  };
}

function claimInMemory(store: MemoryStore, channel: ChannelName, now: number): MessageId[] {
  const free = ({ state, leaseUntil }: Attempt) =>
    state === 'queued' || (state === 'sending' && (leaseUntil ?? 0) <= now);
  const claimed = [...store.messages.values()].filter((one) => one.channel === channel && free(one));
  for (const message of claimed) {
    store.messages.update({ ...message, state: 'sending', leaseUntil: now + leaseMs });
  }
  return claimed.map(({ id }) => id);
}

/** As db/outbox.ts does it: what was cancelled meanwhile stays so, and the notice is looked at when it is time. */
function recordInMemory(
  store: MemoryStore,
  id: MessageId,
  channel: ChannelName,
  sent: Sent,
  now: number,
): void {
  const message = store.messages.get(id);
  if (!message || !isOpenMessage(message.state)) return;
  const error = sent === 'sent' ? null : sent;
  const sentAt = sent === 'sent' ? now : null;
  const state = sent === 'sent' ? 'sent' : 'failed';
  store.messages.update({ ...message, state, leaseUntil: null, error, sentAt });
  const chat = store.chats.find('id', message.addressId);
  if (chat && sent === 'blocked') {
    store.chats.overwrite({ ...chat, address: { ...chat.address, reachable: false } });
  }
  const notice = message.noticeId ? store.notices.get(message.noticeId) : undefined;
  const step = notice?.steps[notice.step];
  if (notice?.state !== 'underway' || step?.channel !== channel) return;
  const waitMs = sent === 'sent' && step.wants !== 'accepted' ? step.waitMs : 0;
  store.notices.overwrite({ ...notice, dueAt: now + waitMs, revision: notice.revision + 1 });
}

let heroes = 0;

/** A stage on a database: the program and the channels of the story come into force, what is left of others is over. */
export async function databaseStage(story: Story, { svoi, clock }: TestSvoi): Promise<Stage> {
  const { database, writer } = svoi;
  const outbox = createOutbox(database);
  const { program, channels } = rulesOf(story, defaultProgram);
  clock.set(noon);
  await applyProgram(database, programSchema.parse({ cascades: program.cascades }), noon);
  await svoi.reloadProgram();
  svoi.useChannels([...channels].map(([name, abilities]) => ({ name, abilities })));
  await database.write([
    statement(`update messages set state = 'cancelled' where state in ('queued', 'sending')`),
    statement('update notices set due_at = null, revision = revision + 1 where due_at is not null'),
  ]);
  heroes += 1;
  const hero = heroOf(heroes);
  await writer.submit(writing(heroChanges(story, hero, noon)));
  const claims = new Map<MessageId, Awaited<ReturnType<typeof outbox.claim>>[number]>();
  return {
    clock,
    begin: async () => void (await writer.submit(telling(story, hero))),
    settle: () => settleNotices(svoi),
    async claim(channel) {
      const now = clock.now();
      const claimed = await outbox.claim({ channel, now, limit: 10, leaseUntil: now + leaseMs });
      for (const message of claimed) claims.set(message.id, message);
      return claimed.map(({ id }) => id);
    },
    async record(id, _, sent) {
      const message = claims.get(id);
      if (message) await outbox.record([{ message, result: resultOf(id, sent, clock.now()) }]);
    },
    receive: (id, channel, status) => svoi.handleReceipts([receiptOf(id, channel, status, clock.now())]),
    happen: async (what) => void (await writer.submit(happening(what, story, hero, clock.now()))),
    async read() {
      const found = await readRows(database, 'select * from notices where customer_id = ?', hero.id);
      const [notice] = found.map(noticeFrom);
      const sql = 'select * from messages where notice_id = ? order by id';
      const rows = notice ? await readRows(database, sql, notice.id) : [];
      return { notice, attempts: rows.map(attemptFrom) };
    },
  };
}

function resultOf(id: MessageId, sent: Sent, at: number): MessageResult {
  if (sent !== 'sent') return { state: 'failed', at, error: sent, blocked: sent === 'blocked' };
  return { state: 'sent', at, providerId: provider(id), priceMicros: null, smsPriceMicros: null };
}
