import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

/** Shop systems: each an API key, of which only the SHA-256 is kept. */
export const shops = sqliteTable('shops', {
  id: text().primaryKey(),
  name: text().notNull().unique(),
  scope: text().notNull(),
  keyHash: text('key_hash').notNull().unique(),
  signingSecret: text('signing_secret'),
  createdAt: integer('created_at').notNull(),
  revokedAt: integer('revoked_at'),
});

/** Every version of the program ever applied. */
export const programs = sqliteTable('programs', {
  version: integer().primaryKey(),
  definition: text().notNull(),
  appliedAt: integer('applied_at').notNull(),
});

/** What was asked, by natural key, and the first answer: a repeat reads it here. Kept for ever. */
export const commands = sqliteTable(
  'commands',
  {
    scope: text().notNull(),
    key: text().notNull(),
    inputHash: text('input_hash').notNull(),
    result: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.scope, table.key] })],
);

/** People with a ledger; an erased one keeps the id alone. */
export const customers = sqliteTable('customers', {
  id: text().primaryKey(),
  phone: text().unique(),
  card: text().unique(),
  name: text(),
  birthday: text(),
  gender: text(),
  locale: text(),
  zone: text(),
  createdAt: integer('created_at').notNull(),
  registeredAt: integer('registered_at'),
  erasedAt: integer('erased_at'),
});

/** A shop's own ids of customers. */
export const externalIds = sqliteTable(
  'external_ids',
  {
    shopId: text('shop_id').notNull(),
    externalId: text('external_id').notNull(),
    customerId: text('customer_id').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.shopId, table.externalId] }),
    index('external_ids_customer').on(table.customerId),
  ],
);

/** Append only (a trigger): the newest row of a category counts. */
export const consents = sqliteTable(
  'consents',
  {
    id: text().primaryKey(),
    customerId: text('customer_id').notNull(),
    category: text().notNull(),
    granted: integer().notNull(),
    text: text().notNull(),
    textVersion: integer('text_version').notNull(),
    locale: text().notNull(),
    source: text().notNull(),
    at: integer().notNull(),
  },
  (table) => [index('consents_customer').on(table.customerId)],
);

/** Chats: one row a person and channel, with where the conversation stands. */
export const addresses = sqliteTable(
  'addresses',
  {
    id: text().primaryKey(),
    channel: text().notNull(),
    externalId: text('external_id').notNull(),
    customerId: text('customer_id'),
    locale: text().notNull(),
    reachable: integer().notNull(),
    lastSeenAt: integer('last_seen_at').notNull(),
    state: text(),
    /** A trigger refuses an update that is not exactly one ahead: two processes cannot both take a step. */
    revision: integer().notNull(),
  },
  (table) => [
    uniqueIndex('addresses_channel_external').on(table.channel, table.externalId),
    index('addresses_customer').on(table.customerId).where(sql`customer_id is not null`),
  ],
);

/** Receipts as shops posted them, with what they earned. */
export const purchases = sqliteTable(
  'purchases',
  {
    id: text().primaryKey(),
    kind: text().notNull(),
    shopId: text('shop_id').notNull(),
    externalId: text('external_id').notNull(),
    customerId: text('customer_id'),
    store: text(),
    cartId: text('cart_id'),
    at: integer().notNull(),
    recordedAt: integer('recorded_at').notNull(),
    totalMinor: integer('total_minor').notNull(),
    paidAt: integer('paid_at'),
    earned: integer().notNull(),
    pending: integer().notNull(),
  },
  (table) => [
    uniqueIndex('purchases_shop_external').on(table.shopId, table.externalId),
    index('purchases_customer').on(table.customerId, table.at).where(sql`customer_id is not null`),
  ],
);

/** The lines of receipts, in order. */
export const purchaseLines = sqliteTable(
  'purchase_lines',
  {
    purchaseId: text('purchase_id').notNull(),
    position: integer().notNull(),
    lineId: text('line_id'),
    sku: text().notNull(),
    name: text(),
    category: text(),
    quantity: real().notNull(),
    unitPriceMinor: integer('unit_price_minor').notNull(),
    amountMinor: integer('amount_minor').notNull(),
  },
  (table) => [primaryKey({ columns: [table.purchaseId, table.position] })],
);

/** Append only (a trigger). `unique(customer, seq)` is what makes a decision on stale facts fail to commit. */
export const ledgerTransactions = sqliteTable(
  'ledger_transactions',
  {
    id: text().primaryKey(),
    customerId: text('customer_id').notNull(),
    seq: integer().notNull(),
    kind: text().notNull(),
    points: integer().notNull(),
    available: integer().notNull(),
    pending: integer().notNull(),
    held: integer().notNull(),
    happenedAt: integer('happened_at').notNull(),
    recordedAt: integer('recorded_at').notNull(),
    actor: text().notNull(),
    reason: text().notNull(),
    reference: text(),
    reverses: text(),
    hash: text().notNull(),
  },
  (table) => [uniqueIndex('ledger_transactions_customer_seq').on(table.customerId, table.seq)],
);

/** Append only (a trigger). */
export const ledgerEntries = sqliteTable(
  'ledger_entries',
  {
    transactionId: text('transaction_id').notNull(),
    account: text().notNull(),
    points: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.transactionId, table.account] })],
);

/** Points earned together. Only `remaining` ever changes (a trigger). */
export const lots = sqliteTable(
  'lots',
  {
    id: text().primaryKey(),
    customerId: text('customer_id').notNull(),
    transactionId: text('transaction_id').notNull(),
    points: integer().notNull(),
    remaining: integer().notNull(),
    earnedAt: integer('earned_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
  },
  (table) => [
    index('lots_open_customer').on(table.customerId, table.expiresAt).where(sql`remaining > 0`),
    index('lots_open_expiry').on(table.expiresAt).where(sql`remaining > 0`),
    index('lots_transaction').on(table.transactionId),
  ],
);

/** Append only (a trigger): what each transaction took from a lot or gave back. */
export const lotMoves = sqliteTable(
  'lot_moves',
  {
    transactionId: text('transaction_id').notNull(),
    lotId: text('lot_id').notNull(),
    points: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.transactionId, table.lotId] })],
);

/** The outbox: written with what it tells of, sent afterwards by the dispatcher. */
export const messages = sqliteTable(
  'messages',
  {
    id: text().primaryKey(),
    addressId: text('address_id').notNull(),
    customerId: text('customer_id'),
    channel: text().notNull(),
    category: text().notNull(),
    reply: text().notNull(),
    replaces: text(),
    state: text().notNull().default('queued'),
    createdAt: integer('created_at').notNull(),
    dueAt: integer('due_at').notNull(),
    leaseUntil: integer('lease_until'),
    attempts: integer().notNull().default(0),
    providerId: text('provider_id'),
    error: text(),
    sentAt: integer('sent_at'),
  },
  (table) => [
    index('messages_due').on(table.channel, table.dueAt).where(sql`state in ('queued', 'sending')`),
    index('messages_address_open').on(table.addressId, table.id).where(sql`state in ('queued', 'sending')`),
    index('messages_customer').on(table.customerId).where(sql`customer_id is not null`),
  ],
);

/** What stands in the chats we show ourselves: the site chat, and the phones of the playground. */
export const chatMessages = sqliteTable(
  'chat_messages',
  {
    position: integer().primaryKey({ autoIncrement: true }),
    channel: text().notNull(),
    chat: text().notNull(),
    /** `in`: the person said it; `out`: we did. */
    direction: text().notNull(),
    body: text().notNull(),
    at: integer().notNull(),
  },
  (table) => [index('chat_messages_chat').on(table.channel, table.chat, table.position)],
);

/** How far each import has come, by a hash of the file, its mapping and the shop. */
export const imports = sqliteTable('imports', {
  id: text().primaryKey(),
  kind: text().notNull(),
  rowsDone: integer('rows_done').notNull(),
  rejected: integer().notNull(),
  startedAt: integer('started_at').notNull(),
  finishedAt: integer('finished_at'),
});

/** Single values: the playground's clock, the offset of long polling. */
export const values = sqliteTable('values_kept', {
  name: text().primaryKey(),
  value: text().notNull(),
});
