import {
  type Address,
  type ChannelName,
  type Customer,
  type CustomerFacts,
  type CustomerRecord,
  type CustomerRef,
  type Locale,
  type Muted,
  refKey,
} from '../../core/customers/types.ts';
import type { AddressId, CustomerId } from '../../core/ids.ts';
import { emptyHead, type LedgerHead, type Lot } from '../../core/ledger/types.ts';
import { statement } from '../database.ts';
import { arrayReader, jsonSelection } from '../rows.ts';
import * as schema from '../schema.ts';
import type { FactSource, Needs, Query } from './source.ts';

/** Customers, and the hash each one's chain of the ledger ends in. */
export interface CustomerSource extends FactSource<Pick<CustomerFacts, 'customer'>> {
  readonly hashes: ReadonlyMap<string, string>;
}

type Collected = ReturnType<typeof collect>;

function collect() {
  return {
    ids: new Map<string, CustomerId>(),
    customers: new Map<string, { customer: Customer; head: LedgerHead }>(),
    lots: new Map<string, Lot[]>(),
    addresses: new Map<string, Address[]>(),
    consents: new Map<string, Pick<CustomerRecord, 'consents' | 'channelConsents'>>(),
    mutes: new Map<string, readonly Muted[]>(),
    hashes: new Map<string, string>(),
    /** Put together once they are asked for: a decision asks many times. */
    records: new Map<string, CustomerRecord>(),
  };
}

/** Reads customers with the ends of their ledgers, their lots, chats and consents. */
export function customerSource(): CustomerSource {
  const all = collect();
  const idOf = (ref: CustomerRef) => all.ids.get(refKey(ref));
  return {
    hashes: all.hashes,
    queries(needs, now) {
      const customers = needs.customers ?? [];
      return customers.length > 0 ? [customerQuery(customers, now, all)] : [];
    },
    facts: {
      customer(ref) {
        const id = idOf(ref);
        return id && (all.records.get(id) ?? recordOf(id, all));
      },
    },
    keys: { customers: (asked) => asked.flatMap(({ ref }) => [refKey(ref), idOf(ref) ?? refKey(ref)]) },
  };
}

function recordOf(id: CustomerId, all: Collected): CustomerRecord | undefined {
  const found = all.customers.get(id);
  if (!found) return undefined;
  const [lots, addresses] = [all.lots.get(id) ?? [], all.addresses.get(id) ?? []];
  const answers = all.consents.get(id) ?? { consents: {}, channelConsents: {} };
  const mutes = all.mutes.get(id);
  const record = { ...found, lots, addresses, ...answers, ...(mutes ? { mutes } : {}) };
  all.records.set(id, record);
  return record;
}

/**
 * Customers by reference, each as one JSON array with the end of its ledger, its lots, chats, consents and mutes. One cell a
 * group: the driver spends more on a cell than SQLite on the row it comes from.
 */
const customersSql = `
  select json_group_array(json_array(refs.value ->> 0, ${jsonSelection(schema.customers, 'c', schema.customerFigures)},
    json((select json_array(seq, hash, available, pending, held) from ledger_transactions
      where customer_id = c.id order by seq desc limit 1)),
    json((select json_group_array(${jsonSelection(schema.lots, 'l')}) from lots l
      where l.customer_id = c.id and l.remaining > 0 and (refs.value ->> 4 = 1 or l.expires_at <= ?2))),
    json((select json_group_array(${jsonSelection(schema.addresses, 'a')}) from addresses a where a.customer_id = c.id)),
    json((select json_group_array(json_array(id, category, granted, channel)) from consents where customer_id = c.id)),
    json((select json_group_array(json_array(subject, until)) from mutes where customer_id = c.id)))) as found
  from json_each(?1) as refs
  join customers c on c.id = case refs.value ->> 1
    when 'id' then refs.value ->> 2
    when 'phone' then (select coalesce(merged_into, id) from customers where phone = refs.value ->> 2)
    when 'card' then (select coalesce(merged_into, id) from customers where card = refs.value ->> 2)
    else (select coalesce(m.merged_into, m.id) from external_ids e join customers m on m.id = e.customer_id
      where e.shop_id = refs.value ->> 3 and e.external_id = refs.value ->> 2) end`;

/** What `customersSql` finds of one reference. */
type FoundCustomer = readonly [
  key: string,
  customer: Cells,
  head: readonly [seq: number, hash: string, available: number, pending: number, held: number] | null,
  lots: readonly Cells[],
  addresses: readonly Cells[],
  consents: readonly Cells[],
  mutes: readonly Cells[],
];
type Cells = readonly (string | number | null)[];

const customerOf = arrayReader(schema.customers, schema.customerFigures);
const lotOf = arrayReader(schema.lots);
const addressCells = arrayReader(schema.addresses);

function refRow({ ref, lots }: { ref: CustomerRef; lots?: 'due' | 'open' }) {
  const open = lots === 'open' ? 1 : 0;
  if ('phone' in ref) return [refKey(ref), 'phone', ref.phone, null, open];
  if ('card' in ref) return [refKey(ref), 'card', ref.card, null, open];
  if ('id' in ref) return [refKey(ref), 'id', ref.id, null, open];
  return [refKey(ref), 'ext', ref.externalId, ref.shopId, open];
}

function customerQuery(needs: NonNullable<Needs['customers']>, now: number, all: Collected): Query {
  return {
    statement: statement(customersSql, JSON.stringify(needs.map(refRow)), now),
    take([row]) {
      const found = JSON.parse(String(row?.found ?? '[]')) as FoundCustomer[];
      for (const one of found) takeCustomer(one, all);
    },
  };
}

function takeCustomer(
  [key, cells, head, lots, addresses, consents, mutes]: FoundCustomer,
  all: Collected,
): void {
  const customer = customerOf(cells) as Customer;
  const { id } = customer;
  all.ids.set(key, id);
  all.ids.set(id, id);
  all.records.delete(id);
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
  if (mutes.length > 0) all.mutes.set(id, mutes.map(mutedFrom));
}

function headOf(customerId: CustomerId, found: FoundCustomer[2]): LedgerHead {
  if (!found) return emptyHead(customerId);
  const [seq, hash, available, pending, held] = found;
  return { customerId, seq, hash, balance: { available, pending, held } };
}

function mutedFrom([subject, until]: Cells): Muted {
  return { subject: String(subject), until: until == null ? null : Number(until) };
}

/** Of each category, and of each category on one channel, the answer given last. */
function newestConsents(rows: readonly Cells[]): Pick<CustomerRecord, 'consents' | 'channelConsents'> {
  const oldestFirst = [...rows].sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
  const channelConsents: Record<string, Record<string, boolean>> = {};
  const consents: Record<string, boolean> = {};
  for (const [, category, granted, channel] of oldestFirst) {
    const answers = channel === null ? consents : (channelConsents[String(channel)] ?? {});
    answers[String(category)] = granted === 1;
    if (channel !== null) channelConsents[String(channel)] = answers;
  }
  return { consents, channelConsents };
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
