import type { ChannelName, Locale } from '../core/customers/types.ts';
import type { MessageCategory, Reply } from '../core/messaging/types.ts';
import { type Database, readRow, readRows } from './database.ts';

/** A message of the outbox with the chat it is for, as it stands now. Prices in millionths of the currency. */
export interface LoggedMessage {
  readonly id: string;
  /** The notice it is an attempt of; null for a direct answer. */
  readonly noticeId: string | null;
  readonly at: number;
  readonly channel: ChannelName;
  readonly address: string;
  readonly locale: Locale;
  readonly category: MessageCategory;
  readonly reply: Reply;
  readonly state: string;
  readonly error: string | null;
  /** The cascade went on without waiting for it any longer. */
  readonly overtaken: boolean;
  readonly priceMicros: number | null;
}

/**
 * The newest `limit` messages, newest first. Those of chats that were erased are left out, and those to chats whose name
 * begins with `without`.
 */
export async function latestMessages(
  database: Database,
  limit: number,
  without?: string,
): Promise<LoggedMessage[]> {
  const others = without === undefined ? '' : `where a.external_id not like ? || '%'`;
  const rows = await readRows(
    database,
    `select m.id, m.notice_id, m.created_at, m.channel, m.category, m.reply, m.state, m.error, m.overtaken_at,
       m.price_micros, a.external_id, a.locale
     from messages m join addresses a on a.id = m.address_id ${others} order by m.id desc limit ?`,
    ...(without === undefined ? [] : [without]),
    limit,
  );
  return rows.map((row) => ({
    id: String(row.id),
    noticeId: textOf(row.notice_id),
    at: Number(row.created_at),
    channel: row.channel as ChannelName,
    address: String(row.external_id),
    locale: row.locale as Locale,
    category: row.category as MessageCategory,
    reply: JSON.parse(String(row.reply)),
    state: String(row.state),
    error: textOf(row.error),
    overtaken: row.overtaken_at != null,
    priceMicros: row.price_micros == null ? null : Number(row.price_micros),
  }));
}

function textOf(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}

/** What all messages that were not direct answers have cost, and would have cost as SMS. */
export async function messageCosts(
  database: Database,
): Promise<{ readonly sent: number; readonly priceMicros: number; readonly smsPriceMicros: number }> {
  const row = await readRow(
    database,
    `select sum(sent) as sent, sum(price_micros) as price, sum(sms_price_micros) as sms
     from message_tallies where category <> 'reply'`,
  );
  const [sent, priceMicros, smsPriceMicros] = [row?.sent, row?.price, row?.sms].map((sum) =>
    Number(sum ?? 0),
  );
  return { sent: sent ?? 0, priceMicros: priceMicros ?? 0, smsPriceMicros: smsPriceMicros ?? 0 };
}
