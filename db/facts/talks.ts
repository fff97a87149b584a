import type { ChannelName, Locale } from '../../core/customers/types.ts';
import { conversationKey } from '../../core/dialogs/types.ts';
import type { CustomerId, TalkId } from '../../core/ids.ts';
import {
  missedTalkLivesMs,
  type Talk,
  type TalkFacts,
  type TalkInView,
  type TalkMessage,
  talkMessagesShown,
  talkReplyKey,
} from '../../core/talks/types.ts';
import { type Row, statement } from '../database.ts';
import { reader } from '../rows.ts';
import * as schema from '../schema.ts';
import { asAsked, eachRow, type FactSource, type Needs, type Query } from './source.ts';

type Found = ReturnType<typeof nothingYet>;

function nothingYet() {
  return {
    talks: new Map<string, TalkInView>(),
    /** Ids of open talks by the chat they are in. */
    inChats: new Map<string, TalkId>(),
    replies: new Map<string, TalkId>(),
    messages: new Map<string, TalkMessage[]>(),
    open: [] as TalkInView[],
  };
}

/** Reads talks of customers with the staff, and what was said in them. */
export function talkSource(): FactSource<TalkFacts> {
  const found = nothingYet();
  const idIn = (chat: { readonly channel: ChannelName; readonly address: string }) =>
    found.inChats.get(conversationKey(chat.channel, chat.address));
  return {
    queries: (needs, now) => [...talkQueries(needs, now, found), ...saidQueries(needs, found)],
    facts: {
      talk: (id) => found.talks.get(id),
      talkIn: (channel, address) => found.talks.get(idIn({ channel, address }) ?? ''),
      talkOfReply: (reply) => found.replies.get(talkReplyKey(reply)),
      talkMessages: (id) => found.messages.get(id) ?? [],
      openTalks: () => found.open,
    },
    // Who speaks in a chat and who answers there are kept apart by the talk between them.
    keys: { talks: asAsked, talksIn: (chats) => chats.flatMap((chat) => idIn(chat) ?? []) },
  };
}

/** What two rounds of reading found: the newer where both have it. */
export function joinTalkFacts(first: TalkFacts, second: TalkFacts): TalkFacts {
  return {
    talk: (id) => second.talk(id) ?? first.talk(id),
    talkIn: (channel, address) => second.talkIn(channel, address) ?? first.talkIn(channel, address),
    talkOfReply: (reply) => second.talkOfReply(reply) ?? first.talkOfReply(reply),
    talkMessages(id) {
      const newer = second.talkMessages(id);
      return newer.length > 0 ? newer : first.talkMessages(id);
    },
    openTalks() {
      const newer = second.openTalks();
      return newer.length > 0 ? newer : first.openTalks();
    },
  };
}

/** Talks with the names they stand for; `t` is the talk. */
const viewColumns = `t.*, a.channel as chat_channel, a.external_id as chat_address, a.locale as chat_locale,
  a.reachable as chat_reachable, a.customer_id as chat_customer,
  coalesce(c.name, '…' || substr(c.phone, -4), '…' || substr(a.external_id, -4), '…') as customer_name,
  coalesce(s.name, '…' || substr(s.phone, -4)) as staff_name,
  (select id from talks o where o.address_id = t.address_id and o.status <> 'closed') as open_in_chat`;
const viewJoins = `left join addresses a on a.id = t.address_id
  left join customers c on c.id = coalesce(a.customer_id, t.customer_id) left join staff s on s.id = t.staff_id`;

const talkRow = reader(schema.talks);

/** A talk as stored with the names it stands for, in the words of core. */
export function talkFrom(row: Row): TalkInView {
  return {
    ...(talkRow(row) as Talk),
    customerName: String(row.customer_name),
    staffName: row.staff_name == null ? null : String(row.staff_name),
    chat:
      row.chat_channel == null
        ? null
        : {
            channel: row.chat_channel as ChannelName,
            locale: row.chat_locale as Locale,
            reachable: row.chat_reachable === 1,
            customerId: row.chat_customer as CustomerId | null,
          },
    openInChat: row.open_in_chat as TalkId | null,
  };
}

function talkQueries(needs: Needs, now: number, found: Found): Query[] {
  const ids = needs.talks ?? [];
  const chats = needs.talksIn ?? [];
  const keep = (row: Row) => {
    const talk = talkFrom(row);
    found.talks.set(talk.id, talk);
    return talk;
  };
  return [
    ...over(
      ids,
      `select ${viewColumns} from json_each(?) i join talks t on t.id = i.value ${viewJoins}`,
      keep,
    ),
    ...over(
      chats.map(({ channel, address }) => [channel, address]),
      `select ${viewColumns} from json_each(?) i
       cross join addresses h on h.channel = i.value ->> 0 and h.external_id = i.value ->> 1
       join talks t on t.address_id = h.id and t.status <> 'closed' ${viewJoins}`,
      (row) => {
        const key = conversationKey(row.chat_channel as ChannelName, String(row.chat_address));
        found.inChats.set(key, keep(row).id);
      },
    ),
    ...(needs.openTalks ? [openQuery(now, found)] : []),
  ];
}

/** A query over the values asked for, left out where there are none. */
function over<Value>(values: readonly Value[], sql: string, take: (row: Row) => void): Query[] {
  return values.length > 0 ? [eachRow(statement(sql, JSON.stringify(values)), take)] : [];
}

function openQuery(now: number, found: Found): Query {
  const sql = `select ${viewColumns} from (
      select id from talks where status <> 'closed'
      union all select id from talks where reminded_at is not null and closed_by = 'time' and closed_at > ?) i
    cross join talks t on t.id = i.id ${viewJoins} order by t.touched_at, t.id limit 200`;
  return {
    statement: statement(sql, now - missedTalkLivesMs),
    take(rows) {
      found.open = rows.map(talkFrom);
    },
  };
}

const messageRow = reader(schema.talkMessages);

/** One thing said in a talk as stored, in the words of core. */
export function talkMessageFrom(row: Row): TalkMessage {
  return messageRow(row) as TalkMessage;
}

function saidQueries(needs: Needs, found: Found): Query[] {
  const replies = needs.talkReplies ?? [];
  const talks = needs.talkMessages ?? [];
  return [
    ...over(
      replies.map((reply) => [reply.channel, reply.address, reply.providerId, talkReplyKey(reply)]),
      // A message edited in place tells about what it was changed to last.
      `select i.value ->> 3 as key, (select m.talk_id from messages m
         join addresses a on a.id = m.address_id and a.external_id = i.value ->> 1
         where m.channel = i.value ->> 0 and m.provider_id = i.value ->> 2 order by m.id desc limit 1) as talk_id
       from json_each(?) i`,
      (row) => {
        if (row.talk_id !== null) found.replies.set(String(row.key), String(row.talk_id) as TalkId);
      },
    ),
    ...talks.map((id) => ({
      statement: statement(
        'select * from talk_messages where talk_id = ? order by id desc limit ?',
        id,
        talkMessagesShown,
      ),
      take: (rows: readonly Row[]) => {
        found.messages.set(id, rows.map(talkMessageFrom).reverse());
      },
    })),
  ];
}

/** Reads talks as `t`, each in the chat `a`; a condition and an order may follow. */
export const talksSql = `select ${viewColumns} from talks t ${viewJoins}`;
