import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createIds, type ShopId } from '../../../core/ids.ts';
import { journeySchema, type StepDefinition } from '../../../core/journeys/definition.ts';
import { flowOf } from '../../../core/journeys/flow.ts';
import { saveJourney, switchJourney } from '../../../core/journeys/switch.ts';
import { tellEvent } from '../../../core/journeys/triggers/tell.ts';
import type { JourneyRun } from '../../../core/journeys/types.ts';
import { type Database, readRow, readRows, statement } from '../../../db/database.ts';
import { runFrom } from '../../../db/facts/journeys.ts';
import { openDatabase } from '../../../db/open.ts';
import { verifyLedger } from '../../../db/verify.ts';
import { settleDue } from '../../../jobs.ts';
import { createSvoi, type Svoi } from '../../../svoi.ts';
import { aPurchase, buy } from '../../support/purchases.ts';
import { hasLibsqlServer, type LibsqlServer, startLibsqlServer } from '../../support/sqld.ts';
import { aMember } from '../../support/staff.ts';
import { seededRandom, type TestSvoi, testSvoi } from '../../support/svoi.ts';

/** Forty seeds with `SVOI_LONG=1`. Another run of chance: `SVOI_SEED=7`. */
const rounds = process.env.SVOI_LONG ? 40 : 2;
const firstSeed = Number(process.env.SVOI_SEED ?? 1);
const hour = 3_600_000;

/** The power goes, at some write: before it was committed, or after that and before anybody heard of it. */
class PowerCut extends Error {
  override readonly name = 'PowerCut';
}

/** A database whose power goes at random writes: every write after that fails, until it is opened anew. */
function failing(database: Database, random: () => number): Database & { readonly isOff: boolean } {
  let isOff = false;
  return {
    kind: database.kind,
    read: (statements) => database.read(statements),
    async write(statements) {
      if (isOff) throw new PowerCut('the power is off');
      const chance = random();
      if (chance < 0.06) {
        isOff = true;
        if (chance < 0.03) await database.write(statements);
        // As a failing disk says it: nothing is tried again after that.
        throw Object.assign(new PowerCut('disk I/O error'), { code: 'SQLITE_IOERR' });
      }
      return database.write(statements);
    },
    close: () => {},
    get isOff() {
      return isOff;
    },
  };
}

/** Steps drawn at random, branches and all; never two waits for nothing. */
function randomSteps(random: () => number, most: number, depth = 0): StepDefinition[] {
  const pick = <Some>(some: readonly Some[]): Some => some[Math.floor(random() * some.length)] as Some;
  const count = 1 + Math.floor(random() * most);
  return Array.from({ length: count }, (): unknown => {
    const kind = pick(['message', 'message', 'points', 'tag', 'wait', 'wait', 'for', 'if']);
    if (kind === 'message') return { message: { text: { en: 'Hello {{customer.first_name}}' } } };
    if (kind === 'points') return { points: 1 + Math.floor(random() * 9) };
    if (kind === 'tag') return pick([{ tag: 'one' }, { untag: 'one' }]);
    if (kind === 'wait') return { wait: pick(['1h', '5h', '1d']) };
    if (kind === 'for') return { wait: { for: pick(['guest_came', 'purchase', 'read']), at_most: '2d' } };
    if (depth > 1) return { points: 1 };
    return {
      if: pick([{ bought: true }, { read: true }, { segment: 'tag=one' }, { data: { guests: '>=2' } }]),
      do: randomSteps(random, 3, depth + 1),
      else: randomSteps(random, 2, depth + 1),
    };
  }) as StepDefinition[];
}

const phones = Array.from({ length: 4 }, (_, index) => `+38067100000${index}`);
const keys = ['first', 'second'];

/** A shop whose clock, journeys and customers go on by chance; `parts` are the processes that run it. */
interface Lived {
  readonly t: TestSvoi;
  readonly random: () => number;
  told: number;
}

async function open(t: TestSvoi, database: Database, seed: number): Promise<Svoi> {
  const random = seededRandom(seed);
  return createSvoi({ database, clock: t.clock, ids: createIds(random), random, shipped: [] });
}

async function begin(svoi: Svoi, random: () => number): Promise<void> {
  for (const key of keys) {
    const definition = journeySchema.parse({
      ...{ key, name: { en: key }, category: 'service', topic: 'reminders', when: { event: 'table_booked' } },
      ...{ control: 0, goal: random() < 0.3 ? 'purchase' : 'none', steps: randomSteps(random, 7) },
    });
    await svoi.submit(saveJourney(definition, 'test', undefined));
    await svoi.submit(switchJourney(key, true, 'test', undefined));
  }
  await svoi.reloadJourneys();
}

/** Something happens: the shop or a customer does something, or time passes. */
async function act(svoi: Svoi, lived: Lived): Promise<void> {
  const { random, t } = lived;
  const phone = phones[Math.floor(random() * phones.length)] ?? '';
  const chance = random();
  lived.told += 1;
  if (chance < 0.4) {
    const event = { shopId: 'shp_test' as ShopId, externalId: `e-${lived.told}`, customer: { phone } };
    const type = random() < 0.7 ? 'table_booked' : 'guest_came';
    await svoi.submit(tellEvent({ ...event, type, at: t.clock.now(), data: { guests: lived.told % 4 } }));
  } else if (chance < 0.5) {
    const externalId = `r-${lived.told}`;
    await buy(svoi, aPurchase({ at: t.clock.now(), externalId, customer: { phone } }));
  } else if (chance < 0.57) {
    const key = keys[Math.floor(random() * 2)] ?? '';
    await svoi.submit(switchJourney(key, random() < 0.7, 'test', undefined));
  } else if (chance < 0.62) {
    const subject = `journey:${keys[Math.floor(random() * 2)]}`;
    const sql = `insert or ignore into mutes select id, ?, ?, 0 from customers where phone = ?`;
    await t.svoi.database.write([statement(sql, subject, t.clock.now() + 6 * hour, phone)]);
  } else t.clock.advance(Math.floor(random() * 9 * hour));
}

/** What each run says it did is what there is: every message, every lot of points, each once and in its own order. */
async function expectExact(database: Database): Promise<readonly JourneyRun[]> {
  const runs = (await readRows(database, 'select * from journey_runs order by id')).map(runFrom);
  const notices = await readRows(
    database,
    "select id, occasion, reason from notices where campaign like 'journey:%'",
  );
  const gifts = await readRows(
    database,
    "select reference, reason from ledger_transactions where kind = 'gift'",
  );
  const versions = await readRows(database, 'select * from journey_versions');
  const told = runs.flatMap(({ id, data }) =>
    Object.entries(data.notices).map(([step, notice]) => `${notice} run:${id}:${step}`),
  );
  expect(notices.map(({ id, occasion }) => `${id} ${occasion}`).sort()).toEqual(told.sort());
  expect(notices.filter(({ reason }) => reason === 'occasion')).toEqual([]);
  const given = gifts.map(({ reference, reason }) => `${reference}:${JSON.parse(String(reason)).step}`);
  expect(new Set(given).size).toBe(given.length);
  for (const run of runs) {
    const version = versions.find((one) => one.journey === run.journey && one.version === run.version);
    const { steps } = JSON.parse(String(version?.definition)) as { steps: StepDefinition[] };
    const flow = flowOf({ steps });
    const sum = flow.reduce(
      (total, { number, step }) =>
        total + ('points' in step && given.includes(`${run.id}:${number}`) ? step.points : 0),
      0,
    );
    expect({ run: run.id, points: run.data.gift?.points ?? 0 }).toEqual({ run: run.id, points: sum });
    if (run.state === 'done') expectWalked(run, flow, given);
    expect(run.dueAt === null).toBe(run.state !== 'waiting');
    expect(run.reason).not.toBe('failed');
  }
  return runs;
}

/** A run that came to its end did every step that stands outside of branches. */
function expectWalked(run: JourneyRun, flow: ReturnType<typeof flowOf>, given: readonly string[]): void {
  for (let number = 0; number < flow.length; ) {
    const { step, next, otherwise } = flow[number] as (typeof flow)[number];
    if ('message' in step) expect(Object.keys(run.data.notices)).toContain(String(number));
    if ('points' in step) expect(given).toContain(`${run.id}:${number}`);
    number = 'if' in step ? endOf(flow, number) : Math.max(next, otherwise);
  }
}

/** Where an `if` and all that is in its branches ends. */
function endOf(flow: ReturnType<typeof flowOf>, number: number): number {
  const { step } = flow[number] as (typeof flow)[number];
  const size = (steps: readonly StepDefinition[]): number =>
    steps.reduce((sum, one) => sum + 1 + ('if' in one ? size(one.do) + size(one.else ?? []) : 0), 0);
  return number + size([step]);
}

async function people(t: TestSvoi): Promise<void> {
  for (const [index, phone] of phones.entries()) await aMember(t.svoi, phone, `Guest${index}`);
}

/** Lives on until nobody is under way, from one moment at which something falls due to the next. */
async function settle(t: TestSvoi, ...processes: readonly Svoi[]): Promise<void> {
  for (;;) {
    const row = await readRow(t.svoi.database, 'select min(due_at) as next from journey_runs');
    if (row?.next === null || row?.next === undefined) return;
    t.clock.set(Math.max(Number(row.next), t.clock.now() + 1));
    await Promise.all(processes.map(settleDue));
  }
}

describe('after the power went at any write, no step is lost or done twice', () => {
  test.each(Array.from({ length: rounds }, (_, index) => firstSeed + index))('seed %i', async (seed) => {
    const t = await testSvoi();
    try {
      await people(t);
      const lived: Lived = { t, random: seededRandom(seed), told: 0 };
      await begin(t.svoi, lived.random);
      let cuts = 0;
      for (let turn = 0; turn < 40; turn += 1) {
        const database = failing(t.svoi.database, lived.random);
        const svoi = await open(t, database, seed * 1000 + turn);
        for (let acts = 0; acts < 4 && !database.isOff; acts += 1) {
          await act(svoi, lived).catch(() => {});
          await settleDue(svoi).catch(() => {});
        }
        if (database.isOff) cuts += 1;
      }
      const last = await open(t, t.svoi.database, seed * 1000 + 999);
      await settle(t, last);
      const runs = await expectExact(t.svoi.database);
      expect(cuts).toBeGreaterThan(3);
      expect(runs.length).toBeGreaterThan(15);
      expect(runs.filter(({ state }) => state === 'waiting')).toEqual([]);
      expect(await verifyLedger(t.svoi.database)).toMatchObject({ customers: phones.length });
    } finally {
      t.close();
    }
  });
});

describe.skipIf(!hasLibsqlServer)('on a libSQL server', () => {
  let server: LibsqlServer;
  beforeAll(async () => {
    server = await startLibsqlServer();
  });
  afterAll(() => server.stop());

  test('two processes at once do every step once', async () => {
    const t = await testSvoi({ url: server.url });
    const other = await openDatabase({ url: server.url });
    try {
      await people(t);
      const lived: Lived = { t, random: seededRandom(firstSeed), told: 0 };
      await begin(t.svoi, lived.random);
      const [first, second] = [await open(t, t.svoi.database, 71), await open(t, other, 72)];
      for (let turn = 0; turn < 14; turn += 1) {
        await act(turn % 2 === 0 ? first : second, lived);
        await Promise.all([settleDue(first), settleDue(second)]);
      }
      await settle(t, first, second);
      const runs = await expectExact(t.svoi.database);
      expect(runs.length).toBeGreaterThan(3);
      expect(await verifyLedger(t.svoi.database)).toMatchObject({ customers: phones.length });
    } finally {
      other.close();
      t.close();
    }
  });
});

test('two processes on one file are told apart by revisions too: each step is done once', async () => {
  const t = await testSvoi();
  try {
    await people(t);
    const lived: Lived = { t, random: seededRandom(firstSeed + 1), told: 0 };
    await begin(t.svoi, lived.random);
    const [first, second] = [await open(t, t.svoi.database, 81), await open(t, t.svoi.database, 82)];
    for (let turn = 0; turn < 30; turn += 1) {
      await act(turn % 2 === 0 ? first : second, lived);
      await Promise.all([settleDue(first), settleDue(second)]);
    }
    await settle(t, first, second);
    expect((await expectExact(t.svoi.database)).length).toBeGreaterThan(5);
  } finally {
    t.close();
  }
});
