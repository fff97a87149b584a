import type { Words } from '../../messaging/keys.ts';
import { type FieldName, fieldSpec } from '../../segments/fields.ts';
import type { Condition, Filters, Operator, Rule, Value } from '../../segments/types.ts';

/** What a condition looks at, as the variable of a text holds it: the JSON of this. */
export type LookedAt = Pick<Condition, 'field' | 'part' | 'filters'>;

/** What it is compared with, likewise. */
export type ComparedWith = Required<Pick<Condition, 'field' | 'values'>> & Pick<Condition, 'part'>;

/** The sentences that compare, by their sign. */
export const comparisons = {
  '=': 'rule.is',
  '!=': 'rule.is_not',
  '<': 'rule.less',
  '<=': 'rule.at_most',
  '>': 'rule.more',
  '>=': 'rule.at_least',
  in: 'rule.one_of_these',
} as const;

const ago = {
  '=': 'rule.ago',
  '!=': 'rule.not_ago',
  '<': 'rule.less_ago',
  '<=': 'rule.at_most_ago',
  '>': 'rule.more_ago',
  '>=': 'rule.at_least_ago',
  in: 'rule.soon',
} as const;

const onDays = {
  '=': 'rule.on_day',
  '!=': 'rule.not_on_day',
  '<': 'rule.before_day',
  '<=': 'rule.until_day',
  '>': 'rule.after_day',
  '>=': 'rule.since_day',
  in: 'rule.on_day',
} as const;

/** How far each level of a rule stands in from the one around it. */
const leads = ['', '• ', '    ◦ ', '        – '];

function leadOf(depth: number, first: string): string {
  if (first === '') return leads[depth] ?? `${'    '.repeat(depth)}– `;
  const [margin = ''] = /^ */.exec(first) ?? [];
  return depth === 0 ? first : `${margin}${'    '.repeat(depth)}◦ `;
}

/**
 * A rule in words, a line for each condition: all of them hold. What belongs together otherwise stands further in, under
 * a line that says so. `first`: what stands before the outermost lines.
 */
export function explainSegment(rule: Rule, first = ''): Words[] {
  return rule.kind === 'and'
    ? rule.rules.flatMap((part) => linesOf(part, 0, first))
    : linesOf(rule, 0, first);
}

function linesOf(rule: Rule, depth: number, first: string): Words[] {
  const lead = leadOf(depth, first);
  if (rule.kind === 'condition') return [sentenceOf(rule, lead)];
  if (rule.kind === 'not')
    return [{ key: 'rule.not', variables: { lead } }, ...linesOf(rule.rule, depth + 1, first)];
  const key = rule.kind === 'and' ? 'rule.all_of' : 'rule.one_of';
  return [{ key, variables: { lead } }, ...rule.rules.flatMap((part) => linesOf(part, depth + 1, first))];
}

function sentenceOf(condition: Condition, lead: string): Words {
  const { field, part, filters, operator, values = [] } = condition;
  const looked: LookedAt = {
    field,
    ...(part === undefined ? {} : { part }),
    ...(filters ? { filters } : {}),
  };
  const what = JSON.stringify(looked);
  const [first] = values;
  if (operator === undefined || first === undefined) return { key: 'rule.so', variables: { lead, what } };
  const known = knownOrNot(condition, first);
  if (known) return { key: known, variables: { lead, what } };
  const compared: ComparedWith = { field, values, ...(part === undefined ? {} : { part }) };
  return {
    key: sentenceFor(field, first, operator),
    variables: { lead, what, value: JSON.stringify(compared) },
  };
}

/** Whether something is there at all, where that is what a condition asks. */
function knownOrNot({ field, operator }: Condition, value: Value): 'rule.known' | 'rule.unknown' | undefined {
  const isAsked =
    value.type === 'word' &&
    (value.word === 'yes' || value.word === 'no') &&
    'yes' in (fieldSpec(field).words ?? {});
  if (!isAsked) return undefined;
  return (value.word === 'yes') === (operator === '=') ? 'rule.known' : 'rule.unknown';
}

function sentenceFor(field: FieldName, { type }: Value, operator: Operator) {
  if (field === 'silent') return operator === '>' ? 'rule.more_silent' : 'rule.at_least_silent';
  if (field === 'random') return 'rule.is';
  if (type === 'span') return ago[operator];
  return type === 'day' ? onDays[operator] : comparisons[operator];
}

/** The filters of what is looked at, in the order people read them. */
export function filtersOf({ filters = {} }: LookedAt): readonly (keyof Filters)[] {
  const order = ['product', 'category', 'store', 'coupon', 'channel', 'salt', 'period'] as const;
  return order.filter((name) => filters[name] !== undefined);
}
