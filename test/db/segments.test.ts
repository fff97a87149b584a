import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CustomerId, createIds } from '../../core/ids.ts';
import { defaultSecondPurchase, lifecycleStates } from '../../core/insights/lifecycle.ts';
import type { Program } from '../../core/program/program.ts';
import { type FieldName, fieldNames } from '../../core/segments/fields.ts';
import { parseSegment } from '../../core/segments/parse.ts';
import { segmentText } from '../../core/segments/text.ts';
import type { Rule } from '../../core/segments/types.ts';
import { DAY_MS, localDay, localTime } from '../../core/time.ts';
import { statement } from '../../db/database.ts';
import { recountFigures, recountTotals } from '../../db/figures.ts';
import { inserter } from '../../db/rows.ts';
import * as schema from '../../db/schema.ts';
import { compileSegment } from '../../db/segments/compile.ts';
import { segmentContext } from '../../db/segments/context.ts';
import { segmentsOfCustomer } from '../../db/segments/members.ts';
import type { Svoi } from '../../svoi.ts';
import { type RuleNames, ruleArbitrary } from '../support/segment_rules.ts';
import { membersByHand, type ShopMoment, type ShopRows } from '../support/segment_shop.ts';
import { hasLibsqlServer, startLibsqlServer } from '../support/sqld.ts';
import { seededRandom, type TestSvoi, testSvoi } from '../support/svoi.ts';

const tiers = [
  { name: 'silver', spend_minor: 30_000 },
  { name: 'gold', spend_minor: 90_000 },
];
const program = { tiers, tier_days: 200 };

const names: RuleNames = {
  ...{ stores: ['kyiv-1', 'lviv'], categories: ['shoes', 'toys'], products: ['A', 'B', 'C'] },
  ...{ coupons: ['Spring', 'Autumn'], segments: ['Young', 'Buyers'], facts: ['pet', 'child', 'child_age'] },
  ...{ tiers: ['silver', 'gold'], cities: ['Київ', 'Львів'], zones: ['Europe/Kyiv', 'Europe/Warsaw'] },
  ...{ lifecycles: lifecycleStates, rfmSegments: ['champions'], rfSegments: ['new'] },
};

/** Read from what is computed elsewhere, or trivially: they have tests of their own. */
const elsewhere: readonly FieldName[] = [
  ...(['rfm', 'rf', 'expected_orders', 'value', 'coupons_held', 'registered_in'] as const),
  ...(['points_earned', 'points_spent'] as const),
];

const saved: Readonly<Record<string, string>> = {
  Young: 'age<30 or gender=female',
  Buyers: 'orders>=2 and not segment=Young',
};

const now = Date.parse('2026-11-22T12:00:00+02:00');
const zone = 'Europe/Kyiv';

/** A shop drawn by a seed: with people merged and forgotten, goods brought back, and moments on the very edges. */
function randomShop(seed: number): ShopRows {
  const random = seededRandom(seed);
  const ids = createIds(random);
  const pick = <Some>(some: readonly Some[]): Some => some[Math.floor(random() * some.length)] as Some;
  const sometimes = <Some>(value: Some, chance = 0.7): Some | null => (random() < chance ? value : null);
  const ago = (days: number) =>
    now - (random() < 0.2 ? pick([7, 30, 56, 365]) * DAY_MS : Math.floor(random() * days * DAY_MS));
  const customerIds = Array.from({ length: 40 }, () => ids.next('cus', now - 500 * DAY_MS));
  const customers = customerIds.map((id, index) => ({
    id,
    phone: sometimes(`+38067${String(index).padStart(7, '0')}`),
    ...{ card: null, preferredChannel: null, registeredIn: null },
    name: sometimes('Olena'),
    birthday: sometimes(
      pick(['2000-11-22', '1996-11-23', '2004-02-29', '--11-25', '1982-12-31', '1990-01-02', '2008-11-21']),
    ),
    gender: sometimes(pick(['female', 'male'])),
    locale: sometimes(pick(['uk', 'ru', 'en'])),
    zone: sometimes('Europe/Warsaw', 0.2),
    city: sometimes(pick(['Київ', 'Львів', 'Одеса'])),
    mergedInto: index % 9 === 8 ? (customerIds[index - 1] as string) : null,
    createdAt: now - 500 * DAY_MS,
    registeredAt: sometimes(ago(800)),
    erasedAt: index % 13 === 12 ? now - DAY_MS : null,
    ...{
      points: 0,
      pointsEarned: 0,
      pointsSpent: 0,
      chats: Math.floor(random() * 16),
      heardAt: sometimes(ago(90)),
    },
    offers: pick([null, 0, 1, 1]),
    offersRefused: pick([0, 0, 2, 5, 16]),
  }));
  const whose = () => pick(customerIds);
  const bought = Array.from({ length: 120 }, (_, index) => randomPurchase(index));
  function randomPurchase(index: number) {
    const at = ago(500);
    const kind = random() < 0.06 ? 'return' : 'sale';
    const id = ids.next('pur', at);
    const sign = kind === 'return' ? -1 : 1;
    const lines = Array.from({ length: 1 + Math.floor(random() * 2) }, (_, position) => {
      const amountMinor = sign * pick([10_000, 15_000, 40_000]);
      const refundedMinor = kind === 'sale' ? pick([0, 0, 0, amountMinor, 5000]) : 0;
      return {
        ...{
          purchaseId: id as string,
          position: position + 1,
          lineId: null,
          name: null,
          quantity: 1,
          points: 0,
        },
        ...{
          sku: pick(names.products),
          category: sometimes(pick(names.categories)),
          unitPriceMinor: amountMinor,
        },
        ...{ amountMinor, refundedMinor, refundedQuantity: refundedMinor === amountMinor ? 1 : 0 },
        ...{ discountMinor: 0, coveredMinor: 0 },
      };
    });
    const total = lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
    const refunded = lines.reduce((sum, { refundedMinor }) => sum + refundedMinor, 0);
    return {
      lines,
      purchase: {
        ...{
          id: id as string,
          kind,
          shopId: 'shp_1',
          externalId: `r-${index}`,
          customerId: sometimes(whose(), 0.95),
        },
        ...{
          store: sometimes(pick(names.stores)),
          cartId: null,
          at,
          recordedAt: at,
          totalMinor: total,
          paidAt: at,
        },
        ...{ earned: 0, pending: 0, discountMinor: 0, refundedMinor: refunded, redemptionId: null, spent: 0 },
        ...{ releaseAt: null, lotId: null, claimCode: null, claimUntil: null, claimedAt: null, award: null },
        ...{ localAt: localTime(at, zone), revision: 0 },
      },
    };
  }
  const couponIds = { Spring: 'cpn_1', Autumn: 'cpn_2' };
  return {
    customers,
    purchases: bought.map(({ purchase }) => purchase),
    lines: bought.flatMap(({ lines }) => lines),
    couponUses: Array.from({ length: 30 }, () => ({
      ...{
        id: ids.next('cpu', now),
        couponId: pick(['cpn_1', 'cpn_2']),
        code: 'X',
        customerId: whose(),
        shopId: 's',
      },
      ...{ reservation: null, purchaseId: null, status: pick(['used', 'used', 'released', 'reserved']) },
      ...{ discountMinor: 0, returnedMinor: 0, createdAt: ago(200), expiresAt: null, revision: 0 },
    })),
    lots: Array.from({ length: 30 }, (_, index) => ({
      ...{
        id: `lot_${index}`,
        customerId: whose(),
        transactionId: `t${index}`,
        points: 50,
        remaining: pick([0, 10, 50]),
      },
      ...{
        earnedAt: now - DAY_MS,
        origin: null,
        expiresAt: now + Math.floor((random() * 100 - 10) * DAY_MS),
      },
    })),
    messages: Array.from({ length: 60 }, () => {
      const createdAt = ago(200);
      const state = pick(['queued', 'sent', 'delivered', 'read', 'failed']);
      return {
        ...{
          id: ids.next('msg', createdAt),
          addressId: 'adr_1',
          customerId: whose(),
          channel: pick(['telegram', 'viber']),
        },
        ...{
          category: 'service',
          noticeId: null,
          priority: 1,
          campaign: '',
          talkId: null,
          reply: '{}',
          replaces: null,
        },
        ...{
          state,
          createdAt,
          dueAt: createdAt,
          leaseUntil: null,
          attempts: 1,
          providerId: null,
          error: null,
        },
        ...{
          sentAt: createdAt,
          deliveredAt: null,
          readAt: state === 'read' ? createdAt + 1000 : null,
          overtakenAt: null,
        },
        ...{ priceMicros: null, smsPriceMicros: null },
      };
    }),
    notices: Array.from({ length: 40 }, () => {
      const createdAt = ago(200);
      return {
        ...{ id: ids.next('ntc', createdAt), customerId: whose(), category: 'marketing', kind: 'campaign' },
        ...{
          occasion: null,
          campaign: 'cmp_1',
          topic: 'offers',
          reply: '{}',
          state: 'reached',
          reason: null,
        },
        ...{
          steps: '[]',
          step: 0,
          dueAt: null,
          pointlessAt: null,
          stopsOnPurchase: 0,
          doubled: 0,
          createdAt,
        },
        ...{ settledAt: createdAt, arm: 'a', weight: 50, clickedAt: sometimes(createdAt, 0.5) },
        ...{ answeredAt: null, leftAt: null, gift: null, reservedMicros: null, revision: 1 },
      };
    }),
    surveys: Array.from({ length: 25 }, (_, index) => ({
      ...{
        id: ids.next('srv', now),
        customerId: whose(),
        purchaseId: null,
        store: null,
        staffId: null,
        askedAt: now,
      },
      ...{
        score: Math.floor(random() * 11),
        reason: null,
        answeredAt: now - index * 1000,
        toldAt: null,
        revision: 0,
      },
    })),
    facts: customerIds.flatMap((customerId) =>
      (['pet', 'child'] as const).flatMap((name) => {
        if (random() < 0.5) return [];
        const low = Math.floor(now / DAY_MS) - Math.floor(random() * 6 * 365);
        const child = { value: 'yes', low, high: low + 200 };
        const pet = { value: pick(['dog', 'cat', '3']), low: null, high: null };
        return [
          {
            ...{ customerId: customerId as string, name, item: 1, ...(name === 'child' ? child : pet) },
            ...{
              sure: pick([0.3, 0.6, 1]),
              source: pick(['purchases', 'customer']),
              because: 'null',
              at: now,
            },
            ...{ deniedAt: sometimes(now, 0.2), revision: 1 },
          },
        ];
      }),
    ),
    refills: customerIds.slice(0, 20).map((customerId) => ({
      ...{ customerId: customerId as string, sku: pick(names.products), boughtAt: now - DAY_MS, days: 10 },
      ...{ dueAt: now + Math.floor((random() * 60 - 5) * DAY_MS), source: 'own', toldAt: null },
    })),
    scores: customerIds.slice(0, 25).map((customerId) => ({
      ...{
        customerId: customerId as string,
        alive: pick([0.1, 0.3, 0.5, 0.95]),
        expectedOrders: 1,
        valueMinor: 5000,
        computedAt: now,
      },
    })),
    tags: customerIds
      .slice(5, 30)
      .map((customerId) => ({ customerId, tag: pick(['regular', 'guest']), at: now })),
    consents: Array.from({ length: 60 }, () => ({
      ...{
        id: ids.next('con', now),
        customerId: whose(),
        category: 'service',
        channel: pick([null, null, 'sms', 'viber']),
      },
      ...{ granted: pick([0, 1]), text: '', textVersion: 1, locale: 'uk', source: 'shop', at: now },
    })),
    couponIds,
    segments: Object.fromEntries(Object.entries(saved).map(([name, text]) => [name, ruleOf(text)])),
  };
}

function ruleOf(text: string): Rule {
  const parsed = parseSegment(text);
  if (!parsed.ok) throw new Error(`${text}: ${JSON.stringify(parsed.problems)}`);
  return parsed.rule;
}

/** Writes a shop's rows, and counts the figures of its customers as every commit does. */
async function fill(svoi: Svoi, shop: ShopRows): Promise<void> {
  const figures = { orders: 0, paidMinor: 0, refundedMinor: 0, firstAt: null, lastAt: null } as const;
  const days = { orderDays: 0, firstDay: null, lastDay: null, gapSquares: 0 } as const;
  const all = 'select id from customers';
  const kept = ['chats', 'offers', 'offers_refused', 'heard_at', 'points'].map(
    (column) => `${column} = k.${column}`,
  );
  const coupon = (name: string, id: string) =>
    statement("insert into coupons values (?, ?, '{}', 0, 'test', null, 0, 0, 0)", id, name);
  await svoi.database.write([
    inserter(schema.customers)(shop.customers.map((one) => ({ ...one, ...figures, ...days }))),
    statement('create table kept as select * from customers'),
    inserter(schema.purchases)(shop.purchases),
    inserter(schema.purchaseLines)(shop.lines),
    inserter(schema.couponUses)(shop.couponUses),
    inserter(schema.lots)(shop.lots),
    inserter(schema.messages)(shop.messages),
    inserter(schema.notices)(shop.notices),
    inserter(schema.surveys)(shop.surveys),
    inserter(schema.customerFacts)(shop.facts),
    inserter(schema.refills)(shop.refills),
    inserter(schema.customerScores)(shop.scores),
    inserter(schema.customerTags)(shop.tags),
    inserter(schema.consents)(shop.consents),
    ...Object.entries(shop.couponIds).map(([name, id]) => coupon(name, id)),
    ...Object.entries(saved).map(([name, rule], index) =>
      statement("insert into segments values (?, ?, ?, 'test', 0, 0, null, 1)", `seg_${index}`, name, rule),
    ),
    recountFigures(all),
    ...recountTotals(all),
    // What has no rows here of its own stays as it was drawn.
    statement(`update customers set ${kept.join(', ')} from kept k where k.id = customers.id`),
    statement('drop table kept'),
  ]);
}

async function membersBySql(svoi: Svoi, rule: Rule): Promise<string[]> {
  const context = await segmentContext(svoi.database, svoi.program(), now);
  const { where, args } = compileSegment(rule, context);
  const [rows = []] = await svoi.database.read([
    statement(`select c.id from customers c where ${where} order by c.id`, ...args),
  ]);
  return rows.map(({ id }) => String(id));
}

async function checkRules(svoi: Svoi, shop: ShopRows, numRuns: number): Promise<void> {
  const moment: ShopMoment = { now, zone, tiers, tierDays: program.tier_days, second: defaultSecondPurchase };
  const rules = ruleArbitrary(
    names,
    fieldNames.filter((field) => !elsewhere.includes(field)),
  );
  await fc.assert(
    fc.asyncProperty(rules, async (rule) => {
      const found = await membersBySql(svoi, rule);
      expect({ rule: segmentText(rule), found }).toEqual({
        rule: segmentText(rule),
        found: membersByHand(rule, shop, moment),
      });
    }),
    { numRuns },
  );
}

describe('who is in a segment', () => {
  let here: TestSvoi;
  beforeAll(async () => {
    here = await testSvoi({ at: now, program });
  });
  afterAll(() => here.close());

  it('is whom a reader of the plain rows finds, whatever the rule', async () => {
    const shop = randomShop(5);
    await fill(here.svoi, shop);
    await checkRules(here.svoi, shop, Number(process.env.SVOI_LONG ? 5000 : 400));
  });

  it('is the same where one customer alone is asked about', async () => {
    const { svoi } = here;
    const members = new Map<string, string[]>();
    for (const [name, text] of Object.entries(saved))
      members.set(name, await membersBySql(svoi, ruleOf(text)));
    const everybody = await membersBySql(svoi, ruleOf('random<100%'));
    for (const id of everybody) {
      const inside = Object.keys(saved)
        .filter((name) => members.get(name)?.includes(id))
        .sort();
      expect(
        await segmentsOfCustomer(svoi.database, id as CustomerId, svoi.program() as Program, now),
      ).toEqual(inside);
    }
  });

  it('is asked of indexes where a set is named, and never of a word in the SQL', async () => {
    const { svoi } = here;
    const context = await segmentContext(svoi.database, svoi.program(), now);
    const plan = async (text: string) => {
      const { where, args } = compileSegment(ruleOf(text), context);
      const [rows = []] = await svoi.database.read([
        statement(`explain query plan select count(*) from customers c where ${where}`, ...args),
      ]);
      return rows.map(({ detail }) => String(detail)).join('\n');
    };
    expect(await plan('store=kyiv-1')).toMatch(/SEARCH customer_totals USING.*customer_totals_value/);
    expect(await plan('orders(30d)>=2')).toMatch(/SEARCH p USING INDEX purchases_customer/);
    expect(await plan('points_expiring(30d)>=1')).toMatch(/SEARCH l USING INDEX lots_open_expiry/);
    expect(await plan('messages(30d)>=1')).toMatch(/SEARCH x USING PRIMARY KEY \(id>/);
    expect(await plan('refill in 7d')).toMatch(/SEARCH refills USING.*refills_due/);
    const evil = `city="'; drop table customers; --"`;
    expect(compileSegment(ruleOf(evil), context).where).not.toContain('drop');
    expect(await membersBySql(svoi, ruleOf(evil))).toEqual([]);
  });

  it('moves with the day: who has a birthday tomorrow has it today a day later', async () => {
    const { svoi } = here;
    const context = await segmentContext(svoi.database, svoi.program(), now + DAY_MS);
    const { where, args } = compileSegment(ruleOf('birthday in 1d'), context);
    const [rows = []] = await svoi.database.read([
      statement(`select c.birthday from customers c where ${where}`, ...args),
    ]);
    expect(new Set(rows.map(({ birthday }) => String(birthday).slice(-5)))).toEqual(
      new Set([localDay(now + DAY_MS, zone).slice(5)]),
    );
  });
});

describe.skipIf(!hasLibsqlServer)('on a libSQL server', () => {
  it('the same people are in a segment', async () => {
    const server = await startLibsqlServer();
    const here = await testSvoi({ at: now, program, url: server.url });
    try {
      const shop = randomShop(11);
      await fill(here.svoi, shop);
      await checkRules(here.svoi, shop, 60);
    } finally {
      here.close();
      await server.stop();
    }
  });
});
