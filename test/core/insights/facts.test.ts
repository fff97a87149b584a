import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CustomerId } from '../../../core/ids.ts';
import { ageOn, monthDays } from '../../../core/insights/facts/age.ts';
import type { Bought, BoughtLine } from '../../../core/insights/facts/bought.ts';
import { boughtWhen } from '../../../core/insights/facts/bought.ts';
import { inferFacts } from '../../../core/insights/facts/infer.ts';
import { monthsOfSize, readAge } from '../../../core/insights/facts/sizes.ts';
import { noGuessing, type ProfileFact, sureEnough } from '../../../core/insights/facts/types.ts';
import { speaksOf } from '../../../core/insights/facts/words_in.ts';
import { parseProgramFile, writeProgramFile } from '../../../core/program/file.ts';
import { defaultProgram } from '../../../core/program/program.ts';

const dayOf = (date: string) => Date.parse(`${date}T00:00:00Z`) / 86_400_000;
const dateOf = (day: number) => new Date(day * 86_400_000).toISOString().slice(0, 10);

function line(given: Partial<BoughtLine>): BoughtLine {
  return { sku: 'sku', name: null, category: null, brand: null, attributes: {}, ...given };
}

/** A receipt of one line at noon of a day. */
function on(date: string, given: Partial<BoughtLine>, store: string | null = null): Bought {
  return { ...boughtWhen(Date.parse(`${date}T12:00:00Z`)), store, lines: [line(given)] };
}

const clothes = (size: number | string) => ({ category: 'Дитячий одяг', attributes: { size } });

function fact(given: Partial<ProfileFact> & Pick<ProfileFact, 'name'>): ProfileFact {
  return {
    ...({
      customerId: 'cus_1' as CustomerId,
      item: 1,
      value: 'yes',
      low: null,
      high: null,
      sure: 1,
    } as const),
    ...({ source: 'customer', because: null, at: 0, deniedAt: null, revision: 1 } as const),
    ...given,
  };
}

function infer(bought: readonly Bought[], today: string, known: readonly ProfileFact[] = []) {
  return inferFacts(bought, defaultProgram.facts, dayOf(today), known);
}

function children(bought: readonly Bought[], today: string, known: readonly ProfileFact[] = []) {
  return infer(bought, today, known)
    .filter(({ name }) => name === 'child')
    .map(({ item, low, high, sure }) => {
      const age = ageOn({ low: low ?? 0, high: high ?? 0 }, dayOf(today));
      return { item, ageMonths: [age.from, age.to], sure };
    });
}

describe('a child', () => {
  it('is narrowed down by sizes over time, and grows by itself', () => {
    const bought = [
      on('2025-01-10', clothes(62)),
      on('2025-05-10', clothes(74)),
      on('2025-06-10', clothes('62-68')),
      on('2026-01-10', clothes(86)),
    ];
    const table = [
      [1, '2025-01-10', [{ item: 1, ageMonths: [0, 6], sure: 0.35 }]],
      [2, '2025-05-10', [{ item: 1, ageMonths: [4, 9], sure: 0.58 }]],
      [3, '2025-06-10', [{ item: 1, ageMonths: [5, 9], sure: 0.73 }]],
      [4, '2026-01-10', [{ item: 1, ageMonths: [12, 16], sure: 0.82 }]],
      [4, '2027-01-10', [{ item: 1, ageMonths: [24, 28], sure: 0.82 }]],
      [4, '2031-01-10', [{ item: 1, ageMonths: [72, 76], sure: 0.82 }]],
    ] as const;
    expect(table.map(([count, today]) => children(bought.slice(0, count), today))).toEqual(
      table.map(([, , expected]) => expected),
    );
  });

  it('is read from ages of toys, nappies, shoes and age groups too', () => {
    const cases: [Partial<BoughtLine>, readonly [number, number] | undefined][] = [
      [{ attributes: { age_from: 3, age_to: 5 } }, [36, 72]],
      [{ attributes: { age_from: '18m', age_to: '3 роки' } }, [18, 48]],
      [{ attributes: { age_from_months: 6, age_to_months: 12 } }, [6, 13]],
      [{ attributes: { age_from: '3+' } }, [36, 72]],
      [{ category: 'Підгузки', attributes: { size: '4 (9-14 кг)' } }, [6, 32]],
      [{ category: 'Взуття для дітей', attributes: { size: '27,5' } }, [37, 63]],
      [{ category: 'Детская обувь', attributes: { size: 'EU 30' } }, [55, 88]],
      [{ category: 'Kids’ clothes', attributes: { size: '92-98' } }, [16, 46]],
      [{ attributes: { age_group: 'Toddler' } }, [10, 66]],
      [{ category: 'Взуття чоловіче', attributes: { size: 38 } }, undefined],
      [{ category: 'Одяг', attributes: { size: 92 } }, undefined],
      [{ category: 'Дитячий одяг', attributes: { size: 'XS' } }, undefined],
    ];
    const rules = defaultProgram.facts.map((rule) =>
      rule.kind === 'child' ? { ...rule, ahead_days: 0 } : rule,
    );
    const today = dayOf('2026-01-01');
    const found = cases.map(([given]) => {
      const twice = [on('2025-12-31', given), on('2026-01-01', given)];
      const [child] = inferFacts(twice, rules, today, []);
      if (!child) return undefined;
      const { low, high } = child;
      return [Math.round((today - (high ?? 0)) / monthDays), Math.round((today - (low ?? 0)) / monthDays)];
    });
    expect(found).toEqual(cases.map(([, months]) => months));
  });

  it('has a brother or sister where purchases contradict each other', () => {
    const bought = [
      on('2026-01-10', clothes(56)),
      on('2026-01-10', clothes(122)),
      on('2026-03-01', clothes(62)),
      on('2026-04-01', clothes(128)),
      on('2026-05-01', clothes(68)),
    ];
    expect(children(bought, '2026-05-01')).toEqual([
      { item: 1, ageMonths: [2, 6], sure: 0.73 },
      { item: 2, ageMonths: [74, 100], sure: 0.58 },
    ]);
  });

  it('is no more than a guess after one day of shopping, however much was bought', () => {
    const basket: Bought = {
      ...on('2026-05-01', {}),
      lines: Array.from({ length: 9 }, () => line(clothes(92))),
    };
    const [child] = children([basket], '2026-05-01');
    expect(child?.sure).toBeLessThan(sureEnough);
  });

  it('does not come from a toy or two for somebody else’s birthday', () => {
    const toys = [
      on('2025-03-01', { attributes: { age_from: 3, age_to: 6 } }),
      on('2025-12-20', { attributes: { age_from: 10, age_to: 14 } }),
    ];
    expect(children(toys, '2026-01-01')).toEqual([]);
  });

  it('fades once it has grown out of everything that is bought for children', () => {
    const bought = [
      on('2010-01-01', clothes(86)),
      on('2010-06-01', clothes(92)),
      on('2011-01-01', clothes(98)),
    ];
    const sure = (today: string) => children(bought, today)[0]?.sure;
    expect(['2011-01-01', '2024-01-01', '2025-01-01', '2030-01-01'].map(sure)).toEqual([
      0.73,
      0.73,
      0.51,
      undefined,
    ]);
  });

  it('that was denied is not inferred again, another one is', () => {
    const bought = [
      on('2026-01-10', clothes(56)),
      on('2026-03-01', clothes(62)),
      on('2026-04-01', clothes(62)),
    ];
    const [found] = infer(bought, '2026-05-01');
    const denied = fact({ name: 'child', low: found?.low ?? 0, high: found?.high ?? 0, deniedAt: 1 });
    const again = [...bought, on('2026-06-01', clothes(68)), on('2026-09-01', clothes(74))];
    expect(children(again, '2026-10-01', [denied])).toEqual([]);
    const older = [on('2026-06-01', clothes(122)), on('2026-07-01', clothes(122))];
    expect(children([...again, ...older], '2026-10-01', [denied])).toMatchObject([{ item: 2, sure: 0.58 }]);
  });

  it('that people told of is not inferred besides', () => {
    const told = fact({ name: 'child', low: dayOf('2025-12-01'), high: dayOf('2025-12-31') });
    const bought = [
      on('2026-03-01', clothes(62)),
      on('2026-05-01', clothes(68)),
      on('2026-06-01', clothes(86)),
    ];
    expect(children(bought, '2026-06-01', [told])).toEqual([]);
  });

  /** Sizes that a child born on `born` wears on a day, by the table. */
  const fitting = fc.tuple(fc.integer({ min: 0, max: 140 }), fc.nat({ max: 3 })).map(([month, pick]) => {
    const sizes = [50, 56, 62, 68, 74, 80, 86, 92, 98, 104, 110, 116, 122, 128, 134, 140, 146, 152, 158];
    const fit = sizes.filter((size) => {
      const [from, to] = monthsOfSize(String(size), 'height') ?? [0, 0];
      return from <= month && month < to;
    });
    return { month, size: fit[pick % fit.length] ?? 158 };
  });
  const born = dayOf('2012-05-05');
  const worn = fc
    .array(fitting, { minLength: 1, maxLength: 12 })
    .map((all) =>
      all.map(({ month, size }) => on(dateOf(Math.ceil(born + month * monthDays)), clothes(size))),
    );

  it('never has a wider window for more purchases, and always the true birthday in it', () => {
    fc.assert(
      fc.property(worn, (bought) => {
        let [low, high] = [-Infinity, Infinity];
        for (let count = 1; count <= bought.length; count += 1) {
          const found = infer(bought.slice(0, count), '2024-05-05').filter(({ name }) => name === 'child');
          expect(found).toHaveLength(1);
          const child = found[0];
          expect(child?.low).toBeGreaterThanOrEqual(low);
          expect(child?.high).toBeLessThanOrEqual(high);
          [low, high] = [child?.low ?? low, child?.high ?? high];
          expect(low <= born && born <= high).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('a pet, a car, a skin type', () => {
  const values = (bought: readonly Bought[], name: string, known: readonly ProfileFact[] = []) =>
    infer(bought, '2026-06-01', known)
      .filter((one) => one.name === name)
      .map(({ item, value, sure }) => `${item} ${value} ${sure}`);

  it.each<[string, string, [string, Partial<BoughtLine>][], string[]]>([
    ['one purchase is none', 'pet', [['2026-05-01', { attributes: { pet: 'dog' } }]], []],
    [
      'two days make one',
      'pet',
      [
        ['2026-05-01', { attributes: { pet: 'dog' } }],
        ['2026-05-09', { attributes: { pet: 'Собака' } }],
      ],
      ['1 dog 0.51'],
    ],
    [
      'a category tells as well, and there may be several',
      'pet',
      [
        ['2026-05-01', { category: 'Корм для собак' }],
        ['2026-05-02', { category: 'Корм для котів' }],
        ['2026-05-03', { category: 'Іграшки для кішок' }],
        ['2026-05-05', { category: 'Корм для собак' }],
        ['2026-05-09', { category: 'Корм для собак' }],
      ],
      ['1 dog 0.66', '2 cat 0.51'],
    ],
    [
      'cutlets and hot dogs are no pets',
      'pet',
      [
        ['2026-05-01', { category: 'Котлети' }],
        ['2026-05-02', { category: 'Hot dogs' }],
        ['2026-05-03', { category: 'Котлети' }],
        ['2026-05-04', { category: 'Hot dogs' }],
      ],
      [],
    ],
    [
      'a make in any case is one make, in its usual spelling',
      'car',
      [
        ['2026-05-01', { attributes: { car_make: 'Toyota' } }],
        ['2026-05-02', { attributes: { car_make: 'TOYOTA' } }],
        ['2026-05-03', { attributes: { car_make: 'Toyota' } }],
      ],
      ['1 Toyota 0.66'],
    ],
    [
      'of skin there is one: what speaks for another makes it less sure',
      'skin_type',
      [
        ['2026-05-01', { attributes: { skin_type: 'dry' } }],
        ['2026-05-02', { attributes: { skin_type: 'dry' } }],
        ['2026-05-03', { attributes: { skin_type: 'dry' } }],
        ['2026-05-04', { attributes: { skin_type: 'oily' } }],
      ],
      ['1 dry 0.49'],
    ],
    [
      'what was bought years ago has passed',
      'pet',
      [
        ['2023-05-01', { attributes: { pet: 'dog' } }],
        ['2023-05-02', { attributes: { pet: 'dog' } }],
      ],
      [],
    ],
  ])('%s', (_, name, bought, expected) => {
    expect(
      values(
        bought.map(([date, given]) => on(date, given)),
        name,
      ),
    ).toEqual(expected);
  });

  const dogs = ['2026-05-01', '2026-05-02', '2026-05-03'].map((date) =>
    on(date, { attributes: { pet: 'dog' } }),
  );
  const cats = ['2026-05-01', '2026-05-02', '2026-05-03'].map((date) =>
    on(date, { attributes: { pet: 'cat' } }),
  );

  it('that was denied stays denied, and what people said is not inferred besides', () => {
    const noDog = fact({ name: 'pet', value: 'dog', deniedAt: 1 });
    expect(values([...dogs, ...cats], 'pet', [noDog])).toEqual(['2 cat 0.66']);
    const aDog = fact({ name: 'pet', value: 'Dog' });
    expect(values([...dogs, ...cats], 'pet', [aDog])).toEqual(['2 cat 0.66']);
  });

  it('keeps its number when another becomes surer', () => {
    const cat = fact({ name: 'pet', value: 'cat', source: 'purchases' });
    const more = [...dogs, on('2026-05-04', { attributes: { pet: 'dog' } })];
    expect(values([...more, ...cats], 'pet', [cat])).toEqual(['2 dog 0.76', '1 cat 0.66']);
  });
});

describe('favourites', () => {
  const favourites = (bought: readonly Bought[], known: readonly ProfileFact[] = []) =>
    Object.fromEntries(
      infer(bought, '2026-06-01', known).map(({ name, value, sure }) => [name, `${value} ${sure}`]),
    );

  it('are what most days with purchases have in common', () => {
    // Six Saturdays at noon, four of them in one store.
    const days = ['04-04', '04-11', '04-18', '04-25', '05-02', '05-09'];
    const bought = days.map((day, index) =>
      on(
        `2026-${day}`,
        { category: index < 5 ? 'Сири' : 'Хліб', brand: index % 2 ? 'Комо' : null },
        index < 4 ? 'kyiv-1' : 'kyiv-2',
      ),
    );
    expect(favourites(bought)).toEqual({
      category: 'Сири 0.75',
      store: 'kyiv-1 0.63',
      weekday: '6 0.88',
      hour: '12 0.88',
    });
  });

  it('are none where there are too few purchases or no habit', () => {
    const three = ['2026-04-04', '2026-04-11', '2026-04-18'].map((date) =>
      on(date, { category: 'Сири' }, 'kyiv-1'),
    );
    expect(favourites(three)).toEqual({});
    const everywhere = ['a', 'b', 'c', 'd', 'a', 'b', 'c', 'd', 'a', 'b', 'c', 'd', 'a', 'b', 'c', 'd'].map(
      (store, index) => on(dateOf(dayOf('2026-05-01') + index), {}, store),
    );
    expect(favourites(everywhere)).not.toHaveProperty('store');
  });

  it('an hour stands for the ones beside it', () => {
    const bought = [17, 18, 19, 18, 17, 9].map((hour, index) => ({
      ...on(`2026-05-0${index + 1}`, {}),
      hour,
    }));
    expect(favourites(bought)).toMatchObject({ hour: '18 0.75' });
  });

  it('the next best takes the place of one that was denied', () => {
    const bought = [...'aaaaabbbb'].map((store, index) => on(dateOf(dayOf('2026-05-01') + index), {}, store));
    expect(favourites(bought)).toMatchObject({ store: 'a 0.55' });
    expect(favourites(bought, [fact({ name: 'store', value: 'a', deniedAt: 1 })])).not.toHaveProperty(
      'store',
    );
  });
});

it('nothing is inferred about who asked us not to guess', () => {
  const bought = ['2026-05-01', '2026-05-02'].map((date) => on(date, { attributes: { pet: 'dog' } }));
  expect(infer(bought, '2026-06-01')).toHaveLength(1);
  expect(infer(bought, '2026-06-01', [fact({ name: noGuessing, item: 0 })])).toEqual([]);
});

it('a fact tells what it comes from', () => {
  const food = (date: string, name: string) => on(date, { name, attributes: { pet: 'dog' } });
  const bought = [food('2026-05-01', 'Корм'), food('2026-05-03', 'Корм'), food('2026-05-03', 'Повідець')];
  expect(infer(bought, '2026-06-01')[0]?.because).toEqual({
    days: 2,
    ofDays: 2,
    firstDay: dayOf('2026-05-01'),
    lastDay: dayOf('2026-05-03'),
    products: ['Корм', 'Повідець'],
  });
});

it('the order of purchases does not matter', () => {
  const anything = fc.record({
    day: fc.integer({ min: dayOf('2024-01-01'), max: dayOf('2026-05-30') }),
    hour: fc.integer({ min: 8, max: 20 }),
    store: fc.constantFrom('a', 'b', null),
    category: fc.constantFrom('Дитячий одяг', 'Корм для собак', 'Сири'),
    brand: fc.constantFrom('x', 'y', null),
    attributes: fc.constantFrom<Record<string, unknown>>(
      {},
      { size: 80 },
      { size: 92 },
      { size: 128 },
      { pet: 'cat' },
      { skin_type: 'dry' },
      { age_from: 3 },
    ),
  });
  const receipts = fc.array(anything, { maxLength: 30 }).map((all) =>
    all.map(
      ({ day, hour, store, ...given }): Bought => ({
        ...boughtWhen(day * 86_400_000),
        hour,
        store,
        lines: [line(given)],
      }),
    ),
  );
  const shuffled = receipts.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })),
  );
  fc.assert(
    fc.property(shuffled, ([all, mixed]) => {
      expect(infer(mixed, '2026-06-01')).toEqual(infer(all, '2026-06-01'));
    }),
    { numRuns: 40 },
  );
});

it.each([
  [
    '{ name: pet, kind: trait, attribute: pet, weigth: 1 }',
    'facts.0.weigth: there is no such rule; the rules are name,',
  ],
  [
    '{ name: kid, kind: child, from: [{ by: age, form: a, from: a, to: b }] }',
    'facts.0.from.0.form: there is no such rule; the rules are by, from, to, unit',
  ],
  ['{ name: pet, kind: pet }', 'facts.0.kind: put facts, inferred from what was bought'],
])('a rule %s of a program is refused with what to do', (rule, detail) => {
  const parsed = parseProgramFile(`facts: [${rule}]`);
  expect(parsed.ok ? '' : parsed.refusal.detail).toContain(detail);
});

it('the rules Svoi brings along survive being written to a file and read again', () => {
  const parsed = parseProgramFile(writeProgramFile(defaultProgram));
  expect(parsed.ok && parsed.result.facts).toEqual(defaultProgram.facts);
});

it.each([
  ['18m', 'years', 18],
  ['1.5 years', 'months', 18],
  ['3+', 'years', 36],
  ['6', 'months', 6],
  ['2 роки', 'months', 24],
  ['9 міс.', 'years', 9],
  ['from 3', 'years', undefined],
  ['99', 'years', undefined],
] as const)('the age "%s" (in %s) is %s months', (text, unit, months) => {
  expect(readAge(text, unit)).toBe(months);
});

it.each([
  ['Взуття для дітей', ['kids/діт*+взут*'], true],
  ['Взуття', ['kids/діт*+взут*'], false],
  ['Kids shoes', ['kid/kids+взут*/shoe*'], true],
  ['Catering', ['cat'], false],
  ['', ['cat'], false],
])('whether "%s" speaks of %j: %s', (text, patterns, expected) => {
  expect(speaksOf(text, patterns)).toBe(expected);
});
