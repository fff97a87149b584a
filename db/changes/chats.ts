import type { Conversation } from '../../core/dialogs/types.ts';
import { messagePriority, type OutboxMessage } from '../../core/messaging/types.ts';
import { type Statement, statement } from '../database.ts';
import { inserter } from '../rows.ts';
import * as schema from '../schema.ts';
import { type Changes, forRows } from './part.ts';

const insertMessages = inserter(schema.messages);
const insertAddresses = inserter(schema.addresses);

/** Chats, whose they are, and what is said in them. */
export function chatStatements(changes: Changes): Statement[] {
  return [
    ...forRows(changes.conversations, writeConversations),
    ...forRows(changes.newAddresses, (all) =>
      insertAddresses(
        all.map((one) => ({ ...one, reachable: one.reachable ? 1 : 0, state: null, revision: 1 })),
      ),
    ),
    ...forRows(changes.addressLinks, linkAddresses),
    ...forRows(changes.choices, (offers) => inTurns(offers).map(offerChoices)),
    ...forRows(changes.messages, (messages) => insertMessages(messages.map(messageRow))),
  ];
}

/** A step of that chat decided before is decided again: it must not make the chat whose it was. */
function linkAddresses(links: NonNullable<Changes['addressLinks']>): Statement {
  return statement(
    `update addresses set customer_id = link.value ->> 1, revision = revision + 1 from json_each(?) as link
     where addresses.id = link.value ->> 0`,
    JSON.stringify(links.map((link) => [link.id, link.customerId])),
  );
}

function writeConversations(conversations: readonly Conversation[]): Statement {
  const rows = conversations.map(({ address, state, revision }) => [
    address.id,
    address.channel,
    address.externalId,
    address.customerId,
    address.locale,
    address.reachable ? 1 : 0,
    address.lastSeenAt,
    state ? JSON.stringify(state) : null,
    revision,
  ]);
  const picks = rows[0]?.map((_, index) => `value ->> ${index}`).join(', ');
  return statement(
    `insert into addresses (id, channel, external_id, customer_id, locale, reachable, last_seen_at, state, revision)
     select ${picks} from json_each(?) where true
     on conflict (channel, external_id) do update set customer_id = excluded.customer_id, locale = excluded.locale,
       reachable = excluded.reachable, last_seen_at = excluded.last_seen_at, state = excluded.state,
       revision = excluded.revision`,
    JSON.stringify(rows),
  );
}

/** Several offers to one chat, one after the other: an update counts only one of the rows that meet a chat. */
function inTurns(offers: NonNullable<Changes['choices']>): NonNullable<Changes['choices']>[] {
  const turns: NonNullable<Changes['choices']>[number][][] = [];
  const seen = new Map<string, number>();
  for (const offer of offers) {
    const turn = seen.get(offer.addressId) ?? 0;
    seen.set(offer.addressId, turn + 1);
    turns[turn] ??= [];
    turns[turn].push(offer);
  }
  return turns;
}

/** What "1", "2", … mean in a chat from now on, whatever was being said there; see `Choices`. */
function offerChoices(offers: NonNullable<Changes['choices']>): Statement {
  return statement(
    `update addresses set revision = revision + 1, state = json_set(
       case when offer.value ->> 2 is null then state else json_remove(state, '$.data.about') end,
       '$.choices', json(offer.value -> 1))
     from json_each(?) as offer where addresses.id = offer.value ->> 0 and state is not null
       and (offer.value ->> 2 is null or state ->> '$.data.about' is not offer.value ->> 2)`,
    JSON.stringify(offers.map(({ addressId, choices, about = null }) => [addressId, choices, about])),
  );
}

const unsent = {
  ...{ state: 'queued', leaseUntil: null, attempts: 0, providerId: null, error: null, sentAt: null },
  ...{ deliveredAt: null, readAt: null, overtakenAt: null, priceMicros: null, smsPriceMicros: null },
} as const;

function messageRow(message: OutboxMessage): typeof schema.messages.$inferSelect {
  const { reply, noticeId = null, campaign = '', talkId = null, ...rest } = message;
  const priority = messagePriority[message.category];
  return { ...rest, ...unsent, noticeId, campaign, talkId, priority, reply: JSON.stringify(reply) };
}
