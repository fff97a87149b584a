import {
  type Address,
  type ChannelName,
  type ConsentCategory,
  type Customer,
  type CustomerRecord,
  type CustomerRef,
  type Locale,
  refKey,
} from '../core/customers/types.ts';
import {
  type Conversation,
  conversationKey,
  type DialogFacts,
  type DialogNeeds,
  type DialogState,
  type HistoryItem,
  historyKey,
} from '../core/dialogs/types.ts';
import type { AddressId, CustomerId, PurchaseId } from '../core/ids.ts';
import { emptyHead, type LedgerHead, type Lot } from '../core/ledger/types.ts';
import type { Purchase } from '../core/purchases/types.ts';
import type { Database, Row, Statement } from './database.ts';
import { statement } from './database.ts';
import { historyStatements, readHistory } from './history.ts';
import { reader, selection } from './rows.ts';
import * as schema from './schema.ts';

/** What a command may ask to know. */
export type Needs = DialogNeeds;

/** The facts of a group, and which customer each reference turned out to be. */
export interface Facts extends DialogFacts {
  /** The keys by which a command that needs `needs` must be kept apart from others. */
  keysOf(needs: Needs): readonly string[];
  /** The hash a customer's chain ends in. */
  readonly hashes: ReadonlyMap<string, string>;
}

/** One statement and what to do with its rows. */
interface Query {
  readonly statement: Statement;
  take(rows: readonly Row[]): void;
}

/** Reads all the facts that a group needs in one batch, together with `extra` statements of the caller. */
export async function readFacts(
  database: Database,
  needs: readonly Needs[],
  now: number,
  extra: readonly Query[] = [],
): Promise<Facts> {
  const collected = collect();
  const queries = [...extra, ...queriesFor(needs, now, collected)];
  const results = await database.read(queries.map((query) => query.statement));
  for (const [index, query] of queries.entries()) query.take(results[index] ?? []);
  return factsFrom(collected);
}

/** The same facts and more: what a second round of needs added. */
export function joinFacts(first: Facts, second: Facts): Facts {
  return {
    customer: (ref) => second.customer(ref) ?? first.customer(ref),
    purchase: (id) => second.purchase(id) ?? first.purchase(id),
    conversation: (channel, address) =>
      second.conversation(channel, address) ?? first.conversation(channel, address),
    history(page) {
      const found = second.history(page);
      return found.length > 0 ? found : first.history(page);
    },
    keysOf: (needs) => [...new Set([...first.keysOf(needs), ...second.keysOf(needs)])],
    hashes: new Map([...first.hashes, ...second.hashes]),
  };
}

type Collected = ReturnType<typeof collect>;

function collect() {
  return {
    customerIds: new Map<string, CustomerId>(),
    customers: new Map<string, { customer: Customer; head: LedgerHead }>(),
    lots: new Map<string, Lot[]>(),
    addresses: new Map<string, Address[]>(),
    consents: new Map<string, Partial<Record<ConsentCategory, boolean>>>(),
    purchases: new Map<string, Purchase>(),
    conversations: new Map<string, Conversation>(),
    history: new Map<string, HistoryItem[]>(),
    hashes: new Map<string, string>(),
  };
}

function factsFrom(all: Collected): Facts {
  const byId = (id: CustomerId): CustomerRecord | undefined => {
    const found = all.customers.get(id);
    if (!found) return undefined;
    const [lots, addresses] = [all.lots.get(id) ?? [], all.addresses.get(id) ?? []];
    return { ...found, lots, addresses, consents: all.consents.get(id) ?? {} };
  };
  const idOf = (ref: CustomerRef) => all.customerIds.get(refKey(ref));
  return {
    customer(ref) {
      const id = idOf(ref);
      return id && byId(id);
    },
    purchase: (id) => all.purchases.get(id),
    conversation: (channel, address) => all.conversations.get(conversationKey(channel, address)),
    history: (page) => all.history.get(historyKey(page)) ?? [],
    hashes: all.hashes,
    keysOf: (needs) => [
      ...(needs.customers ?? []).flatMap(({ ref }) => [refKey(ref), idOf(ref) ?? refKey(ref)]),
      ...(needs.purchases ?? []),
      ...(needs.conversations ?? []).map(({ channel, address }) => conversationKey(channel, address)),
    ],
  };
}

function queriesFor(needs: readonly Needs[], now: number, all: Collected): Query[] {
  const customers = needs.flatMap((need) => need.customers ?? []);
  const purchases = needs.flatMap((need) => need.purchases ?? []);
  const conversations = needs.flatMap((need) => need.conversations ?? []);
  const history = needs.flatMap((need) => need.history ?? []);
  return [
    ...(customers.length > 0 ? customerQueries(customers, now, all) : []),
    ...(purchases.length > 0 ? purchaseQueries(purchases, all) : []),
    ...(conversations.length > 0 ? [conversationQuery(conversations, all)] : []),
    ...history.flatMap((need) => historyQueries(need, all)),
  ];
}

/** References as rows of (kind, value, shop), resolved to customers by four look-ups of an index each. */
const resolved = `
  select refs.key as ref_key, c.id as customer_id
  from (select value ->> 0 as key, value ->> 1 as kind, value ->> 2 as value, value ->> 3 as shop, value ->> 4 as lots
        from json_each(?)) as refs
  join customers c on c.id = case refs.kind
    when 'id' then refs.value
    when 'phone' then (select id from customers where phone = refs.value)
    when 'card' then (select id from customers where card = refs.value)
    else (select customer_id from external_ids where shop_id = refs.shop and external_id = refs.value) end`;

const customersSql = `with resolved as (${resolved})
  select r.ref_key, ${selection(schema.customers, 'c', 'c_')},
    t.seq, t.hash, t.available, t.pending, t.held
  from resolved r join customers c on c.id = r.customer_id
  left join ledger_transactions t on t.customer_id = c.id
    and t.seq = (select max(seq) from ledger_transactions where customer_id = c.id)`;

const lotsSql = `with resolved as (${resolved.replace('as customer_id', 'as customer_id, max(refs.lots) as wants_open')}
    group by c.id)
  select ${selection(schema.lots, 'l')} from resolved r join lots l on l.customer_id = r.customer_id
    and l.remaining > 0 and (r.wants_open = 1 or l.expires_at <= ?)
  order by l.expires_at, l.id`;

const addressesSql = `with resolved as (${resolved})
  select distinct ${selection(schema.addresses, 'a')} from resolved r join addresses a on a.customer_id = r.customer_id
  order by a.last_seen_at desc, a.id`;

const consentsSql = `with resolved as (${resolved})
  select distinct k.customer_id, k.category, k.granted, k.id from resolved r join consents k on k.customer_id = r.customer_id
  order by k.id`;

const customerOf = reader(schema.customers, 'c_');
const lotOf = reader(schema.lots);
const addressOf = reader(schema.addresses);

function refRow({ ref, lots }: { ref: CustomerRef; lots?: 'due' | 'open' }) {
  const open = lots === 'open' ? 1 : 0;
  if ('phone' in ref) return [refKey(ref), 'phone', ref.phone, null, open];
  if ('card' in ref) return [refKey(ref), 'card', ref.card, null, open];
  if ('id' in ref) return [refKey(ref), 'id', ref.id, null, open];
  return [refKey(ref), 'ext', ref.externalId, ref.shopId, open];
}

function customerQueries(needs: NonNullable<Needs['customers']>, now: number, all: Collected): Query[] {
  const refs = JSON.stringify(needs.map(refRow));
  return [
    {
      statement: statement(customersSql, refs),
      take: (rows) => rows.forEach((row) => takeCustomer(row, all)),
    },
    {
      statement: statement(lotsSql, refs, now),
      take: (rows) => rows.forEach((row) => push(all.lots, String(row.customer_id), lotOf(row) as Lot)),
    },
    {
      statement: statement(addressesSql, refs),
      take: (rows) => rows.forEach((row) => push(all.addresses, String(row.customer_id), addressFrom(row))),
    },
    { statement: statement(consentsSql, refs), take: (rows) => rows.forEach((row) => takeConsent(row, all)) },
  ];
}

function push<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

function takeCustomer(row: Row, all: Collected): void {
  const customer = customerOf(row) as Customer;
  const { available, pending, held, seq, hash } = row;
  const head =
    seq === null
      ? emptyHead(customer.id)
      : {
          customerId: customer.id,
          seq: Number(seq),
          hash: String(hash),
          balance: { available: Number(available), pending: Number(pending), held: Number(held) },
        };
  all.customerIds.set(String(row.ref_key), customer.id);
  all.customerIds.set(customer.id, customer.id);
  all.customers.set(customer.id, { customer, head });
  all.hashes.set(customer.id, head.hash);
}

function takeConsent(row: Row, all: Collected): void {
  const id = String(row.customer_id);
  all.consents.set(id, { ...all.consents.get(id), [String(row.category)]: row.granted === 1 });
}

/** An address from its row. */
export function addressFrom(row: Row): Address {
  const { id, channel, externalId, customerId, locale, reachable, lastSeenAt } = addressOf(row);
  return {
    id: id as AddressId,
    channel: channel as ChannelName,
    externalId,
    customerId: customerId as CustomerId | null,
    locale: locale as Locale,
    reachable: reachable === 1,
    lastSeenAt,
  };
}

const purchaseOf = reader(schema.purchases);
const lineOf = reader(schema.purchaseLines);

function purchaseQueries(ids: readonly PurchaseId[], all: Collected): Query[] {
  const list = JSON.stringify(ids);
  return [
    {
      statement: statement('select p.* from json_each(?) i join purchases p on p.id = i.value', list),
      take: (rows) =>
        rows.forEach((row) => {
          all.purchases.set(String(row.id), { ...(purchaseOf(row) as Omit<Purchase, 'lines'>), lines: [] });
        }),
    },
    {
      statement: statement(
        'select l.* from json_each(?) i join purchase_lines l on l.purchase_id = i.value order by l.purchase_id, l.position',
        list,
      ),
      take: (rows) => rows.forEach((row) => addLine(row, all.purchases)),
    },
  ];
}

function addLine(row: Row, purchases: Map<string, Purchase>): void {
  const { purchaseId, lineId, position, ...line } = lineOf(row);
  const purchase = purchases.get(purchaseId);
  if (purchase)
    purchases.set(purchaseId, { ...purchase, lines: [...purchase.lines, { id: lineId, ...line }] });
}

function conversationQuery(needs: NonNullable<Needs['conversations']>, all: Collected): Query {
  return {
    statement: statement(
      `select a.* from json_each(?) i join addresses a on a.channel = i.value ->> 0 and a.external_id = i.value ->> 1`,
      JSON.stringify(needs.map(({ channel, address }) => [channel, address])),
    ),
    take: (rows) =>
      rows.forEach((row) => {
        const address = addressFrom(row);
        const state = row.state ? (JSON.parse(String(row.state)) as DialogState) : null;
        const key = conversationKey(address.channel, address.externalId);
        all.conversations.set(key, { address, state, revision: Number(row.revision) });
      }),
  };
}

function historyQueries(need: NonNullable<Needs['history']>[number], all: Collected): Query[] {
  const results: (readonly Row[])[] = [];
  const statements = historyStatements(need.customerId, need.limit, need.beforeSeq);
  return statements.map((one, index) => ({
    statement: one,
    take(rows) {
      results[index] = rows;
      if (index === statements.length - 1) all.history.set(historyKey(need), readHistory(results));
    },
  }));
}
