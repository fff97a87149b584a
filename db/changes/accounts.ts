import type { Merge } from '../../core/customers/merges.ts';
import { type Statement, statement } from '../database.ts';
import { sha256 } from '../hash.ts';
import { inserter, updater } from '../rows.ts';
import * as schema from '../schema.ts';
import { type Changes, forRows } from './part.ts';

const insertInvites = inserter(schema.chatInvites);

const insertMerges = inserter(schema.merges);
const updateMerges = updater(schema.merges, ['details', 'undoneAt', 'undoneBy', 'revision']);

function mergeRow({ details, ...merge }: Merge): typeof schema.merges.$inferSelect {
  return { ...merge, details: JSON.stringify(details) };
}

/** Accounts made one, and links by which customers open one more messenger. Of each only the hash is kept, and of a customer's the newest. */
export function accountStatements(changes: Changes): Statement[] {
  return [
    ...forRows(changes.merges, (merges) => insertMerges(merges.map(mergeRow))),
    ...forRows(changes.mergeUpdates, (merges) => updateMerges(merges.map(mergeRow))),
    ...forRows(changes.chatInvites, (invites) => [
      statement(
        'delete from chat_invites where customer_id in (select value from json_each(?))',
        JSON.stringify(invites.map(({ customerId }) => customerId)),
      ),
      insertInvites(invites.map(({ token, ...invite }) => ({ ...invite, tokenHash: sha256(token) }))),
    ]),
    ...forRows(changes.chatInviteUpdates, (invites) =>
      statement(
        `update chat_invites set used_at = used.value ->> 1, revision = used.value ->> 2
         from json_each(?) as used where token_hash = used.value ->> 0`,
        JSON.stringify(invites.map(({ tokenHash, usedAt, revision }) => [tokenHash, usedAt, revision])),
      ),
    ),
  ];
}
