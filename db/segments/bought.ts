import { tierSince } from '../../core/program/rules.ts';
import type { Condition, Filters, Operator } from '../../core/segments/types.ts';
import { ofOne, type SegmentContext } from './context.ts';
import { boundsOf, momentBefore, momentIs, within } from './moments.ts';
import { type Compile, oneOfWords } from './people.ts';
import {
  allOf,
  among,
  compared,
  type Fragment,
  holds,
  joined,
  notSo,
  numbersOf,
  oneOf,
  plain,
} from './sql.ts';

/** The accounts that count for a customer. */
const accounts = '(select c.id union all select m.id from customers m where m.merged_into = c.id)';

/** A sale that was not brought back whole, and a line of one: as in the figures of customers. */
const stands =
  "(p.kind = 'sale' and (p.refunded_minor < p.total_minor - p.discount_minor or p.total_minor = p.discount_minor))";
const lineStands =
  '(l.refunded_minor < l.amount_minor - l.discount_minor or l.amount_minor = l.discount_minor)';

type Facet = 'store' | 'category' | 'product';
const facets = ['store', 'category', 'product'] as const;

/** What a condition looks at: since when, and which facets. */
interface Look {
  readonly since: number | null;
  readonly facets: readonly (readonly [facet: Facet, value: string])[];
}

function lookOf(filters: Filters | undefined, context: SegmentContext): Look {
  const since = filters?.period === undefined ? null : momentBefore(filters.period, context);
  return {
    since,
    facets: facets.flatMap((facet) => {
      const value = filters?.[facet];
      return value === undefined ? [] : [[facet, value] as const];
    }),
  };
}

/** Who has a total of a facet, and what more is said of it. */
function ofFacet(
  [facet, value]: readonly [Facet, string],
  context: SegmentContext,
  more = 'true',
  ...args: Fragment['args']
): Fragment {
  const mine = ofOne('customer_id', context);
  return among(
    `select customer_id from customer_totals where facet = '${facet}' and value = ? and ${more} and ${mine.sql}`,
    value,
    ...args,
    ...mine.args,
  );
}

const figures = { orders: 'c.orders', paid: 'c.paid_minor' } as const;
type Figure = keyof typeof figures;

/** Orders, or what was paid in minor units, as a number in SQL. `least`: only numbers from this on matter. */
function figure(name: Figure, look: Look, context: SegmentContext, least = 0): Fragment {
  const { since, facets } = look;
  const [only] = facets;
  if (!only) return since === null ? plain(figures[name]) : lately(name, since, least);
  if (facets.length === 1 && since === null) return total(name, only);
  const bought = facets.map((facet) => ofFacet(facet, context));
  const counted = summed(name, look);
  return joined(' ', [
    { ...allOf(bought), sql: `case when ${allOf(bought).sql}` },
    { ...counted, sql: `then ${counted.sql} else 0 end` },
  ]);
}

/** The total of one facet: looked up for each customer. */
function total(name: Figure, [facet, value]: readonly [Facet, string]): Fragment {
  const column = name === 'orders' ? 'orders' : 'paid_minor';
  return {
    sql: `coalesce((select t.${column} from customer_totals t where t.customer_id = c.id and t.facet = '${facet}' and t.value = ?), 0)`,
    args: [value],
    cost: 2,
  };
}

/**
 * Figures since a moment: mostly the row of the customer tells by itself. Without goods brought back, whoever bought
 * last before then has nothing since, whoever bought first after then has all of it since, and nobody has more since
 * than ever.
 */
function lately(name: Figure, since: number, least: number): Fragment {
  const sums = summed(name, { since, facets: [] });
  const calm = name === 'orders' ? 'true' : 'c.refunded_minor = 0';
  const enough = least > 0 ? ` or ${figures[name]} < ?` : '';
  return {
    sql: `case when ${calm} and (c.last_at is null or c.last_at < ?${enough}) then 0
      when ${calm} and c.first_at >= ? then ${figures[name]} else ${sums.sql} end`,
    args: [since, ...(least > 0 ? [least] : []), since, ...sums.args],
    cost: 2,
  };
}

const overPurchases: Readonly<Record<Figure, string>> = {
  orders: `count(*) filter (where ${stands})`,
  paid: 'coalesce(sum(p.total_minor - p.discount_minor - p.refunded_minor), 0)',
};
const overLines: Readonly<Record<Figure, string>> = {
  orders: "count(distinct case p.kind when 'sale' then p.id end)",
  paid: 'coalesce(sum(l.amount_minor - l.discount_minor - l.refunded_minor), 0)',
};

/** Figures summed over the receipts of one customer. */
function summed(name: Figure, look: Look): Fragment {
  const { from, args } = receipts(look);
  const of = needsLines(look) ? overLines : overPurchases;
  return { sql: `(select ${of[name]} ${from})`, args, cost: 2 };
}

function needsLines({ facets }: Look): boolean {
  return facets.some(([facet]) => facet !== 'store');
}

const facetColumns: Readonly<Record<Facet, string>> = {
  store: 'p.store',
  category: 'l.category',
  product: 'l.sku',
};

function receipts(look: Look): { readonly from: string; readonly args: readonly (string | number)[] } {
  const { since, facets } = look;
  const lines = needsLines(look);
  return {
    from: `from purchases p${lines ? ' join purchase_lines l on l.purchase_id = p.id' : ''}
      where p.customer_id in ${accounts}${since === null ? '' : ' and p.at >= ?'}
        ${lines ? `and (p.kind = 'return' or (${stands} and ${lineStands}))` : ''}
        ${facets.map(([facet]) => `and ${facetColumns[facet]} = ?`).join(' ')}`,
    args: [...(since === null ? [] : [since]), ...facets.map(([, value]) => value)],
  };
}

/** The least number for which a comparison holds, where it holds from there on; 0 where less could do. */
function leastOf(operator: Operator, values: readonly number[]): number {
  const least = Math.min(...values);
  return operator === '<' || operator === '<=' || operator === '!=' ? 0 : Math.max(0, least);
}

function numberIs(
  name: Figure,
  condition: Condition,
  context: SegmentContext,
  values: readonly number[],
): Fragment {
  const look = lookOf(condition.filters, context);
  const { operator = '=' } = condition;
  const [only] = look.facets;
  // What holds for nobody without a total is asked of those who have one, instead of everybody.
  if (only && look.facets.length === 1 && look.since === null && !holds(0, operator, values)) {
    const column = name === 'orders' ? 'orders' : 'paid_minor';
    const passed = compared(plain(column), operator, values);
    return ofFacet(only, context, passed.sql, ...passed.args);
  }
  return compared(figure(name, look, context, leastOf(operator, values)), operator, values);
}

const orders: Compile = (condition, context) =>
  numberIs('orders', condition, context, numbersOf(condition.values ?? []));

const spent: Compile = (condition, context) =>
  numberIs('paid', condition, context, minorOf(condition, context));

/** Amounts of a condition in minor units. */
export function minorOf({ values = [] }: Condition, { minorPerMajor }: SegmentContext): number[] {
  return numbersOf(values).map((major) => Math.round(major * minorPerMajor * 1e4) / 1e4);
}

/** What was paid is compared with so many times the orders: nothing is divided, nobody has an average without an order. */
const average: Compile = (condition, context) => {
  const look = lookOf(condition.filters, context);
  const [paid, count] = [figure('paid', look, context), figure('orders', look, context, 1)];
  const { operator = '=' } = condition;
  const sign = operator === 'in' || operator === '!=' ? '=' : operator;
  const each = minorOf(condition, context).map((minor) =>
    joined(' ', [paid, plain(`${sign} ? *`, minor), count]),
  );
  const found = allOf([compared(count, '>', [0]), oneOf(each)]);
  return operator === '!=' ? notSo(found) : found;
};

/** Bought at all, or since a moment: of one facet its total says when it was bought last. */
function everBought(look: Look, context: SegmentContext): Fragment {
  const { since, facets } = look;
  const [only] = facets;
  if (!only) return since === null ? plain('c.orders > 0') : plain('c.last_at >= ?', since);
  if (facets.length === 1)
    return since === null
      ? ofFacet(only, context, 'orders > 0')
      : ofFacet(only, context, 'orders > 0 and last_at >= ?', since);
  return compared(figure('orders', look, context, 1), '>', [0]);
}

const bought: Compile = ({ filters }, context) => everBought(lookOf(filters, context), context);

function boughtOf(facet: Facet): Compile {
  return (condition, context) =>
    oneOfWords(condition, (word) => everBought({ since: null, facets: [[facet, word]] }, context));
}

/** When something was bought last or first: of everything, of one facet, or, by looking at receipts, of several. */
function boughtWhen(end: 'last' | 'first'): Compile {
  const [column, pick] = [`${end}_at`, end === 'last' ? 'max' : 'min'];
  return (condition, context) => {
    const look = lookOf(condition.filters, context);
    if (look.facets.length === 0) return momentIs(`c.${column}`, condition, context);
    const [value] = condition.values ?? [];
    const contrary = condition.operator === '!=';
    if (value?.type === 'word') {
      const wanted = (value.word === 'yes') !== contrary;
      return wanted ? everBought(look, context) : notSo(everBought(look, context));
    }
    const found = boughtWithin(look, { column, pick }, boundsOf(condition, context), context);
    return contrary ? notSo(found) : found;
  };
}

function boughtWithin(
  look: Look,
  { column, pick }: { readonly column: string; readonly pick: string },
  bounds: ReturnType<typeof boundsOf>,
  context: SegmentContext,
): Fragment {
  const [only] = look.facets;
  if (only && look.facets.length === 1) {
    const { sql, args } = within(column, bounds);
    return ofFacet(only, context, `orders > 0 and ${sql}`, ...args);
  }
  const { from, args } = receipts(look);
  const moments = within('moment', bounds);
  return allOf([
    ...look.facets.map((facet) => ofFacet(facet, context)),
    {
      sql: `exists (select 1 from (select ${pick}(p.at) as moment ${from} and p.kind = 'sale') where ${moments.sql})`,
      args: [...args, ...moments.args],
      cost: 2,
    },
  ]);
}

/** The tier that what was paid within the program's `tier_days` leads to. */
const tier: Compile = (condition, context) => {
  const { tiers } = context.program;
  const since = tierSince(context.program, context.now);
  return oneOfWords(condition, (word) => {
    const index = tiers.findIndex(({ name }) => name === word);
    if (index < 0 && word !== 'none') return plain('false');
    const [from, until] = [tiers[index]?.spend_minor ?? 0, tiers[index + 1]?.spend_minor];
    const paid = lately('paid', since, from);
    return allOf([
      ...(from > 0 || index >= 0 ? [compared(paid, '>=', [from])] : []),
      ...(until === undefined ? [plain('true')] : [compared(paid, '<', [until])]),
    ]);
  });
};

/** What purchases say about a customer. */
export const purchaseFields = {
  orders,
  spent,
  average,
  last_purchase: boughtWhen('last'),
  first_purchase: boughtWhen('first'),
  bought,
  store: boughtOf('store'),
  category: boughtOf('category'),
  product: boughtOf('product'),
  refunded: (condition, context) =>
    compared(plain('c.refunded_minor'), condition.operator ?? '=', minorOf(condition, context)),
  tier,
} as const satisfies Readonly<Record<string, Compile>>;
