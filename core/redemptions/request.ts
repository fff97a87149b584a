import { auditEntries } from '../audit/types.ts';
import { type CodeNeed, type CodeRules, drawCode } from '../customers/one_time_code.ts';
import type { CustomerRecord, CustomerRef } from '../customers/types.ts';
import { invariant, type Outcome, type Refusal, refuse } from '../errors.ts';
import type { RedemptionId, ShopId } from '../ids.ts';
import { openPosting, type Posting } from '../ledger/posting.ts';
import { points } from '../points.ts';
import type { Context, Decision } from '../ports.ts';
import { setAside, shortage } from './hold.ts';
import type {
  Redemption,
  RedemptionChanges,
  RedemptionCommand,
  RedemptionFacts,
  RedemptionNeeds,
  RedemptionStatus,
  SpendingRules,
} from './types.ts';

/** Points a till wants to take, checked and in our words. */
export interface RedemptionInput {
  readonly shopId: ShopId;
  /** The shop's own id of it: the natural key. */
  readonly externalId: string;
  /** Whose points: a customer by name, or whoever shows this code. */
  readonly payer: { readonly customer: CustomerRef } | { readonly code: string };
  readonly points: number;
  /** What the purchase costs that they help to pay. */
  readonly totalMinor: number;
  readonly store: string | null;
  /** How long the customer has to answer, and then the till to finish, in milliseconds. */
  readonly ttlMs: number;
  /** Who did it where no shop system did: `staff:stf_…`. Absent, never null: see `once`. */
  readonly actor?: string;
}

/** What a request came to. */
export interface RedemptionResult {
  readonly id: RedemptionId;
  readonly status: RedemptionStatus;
  readonly points: number;
  /** What the points are worth, in minor units. */
  readonly amountMinor: number;
  readonly expiresAt: number;
  /** How the customer agreed, or is asked. Absent in answers of long ago. */
  readonly consent?: Redemption['consent'];
}

type Requested = Decision<RedemptionChanges, RedemptionResult>;

/**
 * Sets points aside for a purchase. Whoever shows a code has agreed by that; somebody named by phone, card or id is
 * asked in chat first, or, where no chat reaches them, by a code in an SMS, as `codes` says; where no SMS goes either,
 * not at all, which the audit trail keeps. Refuses `payment_code_invalid` (the same for a wrong, used and old one),
 * `customer_not_found`, `customer_not_registered`, `insufficient_points`, `too_many_points`, and what drawing a code
 * refuses; the same id with another body, `redemption_conflict`.
 */
export function requestRedemption(
  input: RedemptionInput,
  rules: SpendingRules,
  codes?: CodeRules,
): RedemptionCommand<RedemptionResult> {
  const { payer, shopId, externalId } = input;
  return {
    name: 'redemption.request',
    once: {
      scope: `${shopId} redemption`,
      key: externalId,
      input,
      conflictCode: 'redemption_conflict',
    },
    needs:
      'code' in payer
        ? { paymentCodes: [payer.code] }
        : { customers: [{ ref: payer.customer, lots: 'open' }] },
    moreNeeds: [(facts) => moreNeeds(input, facts)],
    decide(facts, context) {
      const found = payerOf(input, facts, context);
      return found.ok ? take(input, found.result, { rules, codes, facts, context }) : found;
    },
  };
}

function moreNeeds(input: RedemptionInput, facts: RedemptionFacts): RedemptionNeeds {
  const { payer } = input;
  if ('code' in payer) {
    const id = facts.paymentCode(payer.code)?.customerId;
    return id ? { customers: [{ ref: { id }, lots: 'open' }] } : {};
  }
  const record = facts.customer(payer.customer);
  if (!record) return {};
  const need = codeNeed(input, record);
  return { auditChains: [record.customer.id], ...(need ? { codeStandings: [need] } : {}) };
}

/** The code that proves the customer's phone for this redemption and for no other; undefined without a phone. */
export function codeNeed(
  { shopId, externalId }: Pick<Redemption, 'shopId' | 'externalId'>,
  { customer: { phone } }: CustomerRecord,
): CodeNeed | undefined {
  if (phone === null) return undefined;
  return { phone, purpose: 'redeem', subject: `${shopId} ${externalId}`, asker: `shop:${shopId}` };
}

/** Whose points they are: nobody erased, and nobody whose phone is not proved. */
function payerOf(
  { payer }: RedemptionInput,
  facts: RedemptionFacts,
  { now }: Context,
): Outcome<CustomerRecord> {
  const code = 'code' in payer ? facts.paymentCode(payer.code) : undefined;
  if ('code' in payer && !(code && code.expiresAt > now)) {
    const detail = 'nobody shows this code: it is wrong, was used or is too old. Ask for a new one';
    return refuse('payment_code_invalid', detail, '/code');
  }
  const ref = 'code' in payer ? code && { id: code.customerId } : payer.customer;
  const record = ref && facts.customer(ref);
  if (record?.customer.erasedAt !== null) {
    return refuse('customer_not_found', 'nobody is known by this reference', '/customer');
  }
  if (record.customer.registeredAt === null) {
    const detail = 'the phone is not proved yet: the points wait until its owner joins in a chat';
    return refuse('customer_not_registered', detail, '/customer');
  }
  return { ok: true, result: record };
}

/** All that a request is decided by. */
interface Deciding {
  readonly rules: SpendingRules;
  readonly codes: CodeRules | undefined;
  readonly facts: RedemptionFacts;
  readonly context: Context;
}

function take(input: RedemptionInput, record: CustomerRecord, deciding: Deciding): Requested {
  const { rules, facts, context } = deciding;
  const posting = openPosting(record.head, record.lots, context);
  posting.expireDue(context.now);
  const refusal = shortage(posting.balance.available, input.points) ?? excess(input, rules);
  if (refusal) return { ok: false, refusal };
  const redemption = newRedemption(input, record, deciding);
  if (redemption.consent === 'chat') return ask(redemption);
  if (redemption.consent === 'sms') return askBySms(redemption, record, deciding);
  return hold(input, redemption, posting, facts, context);
}

/** Why the program does not let so many points pay for so small a purchase. */
function excess({ points, totalMinor }: RedemptionInput, rules: SpendingRules): Refusal | undefined {
  const maxPoints = rules.maxSpend(totalMinor);
  if (points <= maxPoints) return undefined;
  const detail = `at most ${maxPoints} points may help to pay for this total`;
  return refuse('too_many_points', detail, '/points', { maxPoints }).refusal;
}

function newRedemption(
  input: RedemptionInput,
  record: CustomerRecord,
  { rules, codes, context }: Deciding,
): Redemption {
  const { ttlMs, shopId, externalId, store, totalMinor } = input;
  const { customer } = record;
  const consent = consentFor(input, record, codes);
  const asks = consent === 'chat' || consent === 'sms';
  return {
    ...{ id: context.ids.next('red', context.now), shopId, externalId, customerId: customer.id },
    ...{ store, totalMinor, points: points(input.points), amountMinor: input.points * rules.pointValueMinor },
    consent,
    actor: input.actor ?? `shop:${shopId}`,
    createdAt: context.now,
    expiresAt: context.now + ttlMs,
    status: asks ? 'awaiting_customer' : 'held',
    ...{ settledAt: null, purchaseId: null, taken: [], returned: 0, revision: 0 },
  };
}

/** How the customer is asked: the code that is shown is a yes; a chat comes before an SMS. */
function consentFor(
  { payer }: RedemptionInput,
  { customer, addresses }: CustomerRecord,
  codes: CodeRules | undefined,
): Redemption['consent'] {
  if ('code' in payer) return 'code';
  if (addresses.some(({ channel, reachable }) => reachable && channel !== 'sms')) return 'chat';
  const { phone } = customer;
  const leadsNowhere = addresses.some((one) => one.externalId === phone && !one.reachable);
  const bySms = phone !== null && !leadsNowhere && codes?.smsPrice(phone) !== undefined;
  return bySms ? 'sms' : 'none';
}

/** Nothing is held yet: the code goes out with the commit, and the customer tells it to the till. */
function askBySms(redemption: Redemption, record: CustomerRecord, deciding: Deciding): Requested {
  const { codes, facts, context } = deciding;
  const need = codeNeed(redemption, record);
  invariant(need && codes, 'an SMS needs a phone, and rules for codes');
  const way = { channel: 'sms', priceMicros: codes.smsPrice(need.phone) ?? 0 } as const;
  const drawn = drawCode(need, way, facts, { ...codes.limits, perAsker: null }, context);
  if (!drawn.ok) return drawn;
  const { code, expiresAt } = drawn.result.code;
  const { id: reference, customerId, points, createdAt: at } = redemption;
  const event = { type: 'points_code', reference, customerId, points, code, expiresAt, at } as const;
  return {
    ok: true,
    changes: { redemptions: [redemption], events: [event], ...drawn.result.changes },
    result: resultOf(redemption),
  };
}

/** Nothing is held yet: the question goes out with the commit. */
function ask(redemption: Redemption): Requested {
  const { id: reference, customerId, points, amountMinor, totalMinor, store, createdAt: at } = redemption;
  const question = { reference, customerId, points, amountMinor, totalMinor, store, at };
  return {
    ok: true,
    changes: { redemptions: [redemption], events: [{ type: 'points_asked', ...question }] },
    result: resultOf(redemption),
  };
}

/** A code that was shown is used up by this; that nobody was asked stands in the audit trail. */
function hold(
  { payer }: RedemptionInput,
  redemption: Redemption,
  posting: Posting,
  facts: RedemptionFacts,
  context: Context,
): Requested {
  const { id: reference, customerId: chain, actor, points, amountMinor, expiresAt } = redemption;
  const held = setAside(redemption, expiresAt, posting, { actor, at: context.now });
  const unasked = { chain, action: 'redemption.unasked', actor, reference, details: { points, amountMinor } };
  return {
    ok: true,
    changes: {
      redemptions: [held],
      transactions: posting.transactions,
      ...('code' in payer
        ? { usedPaymentCodes: [payer.code] }
        : { audit: auditEntries([unasked], facts, context) }),
    },
    result: resultOf(held),
  };
}

function resultOf({ id, status, points, amountMinor, expiresAt, consent }: Redemption): RedemptionResult {
  return { id, status, points, amountMinor, expiresAt, consent };
}
