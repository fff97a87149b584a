import fc from 'fast-check';
import {
  type FieldName,
  type FieldSpec,
  fieldNames,
  fieldSpec,
  operatorsOf,
} from '../../core/segments/fields.ts';
import type { Condition, Filters, Operator, Rule, Span, Value } from '../../core/segments/types.ts';

/** Names that rules are drawn from, by what they name. */
export interface RuleNames {
  readonly stores: readonly string[];
  readonly categories: readonly string[];
  readonly products: readonly string[];
  readonly coupons: readonly string[];
  readonly segments: readonly string[];
  readonly facts: readonly string[];
  readonly tiers: readonly string[];
  readonly cities: readonly string[];
  readonly zones: readonly string[];
  readonly lifecycles: readonly string[];
  readonly rfmSegments: readonly string[];
  readonly rfSegments: readonly string[];
}

const spanArbitrary = fc.constantFrom<Span>(
  { amount: 12, unit: 'h' },
  { amount: 1, unit: 'd' },
  { amount: 7, unit: 'd' },
  { amount: 30, unit: 'd' },
  { amount: 8, unit: 'w' },
  { amount: 3, unit: 'm' },
  { amount: 1, unit: 'y' },
);

/** Conditions over these fields, of every operator each takes. */
function conditionArbitrary(names: RuleNames, among: readonly FieldName[]): fc.Arbitrary<Condition> {
  return fc.constantFrom(...among).chain((field) => {
    const spec = fieldSpec(field);
    const operators = operatorsOf(spec);
    const operator: fc.Arbitrary<Operator | undefined> =
      operators.length === 0 ? fc.constant(undefined) : fc.constantFrom(...operators);
    return fc
      .tuple(operator, filtersArbitrary(spec, names), partArbitrary(field, names))
      .chain(([chosen, filters, part]) =>
        valuesArbitrary(
          part?.endsWith('_age') ? 'age' : field,
          part?.endsWith('_age') ? fieldSpec('age') : spec,
          chosen,
          names,
        ).map(
          (values): Condition => ({
            kind: 'condition',
            field,
            ...(part === undefined ? {} : { part }),
            ...(Object.keys(filters).length > 0 ? { filters } : {}),
            ...(chosen === undefined ? {} : { operator: chosen, values }),
          }),
        ),
      );
  });
}

function partArbitrary(field: FieldName, { facts }: RuleNames): fc.Arbitrary<string | undefined> {
  return field === 'fact' ? fc.constantFrom(...facts) : fc.constant(undefined);
}

function filtersArbitrary({ filters = [], needs }: FieldSpec, names: RuleNames): fc.Arbitrary<Filters> {
  const known: { readonly [Name in keyof Filters]-?: fc.Arbitrary<Required<Filters>[Name]> } = {
    period: spanArbitrary,
    product: fc.constantFrom(...names.products),
    category: fc.constantFrom(...names.categories),
    store: fc.constantFrom(...names.stores),
    coupon: fc.constantFrom(...names.coupons),
    channel: fc.constantFrom('telegram', 'viber', 'sms'),
    salt: fc.constantFrom('a', 'зима', 'x y'),
  };
  const [needed] = needs ?? [];
  const drawn = fc
    .subarray([...filters])
    .map((some) => (needed && !needs?.some((name) => some.includes(name)) ? [needed, ...some] : some))
    .chain((some) =>
      fc.tuple(
        ...filters
          .filter((name) => some.includes(name))
          .map((name) => known[name].map((value) => [name, value] as const)),
      ),
    );
  const order = ['period', 'product', 'category', 'store', 'coupon', 'channel', 'salt'];
  return drawn.map((pairs) =>
    Object.fromEntries([...pairs].sort((a, b) => order.indexOf(a[0]) - order.indexOf(b[0]))),
  );
}

const numbersOf: { readonly [Name in FieldName]?: readonly number[] } = {
  age: [0, 18, 30, 30.5, 44],
  birthday_month: [1, 2, 11, 12],
  orders: [0, 1, 2, 3],
  spent: [0, 150, 500, 1000.5],
  average: [0, 150, 300],
  refunded: [0, 100],
  points: [-10, 0, 50],
  points_expiring: [0, 10, 60],
  alive: [10, 50, 90],
  random: [10, 50, 90],
  nps: [0, 6, 9],
  value: [0, 10, 100],
  fact: [1, 2, 3, 5],
};

function wordsOf(field: FieldName, spec: FieldSpec, names: RuleNames): readonly string[] {
  if (field === 'city') return [...names.cities, 'unknown'];
  if (field === 'zone') return names.zones;
  if (field === 'fact') return ['dog', 'cat', 'yes'];
  if (field === 'tag') return ['regular', 'guest'];
  const more = {
    tier: names.tiers,
    store: names.stores,
    category: names.categories,
    product: names.products,
  };
  const named: { readonly [Name in FieldName]?: readonly string[] } = {
    ...{ ...more, segment: names.segments, lifecycle: names.lifecycles },
    ...{ rfm: names.rfmSegments, rf: names.rfSegments },
  };
  return [...Object.keys(spec.words ?? {}), ...(named[field] ?? [])];
}

function valuesArbitrary(
  field: FieldName,
  spec: FieldSpec,
  operator: Operator | undefined,
  names: RuleNames,
): fc.Arbitrary<readonly Value[]> {
  if (operator === undefined) return fc.constant([]);
  const span = spanArbitrary.map((value): Value => ({ type: 'span', ...value }));
  if (spec.type === 'soon' && operator === 'in') return span.map((value) => [value]);
  const one = valueArbitrary(field, spec, operator, names);
  return operator === 'in' ? fc.array(one, { minLength: 1, maxLength: 3 }) : one.map((value) => [value]);
}

function valueArbitrary(
  field: FieldName,
  spec: FieldSpec,
  operator: Operator,
  names: RuleNames,
): fc.Arbitrary<Value> {
  const words = wordsOf(field, spec, names).map((word): Value => ({ type: 'word', word }));
  const plainly = operator === '=' || operator === '!=' || operator === 'in';
  const kind = spec.type === 'money' ? 'money' : spec.type === 'percent' ? 'percent' : 'number';
  const numbers = (numbersOf[field] ?? [0, 1, 2]).map((number): Value => ({ type: kind, number }));
  if (spec.type === 'word' || spec.type === 'soon') return fc.constantFrom(...words);
  if (spec.type === 'anything') return fc.constantFrom(...numbers, ...(plainly ? words : []));
  if (spec.type !== 'moment') return fc.constantFrom(...numbers);
  const days = ['2026-11-22', '2026-10-01', '2026-03-29'].map((day): Value => ({ type: 'day', day }));
  const spans = spanArbitrary.map((value): Value => ({ type: 'span', ...value }));
  if (spec.operators) return spans;
  return fc.oneof(spans, fc.constantFrom(...days, ...(plainly ? words : [])));
}

/** Rules over these fields (all, if left out), nested a little; each is as `parseSegment` would read it. */
export function ruleArbitrary(
  names: RuleNames,
  among: readonly FieldName[] = fieldNames,
): fc.Arbitrary<Rule> {
  const condition: fc.Arbitrary<Rule> = conditionArbitrary(names, among);
  const { rule } = fc.letrec<{ rule: Rule }>((tie) => ({
    rule: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      condition,
      tie('rule').map((inner): Rule => ({ kind: 'not', rule: inner })),
      joined('and', tie('rule')),
      joined('or', tie('rule')),
    ),
  }));
  return rule;
}

/** Parts of the same kind are parts of the whole, as a text cannot tell them apart. */
function joined(kind: 'and' | 'or', part: fc.Arbitrary<Rule>): fc.Arbitrary<Rule> {
  return fc.array(part, { minLength: 2, maxLength: 3 }).map(
    (rules): Rule => ({
      kind,
      rules: rules.flatMap((rule) => (rule.kind === kind ? rule.rules : [rule])),
    }),
  );
}
