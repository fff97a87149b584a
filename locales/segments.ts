import { isKnownValue } from '../core/insights/facts/words.ts';
import type { DataComparedWith, DataLookedAt } from '../core/insights/journeys/conditions.ts';
import { type ComparedWith, filtersOf, type LookedAt } from '../core/insights/segments/explain.ts';
import type { FieldName } from '../core/segments/fields.ts';
import { spanText } from '../core/segments/text.ts';
import type { Filters, Value } from '../core/segments/types.ts';

/** What the words of a condition are made with. */
export interface ConditionWords {
  translate(key: string, options?: Record<string, unknown>): string;
  number(value: number): string;
  /** In major units. */
  money(major: number): string;
  minor(minor: number): string;
  /** Several of which any will do. */
  either(words: readonly string[]): string;
  /** `YYYY-MM-DD`. */
  day(day: string): string;
}

const unitWords = { h: 'hours', d: 'days', w: 'weeks', m: 'months', y: 'years' } as const;

/** A span like `60d` with its noun. */
export function spanWords(text: string, translate: ConditionWords['translate']): string {
  const unit = Object.entries(unitWords).find(([letter]) => text.endsWith(letter))?.[1] ?? 'days';
  return translate(`units.${unit}`, { count: Number(text.slice(0, -1)) });
}

/** What a condition looks at: the field, and in parentheses of what and since when; or data by its name. */
export function lookedAtWords(json: string, { translate }: ConditionWords): string {
  const looked = JSON.parse(json) as LookedAt | DataLookedAt;
  if ('data' in looked) return looked.isKnown ? translate(`data_name.${looked.data}`) : looked.data;
  const looks = filtersOf(looked).map((name) => lookWords(name, looked.filters ?? {}, translate));
  return `${fieldWords(looked, translate)}${looks.length > 0 ? ` (${looks.join(', ')})` : ''}`;
}

/** A field by its name, a fact we know by its own. */
function fieldWords({ field, part }: LookedAt, translate: ConditionWords['translate']): string {
  const name = translate(`rule_field.${field}`);
  if (part === undefined) return name;
  const named = `${name} ${translate('rule_look.part', { name: part })}`;
  return field === 'fact' ? translate(`rule_fact.${part}`, { defaultValue: named }) : named;
}

function lookWords(name: keyof Filters, filters: Filters, translate: ConditionWords['translate']): string {
  if (name !== 'period') return translate(`rule_look.${name}`, { name: filters[name] });
  return translate('rule_look.period', { span: filters.period ? spanText(filters.period) : '' });
}

/** What a condition compares with: numbers, money and days in the manner of the language, words by their own texts. */
export function comparedWords(json: string, words: ConditionWords): string {
  const compared = JSON.parse(json) as ComparedWith | DataComparedWith;
  const all =
    'data' in compared
      ? compared.values.map((value) => dataValueWords(compared, value, words))
      : compared.values.map((value) => valueWords(compared, value, words));
  return words.either(all);
}

/** A value of data: money, a number, a word of ours, or as it is written. */
function dataValueWords({ data, isKnown }: DataLookedAt, value: string, words: ConditionWords): string {
  if (!isKnown) return value;
  if (data === 'total' && value !== '') return words.minor(Number(value));
  if (!/^[a-z_]+$/.test(value) || !['state', 'kind', 'status', 'was'].includes(data)) return value;
  const statusWords = words.translate(`order_statuses.${value}`, { defaultValue: value });
  return words.translate(`data_value.${value}`, { defaultValue: statusWords });
}

function valueWords({ field, part }: ComparedWith, value: Value, words: ConditionWords): string {
  if (value.type === 'span') return spanWords(spanText(value), words.translate);
  if (value.type === 'day') return words.day(value.day);
  if (value.type === 'word' && part !== undefined && isKnownValue(part, value.word)) {
    return words.translate(`fact_values.${value.word}`);
  }
  if (value.type === 'word') return wordOf(field, value.word, words.translate);
  if (value.type === 'money') return words.money(value.number);
  return value.type === 'percent' ? `${words.number(value.number)} %` : words.number(value.number);
}

/** Where the words of a field have texts; all others are names that people gave. */
const textsOf: { readonly [Name in FieldName]?: (word: string) => string } = {
  gender: (word) => `rule_value.${word}`,
  language: (word) => (word === 'unknown' ? 'rule_value.unknown' : `languages.${word}`),
  city: (word) => (word === 'unknown' ? 'rule_value.unknown' : ''),
  tier: (word) => (word === 'none' ? 'rule_value.none' : ''),
  channel: (word) => (word === 'none' ? 'rule_value.none' : `channels.${word}`),
  registered_in: (word) => `channels.${word}`,
  consent: (word) => `rule_value.${word}`,
  reachable: (word) => `rule_value.${word}`,
  rfm: (word) => `rfm.${word}`,
  rf: (word) => `rfm.${word}`,
  lifecycle: (word) => `rule_value.stage_${word}`,
};

function wordOf(field: FieldName, word: string, translate: ConditionWords['translate']): string {
  const key = textsOf[field]?.(word) ?? '';
  return key === '' || word.includes('.') ? word : translate(key, { defaultValue: word });
}
