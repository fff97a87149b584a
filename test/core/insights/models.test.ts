import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  type BgNbd,
  type BuyingHistory,
  chanceAlive,
  expectedPurchases,
  fitBgNbd,
} from '../../../core/insights/bgnbd.ts';
import { expectedAverage, fitGammaGamma, type GammaGamma } from '../../../core/insights/gamma_gamma.ts';
import { minimise } from '../../../core/insights/optimise.ts';
import { seededRandom } from '../../support/svoi.ts';

const cdnow = new URL('../../../../shared/data/CDNOW_sample.txt.gz', import.meta.url);
const dayMs = 86_400_000;

/** What each buyer of the sample spent on which day, until the end of the calibration. */
function cdnowBuyers(): readonly ReadonlyMap<number, number>[] {
  const buyers = new Map<string, Map<number, number>>();
  for (const line of gunzipSync(readFileSync(cdnow)).toString().trim().split('\n')) {
    const [, id = '', date = '', , dollars] = line.trim().split(/\s+/);
    const day = Date.parse(date.replace(/(....)(..)(..)/, '$1-$2-$3')) / dayMs;
    if (day > cdnowEnd) continue;
    const days = buyers.get(id) ?? new Map<number, number>();
    days.set(day, (days.get(day) ?? 0) + Number(dollars));
    buyers.set(id, days);
  }
  return [...buyers.values()];
}

const cdnowEnd = Date.parse('1997-09-30') / dayMs;

function historyOf(days: ReadonlyMap<number, number>): BuyingHistory {
  const [first, last] = [Math.min(...days.keys()), Math.max(...days.keys())];
  return { repeats: days.size - 1, recency: (last - first) / 7, age: (cdnowEnd - first) / 7 };
}

function histories(all: readonly BuyingHistory[]) {
  return {
    repeats: Float64Array.from(all, ({ repeats }) => repeats),
    recency: Float64Array.from(all, ({ recency }) => recency),
    age: Float64Array.from(all, ({ age }) => age),
    buyers: new Float64Array(all.length).fill(1),
  };
}

describe.skipIf(!existsSync(cdnow))('on the CDNOW sample', () => {
  it('BG/NBD comes out as published by Fader, Hardie and Lee (2005)', () => {
    const { parameters, logLikelihood, settled } = fitBgNbd(histories(cdnowBuyers().map(historyOf)));
    expect(settled).toBe(true);
    expect(parameters.r).toBeCloseTo(0.2426, 4);
    expect(parameters.alpha).toBeCloseTo(4.4136, 4);
    expect(parameters.a).toBeCloseTo(0.7929, 4);
    expect(parameters.b).toBeCloseTo(2.4259, 4);
    expect(logLikelihood).toBeCloseTo(-9582.43, 2);
    // Their customer 1: 1.226 purchases to expect in the 39 weeks that follow.
    const first = { repeats: 2, recency: 30.43, age: 38.86 };
    expect(expectedPurchases(parameters, first, 39)).toBeCloseTo(1.226, 3);
    expect(chanceAlive(parameters, first)).toBeCloseTo(0.7266, 3);
  });

  it('Gamma-Gamma comes out as published by Fader and Hardie (2013)', () => {
    const spent = cdnowBuyers().flatMap((days) => {
      const repeats = [...days].toSorted(([one], [other]) => one - other).slice(1);
      const average = repeats.reduce((sum, [, dollars]) => sum + dollars, 0) / repeats.length;
      return average > 0 ? [{ purchases: repeats.length, average }] : [];
    });
    const { parameters, settled } = fitGammaGamma(spendings(spent));
    expect({ settled, buyers: spent.length }).toEqual({ settled: true, buyers: 946 });
    expect(parameters.p).toBeCloseTo(6.25, 2);
    expect(parameters.q).toBeCloseTo(3.74, 2);
    expect(parameters.gamma).toBeCloseTo(15.44, 2);
  });
});

function spendings(all: readonly { readonly purchases: number; readonly average: number }[]) {
  return {
    purchases: Float64Array.from(all, ({ purchases }) => purchases),
    average: Float64Array.from(all, ({ average }) => average),
  };
}

/** Draws: exponential, normal (Box and Muller), gamma (Marsaglia and Tsang, with the boost below 1). */
function draws(seed: number) {
  const random = seededRandom(seed);
  const some = () => 1 - random();
  const normal = () => Math.sqrt(-2 * Math.log(some())) * Math.cos(2 * Math.PI * random());
  const gamma = (shape: number): number => {
    if (shape < 1) return gamma(shape + 1) * some() ** (1 / shape);
    const [d, c] = [shape - 1 / 3, 1 / Math.sqrt(9 * shape - 3)];
    for (;;) {
      const x = normal();
      const v = (1 + c * x) ** 3;
      if (v > 0 && Math.log(some()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
    }
  };
  const beta = (a: number, b: number) => {
    const one = gamma(a);
    return one / (one + gamma(b));
  };
  return { some, gamma, beta, exponential: (rate: number) => -Math.log(some()) / rate };
}

/** A buyer as the model has it: what was seen until `age`, who is still there then, and what is bought until `later`. */
function liveBuyer({ gamma, beta, exponential, some }: ReturnType<typeof draws>, model: BgNbd, age: number) {
  const rate = gamma(model.r) / model.alpha;
  const leaving = beta(model.a, model.b);
  const times: number[] = [];
  let here = true;
  for (let at = exponential(rate); here && at < 2 * age; at += exponential(rate)) {
    times.push(at);
    here = some() > leaving;
  }
  const seen = times.filter((at) => at <= age);
  const stillHere = seen.length < times.length || here;
  const history = { repeats: seen.length, recency: seen.at(-1) ?? 0, age };
  return { history, stillHere, later: times.length - seen.length };
}

describe('drawn from known parameters', () => {
  const { some, ...draw } = draws(5);
  const model: BgNbd = { r: 0.8, alpha: 30, a: 0.9, b: 2.5 };
  const buyers = Array.from({ length: 20_000 }, () =>
    liveBuyer({ some, ...draw }, model, 100 + 300 * some()),
  );
  const fit = fitBgNbd(histories(buyers.map(({ history }) => history)));

  it('BG/NBD finds them again', () => {
    expect(fit.settled).toBe(true);
    for (const [name, value] of Object.entries(model)) {
      const found = fit.parameters[name as keyof BgNbd];
      expect(Math.abs(found / value - 1), name).toBeLessThan(0.1);
    }
  });

  it('of those who are given a chance to be there, as many are', () => {
    const regulars = buyers.filter(({ history }) => history.repeats > 0);
    for (const [from, to] of [
      [0, 0.2],
      [0.2, 0.5],
      [0.5, 0.8],
      [0.8, 1],
    ] as const) {
      const chances = regulars.map(({ history, stillHere }) => ({
        chance: chanceAlive(fit.parameters, history),
        stillHere,
      }));
      const band = chances.filter(({ chance }) => chance >= from && chance < to);
      const expected = band.reduce((sum, { chance }) => sum + chance, 0) / band.length;
      const there = band.filter(({ stillHere }) => stillHere).length / band.length;
      expect(Math.abs(there - expected), `${from}-${to} of ${band.length}`).toBeLessThan(0.04);
    }
  });

  it('as many purchases are expected as come, of those who bought once and of those who bought often', () => {
    for (const [from, to] of [
      [0, 1],
      [1, 3],
      [3, 8],
      [8, 1_000],
    ] as const) {
      const group = buyers.filter(({ history: { repeats } }) => repeats >= from && repeats < to);
      const came = group.reduce((sum, { later }) => sum + later, 0);
      const expected = group.reduce(
        (sum, { history }) => sum + expectedPurchases(fit.parameters, history, history.age),
        0,
      );
      expect(Math.abs(expected / came - 1), `${from}-${to}: ${came}`).toBeLessThan(0.06);
    }
  });

  it('Gamma-Gamma finds its own again, and a buyer’s next purchase is worth what the buyer’s own and all others say', () => {
    const spending: GammaGamma = { p: 4, q: 5, gamma: 90_000 };
    const spent = Array.from({ length: 20_000 }, () => {
      const purchases = 1 + Math.floor(some() * 6);
      const scale = draw.gamma(spending.q) / spending.gamma;
      return { purchases, average: draw.gamma(spending.p * purchases) / scale / purchases };
    });
    const { parameters, settled } = fitGammaGamma(spendings(spent));
    expect(settled).toBe(true);
    for (const [name, value] of Object.entries(spending)) {
      expect(Math.abs(parameters[name as keyof GammaGamma] / value - 1), name).toBeLessThan(0.1);
    }
    const everybody = (4 * 90_000) / (5 - 1);
    expect(expectedAverage(spending, 3, everybody)).toBeCloseTo(everybody);
    const [few, many] = [expectedAverage(spending, 1, 200_000), expectedAverage(spending, 50, 200_000)];
    expect(few).toBeLessThan(160_000);
    expect(many).toBeGreaterThan(195_000);
  });
});

it('where nobody ever left and all spend the same, the search ends all the same', () => {
  const regulars = histories(
    Array.from({ length: 200 }, (_, index) => ({ repeats: 10 + (index % 5), recency: 99, age: 100 })),
  );
  const { parameters, settled } = fitBgNbd(regulars);
  expect(settled).toBe(true);
  expect(chanceAlive(parameters, { repeats: 12, recency: 99, age: 100 })).toBeGreaterThan(0.99);
  const same = fitGammaGamma(spendings(Array.from({ length: 200 }, () => ({ purchases: 3, average: 500 }))));
  expect(same.settled).toBe(true);
  expect(expectedAverage(same.parameters, 3, 500)).toBeCloseTo(500, 0);
});

it('expected purchases grow with the time, pass a = 1 without a jump, and stand the longest histories', () => {
  const history = { repeats: 3, recency: 60, age: 70 };
  const at = (a: number, time: number) => expectedPurchases({ r: 1, alpha: 10, a, b: 2 }, history, time);
  expect(at(1, 90)).toBeCloseTo((at(0.999, 90) + at(1.001, 90)) / 2, 4);
  expect(at(0.5, 0)).toBe(0);
  expect([1, 10, 100, 1_000, 100_000].map((time) => at(0.5, time))).toEqual(
    [1, 10, 100, 1_000, 100_000].map((time) => at(0.5, time)).toSorted((one, other) => one - other),
  );
  const daily: BuyingHistory = { repeats: 3_000, recency: 3_000, age: 3_001 };
  const model: BgNbd = { r: 0.5, alpha: 5, a: 0.3, b: 3 };
  expect(expectedPurchases(model, daily, 90)).toBeCloseTo(89.4, 0);
  expect(chanceAlive(model, { ...daily, age: 6_000 })).toBe(0);
  expect(chanceAlive(model, { repeats: 0, recency: 0, age: 6_000 })).toBe(1);
});

it('the least value is found in a long bent valley, in the same place each time', () => {
  const valley = ([x = 0, y = 0]: readonly number[]) => ({
    value: (1 - x) ** 2 + 100 * (y - x * x) ** 2 + 1,
    gradient: [2 * (x - 1) - 400 * x * (y - x * x), 200 * (y - x * x)],
  });
  const found = minimise(valley, [-1.2, 1]);
  expect(found.settled).toBe(true);
  expect(found.point[0]).toBeCloseTo(1, 5);
  expect(found.point[1]).toBeCloseTo(1, 5);
  expect(minimise(valley, [-1.2, 1])).toEqual(found);
  expect(minimise(valley, [-1.2, 1], 20).settled).toBe(false);
});
