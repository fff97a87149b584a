import type { ChannelName, Locale } from '../core/customers/types.ts';
import type { MessageCategory, Reply } from '../core/messaging/types.ts';
import { type Database, readRows } from './database.ts';

/** A message of the outbox with the chat it is for, as it stands now. */
export interface LoggedMessage {
  readonly id: string;
  readonly at: number;
  readonly channel: ChannelName;
  readonly address: string;
  readonly locale: Locale;
  readonly category: MessageCategory;
  readonly reply: Reply;
  readonly state: string;
  readonly attempts: number;
  readonly error: string | null;
}

/** The newest `limit` messages, newest first. Those of chats that were erased are left out. */
export async function latestMessages(database: Database, limit: number): Promise<LoggedMessage[]> {
  const rows = await readRows(
    database,
    `select m.id, m.created_at, m.channel, m.category, m.reply, m.state, m.attempts, m.error,
       a.external_id, a.locale
     from messages m join addresses a on a.id = m.address_id order by m.id desc limit ?`,
    limit,
  );
  return rows.map((row) => ({
    id: String(row.id),
    at: Number(row.created_at),
    channel: row.channel as ChannelName,
    address: String(row.external_id),
    locale: row.locale as Locale,
    category: row.category as MessageCategory,
    reply: JSON.parse(String(row.reply)),
    state: String(row.state),
    attempts: Number(row.attempts),
    error: row.error === null || row.error === undefined ? null : String(row.error),
  }));
}
