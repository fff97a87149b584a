CREATE TABLE `chat_invites` (
	`token_hash` text PRIMARY KEY NOT NULL,
	`customer_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`used_at` integer,
	`revision` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `chat_invites_customer` ON `chat_invites` (`customer_id`);--> statement-breakpoint
CREATE TABLE `early_receipts` (
	`channel` text NOT NULL,
	`provider_id` text NOT NULL,
	`address` text NOT NULL,
	`status` text NOT NULL,
	`at` integer NOT NULL,
	`blocked` integer NOT NULL,
	`detail` text,
	`received_at` integer NOT NULL,
	PRIMARY KEY(`channel`, `provider_id`, `address`, `status`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `early_receipts_received` ON `early_receipts` (`received_at`);--> statement-breakpoint
CREATE TABLE `merges` (
	`id` text PRIMARY KEY NOT NULL,
	`from_id` text NOT NULL,
	`into_id` text NOT NULL,
	`actor` text NOT NULL,
	`at` integer NOT NULL,
	`details` text NOT NULL,
	`undone_at` integer,
	`undone_by` text,
	`revision` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `merges_from` ON `merges` (`from_id`) WHERE undone_at is null;--> statement-breakpoint
CREATE INDEX `merges_into` ON `merges` (`into_id`);--> statement-breakpoint
CREATE TABLE `message_tallies` (
	`at` integer NOT NULL,
	`channel` text NOT NULL,
	`category` text NOT NULL,
	`sent` integer NOT NULL,
	`delivered` integer NOT NULL,
	`read` integer NOT NULL,
	`failed` integer NOT NULL,
	`doubled` integer NOT NULL,
	`price_micros` integer NOT NULL,
	`sms_price_micros` integer NOT NULL,
	PRIMARY KEY(`at`, `channel`, `category`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `notices` (
	`id` text PRIMARY KEY NOT NULL,
	`customer_id` text NOT NULL,
	`category` text NOT NULL,
	`kind` text NOT NULL,
	`occasion` text,
	`campaign` text,
	`reply` text NOT NULL,
	`state` text NOT NULL,
	`reason` text,
	`steps` text NOT NULL,
	`step` integer NOT NULL,
	`due_at` integer,
	`pointless_at` integer,
	`stops_on_purchase` integer NOT NULL,
	`doubled` integer NOT NULL,
	`created_at` integer NOT NULL,
	`settled_at` integer,
	`revision` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `notices_due` ON `notices` (`due_at`) WHERE due_at is not null;--> statement-breakpoint
CREATE INDEX `notices_customer` ON `notices` (`customer_id`,`created_at`);--> statement-breakpoint
CREATE UNIQUE INDEX `notices_occasion` ON `notices` (`customer_id`,`occasion`) WHERE occasion is not null;--> statement-breakpoint
CREATE TABLE `one_time_codes` (
	`id` text PRIMARY KEY NOT NULL,
	`phone` text NOT NULL,
	`purpose` text NOT NULL,
	`subject` text NOT NULL,
	`code` text NOT NULL,
	`asker` text NOT NULL,
	`channel` text NOT NULL,
	`price_micros` integer NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`tries` integer NOT NULL,
	`closed_at` integer,
	`revision` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `one_time_codes_open` ON `one_time_codes` (`phone`,`purpose`,`subject`) WHERE closed_at is null;--> statement-breakpoint
CREATE INDEX `one_time_codes_phone` ON `one_time_codes` (`phone`,`created_at`);--> statement-breakpoint
CREATE INDEX `one_time_codes_asker` ON `one_time_codes` (`asker`,`created_at`);--> statement-breakpoint
CREATE INDEX `one_time_codes_created` ON `one_time_codes` (`created_at`);--> statement-breakpoint
CREATE TABLE `talk_messages` (
	`id` text PRIMARY KEY NOT NULL,
	`talk_id` text NOT NULL,
	`staff_id` text,
	`text` text NOT NULL,
	`at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `talk_messages_talk` ON `talk_messages` (`talk_id`,`id`);--> statement-breakpoint
CREATE TABLE `talks` (
	`id` text PRIMARY KEY NOT NULL,
	`address_id` text NOT NULL,
	`customer_id` text,
	`status` text NOT NULL,
	`staff_id` text,
	`opened_at` integer NOT NULL,
	`touched_at` integer NOT NULL,
	`bot_returns_at` integer NOT NULL,
	`remind_at` integer,
	`reminded_at` integer,
	`closed_at` integer,
	`closed_by` text,
	`revision` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `talks_open` ON `talks` (`address_id`) WHERE status <> 'closed';--> statement-breakpoint
CREATE INDEX `talks_due` ON `talks` (`bot_returns_at`) WHERE status <> 'closed';--> statement-breakpoint
CREATE INDEX `talks_remind` ON `talks` (`remind_at`) WHERE remind_at is not null and status <> 'closed';--> statement-breakpoint
CREATE INDEX `talks_missed` ON `talks` (`closed_at`) WHERE reminded_at is not null and closed_by = 'time';--> statement-breakpoint
CREATE INDEX `talks_staff` ON `talks` (`staff_id`) WHERE status <> 'closed';--> statement-breakpoint
CREATE INDEX `talks_customer` ON `talks` (`customer_id`) WHERE customer_id is not null;--> statement-breakpoint
DROP INDEX `messages_due`;--> statement-breakpoint
ALTER TABLE `messages` ADD `notice_id` text;--> statement-breakpoint
ALTER TABLE `messages` ADD `priority` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `messages` ADD `campaign` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `messages` ADD `talk_id` text;--> statement-breakpoint
ALTER TABLE `messages` ADD `delivered_at` integer;--> statement-breakpoint
ALTER TABLE `messages` ADD `read_at` integer;--> statement-breakpoint
ALTER TABLE `messages` ADD `overtaken_at` integer;--> statement-breakpoint
ALTER TABLE `messages` ADD `price_micros` integer;--> statement-breakpoint
ALTER TABLE `messages` ADD `sms_price_micros` integer;--> statement-breakpoint
CREATE INDEX `messages_notice` ON `messages` (`notice_id`) WHERE notice_id is not null;--> statement-breakpoint
CREATE INDEX `messages_talk` ON `messages` (`talk_id`) WHERE talk_id is not null;--> statement-breakpoint
CREATE INDEX `messages_provider` ON `messages` (`channel`,`provider_id`) WHERE provider_id is not null;--> statement-breakpoint
CREATE INDEX `messages_due` ON `messages` (`channel`,`priority`,`campaign`,`due_at`) WHERE state in ('queued', 'sending');--> statement-breakpoint
ALTER TABLE `consents` ADD `channel` text;--> statement-breakpoint
ALTER TABLE `customers` ADD `preferred_channel` text;--> statement-breakpoint
ALTER TABLE `customers` ADD `merged_into` text;--> statement-breakpoint
CREATE INDEX `customers_merged_into` ON `customers` (`merged_into`) WHERE merged_into is not null;--> statement-breakpoint
CREATE TRIGGER notices_one_step BEFORE UPDATE ON notices WHEN new.revision <> old.revision + 1
BEGIN SELECT RAISE(ABORT, 'constraint: notices changed meanwhile'); END;
--> statement-breakpoint
CREATE TRIGGER one_time_codes_one_step BEFORE UPDATE ON one_time_codes WHEN new.revision <> old.revision + 1
BEGIN SELECT RAISE(ABORT, 'constraint: one_time_codes changed meanwhile'); END;
--> statement-breakpoint
CREATE TRIGGER chat_invites_one_step BEFORE UPDATE ON chat_invites WHEN new.revision <> old.revision + 1
BEGIN SELECT RAISE(ABORT, 'constraint: chat_invites changed meanwhile'); END;
--> statement-breakpoint
CREATE TRIGGER merges_one_step BEFORE UPDATE ON merges WHEN new.revision <> old.revision + 1
BEGIN SELECT RAISE(ABORT, 'constraint: merges changed meanwhile'); END;
--> statement-breakpoint
CREATE TRIGGER talks_one_step BEFORE UPDATE ON talks WHEN new.revision <> old.revision + 1
BEGIN SELECT RAISE(ABORT, 'constraint: talks changed meanwhile'); END;

--> statement-breakpoint
CREATE TRIGGER messages_states BEFORE UPDATE OF state ON messages
  WHEN new.state NOT IN ('queued', 'sending', 'sent', 'delivered', 'read', 'failed', 'cancelled')
BEGIN SELECT RAISE(ABORT, 'constraint: messages changed meanwhile'); END;
