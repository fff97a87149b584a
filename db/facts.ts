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
import { arrayReader, jsonSelection, reader } from './rows.ts';
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

/**
 * Customers by reference, each as one JSON array with the end of its ledger, its lots, chats and consents. One cell a
 * group: the driver spends more on a cell than SQLite on the row it comes from.
 */
const customersSql = `
  select json_group_array(json_array(refs.value ->> 0, ${jsonSelection(schema.customers, 'c')},
    json((select json_array(seq, hash, available, pending, held) from ledger_transactions
      where customer_id = c.id order by seq desc limit 1)),
    json((select json_group_array(${jsonSelection(schema.lots, 'l')}) from lots l
      where l.customer_id = c.id and l.remaining > 0 and (refs.value ->> 4 = 1 or l.expires_at <= ?2))),
    json((select json_group_array(${jsonSelection(schema.addresses, 'a')}) from addresses a where a.customer_id = c.id)),
    json((select json_group_array(json_array(id, category, granted)) from consents where customer_id = c.id)))) as found
  from json_each(?1) as refs
  join customers c on c.id = case refs.value ->> 1
    when 'id' then refs.value ->> 2
    when 'phone' then (select id from customers where phone = refs.value ->> 2)
    when 'card' then (select id from customers where card = refs.value ->> 2)
    else (select customer_id from external_ids
      where shop_id = refs.value ->> 3 and external_id = refs.value ->> 2) end`;

/** What `customersSql` finds of one reference. */
type FoundCustomer = readonly [
  key: string,
  customer: Cells,
  head: readonly [seq: number, hash: string, available: number, pending: number, held: number] | null,
  lots: readonly Cells[],
  addresses: readonly Cells[],
  consents: readonly Cells[],
];
type Cells = readonly (string | number | null)[];

const customerOf = arrayReader(schema.customers);
const lotOf = arrayReader(schema.lots);
const addressCells = arrayReader(schema.addresses);
const addressOf = reader(schema.addresses);

function refRow({ ref, lots }: { ref: CustomerRef; lots?: 'due' | 'open' }) {
  const open = lots === 'open' ? 1 : 0;
  if ('phone' in ref) return [refKey(ref), 'phone', ref.phone, null, open];
  if ('card' in ref) return [refKey(ref), 'card', ref.card, null, open];
  if ('id' in ref) return [refKey(ref), 'id', ref.id, null, open];
  return [refKey(ref), 'ext', ref.externalId, ref.shopId, open];
}

function customerQueries(needs: NonNullable<Needs['customers']>, now: number, all: Collected): Query[] {
  return [
    {
      statement: statement(customersSql, JSON.stringify(needs.map(refRow)), now),
      take([row]) {
        const found = JSON.parse(String(row?.found ?? '[]')) as FoundCustomer[];
        for (const one of found) takeCustomer(one, all);
      },
    },
  ];
}

function takeCustomer([key, cells, head, lots, addresses, consents]: FoundCustomer, all: Collected): void {
  const customer = customerOf(cells) as Customer;
  const { id } = customer;
  all.customerIds.set(key, id);
  all.customerIds.set(id, id);
  const entry = { customer, head: headOf(id, head) };
  all.customers.set(id, entry);
  all.hashes.set(id, entry.head.hash);
  // Two references to one customer may ask for different lots: what was asked for most stays.
  const seen = all.lots.get(id);
  const read = lots.map((lot) => lotOf(lot) as Lot);
  if (!seen || read.length > seen.length) all.lots.set(id, read);
  const chats = addresses.map((address) => addressFrom(addressCells(address)));
  all.addresses.set(
    id,
    chats.sort((a, b) => b.lastSeenAt - a.lastSeenAt || (a.id < b.id ? -1 : 1)),
  );
  all.consents.set(id, newestConsents(consents));
}

function headOf(customerId: CustomerId, found: FoundCustomer[2]): LedgerHead {
  if (!found) return emptyHead(customerId);
  const [seq, hash, available, pending, held] = found;
  return { customerId, seq, hash, balance: { available, pending, held } };
}

function newestConsents(rows: readonly Cells[]): Partial<Record<ConsentCategory, boolean>> {
  const newest = [...rows].sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
  return Object.fromEntries(newest.map(([, category, granted]) => [category, granted === 1]));
}

/** An address as stored, in the words of core. */
export function addressFrom(stored: typeof schema.addresses.$inferSelect): Address {
  const { id, channel, externalId, customerId, locale, reachable, lastSeenAt } = stored;
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
        const address = addressFrom(addressOf(row));
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
