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
export const customers = sqliteTable(
  'customers',
  {
    id: text().primaryKey(),
    phone: text().unique(),
    card: text().unique(),
    name: text(),
    birthday: text(),
    gender: text(),
    locale: text(),
    zone: text(),
    /** The messenger the customer wants to be written to in; null: the one used last. */
    preferredChannel: text('preferred_channel'),
    /** The customer this record was merged into: whoever asks for this one by phone, card or a shop's id gets that one. */
    mergedInto: text('merged_into'),
    createdAt: integer('created_at').notNull(),
    registeredAt: integer('registered_at'),
    erasedAt: integer('erased_at'),
  },
  (table) => [index('customers_merged_into').on(table.mergedInto).where(sql`merged_into is not null`)],
);

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

/** Append only (a trigger): of a category the newest row counts, and the newest for a channel alone. */
export const consents = sqliteTable(
  'consents',
  {
    id: text().primaryKey(),
    customerId: text('customer_id').notNull(),
    category: text().notNull(),
    /** Said about this channel alone; null: about all. */
    channel: text(),
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
    discountMinor: integer('discount_minor').notNull().default(0),
    refundedMinor: integer('refunded_minor').notNull().default(0),
    redemptionId: text('redemption_id'),
    spent: integer().notNull().default(0),
    /** When pending points count; null while the payment is awaited. */
    releaseAt: integer('release_at'),
    /** The lot its points live in. */
    lotId: text('lot_id'),
    /** Of a receipt without a customer: the code that gets its points, until when, and what they come from. */
    claimCode: text('claim_code'),
    claimUntil: integer('claim_until'),
    claimedAt: integer('claimed_at'),
    award: text(),
    /** A trigger refuses an update that is not exactly one ahead. */
    revision: integer().notNull().default(0),
  },
  (table) => [
    uniqueIndex('purchases_shop_external').on(table.shopId, table.externalId),
    index('purchases_customer').on(table.customerId, table.at).where(sql`customer_id is not null`),
    index('purchases_release').on(table.releaseAt).where(sql`pending > 0 and release_at is not null`),
    uniqueIndex('purchases_claim').on(table.claimCode).where(sql`claim_code is not null`),
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
    discountMinor: integer('discount_minor').notNull().default(0),
    coveredMinor: integer('covered_minor').notNull().default(0),
    points: integer().notNull().default(0),
    refundedQuantity: real('refunded_quantity').notNull().default(0),
    refundedMinor: integer('refunded_minor').notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.purchaseId, table.position] })],
);

/** Goods brought back, each against its purchase. */
export const refunds = sqliteTable(
  'refunds',
  {
    id: text().primaryKey(),
    purchaseId: text('purchase_id').notNull(),
    shopId: text('shop_id').notNull(),
    externalId: text('external_id').notNull(),
    at: integer().notNull(),
    recordedAt: integer('recorded_at').notNull(),
    actor: text().notNull(),
    amountMinor: integer('amount_minor').notNull(),
    moneyMinor: integer('money_minor').notNull(),
    takenBack: integer('taken_back').notNull(),
    returned: integer().notNull(),
    notTaken: integer('not_taken').notNull(),
    /** JSON: position, quantity and amount of each line. */
    lines: text().notNull(),
  },
  (table) => [
    uniqueIndex('refunds_shop_external').on(table.shopId, table.externalId),
    index('refunds_purchase').on(table.purchaseId),
  ],
);

/** Points set aside at a till, asked for, spent or free again. */
export const redemptions = sqliteTable(
  'redemptions',
  {
    id: text().primaryKey(),
    shopId: text('shop_id').notNull(),
    externalId: text('external_id').notNull(),
    customerId: text('customer_id').notNull(),
    store: text(),
    points: integer().notNull(),
    amountMinor: integer('amount_minor').notNull(),
    totalMinor: integer('total_minor').notNull(),
    /** How the customer agreed: `code`, `chat`, or `none`. */
    consent: text().notNull(),
    actor: text().notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    status: text().notNull(),
    settledAt: integer('settled_at'),
    purchaseId: text('purchase_id'),
    /** JSON: what was taken from which lot, in order. */
    taken: text().notNull(),
    /** How many of its points refunds have given back. */
    returned: integer().notNull(),
    /** A trigger refuses an update that is not exactly one ahead. */
    revision: integer().notNull(),
  },
  (table) => [
    uniqueIndex('redemptions_shop_external').on(table.shopId, table.externalId),
    index('redemptions_shop').on(table.shopId, table.createdAt),
    index('redemptions_shop_status').on(table.shopId, table.status, table.createdAt),
    index('redemptions_customer').on(table.customerId, table.createdAt),
    index('redemptions_due').on(table.expiresAt).where(sql`status in ('awaiting_customer', 'held')`),
  ],
);

/** The codes customers show to pay with points: one a customer, unique while they live. */
export const paymentCodes = sqliteTable(
  'payment_codes',
  {
    code: text().primaryKey(),
    customerId: text('customer_id').notNull().unique(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
  },
  (table) => [index('payment_codes_expiry').on(table.expiresAt)],
);

/** Coupons as defined by the shop, with how much of their limits is used up. */
export const coupons = sqliteTable('coupons', {
  id: text().primaryKey(),
  name: text().notNull().unique(),
  /** JSON. */
  definition: text().notNull(),
  createdAt: integer('created_at').notNull(),
  createdBy: text('created_by').notNull(),
  stoppedAt: integer('stopped_at'),
  /** Uses and money counted against the limits, those reserved at tills among them. */
  uses: integer().notNull(),
  usedMinor: integer('used_minor').notNull(),
  /** A trigger refuses an update that is not exactly one ahead. */
  revision: integer().notNull(),
});

/** The codes of coupons: shared ones, single ones, and those of one customer. */
export const couponCodes = sqliteTable(
  'coupon_codes',
  {
    code: text().primaryKey(),
    couponId: text('coupon_id').notNull(),
    batchId: text('batch_id'),
    customerId: text('customer_id'),
    issuedAt: integer('issued_at').notNull(),
    /** The first moment it is no longer good; null: no end. */
    validUntil: integer('valid_until'),
    uses: integer().notNull(),
    revision: integer().notNull(),
  },
  (table) => [
    index('coupon_codes_customer').on(table.customerId).where(sql`customer_id is not null`),
    index('coupon_codes_coupon').on(table.couponId, table.code),
  ],
);

/** Codes being made: how many were wanted, how many there are. */
export const couponBatches = sqliteTable(
  'coupon_batches',
  {
    id: text().primaryKey(),
    couponId: text('coupon_id').notNull(),
    wanted: integer().notNull(),
    made: integer().notNull(),
    createdAt: integer('created_at').notNull(),
    createdBy: text('created_by').notNull(),
    finishedAt: integer('finished_at'),
  },
  (table) => [index('coupon_batches_open').on(table.id).where(sql`finished_at is null`)],
);

/** Each use of a coupon: reserved by a till, used by a purchase, given back by its refund. */
export const couponUses = sqliteTable(
  'coupon_uses',
  {
    id: text().primaryKey(),
    couponId: text('coupon_id').notNull(),
    code: text().notNull(),
    customerId: text('customer_id'),
    shopId: text('shop_id').notNull(),
    /** The shop's id of the reservation, where there was one. */
    reservation: text(),
    purchaseId: text('purchase_id'),
    /** `reserved`, `used`, `released` or `returned`. */
    status: text().notNull(),
    discountMinor: integer('discount_minor').notNull(),
    /** How much of the discount came back with goods. */
    returnedMinor: integer('returned_minor').notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at'),
    revision: integer().notNull(),
  },
  (table) => [
    index('coupon_uses_open').on(table.code).where(sql`status = 'reserved'`),
    index('coupon_uses_customer').on(table.customerId, table.couponId).where(sql`customer_id is not null`),
    index('coupon_uses_purchase').on(table.purchaseId).where(sql`purchase_id is not null`),
    index('coupon_uses_reservation').on(table.shopId, table.reservation).where(sql`reservation is not null`),
    index('coupon_uses_due').on(table.expiresAt).where(sql`status = 'reserved'`),
  ],
);

/** The people behind the counter: bound to a phone, and to a customer once the phone is proved. */
export const staff = sqliteTable(
  'staff',
  {
    id: text().primaryKey(),
    phone: text().notNull(),
    name: text(),
    role: text().notNull(),
    /** JSON: the stores they work in; empty means all. */
    stores: text().notNull(),
    customerId: text('customer_id'),
    invitedBy: text('invited_by').notNull(),
    /** SHA-256 of the one-time link. */
    inviteHash: text('invite_hash').unique(),
    inviteExpiresAt: integer('invite_expires_at'),
    createdAt: integer('created_at').notNull(),
    removedAt: integer('removed_at'),
    revision: integer().notNull(),
  },
  (table) => [
    uniqueIndex('staff_phone').on(table.phone).where(sql`removed_at is null`),
    uniqueIndex('staff_customer')
      .on(table.customerId)
      .where(sql`removed_at is null and customer_id is not null`),
  ],
);

/** What waits for a second person. */
export const approvals = sqliteTable(
  'approvals',
  {
    id: text().primaryKey(),
    kind: text().notNull(),
    staffId: text('staff_id').notNull(),
    customerId: text('customer_id'),
    /** JSON: what is to be done. */
    request: text().notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    status: text().notNull(),
    decidedBy: text('decided_by'),
    decidedAt: integer('decided_at'),
    revision: integer().notNull(),
  },
  (table) => [index('approvals_open').on(table.createdAt).where(sql`status = 'waiting'`)],
);

/** Append only (a trigger): who did what, in chains sealed like the ledger. */
export const auditEntries = sqliteTable(
  'audit_entries',
  {
    id: text().primaryKey(),
    /** The customer it is about, or `house`. */
    chain: text().notNull(),
    seq: integer().notNull(),
    action: text().notNull(),
    actor: text().notNull(),
    reference: text(),
    /** JSON: the figures. Never a phone or a name. */
    details: text().notNull(),
    at: integer().notNull(),
    hash: text().notNull(),
  },
  (table) => [
    uniqueIndex('audit_entries_chain').on(table.chain, table.seq),
    index('audit_entries_actor').on(table.actor, table.at),
    index('audit_entries_at').on(table.at),
  ],
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

/**
 * Something to tell one customer, over whichever channels it takes: its messages are the attempts, one a step of the
 * cascade. Direct answers are messages without a notice.
 */
export const notices = sqliteTable(
  'notices',
  {
    id: text().primaryKey(),
    customerId: text('customer_id').notNull(),
    category: text().notNull(),
    /** What it tells of: the type of an event, the name of a journey. */
    kind: text().notNull(),
    /** Whatever is told about one occasion is told once, whoever tells it first. */
    occasion: text(),
    campaign: text(),
    reply: text().notNull(),
    /** `held`, `underway`, `reached`, `failed`, `dropped` or `stopped`. */
    state: text().notNull(),
    /** Why it was held, dropped or stopped. */
    reason: text(),
    /** JSON: the channels in order, with the receipt wanted of each and how long it is waited for. */
    steps: text().notNull(),
    /** Which step is being tried, counting from 0; -1 before the first. */
    step: integer().notNull(),
    /** When it must be looked at again; null: not before something happens. */
    dueAt: integer('due_at'),
    /** From when on it is better not said at all. */
    pointlessAt: integer('pointless_at'),
    /** A purchase makes it pointless. */
    stopsOnPurchase: integer('stops_on_purchase').notNull(),
    /** A receipt came after the next channel was already used: the person got it twice. */
    doubled: integer().notNull(),
    createdAt: integer('created_at').notNull(),
    settledAt: integer('settled_at'),
    /** A trigger refuses an update that is not exactly one ahead. */
    revision: integer().notNull(),
  },
  (table) => [
    index('notices_due').on(table.dueAt).where(sql`due_at is not null`),
    index('notices_customer').on(table.customerId, table.createdAt),
    uniqueIndex('notices_occasion').on(table.customerId, table.occasion).where(sql`occasion is not null`),
  ],
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
    /** The notice it is an attempt of; null for a direct answer. */
    noticeId: text('notice_id'),
    /** 0: one-time codes, 1: direct answers, 2: service, 3: marketing. What matters more leaves first. */
    priority: integer().notNull().default(1),
    /** Campaigns take turns; empty outside of them. */
    campaign: text().notNull().default(''),
    /** The talk it tells one of the staff about. */
    talkId: text('talk_id'),
    reply: text().notNull(),
    replaces: text(),
    /** `queued`, `sending`, `sent`, `delivered`, `read`, `failed` or `cancelled`. */
    state: text().notNull().default('queued'),
    createdAt: integer('created_at').notNull(),
    dueAt: integer('due_at').notNull(),
    leaseUntil: integer('lease_until'),
    attempts: integer().notNull().default(0),
    providerId: text('provider_id'),
    error: text(),
    sentAt: integer('sent_at'),
    deliveredAt: integer('delivered_at'),
    readAt: integer('read_at'),
    /** When the cascade went on to the next channel without waiting longer for this one. */
    overtakenAt: integer('overtaken_at'),
    /** What it cost, in millionths of the program's currency; null where the price is not known. */
    priceMicros: integer('price_micros'),
    /** What the same text would have cost as an SMS, by the same book. */
    smsPriceMicros: integer('sms_price_micros'),
  },
  (table) => [
    index('messages_due')
      .on(table.channel, table.priority, table.campaign, table.dueAt)
      .where(sql`state in ('queued', 'sending')`),
    index('messages_address_open').on(table.addressId, table.id).where(sql`state in ('queued', 'sending')`),
    index('messages_customer').on(table.customerId).where(sql`customer_id is not null`),
    index('messages_notice').on(table.noticeId).where(sql`notice_id is not null`),
    index('messages_talk').on(table.talkId).where(sql`talk_id is not null`),
    index('messages_provider').on(table.channel, table.providerId).where(sql`provider_id is not null`),
  ],
);

/** Receipts that came before the answer to the sending itself was written down: tried again, a day long. */
export const earlyReceipts = sqliteTable(
  'early_receipts',
  {
    channel: text().notNull(),
    providerId: text('provider_id').notNull(),
    /** The channel's own id of the chat; empty where the receipt did not say. */
    address: text().notNull(),
    status: text().notNull(),
    at: integer().notNull(),
    blocked: integer().notNull(),
    detail: text(),
    receivedAt: integer('received_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.channel, table.providerId, table.address, table.status] }),
    index('early_receipts_received').on(table.receivedAt),
  ],
);

/** What messages came to and cost, by the five minutes they were sent in: figures need no long reading. */
export const messageTallies = sqliteTable(
  'message_tallies',
  {
    at: integer().notNull(),
    channel: text().notNull(),
    category: text().notNull(),
    sent: integer().notNull(),
    delivered: integer().notNull(),
    read: integer().notNull(),
    failed: integer().notNull(),
    /** Notices that reached their person twice. */
    doubled: integer().notNull(),
    priceMicros: integer('price_micros').notNull(),
    smsPriceMicros: integer('sms_price_micros').notNull(),
  },
  (table) => [primaryKey({ columns: [table.at, table.channel, table.category] })],
);

/** Six digits that prove a phone, for ten minutes; gone two days later. */
export const oneTimeCodes = sqliteTable(
  'one_time_codes',
  {
    id: text().primaryKey(),
    phone: text().notNull(),
    /** What it proves the phone for: `join`, `merge`, `redeem`. */
    purpose: text().notNull(),
    /** What exactly: a redemption; empty otherwise. */
    subject: text().notNull(),
    code: text().notNull(),
    /** Who asked for it: the chat, the shop system. */
    asker: text().notNull(),
    /** Over which channel it went; an SMS costs money. */
    channel: text().notNull(),
    priceMicros: integer('price_micros').notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    tries: integer().notNull(),
    /** When it was used, worn out or replaced. */
    closedAt: integer('closed_at'),
    revision: integer().notNull(),
  },
  (table) => [
    // Two processes cannot both send one for the same.
    uniqueIndex('one_time_codes_open')
      .on(table.phone, table.purpose, table.subject)
      .where(sql`closed_at is null`),
    index('one_time_codes_phone').on(table.phone, table.createdAt),
    index('one_time_codes_asker').on(table.asker, table.createdAt),
    index('one_time_codes_created').on(table.createdAt),
  ],
);

/** One-time links by which a customer opens a second messenger from the first. */
export const chatInvites = sqliteTable(
  'chat_invites',
  {
    /** SHA-256 of what the link carries. */
    tokenHash: text('token_hash').primaryKey(),
    customerId: text('customer_id').notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    usedAt: integer('used_at'),
    revision: integer().notNull(),
  },
  (table) => [index('chat_invites_customer').on(table.customerId)],
);

/** Records of one person made one; `undoneAt` where that was taken back. */
export const merges = sqliteTable(
  'merges',
  {
    id: text().primaryKey(),
    fromId: text('from_id').notNull(),
    intoId: text('into_id').notNull(),
    actor: text().notNull(),
    at: integer().notNull(),
    /** JSON: what went over, so that it can go back. */
    details: text().notNull(),
    undoneAt: integer('undone_at'),
    undoneBy: text('undone_by'),
    revision: integer().notNull(),
  },
  (table) => [
    uniqueIndex('merges_from').on(table.fromId).where(sql`undone_at is null`),
    index('merges_into').on(table.intoId),
  ],
);

/** Talks of customers with people behind the counter. */
export const talks = sqliteTable(
  'talks',
  {
    id: text().primaryKey(),
    addressId: text('address_id').notNull(),
    customerId: text('customer_id'),
    /** `waiting`, `taken` or `closed`. */
    status: text().notNull(),
    staffId: text('staff_id'),
    openedAt: integer('opened_at').notNull(),
    /** When somebody last said something. */
    touchedAt: integer('touched_at').notNull(),
    /** When the bot answers again by itself. */
    botReturnsAt: integer('bot_returns_at').notNull(),
    /** When the staff are reminded that the customer waits; null: answered, or reminded already. */
    remindAt: integer('remind_at'),
    /** When they were; null once the customer was answered. */
    remindedAt: integer('reminded_at'),
    closedAt: integer('closed_at'),
    /** `customer`, `staff:stf_…`, or `time`. */
    closedBy: text('closed_by'),
    revision: integer().notNull(),
  },
  (table) => [
    uniqueIndex('talks_open').on(table.addressId).where(sql`status <> 'closed'`),
    index('talks_due').on(table.botReturnsAt).where(sql`status <> 'closed'`),
    index('talks_remind').on(table.remindAt).where(sql`remind_at is not null and status <> 'closed'`),
    index('talks_missed').on(table.closedAt).where(sql`reminded_at is not null and closed_by = 'time'`),
    index('talks_staff').on(table.staffId).where(sql`status <> 'closed'`),
    index('talks_customer').on(table.customerId).where(sql`customer_id is not null`),
  ],
);

/** What was said in talks. */
export const talkMessages = sqliteTable(
  'talk_messages',
  {
    id: text().primaryKey(),
    talkId: text('talk_id').notNull(),
    /** Who of the staff said it; null: the customer. */
    staffId: text('staff_id'),
    text: text().notNull(),
    at: integer().notNull(),
  },
  (table) => [index('talk_messages_talk').on(table.talkId, table.id)],
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

/** What happened in each five minutes of the last weeks, counted as it was written: figures need no long reading. */
export const tallies = sqliteTable('tallies', {
  /** When the five minutes began. */
  at: integer().primaryKey(),
  purchases: integer().notNull(),
  revenueMinor: integer('revenue_minor').notNull(),
  given: integer().notNull(),
  spent: integer().notNull(),
  newCustomers: integer('new_customers').notNull(),
});

/** Single values: the playground's clock, the offset of long polling. */
export const values = sqliteTable('values_kept', {
  name: text().primaryKey(),
  value: text().notNull(),
});
