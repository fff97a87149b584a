import type { RfmCuts, RfmProfile } from '../../core/insights/rfm/types.ts';
import type { Statement } from '../database.ts';
import { stands } from '../figures.ts';

/** Today as recency is counted to: in days since 1970 on the program's calendar, and the midnight that ends it. */
export interface RfmToday {
  readonly day: number;
  /** Epoch milliseconds. */
  readonly midnight: number;
}

/** Who counts: nobody who was forgotten, and nobody who became part of another. */
export const countsOnce = 'merged_into is null and erased_at is null';

/**
 * SQL that lists whom a profile scores: customer_id, last_day, orders, paid_minor. Over all purchases there ever were it
 * is the figures of customers; of a store or category their totals, where days are counted back from tonight; within a
 * period the purchases themselves, also those of accounts that were merged.
 */
export function rfmSource({ by, days }: Pick<RfmProfile, 'by' | 'days'>, today: RfmToday): Statement {
  if (days !== undefined) return withinPeriod(by, today.day - days + 1);
  if (by !== undefined) return ofFacet(by, today);
  const sql = `select id as customer_id, last_day, orders, paid_minor from customers where orders > 0 and ${countsOnce}`;
  return { sql, args: [] };
}

type By = NonNullable<RfmProfile['by']>;

function facetOf(by: By): { readonly facet: 'store' | 'category'; readonly value: string } {
  return 'store' in by ? { facet: 'store', value: by.store } : { facet: 'category', value: by.category };
}

function ofFacet(by: By, { day, midnight }: RfmToday): Statement {
  const { facet, value } = facetOf(by);
  const sql = `select t.customer_id, ${day} - (${midnight - 1} - t.last_at) / 86400000 as last_day, t.orders, t.paid_minor
    from customer_totals t join customers on customers.id = t.customer_id
    where t.facet = ? and t.value = ? and t.orders > 0 and ${countsOnce}`;
  return { sql, args: [facet, value] };
}

function withinPeriod(by: By | undefined, firstDay: number): Statement {
  const { facet, value } = by === undefined ? {} : facetOf(by);
  const ofLines = facet === 'category';
  const paid = ofLines
    ? 'l.amount_minor - l.discount_minor - l.refunded_minor'
    : 'p.total_minor - p.discount_minor - p.refunded_minor';
  const counted = ofLines
    ? `(p.kind = 'return' or (${stands} and (l.refunded_minor < l.amount_minor - l.discount_minor or l.amount_minor = l.discount_minor)))`
    : 'true';
  const sql = `select coalesce(c.merged_into, c.id) as customer_id, max(p.local_at / 86400000) filter (where ${stands}) as last_day,
      count(distinct p.id) filter (where ${stands}) as orders, sum(${paid}) as paid_minor
    from purchases p join customers c on c.id = p.customer_id
      ${ofLines ? 'join purchase_lines l on l.purchase_id = p.id and l.category = ?' : ''}
    where p.local_at >= ${firstDay * 86_400_000} and c.erased_at is null and ${counted}
      ${facet === 'store' ? 'and p.store = ?' : ''}
    group by 1 having orders > 0`;
  return { sql, args: value === undefined ? [] : [value] };
}

/** The code of a customer as a number (`555`), as SQL over the columns of `rfmSource`; `prefix` names their table: `c.`. */
export function codeSql({ recencyDays, orders, paidMinor }: RfmCuts, day: number, prefix = ''): string {
  const above = (value: string, bounds: readonly number[]) =>
    bounds.map((bound) => `(${value} > ${bound})`).join(' + ');
  const recency = `${recencyDays.length + 1} - (${above(`(${day} - ${prefix}last_day)`, recencyDays)})`;
  const frequency = `1 + ${above(`${prefix}orders`, orders)}`;
  return `((${recency}) * 100 + (${frequency}) * 10 + 1 + ${above(`${prefix}paid_minor`, paidMinor)})`;
}

/**
 * SQL that holds for these codes. What the scores of all of them have in common is asked first: a comparison each, where
 * a code takes a dozen.
 */
export function codesSql(cuts: RfmCuts, codes: readonly string[], day: number, prefix = ''): string {
  const wanted = `${codeSql(cuts, day, prefix)} in (${codes.join(', ')})`;
  const scoresAt = (place: number) => codes.map((code) => Number(code[place]));
  const best = cuts.recencyDays.length + 2;
  return [
    ...within(
      `(${day} - ${prefix}last_day)`,
      cuts.recencyDays,
      scoresAt(0).map((score) => best - score),
    ),
    ...within(`${prefix}orders`, cuts.orders, scoresAt(1)),
    ...within(`${prefix}paid_minor`, cuts.paidMinor, scoresAt(2)),
    wanted,
  ].join(' and ');
}

/** Between which bounds a value lies whose score, counted from the least values up, is among these. */
function within(value: string, bounds: readonly number[], scores: readonly number[]): string[] {
  const [below, above] = [bounds[Math.min(...scores) - 2], bounds[Math.max(...scores) - 1]];
  return [
    ...(below === undefined ? [] : [`${value} > ${below}`]),
    ...(above === undefined ? [] : [`${value} <= ${above}`]),
  ];
}
