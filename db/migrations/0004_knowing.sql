CREATE TABLE `campaign_members` (
	`campaign_id` text NOT NULL,
	`customer_id` text NOT NULL,
	`state` text NOT NULL,
	`due_at` integer,
	PRIMARY KEY(`campaign_id`, `customer_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `campaign_members_due` ON `campaign_members` (`campaign_id`,`due_at`) WHERE state = 'waiting';--> statement-breakpoint
CREATE TABLE `campaigns` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`rule` text NOT NULL,
	`message` text NOT NULL,
	`staff_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`state` text NOT NULL,
	`frozen_at` integer,
	`finished_at` integer,
	`revision` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `campaigns_open` ON `campaigns` (`created_at`) WHERE state in ('freezing', 'sending');--> statement-breakpoint
CREATE TABLE `computations` (
	`name` text PRIMARY KEY NOT NULL,
	`result` text NOT NULL,
	`computed_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `customer_facts` (
	`customer_id` text NOT NULL,
	`name` text NOT NULL,
	`item` integer NOT NULL,
	`value` text NOT NULL,
	`low` integer,
	`high` integer,
	`sure` real NOT NULL,
	`source` text NOT NULL,
	`because` text NOT NULL,
	`at` integer NOT NULL,
	`denied_at` integer,
	`revision` integer NOT NULL,
	PRIMARY KEY(`customer_id`, `name`, `item`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `customer_facts_name` ON `customer_facts` (`name`,`value`);--> statement-breakpoint
CREATE TABLE `customer_scores` (
	`customer_id` text PRIMARY KEY NOT NULL,
	`alive` real NOT NULL,
	`expected_orders` real NOT NULL,
	`value_minor` integer NOT NULL,
	`computed_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `customer_totals` (
	`customer_id` text NOT NULL,
	`facet` text NOT NULL,
	`value` text NOT NULL,
	`orders` integer NOT NULL,
	`quantity` real NOT NULL,
	`paid_minor` integer NOT NULL,
	`first_at` integer NOT NULL,
	`last_at` integer NOT NULL,
	PRIMARY KEY(`customer_id`, `facet`, `value`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `customer_totals_value` ON `customer_totals` (`facet`,`value`);--> statement-breakpoint
CREATE TABLE `events` (
	`id` text PRIMARY KEY NOT NULL,
	`type` text NOT NULL,
	`customer_id` text NOT NULL,
	`occasion` text NOT NULL,
	`data` text NOT NULL,
	`at` integer NOT NULL,
	`recorded_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `events_occasion` ON `events` (`customer_id`,`type`,`occasion`);--> statement-breakpoint
CREATE INDEX `events_type` ON `events` (`type`,`recorded_at`);--> statement-breakpoint
CREATE TABLE `exports` (
	`token_hash` text PRIMARY KEY NOT NULL,
	`rule` text NOT NULL,
	`staff_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`fetched_at` integer
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `product_lives` (
	`sku` text PRIMARY KEY NOT NULL,
	`customers` integer NOT NULL,
	`median_days` real NOT NULL,
	`computed_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `products` (
	`sku` text PRIMARY KEY NOT NULL,
	`name` text,
	`category` text,
	`brand` text,
	`price_minor` integer,
	`url` text,
	`consumption_days` integer,
	`attributes` text NOT NULL,
	`updated_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `questions` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`argument` text NOT NULL,
	`address_id` text NOT NULL,
	`staff_id` text NOT NULL,
	`asked_at` integer NOT NULL,
	`answered_at` integer,
	`tries` integer NOT NULL,
	`revision` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `questions_open` ON `questions` (`asked_at`) WHERE answered_at is null;--> statement-breakpoint
CREATE TABLE `refills` (
	`customer_id` text NOT NULL,
	`sku` text NOT NULL,
	`bought_at` integer NOT NULL,
	`due_at` integer NOT NULL,
	`days` real NOT NULL,
	`source` text NOT NULL,
	`told_at` integer,
	PRIMARY KEY(`customer_id`, `sku`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `refills_due` ON `refills` (`due_at`);--> statement-breakpoint
CREATE INDEX `refills_untold` ON `refills` (`due_at`) WHERE told_at is null;--> statement-breakpoint
CREATE TABLE `reports` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`data` text NOT NULL,
	`made_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `reports_made` ON `reports` (`made_at`);--> statement-breakpoint
CREATE TABLE `segment_moves` (
	`map` text NOT NULL,
	`day` text NOT NULL,
	`customer_id` text NOT NULL,
	`was` text,
	`became` text,
	PRIMARY KEY(`map`, `day`, `customer_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `segment_moves_day` ON `segment_moves` (`day`);--> statement-breakpoint
CREATE INDEX `segment_moves_customer` ON `segment_moves` (`customer_id`);--> statement-breakpoint
CREATE TABLE `segment_sizes` (
	`map` text NOT NULL,
	`day` text NOT NULL,
	`state` text NOT NULL,
	`customers` integer NOT NULL,
	PRIMARY KEY(`map`, `day`, `state`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `segment_states` (
	`map` text NOT NULL,
	`customer_id` text NOT NULL,
	`state` text NOT NULL,
	PRIMARY KEY(`map`, `customer_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `segment_states_customer` ON `segment_states` (`customer_id`);--> statement-breakpoint
CREATE TABLE `segments` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`rule` text NOT NULL,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`removed_at` integer,
	`revision` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `segments_name` ON `segments` (`name`) WHERE removed_at is null;--> statement-breakpoint
CREATE TABLE `surveys` (
	`id` text PRIMARY KEY NOT NULL,
	`customer_id` text NOT NULL,
	`purchase_id` text,
	`store` text,
	`staff_id` text,
	`asked_at` integer NOT NULL,
	`score` integer,
	`reason` text,
	`answered_at` integer,
	`told_at` integer,
	`revision` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `surveys_customer` ON `surveys` (`customer_id`,`asked_at`);--> statement-breakpoint
CREATE INDEX `surveys_answered` ON `surveys` (`answered_at`) WHERE answered_at is not null;--> statement-breakpoint
CREATE UNIQUE INDEX `surveys_purchase` ON `surveys` (`purchase_id`) WHERE purchase_id is not null;--> statement-breakpoint
ALTER TABLE `customers` ADD `city` text;--> statement-breakpoint
ALTER TABLE `customers` ADD `registered_in` text;--> statement-breakpoint
ALTER TABLE `customers` ADD `orders` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `customers` ADD `paid_minor` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `customers` ADD `refunded_minor` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `customers` ADD `first_at` integer;--> statement-breakpoint
ALTER TABLE `customers` ADD `last_at` integer;--> statement-breakpoint
ALTER TABLE `customers` ADD `order_days` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `customers` ADD `first_day` integer;--> statement-breakpoint
ALTER TABLE `customers` ADD `last_day` integer;--> statement-breakpoint
ALTER TABLE `customers` ADD `gap_squares` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `customers` ADD `points` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `customers` ADD `points_earned` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `customers` ADD `points_spent` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `customers` ADD `chats` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `customers` ADD `offers` integer;--> statement-breakpoint
ALTER TABLE `customers` ADD `offers_refused` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `customers` ADD `heard_at` integer;--> statement-breakpoint
ALTER TABLE `purchases` ADD `local_at` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE TRIGGER customer_facts_one_step BEFORE UPDATE ON customer_facts WHEN new.revision <> old.revision + 1
BEGIN SELECT RAISE(ABORT, 'constraint: customer_facts changed meanwhile'); END;
--> statement-breakpoint
CREATE TRIGGER surveys_one_step BEFORE UPDATE ON surveys WHEN new.revision <> old.revision + 1
BEGIN SELECT RAISE(ABORT, 'constraint: surveys changed meanwhile'); END;
--> statement-breakpoint
CREATE TRIGGER segments_one_step BEFORE UPDATE ON segments WHEN new.revision <> old.revision + 1
BEGIN SELECT RAISE(ABORT, 'constraint: segments changed meanwhile'); END;
--> statement-breakpoint
CREATE TRIGGER questions_one_step BEFORE UPDATE ON questions WHEN new.revision <> old.revision + 1
BEGIN SELECT RAISE(ABORT, 'constraint: questions changed meanwhile'); END;
--> statement-breakpoint
CREATE TRIGGER campaigns_one_step BEFORE UPDATE ON campaigns WHEN new.revision <> old.revision + 1
BEGIN SELECT RAISE(ABORT, 'constraint: campaigns changed meanwhile'); END;
--> statement-breakpoint
CREATE TRIGGER events_append_only BEFORE UPDATE ON events WHEN new.customer_id = old.customer_id
BEGIN SELECT RAISE(ABORT, 'constraint: events are append only'); END;
