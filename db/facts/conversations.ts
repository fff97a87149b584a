import {
  type Conversation,
  conversationKey,
  type DialogFacts,
  type DialogState,
  type HistoryItem,
  historyKey,
} from '../../core/dialogs/types.ts';
import { type Row, statement } from '../database.ts';
import { historyStatements, readHistory } from '../history.ts';
import { reader } from '../rows.ts';
import * as schema from '../schema.ts';
import { addressFrom } from './customers.ts';
import { eachRow, type FactSource, type Needs, type Query } from './source.ts';

const addressOf = reader(schema.addresses);

/** Reads chats, and pages of history. */
export function conversationSource(): FactSource<Pick<DialogFacts, 'conversation' | 'history'>> {
  const conversations = new Map<string, Conversation>();
  const history = new Map<string, HistoryItem[]>();
  return {
    queries(needs) {
      const chats = needs.conversations ?? [];
      const pages = needs.history ?? [];
      return [
        ...(chats.length > 0 ? [conversationQuery(chats, conversations)] : []),
        ...pages.flatMap((page) => historyQueries(page, history)),
      ];
    },
    facts: {
      conversation: (channel, address) => conversations.get(conversationKey(channel, address)),
      history: (page) => history.get(historyKey(page)) ?? [],
    },
    keys: {
      conversations: (chats) => chats.map(({ channel, address }) => conversationKey(channel, address)),
    },
  };
}

function conversationQuery(
  needs: NonNullable<Needs['conversations']>,
  found: Map<string, Conversation>,
): Query {
  return eachRow(
    statement(
      `select a.* from json_each(?) i join addresses a on a.channel = i.value ->> 0 and a.external_id = i.value ->> 1`,
      JSON.stringify(needs.map(({ channel, address }) => [channel, address])),
    ),
    (row) => {
      const address = addressFrom(addressOf(row));
      const state = row.state ? (JSON.parse(String(row.state)) as DialogState) : null;
      const key = conversationKey(address.channel, address.externalId);
      found.set(key, { address, state, revision: Number(row.revision) });
    },
  );
}

function historyQueries(
  need: NonNullable<Needs['history']>[number],
  found: Map<string, HistoryItem[]>,
): Query[] {
  const results: (readonly Row[])[] = [];
  const statements = historyStatements({ ...need, settled: true });
  return statements.map((one, index) => ({
    statement: one,
    take(rows) {
      results[index] = rows;
      if (index === statements.length - 1) found.set(historyKey(need), readHistory(results));
    },
  }));
}
