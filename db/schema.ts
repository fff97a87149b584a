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
    city: text(),
    /** Where the person registered: a channel, `shop:shp_…`. */
    registeredIn: text('registered_in'),
    // What the person bought, added up by the commit that changes it; `svoi rebuild` counts it all again.
    /** Orders: sales not brought back whole, also those of accounts merged into this one. */
    orders: integer().notNull().default(0),
    /** What was paid, less what was given back, in minor units. */
    paidMinor: integer('paid_minor').notNull().default(0),
    /** What was given back of it. */
    refundedMinor: integer('refunded_minor').notNull().default(0),
    firstAt: integer('first_at'),
    lastAt: integer('last_at'),
    /** Days with orders, the first and last of them (days since 1970 on the program's calendar), and the sum of the squares of the days between neighbours. */
    orderDays: integer('order_days').notNull().default(0),
    firstDay: integer('first_day'),
    lastDay: integer('last_day'),
    gapSquares: integer('gap_squares').notNull().default(0),
    /** Points that can be spent, that were ever given, that were spent on purchases. */
    points: integer().notNull().default(0),
    pointsEarned: integer('points_earned').notNull().default(0),
    pointsSpent: integer('points_spent').notNull().default(0),
    /** Chats that reach the person: 1 Telegram, 2 Viber, 4 WhatsApp, 8 the site chat. */
    chats: integer().notNull().default(0),
    /** The newest answer about offers: 1 yes, 0 no, null never asked; and the channels that were refused alone, as above, 16 for SMS. */
    offers: integer(),
    offersRefused: integer('offers_refused').notNull().default(0),
    /** When the person last wrote to us or tapped something. */
    heardAt: integer('heard_at'),
  },
  (table) => [
    index('customers_merged_into').on(table.mergedInto).where(sql`merged_into is not null`),
    index('customers_erased').on(table.erasedAt).where(sql`erased_at is not null`),
    index('customers_birthday').on(sql`substr(birthday, -5)`).where(sql`birthday is not null`),
  ],
);

/** Columns of customers that are figures, counted by the commit that changes them: `Customer` of core knows none of them. */
export const customerFigures = [
  ...(['orders', 'paidMinor', 'refundedMinor', 'firstAt', 'lastAt', 'orderDays', 'firstDay'] as const),
  ...(['lastDay', 'gapSquares', 'points', 'pointsEarned', 'pointsSpent', 'chats', 'offers'] as const),
  ...(['offersRefused', 'heardAt'] as const),
] as const;

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
    /** What the clock on the shop's wall showed at `at`, as epoch milliseconds of the same figures in UTC. */
    localAt: integer('local_at').notNull().default(0),
    /** A trigger refuses an update that is not exactly one ahead. */
    revision: integer().notNull().default(0),
  },
  (table) => [
    uniqueIndex('purchases_shop_external').on(table.shopId, table.externalId),
    index('purchases_customer').on(table.customerId, table.at).where(sql`customer_id is not null`),
    index('purchases_release').on(table.releaseAt).where(sql`pending > 0 and release_at is not null`),
    uniqueIndex('purchases_claim').on(table.claimCode).where(sql`claim_code is not null`),
    index('purchases_claimed').on(table.claimedAt).where(sql`claimed_at is not null`),
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
    /** The lot they were given in, where they came from another account since. */
    origin: text(),
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
    /** What the customer can switch off by itself: `offers`, `reminders`. */
    topic: text(),
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
    /** Which variant of its campaign or journey it is; null outside of them. */
    arm: text(),
    /** Of several offers that meet, the one with the highest goes first. */
    weight: integer().notNull().default(0),
    /** When the person first opened a link of it, answered it, or asked for no more because of it. */
    clickedAt: integer('clicked_at'),
    answeredAt: integer('answered_at'),
    leftAt: integer('left_at'),
    /** JSON: what was given along with it, and whether that was taken back because nobody came to hear of it. */
    gift: text(),
    /** What of the budget of its campaign is set aside for its messages; null: nothing, or it was settled up. */
    reservedMicros: integer('reserved_micros'),
    /** A trigger refuses an update that is not exactly one ahead. */
    revision: integer().notNull(),
  },
  (table) => [
    index('notices_reserved').on(table.campaign, table.settledAt).where(sql`reserved_micros is not null`),
    index('notices_campaign').on(table.campaign, table.createdAt).where(sql`campaign is not null`),
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

/** What each customer bought where and of what, added up: a row for each store, category and product. */
export const customerTotals = sqliteTable(
  'customer_totals',
  {
    customerId: text('customer_id').notNull(),
    /** `store`, `category` or `product`, and which. */
    facet: text().notNull(),
    value: text().notNull(),
    orders: integer().notNull(),
    quantity: real().notNull(),
    paidMinor: integer('paid_minor').notNull(),
    /** Null: nothing was bought that was not brought back, only brought back without a receipt. */
    firstAt: integer('first_at'),
    lastAt: integer('last_at'),
  },
  (table) => [
    primaryKey({ columns: [table.customerId, table.facet, table.value] }),
    index('customer_totals_value').on(table.facet, table.value),
  ],
);

/** What shops sell, as they told us. */
export const products = sqliteTable('products', {
  sku: text().primaryKey(),
  name: text(),
  category: text(),
  brand: text(),
  priceMinor: integer('price_minor'),
  url: text(),
  /** How many days one of it lasts. */
  consumptionDays: integer('consumption_days'),
  /** JSON: what facts about customers are inferred from. */
  attributes: text().notNull(),
  updatedAt: integer('updated_at').notNull(),
});

/** How long products last, learned from those who bought them again. */
export const productLives = sqliteTable('product_lives', {
  sku: text().primaryKey(),
  /** How many customers it was learned from, and the median of their days. */
  customers: integer().notNull(),
  medianDays: real('median_days').notNull(),
  computedAt: integer('computed_at').notNull(),
});

/** When a customer will have used up a product. */
export const refills = sqliteTable(
  'refills',
  {
    customerId: text('customer_id').notNull(),
    sku: text().notNull(),
    boughtAt: integer('bought_at').notNull(),
    dueAt: integer('due_at').notNull(),
    days: real().notNull(),
    /** Where the days come from: `product`, `own`, `others`. */
    source: text().notNull(),
    /** When it was told as an event. */
    toldAt: integer('told_at'),
  },
  (table) => [
    primaryKey({ columns: [table.customerId, table.sku] }),
    index('refills_due').on(table.dueAt),
    index('refills_untold').on(table.dueAt).where(sql`told_at is null`),
  ],
);

/** What purchases let us infer about a customer, or what was said. */
export const customerFacts = sqliteTable(
  'customer_facts',
  {
    customerId: text('customer_id').notNull(),
    /** Which fact, and which of several: `child`, 1. */
    name: text().notNull(),
    item: integer().notNull(),
    value: text().notNull(),
    /** The window the fact holds in, where it moves with time: days since 1970 between which a child was born. */
    low: integer(),
    high: integer(),
    /** From 0 to 1. */
    sure: real().notNull(),
    /** `purchases`, `customer`, `staff` or `shop`. */
    source: text().notNull(),
    /** JSON: what it was inferred from. */
    because: text().notNull(),
    at: integer().notNull(),
    /** The customer said it is not so: it is not inferred again. */
    deniedAt: integer('denied_at'),
    revision: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.customerId, table.name, table.item] }),
    index('customer_facts_name').on(table.name, table.value),
  ],
);

/** What happened, for journeys: told by shops or found by us. Append only. */
export const events = sqliteTable(
  'events',
  {
    id: text().primaryKey(),
    type: text().notNull(),
    customerId: text('customer_id').notNull(),
    /** One occasion is told once. */
    occasion: text().notNull(),
    /** JSON. */
    data: text().notNull(),
    at: integer().notNull(),
    recordedAt: integer('recorded_at').notNull(),
    /** When journeys took it up; nothing else of an event ever changes. */
    handledAt: integer('handled_at'),
  },
  (table) => [
    uniqueIndex('events_occasion').on(table.customerId, table.type, table.occasion),
    index('events_type').on(table.type, table.recordedAt),
    index('events_open').on(table.id).where(sql`handled_at is null`),
  ],
);

/** Questions how likely a customer is to recommend us, and the answers. */
export const surveys = sqliteTable(
  'surveys',
  {
    id: text().primaryKey(),
    customerId: text('customer_id').notNull(),
    purchaseId: text('purchase_id'),
    store: text(),
    /** Who of the staff sold it. */
    staffId: text('staff_id'),
    askedAt: integer('asked_at').notNull(),
    /** 0 to 10. */
    score: integer(),
    reason: text(),
    answeredAt: integer('answered_at'),
    /** When the manager was told of an unhappy customer. */
    toldAt: integer('told_at'),
    revision: integer().notNull(),
  },
  (table) => [
    index('surveys_customer').on(table.customerId, table.askedAt),
    index('surveys_answered').on(table.answeredAt).where(sql`answered_at is not null`),
    uniqueIndex('surveys_purchase').on(table.purchaseId).where(sql`purchase_id is not null`),
  ],
);

/** Segments as the staff or a shop saved them. */
export const segments = sqliteTable(
  'segments',
  {
    id: text().primaryKey(),
    name: text().notNull(),
    /** In the compact form, as `segmentText` writes it. */
    rule: text().notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
    removedAt: integer('removed_at'),
    revision: integer().notNull(),
  },
  (table) => [uniqueIndex('segments_name').on(table.name).where(sql`removed_at is null`)],
);

/** What RFM profiles, models and maps were last computed as, by name. */
export const computations = sqliteTable('computations', {
  /** `rfm:main`, `bgnbd`. */
  name: text().primaryKey(),
  /** JSON. */
  result: text().notNull(),
  computedAt: integer('computed_at').notNull(),
});

/** What the models say of each customer who bought more than once, as of the last night. */
export const customerScores = sqliteTable('customer_scores', {
  customerId: text('customer_id').primaryKey(),
  /** The chance that the customer still buys, from 0 to 1. */
  alive: real().notNull(),
  /** Orders expected in the next 90 days, and what they will bring in minor units. */
  expectedOrders: real('expected_orders').notNull(),
  valueMinor: integer('value_minor').notNull(),
  computedAt: integer('computed_at').notNull(),
});

/** Where each customer stood last night on each map: in a saved segment (`in`), or in which part of an RFM map. */
export const segmentStates = sqliteTable(
  'segment_states',
  {
    /** The id of a segment, or `rfm:main`, `rf:main`. */
    map: text().notNull(),
    customerId: text('customer_id').notNull(),
    state: text().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.map, table.customerId] }),
    index('segment_states_customer').on(table.customerId),
  ],
);

/** How many customers stood where, each night. */
export const segmentSizes = sqliteTable(
  'segment_sizes',
  {
    map: text().notNull(),
    /** YYYY-MM-DD on the program's calendar. */
    day: text().notNull(),
    state: text().notNull(),
    customers: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.map, table.day, table.state] })],
);

/** Who went where, each night; null: from nowhere, to nowhere. */
export const segmentMoves = sqliteTable(
  'segment_moves',
  {
    map: text().notNull(),
    day: text().notNull(),
    customerId: text('customer_id').notNull(),
    was: text(),
    became: text(),
  },
  (table) => [
    primaryKey({ columns: [table.map, table.day, table.customerId] }),
    index('segment_moves_day').on(table.day),
    index('segment_moves_customer').on(table.customerId),
  ],
);

/** Questions of the staff that take a long look: asked in a chat, answered there when the look is over. */
export const questions = sqliteTable(
  'questions',
  {
    id: text().primaryKey(),
    kind: text().notNull(),
    /** JSON. */
    argument: text().notNull(),
    addressId: text('address_id').notNull(),
    staffId: text('staff_id').notNull(),
    askedAt: integer('asked_at').notNull(),
    /** When it is looked at, again perhaps; null once it was answered. */
    dueAt: integer('due_at'),
    answeredAt: integer('answered_at'),
    tries: integer().notNull(),
    revision: integer().notNull(),
  },
  (table) => [
    index('questions_due').on(table.dueAt).where(sql`due_at is not null`),
    index('questions_asked').on(table.askedAt),
  ],
);

/** Reports as they were drawn from: a picture in a chat is drawn when it is sent, or fetched. */
export const reports = sqliteTable(
  'reports',
  {
    id: text().primaryKey(),
    kind: text().notNull(),
    /** JSON. */
    data: text().notNull(),
    madeAt: integer('made_at').notNull(),
  },
  (table) => [index('reports_made').on(table.madeAt)],
);

/** Lists of customers to be fetched once, by a link that only the owner was given. */
export const exports = sqliteTable('exports', {
  /** SHA-256 of what the link carries. */
  tokenHash: text('token_hash').primaryKey(),
  rule: text().notNull(),
  staffId: text('staff_id').notNull(),
  createdAt: integer('created_at').notNull(),
  expiresAt: integer('expires_at').notNull(),
  fetchedAt: integer('fetched_at'),
});

/** Messages to a segment: frozen at the moment of sending. */
export const campaigns = sqliteTable(
  'campaigns',
  {
    id: text().primaryKey(),
    name: text().notNull(),
    /** The segment in the compact form; empty: everybody. */
    rule: text().notNull(),
    /** JSON: what is said, in every variant, and what is given along with it. */
    message: text().notNull(),
    /** JSON: when it goes out, what it may cost, and who is kept apart to compare with. */
    plan: text().notNull().default('{}'),
    /** Who wrote it: `staff:stf_…`, `shop:shp_…`. */
    createdBy: text('created_by').notNull(),
    createdAt: integer('created_at').notNull(),
    /** The most people it may go to; null: however many. */
    most: integer(),
    /** `draft`, `asked` (waits for a second person), `planned`, `freezing`, `sending`, `paused`, `done` or `stopped`. */
    state: text().notNull(),
    /** Why it ended otherwise than by telling all: `budget`, `too_many`, `segment`, `coupon`, `refused`. */
    reason: text(),
    /** When it begins, where that is not at once. */
    startsAt: integer('starts_at'),
    /** When the audience was frozen. */
    frozenAt: integer('frozen_at'),
    finishedAt: integer('finished_at'),
    /** What was handed over so far may cost, at most, in micros. */
    spentMicros: integer('spent_micros').notNull().default(0),
    revision: integer().notNull(),
  },
  (table) => [index('campaigns_open').on(table.createdAt).where(sql`finished_at is null`)],
);

/** Whom a campaign goes to, and why to some of its segment it does not. */
export const campaignMembers = sqliteTable(
  'campaign_members',
  {
    campaignId: text('campaign_id').notNull(),
    customerId: text('customer_id').notNull(),
    /**
     * `waiting`, `told`, `control`, `holdout`, or why not: `consent`, `no_channel`, `muted`, `silent`, `occasion`,
     * `budget`, `merged`.
     */
    state: text().notNull(),
    /** Which variant the customer gets; `control`, `holdout`: none of them. */
    arm: text().notNull().default('a'),
    /** The moment at which the customer is told, or would have been; null: was left out. */
    dueAt: integer('due_at'),
  },
  (table) => [
    primaryKey({ columns: [table.campaignId, table.customerId] }),
    index('campaign_members_due').on(table.campaignId, table.dueAt).where(sql`state = 'waiting'`),
  ],
);

/** What customers left in the carts of web shops. */
export const carts = sqliteTable(
  'carts',
  {
    id: text().primaryKey(),
    shopId: text('shop_id').notNull(),
    /** The shop's own id of it. */
    externalId: text('external_id').notNull(),
    customerId: text('customer_id'),
    /** The shop's own id of somebody it cannot name. */
    visitor: text(),
    /** JSON. */
    items: text().notNull(),
    totalMinor: integer('total_minor').notNull(),
    url: text(),
    /** `open`, `bought`, `emptied` or `declined`. */
    state: text().notNull(),
    /** When the shop last changed it, and when we heard of that. */
    updatedAt: integer('updated_at').notNull(),
    recordedAt: integer('recorded_at').notNull(),
    /** When it counts as left; null: it was told so already, or nobody is known. */
    leftAt: integer('left_at'),
    revision: integer().notNull(),
  },
  (table) => [
    uniqueIndex('carts_external').on(table.shopId, table.externalId),
    index('carts_left').on(table.leftAt).where(sql`left_at is not null`),
    index('carts_customer').on(table.customerId, table.updatedAt).where(sql`customer_id is not null`),
    index('carts_visitor').on(table.shopId, table.visitor).where(sql`visitor is not null and state = 'open'`),
  ],
);

/** Orders, invoices and documents of customers, as shops tell of them: the newest state. */
export const orders = sqliteTable(
  'orders',
  {
    id: text().primaryKey(),
    shopId: text('shop_id').notNull(),
    externalId: text('external_id').notNull(),
    customerId: text('customer_id').notNull(),
    /** `order`, `invoice` or `document`. */
    kind: text().notNull(),
    /** As people know it; the shop's own id where it has no other. */
    number: text().notNull(),
    status: text().notNull(),
    totalMinor: integer('total_minor'),
    trackingUrl: text('tracking_url'),
    url: text(),
    dueAt: integer('due_at'),
    /** The phone of whoever of the staff looks after it. */
    manager: text(),
    /** When it came to this state, and when we heard of it. */
    at: integer().notNull(),
    recordedAt: integer('recorded_at').notNull(),
    revision: integer().notNull(),
  },
  (table) => [
    uniqueIndex('orders_external').on(table.shopId, table.externalId),
    index('orders_customer').on(table.customerId, table.at),
    index('orders_due').on(table.dueAt).where(sql`due_at is not null`),
  ],
);

/** Journeys as they are in force. */
export const journeys = sqliteTable('journeys', {
  key: text().primaryKey(),
  /** 1: on. */
  isOn: integer('is_on').notNull(),
  version: integer().notNull(),
  /** When it was last switched on: what happened before starts nothing. */
  since: integer(),
  changedBy: text('changed_by').notNull(),
  changedAt: integer('changed_at').notNull(),
  revision: integer().notNull(),
});

/** Every version of every journey: who is under way on one goes on by it. Append only (a trigger). */
export const journeyVersions = sqliteTable(
  'journey_versions',
  {
    journey: text().notNull(),
    version: integer().notNull(),
    /** JSON. */
    definition: text().notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.journey, table.version] })],
);

/** One customer under way on one journey. */
export const journeyRuns = sqliteTable(
  'journey_runs',
  {
    id: text().primaryKey(),
    journey: text().notNull(),
    version: integer().notNull(),
    customerId: text('customer_id').notNull(),
    /** What it started from: one run to an occasion. */
    occasion: text().notNull(),
    /** Which variant; `control`: kept apart to compare with. */
    arm: text().notNull(),
    /** `waiting`, `done`, `stopped` or `control`. */
    state: text().notNull(),
    /** Why it stopped. */
    reason: text(),
    /** The step it stands at, counted over all steps as written. */
    step: integer().notNull(),
    /** JSON: what it started from, and what it did so far. */
    data: text().notNull(),
    /** When it goes on; null: not before something happens, or never. */
    dueAt: integer('due_at'),
    /** The event that lets it go on before that. */
    waitsFor: text('waits_for'),
    startedAt: integer('started_at').notNull(),
    finishedAt: integer('finished_at'),
    revision: integer().notNull(),
  },
  (table) => [
    uniqueIndex('journey_runs_occasion').on(table.customerId, table.journey, table.occasion),
    index('journey_runs_due').on(table.dueAt).where(sql`due_at is not null`),
    index('journey_runs_waiting').on(table.waitsFor, table.customerId).where(sql`waits_for is not null`),
    index('journey_runs_journey').on(table.journey, table.startedAt),
    index('journey_runs_under_way')
      .on(table.journey, table.version, table.step, table.dueAt)
      .where(sql`due_at is not null`),
  ],
);

/** What a customer does not want to hear of: a topic or a journey, until a moment or for good. */
export const mutes = sqliteTable(
  'mutes',
  {
    customerId: text('customer_id').notNull(),
    /** `topic:offers`, `journey:cart`. */
    subject: text().notNull(),
    /** Null: for good. */
    until: integer(),
    at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.customerId, table.subject] })],
);

/** Marks that journeys, shops and the staff put on customers. */
export const customerTags = sqliteTable(
  'customer_tags',
  {
    customerId: text('customer_id').notNull(),
    tag: text().notNull(),
    at: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.customerId, table.tag] }),
    index('customer_tags_tag').on(table.tag),
  ],
);

/** The hour of the day at which a customer is usually there, learned at night. */
export const customerHours = sqliteTable('customer_hours', {
  customerId: text('customer_id').primaryKey(),
  /** 0 to 23 where the customer lives. */
  hour: integer().notNull(),
  computedAt: integer('computed_at').notNull(),
});

/** Short links, each in one message to one customer. */
export const links = sqliteTable(
  'links',
  {
    code: text().primaryKey(),
    url: text().notNull(),
    noticeId: text('notice_id').notNull(),
    customerId: text('customer_id').notNull(),
    createdAt: integer('created_at').notNull(),
    /** When a person first opened it, and how often; programs that look at links are not counted. */
    openedAt: integer('opened_at'),
    opened: integer().notNull(),
  },
  (table) => [index('links_notice').on(table.noticeId), index('links_customer').on(table.customerId)],
);

/** Pages for an offer or a coupon, as the staff made them. */
export const pages = sqliteTable('pages', {
  slug: text().primaryKey(),
  title: text().notNull(),
  text: text().notNull(),
  pictureId: text('picture_id'),
  /** What the button says, and where it leads; null: into a chat with us. */
  button: text().notNull(),
  url: text(),
  couponId: text('coupon_id'),
  /** `staff:stf_…`, `shop:shp_…`. */
  createdBy: text('created_by').notNull(),
  createdAt: integer('created_at').notNull(),
  /** Null: not yet, or not any more. */
  publishedAt: integer('published_at'),
  /** How often a person looked at it: counted without a new revision. */
  views: integer().notNull(),
  revision: integer().notNull(),
});

/** Pictures of pages and messages. */
export const pictures = sqliteTable('pictures', {
  id: text().primaryKey(),
  /** `image/png` or `image/jpeg`. */
  type: text().notNull(),
  width: integer().notNull(),
  height: integer().notNull(),
  /** Base64. */
  bytes: text().notNull(),
  createdAt: integer('created_at').notNull(),
});

/** Single values: the playground's clock, the offset of long polling. */
export const values = sqliteTable('values_kept', {
  name: text().primaryKey(),
  value: text().notNull(),
});
