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

type Erasures = NonNullable<Changes['erasures']>;

/** Who is erased and when, `e (id, at)`: accounts that were merged into one go with it, each still holds a phone and a name. */
const erased = `(select c.id, i.value ->> 1 as at from json_each(?1) i
  join customers c on c.id = i.value ->> 0 or c.merged_into = i.value ->> 0) e`;
const these = `(select e.id from ${erased})`;

/**
 * Removes the person and keeps the ledger, and that there was somebody whom campaigns told: who is left is an id with
 * nothing that names anybody, and the figures of the shop stay what they were.
 */
export function erase(erasures: Erasures): Statement[] {
  const moments = JSON.stringify(erasures.map(({ customerId, at }) => [customerId, at]));
  return [...whatStaffRead, ...account, ...whatHappened, ...whatWasSaid].map((sql) =>
    statement(sql, moments),
  );
}

/** What the staff were told of a person names them by id, phone or card. As long as those are known. */
const ofStaff = `from messages m indexed by messages_customer join who on instr(m.reply, who.id) > 0
    or instr(m.reply, who.phone) > 0 or instr(m.reply, who.card) > 0
  where m.customer_id in (select customer_id from staff where customer_id is not null)`;
const who = `with who (id, phone, card) as materialized (select id, phone, card from customers where id in ${these})`;
const saidNothing = `reply = '{"paragraphs":[]}',
  state = case when state in ('queued', 'sending') then 'cancelled' else state end`;

const whatStaffRead = [
  `${who} delete from chat_messages where (channel, chat, body ->> 'id') in (select a.channel, a.external_id, told.id
     from (select m.id, m.address_id ${ofStaff} and m.channel = 'web') told join addresses a on a.id = told.address_id)`,
  `${who} update messages set ${saidNothing} where id in (select m.id ${ofStaff})`,
];

const phones = `(select phone from customers where id in ${these} and phone is not null)`;
const nothing = [
  ...['phone', 'card', 'name', 'birthday', 'gender', 'locale', 'zone', 'registered_at'],
  ...['preferred_channel', 'city', 'registered_in', 'offers'],
];

/** By the phone, as long as it is known: a code proves nobody yet, and an SMS may have gone to a stranger's number. */
const account = [
  `delete from one_time_codes where phone in ${phones}`,
  `update addresses set customer_id = c.id from customers c
   where c.id in ${these} and addresses.channel = 'sms' and addresses.external_id = c.phone`,
  `update customers set ${nothing.map((column) => `${column} = null`).join(', ')}, offers_refused = 0, erased_at = e.at
   from ${erased} where customers.id = e.id`,
  ...['chat_invites', 'external_ids', 'payment_codes'].map(
    (table) => `delete from ${table} where customer_id in ${these}`,
  ),
  // What a till holds is given up with all other points.
  `update redemptions set status = 'cancelled', settled_at = e.at, taken = '[]', revision = revision + 1
   from ${erased} where redemptions.customer_id = e.id and status in ('awaiting_customer', 'held')`,
];

const whatHappened = [
  ...([
    'customer_scores',
    'refills',
    'segment_states',
    'segment_moves',
    'carts',
    'orders',
    'events',
  ] as const),
  'links',
].map((table) => `delete from ${table} where customer_id in ${these}`);

const isOpen = `state in ('held', 'underway')`;

const whatWasSaid = [
  // First the site chats, also those the person has left since: what we wrote to the person there tells which.
  `delete from chat_messages where (channel, chat) in
     (select channel, external_id from addresses where customer_id in ${these} or id in
       (select address_id from messages where customer_id in ${these}))`,
  `update messages set ${saidNothing}, customer_id = null, provider_id = null where customer_id in ${these}`,
  // Of what was given it stays how much was taken back: results tell of it.
  `update notices set reply = '{"paragraphs":[]}', revision = revision + 1,
     reason = case when ${isOpen} then 'erased' else reason end,
     settled_at = case when ${isOpen} then e.at else settled_at end, due_at = null,
     gift = iif(gift ->> '$.takenBack' is null, null,
       json_patch(gift, json_object('lots', json('[]'), 'codes', json('[]')))),
     state = case when ${isOpen} then 'stopped' else state end
   from ${erased} where notices.customer_id = e.id`,
  `delete from addresses where customer_id in ${these}`,
];
