import { getTableColumns } from 'drizzle-orm';
import type { Notice } from '../../core/messaging/notices.ts';
import type { Receipt } from '../../core/messaging/receipts.ts';
import type { AttemptUpdate, EarlyReceipt, MessageCount, OfferBegun } from '../../core/messaging/types.ts';
import { DAY_MS } from '../../core/time.ts';
import { type Statement, statement } from '../database.ts';
import { accountsOf, isOffer } from '../facts/notices.ts';
import { inserter, updater } from '../rows.ts';
import * as schema from '../schema.ts';
import { type Changes, forRows } from './part.ts';
import { tallySlotMs } from './tallies.ts';

const insert = {
  notices: inserter(schema.notices),
  earlyReceipts: inserter(schema.earlyReceipts, 'or ignore'),
  links: inserter(schema.links),
};

const updateNotices = updater(schema.notices, [
  ...([
    'customerId',
    'state',
    'reason',
    'steps',
    'step',
    'dueAt',
    'doubled',
    'settledAt',
    'clickedAt',
    'answeredAt',
    'leftAt',
    'gift',
    'revision',
  ] as const),
]);

/** Notices, what becomes of them and of the messages that try them, and receipts nobody is known for yet. */
export function noticeStatements(changes: Changes): Statement[] {
  return [
    ...forRows(changes.notices, insertNotices),
    // Before what is begun here counts itself.
    ...forRows(changes.offersBegun, refuseIfMoreBegan),
    ...forRows(changes.noticeUpdates, (notices) => updateNotices(notices.map(noticeRow))),
    ...forRows(changes.wakes, wake),
    ...forRows(changes.links, insert.links),
    ...forRows(changes.linksOpened, countOpened),
    ...forRows(changes.attemptUpdates, updateAttempts),
    ...forRows(changes.messageCounts, addToTallies),
    ...forRows(changes.unreachable, markUnreachable),
    ...forRows(changes.undelivered, markDead),
    ...forRows(changes.earlyReceipts, keepReceipts),
    ...forRows(changes.settledReceipts, forgetReceipts),
  ];
}

function noticeRow(notice: Notice): typeof schema.notices.$inferSelect {
  const { reply, steps, stopsOnPurchase, doubled, gift } = notice;
  return {
    ...notice,
    reply: JSON.stringify(reply),
    steps: JSON.stringify(steps),
    stopsOnPurchase: stopsOnPurchase ? 1 : 0,
    doubled: doubled ? 1 : 0,
    gift: gift && JSON.stringify(gift),
  };
}

const plain = insert.notices([]).sql;
const columns = Object.keys(getTableColumns(schema.notices));
/** Where a column stands in a row of `insert.notices`. */
const at = (column: keyof Notice) => `$[${columns.indexOf(column)}]`;

/** What becomes of a row `value` of an occasion that was told of already. */
const dropped = `json_set(value, '${at('state')}', 'dropped', '${at('reason')}', 'occasion', '${at('occasion')}', null,
  '${at('dueAt')}', iif(value ->> '${at('gift')}' is null, null, value ->> '${at('createdAt')}'),
  '${at('settledAt')}', value ->> '${at('createdAt')}')`;

/**
 * A notice of an occasion that the person was told of already, by whatever process and under whichever account, or by an
 * earlier row of the same statement, is written down as dropped: the index holds one to an occasion, and a second one has
 * none. What was given along with it is taken back in the next look at it.
 */
const insertUnlessTold = `with asked as materialized (
    select i.key as place, i.value as value, i.value ->> '${at('occasion')}' as occasion,
      coalesce(c.merged_into, i.value ->> '${at('customerId')}') as person
    from json_each(?) i left join customers c on c.id = i.value ->> '${at('customerId')}'),
  judged as materialized (
    select value, row_number() over (partition by person, occasion order by place) > 1 or exists (
      select 1 from notices n indexed by notices_occasion
      where n.customer_id in (${accountsOf('person')}) and n.occasion = asked.occasion) as told from asked),
  written as materialized (select iif(told, ${dropped}, value) as value from judged)
  ${plain.replace('json_each(?)', 'written')}`;

function insertNotices(notices: readonly Notice[]): Statement[] {
  const once = notices.filter(({ occasion }) => occasion !== null);
  const others = notices.filter(({ occasion }) => occasion === null);
  return [
    ...forRows(others, (rows) => insert.notices(rows.map(noticeRow))),
    ...forRows(once, (rows) => ({ ...insert.notices(rows.map(noticeRow)), sql: insertUnlessTold })),
  ];
}

/** An update that keeps the revision is refused by a trigger: another process has begun an offer meanwhile. */
function refuseIfMoreBegan(begun: readonly OfferBegun[]): Statement {
  return statement(
    `update notices set revision = revision from json_each(?) i where notices.id = i.value ->> 0 and i.value ->> 2 < (
       select count(distinct m.notice_id) from messages m indexed by messages_customer
       where m.customer_id in (${accountsOf('i.value ->> 1')}) and ${isOffer('i.value ->> 3')})`,
    JSON.stringify(begun.map(({ id, customerId, before, at }) => [id, customerId, before, at - 7 * DAY_MS])),
  );
}

/** Runs of journeys that wait for what somebody did about a notice of theirs are due from then on. */
function wake(wakes: NonNullable<Changes['wakes']>): Statement {
  const rows = wakes.map(({ customerId, event, noticeId, at }) => [customerId, event, noticeId, at]);
  return statement(
    `update journey_runs set due_at = min(coalesce(due_at, w.at), w.at), revision = revision + 1
     from (select r.id as id, min(i.value ->> 3) as at from json_each(?) i join journey_runs r on r.waits_for = i.value ->> 1
         and r.customer_id in (select i.value ->> 0 union all
           select m.id from customers m where m.merged_into = i.value ->> 0)
       where i.value ->> 2 in (select n.value from json_each(r.data, '$.notices') n) group by 1) w
     where journey_runs.id = w.id`,
    JSON.stringify(rows),
  );
}

function countOpened(opened: NonNullable<Changes['linksOpened']>): Statement {
  return statement(
    `update links set opened = opened + 1, opened_at = coalesce(opened_at, open.value ->> 1)
     from json_each(?) as open where links.code = open.value ->> 0`,
    JSON.stringify(opened.map(({ code, at }) => [code, at])),
  );
}

/**
 * A message found in another state than the decision was made on was claimed or sent meanwhile: it is given a state
 * that does not exist, which a trigger refuses, and the decision is made again.
 */
function updateAttempts(updates: readonly AttemptUpdate[]): Statement {
  const rows = updates.map(({ was, attempt }) => [
    ...[attempt.id, was.state, was.leaseUntil, attempt.state, attempt.leaseUntil, attempt.error],
    ...[
      attempt.deliveredAt,
      attempt.readAt,
      attempt.overtakenAt,
      attempt.priceMicros,
      attempt.smsPriceMicros,
    ],
  ]);
  return statement(
    `update messages set
       state = case when state = changed.value ->> 1 and lease_until is changed.value ->> 2
         then changed.value ->> 3 else 'changed' end,
       lease_until = changed.value ->> 4, error = changed.value ->> 5, delivered_at = changed.value ->> 6,
       read_at = changed.value ->> 7, overtaken_at = changed.value ->> 8, price_micros = changed.value ->> 9,
       sms_price_micros = changed.value ->> 10
     from json_each(?) as changed where messages.id = changed.value ->> 0`,
    JSON.stringify(rows),
  );
}

const counted = [
  ...(['delivered', 'read', 'failed', 'doubled', 'priceMicros', 'smsPriceMicros'] as const),
] as const;

/** Adds to the figures of the five minutes in which each message was sent. */
function addToTallies(counts: readonly MessageCount[]): Statement {
  const rows = counts.map((count) => [
    Math.floor(count.sentAt / tallySlotMs) * tallySlotMs,
    count.channel,
    count.category,
    ...counted.map((figure) => count[figure] ?? 0),
  ]);
  const names = ['delivered', 'read', 'failed', 'doubled', 'price_micros', 'sms_price_micros'];
  const sums = names.map((_, index) => `sum(value ->> ${index + 3})`).join(', ');
  const added = names.map((name) => `${name} = ${name} + excluded.${name}`).join(', ');
  return statement(
    `insert into message_tallies (at, channel, category, sent, ${names.join(', ')})
     select value ->> 0, value ->> 1, value ->> 2, 0, ${sums} from json_each(?) where true group by 1, 2, 3
     on conflict (at, channel, category) do update set ${added}`,
    JSON.stringify(rows),
  );
}

function markUnreachable(chats: NonNullable<Changes['unreachable']>): Statement {
  return statement(
    `update addresses set reachable = 0 from json_each(?) as gone
     where addresses.id = gone.value ->> 0 and addresses.last_seen_at <= gone.value ->> 1`,
    JSON.stringify(chats.map(({ addressId, since }) => [addressId, since])),
  );
}

/** One evening without a phone is no dead number: two failures count that lie a day apart, and nothing arrived between. */
function markDead(messages: NonNullable<Changes['undelivered']>): Statement {
  return statement(
    `update addresses set reachable = 0 from json_each(?) gone join messages f on f.id = gone.value ->> 0
     where addresses.id = f.address_id and addresses.last_seen_at <= gone.value ->> 1 and (
       select p.state = 'failed' and p.sent_at <= gone.value ->> 1 - ${DAY_MS}
       from messages p indexed by messages_customer
       where p.customer_id = f.customer_id and p.address_id = f.address_id and p.sent_at < gone.value ->> 1
       order by p.sent_at desc limit 1)`,
    JSON.stringify(messages.map(({ messageId, sentAt }) => [messageId, sentAt])),
  );
}

const keptMs = DAY_MS;

/** Those that found no message within a day go, so that receipts of nobody's messages do not pile up. */
function keepReceipts(receipts: readonly EarlyReceipt[]): Statement[] {
  const newest = Math.max(...receipts.map(({ receivedAt }) => receivedAt));
  const rows = receipts.map((receipt) => ({
    ...receipt,
    address: receipt.address ?? '',
    blocked: receipt.blocked ? 1 : 0,
    detail: receipt.detail ?? null,
  }));
  return [
    statement('delete from early_receipts where received_at < ?', newest - keptMs),
    insert.earlyReceipts(rows),
  ];
}

function forgetReceipts(receipts: readonly Receipt[]): Statement {
  return statement(
    `delete from early_receipts where (channel, provider_id, address, status) in
       (select value ->> 0, value ->> 1, value ->> 2, value ->> 3 from json_each(?))`,
    JSON.stringify(
      receipts.map(({ channel, providerId, address = '', status }) => [channel, providerId, address, status]),
    ),
  );
}
