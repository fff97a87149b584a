import { auditEntries } from '../audit/types.ts';
import { randomText, safeAlphabet } from '../codes.ts';
import { refuse } from '../errors.ts';
import type { StaffId } from '../ids.ts';
import type { Command } from '../ports.ts';
import type { Desk } from './desk.ts';
import { mayExport } from './rights.ts';
import { actorOfStaff, type StaffChanges, type StaffFacts, type StaffNeeds } from './types.ts';

/** A list of customers that can be fetched once, by whoever has the link. */
export interface Export {
  /** The segment in the compact form. */
  readonly rule: string;
  readonly staffId: StaffId;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly fetchedAt: number | null;
}

/** A new one as written: only the hash of its token is kept. */
export type NewExport = Omit<Export, 'fetchedAt'> & { readonly token: string };

/** Lists to read, by what the link carries. */
export interface ExportNeeds {
  readonly exports?: readonly string[];
}

/** Those that are there, also fetched or too old. */
export interface ExportFacts {
  export(token: string): Export | undefined;
}

/** New lists, and those that are fetched now. */
export interface ExportChanges {
  readonly exports?: readonly NewExport[];
  readonly exportsFetched?: readonly { readonly token: string; readonly at: number }[];
}

/** For how long a link to a list is good, in minutes. */
export const exportMinutes = 60;

/** 31^24: nobody guesses one. */
const tokenLength = 24;

/** A one-time link to the list of a segment, by the token it carries. The chain of the house must be known. */
export function newExport(
  rule: string,
  { staff, facts, context }: Desk,
): NewExport & { changes: StaffChanges } {
  const { now, random } = context;
  const token = randomText(random, safeAlphabet, tokenLength);
  const made = { rule, staffId: staff.id, createdAt: now, expiresAt: now + exportMinutes * 60_000, token };
  const said = { chain: 'house', action: 'customers.export', actor: actorOfStaff(staff) } as const;
  const audit = auditEntries([said], facts, context);
  return { ...made, changes: { exports: [made], audit } };
}

/**
 * Takes a list by its link, this once: what is in the audit trail by then says who. Refuses `export_over`: the link was
 * used or is too old, or whoever made it may not export any more.
 */
export function takeExport(
  token: string,
): Command<StaffNeeds, StaffFacts, StaffChanges, { readonly rule: string }> {
  return {
    name: 'customers.export',
    needs: { exports: [token], auditChains: ['house'] },
    moreNeeds: [
      (facts) => {
        const found = facts.export(token);
        return found ? { staff: [found.staffId] } : {};
      },
    ],
    decide(facts, context) {
      const found = facts.export(token);
      const staff = found && facts.staff(found.staffId);
      const good = found?.fetchedAt === null && found.expiresAt > context.now;
      if (!good || staff?.removedAt !== null || !mayExport(staff.role)) {
        return refuse('export_over', 'this link was used already, or is too old: ask for a new one');
      }
      const said = { chain: 'house', action: 'customers.fetch', actor: actorOfStaff(staff) } as const;
      const audit = auditEntries([said], facts, context);
      const changes = { exportsFetched: [{ token, at: context.now }], audit };
      return { ok: true, changes, result: { rule: found.rule } };
    },
  };
}
