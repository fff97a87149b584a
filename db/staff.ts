import type { ApprovalId, CustomerId, StaffId } from '../core/ids.ts';
import { adjustAction } from '../core/staff/adjust.ts';
import { redeemAction, refundAction, saleAction } from '../core/staff/till.ts';
import { type Flag, type FlagPattern, type Staff, undoneAction } from '../core/staff/types.ts';
import { DAY_MS } from '../core/time.ts';
import { type Database, type Reading, type Row, readRows } from './database.ts';
import { dueBy } from './due.ts';
import { staffFrom } from './facts/staff.ts';

/** Everybody on the staff, the first to be invited first. */
export async function listStaff(database: Database): Promise<Staff[]> {
  const rows = await readRows(
    database,
    'select * from staff where removed_at is null order by created_at, id',
  );
  return rows.map(staffFrom);
}

/** Requests for a second person that nobody has answered in time. */
export const requestsToExpire = dueBy<ApprovalId>(
  `select id from approvals where status = 'waiting' and expires_at <= ? order by created_at limit ?`,
);

/** The same customer served by hand by the same person so often in 24 hours. */
const sameCustomerTimes = 3;
/** So many refunds by one person in 24 hours. */
const manyRefunds = 5;
/** How soon after points were given by hand they are spent elsewhere. */
const soonMs = 30 * 60_000;

/**
 * What was done by hand a moment ago: a look at a few rows, every second. What became a pattern while no process ran
 * is seen as long as its last act is no older than this.
 */
const lookBackMs = soonMs + 60_000;
const acts = `('${saleAction}', '${adjustAction}', '${redeemAction}', '${refundAction}')`;
const stands = `not exists (select 1 from audit_entries u where u.chain = e.chain and u.seq > e.seq
  and u.action = '${undoneAction}' and u.reference = e.id)`;
const recentSql = `with recent as materialized (
  select e.* from audit_entries e where e.at > ?1 - ${lookBackMs} and e.actor like 'staff:%'
    and e.action in ${acts} and ${stands})`;

const found: Readonly<Record<FlagPattern, string>> = {
  same_customer: `select r.chain, r.actor, (select count(*) from audit_entries e where e.chain = r.chain
      and +e.actor = r.actor and +e.at > ?1 - ${DAY_MS} and e.action in ${acts} and e.action <> '${refundAction}'
      and ${stands}) as figure
    from recent r where r.action <> '${refundAction}' and r.chain <> 'house' group by r.chain, r.actor
    having figure >= ${sameCustomerTimes}`,
  many_refunds: `select 'house' as chain, r.actor, (select count(*) from audit_entries e where e.actor = r.actor
      and e.at > ?1 - ${DAY_MS} and e.action = '${refundAction}') as figure
    from recent r where r.action = '${refundAction}' group by r.actor having figure >= ${manyRefunds}`,
  large_sale: `select chain, actor, max(details ->> 'points') as figure from recent
    where action = '${saleAction}' and details ->> 'large' group by chain, actor`,
  spent_elsewhere: `select e.chain, e.actor, max(e.details ->> 'points') as figure from recent e
    cross join redemptions r on r.customer_id = e.chain and r.status = 'confirmed'
      and r.settled_at > e.at and r.settled_at <= e.at + ${soonMs}
      and r.returned < r.points and r.store <> e.details ->> 'store'
    where e.details ->> 'points' > 0 group by e.chain, e.actor`,
};

/** Up to `limit` patterns that nobody was told of in the last day. */
export async function flagsToRaise(database: Reading, now: number, limit: number): Promise<Flag[]> {
  const patterns = Object.entries(found).map(
    ([pattern, sql]) => `select '${pattern}' as pattern, p.* from (${sql}) p`,
  );
  const rows = await readRows(
    database,
    `${recentSql} select * from (${patterns.join(' union all ')}) f where not exists (
       select 1 from audit_entries a where a.chain = f.chain and a.action = 'flag.' || f.pattern
         and a.reference = substr(f.actor, length('staff:') + 1) and a.at > ?1 - ${DAY_MS}) limit ?2`,
    now,
    limit,
  );
  return rows.map(flagFrom);
}

function flagFrom({ pattern, chain, actor, figure }: Row): Flag {
  return {
    pattern: pattern as FlagPattern,
    staffId: String(actor).slice('staff:'.length) as StaffId,
    customerId: chain === 'house' ? null : (String(chain) as CustomerId),
    figure: Number(figure),
  };
}
