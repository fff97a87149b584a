import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { locales } from '../../../core/customers/types.ts';
import { createIds } from '../../../core/ids.ts';
import { explainSegment } from '../../../core/insights/segments/explain.ts';
import { fieldNames, fieldSpec } from '../../../core/segments/fields.ts';
import { parseSegment, segmentLimits } from '../../../core/segments/parse.ts';
import { shareOf } from '../../../core/segments/share.ts';
import { segmentText } from '../../../core/segments/text.ts';
import type { Catalogue } from '../../../core/segments/types.ts';
import { createTranslator } from '../../../locales/translator.ts';
import { type RuleNames, ruleArbitrary } from '../../support/segment_rules.ts';
import { seededRandom } from '../../support/svoi.ts';

const odd = ['kyiv-1', 'Big "shop"', 'and', 'a\\b', '60d', '№ 5', 'не'];
const names: RuleNames = {
  ...{ stores: odd, categories: odd, products: odd, coupons: odd, segments: odd },
  ...{ facts: ['pet', 'child_age'], tiers: ['gold'], cities: odd, zones: ['Europe/Kyiv'] },
  ...{ lifecycles: ['late'], rfmSegments: ['champions', '555'], rfSegments: ['at_risk'] },
};

const catalogue: Catalogue = {
  stores: ['kyiv-1', 'lviv'],
  categories: ['shoes'],
  rfmSegments: ['champions'],
  segments: ['VIP'],
  facts: ['pet', 'child_age'],
  tiers: ['gold'],
};

const reading = (text: string) => {
  const parsed = parseSegment(text, catalogue);
  return parsed.ok ? segmentText(parsed.rule) : parsed.problems;
};

describe('the text of a segment', () => {
  it('says a rule so that reading it is the same rule again', () => {
    fc.assert(
      fc.property(ruleArbitrary(names), (rule) => {
        const parsed = parseSegment(segmentText(rule));
        const tooMuch = !parsed.ok && parsed.problems.every(({ kind }) => /too_/.test(kind));
        if (!tooMuch) expect(parsed).toEqual({ ok: true, rule });
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['AGE >= 25 AND Gender = F', 'age>=25 and gender=female'],
    ['вік>=25 і стать=ж або місто=Київ', '(age>=25 and gender=female) or city=Київ'],
    ['возраст>25 и не пол=м', 'age>25 and not gender=male'],
    ['not (age>1 or (age>2 or age>3))', 'not (age>1 or age>2 or age>3)'],
    ['last_purchase > 60 days', 'last_purchase>60d'],
    ['registered>=31.01.2026', 'registered>=2026-01-31'],
    ['store not in (LVIV, «kyiv-1»)', 'not store in (lviv, kyiv-1)'],
    ['spent(category=SHOES, 1 рік)>5000', 'spent(1y, category=shoes)>5000'],
    ['birthday в 7 днів', 'birthday in 7d'],
    ['segment=“vip”', 'segment=VIP'],
  ])('%s reads as %s', (typed, canonical) => {
    expect(reading(typed)).toBe(canonical);
  });

  it.each(fieldNames.map((field) => [fieldSpec(field).example] as const))('has the example %s', (example) => {
    expect(parseSegment(example)).toMatchObject({ ok: true });
  });

  it.each([
    ['agee>5', 'unknown_field', 'agee', 'age'],
    ['champions', 'unknown_field', 'champions', 'rfm=champions'],
    ['store=kyiv-2', 'unknown_value', 'kyiv-2', 'kyiv-1'],
    ['gender=femal', 'unknown_value', 'femal', 'female'],
    ['last_purchase>60', 'unknown_unit', '60', '60d'],
    ['last_purchase>2moths', 'unknown_unit', '2moths', '2m'],
    ['orders(katgory=shoes)>1', 'unknown_filter', 'katgory', 'category'],
    ['fact.pett=dog', 'unknown_part', 'pett', 'pet'],
    ['age>25y', 'wrong_value', '25y', '25'],
    ['random>10%', 'wrong_operator', '>', '<'],
    ['nps<=11', 'out_of_range', '11', undefined],
    ['tier=platinum', 'unknown_value', 'platinum', undefined],
    ['age>=25 age<30', 'unexpected', 'age', undefined],
    ['(age>1', 'unclosed_parenthesis', '(', undefined],
    ['city="Київ', 'unclosed_quote', 'Київ', undefined],
    ['points', 'missing_operator', '', undefined],
    ['age>=', 'missing_value', '', undefined],
    ['points_expiring>5', 'missing_filter', 'points_expiring', undefined],
    ['', 'empty', '', undefined],
  ])('%s: %s is pointed at as %s, and %s suggested', (typed, kind, word, suggestion) => {
    const problems = reading(typed);
    expect(problems).toMatchObject([{ kind, word, ...(suggestion === undefined ? {} : { suggestion }) }]);
    if (typeof problems === 'string') return;
    const [{ position = 0, length = 0, suggestion: said } = {}] = problems;
    if (kind !== 'unclosed_quote') expect(typed.slice(position, position + length)).toBe(word);
    expect(said).toBe(suggestion);
  });

  it('with the suggestion in the place of the wrong word can be read', () => {
    for (const typed of ['agee>5', 'store=kyiv-2', 'last_purchase>60', 'age>25y and age<9', 'champions']) {
      const parsed = parseSegment(typed, catalogue);
      if (parsed.ok) throw new Error(typed);
      const [{ position = 0, length = 0, suggestion = '' } = {}] = parsed.problems;
      const corrected = typed.slice(0, position) + suggestion + typed.slice(position + length);
      expect(parseSegment(corrected, catalogue)).toMatchObject({ ok: true });
    }
  });

  it('tells of every condition that is wrong', () => {
    expect(reading('agee>5 and (store=kyiv-2 or age>=25) and gendr=f')).toMatchObject([
      { word: 'agee' },
      { word: 'kyiv-2' },
      { word: 'gendr' },
    ]);
  });

  it('has an end, however long, deep or strange it is', () => {
    const depth = segmentLimits.depth;
    const deep = `${'not ('.repeat(depth)}age>1${')'.repeat(depth)}`;
    expect(reading(deep)).toMatchObject([{ kind: 'too_deep' }]);
    expect(reading('('.repeat(1000))).toMatchObject([{ kind: 'too_deep' }]);
    expect(reading(`${'age>1 or '.repeat(segmentLimits.conditions)}age>1`)).toMatchObject([
      { kind: 'too_many_conditions' },
    ]);
    expect(reading('a'.repeat(segmentLimits.characters + 1))).toMatchObject([{ kind: 'too_long' }]);
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => void parseSegment(text, catalogue)),
    );
  });

  it('is explained in every language, each condition by a line', () => {
    const translator = createTranslator();
    const formats = { zone: 'Europe/Kyiv', currency: 'UAH' };
    fc.assert(
      fc.property(ruleArbitrary(names), (rule) => {
        for (const locale of locales) {
          for (const line of explainSegment(rule)) {
            expect(translator.say(locale, line, formats)).not.toMatch(/rule_|undefined|NaN|[{}]/);
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('a share drawn by hash', () => {
  const ids = createIds(seededRandom(7));
  const customers = Array.from({ length: 20_000 }, (_, index) =>
    ids.next('cus', 1_790_000_000_000 + Math.floor(index / 20)),
  );

  it.each(['', 'зима', 'a'])('is even: chi-square over a hundred parts, salt "%s"', (salt) => {
    const parts = new Array<number>(100).fill(0);
    for (const id of customers) {
      const part = Math.floor(shareOf(id, salt) * 100);
      parts[part] = (parts[part] ?? 0) + 1;
    }
    const expected = customers.length / 100;
    const chi = parts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // 99 degrees of freedom: above 149 is one in a thousand.
    expect(chi).toBeLessThan(149);
  });

  it('is another one for another salt', () => {
    const both = customers.filter((id) => shareOf(id, 'a') < 0.5 && shareOf(id, 'b') < 0.5).length;
    expect(both / customers.length).toBeCloseTo(0.25, 1);
  });
});
