import type { Customer } from '../core/customers/types.ts';
import type { Conversation, DialogChanges } from '../core/dialogs/types.ts';
import { sealedText } from '../core/ledger/seal.ts';
import type { LedgerTransaction } from '../core/ledger/types.ts';
import type { OutboxMessage } from '../core/messaging/types.ts';
import type { Purchase } from '../core/purchases/types.ts';
import { type Statement, statement } from './database.ts';
import { sha256 } from './hash.ts';
import { inserter } from './rows.ts';
import * as schema from './schema.ts';

/** Everything a decision may write, by kind. */
export type Changes = DialogChanges;

/** A command that was carried out, for the repeats to come. */
export type CommandRow = typeof schema.commands.$inferSelect;

const insert = {
  commands: inserter(schema.commands),
  customers: inserter(schema.customers),
  externalIds: inserter(schema.externalIds),
  consents: inserter(schema.consents),
  purchases: inserter(schema.purchases),
  purchaseLines: inserter(schema.purchaseLines),
  transactions: inserter(schema.ledgerTransactions),
  entries: inserter(schema.ledgerEntries),
  lots: inserter(schema.lots),
  lotMoves: inserter(schema.lotMoves),
  messages: inserter(schema.messages),
};

/**
 * The statements that write a group's changes, one a table. `hashes` holds the hash each customer's chain ends in
 * (nothing for a new customer); it is moved on as transactions are sealed.
 */
export function statementsFor(
  changes: Changes,
  commands: readonly CommandRow[],
  hashes: Map<string, string>,
): Statement[] {
  const transactions = changes.transactions ?? [];
  const sealed = seal(transactions, hashes);
  const all: [readonly unknown[] | undefined, () => Statement | Statement[]][] = [
    [commands, () => insert.commands(commands)],
    [changes.customers, () => insert.customers(changes.customers ?? [])],
    [changes.customerUpdates, () => updateCustomers(changes.customerUpdates ?? [])],
    [changes.externalIds, () => insert.externalIds(changes.externalIds ?? [])],
    [
      changes.consents,
      () => insert.consents((changes.consents ?? []).map((c) => ({ ...c, granted: c.granted ? 1 : 0 }))),
    ],
    [changes.purchases, () => insertPurchases(changes.purchases ?? [])],
    [changes.payments, () => payPurchases(changes.payments ?? [])],
    [sealed, () => insert.transactions(sealed)],
    [transactions, () => insert.entries(entriesOf(transactions))],
    [transactions.flatMap((t) => t.lots), () => insert.lots(transactions.flatMap((t) => t.lots))],
    [transactions.flatMap((t) => t.moves), () => moveLots(transactions)],
    // Before chats: who asks in a chat to be erased still gets the goodbye, in a chat that begins anew.
    [changes.erasures, () => erase(changes.erasures ?? [])],
    [changes.conversations, () => writeConversations(changes.conversations ?? [])],
    [changes.addressLinks, () => linkAddresses(changes.addressLinks ?? [])],
    [changes.messages, () => insert.messages((changes.messages ?? []).map(messageRow))],
  ];
  return all.flatMap(([rows, make]) => (rows && rows.length > 0 ? make() : []));
}

function seal(transactions: readonly LedgerTransaction[], hashes: Map<string, string>) {
  return transactions.map((transaction) => {
    const reason = JSON.stringify(transaction.reason);
    const hash = sha256(sealedText(hashes.get(transaction.customerId) ?? '', { ...transaction, reason }));
    hashes.set(transaction.customerId, hash);
    return { ...transaction, ...transaction.balance, reason, hash };
  });
}

function entriesOf(transactions: readonly LedgerTransaction[]) {
  return transactions.flatMap((t) => t.entries.map((entry) => ({ transactionId: t.id, ...entry })));
}

/** Moves as they happened, and what the lots hold now: a lot made in this very commit is there to be updated. */
function moveLots(transactions: readonly LedgerTransaction[]): Statement[] {
  const moves = transactions.flatMap((t) => t.moves.map((move) => ({ transactionId: t.id, ...move })));
  const byLot = new Map<string, number>();
  for (const move of moves) byLot.set(move.lotId, (byLot.get(move.lotId) ?? 0) + move.points);
  const update = `update lots set remaining = lots.remaining + moved.points
    from (select value ->> 0 as id, value ->> 1 as points from json_each(?)) as moved where lots.id = moved.id`;
  return [insert.lotMoves(moves), statement(update, JSON.stringify([...byLot]))];
}

function insertPurchases(purchases: readonly Purchase[]): Statement[] {
  const lines = purchases.flatMap((purchase) =>
    purchase.lines.map(({ id, ...line }, index) => ({
      ...line,
      lineId: id,
      purchaseId: purchase.id,
      position: index + 1,
    })),
  );
  return lines.length > 0
    ? [insert.purchases([...purchases]), insert.purchaseLines(lines)]
    : [insert.purchases([...purchases])];
}

function payPurchases(payments: NonNullable<Changes['payments']>): Statement {
  return statement(
    `update purchases set paid_at = paid.at, earned = paid.earned, pending = 0
     from (select value ->> 0 as id, value ->> 1 as at, value ->> 2 as earned from json_each(?)) as paid
     where purchases.id = paid.id`,
    JSON.stringify(payments.map((payment) => [payment.id, payment.paidAt, payment.earned])),
  );
}

function updateCustomers(customers: readonly Customer[]): Statement {
  const columns = ['phone', 'card', 'name', 'birthday', 'gender', 'locale', 'zone', 'registered_at'];
  const sets = columns.map((column, index) => `${column} = changed.value ->> ${index + 1}`).join(', ');
  return statement(
    `update customers set ${sets} from json_each(?) as changed where customers.id = changed.value ->> 0`,
    JSON.stringify(
      customers.map((c) => [
        c.id,
        c.phone,
        c.card,
        c.name,
        c.birthday,
        c.gender,
        c.locale,
        c.zone,
        c.registeredAt,
      ]),
    ),
  );
}

function linkAddresses(links: NonNullable<Changes['addressLinks']>): Statement {
  return statement(
    `update addresses set customer_id = link.value ->> 1 from json_each(?) as link where addresses.id = link.value ->> 0`,
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

function messageRow(message: OutboxMessage): typeof schema.messages.$inferSelect {
  const { reply, ...rest } = message;
  const unsent = { leaseUntil: null, attempts: 0, providerId: null, error: null, sentAt: null };
  return { ...rest, ...unsent, reply: JSON.stringify(reply), state: 'queued' };
}

/** Removes the person and keeps the ledger: who is left is an id with nothing that names anybody. */
function erase(erasures: NonNullable<Changes['erasures']>): Statement[] {
  const ids = JSON.stringify(erasures.map((erasure) => erasure.customerId));
  const these = '(select value from json_each(?))';
  const nothing = ['phone', 'card', 'name', 'birthday', 'gender', 'locale', 'zone', 'registered_at'];
  return [
    statement(
      `update customers set ${nothing.map((column) => `${column} = null`).join(', ')}, erased_at = erased.value ->> 1
       from json_each(?) as erased where customers.id = erased.value ->> 0`,
      JSON.stringify(erasures.map((erasure) => [erasure.customerId, erasure.at])),
    ),
    statement(`delete from external_ids where customer_id in ${these}`, ids),
    // First the site chats, also those the person has left since: what we wrote to the person there tells which.
    statement(
      `delete from chat_messages where (channel, chat) in
         (select channel, external_id from addresses where customer_id in ${these} or id in
           (select address_id from messages where customer_id in ${these}))`,
      ids,
      ids,
    ),
    statement(
      `update messages set reply = '{"paragraphs":[]}', customer_id = null, provider_id = null,
         state = case when state in ('queued', 'sending') then 'cancelled' else state end
       where customer_id in ${these}`,
      ids,
    ),
    statement(`delete from addresses where customer_id in ${these}`, ids),
  ];
}
