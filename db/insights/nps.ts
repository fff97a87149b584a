import type { PurchaseId } from '../../core/ids.ts';
import type { Survey } from '../../core/insights/nps/types.ts';
import type { NpsRules } from '../../core/program/nps.ts';
import { DAY_MS } from '../../core/time.ts';
import { type Reading, type Row, readRows } from '../database.ts';
import { reader } from '../rows.ts';
import * as schema from '../schema.ts';

const surveyRow = reader(schema.surveys);

/** A survey as stored, in the words of core. */
export function surveyFrom(row: Row): Survey {
  return surveyRow(row) as Survey;
}

/** Which purchases may be worth asking about: recorded after one and before another, by their ids. */
export interface AskingSpan {
  readonly after: PurchaseId;
  readonly before: PurchaseId;
  readonly now: number;
  readonly limit: number;
}

/**
 * The first `limit` purchases of a span that may be asked about, in the order they were recorded: of people with a chat
 * who were not asked lately. What the command would refuse besides is left to it.
 */
export async function purchasesToAskAbout(
  database: Reading,
  { only_stores: stores, min_total_minor: least, at_most_every_days: days, ...rules }: NpsRules,
  { after, before, now, limit }: AskingSpan,
): Promise<PurchaseId[]> {
  const rows = await readRows(
    database,
    `select p.id from purchases p where p.id > ?1 and p.id < ?2 and p.customer_id is not null and p.kind = 'sale'
       and p.at > ?3 and p.total_minor >= ?4 and (?5 = '[]' or p.store in (select value from json_each(?5)))
       and not exists (select 1 from surveys s where s.customer_id = p.customer_id and s.asked_at > ?6)
       and exists (select 1 from customers c join addresses a on a.customer_id in (c.id, c.merged_into)
         where c.id = p.customer_id and a.reachable = 1 and a.channel <> 'sms')
     order by p.id limit ?7`,
    after,
    before,
    now - rules.pointless_after_hours * 3_600_000,
    least,
    JSON.stringify(stores),
    now - days * DAY_MS,
    limit,
  );
  return rows.map((row) => String(row.id) as PurchaseId);
}
