import type { CustomerId, NoticeId } from '../../core/ids.ts';
import type { ShortLink } from '../../core/messaging/links.ts';
import {
  type Attempt,
  type BoughtNeed,
  boughtKey,
  type Notice,
  type NoticeFacts,
  type ReceiptRef,
  receiptKey,
  type Silence,
  type SilenceNeed,
} from '../../core/messaging/notices.ts';
import { ANSWERS_WITHIN_MS } from '../../core/messaging/reactions.ts';
import { DAY_MS } from '../../core/time.ts';
import { type Row, statement } from '../database.ts';
import { reader, selection } from '../rows.ts';
import * as schema from '../schema.ts';
import { asAsked, eachRow, type FactSource, type Query } from './source.ts';

const noticeOf = reader(schema.notices);
const attemptOf = reader(schema.messages);
const linkOf = reader(schema.links);

type Read = Pick<
  NoticeFacts,
  | 'notice'
  | 'attempts'
  | 'messageOf'
  | 'offered'
  | 'silence'
  | 'heaviest'
  | 'lastTold'
  | 'sentOffers'
  | 'bought'
  | 'link'
>;

/** Reads notices with their messages, the messages receipts are about, and what a customer was offered and bought. */
export function noticeSource(): FactSource<Read> {
  const notices = new Map<string, Notice>();
  const attempts = new Map<string, Attempt[]>();
  const receipted = new Map<string, Attempt>();
  const offered = new Map<string, number[]>();
  const silences = new Map<string, Silence>();
  const heaviest = new Map<string, number>();
  const told = new Map<string, NoticeId>();
  const sent = new Map<string, Notice[]>();
  const bought = new Set<string>();
  const links = new Map<string, ShortLink>();
  return {
    queries(needs, now) {
      const ids = needs.notices ?? [];
      const refs = needs.receipted ?? [];
      const customers = needs.offered ?? [];
      const silent = needs.silences ?? [];
      const rivals = needs.rivals ?? [];
      const listeners = needs.lastTold ?? [];
      const readers = needs.sentOffers ?? [];
      const codes = needs.links ?? [];
      const buyers = needs.bought ?? [];
      return [
        ...(ids.length > 0 ? [noticeQuery(ids, notices), attemptQuery(ids, attempts)] : []),
        ...(refs.length > 0 ? [receiptQuery(refs, receipted)] : []),
        ...(customers.length > 0 ? [offerQuery(customers, now, offered)] : []),
        ...(silent.length > 0 ? [silenceQuery(silent, now, silences)] : []),
        ...(rivals.length > 0 ? [rivalQuery(rivals, now, heaviest)] : []),
        ...(listeners.length > 0 ? [toldQuery(listeners, now, told)] : []),
        ...(readers.length > 0 ? [sentQuery(readers, now, sent)] : []),
        ...(codes.length > 0 ? [linkQuery(codes, links)] : []),
        ...(buyers.length > 0 ? [boughtQuery(buyers, bought)] : []),
      ];
    },
    facts: {
      notice: (id) => notices.get(id),
      attempts: (id) => attempts.get(id) ?? [],
      messageOf: (ref) => receipted.get(receiptKey(ref)),
      offered: (id) => offered.get(id) ?? [],
      silence: (id) => silences.get(id),
      heaviest: (id) => heaviest.get(id) ?? 0,
      bought: (need) => bought.has(boughtKey(need)),
      lastTold: (id) => told.get(id),
      sentOffers: (id) => sent.get(id) ?? [],
      link: (code) => links.get(code),
    },
    keys: {
      notices: asAsked,
      links: (codes) => codes.map((code) => `link:${code}`),
      receipted: (refs) => refs.map((ref) => receipted.get(receiptKey(ref))?.id ?? receiptKey(ref)),
    },
  };
}

function linkQuery(codes: readonly string[], found: Map<string, ShortLink>): Query {
  return eachRow(
    statement('select l.* from json_each(?) i join links l on l.code = i.value', JSON.stringify(codes)),
    (row) => found.set(String(row.code), linkFrom(row)),
  );
}

function noticeQuery(ids: readonly string[], found: Map<string, Notice>): Query {
  return eachRow(
    statement(
      'select n.* from (select distinct value as id from json_each(?)) i join notices n on n.id = i.id',
      JSON.stringify(ids),
    ),
    (row) => found.set(String(row.id), noticeFrom(row)),
  );
}

function attemptQuery(ids: readonly string[], found: Map<string, Attempt[]>): Query {
  return eachRow(
    statement(
      `select m.* from (select distinct value as id from json_each(?)) i
       join messages m indexed by messages_notice on m.notice_id = i.id order by m.id`,
      JSON.stringify(ids),
    ),
    (row) => {
      const attempt = attemptFrom(row);
      const key = attempt.noticeId ?? '';
      found.set(key, [...(found.get(key) ?? []), attempt]);
    },
  );
}

/** By our id where the channel gave it back; else by the channel's, within a chat where one id went to many. */
function receiptQuery(refs: readonly ReceiptRef[], found: Map<string, Attempt>): Query {
  const rows = refs.map((ref) => [
    receiptKey(ref),
    ref.messageId ?? null,
    ref.channel,
    ref.providerId,
    ref.address ?? null,
  ]);
  return eachRow(
    statement(
      `select i.value ->> 0 as receipt_key, ${selection(schema.messages, 'm')} from json_each(?) i
       join messages m on m.id = coalesce(i.value ->> 1, (
         select p.id from messages p indexed by messages_provider
         where p.channel = i.value ->> 2 and p.provider_id = i.value ->> 3
           and (i.value ->> 4 is null or exists (
             select 1 from addresses a where a.id = p.address_id and a.external_id = i.value ->> 4))
         order by p.id desc limit 1))
       where m.channel = i.value ->> 2`,
      JSON.stringify(rows),
    ),
    (row) => found.set(String(row.receipt_key), attemptFrom(row)),
  );
}

/** Messages `m` by which an offer of the last seven days began; `since` is where those days begin. */
export function isOffer(since: string): string {
  return `m.category = 'marketing' and m.notice_id is not null and m.created_at > ${since}
    and m.state not in ('failed', 'cancelled')`;
}

/** All accounts of the person who has the account `id`: those that became one are one person. */
export function accountsOf(id: string): string {
  return `select coalesce(merged_into, id) from customers where id = ${id} union all
    select a.id from customers p cross join customers a indexed by customers_merged_into
      on a.merged_into = coalesce(p.merged_into, p.id) where p.id = ${id}`;
}

function offerQuery(ids: readonly CustomerId[], now: number, found: Map<string, number[]>): Query {
  return eachRow(
    statement(
      `select i.id, min(m.created_at) as at from (select distinct value as id from json_each(?)) i
       join messages m indexed by messages_customer on m.customer_id in (${accountsOf('i.id')})
       where ${isOffer('?')} group by i.id, m.notice_id order by at`,
      JSON.stringify(ids),
      now - 7 * DAY_MS,
    ),
    (row) => {
      const key = String(row.id);
      found.set(key, [...(found.get(key) ?? []), Number(row.at)]);
    },
  );
}

/** How far back it is looked whether an offer was opened or answered. */
const noticedWithinMs = 365 * DAY_MS;

/**
 * Customers who wrote nothing and noticed no offer for so many days, and what was offered since their last sign. Of who
 * wrote lately nothing more is looked at.
 */
function silenceQuery(needs: readonly SilenceNeed[], now: number, found: Map<string, Silence>): Query {
  const rows = needs.map(({ customerId, days }) => [customerId, now - days * DAY_MS]);
  const noticed = `coalesce((select max(max(coalesce(n.clicked_at, 0), coalesce(n.answered_at, 0)))
      from notices n indexed by notices_customer where n.customer_id = c.id and n.created_at > ?), 0)`;
  const read = `coalesce((select max(m.read_at) from messages m indexed by messages_customer
      where m.customer_id = c.id and m.category = 'marketing'), 0)`;
  return eachRow(
    statement(
      `select s.asked, count(distinct m.notice_id) as offers, max(m.created_at) as last_at
       from (select o.id as asked, c.id, i.value ->> 1 as cut, max(coalesce(c.heard_at, 0), c.created_at, ${noticed}, ${read}) as sign
         from json_each(?) i join customers o on o.id = i.value ->> 0
         join customers c on c.id = coalesce(o.merged_into, o.id)
         where max(coalesce(c.heard_at, 0), c.created_at) <= i.value ->> 1) s
       left join messages m indexed by messages_customer on m.customer_id = s.id and ${isOffer('s.sign')}
       where s.sign <= s.cut group by s.asked`,
      now - noticedWithinMs,
      JSON.stringify(rows),
    ),
    ({ asked, offers, last_at }) => {
      found.set(String(asked), { offers: Number(offers), lastAt: last_at === null ? null : Number(last_at) });
    },
  );
}

/** How long ago an offer that waits can have been made. */
const waitsForMs = 60 * DAY_MS;

function rivalQuery(ids: readonly CustomerId[], now: number, found: Map<string, number>): Query {
  return eachRow(
    statement(
      `select i.id, max(n.weight) as weight from (select distinct value as id from json_each(?)) i
       join notices n indexed by notices_customer on n.customer_id in (${accountsOf('i.id')}) and n.created_at > ?
       where n.state = 'held' and n.category = 'marketing' and n.due_at <= ?
         and (n.pointless_at is null or n.pointless_at > ?) group by 1`,
      JSON.stringify(ids),
      now - waitsForMs,
      now,
      now,
    ),
    (row) => found.set(String(row.id), Number(row.weight)),
  );
}

/** Notices `n` of the customer `i.value`, and of accounts merged into that one, made since a moment. */
const noticesOf = `notices n indexed by notices_customer on n.created_at > ? and n.customer_id in (
    select i.value union all select m.id from customers m where m.merged_into = i.value)`;

/** The last notice of which something was sent within a day, where it is one of a campaign or a journey. */
function toldQuery(ids: readonly CustomerId[], now: number, found: Map<string, NoticeId>): Query {
  return eachRow(
    statement(
      `select asked, id, campaign, max(at) from (
         select i.value as asked, n.id, n.campaign, (select max(m.sent_at) from messages m indexed by messages_notice
           where m.notice_id = n.id) as at
         from json_each(?) i join ${noticesOf} where n.state <> 'dropped')
       where at > ? group by asked`,
      JSON.stringify([...new Set(ids)]),
      now - waitsForMs,
      now - ANSWERS_WITHIN_MS,
    ),
    ({ asked, id, campaign }) => {
      if (campaign !== null) found.set(String(asked), id as NoticeId);
    },
  );
}

/** For how long an offer is shown again, and how many of them. */
const offersShown = { withinMs: 30 * DAY_MS, most: 10 } as const;

function sentQuery(ids: readonly CustomerId[], now: number, found: Map<string, Notice[]>): Query {
  return eachRow(
    statement(
      `select i.value as asked, n.* from json_each(?) i join ${noticesOf}
       where n.category = 'marketing' and n.campaign is not null and n.state in ('underway', 'reached')
         and (n.pointless_at is null or n.pointless_at > ?) order by n.id desc limit ?`,
      JSON.stringify([...new Set(ids)]),
      now - offersShown.withinMs,
      now,
      offersShown.most * ids.length,
    ),
    (row) => {
      const key = String(row.asked);
      found.set(key, [...(found.get(key) ?? []), noticeFrom(row)]);
    },
  );
}

/** A till may tell late: of a purchase of the same day that it tells of after the notice, too. */
function boughtQuery(needs: readonly BoughtNeed[], found: Set<string>): Query {
  return eachRow(
    statement(
      `select i.value ->> 0 as customer_id, i.value ->> 1 as since from json_each(?) i where exists (
         select 1 from purchases p where p.customer_id in (${accountsOf('i.value ->> 0')}) and p.kind = 'sale'
           and p.at > i.value ->> 1 - ${DAY_MS} and max(p.at, p.recorded_at) > i.value ->> 1)`,
      JSON.stringify(needs.map(({ customerId, since }) => [customerId, since])),
    ),
    (row) => found.add(boughtKey({ customerId: row.customer_id as CustomerId, since: Number(row.since) })),
  );
}

/** The same facts and more, the newer ones preferred. */
export function joinNoticeFacts(first: Read, second: Read): Read {
  const filled = <Some>(all: readonly Some[], before: readonly Some[]) => (all.length > 0 ? all : before);
  return {
    notice: (id) => second.notice(id) ?? first.notice(id),
    attempts: (id) => filled(second.attempts(id), first.attempts(id)),
    messageOf: (ref) => second.messageOf(ref) ?? first.messageOf(ref),
    offered: (id) => filled(second.offered(id), first.offered(id)),
    silence: (id) => second.silence(id) ?? first.silence(id),
    heaviest: (id) => second.heaviest(id) || first.heaviest(id),
    bought: (need) => second.bought(need) || first.bought(need),
    lastTold: (id) => second.lastTold(id) ?? first.lastTold(id),
    sentOffers: (id) => filled(second.sentOffers(id), first.sentOffers(id)),
    link: (code) => second.link(code) ?? first.link(code),
  };
}

/** A short link as stored, in the words of core. */
export function linkFrom(row: Row): ShortLink {
  const { noticeId, customerId, ...link } = linkOf(row);
  return { ...link, noticeId: noticeId as NoticeId, customerId: customerId as CustomerId };
}

/** A notice as stored, in the words of core. */
export function noticeFrom(row: Row): Notice {
  const { reply, steps, stopsOnPurchase, doubled, gift, ...notice } = noticeOf(row);
  return {
    ...(notice as Omit<Notice, 'reply' | 'steps' | 'stopsOnPurchase' | 'doubled' | 'gift'>),
    reply: JSON.parse(reply) as Notice['reply'],
    steps: JSON.parse(steps) as Notice['steps'],
    stopsOnPurchase: stopsOnPurchase === 1,
    doubled: doubled === 1,
    gift: gift === null ? null : (JSON.parse(gift) as Notice['gift']),
  };
}

/** A message as stored, as receipts and cascades see it. */
export function attemptFrom(row: Row): Attempt {
  const {
    id,
    addressId,
    customerId,
    channel,
    category,
    noticeId,
    state,
    leaseUntil,
    error,
    attempts,
    ...rest
  } = attemptOf(row);
  const { createdAt, sentAt, deliveredAt, readAt, overtakenAt, priceMicros, smsPriceMicros } = rest;
  return {
    ...({ id, addressId, customerId, channel, category, noticeId, state } as Pick<
      Attempt,
      'id' | 'addressId' | 'customerId' | 'channel' | 'category' | 'noticeId' | 'state'
    >),
    ...{ leaseUntil, error, tries: attempts, createdAt, sentAt, deliveredAt, readAt, overtakenAt },
    ...{ priceMicros, smsPriceMicros },
  };
}
