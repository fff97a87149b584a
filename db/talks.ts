import type { CustomerId, TalkId } from '../core/ids.ts';
import type { TalkInView, TalkMessage, TalkStatus } from '../core/talks/types.ts';
import { type Database, readRows, statement } from './database.ts';
import { dueBy } from './due.ts';
import { talkFrom, talkMessageFrom, talksSql } from './facts/talks.ts';

/** Talks in which nobody has said anything for long. */
export const talksToClose = dueBy<TalkId>(
  `select id from talks where status <> 'closed' and bot_returns_at <= ? order by bot_returns_at limit ?`,
);

/** Talks whose customers have waited for an answer for long. */
export const talksToRemind = dueBy<TalkId>(
  `select id from talks where remind_at is not null and status <> 'closed' and remind_at <= ?
   order by remind_at limit ?`,
);

/** Which talks to list: `limit` of them, older than `before`, of one status, of one customer where given. */
export interface TalkPage {
  readonly limit: number;
  readonly status?: TalkStatus;
  readonly customerId?: CustomerId;
  readonly before?: TalkId;
}

/** Talks, newest first. */
export async function listTalks(
  database: Database,
  { limit, status, customerId, before }: TalkPage,
): Promise<TalkInView[]> {
  const conditions = [
    ...(status === undefined ? [] : [['t.status = ?', status] as const]),
    // An open talk is of whose the chat is now: who joins while talking has it.
    ...(customerId === undefined
      ? []
      : [['coalesce(a.customer_id, t.customer_id) = ?', customerId] as const]),
    ...(before === undefined ? [] : [['t.id < ?', before] as const]),
  ];
  const where = conditions.map(([sql]) => sql).join(' and ') || 'true';
  const sql = `${talksSql} where ${where} order by t.id desc limit ?`;
  const rows = await readRows(database, sql, ...conditions.map(([, value]) => value), limit);
  return rows.map(talkFrom);
}

/** The most messages of a talk that are read at once, the newest. */
const mostMessages = 500;

/** A talk with what was said in it, the oldest first; undefined where there is none. */
export async function readTalk(
  database: Database,
  id: TalkId,
): Promise<{ readonly talk: TalkInView; readonly messages: readonly TalkMessage[] } | undefined> {
  const [[talk] = [], messages = []] = await database.read([
    statement(`${talksSql} where t.id = ?`, id),
    statement('select * from talk_messages where talk_id = ? order by id desc limit ?', id, mostMessages),
  ]);
  return talk && { talk: talkFrom(talk), messages: messages.map(talkMessageFrom).reverse() };
}
