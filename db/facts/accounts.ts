import type { ChatInvite, InviteFacts } from '../../core/customers/chat_invite.ts';
import type { Merge, MergeFacts } from '../../core/customers/merges.ts';
import { type Row, statement } from '../database.ts';
import { sha256 } from '../hash.ts';
import { reader } from '../rows.ts';
import * as schema from '../schema.ts';
import { asAsked, eachRow, type FactSource, type Query } from './source.ts';

const inviteOf = reader(schema.chatInvites);

const mergeOf = reader(schema.merges);

/** A merge as stored, in the words of core. */
export function mergeFrom(row: Row): Merge {
  const { details, ...merge } = mergeOf(row);
  return { ...(merge as Omit<Merge, 'details'>), details: JSON.parse(details) as Merge['details'] };
}

/** Reads the links by which a customer opens one more messenger, and accounts that were made one. */
export function accountSource(): FactSource<InviteFacts & MergeFacts> {
  const invites = new Map<string, ChatInvite>();
  const merges = new Map<string, Merge[]>();
  return {
    queries(needs) {
      const tokens = needs.chatInvites ?? [];
      const ids = needs.merges ?? [];
      return [
        ...(tokens.length > 0 ? [inviteQuery(tokens, invites)] : []),
        ...(ids.length > 0 ? [mergeQuery(ids, merges)] : []),
      ];
    },
    facts: {
      chatInvite: (token) => invites.get(token),
      merges: (id) => merges.get(id) ?? [],
    },
    keys: {
      chatInvites: (tokens) => tokens.map((token) => `chat invite:${token}`),
      merges: asAsked,
    },
  };
}

function inviteQuery(tokens: readonly string[], invites: Map<string, ChatInvite>): Query {
  return eachRow(
    statement(
      `select i.value ->> 0 as token, c.* from json_each(?) i join chat_invites c on c.token_hash = i.value ->> 1`,
      JSON.stringify(tokens.map((token) => [token, sha256(token)])),
    ),
    (row) => invites.set(String(row.token), inviteOf(row) as ChatInvite),
  );
}

function mergeQuery(ids: readonly string[], merges: Map<string, Merge[]>): Query {
  const all = [...new Set(ids)];
  for (const id of all) merges.set(id, []);
  return eachRow(
    statement(
      `select i.value as wanted, m.* from json_each(?) i join merges m on m.undone_at is null and m.id in
         (select id from merges where from_id = i.value union select id from merges where into_id = i.value)
       order by m.id desc`,
      JSON.stringify(all),
    ),
    (row) => merges.get(String(row.wanted))?.push(mergeFrom(row)),
  );
}
