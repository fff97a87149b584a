import { describe, expect, test } from 'vitest';
import type { CampaignId, CustomerId } from '../core/ids.ts';
import { createIds } from '../core/ids.ts';
import { moveCampaign } from '../core/journeys/campaigns/commands.ts';
import { takeReceipt } from '../core/messaging/receive.ts';
import { defaultProgram } from '../core/program/program.ts';
import { type Campaign, plainPlan } from '../core/staff/campaigns.ts';
import { campaignById } from '../db/campaigns.ts';
import { readRows, statement } from '../db/database.ts';
import { campaignResult } from '../db/insights/audience.ts';
import { openDatabase } from '../db/open.ts';
import { createOutbox } from '../db/outbox.ts';
import { verifyLedger } from '../db/verify.ts';
import { settleDue } from '../jobs.ts';
import { sendCampaigns } from '../mailings.ts';
import { effectOf } from '../results.ts';
import { createSvoi, type Svoi } from '../svoi.ts';
import { people, says, sent } from './support/campaigns.ts';
import { countedMs, type PutSale, putSales } from './support/proof.ts';
import { hasLibsqlServer, startLibsqlServer } from './support/sqld.ts';
import { seededRandom, type TestSvoi, testSvoi } from './support/svoi.ts';

const count = 60;
const minuteMs = 60_000;
const micros = 10_000;
const pointValue = 2;
const channels = ['viber', 'sms'] as const;
const prices = { viber: 30 * micros, sms: 100 * micros };

const program = {
  point_value: pointValue,
  proof: { ...defaultProgram.proof, control_percent: 0 },
  marketing_messages_in_7_days: 1,
  cascades: {
    ...defaultProgram.cascades,
    marketing: {
      order: 'listed' as const,
      steps: channels.map((channel) => ({ channel, wants: 'delivered' as const, wait_minutes: 5 })),
    },
  },
  prices: { viber: { session: 10, outside: 30 }, sms: { segment: 100, countries: {} } },
};

/** A shop in which everything happens at random, by a seed; `svois`: its processes. */
interface Shop {
  readonly t: TestSvoi;
  readonly svois: readonly Svoi[];
  readonly random: () => number;
  readonly customers: readonly CustomerId[];
  readonly campaigns: readonly CampaignId[];
  readonly sales: PutSale[];
}

function pick<One>(random: () => number, all: readonly One[]): One {
  const one = all[Math.floor(random() * all.length)];
  if (one === undefined) throw new Error('there is nothing to pick');
  return one;
}

async function opened(t: TestSvoi, svois: readonly Svoi[], seed: number): Promise<Shop> {
  const random = seededRandom(seed);
  const abilities = { receipts: 'delivered' } as const;
  for (const svoi of svois) svoi.useChannels(channels.map((name) => ({ name, abilities })));
  const customers = await people(t.svoi.database, count, t.clock.now(), () => ({
    agreed: random() < 0.9,
    reachable: random() < 0.9,
  }));
  await t.svoi.database.write([
    statement("update addresses set channel = 'viber'"),
    statement('update customers set chats = 2'),
  ]);
  const campaigns: CampaignId[] = [];
  for (let number = 0; number < 2; number += 1) campaigns.push(await sent(t.svoi, anyCampaign(random)));
  return { t, svois, random, customers, campaigns, sales: [] };
}

function anyCampaign(random: () => number): Partial<Campaign> {
  const texts = ['One.', 'Two.', 'Three.'].slice(0, 1 + Math.floor(random() * 3));
  const gift = random() < 0.5 ? { points: 20, liveDays: null } : null;
  return {
    content: { ...says(...texts), gift },
    plan: {
      ...plainPlan,
      controlPercent: Math.floor(random() * 40),
      budgetMinor: random() < 0.7 ? 500 + Math.floor(random() * 4000) : null,
      weight: Math.floor(random() * 100),
    },
  };
}

/** What a messenger makes of messages: they arrive, are taken and never heard of, bounce, or are refused. */
async function deliver({ t, svois, random }: Shop, calm: boolean): Promise<void> {
  const now = t.clock.now();
  for (const channel of channels) {
    const outbox = createOutbox(t.svoi.database);
    const claimed = await outbox.claim({ channel, now, limit: 8, leaseUntil: now + minuteMs });
    const fates = claimed.map((message) => ({ message, luck: calm ? 1 : random() }));
    await outbox.record(
      fates.map(({ message, luck }) => ({
        message,
        result:
          luck < 0.15
            ? { state: 'failed', at: now, error: 'refused', blocked: luck < 0.05 }
            : {
                state: 'sent',
                at: now,
                providerId: message.id,
                priceMicros: prices[channel],
                smsPriceMicros: null,
              },
      })),
    );
    for (const { message, luck } of fates) {
      if (luck < 0.15 || (luck >= 0.3 && luck < 0.45)) continue;
      const status = luck < 0.3 ? 'failed' : luck < 0.7 ? 'read' : 'delivered';
      const receipt = { channel, providerId: message.id, status, at: now } as const;
      await pick(random, svois).submit(takeReceipt(receipt));
    }
  }
}

async function work(shop: Shop): Promise<void> {
  await Promise.all(shop.svois.map((svoi) => sendCampaigns(svoi)));
  for (const svoi of shop.svois) await settleDue(svoi);
}

async function live(shop: Shop, rounds: number): Promise<void> {
  const { t, random, campaigns, customers, sales, svois } = shop;
  for (let round = 0; round < rounds; round += 1) {
    const luck = random();
    if (luck < 0.1) await pick(random, svois).submit(moveCampaign(pick(random, campaigns), 'pause', 'cli'));
    else if (luck < 0.25)
      await pick(random, svois).submit(moveCampaign(pick(random, campaigns), 'resume', 'cli'));
    else if (luck < 0.28)
      await pick(random, svois).submit(moveCampaign(pick(random, campaigns), 'stop', 'cli'));
    for (let sale = 0; sale < 3; sale += 1) {
      const totalMinor = 1000 + Math.floor(random() * 9000);
      const refundedMinor = random() < 0.3 ? Math.floor(random() * totalMinor) : 0;
      sales.push({ customerId: pick(random, customers), at: t.clock.now(), totalMinor, refundedMinor });
    }
    await work(shop);
    await withinBudget(shop);
    await deliver(shop, false);
    t.clock.set(t.clock.now() + (1 + Math.floor(random() * 9)) * minuteMs);
  }
}

/** Everything that was begun comes to its end: who had enough offers this week is told in the next. */
async function end(shop: Shop): Promise<void> {
  const { t, campaigns } = shop;
  for (const id of campaigns) await t.svoi.submit(moveCampaign(id, 'resume', 'cli'));
  for (let round = 0; await isAnythingLeft(shop); round += 1) {
    if (round === 60) throw new Error('it comes to no end');
    if (round === 10) t.clock.set(t.clock.now() + 8 * 86_400_000);
    await deliver(shop, true);
    t.clock.set(t.clock.now() + 6 * minuteMs);
    await work(shop);
    await withinBudget(shop);
  }
  await putSales(t.svoi, shop.sales);
}

async function isAnythingLeft({ t }: Shop): Promise<boolean> {
  const rows = await readRows(
    t.svoi.database,
    `select 1 from notices where settled_at is null or due_at is not null or reserved_micros is not null
     union all select 1 from campaigns where finished_at is null limit 1`,
  );
  return rows.length > 0;
}

async function withinBudget({ t, campaigns }: Shop): Promise<void> {
  for (const id of campaigns) {
    const campaign = await campaignById(t.svoi.database, id);
    const limit = campaign?.plan.budgetMinor;
    if (limit == null) continue;
    const { messages, points } = await costOf(t, id);
    expect(campaign?.spentMicros).toBeLessThanOrEqual(limit * micros);
    expect(messages + points * pointValue * micros).toBeLessThanOrEqual(campaign?.spentMicros ?? 0);
  }
}

/** What a campaign really cost so far: the prices of its messages, and the points it gave that nobody took back. */
async function costOf(t: TestSvoi, id: CampaignId) {
  const messages = await readRows(
    t.svoi.database,
    'select x.price_micros as price from notices n join messages x on x.notice_id = n.id where n.campaign = ?',
    id,
  );
  const ledger = await readRows(
    t.svoi.database,
    `select kind, points from ledger_transactions where reference = ?1
       or reference in (select id from notices where campaign = ?1)`,
    id,
  );
  const sum = (values: readonly number[]) => values.reduce((all, one) => all + one, 0);
  return {
    messages: sum(messages.map(({ price }) => Number(price ?? 0))),
    points: sum(
      ledger.map(({ kind, points }) => (kind === 'gift' ? Number(points) : -Math.abs(Number(points)))),
    ),
  };
}

/** Held against a recount of the rows, one by one. */
async function expectExact({ t, campaigns, sales }: Shop): Promise<void> {
  for (const id of campaigns) {
    const rows = await readRows(
      t.svoi.database,
      `select m.customer_id, m.arm, m.state, m.due_at, n.id as notice, n.state as came, k.state as campaign, k.finished_at
       from campaign_members m join campaigns k on k.id = m.campaign_id
       left join notices n on n.campaign = m.campaign_id and n.customer_id = m.customer_id where m.campaign_id = ?`,
      id,
    );
    const attempts = await readRows(
      t.svoi.database,
      'select x.* from notices n join messages x on x.notice_id = n.id where n.campaign = ?',
      id,
    );
    expect(rows.length).toBe(count);
    const ended = ['reached', 'failed', 'dropped', 'stopped'];
    for (const { state, came } of rows) {
      expect(state === 'told').toBe(came !== null);
      if (came !== null) expect(ended).toContain(came);
    }
    const report = await effectOf(t.svoi, { kind: 'campaign', id });
    const compared = rows.filter(
      ({ arm, due_at, campaign, finished_at }) =>
        due_at !== null &&
        !['', 'holdout'].includes(String(arm)) &&
        (campaign !== 'stopped' || Number(due_at) <= Number(finished_at)),
    );
    for (const arm of new Set(compared.map((row) => String(row.arm)))) {
      const own = compared.filter((row) => row.arm === arm);
      const sentTo = (depth: 'sent_at' | 'delivered_at' | 'read_at') =>
        own.filter(({ notice }) =>
          attempts.some(
            (x) =>
              x.notice_id === notice &&
              (x[depth] !== null || (depth === 'delivered_at' && x.read_at !== null)),
          ),
        ).length;
      const bought = own.map(({ customer_id, due_at }) =>
        sales.filter(
          (sale) =>
            sale.customerId === customer_id &&
            sale.at >= Number(due_at) &&
            sale.at < Number(due_at) + countedMs,
        ),
      );
      expect(report?.arms.find((one) => one.arm === arm)).toMatchObject({
        ...{
          people: own.length,
          sent: sentTo('sent_at'),
          delivered: sentTo('delivered_at'),
          read: sentTo('read_at'),
        },
        failed: own.filter(({ came }) => came === 'failed').length,
        buyers: bought.filter((all) => all.some((one) => (one.refundedMinor ?? 0) < one.totalMinor)).length,
        paidMinor: bought.flat().reduce((sum, one) => sum + one.totalMinor - (one.refundedMinor ?? 0), 0),
      });
    }
    await expectCost(t, id, report?.arms ?? []);
  }
  expect(await verifyLedger(t.svoi.database)).not.toHaveProperty('fault');
}

async function expectCost(
  t: TestSvoi,
  id: CampaignId,
  arms: readonly { readonly priceMicros: number; readonly pointsGiven: number }[],
): Promise<void> {
  const { messages, points } = await costOf(t, id);
  const sum = (values: readonly number[]) => values.reduce((all, one) => all + one, 0);
  expect(sum(arms.map(({ priceMicros }) => priceMicros))).toBe(messages);
  expect(sum(arms.map(({ pointsGiven }) => pointsGiven))).toBe(points);
  const found = await campaignResult(t.svoi.database, id);
  expect(found?.figures.priceMicros).toBe(messages);
  const cost = messages + points * pointValue * micros;
  expect(found?.campaign.finishedAt).not.toBeNull();
  const limit = found?.campaign.plan.budgetMinor;
  if (limit == null) return;
  expect(found?.campaign.spentMicros).toBe(cost);
  expect(found?.figures.budgetLeftMicros).toBe(limit * micros - cost);
}

describe('whatever happens to campaigns', () => {
  test.each([1, 2, 3, 4])(
    'everybody is in one place, and sums and costs are those of the rows, to the last unit (seed %i)',
    async (seed) => {
      const t = await testSvoi({ program });
      try {
        const shop = await opened(t, [t.svoi], seed);
        await live(shop, 14);
        await end(shop);
        await expectExact(shop);
      } finally {
        t.close();
      }
    },
  );

  test.skipIf(!hasLibsqlServer)('also with two processes on a server', async () => {
    const server = await startLibsqlServer();
    const t = await testSvoi({ program, url: server.url });
    try {
      const random = seededRandom(99);
      const database = await openDatabase({ url: server.url });
      const other = await createSvoi({ database, clock: t.clock, ids: createIds(random), random });
      const shop = await opened(t, [t.svoi, other], 5);
      await live(shop, 5);
      await end({ ...shop, svois: [t.svoi] });
      await expectExact(shop);
      database.close();
    } finally {
      t.close();
      await server.stop();
    }
  });
});
