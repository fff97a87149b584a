import { encodeTime } from 'ulid';
import type { Condition } from '../../core/segments/types.ts';
import { ofOne, type SegmentContext } from './context.ts';
import { momentBefore, momentIs } from './moments.ts';
import type { Compile } from './people.ts';
import { among, compared, type Fragment, holds, notAmong, numbersOf, plain } from './sql.ts';

/** Whose it is: of an account that was merged, the one it went into. */
const owner = (column: string) =>
  `coalesce((select m.merged_into from customers m where m.id = ${column}), ${column})`;

/** Rows of one table that count for their customers. */
interface Rows {
  /** The column that names the customer. */
  readonly whose: string;
  readonly from: string;
  readonly where: string;
  readonly args: Fragment['args'];
}

/** So many of something, or the sum of it: zero where there is none, so those who have some are singled out. */
function howMany(
  count: string,
  { whose, from, where, args: asked }: Rows,
  condition: Condition,
  context: SegmentContext,
): Fragment {
  const { operator = '=', values = [] } = condition;
  const mine = ofOne(whose, context);
  const numbers = numbersOf(values);
  const counted = compared(plain(count), operator, numbers);
  const grouped = (having: string) =>
    `select ${owner(whose)} from ${from} where ${whose} is not null and ${where} and ${mine.sql} group by 1 having ${having}`;
  const args = [...asked, ...mine.args, ...counted.args];
  if (holds(0, operator, numbers)) return notAmong(grouped(`not (${counted.sql})`), ...args);
  return among(grouped(counted.sql), ...args);
}

/** Codes that can still be used at the moment. */
const couponsHeld: Compile = (condition, context) => {
  const ofCoupon = couponNamed('k.coupon_id', condition, context);
  const rows = {
    whose: 'k.customer_id',
    from: 'coupon_codes k join coupons d on d.id = k.coupon_id',
    where: `(k.valid_until is null or k.valid_until > ?) and d.stopped_at is null
      and k.uses < coalesce(d.definition ->> '$.limits.per_code', 1) and ${ofCoupon.sql}`,
    args: [context.now, ...ofCoupon.args],
  };
  return howMany('count(*)', rows, condition, context);
};

const couponsUsed: Compile = (condition, context) => {
  const { period } = condition.filters ?? {};
  const ofCoupon = couponNamed('u.coupon_id', condition, context);
  const since =
    period === undefined ? plain('true') : plain('u.created_at >= ?', momentBefore(period, context));
  const rows = {
    whose: 'u.customer_id',
    from: 'coupon_uses u',
    where: `u.status = 'used' and ${ofCoupon.sql} and ${since.sql}`,
    args: [...ofCoupon.args, ...since.args],
  };
  return howMany('count(*)', rows, condition, context);
};

function couponNamed(column: string, { filters }: Condition, { coupons }: SegmentContext): Fragment {
  const name = filters?.coupon;
  return name === undefined ? plain('true') : plain(`${column} = ?`, coupons.get(name) ?? name);
}

/** What of the points burns by then. */
const pointsExpiring: Compile = (condition, context) => {
  const { period } = condition.filters ?? {};
  const until = period ? momentBefore({ ...period, amount: -period.amount }, context) : context.now;
  const rows = {
    whose: 'l.customer_id',
    from: 'lots l',
    where: 'l.remaining > 0 and l.expires_at > ? and l.expires_at <= ?',
    args: [context.now, until],
  };
  return howMany('sum(l.remaining)', rows, condition, context);
};

/** The least id of a kind that could have been made at a moment: rows stand in the order of their ids. */
function leastId(prefix: string, at: number): string {
  return `${prefix}_${encodeTime(Math.max(0, at), 10)}`;
}

/** Messages that went out, or of them those read, written since a moment. */
function messagesThat(was: string): Compile {
  return (condition, context) => {
    const { period, channel } = condition.filters ?? {};
    const since = period === undefined ? undefined : momentBefore(period, context);
    const lately =
      since === undefined
        ? plain('true')
        : plain('x.id >= ? and x.created_at >= ?', leastId('msg', since), since);
    const over = channel === undefined ? plain('true') : plain('x.channel = ?', channel);
    const rows = {
      whose: 'x.customer_id',
      from: 'messages x',
      where: `${was} and ${lately.sql} and ${over.sql}`,
      args: [...lately.args, ...over.args],
    };
    return howMany('count(*)', rows, condition, context);
  };
}

/** When a message of ours was last read. */
const read: Compile = (condition, context) => {
  const lastRead = `(select max(x.read_at) from messages x
    where x.customer_id in (select c.id union all select m.id from customers m where m.merged_into = c.id))`;
  return { ...momentIs(lastRead, condition, context), cost: 2 };
};

/** When the customer last opened a link of a message for the first time. */
const clicked: Compile = (condition, context) => {
  const lastClicked = `(select max(x.clicked_at) from notices x
    where x.customer_id in (select c.id union all select m.id from customers m where m.merged_into = c.id))`;
  return { ...momentIs(lastClicked, condition, context), cost: 2 };
};

/** The newest answer to the question whether a customer would recommend us. */
const nps: Compile = ({ operator = '=', values = [] }, context) => {
  const contrary = operator === '!=';
  const score = compared(plain('score'), contrary ? '=' : operator, numbersOf(values));
  const mine = ofOne('s.customer_id', context);
  const newest = `select owner from (select ${owner('s.customer_id')} as owner, s.score as score, max(s.answered_at)
    from surveys s where s.answered_at is not null and s.score is not null and ${mine.sql} group by 1) where ${score.sql}`;
  return (contrary ? notAmong : among)(newest, ...mine.args, ...score.args);
};

/** Products that will be used up from now until then. */
const refill: Compile = ({ filters = {}, values: [value] = [] }, context) => {
  if (value?.type !== 'span') return plain('false');
  const { product, category } = filters;
  const mine = ofOne('customer_id', context);
  return among(
    `select customer_id from refills where due_at >= ? and due_at < ? and ${mine.sql}
      ${product === undefined ? '' : 'and sku = ?'}
      ${category === undefined ? '' : 'and sku in (select sku from products where category = ?)'}`,
    context.now,
    momentBefore({ ...value, amount: -value.amount }, context),
    ...mine.args,
    ...[product, category].filter((name) => name !== undefined),
  );
};

/** What other tables than purchases say about a customer. */
export const touchFields = {
  points: (condition) => figure('c.points', condition),
  points_earned: (condition) => figure('c.points_earned', condition),
  points_spent: (condition) => figure('c.points_spent', condition),
  points_expiring: pointsExpiring,
  coupons_held: couponsHeld,
  coupons_used: couponsUsed,
  messages: messagesThat("x.state in ('sent', 'delivered', 'read')"),
  reads: messagesThat('x.read_at is not null'),
  read,
  clicked,
  nps,
  refill,
} as const satisfies Readonly<Record<string, Compile>>;

function figure(column: string, { operator = '=', values = [] }: Condition): Fragment {
  return compared(plain(column), operator, numbersOf(values));
}
