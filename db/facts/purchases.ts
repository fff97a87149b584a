import type { CustomerId, LotId, PurchaseId } from '../../core/ids.ts';
import {
  type EarnReason,
  type Habits,
  type HabitsNeed,
  habitsKey,
  type Purchase,
  type PurchaseFacts,
  type PurchaseLine,
  type PurchaseLot,
  type Refund,
  type WaitingPoints,
} from '../../core/purchases/types.ts';
import { DAY_MS } from '../../core/time.ts';
import { type Row, type Statement, statement } from '../database.ts';
import { reader } from '../rows.ts';
import * as schema from '../schema.ts';
import { asAsked, eachRow, type FactSource, type Query } from './source.ts';

const purchaseOf = reader(schema.purchases);
const lineOf = reader(schema.purchaseLines);
const lotOf = reader(schema.lots);
const refundOf = reader(schema.refunds);

type Source = FactSource<
  Pick<PurchaseFacts, 'purchase' | 'claim' | 'purchaseLot' | 'habits' | 'refunds' | 'claimsOfDay' | 'waiting'>
>;

/**
 * Reads purchases by id or by the code on the receipt, the lots they made and what came back of them, and what a
 * customer has done so far.
 */
export function purchaseSource(): Source {
  const purchases = new Map<string, Purchase>();
  const byClaim = new Map<string, string>();
  const lots = new Map<string, PurchaseLot>();
  const habits = new Map<string, Habits>();
  const refunds = new Map<string, Refund[]>();
  const claims = new Map<string, number>();
  const waiting = new Map<string, WaitingPoints[]>();
  const take = (row: Row) => {
    purchases.set(String(row.id), { ...purchaseFrom(row), lines: [] });
    if (row.claim_code !== null) byClaim.set(String(row.claim_code), String(row.id));
  };
  return {
    queries(needs, now) {
      const ids = needs.purchases ?? [];
      const codes = needs.claims ?? [];
      const made = needs.purchaseLots ?? [];
      const refunded = needs.refunds ?? [];
      const claimants = needs.claimants ?? [];
      return [
        ...(ids.length > 0 ? purchaseQueries('p.id', ids, take, purchases) : []),
        ...(codes.length > 0 ? purchaseQueries('p.claim_code', codes, take, purchases) : []),
        ...(made.length > 0 ? [lotQuery(made, lots)] : []),
        ...(needs.habits ?? []).map((need) => habitsQuery(need, habits)),
        ...(refunded.length > 0 ? [refundQuery(refunded, refunds)] : []),
        ...(claimants.length > 0 ? [claimsQuery(claimants, now, claims)] : []),
        ...(needs.waiting ?? []).map((id) => waitingQuery(id, waiting)),
      ];
    },
    facts: {
      purchase: (id) => purchases.get(id),
      claim: (code) => purchases.get(byClaim.get(code) ?? ''),
      purchaseLot: (id) => lots.get(id),
      habits: (need) => habits.get(habitsKey(need)),
      refunds: (id) => refunds.get(id) ?? [],
      claimsOfDay: (id) => claims.get(id) ?? 0,
      waiting: (id) => waiting.get(id) ?? [],
    },
    keys: {
      purchases: asAsked,
      claims: (codes) => codes.map((code) => byClaim.get(code) ?? `claim:${code}`),
    },
  };
}

function purchaseQueries(
  column: 'p.id' | 'p.claim_code',
  values: readonly string[],
  take: (row: Row) => void,
  purchases: Map<string, Purchase>,
): Query[] {
  // Many commands of a group may ask for the same one: its lines are read once.
  const list = JSON.stringify([...new Set(values)]);
  return [
    eachRow(statement(`select p.* from json_each(?) i join purchases p on ${column} = i.value`, list), take),
    eachRow(
      statement(
        `select l.* from json_each(?) i join purchases p on ${column} = i.value
         join purchase_lines l on l.purchase_id = p.id order by l.purchase_id, l.position`,
        list,
      ),
      (row) => addLine(row, purchases),
    ),
  ];
}

function addLine(row: Row, purchases: Map<string, Purchase>): void {
  const purchase = purchases.get(String(row.purchase_id));
  if (!purchase) return;
  const lines = [...purchase.lines];
  lines[Number(row.position) - 1] = lineFrom(row);
  purchases.set(purchase.id, { ...purchase, lines });
}

/** A purchase as stored, in the words of core; its lines are stored apart. */
export function purchaseFrom(row: Row): Omit<Purchase, 'lines'> {
  const { award, ...purchase } = purchaseOf(row);
  return { ...(purchase as Omit<Purchase, 'lines' | 'award'>), award: awardFrom(award) };
}

function awardFrom(award: string | null): EarnReason | null {
  return award === null ? null : (JSON.parse(award) as EarnReason);
}

/** A line as stored, in the words of core. */
export function lineFrom(row: Row): PurchaseLine {
  const { purchaseId: _, position: __, lineId, ...line } = lineOf(row);
  return { id: lineId, ...line };
}

function lotQuery(ids: readonly LotId[], found: Map<string, PurchaseLot>): Query {
  const sql = `select l.*, coalesce((select -sum(m.points) from lot_moves m join ledger_transactions t on t.id = m.transaction_id
      where m.lot_id = l.id and t.kind = 'expiry'), 0) as burned
    from json_each(?) i join lots l on l.id = i.value`;
  return eachRow(statement(sql, JSON.stringify(ids)), (row) => {
    const lot = lotOf(row) as PurchaseLot;
    found.set(lot.id, { ...lot, burned: Number(row.burned) });
  });
}

function habitsQuery(need: HabitsNeed, found: Map<string, Habits>): Query {
  return eachRow(habitsStatement(need), (row) => {
    found.set(habitsKey(need), { sales: Number(row.sales), paidMinor: Number(row.paid_minor) });
  });
}

/** What a customer has done so far: a sale brought back whole is none, and what was brought back was not paid. */
export function habitsStatement({ customerId, since }: HabitsNeed): Statement {
  return statement(
    `select count(case when kind = 'sale' and (refunded_minor < total_minor - discount_minor or total_minor = discount_minor) then 1 end) as sales,
       coalesce(sum(case when at >= ?2 then total_minor - discount_minor - refunded_minor end), 0) as paid_minor
     from purchases where customer_id in (select ?1 union all select id from customers where merged_into = ?1)`,
    customerId,
    since,
  );
}

function refundQuery(ids: readonly PurchaseId[], found: Map<string, Refund[]>): Query {
  const sql = 'select r.* from json_each(?) i join refunds r on r.purchase_id = i.value order by r.id';
  for (const id of ids) found.set(id, []);
  return eachRow(statement(sql, JSON.stringify([...new Set(ids)])), (row) => {
    const refund = refundFrom(row);
    found.get(refund.purchaseId)?.push(refund);
  });
}

/** Goods brought back as stored, in the words of core. */
export function refundFrom(row: Row): Refund {
  const { lines, ...refund } = refundOf(row);
  return { ...(refund as Omit<Refund, 'lines'>), lines: JSON.parse(lines) as Refund['lines'] };
}

function claimsQuery(ids: readonly CustomerId[], now: number, found: Map<string, number>): Query {
  const sql = `select i.value as id, (select count(*) from purchases where customer_id = i.value and claimed_at > ?2) as claims
    from json_each(?1) i`;
  return eachRow(statement(sql, JSON.stringify(ids), now - DAY_MS), (row) => {
    found.set(String(row.id), Number(row.claims));
  });
}

/** How many dates are told apart: a message has an end. */
const mostDates = 5;

function waitingQuery(id: CustomerId, found: Map<string, WaitingPoints[]>): Query {
  const sql = `select release_at, sum(pending) as points from purchases where customer_id = ? and pending > 0
    group by release_at order by release_at is null, release_at limit ${mostDates}`;
  return {
    statement: statement(sql, id),
    take(rows) {
      const waiting = rows.map(({ release_at, points }) => ({
        points: Number(points),
        releaseAt: release_at === null || release_at === undefined ? null : Number(release_at),
      }));
      found.set(id, waiting);
    },
  };
}
