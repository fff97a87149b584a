import {
  longestRefillDays,
  type ProductLife,
  type Refill,
  refillKeptDays,
  refillOf,
  refillSources,
  type Supply,
} from '../../core/insights/refill.ts';
import { noArticle } from '../../core/purchases/products.ts';
import { DAY_MS } from '../../core/time.ts';
import { type Reading, type Row, readRows, type Statement, statement } from '../database.ts';

/** A refill of a customer, of a product. */
export interface CustomerRefill extends Refill {
  readonly customerId: string;
  readonly sku: string;
}

/** What is to be written so that the refills of some customers are as they should be. */
export interface RefillChanges {
  readonly changed: readonly CustomerRefill[];
  readonly gone: readonly Pick<CustomerRefill, 'customerId' | 'sku'>[];
}

/** One page of customers: those after an id, as of a moment (epoch milliseconds). */
export interface RefillQuestion {
  readonly now: number;
  readonly after: string;
}

/** What a page came to; `last` undefined: there are no more. */
export interface RefillPage extends RefillChanges {
  readonly last: string | undefined;
}

const pageSize = 2_000;

const live = 'erased_at is null and merged_into is null';

/** Looks at a page of customers. A long look: see `analyses.ts`. */
export async function refillsPage(database: Reading, { now, after }: RefillQuestion): Promise<RefillPage> {
  const ids = await readRows(
    database,
    `select id from customers where id > ? order by id limit ?`,
    after,
    pageSize,
  );
  const last = ids.length < pageSize ? undefined : String(ids.at(-1)?.id);
  const changes = await refillChanges(
    database,
    ids.map(({ id }) => String(id)),
    now,
  );
  return { ...changes, last };
}

/** What these customers will run out of, where it differs from what is kept. Takes one look of a few milliseconds a hundred. */
export async function refillChanges(
  database: Reading,
  customerIds: readonly string[],
  now: number,
): Promise<RefillChanges> {
  const ids = JSON.stringify(customerIds);
  const oldest = now - (longestRefillDays + refillKeptDays) * DAY_MS;
  const [supplies = [], kept = []] = await database.read([
    statement(suppliesSql, ids, oldest),
    statement(
      `select r.customer_id, r.sku, r.bought_at, r.due_at, r.days, r.source
       from json_each(?) i join refills r on r.customer_id = i.value`,
      ids,
    ),
  ]);
  const wanted = supplies.flatMap((row) => refillFrom(row, now));
  return difference(wanted, kept.map(keptFrom));
}

/** What of each product customers bought that may run out; a person's accounts are one. */
const suppliesSql = `select c.id as customer_id, t.value as sku, t.orders, t.quantity, t.first_at, t.last_at,
    p.consumption_days, l.median_days,
    (select sum(n.quantity - n.refunded_quantity) from purchases u join purchase_lines n on n.purchase_id = u.id
     where u.customer_id in (select c.id union all select id from customers m where m.merged_into = c.id)
       and u.at = t.last_at and u.kind = 'sale' and n.sku = t.value) as last_quantity
  from json_each(?1) i
  cross join customers c on c.id = i.value and ${live}
  cross join customer_totals t on t.customer_id = c.id and t.facet = 'product'
  left join products p on p.sku = t.value
  left join product_lives l on l.sku = t.value
  where t.orders > 0 and t.quantity > 0 and t.last_at >= ?2 and t.value <> '${noArticle}'
    and (p.consumption_days is not null or l.median_days is not null or t.orders > 2)`;

function refillFrom(row: Row, now: number): CustomerRefill[] {
  const orders = Number(row.orders);
  const quantity = Number(row.quantity);
  const supply: Supply = {
    ...{ orders, quantity, firstAt: Number(row.first_at), lastAt: Number(row.last_at) },
    lastQuantity: row.last_quantity == null ? quantity / orders : Number(row.last_quantity),
  };
  const life: ProductLife = {
    consumptionDays: row.consumption_days == null ? null : Number(row.consumption_days),
    medianDays: row.median_days == null ? null : Number(row.median_days),
  };
  const refill = refillOf(supply, life);
  if (!refill || refill.dueAt <= now - refillKeptDays * DAY_MS) return [];
  return [{ customerId: String(row.customer_id), sku: String(row.sku), ...refill }];
}

function keptFrom(row: Row): CustomerRefill {
  const source = refillSources.find((name) => name === row.source) ?? 'others';
  return {
    ...{ customerId: String(row.customer_id), sku: String(row.sku), source },
    ...{ boughtAt: Number(row.bought_at), dueAt: Number(row.due_at), days: Number(row.days) },
  };
}

const keyOf = ({ customerId, sku }: Pick<CustomerRefill, 'customerId' | 'sku'>) => `${customerId} ${sku}`;

function difference(wanted: readonly CustomerRefill[], kept: readonly CustomerRefill[]): RefillChanges {
  const before = new Map(kept.map((refill) => [keyOf(refill), refill]));
  const stays = new Set(wanted.map(keyOf));
  return {
    changed: wanted.filter((refill) => isNews(refill, before.get(keyOf(refill)))),
    gone: kept.filter((refill) => !stays.has(keyOf(refill))),
  };
}

/** Medians move a little every night: half a day more or less is no news. */
function isNews({ boughtAt, dueAt, source }: Refill, kept: Refill | undefined): boolean {
  if (!kept || kept.boughtAt !== boughtAt || kept.source !== source) return true;
  return Math.abs(kept.dueAt - dueAt) > DAY_MS / 2;
}

/**
 * Keeps refills: one for the same order stays told; of who was forgotten or merged meanwhile none is kept.
 */
export function keepRefills(changed: RefillChanges['changed']): Statement {
  const rows = changed.map(({ customerId, sku, boughtAt, dueAt, days, source }) => [
    ...[customerId, sku, boughtAt, dueAt, days, source],
  ]);
  return statement(
    `insert into refills (customer_id, sku, bought_at, due_at, days, source, told_at)
     select c.id, new.value ->> 1, new.value ->> 2, new.value ->> 3, new.value ->> 4, new.value ->> 5, null
     from json_each(?) new join customers c on c.id = new.value ->> 0 and ${live} where true
     on conflict (customer_id, sku) do update set due_at = excluded.due_at, days = excluded.days,
       source = excluded.source, told_at = case when bought_at = excluded.bought_at then told_at end,
       bought_at = excluded.bought_at`,
    JSON.stringify(rows),
  );
}

/** Removes refills. */
export function dropRefills(gone: RefillChanges['gone']): Statement {
  return statement(
    `delete from refills where (customer_id, sku) in (select value ->> 0, value ->> 1 from json_each(?))`,
    JSON.stringify(gone.map(({ customerId, sku }) => [customerId, sku])),
  );
}

/** Who will run out of something from `from` to before `to` (epoch milliseconds), by when; after one of another page. */
export async function listRefills(
  database: Reading,
  { from, to, limit, after }: RefillList,
): Promise<readonly ListedRefill[]> {
  const rows = await readRows(
    database,
    `select r.*, (select name from products p where p.sku = r.sku) as name from refills r
     where due_at >= ?1 and due_at < ?2 and (due_at, customer_id, sku) > (?3, ?4, ?5)
     order by due_at, customer_id, sku limit ?6`,
    from,
    to,
    after?.dueAt ?? 0,
    after?.customerId ?? '',
    after?.sku ?? '',
    limit,
  );
  return rows.map((row) => ({ ...keptFrom(row), name: row.name == null ? null : String(row.name) }));
}

/** A refill with what the product is called. */
export interface ListedRefill extends CustomerRefill {
  readonly name: string | null;
}

/** Which refills are listed. */
export interface RefillList {
  readonly from: number;
  readonly to: number;
  readonly limit: number;
  readonly after?: Pick<CustomerRefill, 'dueAt' | 'customerId' | 'sku'>;
}

/** A refill, and what the product is called, where that is known. */
export interface RefillToTell extends CustomerRefill {
  readonly name: string | null;
}

/** Refills that come due until `until`, or came due since `from`, and were not told yet; the next first. */
export async function refillsToTell(
  database: Reading,
  { from, until, limit }: { readonly from: number; readonly until: number; readonly limit: number },
): Promise<readonly RefillToTell[]> {
  const rows = await readRows(
    database,
    `select r.*, p.name from refills r left join products p on p.sku = r.sku
     where r.told_at is null and r.due_at > ? and r.due_at <= ? order by r.due_at limit ?`,
    ...[from, until, limit],
  );
  return rows.map((row) => ({ ...keptFrom(row), name: row.name == null ? null : String(row.name) }));
}

/** Marks refills as told, as long as they are of the same order. */
export function toldStatement(told: readonly CustomerRefill[], now: number): Statement {
  return statement(
    `update refills set told_at = ?2 from json_each(?1) told
     where customer_id = told.value ->> 0 and sku = told.value ->> 1 and bought_at = told.value ->> 2`,
    JSON.stringify(told.map(({ customerId, sku, boughtAt }) => [customerId, sku, boughtAt])),
    now,
  );
}

/** Whose purchases stand between two ids, oldest first: `limit` of them, and the last that was looked at. */
export async function buyersBetween(
  database: Reading,
  { after, before, limit }: { readonly after: string; readonly before: string; readonly limit: number },
): Promise<{ readonly buyers: readonly string[]; readonly last: string | undefined }> {
  const rows = await readRows(
    database,
    `select p.id, coalesce(c.merged_into, c.id) as customer_id from purchases p
     left join customers c on c.id = p.customer_id
     where p.id > ? and p.id < ? order by p.id limit ?`,
    ...[after, before, limit],
  );
  const buyers = new Set(rows.flatMap(({ customer_id: id }) => (id == null ? [] : [String(id)])));
  const last = rows.at(-1)?.id;
  return { buyers: [...buyers], last: last == null ? undefined : String(last) };
}
