import type { AuditId, CustomerId } from '../ids.ts';
import type { Context } from '../ports.ts';

/** What entries hang together: those about one customer, or all that are about none. */
export type AuditChain = CustomerId | 'house';

/** One thing somebody did; never changed once written. Holds ids and figures, never a phone or a name. */
export interface AuditEntry {
  readonly id: AuditId;
  readonly chain: AuditChain;
  /** 1, 2, 3, … within the chain. */
  readonly seq: number;
  /** What was done: `points.adjust`, `coupon.issue`, `redemption.unasked`. */
  readonly action: string;
  /** Who did it: `staff:stf_…`, `shop:shp_…`, `customer`, `cli`. */
  readonly actor: string;
  /** What it is about: the id of a transaction, a purchase, a coupon. */
  readonly reference: string | null;
  readonly details: Readonly<Record<string, string | number | boolean | null>>;
  readonly at: number;
}

/** The end of a chain: what the next entry builds on. */
export interface AuditHead {
  readonly chain: AuditChain;
  readonly seq: number;
  readonly hash: string;
}

/** Ends of chains to read: whoever writes an entry needs that of its chain. */
export interface AuditNeeds {
  readonly auditChains?: readonly AuditChain[];
}

/** The ends of the chains that were asked for; undefined where nothing is in one yet. */
export interface AuditFacts {
  auditHead(chain: AuditChain): AuditHead | undefined;
}

/** New entries. */
export interface AuditChanges {
  readonly audit?: readonly AuditEntry[];
}

/** What an entry says, before it has its place in a chain. */
export type Audited = Pick<AuditEntry, 'chain' | 'action' | 'actor'> &
  Partial<Pick<AuditEntry, 'reference' | 'details'>>;

/**
 * The entries at the end of their chains, in order. Their chains must have been asked for. `before`: entries that the
 * same commit writes already.
 */
export function auditEntries(
  said: readonly Audited[],
  facts: AuditFacts,
  context: Context,
  before: readonly AuditEntry[] = [],
): readonly AuditEntry[] {
  const written = new Map<AuditChain, number>(before.map(({ chain, seq }) => [chain, seq]));
  return said.map((one) => {
    const seq = (written.get(one.chain) ?? facts.auditHead(one.chain)?.seq ?? 0) + 1;
    written.set(one.chain, seq);
    const { chain, action, actor, reference = null, details = {} } = one;
    const id = context.ids.next('aud', context.now);
    return { id, chain, seq, action, actor, reference, details, at: context.now };
  });
}
