import { refuse } from '../errors.ts';
import type { CustomerId, ShopId } from '../ids.ts';
import type { Command, Context, Decision } from '../ports.ts';
import { type ConsentTexts, recordConsent } from './consents.ts';
import { createCustomer } from './create.ts';
import type {
  ChannelName,
  ConsentCategory,
  Customer,
  CustomerChanges,
  CustomerFacts,
  CustomerNeeds,
  CustomerRecord,
  Locale,
  Profile,
} from './types.ts';

/** A customer as a shop system posts it, checked and in our words. What is absent is left as it is. */
export interface CustomerInput extends Partial<Profile> {
  readonly shopId: ShopId;
  /** E.164. */
  readonly phone: string;
  readonly externalId?: string;
  readonly card?: string;
  /** Where the customer wants to be written to first. */
  readonly preferredChannel?: ChannelName | null;
  /** What the person told the shop. A "no" given before is not turned into a "yes" by a shop. */
  readonly consents?: Partial<Record<ConsentCategory, boolean>>;
}

/** Whom a shop's record turned out to be. */
export interface UpsertedCustomer {
  readonly id: CustomerId;
  readonly created: boolean;
}

/**
 * Makes or changes the customer with this phone. A shop does not prove a phone, so nobody is registered by this
 * and no welcome points are given. A customer known only by this shop's id gets the phone, if it is nobody's.
 * Safe to repeat. Refuses `customer_mismatch` (phone and id name two people) and `card_taken`.
 */
export function upsertCustomer(
  input: CustomerInput,
  texts: ConsentTexts,
  fallbackLocale: Locale,
): Command<CustomerNeeds, CustomerFacts, CustomerChanges, UpsertedCustomer> {
  return {
    name: 'customer.upsert',
    needs: { customers: refsOf(input).map((ref) => ({ ref })) },
    decide(facts, context) {
      const found = find(input, facts);
      if (!found.ok) return found;
      const made = found.record ? undefined : createCustomer({ phone: input.phone }, context);
      const record = found.record ?? made?.record;
      if (!record) return refuse('customer_not_found', 'a customer is made by a phone');
      const customer = changed(record.customer, input, facts);
      const changes: CustomerChanges = {
        ...(made ? { customers: [customer] } : {}),
        ...(found.record && differs(customer, found.record.customer) ? { customerUpdates: [customer] } : {}),
        ...(found.linkExternalId && input.externalId !== undefined
          ? { externalIds: [{ ...externalRef(input, input.externalId), customerId: customer.id }] }
          : {}),
        consents: consentsOf(input, record, customer.locale ?? fallbackLocale, texts, context),
      };
      return { ok: true, changes, result: { id: customer.id, created: made !== undefined } };
    },
  };
}

type Found =
  | { readonly ok: true; readonly record: CustomerRecord | undefined; readonly linkExternalId: boolean }
  | Extract<Decision<never, never>, { ok: false }>;

function externalRef(input: CustomerInput, externalId: string) {
  return { shopId: input.shopId, externalId };
}

function refsOf(input: CustomerInput) {
  const { phone, externalId, card } = input;
  return [
    { phone },
    ...(externalId === undefined ? [] : [externalRef(input, externalId)]),
    ...(card === undefined ? [] : [{ card }]),
  ];
}

function find(input: CustomerInput, facts: CustomerFacts): Found {
  const { phone, externalId, card } = input;
  const byPhone = facts.customer({ phone });
  const byId = externalId === undefined ? undefined : facts.customer(externalRef(input, externalId));
  const record = byPhone ?? byId;
  const otherPerson = byPhone ? byId && byId.customer.id !== byPhone.customer.id : byId?.customer.phone;
  if (otherPerson) {
    const detail = 'this external_id already belongs to a customer with another phone';
    return refuse('customer_mismatch', detail, '/external_id');
  }
  const holder = card === undefined ? undefined : facts.customer({ card });
  if (holder && holder.customer.id !== record?.customer.id) {
    return refuse('card_taken', 'this card already belongs to another customer', '/card');
  }
  return { ok: true, record, linkExternalId: externalId !== undefined && !byId };
}

const fields = [
  ...(['phone', 'card', 'name', 'birthday', 'gender', 'locale', 'zone', 'city'] as const),
  'preferredChannel',
] as const;

/** A phone or card that leads to the customer already stays where it is: it may be that of an account merged into it. */
function changed(customer: Customer, input: CustomerInput, facts: CustomerFacts): Customer {
  const leads = {
    phone: facts.customer({ phone: input.phone }) !== undefined,
    card: input.card !== undefined && facts.customer({ card: input.card }) !== undefined,
  };
  const given = fields
    .filter((field) => input[field] !== undefined)
    .filter((field) => !((field === 'phone' || field === 'card') && leads[field]))
    .map((field) => [field, input[field]]);
  return { ...customer, ...Object.fromEntries(given) };
}

function differs(a: Customer, b: Customer): boolean {
  return fields.some((field) => a[field] !== b[field]);
}

function consentsOf(
  input: CustomerInput,
  record: CustomerRecord,
  locale: Locale,
  texts: ConsentTexts,
  context: Context,
) {
  const answers = [
    ['service', input.consents?.service],
    ['marketing', input.consents?.marketing],
  ] as const;
  return answers.flatMap(([category, granted]) => {
    const before = record.consents[category];
    if (granted === undefined || granted === before || before === false) return [];
    const source = `shop:${input.shopId}`;
    return [
      recordConsent({ customerId: record.customer.id, category, granted, locale, source }, texts, context),
    ];
  });
}
