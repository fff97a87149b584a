import type { ConditionDefinition, DataConditions, JourneyDefinition } from '../../journeys/definition.ts';
import type { Words } from '../../messaging/keys.ts';
import { parseSegment } from '../../segments/parse.ts';
import { comparisons, explainSegment } from '../segments/explain.ts';

/** What the data of a cart, an order, a purchase or a refill is called; of other events only the shop knows. */
export const dataNames = [
  ...(['state', 'total', 'items', 'kind', 'status', 'was', 'number', 'store', 'first', 'paid'] as const),
  ...(['categories', 'skus', 'sku', 'name', 'days', 'days_left'] as const),
] as const;
export type DataName = (typeof dataNames)[number];

/** What a condition on data looks at, as the variable of a text holds it: the JSON of this. */
export interface DataLookedAt {
  readonly data: string;
  /** Whether there are words for it. */
  readonly isKnown: boolean;
}

/** What the data is compared with, likewise. */
export interface DataComparedWith extends DataLookedAt {
  readonly values: readonly string[];
}

/** What the conditions of a journey are asked of, by what starts it. */
type Subject = 'cart' | 'order' | 'purchase' | 'refill' | 'day';

const namesOf: Readonly<Record<Subject, readonly DataName[]>> = {
  cart: ['state', 'total', 'items'],
  order: ['kind', 'status', 'was', 'number', 'total'],
  purchase: ['total', 'store', 'first', 'paid', 'items', 'categories', 'skus'],
  refill: ['sku', 'name', 'days'],
  day: ['days_left'],
};

const subjectOf: Readonly<Record<string, Subject>> = {
  cart_left: 'cart',
  order_status: 'order',
  purchase: 'purchase',
  refill_due: 'refill',
};

function subjectsOf({ when }: Pick<JourneyDefinition, 'when'>): readonly Subject[] {
  if ('date' in when) return when.date === 'order.due_at' ? ['order', 'day'] : ['day'];
  const subject = 'event' in when ? subjectOf[when.event] : undefined;
  return subject ? [subject] : [];
}

/** Conditions on the data of a journey in words, a line each; names and values we have no words for as they are. */
export function explainData(
  conditions: DataConditions,
  about: Pick<JourneyDefinition, 'when'>,
  indent = '',
): Words[] {
  const known: readonly string[] = subjectsOf(about).flatMap((subject) => namesOf[subject]);
  return Object.entries(conditions).map(([name, wanted]) =>
    dataWords({ data: name, isKnown: known.includes(name) }, String(wanted), indent),
  );
}

function dataWords(looked: DataLookedAt, wanted: string, lead: string): Words {
  const what = JSON.stringify(looked);
  const [, sign = '=', text = ''] = /^(!=|>=|<=|=|>|<)?\s*(.*)$/su.exec(wanted.trim()) ?? [];
  const isYesOrNo = looked.isKnown && /^(true|false)$/.test(text) && (sign === '=' || sign === '!=');
  if (isYesOrNo) {
    const key = (text === 'true') === (sign === '=') ? 'rule.known' : 'rule.unknown';
    return { key, variables: { lead, what } };
  }
  if (looked.data === 'days_left' && looked.isKnown && wanted === '>=0') {
    return { key: 'scenario.not_over', variables: { lead } };
  }
  const values = [...new Set(text.split(',').map((part) => oneName(part.trim())))];
  const compared: DataComparedWith = { ...looked, values };
  return {
    key: comparisonOf(sign, values.length > 1),
    variables: { lead, what, value: JSON.stringify(compared) },
  };
}

/** Two names that shops have for one state are one to whoever reads them. */
const otherNames: Readonly<Record<string, string>> = { canceled: 'cancelled', ready_for_pickup: 'ready' };

function oneName(value: string): string {
  return otherNames[value] ?? value;
}

function comparisonOf(sign: string, areSeveral: boolean) {
  switch (sign) {
    case '!=':
      return areSeveral ? 'rule.none_of_these' : comparisons[sign];
    case '<':
    case '<=':
    case '>':
    case '>=':
      return comparisons[sign];
    default:
      return areSeveral ? comparisons.in : comparisons['='];
  }
}

/** A segment in words, a line for each condition; as it is written where it cannot be read. */
export function explainRule(text: string, indent = ''): Words[] {
  const parsed = parseSegment(text);
  return parsed.ok
    ? explainSegment(parsed.rule, indent)
    : [{ key: 'scenario.as_rule', variables: { lead: indent, text } }];
}

/** What a branch asks beyond what the customer did, in words; undefined: it asks just that. */
export function explainCondition(
  condition: ConditionDefinition,
  about: Pick<JourneyDefinition, 'when'>,
  indent: string,
): Words[] | undefined {
  if ('segment' in condition) return explainRule(condition.segment, indent);
  if ('nps' in condition) return explainRule(`nps${condition.nps}`, indent);
  if ('data' in condition) return explainData(condition.data, about, indent);
  if ('days_left' in condition) {
    return [dataWords({ data: 'days_left', isKnown: true }, condition.days_left, indent)];
  }
  return undefined;
}
