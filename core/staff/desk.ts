import { type AuditEntry, type Audited, auditEntries } from '../audit/types.ts';
import { invariant, refuse } from '../errors.ts';
import type { AuditId, CustomerId } from '../ids.ts';
import { type Command, type Context, mergeChanges } from '../ports.ts';
import type { Program } from '../program/program.ts';
import { actorOfStaff, type Staff, type StaffChanges, type StaffFacts, type StaffNeeds } from './types.ts';

/** One of the staff at work, with all that a decision may look at. */
export interface Desk {
  readonly staff: Staff;
  readonly program: Program;
  readonly facts: StaffFacts;
  readonly context: Context;
}

/** One round of reading: what to ask for, on seeing what was read so far. */
export type Round = (facts: StaffFacts) => StaffNeeds;

/** What a command needs to know, as rounds of a larger command that carries it out within its own. */
export function roundsOf<Result>({
  needs,
  moreNeeds = [],
}: Command<StaffNeeds, StaffFacts, StaffChanges, Result>): readonly Round[] {
  return [() => needs, ...moreNeeds];
}

/** Rounds of several commands side by side. */
export function together(...all: readonly (readonly Round[])[]): readonly Round[] {
  const length = Math.max(0, ...all.map((rounds) => rounds.length));
  return Array.from({ length }, (_, index) => (facts: StaffFacts) => {
    const asked = all.flatMap((rounds) => rounds[index]?.(facts) ?? []);
    return mergeNeeds(...asked);
  });
}

/** Several needs as one. */
export function mergeNeeds(...all: readonly StaffNeeds[]): StaffNeeds {
  const lists = all.map(
    ({
      team: _,
      openApprovals: __,
      couponShelf: ___,
      stats: ____,
      lastCampaigns: _____,
      savedSegments: ______,
      ...rest
    }) => rest,
  );
  return Object.assign({}, ...all, mergeChanges<StaffNeeds>(...lists));
}

/** What the staff did: what it writes, what came of it, and the entry of the audit trail by which it can be undone. */
export interface Deed<Result> {
  readonly changes: StaffChanges;
  readonly entry: AuditId;
  readonly result: Result;
}

/** A deed with its entry in the audit trail, by whoever stands at the desk. The entry's chain must be known. */
export function deed<Result>(
  changes: StaffChanges,
  said: Omit<Audited, 'actor'>,
  result: Result,
  { staff, facts, context }: Desk,
): Deed<Result> {
  const entries = [{ ...said, actor: actorOfStaff(staff) }];
  const audit = auditEntries(entries, facts, context, changes.audit);
  return { changes: mergeChanges<StaffChanges>(changes, { audit }), entry: firstOf(audit).id, result };
}

/** A deed whose use case writes its own entry; `details` are added to it. */
export function deedOf<Result>(
  changes: StaffChanges,
  details: AuditEntry['details'],
  result: Result,
): Deed<Result> {
  const audit = (changes.audit ?? []).map((entry) => ({
    ...entry,
    details: { ...entry.details, ...details },
  }));
  return { changes: { ...changes, audit }, entry: firstOf(audit).id, result };
}

function firstOf(audit: readonly AuditEntry[]): AuditEntry {
  const [entry] = audit;
  invariant(entry, 'what the staff do stands in the audit trail');
  return entry;
}

/** Whether that is the very person behind the counter, by the customer or by the phone. */
export function isOwn(
  { staff }: Pick<Desk, 'staff'>,
  customerId: CustomerId | null,
  phone?: string,
): boolean {
  return (customerId !== null && customerId === staff.customerId) || phone === staff.phone;
}

/** Nobody pays himself, in any way. */
export function ownAccount() {
  return refuse('own_account', 'nobody serves himself: somebody else must do this');
}
