import { type Statement, statement } from '../database.ts';
import { inserter, updater } from '../rows.ts';
import * as schema from '../schema.ts';
import { type Changes, forRows } from './part.ts';

const insert = {
  customers: inserter(schema.customers, '', schema.customerFigures),
  externalIds: inserter(schema.externalIds),
  consents: inserter(schema.consents),
};

const updateCustomers = updater(schema.customers, [
  ...(['phone', 'card', 'name', 'birthday', 'gender', 'locale', 'zone', 'registeredAt'] as const),
  ...(['preferredChannel', 'mergedInto', 'city', 'registeredIn'] as const),
]);

/** People, the shops' ids of them, and what they agreed to. */
export function customerStatements(changes: Changes): Statement[] {
  return [
    ...forRows(changes.customers, insert.customers),
    ...forRows(changes.customerUpdates, updateCustomers),
    ...forRows(changes.externalIds, insert.externalIds),
    ...forRows(changes.consents, (consents) =>
      insert.consents(consents.map((consent) => ({ ...consent, granted: consent.granted ? 1 : 0 }))),
    ),
  ];
}

/** Removes the person and keeps the ledger: who is left is an id with nothing that names anybody. */
export function erase(erasures: NonNullable<Changes['erasures']>): Statement[] {
  const ids = JSON.stringify(erasures.map((erasure) => erasure.customerId));
  const moments = JSON.stringify(erasures.map((erasure) => [erasure.customerId, erasure.at]));
  // With those that were merged into them: each still holds a phone and a name.
  const these =
    '(select c.id from json_each(?) i join customers c on c.id = i.value or c.merged_into = i.value)';
  const open = `state in ('held', 'underway')`;
  const phones = `(select phone from customers where id in ${these})`;
  const nothing = [
    ...['phone', 'card', 'name', 'birthday', 'gender', 'locale', 'zone', 'registered_at'],
    ...['preferred_channel', 'city', 'registered_in', 'offers'],
  ];
  return [
    // By the phone, as long as it is known: a code proves nobody yet, and an SMS may have gone to a stranger's number.
    statement(`delete from one_time_codes where phone in ${phones}`, ids),
    statement(
      `update addresses set customer_id = erased.value ->> 0 from json_each(?) as erased
       join customers c on erased.value ->> 0 in (c.id, c.merged_into)
       where addresses.channel = 'sms' and addresses.external_id = c.phone`,
      moments,
    ),
    statement(
      `update customers set ${nothing.map((column) => `${column} = null`).join(', ')}, offers_refused = 0, erased_at = erased.value ->> 1
       from json_each(?) as erased where erased.value ->> 0 in (customers.id, customers.merged_into)`,
      moments,
    ),
    statement(`delete from chat_invites where customer_id in ${these}`, ids),
    statement(`delete from external_ids where customer_id in ${these}`, ids),
    statement(`delete from payment_codes where customer_id in ${these}`, ids),
    ...['customer_scores', 'refills', 'segment_states', 'segment_moves', 'carts', 'orders'].map((table) =>
      statement(`delete from ${table} where customer_id in ${these}`, ids),
    ),
    statement(
      `delete from campaign_members where (campaign_id, customer_id) in (select k.id, t.id from campaigns k, ${these} t)`,
      ids,
    ),
    statement(`delete from events where customer_id in ${these}`, ids),
    statement(`delete from links where customer_id in ${these}`, ids),
    // What a till holds is given up with all other points.
    statement(
      `update redemptions set status = 'cancelled', settled_at = erased.value ->> 1, taken = '[]', revision = revision + 1
       from json_each(?) as erased
       where redemptions.customer_id = erased.value ->> 0 and status in ('awaiting_customer', 'held')`,
      moments,
    ),
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
    statement(
      `update notices set reply = '{"paragraphs":[]}', revision = revision + 1,
         reason = case when ${open} then 'erased' else reason end,
         settled_at = case when ${open} then erased.value ->> 1 else settled_at end,
         due_at = null, gift = null, state = case when ${open} then 'stopped' else state end
       from json_each(?) as erased where notices.customer_id = erased.value ->> 0`,
      moments,
    ),
    statement(`delete from addresses where customer_id in ${these}`, ids),
  ];
}
