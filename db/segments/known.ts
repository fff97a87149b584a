import { yearDays } from '../../core/insights/facts/age.ts';
import { sureEnough } from '../../core/insights/facts/types.ts';
import { ageEnding } from '../../core/segments/fields.ts';
import type { Condition } from '../../core/segments/types.ts';
import { lifecycleSql } from '../insights/lifecycle.ts';
import { minorOf } from './bought.ts';
import { ofOne, type SegmentContext } from './context.ts';
import { type Compile, oneOfWords } from './people.ts';
import { rfmFields } from './rfm.ts';
import {
  among,
  compared,
  type Fragment,
  marks,
  notSo,
  numbersOf,
  oneOf,
  plain,
  spellings,
  wordsOf,
} from './sql.ts';

const lifecycle: Compile = (condition, { today, secondPurchase }) =>
  oneOfWords(condition, (word) => plain(`(${lifecycleSql(today, secondPurchase)}) = ?`, word));

/** Of those whose behaviour the models tell something about. */
function scored(
  column: string,
  numbers: readonly number[],
  { operator = '=' }: Condition,
  context: SegmentContext,
): Fragment {
  const mine = ofOne('customer_id', context);
  const found = compared(plain(column), operator === '!=' ? '=' : operator, numbers);
  const fragment = among(
    `select customer_id from customer_scores where ${found.sql} and ${mine.sql}`,
    ...found.args,
    ...mine.args,
  );
  return operator === '!=' ? notSo(fragment) : fragment;
}

const alive: Compile = (condition, context) =>
  scored(
    'alive',
    numbersOf(condition.values ?? []).map((percent) => percent / 100),
    condition,
    context,
  );

/**
 * Facts that stand and are more than a guess, also those people told of an account that was merged: as `settleFacts`
 * puts them together, what people say goes before what purchases say.
 */
const standing = `f.denied_at is null and f.sure >= ${sureEnough}
  and (m.merged_into is null or f.source <> 'purchases')
  and not exists (select 1 from customer_facts o where o.customer_id = m.merged_into
    and o.name = f.name and o.item = f.item and o.source <> 'purchases')
  and not (f.source = 'purchases' and exists (
    select 1 from customers x join customer_facts o on o.customer_id = x.id
    where x.merged_into = f.customer_id and o.name = f.name and o.item = f.item and o.source <> 'purchases'))`;

function factWhere(name: string, wanted: Fragment, context: SegmentContext): Fragment {
  const mine = ofOne('f.customer_id', context);
  return among(
    `select coalesce(m.merged_into, m.id) from customer_facts f join customers m on m.id = f.customer_id
     where f.name = ? and ${wanted.sql} and ${mine.sql} and ${standing}`,
    name,
    ...wanted.args,
    ...mine.args,
  );
}

/** A fact by its value; `fact.child_age` by the middle of the days the child may have been born on. */
const fact: Compile = (condition, context) => {
  const { part = '', operator = '=', values = [] } = condition;
  const contrary = operator === '!=';
  const sign = contrary ? '=' : operator;
  const [numbers, words] = [numbersOf(values), wordsOf(values)];
  const found = part.endsWith(ageEnding)
    ? [factWhere(part.slice(0, -ageEnding.length), compared(agedSql(context.today), sign, numbers), context)]
    : [
        ...(numbers.length > 0 ? [factWhere(part, compared(plain(numberSql), sign, numbers), context)] : []),
        ...(words.length > 0 ? [factWhere(part, ofWords(words), context)] : []),
      ];
  const holds = oneOf(found);
  return contrary ? notSo(holds) : holds;
};

/** A value that is a number; null for all others, and null compares with nothing. */
const numberSql =
  "case when f.value glob '[0-9]*' and f.value not glob '*[^0-9.]*' then cast(f.value as real) end";

function agedSql(today: number): Fragment {
  return plain(`case when f.low is not null then (${today} - (f.low + f.high) / 2.0) / ${yearDays} end`);
}

function ofWords(words: readonly string[]): Fragment {
  const ways = spellings(words);
  return plain(`f.value in (${marks(ways)})`, ...ways);
}

/** Marks that journeys, shops and the staff put on people, also on accounts that were merged. */
const tag: Compile = (condition, context) => {
  const mine = ofOne('t.customer_id', context);
  return oneOfWords(condition, (word) =>
    among(
      `select coalesce(m.merged_into, m.id) from customer_tags t join customers m on m.id = t.customer_id
       where t.tag = ? and ${mine.sql}`,
      word,
      ...mine.args,
    ),
  );
};

/** What was worked out about a customer. */
export const knownFields = {
  ...rfmFields,
  lifecycle,
  alive,
  expected_orders: (condition, context) =>
    scored('expected_orders', numbersOf(condition.values ?? []), condition, context),
  value: (condition, context) => scored('value_minor', minorOf(condition, context), condition, context),
  fact,
  tag,
} as const satisfies Readonly<Record<string, Compile>>;
