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
	`most` integer,
	`state` text NOT NULL,
	`frozen_at` integer,
	`finished_at` integer,
	`revision` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `campaigns_open` ON `campaigns` (`created_at`) WHERE finished_at is null;--> statement-breakpoint
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
	`first_at` integer,
	`last_at` integer,
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
	`due_at` integer,
	`answered_at` integer,
	`tries` integer NOT NULL,
	`revision` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `questions_due` ON `questions` (`due_at`) WHERE due_at is not null;--> statement-breakpoint
CREATE INDEX `questions_asked` ON `questions` (`asked_at`);--> statement-breakpoint
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
CREATE INDEX `customers_erased` ON `customers` (`erased_at`) WHERE erased_at is not null;--> statement-breakpoint
CREATE INDEX `purchases_claimed` ON `purchases` (`claimed_at`) WHERE claimed_at is not null;--> statement-breakpoint
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
--> statement-breakpoint
-- The figures of a customer's chats and consents follow whoever writes those: db/figures.ts counts them the same way.
CREATE TRIGGER addresses_figures_insert AFTER INSERT ON addresses WHEN new.customer_id IS NOT NULL
BEGIN
  UPDATE customers SET (chats, heard_at) = (
    SELECT coalesce(sum(DISTINCT CASE reachable WHEN 1 THEN
      CASE channel WHEN 'telegram' THEN 1 WHEN 'viber' THEN 2 WHEN 'whatsapp' THEN 4 WHEN 'web' THEN 8 END END), 0), max(last_seen_at)
    FROM addresses WHERE customer_id = customers.id AND channel <> 'sms')
  WHERE id = new.customer_id AND merged_into IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER addresses_figures_update AFTER UPDATE OF customer_id, reachable, last_seen_at ON addresses
  WHEN old.customer_id IS NOT new.customer_id OR old.reachable <> new.reachable OR old.last_seen_at <> new.last_seen_at
BEGIN
  UPDATE customers SET (chats, heard_at) = (
    SELECT coalesce(sum(DISTINCT CASE reachable WHEN 1 THEN
      CASE channel WHEN 'telegram' THEN 1 WHEN 'viber' THEN 2 WHEN 'whatsapp' THEN 4 WHEN 'web' THEN 8 END END), 0), max(last_seen_at)
    FROM addresses WHERE customer_id = customers.id AND channel <> 'sms')
  WHERE id IN (old.customer_id, new.customer_id) AND merged_into IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER addresses_figures_delete AFTER DELETE ON addresses WHEN old.customer_id IS NOT NULL
BEGIN
  UPDATE customers SET (chats, heard_at) = (
    SELECT coalesce(sum(DISTINCT CASE reachable WHEN 1 THEN
      CASE channel WHEN 'telegram' THEN 1 WHEN 'viber' THEN 2 WHEN 'whatsapp' THEN 4 WHEN 'web' THEN 8 END END), 0), max(last_seen_at)
    FROM addresses WHERE customer_id = customers.id AND channel <> 'sms')
  WHERE id = old.customer_id AND merged_into IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER consents_figures AFTER INSERT ON consents WHEN new.category = 'marketing'
BEGIN
  UPDATE customers SET
    offers = (SELECT granted FROM consents WHERE customer_id = customers.id AND category = 'marketing' AND channel IS NULL
      ORDER BY id DESC LIMIT 1),
    offers_refused = (
      SELECT coalesce(sum(CASE granted WHEN 0 THEN CASE channel
        WHEN 'telegram' THEN 1 WHEN 'viber' THEN 2 WHEN 'whatsapp' THEN 4 WHEN 'web' THEN 8 WHEN 'sms' THEN 16 END END), 0)
      FROM (SELECT channel, granted, max(id) FROM consents
        WHERE customer_id = customers.id AND category = 'marketing' AND channel IS NOT NULL GROUP BY channel))
  WHERE id = new.customer_id AND merged_into IS NULL AND erased_at IS NULL;
END;
--> statement-breakpoint
-- What is there already. Local times are those of UTC, since SQL knows no zones: `svoi rebuild` makes them the program's.
UPDATE purchases SET local_at = at, revision = revision + 1;
--> statement-breakpoint
update customers set
  (orders, paid_minor, refunded_minor, first_at, last_at, first_day, last_day) = (
    select count(*) filter (where stands), coalesce(sum(payable - refunded_minor), 0),
      coalesce(sum(case kind when 'return' then -payable else refunded_minor end), 0),
      min(at) filter (where stands), max(at) filter (where stands), min(day) filter (where stands), max(day) filter (where stands)
    from (
      select kind, at, local_at / 86400000 as day, total_minor - discount_minor as payable, refunded_minor, p.kind = 'sale' and (p.refunded_minor < p.total_minor - p.discount_minor or p.total_minor = p.discount_minor) as stands
      from purchases p where customer_id in (select customers.id where customers.merged_into is null
        union all select id from customers as other where other.merged_into = customers.id))),
  (order_days, gap_squares) = (
    select count(*), coalesce(sum(gap * gap), 0) from (
      select day - lag(day) over (order by day) as gap from (
        select distinct local_at / 86400000 as day from purchases p
        where customer_id in (select customers.id where customers.merged_into is null
        union all select id from customers as other where other.merged_into = customers.id) and p.kind = 'sale' and (p.refunded_minor < p.total_minor - p.discount_minor or p.total_minor = p.discount_minor)))),
  points = case when merged_into is null then coalesce((
    select available from ledger_transactions where customer_id = customers.id order by seq desc limit 1), 0) else 0 end,
  (points_earned, points_spent) = (
    select coalesce(sum(case
        when kind in ('accrual', 'release', 'welcome', 'gift') then points
        when kind = 'adjustment' and reason ->> '$.rule' = 'manual' then max(points, 0)
        when kind = 'adjustment' and reason ->> '$.rule' = 'undone' then min(points, 0) end), 0),
      coalesce(sum(case when kind = 'redemption' or (kind = 'refund' and points > 0) then -points end), 0)
    from (select kind, points, reason from ledger_transactions where customer_id in (select customers.id where customers.merged_into is null
        union all select id from customers as other where other.merged_into = customers.id))),
  (chats, heard_at) = (
    select coalesce(sum(distinct case reachable when 1 then case channel when 'telegram' then 1 when 'viber' then 2 when 'whatsapp' then 4 when 'web' then 8 when 'sms' then 16 end end), 0), max(last_seen_at)
    from addresses where customer_id = customers.id and channel <> 'sms' and customers.merged_into is null),
  offers = (
    select granted from consents
    where customer_id = customers.id and category = 'marketing' and channel is null
      and customers.merged_into is null and customers.erased_at is null
    order by id desc limit 1),
  offers_refused = (
    select coalesce(sum(case granted when 0 then case channel when 'telegram' then 1 when 'viber' then 2 when 'whatsapp' then 4 when 'web' then 8 when 'sms' then 16 end end), 0) from (
      select channel, granted, max(id) from consents
      where customer_id = customers.id and category = 'marketing' and channel is not null
        and customers.merged_into is null and customers.erased_at is null
      group by channel));
--> statement-breakpoint
with sold as materialized (
  select customers.id as owner, p.id, case p.kind when 'sale' then p.at end as at, p.store, l.category, l.sku as product,
    l.quantity - l.refunded_quantity as quantity, l.amount_minor - l.discount_minor - l.refunded_minor as paid
  from customers
  join purchases p on p.customer_id in (select customers.id where customers.merged_into is null
        union all select id from customers as other where other.merged_into = customers.id)
  join purchase_lines l on l.purchase_id = p.id
  where (p.kind = 'return' or (p.kind = 'sale' and (p.refunded_minor < p.total_minor - p.discount_minor or p.total_minor = p.discount_minor)
    and (l.refunded_minor < l.amount_minor - l.discount_minor or l.amount_minor = l.discount_minor))))
insert into customer_totals (customer_id, facet, value, orders, quantity, paid_minor, first_at, last_at)
select owner, 'store', store, count(distinct case when at is not null then id end), round(sum(quantity), 3), sum(paid), min(at), max(at)
from sold where store is not null group by owner, store
union all select owner, 'category', category, count(distinct case when at is not null then id end), round(sum(quantity), 3), sum(paid), min(at), max(at)
from sold where category is not null group by owner, category
union all select owner, 'product', product, count(distinct case when at is not null then id end), round(sum(quantity), 3), sum(paid), min(at), max(at)
from sold where product is not null group by owner, product;
