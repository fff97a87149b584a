import { invariant } from '../errors.ts';
import { openPosting } from '../ledger/posting.ts';
import type { LedgerChanges } from '../ledger/types.ts';
import { type Points, points } from '../points.ts';
import type { Context } from '../ports.ts';
import { createCustomer } from './create.ts';
import type { Customer, CustomerChanges, CustomerRecord, Profile } from './types.ts';

/** What the program gives for registering, and how long it lives. */
export interface WelcomeRules {
  readonly version: number;
  readonly welcomePoints: Points;
  /** When points earned at `at` are gone. */
  expiresAt(at: number): number;
}

/** A customer whose phone is proved: the welcome points are given once, on top of what purchases had saved up. */
export interface Registration {
  readonly customer: Customer;
  readonly balance: number;
  readonly welcomePoints: number;
  readonly changes: CustomerChanges & LedgerChanges;
}

/**
 * Registers the owner of a proved `phone` (E.164). `found` is the record with that phone, if there is one;
 * registering again changes the profile and gives nothing. `actor` is who proved it: `customer`, `shop:shp_…`.
 */
export function register(
  phone: string,
  found: CustomerRecord | undefined,
  profile: Partial<Profile> & Pick<Customer, 'registeredIn'>,
  rules: WelcomeRules,
  actor: string,
  context: Context,
): Registration {
  const made = found ? undefined : createCustomer({ phone }, context);
  const record = found ?? made?.record;
  invariant(record, 'a phone can always make a customer');
  const first = record.customer.registeredAt === null;
  const customer = {
    ...record.customer,
    ...profile,
    registeredAt: record.customer.registeredAt ?? context.now,
    registeredIn: first ? profile.registeredIn : record.customer.registeredIn,
  };
  const posting = openPosting(record.head, record.lots, context);
  posting.expireDue(context.now);
  const welcome = first ? rules.welcomePoints : points(0);
  if (welcome > 0) {
    const reason = { rule: 'welcome', version: rules.version } as const;
    posting.earn('welcome', welcome, rules.expiresAt(context.now), {
      happenedAt: context.now,
      actor,
      reason,
    });
  }
  return {
    customer,
    balance: posting.balance.available,
    welcomePoints: welcome,
    changes: {
      ...(found ? { customerUpdates: [customer] } : { customers: [customer] }),
      transactions: posting.transactions,
      events: first
        ? [{ type: 'registered', customerId: customer.id, welcomePoints: welcome, at: context.now }]
        : [],
    },
  };
}
