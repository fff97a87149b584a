import type { AddressId, CustomerId, LotId, MergeId } from '../ids.ts';
import { DAY_MS } from '../time.ts';

/** For how long two accounts that were made one can be told apart again. */
export const MERGE_UNDO_MS = 30 * DAY_MS;

/** Two accounts of one person made one: `fromId` stays as a name that leads to `intoId`. */
export interface Merge {
  readonly id: MergeId;
  readonly fromId: CustomerId;
  readonly intoId: CustomerId;
  /** `customer`, or `staff:stf_…`. */
  readonly actor: string;
  readonly at: number;
  readonly details: MergeDetails;
  readonly undoneAt: number | null;
  readonly undoneBy: string | null;
  readonly revision: number;
}

/** What went over, so that it can go back. Ids and figures, never a name. */
export interface MergeDetails {
  /** What could be spent of the points at that moment; below zero, what was owed. */
  readonly points: number;
  /** The lots they live in now. */
  readonly lots: readonly { readonly lotId: LotId; readonly points: number }[];
  readonly addresses: readonly AddressId[];
  readonly couponCodes: readonly string[];
  /** What the account that stays had not known about the person. */
  readonly filled: readonly (typeof fillable)[number][];
}

/** What the account that stays takes over where it knows nothing. */
export const fillable = [
  'name',
  'birthday',
  'gender',
  'locale',
  'zone',
  'city',
  'registeredAt',
  'registeredIn',
] as const;

/** Merges to read: those that stand and touch these customers. */
export interface MergeNeeds {
  readonly merges?: readonly CustomerId[];
}

/** The merges that were asked for. */
export interface MergeFacts {
  /** Those that stand and touch this customer, the newest first. */
  merges(customerId: CustomerId): readonly Merge[];
}

/** New merges, and those whose lots or end changed; written whole, the revision one ahead. */
export interface MergeChanges {
  readonly merges?: readonly Merge[];
  readonly mergeUpdates?: readonly Merge[];
}
