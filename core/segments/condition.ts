import {
  ageEnding,
  type FieldName,
  type FieldSpec,
  fieldNames,
  fieldSpec,
  fields,
  filterAliases,
  filterNames,
  filterWords,
  operatorsOf,
} from './fields.ts';
import { likeliest, wordNamed } from './likely.ts';
import { connectiveOf, isOperator, type Token } from './tokens.ts';
import type { Catalogue, Condition, Filters, Operator, Rule, Value } from './types.ts';
import { isLikeSpan, problemAt, type Read, readName, readSpan, readValue } from './values.ts';

/** The pieces of a text, and how far they have been read. */
export interface Reader {
  readonly catalogue: Catalogue;
  /** The next piece, without taking it. */
  peek(ahead?: number): Token;
  take(): Token;
}

/** The most values a list may have. */
const mostValues = 100;

/** Reads one condition. `not in` makes a negated one. */
export function readCondition(reader: Reader): Read<Rule> {
  const named = readField(reader);
  if (!named.ok) return named;
  const { field, part, token } = named.value;
  const spec = fieldSpec(field);
  const filters: Read<Filters> = reader.peek().kind === '(' ? readFilters(reader, spec) : noFilters;
  if (!filters.ok) return filters;
  if (spec.needs && !spec.needs.some((name) => filters.value[name] !== undefined)) {
    return problemAt(token, 'missing_filter', { expected: [spec.example] });
  }
  const looked: Condition = {
    kind: 'condition',
    field,
    ...(part === undefined ? {} : { part }),
    ...(Object.keys(filters.value).length > 0 ? { filters: filters.value } : {}),
  };
  return spec.type === 'yes' ? { ok: true, value: looked } : readComparison(reader, looked, spec);
}

const noFilters: Read<Filters> = { ok: true, value: {} };

interface Named {
  readonly field: FieldName;
  readonly part: string | undefined;
  readonly token: Token;
}

/** The field, and what stands behind its dot. */
function readField(reader: Reader): Read<Named> {
  const token = reader.take();
  if (token.kind !== 'word') return problemAt(token, 'unexpected', { expected: ['age>=25'] });
  const dot = token.text.indexOf('.');
  const name = dot < 0 ? token.text : token.text.slice(0, dot);
  const field = fieldNamed(name);
  if (!field) return unknownField({ ...token, text: name, length: name.length }, reader);
  const spec = fieldSpec(field);
  if (dot < 0) {
    if (!spec.part?.required) return { ok: true, value: { field, part: undefined, token } };
    return problemAt(token, 'unknown_part', { expected: [spec.example] });
  }
  const rest = token.text.slice(dot + 1);
  const behind = { ...token, text: rest, position: token.position + dot + 1, length: rest.length };
  if (!spec.part || !/^[\p{L}\p{N}_-]+$/u.test(rest)) return problemAt(behind, 'unknown_part');
  const part = readName(behind, 'unknown_part', reader.catalogue[spec.part.names]);
  return part.ok ? { ok: true, value: { field, part: part.value, token } } : part;
}

function fieldNamed(name: string): FieldName | undefined {
  const lower = name.toLowerCase();
  return fieldNames.find((field) => field === lower || fieldSpec(field).aliases?.includes(lower));
}

function unknownField(token: Token, { peek, catalogue }: Reader): Read<never> {
  const spellings = fieldNames.flatMap((field) => [field, ...(fieldSpec(field).aliases ?? [])]);
  const meant = likeliest(token.text, spellings);
  const field = meant === undefined ? undefined : fieldNamed(meant);
  if (field !== undefined) return problemAt(token, 'unknown_field', { suggestion: field });
  const whole =
    peek().kind === 'operator' || peek().kind === '(' ? undefined : aloneMeans(token.text, catalogue);
  return problemAt(
    token,
    'unknown_field',
    whole === undefined ? { expected: examples } : { suggestion: whole },
  );
}

const examples = [fields.age, fields.gender, fields.last_purchase, fields.orders, fields.rfm].map(
  ({ example }) => example,
);

/** A value that stands alone: `champions` is the one of a map of RFM, `female` a gender. */
function aloneMeans(word: string, catalogue: Catalogue): string | undefined {
  const lower = word.toLowerCase();
  if (catalogue.rfmSegments?.includes(lower)) return `rfm=${lower}`;
  const own = (['gender', 'channel', 'consent'] as const).find((field) =>
    wordNamed(fieldSpec(field).words, word),
  );
  return own && `${own}=${wordNamed(fieldSpec(own).words, word)}`;
}

type FilterName = keyof Filters;

/** What stands in parentheses behind a field: a period, names of what it looks at. */
function readFilters(reader: Reader, spec: FieldSpec): Read<Filters> {
  const opening = reader.take();
  let found: Filters = {};
  if (!spec.filters) return problemAt(opening, 'unexpected', { expected: operatorsOf(spec) });
  for (;;) {
    const one = readFilter(reader, spec);
    if (!one.ok) return one;
    found = { ...found, ...one.value };
    const next = reader.take();
    if (next.kind === ')') return { ok: true, value: ordered(found) };
    if (next.kind !== ',') {
      return problemAt(next, next.kind === 'end' ? 'unclosed_parenthesis' : 'unexpected', {
        expected: [',', ')'],
      });
    }
  }
}

const filterOrder: readonly FilterName[] = [
  'period',
  'product',
  'category',
  'store',
  'coupon',
  'channel',
  'salt',
];

/** In one order, however they were written: the same conditions are then the same rule. */
function ordered(found: Filters): Filters {
  return Object.fromEntries(
    filterOrder.flatMap((name) => (found[name] === undefined ? [] : [[name, found[name]]])),
  );
}

function readFilter(reader: Reader, spec: FieldSpec): Read<Filters> {
  const { filters = [], bare } = spec;
  const token = reader.take();
  if (token.kind === 'word' && reader.peek().text === '=') {
    const name = filterNamed(token.text);
    if (!name || !filters.includes(name)) return unknownFilter(token, filters);
    reader.take();
    return readFilterName(reader.take(), name, reader.catalogue);
  }
  if (token.kind === 'word' && filters.includes('period') && (isLikeSpan(token.text) || bare === undefined)) {
    const span = readSpan(withUnit(token, reader));
    if (span.ok) return { ok: true, value: { period: span.value } };
    return span.problem.kind === 'wrong_value' ? unknownFilter(token, filters) : span;
  }
  if (bare !== undefined && token.kind !== ')') return readFilterName(token, bare, reader.catalogue);
  return unknownFilter(token, filters);
}

function unknownFilter(token: Token, filters: readonly FilterName[]): Read<never> {
  const names = filters.filter((name) => name !== 'period');
  const suggestion = likeliest(token.text, names);
  const expected = filters.map((name) => (name === 'period' ? '90d' : `${name}=…`));
  return problemAt(token, 'unknown_filter', {
    ...(suggestion === undefined ? {} : { suggestion }),
    expected,
  });
}

function filterNamed(typed: string): Exclude<FilterName, 'period'> | undefined {
  const lower = typed.toLowerCase();
  const all = Object.entries(filterAliases) as [Exclude<FilterName, 'period'>, readonly string[]][];
  return all.find(([name, aliases]) => name === lower || aliases.includes(lower))?.[0];
}

function readFilterName(
  token: Token,
  name: Exclude<FilterName, 'period'>,
  catalogue: Catalogue,
): Read<Filters> {
  if ((token.kind !== 'word' && token.kind !== 'quoted') || token.text === '') {
    return problemAt(token, 'missing_value', { expected: [`${name}=…`] });
  }
  const words = filterWords[name];
  const typed = wordNamed(words, token.text);
  const list = filterNames[name];
  const known = words ? Object.keys(words) : list && catalogue[list];
  const read = readName(typed === undefined ? token : { ...token, text: typed }, 'unknown_value', known);
  return read.ok ? { ok: true, value: { [name]: read.value } } : read;
}

/** A number with its unit behind a space is one span. */
function withUnit(token: Token, reader: Reader): Token {
  const next = reader.peek();
  const isSplit = /^\d+$/.test(token.text) && next.kind === 'word' && connectiveOf(next) === undefined;
  if (!isSplit) return token;
  reader.take();
  const length = next.position + next.length - token.position;
  return { ...token, text: `${token.text}${next.text}`, length };
}

function readComparison(reader: Reader, looked: Condition, spec: FieldSpec): Read<Rule> {
  const negated = connectiveOf(reader.peek()) === 'not' && connectiveOf(reader.peek(1)) === 'in';
  if (negated) reader.take();
  const read = readOperator(reader, spec);
  if (!read.ok) return read;
  const operator = read.value;
  const values = operator === 'in' ? readList(reader, spec) : readOne(reader, spec);
  if (!values.ok) return values;
  const [first] = values.value;
  if (first?.type === 'word' && isOrdering(operator)) {
    if (spec.type === 'moment') return problemAt(reader.peek(-1), 'wrong_value', { expected: ['60d'] });
    if (spec.type === 'anything') return problemAt(reader.peek(-1), 'wrong_value', { expected: ['3'] });
  }
  const isAge = looked.field === 'fact' && looked.part?.endsWith(ageEnding) === true;
  if (isAge && values.value.some(({ type }) => type === 'word')) {
    return problemAt(reader.peek(-1), 'wrong_value', { expected: ['3'] });
  }
  const condition: Condition = { ...looked, operator, values: values.value };
  return { ok: true, value: negated ? { kind: 'not', rule: condition } : condition };
}

function isOrdering(operator: Operator): boolean {
  return operator !== '=' && operator !== '!=' && operator !== 'in';
}

function readOperator(reader: Reader, spec: FieldSpec): Read<Operator> {
  const token = reader.take();
  const operator = connectiveOf(token) === 'in' ? 'in' : token.text;
  const allowed = operatorsOf(spec);
  const expected = { expected: [spec.example] };
  if (operator !== 'in' && (token.kind !== 'operator' || !isOperator(operator))) {
    return token.kind === 'operator'
      ? problemAt(token, 'wrong_operator', { expected: allowed })
      : problemAt(
          { ...token, length: token.kind === 'end' ? 0 : token.length },
          'missing_operator',
          expected,
        );
  }
  if (allowed.includes(operator)) return { ok: true, value: operator };
  const [only] = allowed;
  return problemAt(token, 'wrong_operator', {
    ...(only === undefined ? {} : { suggestion: only }),
    expected: allowed,
  });
}

/** One value behind an operator. A day ahead takes a span only behind `in`. */
function readOne(reader: Reader, spec: FieldSpec): Read<readonly Value[]> {
  const token = reader.take();
  const whole = spec.type === 'moment' ? withUnit(token, reader) : token;
  const value = readValue(whole, spec, reader.catalogue);
  return value.ok ? { ok: true, value: [value.value] } : value;
}

/** Behind `in` stands a span of days ahead, or values in parentheses. */
function readList(reader: Reader, spec: FieldSpec): Read<readonly Value[]> {
  if (spec.type === 'soon') {
    const span = readSpan(withUnit(reader.take(), reader));
    return span.ok ? { ok: true, value: [{ type: 'span', ...span.value }] } : span;
  }
  const opening = reader.take();
  if (opening.kind !== '(') return problemAt(opening, 'unexpected', { expected: ['(a, b)'] });
  const values: Value[] = [];
  for (;;) {
    const value = readValue(reader.take(), spec, reader.catalogue);
    if (!value.ok) return value;
    values.push(value.value);
    const next = reader.take();
    if (values.length > mostValues) return problemAt(next, 'out_of_range', { expected: [`1–${mostValues}`] });
    if (next.kind === ')') return { ok: true, value: values };
    if (next.kind !== ',') {
      return problemAt(next, next.kind === 'end' ? 'unclosed_parenthesis' : 'unexpected', {
        expected: [',', ')'],
      });
    }
  }
}
