import type { Locale } from '../core/customers/types.ts';
import type { AddressId, MessageId } from '../core/ids.ts';
import type {
  Claim,
  ClaimedMessage,
  MessageResult,
  Outbox,
  OutboxChat,
  RecordedResult,
} from '../core/messaging/outbox.ts';
import type { MessageCategory, Reply } from '../core/messaging/types.ts';
import { type Database, type Row, readRow, readRows, type Statement, statement } from './database.ts';

/**
 * The outbox over table `messages`. While a message is out, `due_at` holds the end of its lease: one index then
 * answers both what may be claimed now and when to look again.
 */
export function createOutbox(database: Database): Outbox {
  return {
    async claim(claim) {
      const [rows = []] = await database.write([claimStatement(claim)]);
      return rows.map((row) => claimedFrom(row, claim.now)).sort((a, b) => (a.id < b.id ? -1 : 1));
    },
    async record(results) {
      if (results.length > 0) await database.write(recordStatements(results));
    },
    async nextAt(channel, now) {
      const row = await readRow(database, nextAtSql, channel, now);
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

const nextAtSql = `select min(due_at) as at from messages where channel = ? and due_at > ? and ${open}`;

/**
 * A message waits while another one of its chat is being sent, or an earlier one is due or being tried again. One
 * that is planned for later and was never tried holds up nobody.
 */
const claimSql = `
  update messages set state = 'sending', attempts = attempts + 1, lease_until = :lease, due_at = :lease
  where id in (
    select m.id from messages m indexed by messages_due
    where m.channel = :channel and m.priority in (0, 1, 2, 3) and m.due_at <= :now and m.${open} and not exists (
      select 1 from messages o where o.address_id = m.address_id and o.id <> m.id and o.${open}
        and ((o.state = 'sending' and o.due_at > :now)
          or (o.id < m.id and (o.due_at <= :now or o.error is not null))))
    order by m.priority, m.due_at limit :limit)
  returning id, address_id, category, reply, replaces, attempts,
    (select json_array(a.external_id, a.locale, a.reachable,
        (select c.zone from customers c where c.id = a.customer_id))
     from addresses a where a.id = messages.address_id) as chat`;

function claimStatement({ channel, now, limit, leaseUntil }: Claim): Statement {
  const values = { lease: leaseUntil, channel, now, limit };
  const args: (string | number)[] = [];
  const sql = claimSql.replaceAll(/:(\w+)/g, (_, name: keyof typeof values) => {
    args.push(values[name]);
    return '?';
  });
  return { sql, args };
}

function claimedFrom(row: Row, now: number): ClaimedMessage {
  return {
    id: String(row.id) as MessageId,
    addressId: String(row.address_id) as AddressId,
    category: String(row.category) as MessageCategory,
    reply: JSON.parse(String(row.reply)) as Reply,
    replaces: row.replaces === null ? null : String(row.replaces),
    attempt: Number(row.attempts),
    claimedAt: now,
    ...(row.chat == null ? {} : { chat: chatFrom(String(row.chat)) }),
  };
}

function chatFrom(json: string): OutboxChat {
  const [address, locale, reachable, zone] = JSON.parse(json) as [string, Locale, number, string | null];
  return { address, locale, zone, reachable: reachable === 1 };
}

/** An address is marked only if the person has not written since: who unblocks us and says hello stays reachable. */
const unreachableSql = `update addresses set reachable = 0 from json_each(?) as gone
  where addresses.id = gone.value ->> 0 and addresses.last_seen_at <= gone.value ->> 1`;

const recordSql = `update messages set state = done.value ->> 1, due_at = coalesce(done.value ->> 2, due_at),
    attempts = attempts - (done.value ->> 3), provider_id = done.value ->> 4, sent_at = done.value ->> 5,
    error = done.value ->> 6, lease_until = null
  from json_each(?) as done where messages.id = done.value ->> 0 and messages.${open}`;

function recordStatements(results: readonly RecordedResult[]): Statement[] {
  const rows = results.map(({ message, result }) => [message.id, ...resultColumns(result)]);
  const gone = results.flatMap(({ message, result }) =>
    result.state === 'failed' && result.blocked ? [[message.addressId, message.claimedAt]] : [],
  );
  const all = [statement(recordSql, JSON.stringify(rows))];
  if (gone.length > 0) all.push(statement(unreachableSql, JSON.stringify(gone)));
  return all;
}

/** state, due_at, attempts to take off, provider_id, sent_at, error: in the order `recordSql` reads them. */
function resultColumns(result: MessageResult): (string | number | null)[] {
  switch (result.state) {
    case 'sent':
      return ['sent', null, 0, result.providerId, result.at, null];
    case 'queued':
      return ['queued', result.dueAt, result.counts ? 0 : 1, null, null, result.error];
    default:
      return [result.state, null, 0, null, null, result.error];
  }
}
