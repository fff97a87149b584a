import type { CustomerChanges, CustomerFacts, CustomerNeeds, CustomerRef } from '../../customers/types.ts';
import { type Outcome, refuse } from '../../errors.ts';
import type { CustomerId } from '../../ids.ts';
import type { Command } from '../../ports.ts';
import { isNear, windowOf } from './age.ts';
import { foldValue } from './trait.ts';
import {
  type FactSource,
  guessesNothing,
  noGuessing,
  type ProfileFact,
  type ProfileFactChanges,
  type ProfileFactNeeds,
  type ProfileFacts,
  settleFacts,
} from './types.ts';

/** Which fact, and which of several. */
type FactRef = Pick<ProfileFact, 'name' | 'item'>;

/** What is said of it: a value, or for a child the window of birthdays. */
export type SaidValue = Pick<ProfileFact, 'value' | 'low' | 'high'>;

/** Who says so, and when. */
export interface Saying {
  readonly customerId: CustomerId;
  readonly source: Exclude<FactSource, 'purchases'>;
  readonly at: number;
}

/** A fact as somebody said it. `rows` are all that are read for the customer: they tell its revision. */
export function saidFact(
  rows: readonly ProfileFact[],
  ref: FactRef,
  value: SaidValue,
  by: Saying,
  deniedAt: number | null = null,
): ProfileFact {
  const own = rows.find((row) => row.customerId === by.customerId && isSame(row, ref));
  return {
    ...{ customerId: by.customerId, name: ref.name, item: ref.item },
    ...{ value: value.value, low: value.low, high: value.high, sure: 1, source: by.source, because: null },
    ...{ at: by.at, deniedAt, revision: (own?.revision ?? 0) + 1 },
  };
}

/** What makes it known that a fact is not so: it is kept, so that it is not inferred again. */
export function deniedFact(rows: readonly ProfileFact[], fact: ProfileFact, by: Saying): ProfileFact {
  return saidFact(rows, fact, fact, by, by.at);
}

/**
 * What is right in the place of a fact: what was wrong is denied, or purchases would tell of it again, and what is right
 * gets a number of its own. A birthday near the window that was there is no other child, only told more exactly.
 */
export function correctedFact(
  rows: readonly ProfileFact[],
  fact: ProfileFact,
  value: SaidValue,
  by: Saying,
): readonly ProfileFact[] {
  if (speaksOfSame(fact, value)) return [saidFact(rows, fact, value, by)];
  const items = rows.filter(({ name }) => name === fact.name).map(({ item }) => item);
  const right = { name: fact.name, item: Math.max(...items) + 1 };
  return [deniedFact(rows, fact, by), saidFact(rows, right, value, by)];
}

function speaksOfSame(fact: SaidValue, other: SaidValue): boolean {
  const [window, otherWindow] = [windowOf(fact), windowOf(other)];
  return window && otherWindow
    ? isNear(window, otherWindow)
    : foldValue(fact.value) === foldValue(other.value);
}

/** Forgets all facts of a customer and infers none from now on; what was denied stays denied. */
export function forgetFacts(rows: readonly ProfileFact[], by: Saying): ProfileFactChanges {
  return {
    profileFactsForgotten: [by.customerId],
    profileFacts: [
      saidFact(rows, { name: noGuessing, item: 1 }, { value: 'yes', low: null, high: null }, by),
    ],
  };
}

/** Lets us infer facts again. */
export function guessAgain(rows: readonly ProfileFact[], by: Saying): ProfileFactChanges {
  const wishes = rows.filter(({ name, deniedAt }) => name === noGuessing && deniedAt === null);
  return {
    profileFacts: wishes.map((wish) => deniedFact(rows, wish, { ...by, customerId: wish.customerId })),
  };
}

function isSame(row: ProfileFact, { name, item }: FactRef): boolean {
  return row.name === name && row.item === item;
}

type Needs = CustomerNeeds & ProfileFactNeeds;
type Facts = CustomerFacts & ProfileFacts;
type FactCommand = Command<Needs, Facts, CustomerChanges & ProfileFactChanges, ProfileFact>;

/**
 * A shop or one of the staff says what they know of a customer; again: nothing more happens. Refuses `customer_not_found`,
 * and `fact_refused` where the customer said something about it, or wants nothing to be known.
 */
export function stateFact(
  ref: CustomerRef,
  fact: FactRef & SaidValue,
  source: 'shop' | 'staff',
): FactCommand {
  return factCommand('fact.state', ref, fact, source, (rows, known, by) => {
    if (known && known.source === source && known.deniedAt === null && isEqual(known, fact))
      return { ok: true, result: known };
    return { ok: true, result: saidFact(rows, fact, fact, by) };
  });
}

/**
 * A shop or one of the staff says that something inferred or said is not so; again: nothing more happens. Refuses
 * `customer_not_found`, `fact_not_found` where nothing is known, and `fact_refused` as above.
 */
export function denyFact(ref: CustomerRef, fact: FactRef, source: 'shop' | 'staff'): FactCommand {
  return factCommand('fact.deny', ref, fact, source, (rows, known, by) => {
    if (!known) return refuse('fact_not_found', 'nothing of that kind is known about this customer');
    return { ok: true, result: known.deniedAt === null ? deniedFact(rows, known, by) : known };
  });
}

type Decide = (
  rows: readonly ProfileFact[],
  known: ProfileFact | undefined,
  by: Saying,
) => Outcome<ProfileFact>;

function factCommand(
  name: string,
  ref: CustomerRef,
  fact: FactRef,
  source: 'shop' | 'staff',
  decide: Decide,
): FactCommand {
  return {
    name,
    needs: { customers: [{ ref }] },
    moreNeeds: [
      (facts) => {
        const id = facts.customer(ref)?.customer.id;
        return id ? { profileFacts: [id] } : {};
      },
    ],
    decide(facts, { now }) {
      const customer = facts.customer(ref)?.customer;
      if (!customer || customer.erasedAt !== null) {
        return refuse('customer_not_found', 'nobody is known by this reference');
      }
      const by: Saying = { customerId: customer.id, source, at: now };
      const rows = facts.profileFacts(customer.id);
      const settled = settleFacts(rows, customer.id);
      const known = settled.find((row) => isSame(row, fact));
      if (guessesNothing(settled))
        return refuse('fact_refused', 'this customer wants nothing of the kind to be known');
      if (known?.source === 'customer')
        return refuse('fact_refused', 'the customer has said something about this');
      const outcome = decide(rows, known, by);
      if (!outcome.ok) return outcome;
      const { result } = outcome;
      return { ok: true, changes: result === known ? {} : { profileFacts: [result] }, result };
    },
  };
}

function isEqual(a: SaidValue, b: SaidValue): boolean {
  return a.value === b.value && a.low === b.low && a.high === b.high;
}
