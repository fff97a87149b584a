import type { ChannelName, CustomerRef } from '../core/customers/types.ts';
import type { CustomerId, NoticeId } from '../core/ids.ts';
import type { MessageFigures } from '../core/messaging/figures.ts';
import type { Attempt, Notice } from '../core/messaging/notices.ts';
import type { MessageCategory } from '../core/messaging/types.ts';
import { type Database, readRows } from './database.ts';
import { attemptFrom, noticeFrom } from './facts/notices.ts';
import { readFacts } from './facts.ts';

/** Which notices to list: `limit` of them, older than `before`, of one customer where given. */
export interface NoticePage {
  readonly limit: number;
  readonly customerId?: CustomerId;
  readonly before?: NoticeId;
}

/** Notices with the messages that tried them, the newest first. */
export async function listNotices(
  database: Database,
  { limit, customerId, before }: NoticePage,
): Promise<{ readonly notice: Notice; readonly attempts: readonly Attempt[] }[]> {
  const conditions = [
    ...(customerId === undefined ? [] : [['customer_id = ?', customerId] as const]),
    ...(before === undefined ? [] : [['id < ?', before] as const]),
  ];
  const where = conditions.map(([sql]) => sql).join(' and ') || 'true';
  const sql = `select * from notices where ${where} order by id desc limit ?`;
  const rows = await readRows(database, sql, ...conditions.map(([, value]) => value), limit);
  const notices = rows.map(noticeFrom);
  const tried = await readRows(
    database,
    `select m.* from json_each(?) i join messages m indexed by messages_notice on m.notice_id = i.value
     order by m.id`,
    JSON.stringify(notices.map(({ id }) => id)),
  );
  const attempts = tried.map(attemptFrom);
  return notices.map((notice) => ({
    notice,
    attempts: attempts.filter(({ noticeId }) => noticeId === notice.id),
  }));
}

/** Our id of whom a reference names; undefined where nobody is known by it. */
export async function customerIdOf(
  database: Database,
  ref: CustomerRef,
  now: number,
): Promise<CustomerId | undefined> {
  const facts = await readFacts(database, [{ customers: [{ ref }] }], now);
  return facts.customer(ref)?.customer.id;
}

/** Figures of messages sent from `from` to before `to` (epoch milliseconds), in whole slots of five minutes. */
export async function messageFigures(
  database: Database,
  from: number,
  to: number,
): Promise<MessageFigures[]> {
  const sums = ['sent', 'delivered', 'read', 'failed', 'doubled', 'price_micros', 'sms_price_micros'];
  const rows = await readRows(
    database,
    `select channel, category, ${sums.map((name) => `sum(${name}) as ${name}`).join(', ')}
     from message_tallies where at >= ? and at < ? group by channel, category order by channel, category`,
    from,
    to,
  );
  return rows.map((row) => ({
    channel: row.channel as ChannelName,
    category: row.category as MessageCategory,
    sent: Number(row.sent),
    delivered: Number(row.delivered),
    read: Number(row.read),
    failed: Number(row.failed),
    doubled: Number(row.doubled),
    costMicros: Number(row.price_micros),
    smsCostMicros: Number(row.sms_price_micros),
  }));
}
