import type { CustomerRecord } from '../customers/types.ts';
import { type Outcome, refuse } from '../errors.ts';
import type { LotId } from '../ids.ts';
import { openPosting, type Posting, type TakenPoints } from '../ledger/posting.ts';
import type { Reason } from '../ledger/types.ts';
import { points } from '../points.ts';
import { expiresAt, spendingRules } from '../program/rules.ts';
import { type Deed, type Desk, deed } from './desk.ts';
import {
  type AuditLine,
  actorOfStaff,
  type GiftRequest,
  type StaffChanges,
  type StaffNeeds,
} from './types.ts';

/** The action of giving or taking points by hand. */
export const adjustAction = 'points.adjust';

type Adjustment = Extract<GiftRequest, { kind: 'adjust' }>;

/** Points given or taken, and what the customer has now. */
export interface Adjusted {
  readonly kind: 'adjust';
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
  desk: Desk,
): Outcome<Deed<Adjusted>> {
  const posting = opened(record, desk);
  const refusal = shortOf(posting, change);
  if (refusal) return refusal;
  const why = whyOf(desk, { rule: 'manual', note });
  const lots =
    change > 0
      ? posting.adjustUp(points(change), expiresAt(desk.program, why.happenedAt), why).lots
      : posting.adjustDown(points(-change), why);
  const text = lots.map((lot) => `${'id' in lot ? lot.id : lot.lotId}:${lot.points}`).join(' ');
  const said = {
    chain: record.customer.id,
    action: adjustAction,
    reference: posting.transactions.at(-1)?.id ?? null,
    details: { points: change, lots: text, store: onlyStore(desk) },
  };
  const result = { kind: 'adjust', points: change, balance: posting.balance.available } as const;
  return { ok: true, result: deed(written(record, posting, change, note, desk), said, result, desk) };
}

/** Where somebody is who works in one store. */
function onlyStore({ staff }: Desk): string | null {
  return staff.stores.length === 1 ? (staff.stores[0] ?? null) : null;
}

function opened({ head, lots }: CustomerRecord, { context }: Desk): Posting {
  const posting = openPosting(head, lots, context);
  posting.expireDue(context.now);
  return posting;
}

function shortOf({ balance: { available } }: Posting, change: number) {
  if (change > 0 || available + change >= 0) return undefined;
  return refuse('insufficient_points', 'the customer has fewer points', '/points', { balance: available });
}

function whyOf({ staff, context }: Desk, reason: Reason) {
  return { happenedAt: context.now, actor: actorOfStaff(staff), reason };
}

function written(
  { customer: { id: customerId } }: CustomerRecord,
  { transactions, balance }: Posting,
  change: number,
  note: string | null,
  { context }: Desk,
): StaffChanges {
  const figures = { points: change, balance: balance.available, note, at: context.now };
  return { transactions, events: [{ type: 'points_adjusted', customerId, ...figures }] };
}

/** The lots that an adjustment made or took from, with how many points. */
export function lotsOf({ details }: Pick<AuditLine, 'details'>): readonly { lotId: LotId; points: number }[] {
  return [...String(details.lots ?? '').matchAll(/(\S+):(\d+)/g)].map(([, lotId, some]) => ({
    lotId: lotId as LotId,
    points: Number(some),
  }));
}

/**
 * Takes an adjustment back: points that were given leave their own lot first, points that were taken go back to their
 * lots. Refuses `insufficient_points` when the customer has spent them. Needs the lots of `lotsOf`.
 */
export function undoAdjustment(entry: AuditLine, record: CustomerRecord, desk: Desk): Outcome<StaffChanges> {
  const change = -Number(entry.details.points);
  const posting = opened(record, desk);
  const refusal = shortOf(posting, change);
  if (refusal) return refusal;
  const why = whyOf(desk, { rule: 'undone' });
  const graceUntil = spendingRules(desk.program).graceUntil(desk.context.now);
  if (change > 0) posting.adjustBack(takenFrom(entry, desk), graceUntil, why);
  else posting.adjustDown(points(-change), why, lotsOf(entry)[0]?.lotId);
  return { ok: true, result: written(record, posting, change, null, desk) };
}

function takenFrom(entry: AuditLine, { facts }: Desk): TakenPoints[] {
  return lotsOf(entry).flatMap(({ lotId, points: some }) => {
    const lot = facts.purchaseLot(lotId);
    if (!lot) return [];
    const { transactionId, points: lotPoints, earnedAt, expiresAt: until } = lot;
    return [{ lotId, transactionId, points: some, lotPoints, earnedAt, expiresAt: until }];
  });
}
