import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Timers } from '../bots/timers.ts';
import { createIds } from '../core/ids.ts';
import { switchJourney } from '../core/journeys/switch.ts';
import { type Database, readRow } from '../db/database.ts';
import { applyProgram } from '../db/programs.ts';
import { createSvoi } from '../svoi.ts';
import { deferred } from './support/deferred.ts';
import { type TestPlayground, testPlayground } from './support/playground.ts';
import { seededRandom, type TestSvoi, testSvoi } from './support/svoi.ts';

describe('whatever takes longer than something else', () => {
  let here: TestPlayground;
  afterEach(() => here.close());

  const post = (path: string, body: object) =>
    here.app.request(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: 'http://localhost', host: 'localhost' },
      body: JSON.stringify(body),
    });
  let events = 0;
  const says = (phone: string, text: string) => () => {
    events += 1;
    const said = { kind: 'text', text };
    return post(`/playground/phones/${phone}/events`, {
      id: `event-${events}-of-story`,
      language: 'en',
      said,
    });
  };
  const customers = ['+380675550101', '+380675550102'];
  const atTheTill = (action: object) => () =>
    post('/playground/till', { locale: 'en', items: [{ sku: 'beans', quantity: 2 }], ...action });
  const deeds = [
    ...['telegram', 'text', 'owner', 'manager'].flatMap((phone) =>
      ['Hello', '/points', '/menu'].map((text) => says(phone, text)),
    ),
    ...['/report', '/segment orders>=0', '/results', '/journeys', '/rfm'].map((text) => says('owner', text)),
    ...[...customers, ...customers].map((customer) => atTheTill({ do: 'sell', customer })),
    ...customers.map((customer) => atTheTill({ do: 'leave', customer })),
    () => post('/playground/clock', { by: 'hour' }),
  ];

  /** A database that takes its time before and after, another one for each call. */
  function lingering(random: () => number): (database: Database) => Database {
    const linger = async () => {
      for (let turns = Math.floor(random() * 12); turns > 0; turns -= 1) {
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    return (database) => {
      const slow =
        (act: Database['read']): Database['read'] =>
        async (statements) => {
          await linger();
          const results = await act(statements);
          await linger();
          return results;
        };
      return { ...database, read: slow(database.read), write: slow(database.write) };
    };
  }

  /** Messages arrive about when it is written down that they were sent, before or after. */
  function hasty(random: () => number): Timers {
    return {
      now: () => performance.now(),
      after(_, run) {
        const timer = setTimeout(run, random() * 3);
        return () => clearTimeout(timer);
      },
    };
  }

  /** What is due and not done, and what was sent and never said to have arrived. */
  const left = `select
    (select count(*) from messages where state in ('queued', 'sending') and due_at <= ?1) as messages,
    (select count(*) from messages where state = 'sent' and channel in ('viber', 'whatsapp', 'sms')) as under_way,
    (select count(*) from early_receipts) as receipts,
    (select count(*) from notices where due_at <= ?1) as notices,
    (select count(*) from events where handled_at is null) as events,
    (select count(*) from journey_runs where due_at <= ?1) as runs,
    (select count(*) from questions where due_at <= ?1) as questions`;
  const nothing = { messages: 0, under_way: 0, receipts: 0, notices: 0, events: 0, runs: 0, questions: 0 };

  const seeds = Array.from({ length: process.env.SVOI_LONG ? 200 : 3 }, (_, index) => 6 + index);

  it.each(seeds)('what can be done at once waits for no later look (seed %d)', async (seed) => {
    const random = seededRandom(seed);
    here = await testPlayground(hasty(random), { through: lingering(random) });
    const { svoi, clock, act } = here;
    await act('owner', { kind: 'join_staff' });
    await act('telegram', { kind: 'start' });
    await act('telegram', { kind: 'share' });
    await act('text', { kind: 'text', text: 'Hello' });
    for (let round = 0; round < 4; round += 1) {
      const picked = Array.from({ length: 1 + Math.floor(random() * 5) }, () => {
        return deeds[Math.floor(random() * deeds.length)];
      });
      const answers = await Promise.all(picked.map((deed) => deed?.()));
      expect(answers.map((answer) => answer?.ok)).toEqual(picked.map(() => true));
      const isDone = async () => expect(await readRow(svoi.database, left, clock.now())).toEqual(nothing);
      await vi.waitFor(isDone, { timeout: 40_000, interval: 5 });
    }
  });
});

describe('of two looks at the same', () => {
  let t: TestSvoi;
  afterEach(() => t.close());

  /** Another process on the same database; the answers to its reads wait for `answer` once they are held. */
  async function twin() {
    const answer = deferred();
    let isHeld = false;
    const database: Database = {
      ...t.svoi.database,
      async read(statements) {
        const held = isHeld;
        isHeld = false;
        const results = await t.svoi.database.read(statements);
        if (held) await answer.promise;
        return results;
      },
    };
    const svoi = await createSvoi({ database, clock: t.clock, ids: createIds(), random: () => 0 });
    const hold = () => {
      isHeld = true;
    };
    return { svoi, hold, answer: answer.resolve };
  }

  it('the one that began later counts: a program in force is not put back', async () => {
    t = await testSvoi();
    const { svoi, hold, answer } = await twin();
    const { version: _, ...definition } = svoi.program();
    await applyProgram(svoi.database, definition, t.clock.now());
    hold();
    const slow = svoi.reloadProgram();
    await applyProgram(svoi.database, definition, t.clock.now());
    await svoi.reloadProgram();
    answer();
    await slow;
    expect(svoi.program().version).toBe(3);
  });

  it('the one that began later counts: a journey switched on is not off again', async () => {
    t = await testSvoi();
    const { svoi, hold, answer } = await twin();
    const isOn = (key: string) => svoi.journeys().find((one) => one.key === key)?.isOn;
    const turn = async (key: string) => {
      const journey = t.svoi.journeys().find((one) => one.key === key);
      if (!journey) throw new Error(`there is no journey ${key}`);
      await t.svoi.submit(switchJourney(key, true, 'test', journey));
    };
    await turn('refill');
    const slow = svoi.reloadJourneys();
    // What it reads next, after the stamp, is held.
    hold();
    await turn('win_back');
    await svoi.reloadJourneys();
    answer();
    await slow;
    expect([isOn('refill'), isOn('win_back')]).toEqual([true, true]);
  });
});
