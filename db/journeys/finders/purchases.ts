import type { CustomerId, PurchaseId } from '../../../core/ids.ts';
import type { HeardPurchase } from '../../../core/journeys/triggers/purchases.ts';
import { type Database, type Reading, type Row, readRow, readRows } from '../../database.ts';

/** Which purchases: recorded after one and before another, by their ids. */
export interface PurchaseSpan {
  readonly after: string;
  readonly before: string;
  readonly limit: number;
}

/** The purchases of a span that are somebody's, and the last that was looked at. */
export interface PurchasePage {
  readonly purchases: readonly HeardPurchase[];
  readonly last: string | undefined;
}

const accounts = '(select c.id union all select m.id from customers m where m.merged_into = c.id)';

const columns = `p.id, p.at, p.claimed_at, p.total_minor - p.discount_minor as total, p.store, p.kind, c.id as customer_id,
  p.paid_at is not null as is_paid,
  not exists (select 1 from purchases q where q.customer_id in ${accounts} and q.kind = 'sale'
    and (q.at < p.at or (q.at = p.at and q.id < p.id))) as is_first,
  exists (select 1 from journey_runs r indexed by journey_runs_waiting
    where r.waits_for = 'purchase' and r.customer_id in ${accounts}) as is_awaited,
  (select json_group_array(json_array(l.sku, l.category)) from purchase_lines l
    where l.purchase_id = p.id) as lines`;

const joins = `left join customers held on held.id = p.customer_id
  left join customers c on c.id = coalesce(held.merged_into, held.id) and c.erased_at is null`;

/** A page of the purchases of a span, in the order they were recorded. */
export async function purchasesBetween(
  database: Reading,
  { after, before, limit }: PurchaseSpan,
): Promise<PurchasePage> {
  const rows = await readRows(
    database,
    `select ${columns} from purchases p ${joins} where p.id > ? and p.id < ? order by p.id limit ?`,
    ...[after, before, limit],
  );
  const last = rows.at(-1)?.id;
  return { purchases: rows.flatMap(heard), last: last == null ? undefined : String(last) };
}

/** Receipts that became somebody's from a moment on and before another, epoch milliseconds; the first `limit`. */
export async function purchasesClaimed(
  database: Reading,
  { from, before, limit }: { readonly from: number; readonly before: number; readonly limit: number },
): Promise<{ readonly purchases: readonly HeardPurchase[]; readonly lastAt: number | undefined }> {
  const rows = await readRows(
    database,
    `select ${columns} from purchases p ${joins}
     where p.claimed_at is not null and p.claimed_at >= ? and p.claimed_at < ? order by p.claimed_at limit ?`,
    ...[from, before, limit],
  );
  const lastAt = rows.at(-1)?.claimed_at;
  return { purchases: rows.flatMap(heard), lastAt: lastAt == null ? undefined : Number(lastAt) };
}

/** Whether a run waits for a purchase of its customer. */
export async function isPurchaseAwaited(database: Pick<Database, 'read'>): Promise<boolean> {
  const sql =
    "select 1 from journey_runs indexed by journey_runs_waiting where waits_for = 'purchase' limit 1";
  return (await readRow(database, sql)) !== undefined;
}

function heard(row: Row): HeardPurchase[] {
  if (row.customer_id == null || row.kind !== 'sale') return [];
  const lines = JSON.parse(String(row.lines)) as readonly (readonly [sku: string, category: string | null])[];
  return [
    {
      id: String(row.id) as PurchaseId,
      customerId: String(row.customer_id) as CustomerId,
      at: Number(row.claimed_at ?? row.at),
      totalMinor: Number(row.total),
      store: row.store == null ? null : String(row.store),
      ...{ isFirst: row.is_first === 1, isPaid: row.is_paid === 1, isAwaited: row.is_awaited === 1 },
      skus: lines.map(([sku]) => sku),
      categories: lines.flatMap(([, category]) => (category === null ? [] : [category])),
    },
  ];
}
