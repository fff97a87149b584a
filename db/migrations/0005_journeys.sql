CREATE TABLE `carts` (
	`id` text PRIMARY KEY NOT NULL,
	`shop_id` text NOT NULL,
	`external_id` text NOT NULL,
	`customer_id` text,
	`visitor` text,
	`items` text NOT NULL,
	`total_minor` integer NOT NULL,
	`url` text,
	`state` text NOT NULL,
	`updated_at` integer NOT NULL,
	`recorded_at` integer NOT NULL,
	`left_at` integer,
	`revision` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `carts_external` ON `carts` (`shop_id`,`external_id`);--> statement-breakpoint
CREATE INDEX `customers_birthday` ON `customers` (substr(birthday, -5)) WHERE birthday is not null;--> statement-breakpoint
CREATE INDEX `carts_left` ON `carts` (`left_at`) WHERE left_at is not null;--> statement-breakpoint
CREATE INDEX `carts_customer` ON `carts` (`customer_id`,`updated_at`) WHERE customer_id is not null;--> statement-breakpoint
CREATE INDEX `carts_visitor` ON `carts` (`shop_id`,`visitor`) WHERE visitor is not null and state = 'open';--> statement-breakpoint
CREATE TABLE `customer_hours` (
	`customer_id` text PRIMARY KEY NOT NULL,
	`hour` integer NOT NULL,
	`computed_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `customer_tags` (
	`customer_id` text NOT NULL,
	`tag` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`customer_id`, `tag`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `customer_tags_tag` ON `customer_tags` (`tag`);--> statement-breakpoint
CREATE TABLE `journey_runs` (
	`id` text PRIMARY KEY NOT NULL,
	`journey` text NOT NULL,
	`version` integer NOT NULL,
	`customer_id` text NOT NULL,
	`occasion` text NOT NULL,
	`arm` text NOT NULL,
	`state` text NOT NULL,
	`reason` text,
	`step` integer NOT NULL,
	`data` text NOT NULL,
	`due_at` integer,
	`waits_for` text,
	`started_at` integer NOT NULL,
	`finished_at` integer,
	`revision` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `journey_runs_occasion` ON `journey_runs` (`customer_id`,`journey`,`occasion`);--> statement-breakpoint
CREATE INDEX `journey_runs_due` ON `journey_runs` (`due_at`) WHERE due_at is not null;--> statement-breakpoint
CREATE INDEX `journey_runs_waiting` ON `journey_runs` (`waits_for`,`customer_id`) WHERE waits_for is not null;--> statement-breakpoint
CREATE INDEX `journey_runs_journey` ON `journey_runs` (`journey`,`started_at`);--> statement-breakpoint
CREATE INDEX `journey_runs_under_way` ON `journey_runs` (`journey`,`version`,`step`,`due_at`) WHERE due_at is not null;--> statement-breakpoint
CREATE TABLE `journey_versions` (
	`journey` text NOT NULL,
	`version` integer NOT NULL,
	`definition` text NOT NULL,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`journey`, `version`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `journeys` (
	`key` text PRIMARY KEY NOT NULL,
	`is_on` integer NOT NULL,
	`version` integer NOT NULL,
	`since` integer,
	`changed_by` text NOT NULL,
	`changed_at` integer NOT NULL,
	`revision` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `links` (
	`code` text PRIMARY KEY NOT NULL,
	`url` text NOT NULL,
	`notice_id` text NOT NULL,
	`customer_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`opened_at` integer,
	`opened` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `links_notice` ON `links` (`notice_id`);--> statement-breakpoint
CREATE INDEX `links_customer` ON `links` (`customer_id`);--> statement-breakpoint
CREATE TABLE `mutes` (
	`customer_id` text NOT NULL,
	`subject` text NOT NULL,
	`until` integer,
	`at` integer NOT NULL,
	PRIMARY KEY(`customer_id`, `subject`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `orders` (
	`id` text PRIMARY KEY NOT NULL,
	`shop_id` text NOT NULL,
	`external_id` text NOT NULL,
	`customer_id` text NOT NULL,
	`kind` text NOT NULL,
	`number` text NOT NULL,
	`status` text NOT NULL,
	`total_minor` integer,
	`tracking_url` text,
	`url` text,
	`due_at` integer,
	`manager` text,
	`at` integer NOT NULL,
	`recorded_at` integer NOT NULL,
	`revision` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `orders_external` ON `orders` (`shop_id`,`external_id`);--> statement-breakpoint
CREATE INDEX `orders_customer` ON `orders` (`customer_id`,`at`);--> statement-breakpoint
CREATE INDEX `orders_due` ON `orders` (`due_at`) WHERE due_at is not null;--> statement-breakpoint
CREATE TABLE `pages` (
	`slug` text PRIMARY KEY NOT NULL,
	`title` text NOT NULL,
	`text` text NOT NULL,
	`picture_id` text,
	`button` text NOT NULL,
	`url` text,
	`coupon_id` text,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`published_at` integer,
	`views` integer NOT NULL,
	`revision` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `pictures` (
	`id` text PRIMARY KEY NOT NULL,
	`type` text NOT NULL,
	`width` integer NOT NULL,
	`height` integer NOT NULL,
	`bytes` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE `campaign_members` ADD `arm` text DEFAULT 'a' NOT NULL;--> statement-breakpoint
ALTER TABLE `campaigns` ADD `plan` text DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE `campaigns` ADD `starts_at` integer;--> statement-breakpoint
ALTER TABLE `campaigns` ADD `reason` text;--> statement-breakpoint
ALTER TABLE `campaigns` ADD `spent_micros` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `campaigns` RENAME COLUMN `staff_id` TO `created_by`;--> statement-breakpoint
ALTER TABLE `events` ADD `handled_at` integer;--> statement-breakpoint
CREATE INDEX `events_open` ON `events` (`id`) WHERE handled_at is null;--> statement-breakpoint
ALTER TABLE `notices` ADD `topic` text;--> statement-breakpoint
ALTER TABLE `notices` ADD `arm` text;--> statement-breakpoint
ALTER TABLE `notices` ADD `weight` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `notices` ADD `clicked_at` integer;--> statement-breakpoint
ALTER TABLE `notices` ADD `answered_at` integer;--> statement-breakpoint
ALTER TABLE `notices` ADD `left_at` integer;--> statement-breakpoint
ALTER TABLE `notices` ADD `gift` text;--> statement-breakpoint
ALTER TABLE `notices` ADD `reserved_micros` integer;--> statement-breakpoint
ALTER TABLE `lots` ADD `origin` text;--> statement-breakpoint
CREATE INDEX `notices_reserved` ON `notices` (`campaign`,`settled_at`) WHERE reserved_micros is not null;--> statement-breakpoint
CREATE INDEX `notices_campaign` ON `notices` (`campaign`,`created_at`) WHERE campaign is not null;--> statement-breakpoint
CREATE TRIGGER lots_keep_origin BEFORE UPDATE OF origin ON lots
BEGIN SELECT RAISE(ABORT, 'append-only: only remaining of lots may change'); END;
--> statement-breakpoint
CREATE TRIGGER carts_one_step BEFORE UPDATE ON carts WHEN new.revision <> old.revision + 1
BEGIN SELECT RAISE(ABORT, 'constraint: carts changed meanwhile'); END;
--> statement-breakpoint
CREATE TRIGGER orders_one_step BEFORE UPDATE ON orders WHEN new.revision <> old.revision + 1
BEGIN SELECT RAISE(ABORT, 'constraint: orders changed meanwhile'); END;
--> statement-breakpoint
CREATE TRIGGER journeys_one_step BEFORE UPDATE ON journeys WHEN new.revision <> old.revision + 1
BEGIN SELECT RAISE(ABORT, 'constraint: journeys changed meanwhile'); END;
--> statement-breakpoint
CREATE TRIGGER journey_runs_one_step BEFORE UPDATE ON journey_runs WHEN new.revision <> old.revision + 1
BEGIN SELECT RAISE(ABORT, 'constraint: journey_runs changed meanwhile'); END;
--> statement-breakpoint
CREATE TRIGGER pages_one_step BEFORE UPDATE ON pages
WHEN new.revision <> old.revision + 1 AND (new.revision <> old.revision OR new.views <= old.views)
BEGIN SELECT RAISE(ABORT, 'constraint: pages changed meanwhile'); END;
--> statement-breakpoint
CREATE TRIGGER journey_versions_append_only BEFORE UPDATE ON journey_versions
BEGIN SELECT RAISE(ABORT, 'constraint: journey_versions are append only'); END;
--> statement-breakpoint
DROP TRIGGER events_append_only;
--> statement-breakpoint
CREATE TRIGGER events_append_only BEFORE UPDATE ON events WHEN new.customer_id = old.customer_id AND (
  old.handled_at IS NOT NULL OR new.handled_at IS NULL OR new.id <> old.id OR new.type <> old.type
  OR new.occasion <> old.occasion OR new.data <> old.data OR new.at <> old.at OR new.recorded_at <> old.recorded_at)
BEGIN SELECT RAISE(ABORT, 'constraint: events are append only'); END;
--> statement-breakpoint
-- What was told before there were journeys starts none.
UPDATE events SET handled_at = recorded_at;
--> statement-breakpoint
-- A text in one language becomes the only variant of a message; whoever wrote it, an actor.
UPDATE campaigns SET
  message = json_object('variants', json_object('a', json_object('text', json_object('uk', message ->> 'text'), 'buttons', json('[]'))), 'gift', null),
  plan = json_object('timing', json_object('kind', 'now'), 'goodForMs', null, 'budgetMinor', null, 'controlPercent', 0,
    'holdoutPercent', 0, 'weight', 50, 'occasion', null, 'engagedOnly', json('false')),
  created_by = 'staff:' || created_by, revision = revision + 1;
