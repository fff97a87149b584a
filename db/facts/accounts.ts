import type { ChatInvite, InviteFacts } from '../../core/customers/chat_invite.ts';
import { statement } from '../database.ts';
import { sha256 } from '../hash.ts';
import { reader } from '../rows.ts';
import * as schema from '../schema.ts';
import { eachRow, type FactSource } from './source.ts';

const inviteOf = reader(schema.chatInvites);

/** Reads the links by which a customer opens one more messenger. */
export function accountSource(): FactSource<InviteFacts> {
  const invites = new Map<string, ChatInvite>();
  return {
    queries(needs) {
      const tokens = needs.flatMap((need) => need.chatInvites ?? []);
      if (tokens.length === 0) return [];
      return [
        eachRow(
          statement(
            `select i.value ->> 0 as token, c.* from json_each(?) i join chat_invites c on c.token_hash = i.value ->> 1`,
            JSON.stringify(tokens.map((token) => [token, sha256(token)])),
          ),
          (row) => invites.set(String(row.token), inviteOf(row) as ChatInvite),
        ),
      ];
    },
    facts: { chatInvite: (token) => invites.get(token) },
    keysOf: (needs) => (needs.chatInvites ?? []).map((token) => `chat invite:${token}`),
  };
}
