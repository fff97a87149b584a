import type { LedgerTransaction, TransactionKind } from '../../core/ledger/types.ts';
import type { Purchase, PurchaseLine } from '../../core/purchases/types.ts';
import { DAY_MS } from '../../core/time.ts';
import { type Statement, statement } from '../database.ts';
import { recountFigures, recountTotals } from '../figures.ts';
import type { Changes } from './part.ts';

/**
 * Keeps the figures of customers and what each bought where and of what. A new receipt is added, whatever else was known
 * of the customer; where that is not enough (goods came back, a receipt was claimed or comes late, accounts were made
 * one), all of this customer is counted again. Chats and consents keep theirs by triggers.
 */
export function totalStatements(changes: Changes): Statement[] {
  const again = customersToRecount(changes);
  const additions = additionsOf(changes, again);
  const days = JSON.stringify([...additions].map(([id, { day }]) => [id, day]));
  const ids = JSON.stringify([...again]);
  return [
    ...(additions.size > 0
      ? [addFigures(additions), addTotals(additions), recountFigures(leftOutSql, days)]
      : []),
    ...(again.size > 0 ? [recountFigures(againSql, ids), ...recountTotals(againSql, ids)] : []),
  ];
}

/** Customers of goods that came back and of claimed receipts, and accounts that were made one or told apart again. */
function customersToRecount(changes: Changes): Set<string> {
  const { purchases = [], purchaseUpdates = [], refunds = [], merges = [], mergeUpdates = [] } = changes;
  const refunded = new Set(refunds.map(({ purchaseId }) => purchaseId));
  const moved = [...merges, ...mergeUpdates.filter(({ undoneAt }) => undoneAt !== null)];
  const again = new Set<string>(moved.flatMap(({ fromId, intoId }) => [fromId, intoId]));
  for (const { id, customerId, claimedAt } of purchaseUpdates) {
    if (customerId !== null && (claimedAt !== null || refunded.has(id))) again.add(customerId);
  }
  const seen = new Set<string>();
  for (const { kind, customerId } of purchases) {
    if (kind !== 'sale' || customerId === null) continue;
    if (seen.has(customerId)) again.add(customerId);
    seen.add(customerId);
  }
  return again;
}

/** What a group adds to one customer. Amounts in minor units; `day` is counted from 1970 on the program's calendar. */
interface Addition {
  points: number | null;
  earned: number;
  spent: number;
  orders: number;
  paidMinor: number;
  refundedMinor: number;
  at: number | null;
  day: number | null;
  readonly totals: Total[];
}

/** What one receipt adds to the total of a store, a category or a product. */
interface Total {
  readonly facet: 'store' | 'category' | 'product';
  readonly value: string;
  readonly orders: 0 | 1;
  quantity: number;
  paidMinor: number;
  readonly at: number | null;
}

type Additions = Map<string, Addition>;

function additionsOf(changes: Changes, again: ReadonlySet<string>): Additions {
  const additions: Additions = new Map();
  for (const transaction of changes.transactions ?? []) {
    const { customerId } = transaction;
    if (!again.has(customerId)) addPoints(additionTo(customerId, additions), transaction);
  }
  for (const purchase of changes.purchases ?? []) {
    const { customerId } = purchase;
    if (customerId !== null && !again.has(customerId))
      addReceipt(additionTo(customerId, additions), purchase);
  }
  return additions;
}

function additionTo(customerId: string, additions: Additions): Addition {
  const known = additions.get(customerId);
  if (known) return known;
  const made: Addition = {
    ...{ points: null, earned: 0, spent: 0, orders: 0, paidMinor: 0, refundedMinor: 0 },
    ...{ at: null, day: null, totals: [] },
  };
  additions.set(customerId, made);
  return made;
}

/** The same kinds count as in `recountFigures`. */
function addPoints(addition: Addition, { kind, points, reason, balance }: LedgerTransaction): void {
  addition.points = balance.available;
  if (giving.has(kind)) addition.earned += points;
  else if (kind === 'redemption' || (kind === 'refund' && points > 0)) addition.spent -= points;
  else if (kind !== 'adjustment') return;
  else if (reason.rule === 'manual') addition.earned += Math.max(points, 0);
  else if (reason.rule === 'undone') addition.earned += Math.min(points, 0);
}

const giving: ReadonlySet<TransactionKind> = new Set(['accrual', 'release', 'welcome', 'gift']);

function addReceipt(addition: Addition, purchase: Purchase): void {
  const payableMinor = purchase.totalMinor - purchase.discountMinor;
  addition.paidMinor += payableMinor;
  if (purchase.kind === 'sale') {
    addition.orders += 1;
    addition.at = purchase.at;
    addition.day = Math.trunc(purchase.localAt / DAY_MS);
  } else addition.refundedMinor -= payableMinor;
  addition.totals.push(...totalsOf(purchase));
}

function totalsOf({ kind, at, store, lines }: Purchase): Iterable<Total> {
  const totals = new Map<string, Total>();
  const fresh = kind === 'sale' ? ({ orders: 1, at } as const) : ({ orders: 0, at: null } as const);
  const add = (facet: Total['facet'], value: string | null, line: PurchaseLine) => {
    if (value === null) return;
    const key = `${facet} ${value}`;
    const total = totals.get(key) ?? { facet, value, quantity: 0, paidMinor: 0, ...fresh };
    total.quantity += line.quantity;
    total.paidMinor += line.amountMinor - line.discountMinor;
    totals.set(key, total);
  };
  for (const line of lines) {
    add('store', store, line);
    add('category', line.category, line);
    add('product', line.sku, line);
  }
  return totals.values();
}

/**
 * Leaves out whoever this does not do for: accounts merged into another, and receipts of a day before the last one known.
 * `recountFigures` finds both.
 */
function addFigures(additions: Additions): Statement {
  const rows = [...additions].map(([id, one]) => [
    ...[id, one.points, one.earned, one.spent, one.orders, one.paidMinor, one.refundedMinor, one.at, one.day],
  ]);
  return statement(
    `update customers set points = coalesce(more.points, customers.points),
       points_earned = points_earned + more.earned, points_spent = points_spent + more.spent,
       orders = customers.orders + more.orders, paid_minor = paid_minor + more.paid,
       refunded_minor = refunded_minor + more.refunded,
       first_at = coalesce(min(first_at, more.at), first_at, more.at),
       last_at = coalesce(max(last_at, more.at), last_at, more.at),
       order_days = order_days + (more.day is not null and last_day is not more.day),
       gap_squares = gap_squares + coalesce((more.day - last_day) * (more.day - last_day), 0),
       first_day = coalesce(first_day, more.day), last_day = coalesce(more.day, last_day)
     from (select value ->> 0 as id, value ->> 1 as points, value ->> 2 as earned, value ->> 3 as spent, value ->> 4 as orders,
         value ->> 5 as paid, value ->> 6 as refunded, value ->> 7 as at, value ->> 8 as day from json_each(?)) as more
     where customers.id = more.id and merged_into is null and coalesce(last_day <= more.day, true)`,
    JSON.stringify(rows),
  );
}

/** Receipts of accounts merged into another count for that one. Each quantity is rounded as `recountTotals` rounds it. */
function addTotals(additions: Additions): Statement {
  const bought = [...additions].filter(([, { totals }]) => totals.length > 0);
  const rows = bought.map(([id, { totals }]) => [
    id,
    totals.map(({ facet, value, orders, quantity, paidMinor, at }) => [
      facet,
      value,
      orders,
      quantity,
      paidMinor,
      at,
    ]),
  ]);
  return statement(
    `insert into customer_totals (customer_id, facet, value, orders, quantity, paid_minor, first_at, last_at)
     select coalesce(c.merged_into, c.id), one.value ->> 0, one.value ->> 1, one.value ->> 2, round(one.value ->> 3, 3),
       one.value ->> 4, one.value ->> 5, one.value ->> 5
     from json_each(?) buyer join customers c on c.id = buyer.value ->> 0, json_each(buyer.value, '$[1]') one where true
     on conflict (customer_id, facet, value) do update set orders = orders + excluded.orders,
       quantity = round(quantity + excluded.quantity, 3), paid_minor = paid_minor + excluded.paid_minor,
       first_at = coalesce(min(first_at, excluded.first_at), first_at, excluded.first_at),
       last_at = coalesce(max(last_at, excluded.last_at), last_at, excluded.last_at)`,
    JSON.stringify(rows),
  );
}

/** Of these customers (id and day) those whom `addFigures` left out, as the account that counts for them. */
const leftOutSql = `select coalesce(c.merged_into, c.id) from json_each(?1) i join customers c on c.id = i.value ->> 0
  where c.merged_into is not null or c.last_day > i.value ->> 1`;

/** These customers, and those they are merged into. */
const againSql = `select value from json_each(?1)
  union select c.merged_into from json_each(?1) i join customers c on c.id = i.value where c.merged_into is not null`;
