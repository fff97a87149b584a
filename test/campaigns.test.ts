import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lookAtCampaign } from '../campaigns.ts';
import { createCoupon, stopCoupon } from '../core/coupons/create.ts';
import { couponSchema } from '../core/coupons/definition.ts';
import type { CampaignId, CouponId, CustomerId } from '../core/ids.ts';
import { createIds } from '../core/ids.ts';
import { armOf } from '../core/journeys/campaigns/arms.ts';
import { createDraft, moveCampaign } from '../core/journeys/campaigns/commands.ts';
import { usualHourOf } from '../core/journeys/campaigns/hours.ts';
import { tellMembers } from '../core/journeys/campaigns/tell.ts';
import { dueIn, startOf } from '../core/journeys/campaigns/timing.ts';
import { startRun } from '../core/journeys/start.ts';
import { takeReceipt } from '../core/messaging/receive.ts';
import { anyChat } from '../core/messaging/rules.ts';
import { defaultProgram } from '../core/program/program.ts';
import { seededRandom } from '../core/seeded_random.ts';
import { type Campaign, type CampaignTiming, plainPlan } from '../core/staff/campaigns.ts';
import { campaignById, forgetDrafts, freezeAudience } from '../db/campaigns.ts';
import { type Database, readRow, readRows, statement } from '../db/database.ts';
import { campaignResult } from '../db/insights/audience.ts';
import { openDatabase } from '../db/open.ts';
import { createOutbox } from '../db/outbox.ts';
import { verifyLedger } from '../db/verify.ts';
import { hoursTask } from '../hours_nightly.ts';
import { settleDue } from '../jobs.ts';
import { sendCampaigns, tellRules } from '../mailings.ts';
import { effectOf } from '../results.ts';
import { createSvoi, type Svoi } from '../svoi.ts';
import { aCampaign, people, says, sent, standing } from './support/campaigns.ts';
import { begin } from './support/own_journeys.ts';
import { hasLibsqlServer, startLibsqlServer } from './support/sqld.ts';
import { type TestSvoi, testSvoi } from './support/svoi.ts';

const proof = { ...defaultProgram.proof, control_percent: 0 };
const at = (iso: string) => Date.parse(iso);
const local: CampaignTiming = { kind: 'local', day: '2026-11-24', time: '10:00' };

describe('when somebody is told', () => {
  const rules = { program: defaultProgram, channels: anyChat };
  const noon = at('2026-11-22T12:00:00+02:00');
  const usual: CampaignTiming = { kind: 'usual', at: null };

  test.each([
    ['now', 'Europe/Kyiv', 11, { kind: 'now' }, '2026-11-22T12:00:00+02:00'],
    ['now, where it is night', 'America/New_York', 11, { kind: 'now' }, '2026-11-22T09:00:00-05:00'],
    ['a moment', 'Europe/Berlin', 11, { kind: 'at', at: at('2026-11-25T15:00:00Z') }, '2026-11-25T15:00:00Z'],
    ['a time where each lives', 'Europe/Kyiv', 11, local, '2026-11-24T10:00:00+02:00'],
    ['a time where each lives, in the east', 'Asia/Tokyo', 11, local, '2026-11-24T10:00:00+09:00'],
    ['a usual hour still to come', 'Europe/Kyiv', 18, usual, '2026-11-22T18:00:00+02:00'],
    ['a usual hour that is now', 'Europe/Kyiv', 12, usual, '2026-11-22T12:00:00+02:00'],
    ['a usual hour that has passed', 'Europe/Kyiv', 10, usual, '2026-11-23T10:00:00+02:00'],
    ['a usual hour in the night', 'Europe/Kyiv', 23, usual, '2026-11-23T09:00:00+02:00'],
  ] as const)('%s', (_, zone, hour, timing, expected) => {
    const startsAt = startOf(timing, noon);
    expect(new Date(dueIn(zone, hour, { timing, startsAt }, rules)).toISOString()).toBe(
      new Date(at(expected)).toISOString(),
    );
  });
});

describe('the hour somebody is usually there', () => {
  const times = (...there: readonly (readonly [hour: number, count: number])[]) =>
    Array.from({ length: 24 }, (_, hour) => there.find(([at]) => at === hour)?.[1] ?? 0);
  const night = (hour: number) => hour >= 21 || hour < 9;

  test.each([
    ['nobody knows after two visits', times([18, 2]), undefined],
    ['is where most visits were', times([10, 1], [18, 3]), 18],
    ['is an evening over two hours rather than one chance', times([10, 2], [18, 2], [19, 2]), 18],
    ['is not in the night', times([22, 5], [11, 1]), 11],
    ['goes round midnight', times([0, 3], [9, 1]), 9],
  ])('%s', (_, counted, expected) => {
    expect(usualHourOf(counted, night)).toBe(expected);
  });
});

describe('a campaign', () => {
  let t: TestSvoi;

  beforeEach(async () => {
    t = await testSvoi({ program: { proof } });
  });
  afterEach(() => t.close());

  const rowsOf = (sql: string, ...args: (string | number)[]) => readRows(t.svoi.database, sql, ...args);
  const stateOf = async (id: CampaignId) => (await campaignById(t.svoi.database, id))?.state;

  /** Freezes a campaign as the job does. */
  async function frozen(campaign: Campaign, svoi: Svoi = t.svoi): Promise<void> {
    const everybody = { where: 'true', args: [] };
    const now = svoi.clock.now();
    const freezing = {
      campaign,
      segment: everybody,
      program: svoi.program(),
      rules: svoi.messagingRules(),
      now,
    };
    for await (const _ of freezeAudience(svoi.database, freezing));
  }

  async function work(): Promise<void> {
    await sendCampaigns(t.svoi);
    await settleDue(t.svoi);
  }

  /** What was said to whom, in the order of ids. */
  async function told(id: CampaignId) {
    const rows = await rowsOf(
      'select customer_id, arm, reply from notices where campaign = ? order by id',
      id,
    );
    return rows.map((row) => {
      const [words] = JSON.parse(String(row.reply)).paragraphs;
      const { text, values } = JSON.parse(words.variables.text);
      return { customer: String(row.customer_id), arm: String(row.arm), text, values };
    });
  }

  /** Sends what waits for a channel at a price; it arrives at once. */
  async function send(channel: 'telegram' | 'viber', priceMicros: number | null): Promise<void> {
    const now = t.clock.now();
    const outbox = createOutbox(t.svoi.database);
    const claimed = await outbox.claim({ channel, now, limit: 100, leaseUntil: now + 60_000 });
    const result = { state: 'sent', at: now, priceMicros, smsPriceMicros: null } as const;
    await outbox.record(
      claimed.map((message) => ({ message, result: { ...result, providerId: message.id } })),
    );
    for (const { id: messageId } of claimed) {
      await t.svoi.submit(takeReceipt({ channel, providerId: messageId, status: 'delivered', at: now }));
    }
  }

  async function aCoupon(definition: object): Promise<CouponId> {
    const parsed = couponSchema.parse({ name: 'Spring', ...definition });
    const made = await t.svoi.submit(createCoupon(parsed, 'cli', t.svoi.program()));
    if (!made.ok) throw new Error(made.refusal.detail);
    return made.result.id;
  }

  describe('who gets which variant', () => {
    test('is the same for the database and for core, for ten thousand people', async () => {
      const ids = await people(t.svoi.database, 10_000, t.clock.now());
      const plan = { ...plainPlan, controlPercent: 12.5, holdoutPercent: 4 };
      const campaign = aCampaign(t.clock.now(), { content: says('A.', 'B.', 'C.'), plan });
      await frozen(campaign);
      const rows = await rowsOf('select customer_id, arm from campaign_members order by customer_id');
      const draw = { controlPercent: 12.5, holdoutPercent: 4, variants: ['a', 'b', 'c'] };
      const byCore = ids.toSorted().map((id) => ({ customer_id: id, arm: armOf(id, campaign.id, draw) }));
      expect(rows).toEqual(byCore);
      const shares = Object.fromEntries(
        ['holdout', 'control', 'a', 'b', 'c'].map((arm) => [
          arm,
          byCore.filter((one) => one.arm === arm).length / ids.length,
        ]),
      );
      expect(shares.holdout).toBeCloseTo(0.04, 1);
      expect(shares.control).toBeCloseTo(0.96 * 0.125, 1);
      for (const arm of ['a', 'b', 'c']) expect(shares[arm]).toBeCloseTo((0.96 * 0.875) / 3, 1);
    });

    test('is told in that variant, and nobody of the control group is told', async () => {
      await people(t.svoi.database, 60, t.clock.now());
      const id = await sent(t.svoi, {
        content: says('First.', 'Second.'),
        plan: { ...plainPlan, controlPercent: 40 },
      });
      await work();
      const { told: many = 0, control = 0 } = await standing(t.svoi.database, id);
      expect([many + control, many > 20, control > 10]).toEqual([60, true, true]);
      const heard = await told(id);
      expect(heard.length).toBe(many);
      for (const { arm, text } of heard) expect(text).toBe(arm === 'a' ? 'First.' : 'Second.');
      const moments = await rowsOf(
        `select count(*) as people from campaign_members where state in ('control', 'told') and due_at is not null`,
      );
      expect(moments).toEqual([{ people: 60 }]);
    });
  });

  describe('whom a campaign leaves out', () => {
    test('it writes down with the reason, and tells the others', async () => {
      const { svoi } = t;
      const day = 86_400_000;
      const now = t.clock.now();
      const ids = await people(svoi.database, 6, now, (index) => ({
        agreed: index !== 0,
        reachable: index !== 1,
        heardAt: index === 3 ? now - 200 * day : now,
      }));
      await svoi.database.write([
        statement(`insert into mutes values (?, 'topic:offers', ?, ?)`, ids[2] ?? '', now + day, now),
        statement(
          `insert into mutes values (?, 'topic:offers', ?, ?)`,
          ids[5] ?? '',
          now - day,
          now - 2 * day,
        ),
      ]);
      await svoi.database.write([
        statement(
          `insert into notices (id, customer_id, category, kind, occasion, reply, state, steps, step,
           stops_on_purchase, doubled, created_at, revision)
         values ('ntc_1', ?, 'marketing', 'journey', 'new_year', '{}', 'reached', '[]', 0, 0, 0, ?, 1)`,
          ids[4] ?? '',
          now,
        ),
      ]);
      const id = await sent(svoi, { plan: { ...plainPlan, occasion: 'new_year', engagedOnly: true } });
      await work();
      expect(await standing(svoi.database, id)).toEqual({
        ...{ consent: 1, no_channel: 1, muted: 1, silent: 1, occasion: 1, told: 1 },
      });
    });

    test('who goes silent about offers between freezing and telling is left out too', async () => {
      const ids = await people(t.svoi.database, 2, t.clock.now());
      t.clock.set(Date.parse('2026-11-22T23:00:00+02:00'));
      const id = await sent(t.svoi);
      await work();
      expect(await standing(t.svoi.database, id)).toEqual({ waiting: 2 });
      await t.svoi.database.write([
        statement(`insert into mutes values (?, 'topic:offers', null, 1)`, ids[0] ?? ''),
      ]);
      t.clock.set(Date.parse('2026-11-23T09:30:00+02:00'));
      await work();
      expect(await standing(t.svoi.database, id)).toEqual({ muted: 1, told: 1 });
      expect(await stateOf(id)).toBe('done');
    });
  });

  describe('an occasion that journeys tell of again and again', () => {
    const comeback = { occasion: 'comeback', occasion_again: '60d', when: { event: 'table_booked' } };
    const plan = { ...plainPlan, occasion: 'comeback', controlPercent: 0 };
    let times = 0;

    /** What comes of somebody booking a table: entered a journey, or not. */
    async function booked(customerId: string, journey: string): Promise<string> {
      times += 1;
      const start = { journey, customerId: customerId as CustomerId, occasion: `booked ${times}`, data: {} };
      const begun = await t.svoi.submit(
        startRun({ ...start, dueAt: t.clock.now() }, () => true, t.svoi.journeyRules()),
      );
      await work();
      return begun.ok ? begun.result.kind : begun.refusal.code;
    }
    const days = (count: number) => t.clock.set(t.clock.now() + count * 86_400_000);
    const noticesOf = (kind: string) =>
      rowsOf('select state, reason from notices where kind = ? order by id', kind);

    beforeEach(async () => {
      await begin(t.svoi, { key: 'one', ...comeback });
      await begin(t.svoi, { key: 'two', ...comeback });
    });

    test('is told of by one journey at a time, and by the next when its time is over', async () => {
      const [lisa = ''] = await people(t.svoi.database, 1, t.clock.now());
      expect(await booked(lisa, 'one')).toBe('started');
      days(59);
      expect(await booked(lisa, 'two')).toBe('before');
      days(2);
      expect(await booked(lisa, 'two')).toBe('started');
      expect(await noticesOf('two')).toEqual(await noticesOf('one'));
      expect(await noticesOf('one')).toMatchObject([{ reason: null }]);
    });

    test('a campaign of it counts for the journeys, whether it told somebody or kept them apart', async () => {
      const ids = await people(t.svoi.database, 12, t.clock.now());
      const id = await sent(t.svoi, { plan: { ...plan, controlPercent: 50 } });
      await work();
      const { told = 0, control = 0 } = await standing(t.svoi.database, id);
      expect([told > 0, control > 0, told + control]).toEqual([true, true, 12]);
      days(59);
      for (const customer of ids) expect(await booked(customer, 'one')).toBe('before');
      days(2);
      for (const customer of ids) expect(await booked(customer, 'one')).toBe('started');
    });

    test('a journey of it counts for campaigns, and so does another campaign, until its time is over', async () => {
      const [lisa = ''] = await people(t.svoi.database, 2, t.clock.now());
      const another = async () => {
        const id = await sent(t.svoi, { plan });
        const look = await lookAtCampaign((await campaignById(t.svoi.database, id)) as Campaign, t.svoi);
        await work();
        const stands = await standing(t.svoi.database, id);
        expect(look.audience?.others.occasion).toBe(stands.occasion);
        return stands;
      };
      expect(await booked(lisa, 'one')).toBe('started');
      expect(await another()).toEqual({ told: 1, occasion: 1 });
      days(1);
      expect(await another()).toEqual({ occasion: 2 });
      days(60);
      expect(await another()).toEqual({ told: 2 });
    });

    test('a journey entered between freezing and telling counts too', async () => {
      const [lisa = ''] = await people(t.svoi.database, 2, t.clock.now());
      t.clock.set(Date.parse('2026-11-22T23:00:00+02:00'));
      const id = await sent(t.svoi, { plan });
      await work();
      expect(await booked(lisa, 'one')).toBe('started');
      t.clock.set(Date.parse('2026-11-23T09:30:00+02:00'));
      await work();
      expect(await standing(t.svoi.database, id)).toEqual({ told: 1, occasion: 1 });
    });

    test('what another process has told of it meanwhile makes a decision be made again', async () => {
      const [lisa = ''] = await people(t.svoi.database, 1, t.clock.now());
      await sent(t.svoi, { plan });
      await work();
      let decisions = 0;
      await t.svoi.submit({
        name: 'test.stale',
        needs: {},
        decide() {
          decisions += 1;
          const stale = { customerId: lisa as CustomerId, occasion: 'comeback', but: 'one', since: 0 };
          const occasionsBegun = decisions === 1 ? [{ ...stale, until: t.clock.now() }] : [];
          return { ok: true, changes: { occasionsBegun }, result: {} };
        },
      });
      expect(decisions).toBe(2);
    });
  });

  describe('the moment', () => {
    test('a campaign by local time begins in the first zone that somebody lives in, and tells each at that time', async () => {
      const zones = [null, 'Europe/Berlin', 'America/New_York'];
      await people(t.svoi.database, 3, t.clock.now(), (index) => ({ zone: zones[index] ?? null }));
      const id = await sent(t.svoi, { plan: { ...plainPlan, timing: local } });
      const steps = [
        ['2026-11-23T20:00:00+02:00', 'planned', {}],
        ['2026-11-24T09:59:00+02:00', 'planned', {}],
        ['2026-11-24T10:00:01+02:00', 'sending', { told: 1, waiting: 2 }],
        ['2026-11-24T10:00:01+01:00', 'sending', { told: 2, waiting: 1 }],
        ['2026-11-24T10:00:01-05:00', 'done', { told: 3 }],
      ] as const;
      for (const [moment, state, members] of steps) {
        t.clock.set(at(moment));
        await work();
        expect([moment, await stateOf(id), await standing(t.svoi.database, id)]).toEqual([
          moment,
          state,
          members,
        ]);
      }
    });

    test('what is good for so long is not said later', async () => {
      await people(t.svoi.database, 1, t.clock.now());
      t.clock.set(at('2026-11-22T22:00:00+02:00'));
      const id = await sent(t.svoi, { plan: { ...plainPlan, goodForMs: 3_600_000 } });
      t.clock.set(at('2026-11-23T11:00:00+02:00'));
      await work();
      expect(await rowsOf('select state, reason from notices where campaign = ?', id)).toEqual([
        { state: 'dropped', reason: 'too_late' },
      ]);
    });
  });

  describe('the usual hour', () => {
    test('is learned at night from purchases and reading, where each lives', async () => {
      const { svoi, clock } = t;
      const now = clock.now();
      const [buyer = '', reader = '', stranger = ''] = await people(svoi.database, 3, now, (index) => ({
        heardAt: null,
        ...(index === 1 ? { zone: 'America/New_York' } : {}),
      }));
      const local = (hour: number, day: number) => Date.UTC(2026, 10, day, hour, 30);
      await svoi.database.write([
        ...[1, 2, 3, 4].map((day) =>
          statement(
            `insert into purchases (id, kind, shop_id, external_id, customer_id, at, recorded_at, total_minor, earned,
             pending, local_at, revision) values (?, 'sale', 'shp_1', ?, ?, ?, ?, 100, 0, 0, ?, 1)`,
            ...[`pur_${day}`, `r${day}`, buyer, local(16, day), local(16, day), local(18, day)],
          ),
        ),
        statement('update customers set last_at = ? where id = ?', now, buyer),
        ...[1, 2, 3].map((day) =>
          statement(
            `insert into messages (id, address_id, customer_id, channel, category, reply, state, due_at, created_at,
             attempts, priority, campaign, read_at)
           values (?, 'adr', ?, 'telegram', 'marketing', '{}', 'read', 0, 0, 1, 3, '', ?)`,
            ...[`msg_${day}`, reader, Date.parse(`2026-11-0${day}T12:10:00-05:00`)],
          ),
        ),
      ]);
      await hoursTask.run(svoi, '2026-11-22');
      const rows = await rowsOf('select customer_id, hour from customer_hours order by customer_id');
      expect(rows).toEqual([
        { customer_id: buyer, hour: 18 },
        { customer_id: reader, hour: 12 },
      ]);
      const timing = { kind: 'usual', at: null } as const;
      const id = await sent(svoi, { plan: { ...plainPlan, timing } });
      await work();
      const dues = await rowsOf('select customer_id, due_at from campaign_members where campaign_id = ?', id);
      expect(Object.fromEntries(dues.map((row) => [row.customer_id, row.due_at]))).toEqual({
        [buyer]: Date.parse('2026-11-22T18:00:00+02:00'),
        [reader]: Date.parse('2026-11-22T12:00:00-05:00'),
        [stranger]: Date.parse('2026-11-23T11:00:00+02:00'),
      });
    });
  });

  describe('what goes along', () => {
    test('a coupon: each gets a code of his own in the message, and nothing else tells of it', async () => {
      await people(t.svoi.database, 3, t.clock.now());
      const coupon = await aCoupon({ effect: { kind: 'amount', amount_minor: 5000 } });
      const content = { ...says('Your code: {{coupon.code}}'), gift: { coupon, name: 'Spring' } };
      const id = await sent(t.svoi, { content });
      await work();
      const codes = (await told(id)).map(({ values }) => values['coupon.code'].replace(/\W/g, ''));
      const kept = await rowsOf('select code from coupon_codes where customer_id is not null');
      expect(codes.toSorted()).toEqual(kept.map(({ code }) => code).toSorted());
      expect(new Set(codes).size).toBe(3);
      expect(await rowsOf(`select count(*) as notices from notices`)).toEqual([{ notices: 3 }]);
      const audit = await rowsOf(
        'select actor, count(*) as entries from audit_entries where chain <> ? group by 1',
        'house',
      );
      expect(audit).toEqual([{ actor: `campaign:${id}`, entries: 3 }]);
    });

    test('is taken back where the message reaches nobody, and counts in no result', async () => {
      t.close();
      t = await testSvoi({ program: { proof, marketing_messages_in_7_days: 0 } });
      await people(t.svoi.database, 2, t.clock.now());
      const coupon = await aCoupon({ effect: { kind: 'amount', amount_minor: 5000 } });
      const gifts = [
        { points: 40, liveDays: 7 },
        { coupon, name: 'Spring' },
      ];
      for (const gift of gifts) {
        const id = await sent(t.svoi, { content: { ...says('For you.'), gift } });
        await work();
        expect(await rowsOf('select distinct state, due_at from notices where campaign = ?', id)).toEqual([
          { state: 'dropped', due_at: null },
        ]);
        const report = await effectOf(t.svoi, { kind: 'campaign', id });
        expect(report?.arms.map(({ arm, pointsGiven }) => [arm, pointsGiven])).toEqual([['a', 0]]);
      }
      expect(await rowsOf('select sum(remaining) as points from lots')).toEqual([{ points: 0 }]);
      const good = 'select count(*) as good from coupon_codes where valid_until is null or valid_until > ?';
      expect(await rowsOf(good, t.clock.now())).toEqual([{ good: 0 }]);
      expect(await verifyLedger(t.svoi.database)).not.toHaveProperty('fault');
    });

    test('points: they are a gift in the ledger, and the text tells of them', async () => {
      await people(t.svoi.database, 2, t.clock.now());
      const content = { ...says('{{gift.points, points}} for you'), gift: { points: 40, liveDays: 7 } };
      const id = await sent(t.svoi, { content });
      await work();
      expect((await told(id)).map(({ values }) => values['gift.points'])).toEqual([40, 40]);
      const ledger = await rowsOf(
        'select kind, points, actor, reference, reason from ledger_transactions order by id limit 1',
      );
      expect(ledger).toEqual([
        {
          ...{ kind: 'gift', points: 40, actor: `campaign:${id}`, reference: id },
          reason: JSON.stringify({ rule: 'campaign', campaign: id }),
        },
      ]);
      const lots = await rowsOf('select distinct expires_at from lots');
      expect(lots).toEqual([{ expires_at: Date.parse('2026-11-30T00:00:00+02:00') }]);
      expect(await verifyLedger(t.svoi.database)).not.toHaveProperty('fault');
    });

    test('a coupon that was stopped meanwhile stops the campaign: nobody is promised what there is not', async () => {
      await people(t.svoi.database, 2, t.clock.now());
      const coupon = await aCoupon({ effect: { kind: 'amount', amount_minor: 5000 } });
      const id = await sent(t.svoi, {
        content: { ...says('{{coupon.code}}'), gift: { coupon, name: 'Spring' } },
      });
      await t.svoi.submit(stopCoupon(coupon, 'cli'));
      await work();
      const campaign = await campaignById(t.svoi.database, id);
      expect([campaign?.state, campaign?.reason, await told(id)]).toEqual(['stopped', 'coupon', []]);
      await work();
      expect((await campaignById(t.svoi.database, id))?.finishedAt).not.toBeNull();
    });

    test('the budget holds: who would go beyond it waits, and is left out once nothing of it comes back', async () => {
      await people(t.svoi.database, 5, t.clock.now());
      const coupon = await aCoupon({ effect: { kind: 'amount', amount_minor: 5000 } });
      const id = await sent(t.svoi, {
        content: { ...says('{{coupon.code}}'), gift: { coupon, name: 'Spring' } },
        plan: { ...plainPlan, budgetMinor: 12_000 },
      });
      const stands = async () => {
        await work();
        const { state, reason, spentMicros } = (await campaignById(t.svoi.database, id)) ?? {};
        return [state, reason, spentMicros];
      };
      expect(await stands()).toEqual(['sending', 'budget', 100_000_000]);
      expect(await standing(t.svoi.database, id)).toEqual({ told: 2, waiting: 3 });
      await send('telegram', 0);
      expect(await stands()).toEqual(['done', 'budget', 100_000_000]);
      expect(await standing(t.svoi.database, id)).toEqual({ told: 2, budget: 3 });
      expect(await rowsOf('select count(*) as codes from coupon_codes')).toEqual([{ codes: 2 }]);
    });
  });

  describe('a budget', () => {
    const long = 'Черевики вже тут. '.repeat(8);
    const step = (channel: 'viber' | 'sms') => ({ channel, wants: 'delivered', wait_minutes: 5 }) as const;

    async function overViberAndSms(channels: readonly ('viber' | 'sms')[] = ['viber', 'sms']): Promise<void> {
      t.close();
      t = await testSvoi({
        program: {
          proof,
          cascades: { ...defaultProgram.cascades, marketing: { order: 'listed', steps: channels.map(step) } },
          prices: { viber: { session: 0, outside: 30 }, sms: { segment: 100, countries: {} } },
        },
      });
      const abilities = { receipts: 'delivered' } as const;
      t.svoi.useChannels((['viber', 'sms'] as const).map((name) => ({ name, abilities })));
    }

    async function inViber(): Promise<void> {
      await t.svoi.database.write([
        statement("update addresses set channel = 'viber'"),
        statement('update customers set chats = 2'),
      ]);
    }

    test.each([
      ['an SMS in its three parts', ['sms'], long, 700, 2],
      ['an SMS of one part', ['sms'], 'Boots', 700, 7],
      ['the SMS too that follows where a chat is silent', ['viber', 'sms'], 'Boots', 300, 2],
    ] as const)('counts %s', async (_, channels, text, budgetMinor, told) => {
      await overViberAndSms(channels);
      await people(t.svoi.database, 10, t.clock.now());
      await inViber();
      const id = await sent(t.svoi, { content: says(text), plan: { ...plainPlan, budgetMinor } });
      await work();
      expect(await standing(t.svoi.database, id)).toEqual({ told, waiting: 10 - told });
    });

    test('gets back what a cheaper channel spared, and others are told for it, to the last of it', async () => {
      await overViberAndSms();
      await people(t.svoi.database, 12, t.clock.now());
      await inViber();
      const id = await sent(t.svoi, { plan: { ...plainPlan, budgetMinor: 300 } });
      const seen: number[][] = [];
      for (let round = 0; round < 12; round += 1) {
        await work();
        const [row] = await rowsOf(
          `select spent_micros as spent, (select coalesce(sum(price_micros), 0) from messages) as cost,
             (select count(*) from notices where reserved_micros is not null) as open from campaigns`,
        );
        const [spent = 0, cost = 0, open = 0] = [row?.spent, row?.cost, row?.open].map(Number);
        expect(spent).toBe(cost + open * 1_300_000);
        expect(spent).toBeLessThanOrEqual(3_000_000);
        seen.push([spent / 10_000, open]);
        await send('viber', 300_000);
      }
      // Two at 130 are set aside, and 30 of each is spent; with 60 left for one at 130 nobody more is told.
      expect(seen.slice(0, 5)).toEqual([
        [260, 2],
        [190, 1],
        [220, 1],
        [250, 1],
        [280, 1],
      ]);
      const campaign = await campaignById(t.svoi.database, id);
      expect([campaign?.state, campaign?.reason, campaign?.spentMicros]).toEqual([
        'done',
        'budget',
        1_800_000,
      ]);
      expect(await standing(t.svoi.database, id)).toEqual({ told: 6, budget: 6 });
    });

    test('gets back a gift that nobody heard of, and is not used up by those who had enough offers', async () => {
      t.close();
      t = await testSvoi({ program: { proof, marketing_messages_in_7_days: 0 } });
      await people(t.svoi.database, 7, t.clock.now());
      const coupon = await aCoupon({ effect: { kind: 'amount', amount_minor: 5000 } });
      for (const given of [
        { points: 50, liveDays: null },
        { coupon, name: 'Spring' },
      ]) {
        const id = await sent(t.svoi, {
          content: { ...says('For you.'), gift: given },
          plan: { ...plainPlan, budgetMinor: 10_000 },
        });
        for (let round = 0; round < 8; round += 1) await work();
        const campaign = await campaignById(t.svoi.database, id);
        expect([campaign?.state, campaign?.reason, campaign?.spentMicros]).toEqual(['done', null, 0]);
        expect(await standing(t.svoi.database, id)).toEqual({ told: 7 });
      }
    });

    test('keeps what nobody knows the cost of', async () => {
      await overViberAndSms();
      await people(t.svoi.database, 3, t.clock.now());
      await inViber();
      const id = await sent(t.svoi, { plan: { ...plainPlan, budgetMinor: 300 } });
      await work();
      await send('viber', null);
      await work();
      const campaign = await campaignById(t.svoi.database, id);
      expect([campaign?.state, campaign?.reason, campaign?.spentMicros]).toEqual([
        'done',
        'budget',
        2_600_000,
      ]);
      expect(await standing(t.svoi.database, id)).toEqual({ told: 2, budget: 1 });
    });

    test('waits while it is paused, and says how much of it is left', async () => {
      await overViberAndSms();
      await people(t.svoi.database, 3, t.clock.now());
      await inViber();
      const id = await sent(t.svoi, { plan: { ...plainPlan, budgetMinor: 300 } });
      await work();
      await send('viber', 300_000);
      await t.svoi.submit(moveCampaign(id, 'pause', 'cli'));
      await work();
      const found = await campaignResult(t.svoi.database, id);
      expect([found?.campaign.state, found?.figures.budgetLeftMicros]).toEqual(['paused', 2_400_000]);
      await t.svoi.submit(moveCampaign(id, 'resume', 'cli'));
      await work();
      expect(await standing(t.svoi.database, id)).toEqual({ told: 3 });
    });
  });

  describe('a forecast of who is on WhatsApp', () => {
    const day = 86_400_000;
    const message = {
      text: { en: 'Boots are here.', uk: 'Черевики вже тут.' },
      buttons: [],
      whatsapp: { uk: { template: 'boots', values: [], buttons: 0 } },
    };

    /** Whom it counts on which channel, and who gets nothing: with a WhatsApp that asks for templates, or does not. */
    async function forecast(templates: boolean, timing: CampaignTiming = { kind: 'now' }) {
      t.close();
      const step = (channel: 'whatsapp' | 'viber') =>
        ({ channel, wants: 'delivered', wait_minutes: 5 }) as const;
      const marketing = { order: 'listed' as const, steps: [step('whatsapp'), step('viber')] };
      const prices = {
        whatsapp: { session: 0, marketing: 50, utility: 20, authentication: 10 },
        viber: { session: 0, outside: 30 },
      };
      t = await testSvoi({
        program: { proof, prices, cascades: { ...defaultProgram.cascades, marketing } },
      });
      t.svoi.useChannels([
        { name: 'whatsapp', abilities: { receipts: 'read', templates } },
        { name: 'viber', abilities: { receipts: 'delivered' } },
      ]);
      const now = t.clock.now();
      const heard = [now - 2 * day, now - day / 2, now - 2 * day, now - 2 * day];
      const [, , both = '', ukrainian = ''] = await people(t.svoi.database, 4, now, (index) => ({
        heardAt: heard[index] ?? now,
      }));
      await t.svoi.database.write([
        statement("update addresses set channel = 'whatsapp'"),
        statement('update customers set chats = 4'),
        statement('update customers set chats = 6 where id = ?', both),
        statement("update addresses set locale = 'uk' where customer_id = ?", ukrainian),
        statement(
          `insert into addresses (id, channel, external_id, customer_id, locale, reachable, last_seen_at, revision)
           values ('adr_viber', 'viber', 'v', ?, 'en', 1, 0, 1)`,
          both,
        ),
      ]);
      const campaign = aCampaign(now, {
        content: { variants: { a: message }, gift: null },
        plan: { ...plainPlan, timing },
      });
      const { audience } = await lookAtCampaign(campaign, t.svoi);
      const over = Object.fromEntries(
        (audience?.channels ?? []).map(({ channel, people: number }) => [channel, number]),
      );
      return { over, untemplated: audience?.untemplated, price: (audience?.priceMicros ?? 0) / 10_000 };
    }

    test('counts them where it would take the message: written within a day, or with a template in their language', async () => {
      expect(await forecast(true)).toEqual({
        over: { whatsapp: 2, viber: 1 },
        untemplated: 1,
        price: 2 * 50 + 30,
      });
    });

    test('of one that goes out in two days counts nobody as having written within a day', async () => {
      const later = { kind: 'at', at: t.clock.now() + 2 * day } as const;
      expect(await forecast(true, later)).toMatchObject({ over: { whatsapp: 1, viber: 1 }, untemplated: 2 });
    });

    test('counts all of them where it asks for no templates', async () => {
      expect(await forecast(false)).toMatchObject({ over: { whatsapp: 4 }, untemplated: 0 });
    });
  });

  describe('pausing', () => {
    test('holds back at once what waits in the outbox, and going on lets it go', async () => {
      await people(t.svoi.database, 3, t.clock.now());
      const id = await sent(t.svoi);
      await work();
      const outbox = createOutbox(t.svoi.database);
      const claim = () => ({
        channel: 'telegram' as const,
        now: t.clock.now(),
        limit: 10,
        leaseUntil: t.clock.now() + 60_000,
      });
      // All were handed over, and none has been sent.
      expect(await stateOf(id)).toBe('done');
      expect(await t.svoi.submit(moveCampaign(id, 'pause', 'cli'))).toMatchObject({ ok: true });
      await work();
      expect([await stateOf(id), await outbox.claim(claim())]).toEqual(['paused', []]);
      await t.svoi.submit(moveCampaign(id, 'resume', 'cli'));
      await work();
      expect([await stateOf(id), (await outbox.claim(claim())).length]).toEqual(['done', 3]);
    });

    test('is refused once nothing of it waits any more', async () => {
      await people(t.svoi.database, 1, t.clock.now());
      const id = await sent(t.svoi);
      await work();
      const now = t.clock.now();
      const outbox = createOutbox(t.svoi.database);
      const claimed = await outbox.claim({ channel: 'telegram', now, limit: 10, leaseUntil: now + 60_000 });
      const sentNow = {
        state: 'sent',
        at: now,
        providerId: 'p',
        priceMicros: null,
        smsPriceMicros: null,
      } as const;
      await outbox.record(claimed.map((message) => ({ message, result: sentNow })));
      await work();
      expect(await t.svoi.submit(moveCampaign(id, 'pause', 'cli'))).toMatchObject({
        ok: false,
        refusal: { code: 'campaign_not_running' },
      });
    });

    test('one that was handed over can still be stopped: what waits to be sent is taken back', async () => {
      await people(t.svoi.database, 3, t.clock.now());
      const id = await sent(t.svoi);
      await work();
      expect(await stateOf(id)).toBe('done');
      await t.svoi.submit(moveCampaign(id, 'stop', 'cli'));
      await work();
      const rows = await rowsOf('select distinct state, reason from notices where campaign = ?', id);
      expect(rows).toEqual([{ state: 'stopped', reason: 'called_off' }]);
      expect(await rowsOf('select distinct state from messages')).toEqual([{ state: 'cancelled' }]);
    });

    test('what must not wait has its turn while people are told, and so has another campaign', async () => {
      await people(t.svoi.database, 2500, t.clock.now());
      const [one, two] = [await sent(t.svoi), await sent(t.svoi)];
      const seen: string[] = [];
      await sendCampaigns(t.svoi, async () => {
        const [first = {}, second = {}] = [
          await standing(t.svoi.database, one),
          await standing(t.svoi.database, two),
        ];
        if (first.told && first.waiting && second.told) seen.push('both');
      });
      expect(seen).toContain('both');
      expect([await stateOf(one), await stateOf(two)]).toEqual(['done', 'done']);
    });

    test('a planned campaign does not begin while it is paused', async () => {
      await people(t.svoi.database, 1, t.clock.now());
      const timing = { kind: 'at', at: t.clock.now() + 3_600_000 } as const;
      const id = await sent(t.svoi, { plan: { ...plainPlan, timing } });
      await t.svoi.submit(moveCampaign(id, 'pause', 'cli'));
      t.clock.set(t.clock.now() + 2 * 3_600_000);
      await work();
      expect(await standing(t.svoi.database, id)).toEqual({});
      await t.svoi.submit(moveCampaign(id, 'resume', 'cli'));
      await work();
      expect(await standing(t.svoi.database, id)).toEqual({ told: 1 });
    });
  });

  describe('fifty at once', () => {
    const many = Array.from({ length: 50 }, (_, weight) => weight);

    test('tell each of what matters most, as often as one person may be told, and each has its own result', async () => {
      await people(t.svoi.database, 12, t.clock.now());
      const plan = { ...plainPlan, controlPercent: 20 };
      const occasion = (weight: number) => (weight >= 47 ? 'spring' : null);
      const ids: CampaignId[] = [];
      for (const weight of many) {
        ids.push(await sent(t.svoi, { plan: { ...plan, weight, occasion: occasion(weight) } }));
      }
      const [paused, stopped] = [ids[40], ids[45]] as [CampaignId, CampaignId];
      let turns = 0;
      await sendCampaigns(t.svoi, async () => {
        await settleDue(t.svoi);
        turns += 1;
        if (turns > 1) return;
        await t.svoi.submit(moveCampaign(paused, 'pause', 'cli'));
        await t.svoi.submit(moveCampaign(stopped, 'stop', 'cli'));
      });
      await work();
      const wanted = await rowsOf(
        `select m.customer_id as customer, m.campaign_id as campaign from campaign_members m join campaigns c on c.id = m.campaign_id
         where m.state = 'told' order by m.customer_id, c.plan ->> 'weight' desc`,
      );
      const heard = await rowsOf(
        'select m.customer_id as customer, m.campaign from messages m order by m.customer_id, m.id',
      );
      const most = (customer: unknown) => wanted.filter((one) => one.customer === customer).slice(0, 3);
      const everybody = [...new Set(wanted.map(({ customer }) => customer))];
      expect(everybody.length).toBe(12);
      expect(heard).toEqual(everybody.flatMap(most));
      const spring = `select max(told) as told from (select count(*) as told from campaign_members m
        join campaigns c on c.id = m.campaign_id where m.state = 'told' and c.plan ->> 'occasion' = 'spring' group by m.customer_id)`;
      expect(await rowsOf(spring)).toEqual([{ told: 1 }]);
      for (const id of ids.filter((one) => ![paused, stopped].includes(one))) {
        const { told: many = 0, control = 0, occasion: before = 0 } = await standing(t.svoi.database, id);
        expect(many + control + before).toBe(12);
        const report = await effectOf(t.svoi, { kind: 'campaign', id });
        const arms = report?.arms.map(({ arm, people: drawn }) => [arm, drawn]);
        expect(arms).toEqual(
          [
            ['a', many],
            ['control', control],
          ].filter(([, drawn]) => drawn),
        );
      }
      expect([await standing(t.svoi.database, paused), await standing(t.svoi.database, stopped)]).toEqual([
        {},
        {},
      ]);
      await t.svoi.submit(moveCampaign(paused, 'resume', 'cli'));
      await work();
      expect(await stateOf(paused)).toBe('done');
      expect((await campaignById(t.svoi.database, stopped))?.finishedAt).not.toBeNull();
    });

    test('that all wait cost a pass one look', async () => {
      await people(t.svoi.database, 2, t.clock.now());
      t.clock.set(at('2026-11-22T23:00:00+02:00'));
      for (const weight of many) await sent(t.svoi, { plan: { ...plainPlan, weight } });
      await sendCampaigns(t.svoi);
      const { database } = t.svoi;
      let looks = 0;
      const counting: Database = {
        ...database,
        read(statements) {
          looks += 1;
          return database.read(statements);
        },
      };
      await sendCampaigns({ ...t.svoi, database: counting });
      expect(looks).toBe(1);
      t.clock.set(at('2026-11-23T09:30:00+02:00'));
      await sendCampaigns(t.svoi);
      expect(await rowsOf('select state, count(*) as campaigns from campaigns group by 1')).toEqual([
        { state: 'done', campaigns: 50 },
      ]);
    });
  });

  test('a draft that nobody went on with for a month is forgotten; what was sent is kept', async () => {
    const { svoi, clock } = t;
    const { name, rule, content, plan } = aCampaign(clock.now());
    await svoi.submit(createDraft({ name, rule, content, plan }, 'cli'));
    const id = await sent(svoi);
    clock.set(clock.now() + 31 * 86_400_000);
    await forgetDrafts(svoi.database, clock.now());
    expect(await rowsOf('select id from campaigns')).toEqual([{ id }]);
  });

  test('more people than were agreed to: nobody is told', async () => {
    await people(t.svoi.database, 5, t.clock.now());
    const id = await sent(t.svoi, {}, 4);
    await work();
    const campaign = await campaignById(t.svoi.database, id);
    expect([campaign?.state, campaign?.reason, (await told(id)).length]).toEqual(['stopped', 'too_many', 0]);
  });

  test('of two accounts that became one, the person is told once', async () => {
    const [one = '', two = ''] = await people(t.svoi.database, 2, t.clock.now());
    const coupon = await aCoupon({ effect: { kind: 'amount', amount_minor: 5000 } });
    t.clock.set(Date.parse('2026-11-22T23:00:00+02:00'));
    const id = await sent(t.svoi, {
      content: { ...says('{{coupon.code}}'), gift: { coupon, name: 'Spring' } },
    });
    await work();
    await t.svoi.database.write([
      statement('update customers set merged_into = ?, phone = null where id = ?', one, two),
    ]);
    t.clock.set(Date.parse('2026-11-23T09:30:00+02:00'));
    await work();
    expect(await standing(t.svoi.database, id)).toEqual({ told: 1, merged: 1 });
    expect(await rowsOf('select customer_id from coupon_codes')).toEqual([{ customer_id: one }]);
  });

  describe('of accounts that become one', () => {
    const nearAndFar = (index: number) => ({
      zone: ['Asia/Tokyo', 'Europe/Kyiv', 'Europe/Kyiv'][index] ?? null,
    });
    const merge = (from: string, into: string) =>
      t.svoi.database.write([
        statement('update customers set merged_into = ?, phone = null where id = ?', into, from),
      ]);
    const gifts = async () => (await rowsOf("select 1 from ledger_transactions where kind = 'gift'")).length;
    const begun = () =>
      sent(t.svoi, { content: gift, plan: { ...plainPlan, timing: local, controlPercent: 0 } });

    async function at10(offset: string): Promise<void> {
      t.clock.set(Date.parse(`2026-11-24T10:00:00${offset}`));
      await work();
    }

    test('none is given anything once another of them was', async () => {
      const [one = '', two = ''] = await people(t.svoi.database, 2, t.clock.now(), nearAndFar);
      const id = await begun();
      await at10('+09:00');
      await merge(one, two);
      await at10('+02:00');
      expect(await standing(t.svoi.database, id)).toEqual({ told: 1, merged: 1 });
      expect(await gifts()).toBe(1);
    });

    test('two that become a third, who was not there, are given one thing', async () => {
      const [, one = '', two = ''] = await people(t.svoi.database, 3, t.clock.now(), nearAndFar);
      const id = await begun();
      await at10('+09:00');
      const [third = ''] = await people(t.svoi.database, 1, t.clock.now(), nearAndFar, 50);
      await merge(one, third);
      await merge(two, third);
      await at10('+02:00');
      expect(await standing(t.svoi.database, id)).toEqual({ told: 2, merged: 1 });
      expect(await gifts()).toBe(2);
    });

    test.each([
      ['the older is kept apart', 'control', 'older', 'control'],
      ['the older is kept apart, and went over', 'control', 'younger', 'control'],
      ['the older is to be told', 'a', 'older', 'a'],
      ['the older is to be told, and went over', 'a', 'younger', 'a'],
    ] as const)('at one moment, the older speaks for both: %s', async (_, ofOlder, stays, arm) => {
      await people(t.svoi.database, 12, t.clock.now());
      t.clock.set(at('2026-11-22T23:00:00+02:00'));
      const id = await sent(t.svoi, { content: gift, plan: { ...plainPlan, controlPercent: 50 } });
      await work();
      const members = await rowsOf(
        'select customer_id as id, arm from campaign_members order by customer_id',
      );
      const from = members.findIndex((one) => one.arm === ofOlder);
      const other = members.slice(from).find((one) => one.arm !== ofOlder);
      const [older, younger] = [String(members[from]?.id), String(other?.id)];
      await (stays === 'older' ? merge(younger, older) : merge(older, younger));
      t.clock.set(at('2026-11-23T09:30:00+02:00'));
      await work();
      const states = 'select state from campaign_members where customer_id = ?';
      expect([await rowsOf(states, older), await rowsOf(states, younger)]).toEqual(
        arm === 'a'
          ? [[{ state: 'told' }], [{ state: 'control' }]]
          : [[{ state: 'control' }], [{ state: 'merged' }]],
      );
      const heard = `select count(*) as notices from notices where customer_id in ('${older}', '${younger}')`;
      expect(await rowsOf(heard)).toEqual([{ notices: arm === 'a' ? 1 : 0 }]);
      const report = await effectOf(t.svoi, { kind: 'campaign', id });
      const counted = Object.fromEntries(report?.arms.map((one) => [one.arm, one.people]) ?? []);
      const asDrawn = (name: string) => members.filter((one) => one.arm === name).length;
      const lost = arm === 'a' ? 'control' : 'a';
      expect(counted).toEqual({ [arm]: asDrawn(arm), [lost]: asDrawn(lost) - 1 });
    });

    test('one that no chat led to keeps no other from being told', async () => {
      const [one = '', two = ''] = await people(t.svoi.database, 2, t.clock.now(), (index) => ({
        reachable: index === 0,
      }));
      t.clock.set(at('2026-11-22T23:00:00+02:00'));
      const id = await sent(t.svoi);
      await work();
      await merge(one, two);
      await t.svoi.database.write([statement('update addresses set customer_id = ?', two)]);
      t.clock.set(at('2026-11-23T09:30:00+02:00'));
      await work();
      expect(await standing(t.svoi.database, id)).toEqual({ told: 1, no_channel: 1 });
    });

    test('whoever of them heard of an occasion, the other is left out', async () => {
      const [one = '', two = ''] = await people(t.svoi.database, 2, t.clock.now());
      const plan = { ...plainPlan, occasion: 'new_year' };
      await sent(t.svoi, { plan });
      await work();
      await t.svoi.database.write([statement('delete from notices where customer_id = ?', two)]);
      await merge(one, two);
      const [early, late] = [await sent(t.svoi, { plan, content: gift }), await sent(t.svoi, { plan })];
      await work();
      expect(await standing(t.svoi.database, early)).toEqual({ occasion: 1 });
      expect(await standing(t.svoi.database, late)).toEqual({ occasion: 1 });
    });

    test('who becomes somebody that never gets offers gets none', async () => {
      t.close();
      t = await testSvoi({ program: { proof: { ...proof, holdout_percent: 50 } } });
      await people(t.svoi.database, 12, t.clock.now(), (index) => nearAndFar(index % 2));
      const id = await begun();
      await at10('+09:00');
      const draw = { controlPercent: 0, holdoutPercent: 50, variants: ['a'] };
      const others = await people(t.svoi.database, 8, t.clock.now(), nearAndFar, 50);
      const never = others.find((other) => armOf(other, id, draw) === 'holdout') ?? '';
      const [waiting] = await rowsOf(
        "select customer_id as id from campaign_members where state = 'waiting'",
      );
      await merge(String(waiting?.id), never);
      await at10('+02:00');
      expect(
        await rowsOf('select state from campaign_members where customer_id = ?', String(waiting?.id)),
      ).toEqual([{ state: 'holdout' }]);
      expect(await rowsOf('select 1 from notices where customer_id = ?', never)).toEqual([]);
    });
  });

  /** A Svoi whose process dies at a write: before it is committed, or right after. */
  async function mortal(database: Database, life: { writes: number }, seed: number): Promise<Svoi> {
    const random = seededRandom(seed);
    const dying: Database = {
      ...database,
      async write(statements) {
        life.writes -= 1;
        const dies = life.writes <= 0;
        if (dies && random() < 0.5) throw new Error('SQLITE_IOERR: the power is gone');
        const rows = await database.write(statements);
        if (dies) throw new Error('SQLITE_IOERR: the power is gone');
        return rows;
      },
    };
    return createSvoi({ database: dying, clock: t.clock, ids: createIds(random), random });
  }

  /** What must hold at the end, whatever happened on the way: each was told once, and given one thing. */
  async function expectExact(database: Database, id: CampaignId, count: number): Promise<void> {
    expect(await standing(database, id)).toEqual({ told: count });
    const figures = await readRow(
      database,
      `select (select count(*) from notices where campaign = ?1) as notices,
       (select count(distinct customer_id) from notices where campaign = ?1) as people,
       (select count(*) from ledger_transactions where reference = ?1) as gifts,
       (select spent_micros from campaigns where id = ?1) as spent`,
      id,
    );
    expect(figures).toEqual({ notices: count, people: count, gifts: count, spent: count * 10_000_000 });
  }

  const gift = { ...says('{{gift.points, points}}'), gift: { points: 10, liveDays: null } };

  test.each([1, 2, 3, 4, 5])('killed at random writes it goes on, exactly (seed %i)', async (seed) => {
    const { database } = t.svoi;
    const count = 200;
    await people(database, count, t.clock.now());
    const id = await sent(t.svoi, { content: gift });
    const random = seededRandom(seed);
    for (let life = 0; life < 40 && (await stateOf(id)) !== 'done'; life += 1) {
      const svoi = await mortal(database, { writes: 1 + Math.floor(random() * 4) }, seed * 100 + life);
      await sendCampaigns(svoi).catch(() => {});
    }
    await sendCampaigns(t.svoi);
    expect(await stateOf(id)).toBe('done');
    await expectExact(database, id, count);
  });

  test.skipIf(!hasLibsqlServer)('two processes on a server tell nobody twice', async () => {
    const server = await startLibsqlServer();
    try {
      const open = async (seed: number) => {
        const database = await openDatabase({ url: server.url });
        const random = seededRandom(seed);
        return createSvoi({ database, clock: t.clock, ids: createIds(random), random });
      };
      const [one, two] = [await open(1), await open(2)];
      const count = 500;
      await people(one.database, count, t.clock.now());
      const id = await sent(one, { content: gift, plan: { ...plainPlan, controlPercent: 0 } });
      await Promise.all([sendCampaigns(one), sendCampaigns(two)]);
      await sendCampaigns(one);
      expect((await campaignById(one.database, id))?.state).toBe('done');
      await expectExact(one.database, id, count);
      one.database.close();
      two.database.close();
    } finally {
      await server.stop();
    }
  });

  test('a batch that another process told meanwhile is passed over', async () => {
    const ids = await people(t.svoi.database, 2, t.clock.now());
    const id = await sent(t.svoi, { content: gift });
    await work();
    const again = await t.svoi.submit(tellMembers(id, ids, tellRules(t.svoi)));
    expect(again).toMatchObject({ ok: true, result: { told: 0, leftOut: 0 } });
    await expectExact(t.svoi.database, id, 2);
  });
});
