CREATE TABLE `addresses` (
	`id` text PRIMARY KEY NOT NULL,
	`channel` text NOT NULL,
	`external_id` text NOT NULL,
	`customer_id` text,
	`locale` text NOT NULL,
	`reachable` integer NOT NULL,
	`last_seen_at` integer NOT NULL,
	`state` text,
	`revision` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `addresses_channel_external` ON `addresses` (`channel`,`external_id`);--> statement-breakpoint
CREATE INDEX `addresses_customer` ON `addresses` (`customer_id`) WHERE customer_id is not null;--> statement-breakpoint
CREATE TABLE `chat_messages` (
	`position` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`channel` text NOT NULL,
	`chat` text NOT NULL,
	`direction` text NOT NULL,
	`body` text NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `chat_messages_chat` ON `chat_messages` (`channel`,`chat`,`position`);--> statement-breakpoint
CREATE TABLE `commands` (
	`scope` text NOT NULL,
	`key` text NOT NULL,
	`input_hash` text NOT NULL,
	`result` text NOT NULL,
	PRIMARY KEY(`scope`, `key`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `consents` (
	`id` text PRIMARY KEY NOT NULL,
	`customer_id` text NOT NULL,
	`category` text NOT NULL,
	`granted` integer NOT NULL,
	`text` text NOT NULL,
	`text_version` integer NOT NULL,
	`locale` text NOT NULL,
	`source` text NOT NULL,
	`at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `consents_customer` ON `consents` (`customer_id`);--> statement-breakpoint
CREATE TABLE `customers` (
	`id` text PRIMARY KEY NOT NULL,
	`phone` text,
	`card` text,
	`name` text,
	`birthday` text,
	`gender` text,
	`locale` text,
	`zone` text,
	`created_at` integer NOT NULL,
	`registered_at` integer,
	`erased_at` integer
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `customers_phone_unique` ON `customers` (`phone`);--> statement-breakpoint
CREATE UNIQUE INDEX `customers_card_unique` ON `customers` (`card`);--> statement-breakpoint
CREATE TABLE `external_ids` (
	`shop_id` text NOT NULL,
	`external_id` text NOT NULL,
	`customer_id` text NOT NULL,
	PRIMARY KEY(`shop_id`, `external_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `external_ids_customer` ON `external_ids` (`customer_id`);--> statement-breakpoint
CREATE TABLE `imports` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`rows_done` integer NOT NULL,
	`rejected` integer NOT NULL,
	`started_at` integer NOT NULL,
	`finished_at` integer
);
--> statement-breakpoint
CREATE TABLE `ledger_entries` (
	`transaction_id` text NOT NULL,
	`account` text NOT NULL,
	`points` integer NOT NULL,
	PRIMARY KEY(`transaction_id`, `account`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `ledger_transactions` (
	`id` text PRIMARY KEY NOT NULL,
	`customer_id` text NOT NULL,
	`seq` integer NOT NULL,
	`kind` text NOT NULL,
	`points` integer NOT NULL,
	`available` integer NOT NULL,
	`pending` integer NOT NULL,
	`held` integer NOT NULL,
	`happened_at` integer NOT NULL,
	`recorded_at` integer NOT NULL,
	`actor` text NOT NULL,
	`reason` text NOT NULL,
	`reference` text,
	`reverses` text,
	`hash` text NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `ledger_transactions_customer_seq` ON `ledger_transactions` (`customer_id`,`seq`);--> statement-breakpoint
CREATE TABLE `lot_moves` (
	`transaction_id` text NOT NULL,
	`lot_id` text NOT NULL,
	`points` integer NOT NULL,
	PRIMARY KEY(`transaction_id`, `lot_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `lots` (
	`id` text PRIMARY KEY NOT NULL,
	`customer_id` text NOT NULL,
	`transaction_id` text NOT NULL,
	`points` integer NOT NULL,
	`remaining` integer NOT NULL,
	`earned_at` integer NOT NULL,
	`expires_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `lots_open_customer` ON `lots` (`customer_id`,`expires_at`) WHERE remaining > 0;--> statement-breakpoint
CREATE INDEX `lots_open_expiry` ON `lots` (`expires_at`) WHERE remaining > 0;--> statement-breakpoint
CREATE INDEX `lots_transaction` ON `lots` (`transaction_id`);--> statement-breakpoint
CREATE TABLE `messages` (
	`id` text PRIMARY KEY NOT NULL,
	`address_id` text NOT NULL,
	`customer_id` text,
	`channel` text NOT NULL,
	`category` text NOT NULL,
	`reply` text NOT NULL,
	`replaces` text,
	`state` text DEFAULT 'queued' NOT NULL,
	`created_at` integer NOT NULL,
	`due_at` integer NOT NULL,
	`lease_until` integer,
	`attempts` integer DEFAULT 0 NOT NULL,
	`provider_id` text,
	`error` text,
	`sent_at` integer
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `messages_due` ON `messages` (`channel`,`due_at`) WHERE state in ('queued', 'sending');--> statement-breakpoint
CREATE INDEX `messages_address_open` ON `messages` (`address_id`,`id`) WHERE state in ('queued', 'sending');--> statement-breakpoint
CREATE INDEX `messages_customer` ON `messages` (`customer_id`) WHERE customer_id is not null;--> statement-breakpoint
CREATE TABLE `programs` (
	`version` integer PRIMARY KEY NOT NULL,
	`definition` text NOT NULL,
	`applied_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `purchase_lines` (
	`purchase_id` text NOT NULL,
	`position` integer NOT NULL,
	`line_id` text,
	`sku` text NOT NULL,
	`name` text,
	`category` text,
	`quantity` real NOT NULL,
	`unit_price_minor` integer NOT NULL,
	`amount_minor` integer NOT NULL,
	PRIMARY KEY(`purchase_id`, `position`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `purchases` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`shop_id` text NOT NULL,
	`external_id` text NOT NULL,
	`customer_id` text,
	`store` text,
	`cart_id` text,
	`at` integer NOT NULL,
	`recorded_at` integer NOT NULL,
	`total_minor` integer NOT NULL,
	`paid_at` integer,
	`earned` integer NOT NULL,
	`pending` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `purchases_shop_external` ON `purchases` (`shop_id`,`external_id`);--> statement-breakpoint
CREATE INDEX `purchases_customer` ON `purchases` (`customer_id`,`at`) WHERE customer_id is not null;--> statement-breakpoint
CREATE TABLE `shops` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`scope` text NOT NULL,
	`key_hash` text NOT NULL,
	`signing_secret` text,
	`created_at` integer NOT NULL,
	`revoked_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `shops_name_unique` ON `shops` (`name`);--> statement-breakpoint
CREATE UNIQUE INDEX `shops_key_hash_unique` ON `shops` (`key_hash`);--> statement-breakpoint
CREATE TABLE `values_kept` (
	`name` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
