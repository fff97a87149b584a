import { auditEntries } from '../audit/types.ts';
import type { CustomerRecord } from '../customers/types.ts';
import { type Outcome, refuse } from '../errors.ts';
import type { LotId } from '../ids.ts';
import { openPosting, type Posting, type TakenPoints } from '../ledger/posting.ts';
import { points } from '../points.ts';
import type { Context } from '../ports.ts';
import type { Program } from '../program/program.ts';
import { expiresAt, spendingRules } from '../program/rules.ts';
import type { AuditLine, StaffChanges, StaffFacts, StaffNeeds, StaffRequest } from './types.ts';

/** The action of giving or taking points by hand. */
export const adjustAction = 'points.adjust';

type Adjustment = Extract<StaffRequest, { kind: 'adjust' }>;

/** Points given or taken, and what the customer has now. */
export interface Adjusted {
  readonly changes: StaffChanges;
  readonly points: number;
  readonly balance: number;
}

/** What giving or taking points needs to know. */
export function adjustNeeds({ customerId }: Pick<Adjustment, 'customerId'>): StaffNeeds {
  return { customers: [{ ref: { id: customerId }, lots: 'open' }], auditChains: [customerId] };
}

/** Gives points by hand, or takes them (below zero). Refuses `insufficient_points`: nobody owes by hand. */
export function adjust(
  { points: change, note }: Adjustment,
  record: CustomerRecord,
  actor: string,
  program: Program,
  facts: StaffFacts,
  context: Context,
): Outcome<Adjusted> {
  const posting = openPosting(record.head, record.lots, context);
  posting.expireDue(context.now);
  const { available } = posting.balance;
  if (change < 0 && available + change < 0) {
    return refuse('insufficient_points', 'the customer has fewer points', '/points', { balance: available });
  }
  const why = { happenedAt: context.now, actor, reason: { rule: 'manual', note } } as const;
  const lots =
    change > 0 ? give(posting, change, program, why) : taken(posting.adjustDown(points(-change), why));
  return {
    ok: true,
    result: done(record, posting, change, { actor, details: { points: change, lots } }, facts, context, note),
  };
}

type Why = Parameters<Posting['adjustUp']>[2];

function give(posting: Posting, change: number, program: Program, why: Why): string {
  const { lots } = posting.adjustUp(points(change), expiresAt(program, why.happenedAt), why);
  return lots.map(({ id }) => `${id}:${change}`).join(' ');
}

/** Lots with their points as one text: what an entry of the audit trail can hold. */
function taken(parts: readonly TakenPoints[]): string {
  return parts.map(({ lotId, points: some }) => `${lotId}:${some}`).join(' ');
}

interface Said {
  readonly actor: string;
  readonly action?: string;
  readonly reference?: string;
  readonly details: AuditLine['details'];
}

function done(
  { customer }: CustomerRecord,
  posting: Posting,
  change: number,
  said: Said,
  facts: StaffFacts,
  context: Context,
  note: string | null,
): Adjusted {
  const { id: customerId } = customer;
  const { transactions } = posting;
  const balance = posting.balance.available;
  const reference = transactions.at(-1)?.id ?? null;
  const event = {
    type: 'points_adjusted',
    customerId,
    points: change,
    balance,
    note,
    at: context.now,
  } as const;
  const entry = { chain: customerId, action: adjustAction, reference, ...said };
  const changes = { transactions, events: [event], audit: auditEntries([entry], facts, context) };
  return { changes, points: change, balance };
}

/** The lots that an adjustment made or took from, with how many points. */
export function lotsOf({ details }: Pick<AuditLine, 'details'>): readonly { lotId: LotId; points: number }[] {
  return String(details.lots ?? '')
    .split(' ')
    .filter((part) => part !== '')
    .map((part) => {
      const [lotId = '', some] = part.split(':');
      return { lotId: lotId as LotId, points: Number(some) };
    });
}

/**
 * Takes an adjustment back: points that were given leave their lot first, points that were taken go back to their own
 * lots. Refuses `insufficient_points` when the customer has spent them. Needs the lots of `lotsOf`.
 */
export function undoAdjustment(
  entry: AuditLine,
  record: CustomerRecord,
  said: Said,
  program: Program,
  facts: StaffFacts,
  context: Context,
): Outcome<Adjusted> {
  const change = -Number(entry.details.points);
  const posting = openPosting(record.head, record.lots, context);
  posting.expireDue(context.now);
  const { available } = posting.balance;
  if (available + change < 0) {
    return refuse('insufficient_points', 'the customer has spent them', undefined, { balance: available });
  }
  const why = { happenedAt: context.now, actor: said.actor, reason: { rule: 'undone' } } as const;
  const [first] = lotsOf(entry);
  if (change < 0) posting.adjustDown(points(-change), why, first?.lotId);
  else posting.adjustBack(takenFrom(entry, facts), spendingRules(program).graceUntil(context.now), why);
  return { ok: true, result: done(record, posting, change, said, facts, context, null) };
}

function takenFrom(entry: AuditLine, facts: StaffFacts): TakenPoints[] {
  return lotsOf(entry).flatMap(({ lotId, points: some }) => {
    const lot = facts.purchaseLot(lotId);
    if (!lot) return [];
    const { transactionId, points: lotPoints, earnedAt, expiresAt: until } = lot;
    return [{ lotId, transactionId, points: some, lotPoints, earnedAt, expiresAt: until }];
  });
}
