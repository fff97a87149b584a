import { sealedEntryText } from '../../core/audit/seal.ts';
import type { Customer } from '../../core/customers/types.ts';
import { conversationKey } from '../../core/dialogs/types.ts';
import { sealedText } from '../../core/ledger/seal.ts';
import { type Database, type Row, readRows } from '../../db/database.ts';
import { mergeFrom } from '../../db/facts/accounts.ts';
import { cartFrom } from '../../db/facts/carts.ts';
import { couponFrom } from '../../db/facts/coupons.ts';
import { addressFrom } from '../../db/facts/customers.ts';
import { noticeFrom } from '../../db/facts/notices.ts';
import { orderFrom } from '../../db/facts/orders.ts';
import { lineFrom, purchaseFrom, refundFrom } from '../../db/facts/purchases.ts';
import { redemptionFrom } from '../../db/facts/redemptions.ts';
import { staffFrom } from '../../db/facts/staff.ts';
import { talkMessageFrom } from '../../db/facts/talks.ts';
import { sha256 } from '../../db/hash.ts';
import { profileFactFrom } from '../../db/insights/facts.ts';
import { reader } from '../../db/rows.ts';
import * as schema from '../../db/schema.ts';
import type { MemoryStore } from './memory_store.ts';
import { profileKey } from './queries/profile.ts';

/** Everything a shop came to, by table and key: equal where two stores hold the same. */
export type Contents = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

function keyed<Some>(rows: Iterable<Some>, keyOf: (row: Some) => string): Record<string, Some> {
  return Object.fromEntries([...rows].map((row) => [keyOf(row), row]));
}

const byId = ({ id }: { readonly id: string }) => id;

/** What stands in memory. Chains are compared by the hashes that seal them, which cover every field. */
export function contentsOfMemory(store: MemoryStore): Contents {
  return {
    customers: keyed(store.customers.values(), byId),
    externalIds: keyed(store.externalIds.values(), (one) => `${one.shopId} ${one.externalId}`),
    consents: keyed(store.consents.values(), byId),
    merges: keyed(store.merges.values(), byId),
    chatInvites: keyed(store.invites.values(), ({ tokenHash }) => tokenHash),
    oneTimeCodes: keyed(store.codes.values(), byId),
    chats: keyed(store.chats.values(), ({ address }) => conversationKey(address.channel, address.externalId)),
    messages: keyed(
      [...store.messages.values()].map(({ id, addressId, customerId, category, reply, state }) => ({
        ...{ id, addressId, customerId, category, reply, state },
      })),
      byId,
    ),
    notices: keyed(store.notices.values(), byId),
    purchases: keyed(store.purchases.values(), byId),
    refunds: keyed(store.refunds.values(), byId),
    carts: keyed(store.carts.values(), byId),
    orders: keyed(store.orders.values(), byId),
    redemptions: keyed(store.redemptions.values(), byId),
    paymentCodes: keyed(store.paymentCodes.values(), ({ code }) => code),
    coupons: keyed(store.coupons.values(), byId),
    couponCodes: keyed(store.couponCodes.values(), ({ code }) => code),
    couponBatches: keyed(store.couponBatches.values(), byId),
    couponUses: keyed(store.couponUses.values(), byId),
    staff: keyed(store.staff.values(), byId),
    approvals: keyed(store.approvals.values(), byId),
    talks: keyed(store.talks.values(), byId),
    profileFacts: keyed(store.profileFacts.values(), profileKey),
    surveys: keyed(store.surveys.values(), byId),
    talkMessages: keyed(store.talkMessages.values(), byId),
    lots: keyed(store.lots.values(), byId),
    commands: Object.fromEntries([...store.commands.values()].map(({ key, result }) => [key, result])),
    ledger: sealed(store.ledger.entries(), (before, transaction) =>
      sealedText(before, { ...transaction, reason: JSON.stringify(transaction.reason) }),
    ),
    audit: sealed(store.audit.entries(), (before, entry) =>
      sealedEntryText(before, { ...entry, details: JSON.stringify(entry.details) }),
    ),
  };
}

function sealed<Some>(
  chains: Iterable<readonly [string, readonly Some[]]>,
  textOf: (before: string, row: Some) => string,
): Record<string, readonly string[]> {
  const hashes = (chain: readonly Some[]) => {
    let before = '';
    return chain.map((row) => {
      before = sha256(textOf(before, row));
      return before;
    });
  };
  return Object.fromEntries([...chains].map(([name, chain]) => [name, hashes(chain)]));
}

/** Figures are held to the receipts they are of, see `rebuild`; memory keeps none. */
function customerFrom(row: Row) {
  const figures: readonly string[] = schema.customerFigures;
  const all = Object.entries(reader(schema.customers)(row));
  return Object.fromEntries(all.filter(([name]) => !figures.includes(name))) as unknown as Customer;
}

/** What stands in a database, in the words of core. */
export async function contentsOfDatabase(database: Database): Promise<Contents> {
  const all = (table: string, order = 'id') => readRows(database, `select * from ${table} order by ${order}`);
  const rows = async <Some>(
    table: string,
    read: (row: Row) => Some,
    keyOf: (row: Some) => string,
    order = 'id',
  ) => keyed((await all(table, order)).map(read), keyOf);
  const lines = await all('purchase_lines', 'purchase_id, position');
  const linesOf = (id: string) => lines.filter((line) => line.purchase_id === id).map(lineFrom);
  return {
    customers: await rows('customers', customerFrom, byId),
    externalIds: await rows(
      'external_ids',
      reader(schema.externalIds),
      (one) => `${one.shopId} ${one.externalId}`,
      'shop_id, external_id',
    ),
    consents: await rows('consents', consentFrom, byId),
    merges: await rows('merges', mergeFrom, byId),
    chatInvites: await rows(
      'chat_invites',
      reader(schema.chatInvites),
      ({ tokenHash }) => tokenHash,
      'token_hash',
    ),
    oneTimeCodes: await rows('one_time_codes', reader(schema.oneTimeCodes), byId),
    chats: await rows('addresses', chatFrom, ({ address }) =>
      conversationKey(address.channel, address.externalId),
    ),
    messages: await rows('messages', messageFrom, byId),
    notices: await rows('notices', noticeFrom, byId),
    purchases: await rows(
      'purchases',
      (row) => ({ ...purchaseFrom(row), lines: linesOf(String(row.id)) }),
      byId,
    ),
    refunds: await rows('refunds', refundFrom, byId),
    carts: await rows('carts', cartFrom, byId),
    orders: await rows('orders', orderFrom, byId),
    redemptions: await rows('redemptions', redemptionFrom, byId),
    paymentCodes: await rows('payment_codes', reader(schema.paymentCodes), ({ code }) => code, 'code'),
    coupons: await rows('coupons', (row) => couponFrom(row), byId),
    couponCodes: await rows('coupon_codes', reader(schema.couponCodes), ({ code }) => code, 'code'),
    couponBatches: await rows('coupon_batches', reader(schema.couponBatches), byId),
    couponUses: await rows('coupon_uses', reader(schema.couponUses), byId),
    staff: await rows('staff', staffFrom, byId),
    approvals: await rows('approvals', approvalFrom, byId),
    talks: await rows('talks', reader(schema.talks), byId),
    profileFacts: await rows('customer_facts', profileFactFrom, profileKey, 'customer_id, name, item'),
    surveys: await rows('surveys', reader(schema.surveys), byId),
    talkMessages: await rows('talk_messages', talkMessageFrom, byId),
    lots: await rows('lots', reader(schema.lots), byId),
    commands: Object.fromEntries(
      (await all('commands', 'scope, key')).map(({ scope, key, result }) => [`${scope}\n${key}`, result]),
    ),
    ledger: hashesBy('customer_id', await all('ledger_transactions', 'customer_id, seq')),
    audit: hashesBy('chain', await all('audit_entries', 'chain, seq')),
  };
}

function chatFrom(row: Row) {
  const address = addressFrom(reader(schema.addresses)(row));
  const state = row.state === null ? null : JSON.parse(String(row.state));
  return { address, state, revision: Number(row.revision) };
}

function consentFrom(row: Row) {
  const { granted, ...consent } = reader(schema.consents)(row);
  return { ...consent, granted: granted === 1 };
}

function messageFrom(row: Row) {
  const { id, addressId, customerId, category, reply, state } = reader(schema.messages)(row);
  return { id, addressId, customerId, category, reply: JSON.parse(reply), state };
}

function approvalFrom(row: Row) {
  const { request, kind: _, customerId: __, ...approval } = reader(schema.approvals)(row);
  return { ...approval, request: JSON.parse(request) };
}

function hashesBy(column: string, rows: readonly Row[]): Record<string, string[]> {
  const hashes: Record<string, string[]> = {};
  for (const row of rows) {
    const chain = String(row[column]);
    hashes[chain] = [...(hashes[chain] ?? []), String(row.hash)];
  }
  return hashes;
}
