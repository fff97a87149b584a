import type { ChannelName } from '../core/customers/types.ts';
import type { Receipt, ReceiptStatus } from '../core/messaging/receipts.ts';
import { type Reading, readRows } from './database.ts';

/** Up to `limit` receipts that came early and whose message is known by now; `now` does not matter to them. */
export async function receiptsToSettle(database: Reading, _now: number, limit: number): Promise<Receipt[]> {
  const rows = await readRows(
    database,
    `select e.* from early_receipts e where exists (
       select 1 from messages m indexed by messages_provider
       where m.channel = e.channel and m.provider_id = e.provider_id and m.state not in ('queued', 'sending')
         and (e.address = '' or exists (
           select 1 from addresses a where a.id = m.address_id and a.external_id = e.address)))
     order by e.received_at limit ?`,
    limit,
  );
  return rows.map((row) => ({
    channel: row.channel as ChannelName,
    providerId: String(row.provider_id),
    ...(row.address === '' ? {} : { address: String(row.address) }),
    status: row.status as ReceiptStatus,
    at: Number(row.at),
    ...(row.blocked === 1 ? { blocked: true } : {}),
    ...(row.detail === null ? {} : { detail: String(row.detail) }),
  }));
}
