import type { TransactionKind } from '../../core/ledger/types.ts';
import { DAY_MS } from '../../core/time.ts';
import { type Statement, statement } from '../database.ts';
import type { Changes } from './part.ts';

/** How long a slot is, in milliseconds. */
export const tallySlotMs = 5 * 60_000;

/** What happened longer ago is told by no figure: a history that is imported need not be counted. */
const countedMs = 21 * DAY_MS;

/** Kinds that give points a customer can spend. */
const giving: ReadonlySet<TransactionKind> = new Set(['accrual', 'release', 'welcome', 'gift', 'adjustment']);

type Tally = [purchases: number, revenueMinor: number, given: number, spent: number, newCustomers: number];

/** Adds a group's purchases, refunds, points and customers to the five minutes they belong to. */
export function tallyStatements(changes: Changes): Statement[] {
  const slots = new Map<number, Tally>();
  const add = (at: number, index: number, value: number) => {
    const slot = Math.floor(at / tallySlotMs) * tallySlotMs;
    const tally = slots.get(slot) ?? [0, 0, 0, 0, 0];
    slots.set(slot, tally);
    tally[index] = (tally[index] ?? 0) + value;
  };
  for (const { at, recordedAt, kind, totalMinor, discountMinor } of changes.purchases ?? []) {
    if (recordedAt - at > countedMs) continue;
    add(at, 0, kind === 'sale' ? 1 : 0);
    add(at, 1, totalMinor - discountMinor);
  }
  for (const { at, recordedAt, amountMinor } of changes.refunds ?? []) {
    if (recordedAt - at <= countedMs) add(at, 1, -amountMinor);
  }
  for (const { recordedAt, kind, points } of changes.transactions ?? []) {
    if (points > 0 && giving.has(kind)) add(recordedAt, 2, points);
    if (kind === 'redemption') add(recordedAt, 3, -points);
  }
  for (const { createdAt } of changes.customers ?? []) add(createdAt, 4, 1);
  return slots.size > 0 ? [addTo(slots)] : [];
}

const columns = ['purchases', 'revenue_minor', 'given', 'spent', 'new_customers'] as const;

function addTo(slots: ReadonlyMap<number, Tally>): Statement {
  const picks = columns.map((_, index) => `value ->> ${index + 1}`).join(', ');
  const sums = columns.map((column) => `${column} = ${column} + excluded.${column}`).join(', ');
  return statement(
    `insert into tallies (at, ${columns.join(', ')}) select value ->> 0, ${picks} from json_each(?) where true
     on conflict (at) do update set ${sums}`,
    JSON.stringify([...slots].map(([at, tally]) => [at, ...tally])),
  );
}
