import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPace } from '../../bots/pace.ts';
import { testTimers } from '../support/timers.ts';

/** How calls travel: some longer than others, and a few are held up. */
interface Road {
  readonly quickestMs: number;
  readonly jittersMs: readonly number[];
  readonly heldUpMs: readonly number[];
}

const roads = fc.record<Road>({
  quickestMs: fc.integer({ min: 0, max: 80 }),
  jittersMs: fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 40 }),
  heldUpMs: fc.array(fc.integer({ min: 100, max: 2500 }), { maxLength: 2 }),
});

/** Starts a call whenever it may, for so long; returns when each arrived. Our own process is late by `lateMs`. */
function drive(ratePerSecond: number, road: Road, lateMs: readonly number[], forMs: number): number[] {
  const timers = testTimers();
  const pace = createPace(timers, ratePerSecond);
  const arrivals: number[] = [];
  for (let call = 0; timers.now() < forMs; call += 1) {
    while (pace.waitMs() > 0) timers.advance(pace.waitMs() + (lateMs[call % (lateMs.length || 1)] ?? 0));
    const jitter = road.jittersMs[call % road.jittersMs.length] ?? 0;
    const heldUp = road.heldUpMs[call % 97];
    const travel = road.quickestMs + (heldUp ?? jitter);
    arrivals.push(timers.now() + travel);
    timers.after(travel, pace.take());
  }
  return arrivals.sort((a, b) => a - b);
}

/** The most that arrived within any `windowMs`. */
function fullest(arrivals: readonly number[], windowMs: number): number {
  let from = 0;
  return Math.max(
    ...arrivals.map((at, index) => {
      while ((arrivals[from] ?? at) <= at - windowMs) from += 1;
      return index - from + 1;
    }),
  );
}

describe('the pace of a channel', () => {
  it('no second sees more than the rate, however calls travel and however late we are ourselves', () => {
    const rates = fc.constantFrom(1, 7, 30, 80, 500);
    const late = fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 30 });
    fc.assert(
      fc.property(rates, roads, late, (rate, road, lateMs) => {
        expect(fullest(drive(rate, road, lateMs, 6000), 1000)).toBeLessThanOrEqual(rate);
      }),
      { numRuns: 150 },
    );
  });

  it.each([1, 30, 80, 500, 1000, 2000])('%i a second: 98 % of that leave, held-up calls and all', (rate) => {
    const road = { quickestMs: 5, jittersMs: [0, 1, 3, 2, 8], heldUpMs: [40] };
    const lateMs = [...Array<number>(50).fill(0), 30];
    const arrivals = drive(rate, road, lateMs, 21_000).filter((at) => at >= 1000 && at < 21_000);
    expect(arrivals.length / (20 * rate)).toBeGreaterThanOrEqual(0.98);
  });

  it('a rate under one is a call each so many seconds', () => {
    const arrivals = drive(0.25, { quickestMs: 0, jittersMs: [0], heldUpMs: [] }, [], 14_000);
    expect(arrivals.map((at) => Math.round(at / 1000))).toEqual([0, 4, 8, 12, 16]);
  });

  it('after a rest a tenth of a second is made up for at once, not more', () => {
    const timers = testTimers();
    const pace = createPace(timers, 100);
    timers.advance(60_000);
    let started = 0;
    for (; pace.waitMs() === 0; started += 1) pace.take()();
    expect(started).toBe(10);
  });

  it('a pause holds everything up for as long as was asked', () => {
    const timers = testTimers();
    const pace = createPace(timers, 100);
    pace.pause(5000);
    timers.advance(4999);
    expect(pace.waitMs()).toBeGreaterThan(0);
    timers.advance(1);
    expect(pace.waitMs()).toBe(0);
  });
});
