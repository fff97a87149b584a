import { fieldSpec } from './fields.ts';
import { connectiveOf } from './tokens.ts';
import type { Condition, Filters, Rule, Span, Value } from './types.ts';

/**
 * A rule in its compact form, as people read and write it. `parseSegment` of it is the same rule again.
 */
export function segmentText(rule: Rule): string {
  if (rule.kind === 'condition') return conditionText(rule);
  if (rule.kind === 'not') return `not ${nested(rule.rule)}`;
  return rule.rules.map(nested).join(` ${rule.kind} `);
}

function nested(rule: Rule): string {
  const text = segmentText(rule);
  return rule.kind === 'and' || rule.kind === 'or' ? `(${text})` : text;
}

function conditionText(condition: Condition): string {
  const { field, part, filters = {}, operator, values = [] } = condition;
  const name = part === undefined ? field : `${field}.${part}`;
  const inside = filtersText(filters, fieldSpec(field).bare);
  const looked = inside.length > 0 ? `${name}(${inside.join(', ')})` : name;
  if (operator === undefined) return looked;
  const isFree = fieldSpec(field).type === 'anything';
  const written = values.map((value) => valueText(value, isFree));
  if (operator !== 'in') return `${looked}${operator}${written.join('')}`;
  const [first] = values;
  return first?.type === 'span' ? `${looked} in ${written.join('')}` : `${looked} in (${written.join(', ')})`;
}

function filtersText(filters: Filters, bare: keyof Filters | undefined): string[] {
  const { period, ...names } = filters;
  const written = period === undefined ? [] : [spanText(period)];
  for (const [name, value] of Object.entries(names)) {
    written.push(name === bare ? wordText(value, true) : `${name}=${wordText(value)}`);
  }
  return written;
}

/** A value as it stands in a text. `isFree`: the field takes numbers as well as words. */
export function valueText(value: Value, isFree = false): string {
  if (value.type === 'word') return wordText(value.word, isFree);
  if (value.type === 'span') return spanText(value);
  if (value.type === 'day') return value.day;
  return value.type === 'percent' ? `${value.number}%` : String(value.number);
}

/** A span as it stands in a text: `60d`. */
export function spanText({ amount, unit }: Span): string {
  return `${amount}${unit}`;
}

/** A word as it stands in a text: in quotes where it could be read as something else, or, `isFree`, as a number. */
export function wordText(word: string, isFree = false): string {
  const plain = isFree ? /^[\p{L}_][\p{L}\p{N}_./+@:'-]*$/u : /^[\p{L}\p{N}_][\p{L}\p{N}_./+@:'-]*$/u;
  const token = { kind: 'word', text: word, position: 0, length: word.length } as const;
  if (plain.test(word) && connectiveOf(token) === undefined) return word;
  return `"${word.replaceAll(/["\\]/g, '\\$&')}"`;
}
