import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { findCuts, type RfmFigures } from '../../../core/insights/rfm/cuts.ts';
import { allCodes, lookOf, rfSegmentOfCode, segmentOfCode } from '../../../core/insights/rfm/maps.ts';
import { codeOf, countCodes } from '../../../core/insights/rfm/score.ts';
import { type RfmProfile, rfmSegments, rfSegments } from '../../../core/insights/rfm/types.ts';
import { parseProgramFile } from '../../../core/program/file.ts';
import { programSchema } from '../../../core/program/program.ts';
import { DAY_MS } from '../../../core/time.ts';

const data = new URL('../../../../shared/data/', import.meta.url);
const hasData = existsSync(data);

function profileOf(given: Readonly<Record<string, unknown>> = {}): RfmProfile {
  const [profile] = programSchema.parse({ rfm: { profiles: [{ name: 'main', ...given }] } }).rfm.profiles;
  if (!profile) throw new Error('one profile was given');
  return profile;
}

type Bought = { readonly lastDay: number; readonly orders: number; readonly paidMinor: number };

function figuresOf(customers: readonly Bought[]): RfmFigures {
  return {
    length: customers.length,
    lastDays: customers.map(({ lastDay }) => lastDay),
    orders: customers.map(({ orders }) => orders),
    paidMinor: customers.map(({ paidMinor }) => paidMinor),
  };
}

const day = 20_000;
const customer = fc.record({
  lastDay: fc.integer({ min: day - 1000, max: day + 1 }),
  orders: fc.oneof(fc.constant(1), fc.integer({ min: 0, max: 8 }), fc.integer({ min: 1, max: 9000 })),
  paidMinor: fc.oneof(fc.constantFrom(0, 10_000, 20_000), fc.integer({ min: -500, max: 1e12 })),
});
const profiles = fc
  .record({
    method: fc.constantFrom('quintiles', 'clusters'),
    scores: fc.integer({ min: 3, max: 5 }),
  })
  .map(profileOf);

function codesOf(profile: RfmProfile, customers: readonly Bought[]): string[] {
  const cuts = findCuts(profile, figuresOf(customers), day);
  return customers
    .filter(({ orders }) => orders > 0)
    .map(({ lastDay, ...rest }) =>
      cuts ? codeOf(cuts, { ...rest, recencyDays: Math.max(0, day - lastDay) }) : '',
    );
}

describe('cuts', () => {
  it.skipIf(!hasData)('of the sales of Online Retail to known customers are those published', () => {
    const cuts = findCuts(profileOf(), figuresOf(onlineRetail()), Date.parse('2011-12-10') / DAY_MS);
    expect(cuts?.recencyDays.map(rounded)).toEqual([13.8, 33, 72, 180]);
    expect(cuts?.orders.map(rounded)).toEqual([1, 2, 3, 6]);
    expect(cuts?.paidMinor.map((minor) => rounded(minor / 100))).toEqual([
      250.194, 490.096, 942.276, 2058.426,
    ]);
  });

  it('of a few customers are interpolated between neighbours', () => {
    const customers = [10, 20, 30, 40, 70].map((paid, index) => ({
      lastDay: day - index,
      orders: index + 1,
      paidMinor: paid,
    }));
    expect(findCuts(profileOf(), figuresOf(customers), day)).toEqual({
      recencyDays: [0.8, 1.6, 2.4, 3.2].map((cut) => expect.closeTo(cut, 9)),
      orders: [1.8, 2.6, 3.4, 4.2].map((cut) => expect.closeTo(cut, 9)),
      paidMinor: [18, 26, 34, 46].map((cut) => expect.closeTo(cut, 9)),
    });
  });

  it('are the same as those of a sorted list, however the values are spread', () => {
    fc.assert(
      fc.property(fc.array(customer, { minLength: 1, maxLength: 200 }), (customers) => {
        const sorted = customers.flatMap(({ orders, paidMinor }) => (orders > 0 ? [paidMinor] : []));
        sorted.sort((a, b) => a - b);
        const cuts = findCuts(profileOf(), figuresOf(customers), day);
        expect(cuts === undefined).toBe(sorted.length === 0);
        const wanted = [0.2, 0.4, 0.6, 0.8].map((share) => {
          const place = (sorted.length - 1) * share;
          const [low = 0, high = low] = [sorted[Math.floor(place + 1e-9)], sorted[Math.ceil(place - 1e-9)]];
          return low + (high - low) * Math.max(0, place - Math.floor(place + 1e-9));
        });
        for (const [index, cut] of (cuts?.paidMinor ?? []).entries()) {
          expect(Math.abs(cut - (wanted[index] ?? 0))).toBeLessThanOrEqual(1e-6 * (1 + Math.abs(cut)));
        }
      }),
    );
  });

  it('between clusters lie where the gaps are', () => {
    const paid = [1, 1.1, 10, 11, 100, 110, 1000, 1100, 10_000, 11_000];
    const customers = paid.map((value) => ({ lastDay: day, orders: 1, paidMinor: value * 1000 }));
    const cuts = findCuts(profileOf({ method: 'clusters' }), figuresOf(customers), day);
    expect(cuts?.paidMinor).toEqual([1100, 11_000, 110_000, 1_100_000]);
    expect(cuts?.orders).toEqual([1, 1, 1, 1]);
  });

  it('of a shop where nobody bought anything are not there', () => {
    expect(findCuts(profileOf(), figuresOf([]), day)).toBeUndefined();
    expect(countCodes(profileOf(), undefined, figuresOf([]), day)).toMatchObject({ customers: 0, codes: {} });
  });
});

describe('scores', () => {
  it('of equal customers are equal, and better values never score less', () => {
    const columns = ['orders', 'paidMinor', 'lastDay'] as const;
    fc.assert(
      fc.property(profiles, fc.array(customer, { minLength: 1, maxLength: 60 }), (profile, all) => {
        const customers = all.filter(({ orders }) => orders > 0);
        const codes = codesOf(profile, customers);
        for (const [position, column] of [
          [1, columns[0]],
          [2, columns[1]],
          [0, columns[2]],
        ] as const) {
          const scored = customers
            .map(
              (one, index) =>
                [
                  Math.min(one[column], column === 'lastDay' ? day : 1e15),
                  Number(codes[index]?.[position]),
                ] as const,
            )
            .sort((a, b) => a[0] - b[0]);
          for (const [index, [value, score]] of scored.entries()) {
            const [before = value, scoreBefore = score] = scored[index - 1] ?? [];
            if (value === before) expect(score).toBe(scoreBefore);
            else expect(score).toBeGreaterThanOrEqual(scoreBefore);
          }
        }
      }),
    );
  });

  it.each([
    [1, '1'],
    [2, '2'],
    [3, '3'],
    [4, '4'],
    [6, '4'],
    [7, '5'],
  ])(
    'of %i orders between the bounds 1, 2, 3 and 6 are %s: a value equal to a bound stays below it',
    (orders, score) => {
      const cuts = { recencyDays: [13.8, 33, 72, 180], orders: [1, 2, 3, 6], paidMinor: [1, 2, 3, 4] };
      expect(codeOf(cuts, { recencyDays: 33, orders, paidMinor: 9 })).toBe(`4${score}5`);
    },
  );

  it('counted together are those of each customer', () => {
    fc.assert(
      fc.property(profiles, fc.array(customer, { maxLength: 60 }), (profile, customers) => {
        const figures = figuresOf(customers);
        const counted = countCodes(profile, findCuts(profile, figures, day), figures, day);
        const codes = codesOf(profile, customers);
        const each = [...new Set(codes)].map((code) => [
          code,
          codes.filter((other) => other === code).length,
        ]);
        const sizes = Object.entries(counted.codes).map(([code, { customers: size }]) => [code, size]);
        expect(Object.fromEntries(sizes)).toEqual(Object.fromEntries(each));
        expect(counted.customers).toBe(codes.length);
        for (const segments of [counted.segments, counted.rf]) {
          const all = Object.values(segments);
          expect(all.reduce((sum, { customers: size }) => sum + size, 0)).toBe(codes.length);
        }
      }),
    );
  });
});

describe('maps', () => {
  it.skipIf(!hasData)('of eleven segments name all 125 codes as the table does that everybody uses', () => {
    const names = z.object({ map: z.record(z.string(), z.string()) });
    const { map } = names.parse(
      JSON.parse(readFileSync(new URL('rfm_11_segments_by_code.json', data), 'utf8')),
    );
    const ours = allCodes(5).map((code) => [code, segmentOfCode(profileOf(), code)]);
    const theirs = Object.entries(map).map(([code, name]) => [
      code,
      name.toLowerCase().replaceAll(' ', '_').replace('_them', ''),
    ]);
    expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(theirs));
  });

  it.each([
    [3, ['dormant']],
    [4, ['wandering']],
    [5, []],
  ])('know every code of %i scores, and of the seven segments all but %j', (scores, unused) => {
    const profile = profileOf({ scores });
    const codes = allCodes(scores);
    expect(codes).toHaveLength(scores ** 3);
    const segments = [...new Set(codes.map((code) => rfSegmentOfCode(profile, code)))];
    expect(rfSegments.filter((name) => !segments.includes(name))).toEqual(unused);
    expect(
      codes.map((code) => segmentOfCode(profile, code)).every((name) => rfmSegments.includes(name)),
    ).toBe(true);
    const [best, worst] = [String(scores).repeat(3), '111'];
    expect([segmentOfCode(profile, best), segmentOfCode(profile, worst)]).toEqual(['champions', 'lost']);
  });

  it('of a program go before ours', () => {
    const profile = profileOf({ map: { 111: 'hibernating' } });
    expect(segmentOfCode(profile, '111')).toBe('hibernating');
    expect(segmentOfCode(profile, '112')).toBe('lost');
  });
});

describe('the program', () => {
  it('names colours and titles of segments', () => {
    const { rfm } = programSchema.parse({
      rfm: { segments: { champions: { colour: '#123456', titles: { uk: 'Зірки' } } } },
    });
    expect(lookOf(rfm, 'rfm', 'champions')).toEqual({ colour: '#123456', titles: { uk: 'Зірки' } });
    expect(lookOf(rfm, 'rf', 'lost')).toEqual({
      colour: expect.stringMatching(/^#[0-9a-f]{6}$/),
      titles: {},
    });
  });

  it.each([
    ['{ name: Main }', 'profiles.0.name: put a name of small Latin letters'],
    [
      '{ name: a, method: bounds }',
      'profiles.0.bounds: put bounds here, { recency_days: […], orders: […], paid_minor: […] }: method bounds needs them',
    ],
    ['{ name: a, scores: 6 }', 'profiles.0.scores: put a number of scores from 3 to 5'],
    [
      '{ name: a, bounds: { recency_days: [1, 2], orders: [1, 2], paid_minor: [1, 2] } }',
      'profiles.0.bounds: put no bounds here, or method: bounds: quintiles finds its own',
    ],
    [
      '{ name: a, method: bounds, bounds: { recency_days: [1, 2], orders: [1, 2, 3, 4], paid_minor: [1, 2, 3, 4] } }',
      'profiles.0.bounds.recency_days: put 4 bounds here',
    ],
    [
      '{ name: a, method: bounds, bounds: { recency_days: [2, 1, 3, 4], orders: [1, 2, 3, 4], paid_minor: [1, 2, 3, 4] } }',
      'profiles.0.bounds.recency_days: put bounds in rising order',
    ],
    [
      '{ name: a, scores: 3, map: { 555: lost } }',
      'profiles.0.map.555: put codes of scores from 1 to 3 here',
    ],
    ['{ name: a, by: { shop: x } }', 'profiles.0.by: put either { store: NAME } or { category: NAME }'],
    ['{ name: a, colour: red }', 'profiles.0.colour: there is no such rule; the rules are name, by, days'],
    ['{ name: a }, { name: a }', 'rfm.profiles: put each profile with a name of its own'],
  ])('that says profiles: [%s] is told what to put there', (profile, words) => {
    const outcome = parseProgramFile(`rfm: { profiles: [${profile}] }`);
    expect(outcome).toMatchObject({ ok: false, refusal: { detail: expect.stringContaining(words) } });
  });
});

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** Sales with a customer, a quantity and a price above 0. */
function onlineRetail(): Bought[] {
  const customers = new Map<string, { lastDay: number; invoices: Set<string>; paid: number }>();
  const lines = gunzipSync(readFileSync(new URL('online_retail.csv.gz', data)))
    .toString('utf8')
    .split(/\r?\n/);
  for (const line of lines.slice(1)) {
    const [, invoice = '', quantity, date = '', price, id] =
      /^(\w+),[^,]*,(?:"(?:[^"]|"")*"|[^,]*),(-?\d+),([^,]*),([^,]*),(\d*)/.exec(line) ?? [];
    if (!id || invoice.startsWith('C') || Number(quantity) <= 0 || Number(price) <= 0) continue;
    const known = customers.get(id) ?? { lastDay: 0, invoices: new Set(), paid: 0 };
    known.lastDay = Math.max(known.lastDay, Date.parse(date.slice(0, 10)) / DAY_MS);
    known.invoices.add(invoice);
    known.paid += Number(quantity) * Number(price) * 100;
    customers.set(id, known);
  }
  return [...customers.values()].map(({ lastDay, invoices, paid }) => ({
    lastDay,
    orders: invoices.size,
    paidMinor: paid,
  }));
}
