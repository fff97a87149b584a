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
const totals = { orders: 'orders', paid: 'paid_minor' } as const;
type Figure = keyof typeof figures;

/** Which numbers matter: from the least on, and up to the most; what is beyond need not be counted out. */
interface Matter {
  readonly least: number;
  readonly most: number;
}

const anyNumber: Matter = { least: 0, most: Number.POSITIVE_INFINITY };

/** Orders, or what was paid in minor units, as a number in SQL. */
function figure(name: Figure, look: Look, context: SegmentContext, matter = anyNumber): Fragment {
  const { since, facets } = look;
  const [only] = facets;
  if (!only) return since === null ? plain(figures[name]) : lately(name, since, matter);
  if (facets.length === 1 && since === null) return total(name, only);
  const bought = allOf(facets.map((facet) => ofFacet(facet, context)));
  const counted = amongBuyers(name, look, matter);
  return {
    sql: `case when ${bought.sql} then ${counted.sql} else 0 end`,
    args: [...bought.args, ...counted.args],
    cost: 2,
  };
}

/** Figures of one facet since a moment, or of several, of who has totals of them all. */
function amongBuyers(name: Figure, look: Look, matter: Matter): Fragment {
  const { since, facets } = look;
  const [only] = facets;
  if (!only || facets.length > 1 || since === null) return summed(name, look, matter);
  return latelyOf(name, { since, only }, matter);
}

/**
 * Figures of one facet since a moment, of who has a total of it. Without goods brought back that total mostly tells:
 * whoever bought of it last before then, or less of it than matters, has nothing; whoever bought of it first after then
 * has all of it.
 */
function latelyOf(
  name: Figure,
  { since, only }: { readonly since: number; readonly only: readonly [Facet, string] },
  matter: Matter,
): Fragment {
  const column = totals[name];
  const calm = name === 'orders' ? 'true' : 'c.refunded_minor = 0';
  const sums = summed(name, { since, facets: [only] }, matter);
  const [facet, value] = only;
  return {
    sql: `coalesce((select case when ${calm} and (t.last_at < ? or t.${column} < ?) then 0
        when ${calm} and t.first_at >= ? then t.${column} end from customer_totals t
        where t.customer_id = c.id and t.facet = '${facet}' and t.value = ?), ${sums.sql})`,
    args: [since, matter.least, since, value, ...sums.args],
    cost: 2,
  };
}

/** The total of one facet: looked up for each customer. */
function total(name: Figure, [facet, value]: readonly [Facet, string]): Fragment {
  return {
    sql: `coalesce((select t.${totals[name]} from customer_totals t where t.customer_id = c.id and t.facet = '${facet}' and t.value = ?), 0)`,
    args: [value],
    cost: 2,
  };
}

/**
 * Figures since a moment: mostly the row of the customer tells by itself. Without goods brought back, whoever bought
 * last before then has nothing since, whoever bought first after then has all of it since, and nobody has more since
 * than ever.
 */
function lately(name: Figure, since: number, matter: Matter): Fragment {
  const { least } = matter;
  const sums = summed(name, { since, facets: [] }, matter);
  const calm = name === 'orders' ? 'true' : 'c.refunded_minor = 0';
  const enough = least > 0 ? ` or ${figures[name]} < ?` : '';
  return {
    sql: `case when ${calm} and (c.last_at is null or c.last_at < ?${enough}) then 0
      when ${calm} and c.first_at >= ? then ${figures[name]} else ${sums.sql} end`,
    args: [since, ...(least > 0 ? [least] : []), since, ...sums.args],
    cost: 2,
  };
}

/** What was paid since a moment, in minor units; 0 where it is less than `least`, perhaps. */
export function paidSince(since: number, least: number): Fragment {
  return lately('paid', since, { ...anyNumber, least });
}

/** Figures summed over the receipts of one customer; orders are counted no further than matters. */
function summed(name: Figure, look: Look, { most }: Matter): Fragment {
  const { from, args } = receipts(look);
  const ofLines = needsLines(look);
  if (name === 'paid') {
    const paid = ofLines
      ? 'l.amount_minor - l.discount_minor - l.refunded_minor'
      : 'p.total_minor - p.discount_minor - p.refunded_minor';
    return { sql: `(select coalesce(sum(${paid}), 0) ${from})`, args, cost: 2 };
  }
  const orders = ofLines
    ? `select distinct p.id ${from} and p.kind = 'sale'`
    : `select 1 ${from} and ${stands}`;
  const enough = Number.isFinite(most) ? ` limit ${Math.max(0, Math.floor(most)) + 1}` : '';
  return { sql: `(select count(*) from (${orders}${enough}))`, args, cost: 2 };
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

/** Up to the greatest number a comparison names, and one more; from the least it could hold for. */
function matterOf(operator: Operator, values: readonly number[]): Matter {
  const least = operator === '<' || operator === '<=' || operator === '!=' ? 0 : Math.min(...values);
  return { least: Math.max(0, least), most: Math.max(...values) };
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
  const matter = matterOf(operator, values);
  if (!only || holds(0, operator, values)) {
    return compared(figure(name, look, context, matter), operator, values);
  }
  // What holds for nobody without a total is asked of those who have one, instead of everybody.
  if (look.facets.length === 1 && look.since === null) {
    const passed = compared(plain(totals[name]), operator, values);
    return ofFacet(only, context, passed.sql, ...passed.args);
  }
  const bought = look.facets.map((facet) => ofFacet(facet, context));
  return allOf([...bought, compared(amongBuyers(name, look, matter), operator, values)]);
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
  const [paid, count] = [figure('paid', look, context), figure('orders', look, context)];
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
  return compared(figure('orders', look, context, { least: 1, most: 0 }), '>', [0]);
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
    const paid = lately('paid', since, { ...anyNumber, least: from });
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
