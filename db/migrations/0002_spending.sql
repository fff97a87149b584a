CREATE TABLE `approvals` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`staff_id` text NOT NULL,
	`customer_id` text,
	`request` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`status` text NOT NULL,
	`decided_by` text,
	`decided_at` integer,
	`revision` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `approvals_open` ON `approvals` (`created_at`) WHERE status = 'waiting';--> statement-breakpoint
CREATE TABLE `audit_entries` (
	`id` text PRIMARY KEY NOT NULL,
	`chain` text NOT NULL,
	`seq` integer NOT NULL,
	`action` text NOT NULL,
	`actor` text NOT NULL,
	`reference` text,
	`details` text NOT NULL,
	`at` integer NOT NULL,
	`hash` text NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `audit_entries_chain` ON `audit_entries` (`chain`,`seq`);--> statement-breakpoint
CREATE INDEX `audit_entries_actor` ON `audit_entries` (`actor`,`at`);--> statement-breakpoint
CREATE INDEX `audit_entries_at` ON `audit_entries` (`at`);--> statement-breakpoint
CREATE TABLE `coupon_batches` (
	`id` text PRIMARY KEY NOT NULL,
	`coupon_id` text NOT NULL,
	`wanted` integer NOT NULL,
	`made` integer NOT NULL,
	`created_at` integer NOT NULL,
	`created_by` text NOT NULL,
	`finished_at` integer
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `coupon_batches_open` ON `coupon_batches` (`id`) WHERE finished_at is null;--> statement-breakpoint
CREATE TABLE `coupon_codes` (
	`code` text PRIMARY KEY NOT NULL,
	`coupon_id` text NOT NULL,
	`batch_id` text,
	`customer_id` text,
	`issued_at` integer NOT NULL,
	`valid_until` integer,
	`uses` integer NOT NULL,
	`revision` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `coupon_codes_customer` ON `coupon_codes` (`customer_id`) WHERE customer_id is not null;--> statement-breakpoint
CREATE INDEX `coupon_codes_coupon` ON `coupon_codes` (`coupon_id`,`code`);--> statement-breakpoint
CREATE TABLE `coupon_uses` (
	`id` text PRIMARY KEY NOT NULL,
	`coupon_id` text NOT NULL,
	`code` text NOT NULL,
	`customer_id` text,
	`shop_id` text NOT NULL,
	`reservation` text,
	`purchase_id` text,
	`status` text NOT NULL,
	`discount_minor` integer NOT NULL,
	`returned_minor` integer NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`revision` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `coupon_uses_open` ON `coupon_uses` (`code`) WHERE status = 'reserved';--> statement-breakpoint
CREATE INDEX `coupon_uses_customer` ON `coupon_uses` (`customer_id`,`coupon_id`) WHERE customer_id is not null;--> statement-breakpoint
CREATE INDEX `coupon_uses_purchase` ON `coupon_uses` (`purchase_id`) WHERE purchase_id is not null;--> statement-breakpoint
CREATE INDEX `coupon_uses_reservation` ON `coupon_uses` (`shop_id`,`reservation`) WHERE reservation is not null;--> statement-breakpoint
CREATE INDEX `coupon_uses_due` ON `coupon_uses` (`expires_at`) WHERE status = 'reserved';--> statement-breakpoint
CREATE TABLE `coupons` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`definition` text NOT NULL,
	`created_at` integer NOT NULL,
	`created_by` text NOT NULL,
	`stopped_at` integer,
	`uses` integer NOT NULL,
	`used_minor` integer NOT NULL,
	`revision` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `coupons_name_unique` ON `coupons` (`name`);--> statement-breakpoint
CREATE TABLE `payment_codes` (
	`code` text PRIMARY KEY NOT NULL,
	`customer_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `payment_codes_customer_id_unique` ON `payment_codes` (`customer_id`);--> statement-breakpoint
CREATE INDEX `payment_codes_expiry` ON `payment_codes` (`expires_at`);--> statement-breakpoint
CREATE TABLE `redemptions` (
	`id` text PRIMARY KEY NOT NULL,
	`shop_id` text NOT NULL,
	`external_id` text NOT NULL,
	`customer_id` text NOT NULL,
	`store` text,
	`points` integer NOT NULL,
	`amount_minor` integer NOT NULL,
	`total_minor` integer NOT NULL,
	`consent` text NOT NULL,
	`actor` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`status` text NOT NULL,
	`settled_at` integer,
	`purchase_id` text,
	`taken` text NOT NULL,
	`returned` integer NOT NULL,
	`revision` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `redemptions_shop_external` ON `redemptions` (`shop_id`,`external_id`);--> statement-breakpoint
CREATE INDEX `redemptions_shop` ON `redemptions` (`shop_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `redemptions_shop_status` ON `redemptions` (`shop_id`,`status`,`created_at`);--> statement-breakpoint
CREATE INDEX `redemptions_customer` ON `redemptions` (`customer_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `redemptions_due` ON `redemptions` (`expires_at`) WHERE status in ('awaiting_customer', 'held');--> statement-breakpoint
CREATE TABLE `refunds` (
	`id` text PRIMARY KEY NOT NULL,
	`purchase_id` text NOT NULL,
	`shop_id` text NOT NULL,
	`external_id` text NOT NULL,
	`at` integer NOT NULL,
	`recorded_at` integer NOT NULL,
	`actor` text NOT NULL,
	`amount_minor` integer NOT NULL,
	`money_minor` integer NOT NULL,
	`taken_back` integer NOT NULL,
	`returned` integer NOT NULL,
	`not_taken` integer NOT NULL,
	`lines` text NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `refunds_shop_external` ON `refunds` (`shop_id`,`external_id`);--> statement-breakpoint
CREATE INDEX `refunds_purchase` ON `refunds` (`purchase_id`);--> statement-breakpoint
CREATE TABLE `staff` (
	`id` text PRIMARY KEY NOT NULL,
	`phone` text NOT NULL,
	`name` text,
	`role` text NOT NULL,
	`stores` text NOT NULL,
	`customer_id` text,
	`invited_by` text NOT NULL,
	`invite_hash` text,
	`invite_expires_at` integer,
	`created_at` integer NOT NULL,
	`removed_at` integer,
	`revision` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `staff_invite_hash_unique` ON `staff` (`invite_hash`);--> statement-breakpoint
CREATE UNIQUE INDEX `staff_phone` ON `staff` (`phone`) WHERE removed_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX `staff_customer` ON `staff` (`customer_id`) WHERE removed_at is null and customer_id is not null;--> statement-breakpoint
CREATE TABLE `tallies` (
	`at` integer PRIMARY KEY NOT NULL,
	`purchases` integer NOT NULL,
	`revenue_minor` integer NOT NULL,
	`given` integer NOT NULL,
	`spent` integer NOT NULL,
	`new_customers` integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE `purchase_lines` ADD `discount_minor` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `purchase_lines` ADD `covered_minor` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `purchase_lines` ADD `points` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `purchase_lines` ADD `refunded_quantity` real DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `purchase_lines` ADD `refunded_minor` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `purchases` ADD `discount_minor` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `purchases` ADD `refunded_minor` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `purchases` ADD `redemption_id` text;--> statement-breakpoint
ALTER TABLE `purchases` ADD `spent` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `purchases` ADD `release_at` integer;--> statement-breakpoint
ALTER TABLE `purchases` ADD `lot_id` text;--> statement-breakpoint
ALTER TABLE `purchases` ADD `claim_code` text;--> statement-breakpoint
ALTER TABLE `purchases` ADD `claim_until` integer;--> statement-breakpoint
ALTER TABLE `purchases` ADD `claimed_at` integer;--> statement-breakpoint
ALTER TABLE `purchases` ADD `award` text;--> statement-breakpoint
ALTER TABLE `purchases` ADD `revision` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `purchases_release` ON `purchases` (`release_at`) WHERE pending > 0 and release_at is not null;--> statement-breakpoint
CREATE UNIQUE INDEX `purchases_claim` ON `purchases` (`claim_code`) WHERE claim_code is not null;
--> statement-breakpoint
UPDATE purchases SET lot_id = found.lot_id FROM (
  SELECT t.reference AS id, l.id AS lot_id FROM ledger_transactions t JOIN lots l ON l.transaction_id = t.id
  WHERE t.kind IN ('accrual', 'release')) AS found WHERE purchases.id = found.id;
--> statement-breakpoint
UPDATE purchase_lines SET points = split.points FROM (
  SELECT t.reference AS id, j.key + 1 AS position, j.value AS points
  FROM ledger_transactions t, json_each(t.reason, '$.split') j WHERE t.kind IN ('accrual', 'pending')) AS split
WHERE purchase_lines.purchase_id = split.id AND purchase_lines.position = split.position;
--> statement-breakpoint
INSERT INTO tallies SELECT at / 300000 * 300000 AS slot, sum(purchases), sum(revenue), sum(given), 0, sum(customers) FROM (
  SELECT at, kind = 'sale' AS purchases, total_minor AS revenue, 0 AS given, 0 AS customers FROM purchases
  UNION ALL SELECT recorded_at, 0, 0, points, 0 FROM ledger_transactions
  WHERE points > 0 AND kind IN ('accrual', 'release', 'welcome', 'gift', 'adjustment')
  UNION ALL SELECT created_at, 0, 0, 0, 1 FROM customers)
WHERE at > (unixepoch() - 1814400) * 1000 GROUP BY slot;
--> statement-breakpoint
CREATE TRIGGER purchases_one_step BEFORE UPDATE ON purchases WHEN new.revision <> old.revision + 1
BEGIN SELECT RAISE(ABORT, 'constraint: purchases changed meanwhile'); END;
--> statement-breakpoint
CREATE TRIGGER redemptions_one_step BEFORE UPDATE ON redemptions WHEN new.revision <> old.revision + 1
BEGIN SELECT RAISE(ABORT, 'constraint: redemptions changed meanwhile'); END;
--> statement-breakpoint
CREATE TRIGGER coupons_one_step BEFORE UPDATE ON coupons WHEN new.revision <> old.revision + 1
BEGIN SELECT RAISE(ABORT, 'constraint: coupons changed meanwhile'); END;
--> statement-breakpoint
CREATE TRIGGER coupon_batches_no_more BEFORE UPDATE ON coupon_batches WHEN new.made > old.wanted
BEGIN SELECT RAISE(ABORT, 'constraint: coupon_batches were filled meanwhile'); END;
--> statement-breakpoint
CREATE TRIGGER coupon_codes_one_step BEFORE UPDATE ON coupon_codes WHEN new.revision <> old.revision + 1
BEGIN SELECT RAISE(ABORT, 'constraint: coupon_codes changed meanwhile'); END;
--> statement-breakpoint
CREATE TRIGGER coupon_uses_one_step BEFORE UPDATE ON coupon_uses WHEN new.revision <> old.revision + 1
BEGIN SELECT RAISE(ABORT, 'constraint: coupon_uses changed meanwhile'); END;
--> statement-breakpoint
CREATE TRIGGER staff_one_step BEFORE UPDATE ON staff WHEN new.revision <> old.revision + 1
BEGIN SELECT RAISE(ABORT, 'constraint: staff changed meanwhile'); END;
--> statement-breakpoint
CREATE TRIGGER approvals_one_step BEFORE UPDATE ON approvals WHEN new.revision <> old.revision + 1
BEGIN SELECT RAISE(ABORT, 'constraint: approvals changed meanwhile'); END;
--> statement-breakpoint
CREATE TRIGGER audit_entries_no_update BEFORE UPDATE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'append-only: audit_entries'); END;
--> statement-breakpoint
CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'append-only: audit_entries'); END;
--> statement-breakpoint
CREATE TRIGGER refunds_no_update BEFORE UPDATE ON refunds
BEGIN SELECT RAISE(ABORT, 'append-only: refunds'); END;
--> statement-breakpoint
CREATE TRIGGER refunds_no_delete BEFORE DELETE ON refunds
BEGIN SELECT RAISE(ABORT, 'append-only: refunds'); END;
--> statement-breakpoint
CREATE TRIGGER addresses_not_forgotten BEFORE INSERT ON addresses WHEN new.revision > 1
  AND NOT EXISTS (SELECT 1 FROM addresses WHERE channel = new.channel AND external_id = new.external_id)
BEGIN SELECT RAISE(ABORT, 'constraint: this chat was forgotten meanwhile'); END;
