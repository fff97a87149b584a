import type { Locale } from '../core/customers/types.ts';
import type { AddressId, MessageId, NoticeId } from '../core/ids.ts';
import {
  type Claim,
  type ClaimedMessage,
  type Outbox,
  type OutboxChat,
  slowDown,
} from '../core/messaging/outbox.ts';
import { type MessageCategory, messagePriority, type Reply } from '../core/messaging/types.ts';
import { type Database, type Row, readRows, type Statement, statement } from './database.ts';
import { resultStatements } from './outbox_results.ts';

/**
 * The outbox over table `messages`. While a message is out, `due_at` holds the end of its lease: one index then
 * answers both what may be claimed now and when to look again.
 */
export function createOutbox(database: Database): Outbox {
  return {
    async claim(claim) {
      const [rows = []] = await database.write([named(claimSql, claimValues(claim))]);
      return rows.map((row) => claimedFrom(row, claim.now)).sort((a, b) => (a.id < b.id ? -1 : 1));
    },
    async record(results) {
      if (results.length > 0) await database.write(resultStatements(results));
    },
    async nextAt(channel, now) {
      const [[row] = []] = await database.read([named(nextAtSql, { channel, now, least: leastOfAll })]);
      return row?.at == null ? undefined : Number(row.at);
    },
    async releaseLeases(now) {
      await database.write([
        statement(
          `update messages set state = 'queued', lease_until = null, due_at = ? where state = 'sending'`,
          now,
        ),
      ]);
    },
  };
}

const open = `state in ('queued', 'sending')`;

/** How many messages wait and how many are being sent. What is done is not counted: there are too many. */
export async function outboxDepth(database: Database): Promise<Readonly<Record<string, number>>> {
  const rows = await readRows(
    database,
    `select state, count(*) as count from messages where ${open} group by state`,
  );
  return {
    queued: 0,
    sending: 0,
    ...Object.fromEntries(rows.map((row) => [String(row.state), Number(row.count)])),
  };
}

const leastOfAll = Math.max(...Object.values(messagePriority));

/**
 * The lines a channel's messages stand in: one for each priority and campaign with something to send. Found by stepping
 * from one to the next along the index, however many messages stand in them.
 */
const lines = `lines(priority, campaign) as (
    select * from (select priority, campaign from messages indexed by messages_due
      where channel = :channel and priority <= :least and ${open} order by priority, campaign limit 1)
    union all
    select n.priority, n.campaign from lines l join messages n on n.id = coalesce(
      (select x.id from messages x indexed by messages_due where x.channel = :channel
        and x.priority = l.priority and x.campaign > l.campaign and x.${open} order by x.campaign limit 1),
      (select x.id from messages x indexed by messages_due where x.channel = :channel
        and x.priority > l.priority and x.priority <= :least and x.${open} order by x.priority, x.campaign limit 1)))`;

/** A line from its head on. */
const inLine = `messages d indexed by messages_due where d.channel = :channel
  and d.priority = l.priority and d.campaign = l.campaign and d.${open}`;

const nextAtSql = `with recursive ${lines}
  select min((select d.due_at from ${inLine} and d.due_at > :now order by d.due_at limit 1)) as at from lines l`;

/**
 * A message waits while another one of its chat is being sent, or was told to come later. Within its line it also waits
 * while an earlier one of its chat is due or being tried again; one that is planned for later and was never tried holds
 * up nobody.
 */
const chatIsBusy = `exists (select 1 from messages o where o.address_id = d.address_id and o.id <> d.id and o.${open}
  and ((o.due_at > :now and (o.state = 'sending' or o.error = '${slowDown}'))
    or (o.priority = d.priority and o.campaign = d.campaign and o.id < d.id
      and (o.due_at <= :now or o.error is not null))))`;

/** What belongs to a campaign that is paused, or being taken back, stays where it is. */
const goesOut = `l.campaign not in (select k.id from campaigns k where k.finished_at is null and k.state in ('paused', 'stopped'))`;

/**
 * Of each line the head, numbered; then what matters more first, the lines of one priority in turns, and no chat
 * twice.
 */
const claimSql = `
  update messages set state = 'sending', attempts = attempts + 1, lease_until = :lease, due_at = :lease
  where id in (
    with recursive ${lines},
    heads(id, address_id, priority, campaign, turn) as (
      select m.id, m.address_id, m.priority, m.campaign,
        row_number() over (partition by m.priority, m.campaign order by m.due_at, m.id)
      from lines l join messages m on ${goesOut} and m.id in (
        select d.id from ${inLine} and d.due_at <= :now and not ${chatIsBusy} order by d.due_at limit :limit)),
    turns(id, priority, turn, campaign, place) as (
      select id, priority, turn, campaign, row_number() over (
        partition by address_id order by priority, turn, campaign <= :after, campaign) from heads)
    select id from turns where place = 1 order by priority, turn, campaign <= :after, campaign limit :limit)
  returning id, address_id, category, notice_id, campaign, reply, replaces, attempts,
    (select json_array(a.external_id, a.locale, a.reachable, a.last_seen_at, c.zone, c.phone)
     from addresses a left join customers c on c.id = a.customer_id where a.id = messages.address_id) as chat`;

function claimValues({ channel, now, limit, leaseUntil, leastPriority = leastOfAll, after = '' }: Claim) {
  return { channel, now, limit, lease: leaseUntil, least: leastPriority, after };
}

/** A statement with names in place of question marks. */
function named(sql: string, values: Readonly<Record<string, string | number>>): Statement {
  const args: (string | number)[] = [];
  const text = sql.replaceAll(/:(\w+)/g, (_, name: string) => {
    args.push(values[name] ?? '');
    return '?';
  });
  return { sql: text, args };
}

function claimedFrom(row: Row, now: number): ClaimedMessage {
  return {
    id: String(row.id) as MessageId,
    addressId: String(row.address_id) as AddressId,
    category: String(row.category) as MessageCategory,
    noticeId: row.notice_id === null ? null : (String(row.notice_id) as NoticeId),
    campaign: String(row.campaign),
    reply: JSON.parse(String(row.reply)) as Reply,
    replaces: row.replaces === null ? null : String(row.replaces),
    attempt: Number(row.attempts),
    claimedAt: now,
    ...(row.chat == null ? {} : { chat: chatFrom(String(row.chat)) }),
  };
}

type ChatRow = [
  address: string,
  locale: Locale,
  reachable: number,
  lastSeenAt: number,
  zone: string | null,
  phone: string | null,
];

function chatFrom(json: string): OutboxChat {
  const [address, locale, reachable, lastSeenAt, zone, phone] = JSON.parse(json) as ChatRow;
  return { address, locale, zone, phone, reachable: reachable === 1, lastSeenAt };
}
