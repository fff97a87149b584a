import type { ChannelName } from '../core/customers/types.ts';
import { invariant } from '../core/errors.ts';
import { type Database, type Row, readRows, statement } from './database.ts';

/** A chat that we show ourselves, by channel and the channel's own id of it. */
export interface ChatKey {
  readonly channel: ChannelName;
  readonly chat: string;
}

/** What every message of a chat has, whatever else a channel keeps with it. */
export interface Draft {
  /** A chat keeps one message of an id. */
  readonly id: string;
  readonly direction: 'in' | 'out';
  /** Epoch milliseconds. */
  readonly at: number;
}

/** A message with its place: positions grow over all chats, and rows never change. */
export type Placed<Message extends Draft> = Message & { readonly position: number };

/** The table `chat_messages`, for messages of any shape that is JSON. */
export interface Chats<Message extends Draft> {
  append(key: ChatKey, draft: Message): Promise<Placed<Message>>;
  after(key: ChatKey, position: number, limit: number): Promise<Placed<Message>[]>;
  latest(key: ChatKey, limit: number): Promise<Placed<Message>[]>;
}

const inChat = 'from chat_messages where channel = ? and chat = ?';

/** Chats in `database`. Appending an id again returns the message that is already there. */
export function createChats<Message extends Draft>(database: Database): Chats<Message> {
  return {
    async append({ channel, chat }, draft) {
      const same = `select position, body ${inChat} and body ->> 'id' = ?`;
      const sql = `insert into chat_messages (channel, chat, direction, body, at)
        select ?, ?, ?, ?, ? where not exists (${same})`;
      const args = [channel, chat, draft.direction, JSON.stringify(draft), draft.at, channel, chat, draft.id];
      const results = await database.write([
        statement(sql, ...args),
        statement(same, channel, chat, draft.id),
      ]);
      const kept = results.at(-1)?.[0];
      invariant(kept, 'a message that was just appended is there');
      return placed<Message>(kept);
    },
    async after({ channel, chat }, position, limit) {
      const sql = `select position, body ${inChat} and position > ? order by position limit ?`;
      return (await readRows(database, sql, channel, chat, position, limit)).map(placed<Message>);
    },
    async latest({ channel, chat }, limit) {
      const sql = `select position, body ${inChat} order by position desc limit ?`;
      return (await readRows(database, sql, channel, chat, limit)).map(placed<Message>).reverse();
    },
  };
}

function placed<Message extends Draft>(row: Row): Placed<Message> {
  const draft: Message = JSON.parse(String(row.body));
  return { ...draft, position: Number(row.position) };
}
