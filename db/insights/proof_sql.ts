import type { ArmSize } from '../../core/insights/proof/ratio.ts';
import { sumOf } from '../../core/insights/proof/sums.ts';
import type { Bought, CountedArm, Stratum, Told } from '../../core/insights/proof/types.ts';
import { noTemplate } from '../../core/messaging/outbox.ts';
import { usualDepth } from '../../core/messaging/states.ts';
import { sum } from '../../core/money.ts';
import type { Row, Statement } from '../database.ts';

/**
 * Who is compared: a `with` that ends in a table `entered (account, arm, at, stratum, is_cut)`, each account once. `is_cut`:
 * the draw was changed before the days that count were over.
 */
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

/**
 * Everybody who entered, each person once, by when and in which arm: from the first time, in the arm of then, since
 * whoever comes again does so because of what happened meanwhile. Accounts that became one, few among millions, are put
 * together beside all others, whom that costs nothing.
 */
const peopleSql = `linked (id, person) as materialized (
    select id, merged_into from customers where merged_into is not null
    union select merged_into, merged_into from customers where merged_into is not null),
  joined as (
    select l.person, e.arm, min(e.at) as at, e.stratum, e.is_cut
    from linked l cross join entered e on e.account = l.id group by l.person)`;
const alone = 'entered e where e.account not in (select id from linked)';

function stageSql({ lengthMs, now }: Span): string {
  return `case when at > ${now} then 'to_come' when is_cut then 'cut' when at + ${lengthMs} > ${now} then 'open'
    else 'over' end as stage`;
}

/**
 * How many entered, by arm, stratum and by where they stand: `to_come`, `open`, `over` where the days that count are, `cut`
 * where they never will be.
 */
export function sizesStatement({ sql, args }: Entered, span: Span): Statement {
  return {
    sql: `${sql}, ${peopleSql}
      select arm, stratum, ${stageSql(span)}, count(*) as people, min(at) as first_at, max(at) as last_at
      from (select e.arm, e.at, e.stratum, e.is_cut from ${alone}
        union all select arm, at, stratum, is_cut from joined) group by 1, 2, 3`,
    args,
  };
}

const ofOnePerson = `max(${stands}) as bought, sum(${paid}) as paid, sum(${discount}) as discount, sum(p.spent) as spent`;

/**
 * What they bought since, by arm, stratum and by where they stand: one walk over those who entered, in the order of the index of
 * purchases. Who bought nothing adds nothing, so nobody is looked at twice.
 */
export function boughtStatement({ sql, args }: Entered, span: Span): Statement {
  const { lengthMs } = span;
  const within = (at: string) => `p.at >= ${at} and p.at < ${at} + ${lengthMs}`;
  return {
    sql: `${sql}, ${peopleSql},
      buyers as (
        select e.arm, e.at, e.stratum, e.is_cut, ${ofOnePerson}
        from entered e cross join purchases p on p.customer_id = e.account and ${within('e.at')}
        where e.account not in (select id from linked) group by e.account
        union all
        select j.arm, j.at, j.stratum, j.is_cut, ${ofOnePerson}
        from joined j cross join purchases p
          on p.customer_id in (select j.person union all select id from customers where merged_into = j.person)
            and ${within('j.at')}
        group by j.person)
      select arm, stratum, ${stageSql(span)}, sum(bought) as buyers, sum(paid) as paid, sum(discount) as discount,
        sum(spent) as spent, total(1.0 * paid * paid) as paid_squares, total(1.0 * discount * discount) as discount_squares,
        total(1.0 * paid * discount) as paid_by_discount
      from buyers group by 1, 2, 3`,
    args,
  };
}

function boughtOf(size: Row, row: Row | undefined): Bought {
  const number = (name: string) => Number(row?.[name] ?? 0);
  return {
    people: Number(size.people),
    buyers: number('buyers'),
    paidMinor: number('paid'),
    discountMinor: number('discount'),
    paidSquares: number('paid_squares'),
    discountSquares: number('discount_squares'),
    paidByDiscount: number('paid_by_discount'),
    pointsSpent: number('spent'),
  };
}

/** How far a notice came over all its channels: 3 read, 2 delivered, 1 sent. */
const cameTo = `max(case when x.read_at is not null then 3 when x.delivered_at is not null then 2
  when x.sent_at is not null then 1 else 0 end)`;

/** Whether a notice went over a channel that tells so much, as SQL. */
function tells(depth: 'delivered' | 'read'): string {
  const able = Object.entries(usualDepth).flatMap(([channel, told]) =>
    told === 'read' || told === depth ? [`'${channel}'`] : [],
  );
  const known =
    depth === 'read' ? 'x.read_at is not null' : 'coalesce(x.delivered_at, x.read_at) is not null';
  return `max(x.sent_at is not null and (x.channel in (${able.join(', ')}) or ${known}))`;
}

/**
 * What became of notices `n`, by an expression of their arm. `from`: everything after the word; `order`: by what they
 * come one by one, so that no sorting is needed.
 */
export function toldStatement({
  arm,
  from,
  where,
  order,
  args,
}: {
  readonly [part in 'arm' | 'from' | 'where' | 'order']: string;
} & Pick<Statement, 'args'>): Statement {
  return {
    sql: `select arm, sum(came >= 1) as sent, sum(came >= 2) as delivered, sum(came = 3) as read, sum(clicked) as clicked,
        sum(answered) as answered, sum(gone) as gone, sum(failed) as failed, sum(price) as price,
        sum(tells_delivered) as delivered_of, sum(tells_read) as read_of, sum(untemplated) as untemplated
      from (select ${arm} as arm, n.clicked_at is not null as clicked, n.answered_at is not null as answered,
          n.left_at is not null as gone, n.state = 'failed' as failed, ${cameTo} as came, sum(x.price_micros) as price,
          ${tells('delivered')} as tells_delivered, ${tells('read')} as tells_read,
          max(x.channel = 'whatsapp' and x.state = 'failed' and x.error like '${noTemplate}%') as untemplated
        from ${from} left join messages x on x.notice_id = n.id where ${where} group by ${order})
      group by arm`,
    args,
  };
}

function toldOf(row: Row | undefined): Told {
  const number = (name: string) => Number(row?.[name] ?? 0);
  return {
    ...{ sent: number('sent'), delivered: number('delivered'), read: number('read') },
    ...{ clicked: number('clicked'), answered: number('answered'), left: number('gone') },
    ...{ deliveredOf: number('delivered_of'), readOf: number('read_of') },
    ...{ failed: number('failed'), untemplated: number('untemplated'), priceMicros: number('price') },
  };
}

/** The rows of the statements above, and points given (`arm`, `points`). */
export interface Counts {
  readonly sizes: readonly Row[];
  readonly bought: readonly Row[];
  readonly told: readonly Row[];
  readonly gifts: readonly Row[];
  /** Whoever was ever in an arm (`arm`, `people`); absent: those who entered. */
  readonly heads?: readonly Row[];
}

/** Some of those who entered, with what they bought. */
interface Part {
  readonly arm: string;
  readonly stratum: string;
  readonly isOver: boolean;
  readonly bought: Bought;
}

function partsOf({ sizes, bought }: Counts): readonly Part[] {
  const keyOf = ({ arm, stratum, stage }: Row) => `${arm} ${stratum} ${stage}`;
  const rows = new Map(bought.map((row) => [keyOf(row), row]));
  return sizes
    .filter(({ stage }) => stage !== 'to_come')
    .map((size) => ({
      ...{ arm: String(size.arm), stratum: String(size.stratum), isOver: size.stage === 'over' },
      bought: boughtOf(size, rows.get(keyOf(size))),
    }));
}

/** Those who are compared with each other, by the sizes of each stratum. */
export function strataOf(counts: Counts, sizes: ReadonlyMap<string, readonly ArmSize[]>): readonly Stratum[] {
  const parts = partsOf(counts).filter(({ isOver }) => isOver);
  return [...sizes].map(([name, own]) => ({
    over: new Map(parts.flatMap((one) => (one.stratum === name ? [[one.arm, one.bought]] : []))),
    sizes: own,
  }));
}

/** What was counted, arm by arm. */
export function armsOf(counts: Counts): readonly CountedArm[] {
  const { told, gifts, heads } = counts;
  const parts = partsOf(counts);
  const names = new Set([...parts.map(({ arm }) => arm), ...told.map((row) => String(row.arm))]);
  return [...names].sort().map((arm) => {
    const of = (rows: readonly Row[]) => rows.filter((row) => row.arm === arm);
    const own = parts.filter((part) => part.arm === arm);
    const all = sumOf(own.map(({ bought }) => bought));
    return {
      ...{ arm, all },
      over: sumOf(own.filter(({ isOver }) => isOver).map(({ bought }) => bought)),
      told: toldOf(of(told)[0]),
      pointsGiven: sum(of(gifts).map(({ points }) => Number(points ?? 0))),
      heads: heads ? sum(of(heads).map(({ people }) => Number(people))) : all.people,
    };
  });
}

/** When the first and the last entered or will; null: nobody. */
export function spanOf({ sizes }: Counts): { readonly firstAt: number; readonly lastAt: number } | null {
  if (sizes.length === 0) return null;
  return {
    firstAt: Math.min(...sizes.map(({ first_at }) => Number(first_at))),
    lastAt: Math.max(...sizes.map(({ last_at }) => Number(last_at))),
  };
}
