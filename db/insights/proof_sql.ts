import { sumOf } from '../../core/insights/proof/sums.ts';
import type { Bought, CountedArm, Told } from '../../core/insights/proof/types.ts';
import { sum } from '../../core/money.ts';
import type { Row, Statement } from '../database.ts';

/** Who is compared: a `with` that ends in a table `entered (account, arm, at)`, each account once. */
export interface Entered {
  readonly sql: string;
  readonly args: Statement['args'];
}

/** How long after somebody entered purchases count, and what is now. In milliseconds. */
export interface Span {
  readonly lengthMs: number;
  readonly now: number;
}

const paid = '(p.total_minor - p.discount_minor - p.refunded_minor)';
const stands = `(p.kind = 'sale' and (p.refunded_minor < p.total_minor - p.discount_minor or p.total_minor = p.discount_minor))`;
/** Of what came back, the part of the discount that went with it. */
const discount = `(case when p.refunded_minor = 0 or p.total_minor = p.discount_minor then p.discount_minor
  else round(p.discount_minor * 1.0 * ${paid} / (p.total_minor - p.discount_minor)) end)`;

const ofOnePerson = `coalesce(max(${stands}), 0) as bought, coalesce(sum(${paid}), 0) as paid,
  coalesce(sum(${discount}), 0) as discount, coalesce(sum(p.spent), 0) as spent`;

/**
 * What those who entered bought since, by arm and by where they stand: `to_come`, `open`, or `over` where the days that
 * count are. Everybody who was to be told counts, reached or not: whoever cannot be reached is in the control group too,
 * and nobody knows who there.
 *
 * A person counts once, from when he first entered, in the arm of then: whoever comes again does so because of what
 * happened meanwhile. It is one walk over those who entered, in the order of the index of purchases; accounts that became
 * one, few among millions, are put together beside it.
 */
export function boughtStatement({ sql, args }: Entered, { lengthMs, now }: Span): Statement {
  return {
    sql: `${sql},
      linked (id, person) as materialized (
        select id, merged_into from customers where merged_into is not null
        union select merged_into, merged_into from customers where merged_into is not null),
      joined as (
        select l.person, e.arm, min(e.at) as at from linked l cross join entered e on e.account = l.id group by l.person),
      people as (
        select e.arm, e.at, ${ofOnePerson}
        from entered e left join purchases p on p.customer_id = e.account and p.at >= e.at and p.at < e.at + ${lengthMs}
        where e.account not in (select id from linked) group by e.account
        union all
        select j.arm, j.at, ${ofOnePerson}
        from joined j left join purchases p
          on p.customer_id in (select j.person union all select id from customers where merged_into = j.person)
            and p.at >= j.at and p.at < j.at + ${lengthMs}
        group by j.person)
      select arm, case when at > ${now} then 'to_come' when at + ${lengthMs} > ${now} then 'open' else 'over' end as stage,
        count(*) as people, sum(bought) as buyers, sum(paid) as paid, sum(discount) as discount, sum(spent) as spent,
        total(1.0 * paid * paid) as paid_squares, total(1.0 * discount * discount) as discount_squares,
        total(1.0 * paid * discount) as paid_by_discount, min(at) as first_at, max(at) as last_at
      from people group by 1, 2`,
    args,
  };
}

function boughtOf(row: Row): Bought {
  const number = (name: string) => Number(row[name] ?? 0);
  return {
    people: number('people'),
    buyers: number('buyers'),
    paidMinor: number('paid'),
    discountMinor: number('discount'),
    paidSquares: number('paid_squares'),
    discountSquares: number('discount_squares'),
    paidByDiscount: number('paid_by_discount'),
    pointsSpent: number('spent'),
  };
}

/** How far a notice came over all its channels (3 read, 2 delivered, 1 sent), and four times what that cost. */
const cameTo = `coalesce((select max(case when x.read_at is not null then 3 when x.delivered_at is not null then 2
    when x.sent_at is not null then 1 else 0 end) + 4 * coalesce(sum(x.price_micros), 0)
  from messages x where x.notice_id = n.id), 0)`;

/** What became of notices `n`, by an expression of their arm. `from`: everything after the word. */
export function toldStatement(arm: string, from: string, args: Statement['args']): Statement {
  return {
    sql: `select arm, sum(came % 4 >= 1) as sent, sum(came % 4 >= 2) as delivered, sum(came % 4 = 3) as read,
        sum(clicked_at is not null) as clicked, sum(answered_at is not null) as answered,
        sum(left_at is not null) as gone, sum(state = 'failed') as failed, sum(came / 4) as price
      from (select ${arm} as arm, n.state, n.clicked_at, n.answered_at, n.left_at, ${cameTo} as came from ${from})
      group by arm`,
    args,
  };
}

function toldOf(row: Row | undefined): Told {
  const number = (name: string) => Number(row?.[name] ?? 0);
  return {
    ...{ sent: number('sent'), delivered: number('delivered'), read: number('read') },
    ...{ clicked: number('clicked'), answered: number('answered'), left: number('gone') },
    ...{ failed: number('failed'), priceMicros: number('price') },
  };
}

/** The rows of `boughtStatement` and `toldStatement`, and points given (`arm`, `points`), arm by arm. */
export function armsOf(
  bought: readonly Row[],
  told: readonly Row[],
  gifts: readonly Row[],
): readonly CountedArm[] {
  const names = new Set([...bought, ...told].map((row) => String(row.arm)));
  return [...names].sort().map((arm) => {
    const of = (rows: readonly Row[]) => rows.filter((row) => row.arm === arm);
    const here = of(bought).filter(({ stage }) => stage !== 'to_come');
    return {
      arm,
      all: sumOf(here.map(boughtOf)),
      over: sumOf(here.filter(({ stage }) => stage === 'over').map(boughtOf)),
      told: toldOf(of(told)[0]),
      pointsGiven: sum(of(gifts).map(({ points }) => Number(points ?? 0))),
    };
  });
}

/** When the first of those who are counted entered, and the last of all; null: nobody has. */
export function spanOf(bought: readonly Row[]): { readonly firstAt: number; readonly lastAt: number } | null {
  if (bought.length === 0) return null;
  return {
    firstAt: Math.min(...bought.map(({ first_at }) => Number(first_at))),
    lastAt: Math.max(...bought.map(({ last_at }) => Number(last_at))),
  };
}
