import { auditEntries } from '../audit/types.ts';
import { type ConsentTexts, recordConsent } from '../customers/consents.ts';
import { fillable, MERGE_UNDO_MS, type Merge } from '../customers/merges.ts';
import { type Consent, type Customer, type CustomerRecord, consentCategories } from '../customers/types.ts';
import { type Outcome, refuse } from '../errors.ts';
import type { CustomerId } from '../ids.ts';
import { openPosting, type Posting } from '../ledger/posting.ts';
import type { LedgerTransaction } from '../ledger/types.ts';
import type { Command, Context } from '../ports.ts';
import type { Round } from './desk.ts';
import type { StaffChanges, StaffFacts, StaffNeeds } from './types.ts';

/** The action of making two accounts one, and of taking that back. */
export const mergeAction = 'customer.merge';
const unmergeAction = 'customer.unmerge';

/** Coupons of one account that go over at once: more than anybody has. */
const mostCoupons = 1000;

/** Two accounts to become one: which stays, and which leads to it from then on. */
export interface Pair {
  readonly from: CustomerRecord;
  readonly into: CustomerRecord;
}

/** What merging two accounts needs to know. */
export function mergeNeeds(ids: readonly CustomerId[]): StaffNeeds {
  return {
    customers: ids.map((id) => ({ ref: { id }, lots: 'open' })),
    merges: ids,
    staffOf: ids,
    auditChains: ids,
    couponWallets: ids.map((customerId) => ({ customerId, limit: mostCoupons, offset: 0 })),
  };
}

/**
 * Which of two accounts stays: one that others were merged into, else one of the staff, else the one that is registered,
 * else the older. Refuses `merge_same`, `merge_gone`, `merge_held` (a till holds points of the other), and `merge_twice`
 * where both would have to stay.
 */
export function pairOf(a: CustomerRecord, b: CustomerRecord, facts: StaffFacts): Outcome<Pair> {
  if (a.customer.id === b.customer.id) return refuse('merge_same', 'this is one account already');
  const gone = [a, b].some(({ customer }) => customer.erasedAt !== null || customer.mergedInto !== null);
  if (gone) return refuse('merge_gone', 'one of the accounts is not there any more');
  const ranks = (record: CustomerRecord) => [rankOf(record, facts), -record.customer.createdAt] as const;
  const [[first, older], [second, younger]] = [ranks(a), ranks(b)];
  const staysA = first === second ? older >= younger : first > second;
  const [into, from] = staysA ? [a, b] : [b, a];
  if (rankOf(from, facts) > 1) return refuse('merge_twice', 'both accounts have to stay');
  if (from.head.balance.held > 0) return refuse('merge_held', 'a till holds points of this account');
  return { ok: true, result: { from, into } };
}

/** 3 and 2 have to stay: others lead to the account, or its owner works here. */
function rankOf({ customer }: CustomerRecord, facts: StaffFacts): number {
  if (facts.merges(customer.id).some(({ intoId }) => intoId === customer.id)) return 3;
  if (facts.staffOf(customer.id)) return 2;
  return customer.registeredAt === null ? 0 : 1;
}

/** Two accounts made one: what is written, and what can be spent now. */
export interface Merged {
  readonly merge: Merge;
  readonly into: Customer;
  readonly balance: number;
  readonly changes: StaffChanges;
}

/**
 * Makes two accounts one. What can be spent, or is owed, goes over with its expiry, and so do chats, coupons and each
 * refusal of messages; what waits stays with its purchases and follows when it counts. `facts` must hold `mergeNeeds`.
 */
export function merge(
  { from, into }: Pair,
  actor: string,
  texts: ConsentTexts,
  facts: StaffFacts,
  context: Context,
): Merged {
  const id = context.ids.next('mrg', context.now);
  const moved = movePoints(from, into, { actor, reference: id, rule: 'merged' }, context);
  const chats = from.addresses.filter(({ channel }) => channel !== 'sms').map((address) => address.id);
  const codes = facts
    .couponWallet({ customerId: from.customer.id, limit: mostCoupons, offset: 0 })
    .map(({ code }) => ({ ...code, customerId: into.customer.id, revision: code.revision + 1 }));
  const filled = fillable.filter((field) => into.customer[field] === null && from.customer[field] !== null);
  const gained = Object.fromEntries(filled.map((field) => [field, from.customer[field]]));
  const stays: Customer = { ...into.customer, ...gained };
  const row: Merge = {
    ...{ id, fromId: from.customer.id, intoId: into.customer.id, actor, at: context.now },
    details: {
      points: moved.amount,
      lots: moved.lots,
      addresses: chats,
      couponCodes: codes.map(({ code }) => code),
      filled,
    },
    ...{ undoneAt: null, undoneBy: null, revision: 1 },
  };
  const said = { chain: into.customer.id, action: mergeAction, actor, reference: id };
  return {
    merge: row,
    into: stays,
    balance: moved.into.balance.available,
    changes: {
      merges: [row],
      transactions: [...moved.from.transactions, ...moved.into.transactions],
      customerUpdates: [{ ...from.customer, mergedInto: into.customer.id }, stays],
      addressLinks: chats.map((chat) => ({ id: chat, customerId: into.customer.id })),
      couponCodeUpdates: codes,
      consents: refusals(from, into, texts, context),
      audit: auditEntries([{ ...said, details: { points: moved.amount } }], facts, context),
    },
  };
}

interface Why {
  readonly actor: string;
  readonly reference: string;
  readonly rule: 'merged' | 'unmerged';
}

/** Moves what can be spent from one ledger to another; with `only`, what is left of these lots. */
function movePoints(
  from: CustomerRecord,
  into: CustomerRecord,
  { actor, reference, rule }: Why,
  context: Context,
  only?: Parameters<Posting['transferOut']>[1],
) {
  const [giver, taker] = [from, into].map(({ head, lots }) => {
    const posting = openPosting(head, lots, context);
    posting.expireDue(context.now);
    return posting;
  }) as [Posting, Posting];
  const why = (other: CustomerRecord) => ({
    ...{ happenedAt: context.now, actor, reference },
    reason: { rule, other: other.customer.id },
  });
  const left = giver.transferOut(why(into), only);
  const arrived = taker.transferIn(left, why(from));
  return { from: giver, into: taker, amount: left.amount, lots: lotsOf(arrived) };
}

function lotsOf({ lots }: LedgerTransaction) {
  return lots.map(({ id: lotId, points }) => ({ lotId, points }));
}

/** A no of either account is a no; a yes was said for one account, and is not carried over. */
function refusals(
  from: CustomerRecord,
  { customer, consents }: CustomerRecord,
  texts: ConsentTexts,
  context: Context,
): Consent[] {
  const locale = customer.locale ?? from.customer.locale ?? 'uk';
  return consentCategories
    .filter((category) => from.consents[category] === false && consents[category] !== false)
    .map((category) => {
      const answer = { customerId: customer.id, category, granted: false, locale };
      return recordConsent({ ...answer, source: `merge:${from.customer.id}` }, texts, context);
    });
}

/** What taking a merge back needs to know, round by round: by the account that stays. */
export function unmergeRounds(id: (facts: StaffFacts) => CustomerId | undefined): readonly Round[] {
  const found = (facts: StaffFacts) => standing(id(facts), facts);
  return [
    (facts) => {
      const known = id(facts);
      return known ? { merges: [known] } : {};
    },
    (facts) => {
      const row = found(facts);
      if (!row) return {};
      const customers = [row.fromId, row.intoId].map((one) => ({ ref: { id: one }, lots: 'open' as const }));
      return { customers, couponCodes: row.details.couponCodes, auditChains: [row.intoId] };
    },
  ];
}

/** The newest merge into a customer, or of one, that stands. */
function standing(id: CustomerId | undefined, facts: StaffFacts): Merge | undefined {
  return id && facts.merges(id)[0];
}

/** A merge taken back: both accounts as they are now. */
export interface Unmerged {
  readonly merge: Merge;
  /** Points that went back. */
  readonly points: number;
  readonly changes: StaffChanges;
}

/**
 * Takes the newest merge of a customer back, within 30 days. Of the points that came over goes back what is still there:
 * what was spent since stays spent. Chats and unused coupons go back that are still the customer's. Refuses
 * `merge_unknown` and `merge_too_late`.
 */
export function unmerge(
  id: CustomerId,
  actor: string,
  facts: StaffFacts,
  context: Context,
): Outcome<Unmerged> {
  const row = standing(id, facts);
  const [from, into] = [row?.fromId, row?.intoId].map((one) => one && facts.customer({ id: one }));
  if (!row || !from || !into) return refuse('merge_unknown', 'nothing was merged into this account');
  if (row.at + MERGE_UNDO_MS <= context.now || into.customer.erasedAt !== null) {
    return refuse('merge_too_late', 'this can no longer be taken back');
  }
  const { addresses, couponCodes, filled, lots } = row.details;
  const only = new Map(lots.map(({ lotId, points }) => [lotId, points]));
  const moved = movePoints(into, from, { actor, reference: row.id, rule: 'unmerged' }, context, only);
  const chats = into.addresses.filter((address) => addresses.includes(address.id));
  const unknown = filled.filter((field) => into.customer[field] === from.customer[field]);
  const forgotten = Object.fromEntries(unknown.map((field) => [field, null]));
  const codes = couponCodes.flatMap((code) => {
    const found = facts.couponCode(code);
    const theirs = found?.customerId === row.intoId && found.uses === 0;
    return theirs ? [{ ...found, customerId: row.fromId, revision: found.revision + 1 }] : [];
  });
  const undone = { ...row, undoneAt: context.now, undoneBy: actor, revision: row.revision + 1 };
  const said = { chain: row.intoId, action: unmergeAction, actor, reference: row.id };
  return {
    ok: true,
    result: {
      merge: undone,
      points: moved.amount,
      changes: {
        mergeUpdates: [undone],
        transactions: [...moved.from.transactions, ...moved.into.transactions],
        customerUpdates: [
          { ...from.customer, mergedInto: null },
          { ...into.customer, ...forgotten },
        ],
        addressLinks: chats.map((chat) => ({ id: chat.id, customerId: row.fromId })),
        couponCodeUpdates: codes,
        audit: auditEntries([{ ...said, details: { points: moved.amount } }], facts, context),
      },
    },
  };
}

/**
 * What arrived at an account after it was merged (points that had waited, or came back with goods) follows to the one
 * that stays; what it owes is paid there. Safe to repeat.
 */
export function followMerge(
  id: CustomerId,
): Command<StaffNeeds, StaffFacts, StaffChanges, { readonly points: number }> {
  const intoOf = (facts: StaffFacts) => facts.customer({ id })?.customer.mergedInto ?? undefined;
  return {
    name: 'customer.follow_merge',
    needs: { customers: [{ ref: { id }, lots: 'open' }], merges: [id] },
    moreNeeds: [
      (facts) => {
        const into = intoOf(facts);
        return into ? { customers: [{ ref: { id: into }, lots: 'open' }] } : {};
      },
    ],
    decide(facts, context) {
      const [from, intoId] = [facts.customer({ id }), intoOf(facts)];
      const into = intoId && facts.customer({ id: intoId });
      const row = facts.merges(id).find(({ fromId }) => fromId === id);
      const nothing = { ok: true, changes: {}, result: { points: 0 } } as const;
      if (!from || !into || !row || from.customer.erasedAt !== null) return nothing;
      if (from.head.balance.available === 0) return nothing;
      const why = { actor: 'job:merges', reference: row.id, rule: 'merged' } as const;
      const moved = movePoints(from, into, why, context);
      const details = { ...row.details, lots: [...row.details.lots, ...moved.lots] };
      return {
        ok: true,
        changes: {
          mergeUpdates: [{ ...row, details, revision: row.revision + 1 }],
          transactions: [...moved.from.transactions, ...moved.into.transactions],
        },
        result: { points: moved.amount },
      };
    },
  };
}
