import type { ChannelName } from '../../core/customers/types.ts';
import type { PurchaseId } from '../../core/ids.ts';
import {
  type CardMessage,
  type CardNeed,
  type CardPurchase,
  type CardRefill,
  type CardTotals,
  type CustomerCard,
  cardLengths,
  type Favourite,
  type Outlook,
} from '../../core/insights/card.ts';
import { defaultSecondPurchase, lifecycleOf, type SecondPurchase } from '../../core/insights/lifecycle.ts';
import type { MessageState } from '../../core/messaging/states.ts';
import { tierSince } from '../../core/program/rules.ts';
import { noArticle } from '../../core/purchases/products.ts';
import { DAY_MS, localTime } from '../../core/time.ts';
import { type Reading, type Row, type Statement, statement } from '../database.ts';
import { noticeFrom } from '../facts/notices.ts';
import { habitsStatement } from '../facts/purchases.ts';
import { talkFrom, talksSql } from '../facts/talks.ts';
import { segmentsOfCustomer } from '../segments/members.ts';
import { factsOf, viewFacts } from './facts.ts';
import { secondPurchaseName } from './lifecycle.ts';
import { surveyFrom } from './nps.ts';

/** The person: this account and those merged into it. */
const person = '(select ?1 union all select id from customers where merged_into = ?1)';

/** For how long something that ran out stands on a card. */
const ranOutMs = 30 * DAY_MS;

/** What an article is called: as the shop told us, or as it stood on the customer's last receipt. */
const articleName = (sku: string) => `coalesce((select name from products where products.sku = ${sku}),
  (select l.name from purchases u join purchase_lines l on l.purchase_id = u.id
   where u.customer_id in ${person} and l.sku = ${sku} and l.name is not null order by u.at desc limit 1), ${sku})`;

const favouritesSql = (
  name: string,
) => `select value, ${name} as name, orders, paid_minor from customer_totals
  where customer_id = ?1 and facet = ?2 and orders > 0 and value not in ('', '${noArticle}')
  order by orders desc, paid_minor desc, last_at desc limit ${cardLengths.favourites}`;

/** The statements that read a card, in the order `cardFrom` takes their rows. */
export function cardStatements({ customerId: id, program }: CardNeed, now: number): Statement[] {
  return [
    statement('select * from customers where id = ?', id),
    habitsStatement({ customerId: id, since: tierSince(program, now) }),
    statement(favouritesSql('value'), id, 'store'),
    statement(favouritesSql('value'), id, 'category'),
    statement(favouritesSql(articleName('value')), id, 'product'),
    statement('select result from computations where name = ?', secondPurchaseName),
    statement('select * from customer_scores where customer_id = ?', id),
    statement(
      "select map, state from segment_states where customer_id = ? and map like 'rf%' order by map",
      id,
    ),
    statement(
      `select id, external_id, at, store, total_minor, refunded_minor from purchases where customer_id in ${person}
       order by at desc, id desc limit ${cardLengths.purchases}`,
      id,
    ),
    statement(
      `select n.*, m.channel as tried, m.state as message_state, m.read_at from notices n
       left join messages m on m.id = (select max(x.id) from messages x where x.notice_id = n.id)
       where n.customer_id in ${person} order by n.created_at desc, n.id desc limit ${cardLengths.messages}`,
      id,
    ),
    factsOf([id]),
    statement(
      `select * from surveys where customer_id in ${person}
       order by asked_at desc, id desc limit ${cardLengths.surveys}`,
      id,
    ),
    statement(
      `select sku, ${articleName('refills.sku')} as name, due_at from refills
       where customer_id = ?1 and due_at > ?2 order by due_at limit ${cardLengths.refills}`,
      id,
      now - ranOutMs,
    ),
    statement(
      `${talksSql} where t.status <> 'closed' and t.address_id in (select id from addresses where customer_id = ?)`,
      id,
    ),
  ];
}

/** The card in the rows that `cardStatements` found, without segments; undefined where there is no such customer. */
export function cardFrom(
  { customerId, program }: CardNeed,
  results: readonly (readonly Row[])[],
  now: number,
): CustomerCard | undefined {
  const [customers = [], habits = [], stores = [], categories = [], products = [], second = [], ...more] =
    results;
  const [scores = [], maps = [], purchases = [], notices = [], facts = [], surveys = [], ...last] = more;
  const [refills = [], talks = []] = last;
  const today = Math.floor(localTime(now, program.zone) / DAY_MS);
  const [customer] = customers;
  if (!customer) return undefined;
  const talk = talks.map(talkFrom)[0];
  return {
    customerId,
    totals: totalsFrom(customer),
    tierMinor: Number(habits[0]?.paid_minor ?? 0),
    favourites: {
      stores: stores.map(favouriteFrom),
      categories: categories.map(favouriteFrom),
      products: products.map(favouriteFrom),
    },
    lifecycle: lifecycleOf(rhythmicFrom(customer), today, secondFrom(second[0])),
    outlook: scores.map(outlookFrom)[0] ?? null,
    segments: [],
    maps: maps.map(({ map, state }) => ({ map: String(map), state: String(state) })),
    purchases: purchases.map(purchaseFrom),
    messages: notices.map(messageFrom),
    facts: viewFacts(facts, customerId, today).facts,
    surveys: surveys.map(surveyFrom),
    refills: refills.map(refillFrom),
    talk: talk ? { id: talk.id, status: talk.status, openedAt: talk.openedAt } : null,
    heardAt: moment(customer.heard_at),
  };
}

/** The same card with the saved segments the person is in at `now`: each is looked up for this one customer. */
export async function withSegments(
  card: CustomerCard,
  { program }: CardNeed,
  database: Reading,
  now: number,
): Promise<CustomerCard> {
  return { ...card, segments: await segmentsOfCustomer(database, card.customerId, program, now) };
}

/** Reads the card of one customer as of `now`. */
export async function readCard(
  database: Reading,
  need: CardNeed,
  now: number,
): Promise<CustomerCard | undefined> {
  const card = cardFrom(need, await database.read(cardStatements(need, now)), now);
  return card && withSegments(card, need, database, now);
}

function moment(value: Row[string] | undefined): number | null {
  return value == null ? null : Number(value);
}

function totalsFrom(row: Row): CardTotals {
  const [orders, paidMinor] = [Number(row.orders), Number(row.paid_minor)];
  return {
    orders,
    paidMinor,
    refundedMinor: Number(row.refunded_minor),
    averageMinor: orders > 0 ? Math.round(paidMinor / orders) : null,
    firstAt: moment(row.first_at),
    lastAt: moment(row.last_at),
    pointsEarned: Number(row.points_earned),
    pointsSpent: Number(row.points_spent),
  };
}

function rhythmicFrom(row: Row) {
  return {
    orderDays: Number(row.order_days),
    firstDay: moment(row.first_day),
    lastDay: moment(row.last_day),
    gapSquares: Number(row.gap_squares),
  };
}

function secondFrom(row: Row | undefined): SecondPurchase {
  return row ? (JSON.parse(String(row.result)) as SecondPurchase) : defaultSecondPurchase;
}

function favouriteFrom(row: Row): Favourite {
  return {
    value: String(row.value),
    name: String(row.name),
    orders: Number(row.orders),
    paidMinor: Number(row.paid_minor),
  };
}

function outlookFrom(row: Row): Outlook {
  return {
    alive: Number(row.alive),
    expectedOrders: Number(row.expected_orders),
    valueMinor: Number(row.value_minor),
    computedAt: Number(row.computed_at),
  };
}

function purchaseFrom(row: Row): CardPurchase {
  return {
    id: String(row.id) as PurchaseId,
    number: String(row.external_id),
    at: Number(row.at),
    store: row.store as string | null,
    totalMinor: Number(row.total_minor),
    refundedMinor: Number(row.refunded_minor),
  };
}

function messageFrom(row: Row): CardMessage {
  const { id, kind, category, campaign, createdAt: at, reply, state, reason } = noticeFrom(row);
  return {
    ...{ id, kind, category, campaign, at, reply, state, reason },
    channel: row.tried as ChannelName | null,
    messageState: row.message_state as MessageState | null,
    readAt: moment(row.read_at),
  };
}

function refillFrom(row: Row): CardRefill {
  return { sku: String(row.sku), name: String(row.name), dueAt: Number(row.due_at) };
}
