import type { CustomerId } from '../../ids.ts';

/** Who says so: the purchases, by our rules; the customer, the staff, or a shop. What people say is never overwritten. */
export const factSources = ['purchases', 'customer', 'staff', 'shop'] as const;
export type FactSource = (typeof factSources)[number];

/** The name of the fact that says: guess nothing about me. It is a wish of the customer's and no fact to be shown. */
export const noGuessing = 'no_guessing';

/** Facts less sure than this are guesses: whoever chooses people by facts leaves them out. */
export const sureEnough = 0.5;

/** What a fact was inferred from; nothing of it where people said so. */
export interface Because {
  /** On how many days something was bought that speaks for it, and on how many anything that could have. */
  readonly days: number;
  readonly ofDays: number;
  /** The first and last of them, in days since 1970 on the shop's calendar. */
  readonly firstDay: number;
  readonly lastDay: number;
  /** Some of the products, by name or SKU, those bought most often first. */
  readonly products: readonly string[];
}

/**
 * One thing known about a customer. `value` is a plain word (`dog`, `Toyota`, a store, a weekday from 1 to 7, an hour
 * from 0 to 23). A child has the value `yes` and a window instead: it was born on a day from `low` to `high`, in days
 * since 1970, both included. The window stands still and the child grows: on day `today` its age in days is at least
 * `today - high` and at most `today - low`. "Younger than 3 years" is surely true where `today - low < 3 * 365.25`,
 * surely false where `today - high >= 3 * 365.25`, and open between; `middle of the window` decides there.
 */
export interface ProfileFact {
  readonly customerId: CustomerId;
  /** `child`, `pet`, `brand` …, and which of several, from 1. */
  readonly name: string;
  readonly item: number;
  readonly value: string;
  readonly low: number | null;
  readonly high: number | null;
  /** From 0 to 1; what people said is 1. */
  readonly sure: number;
  readonly source: FactSource;
  readonly because: Because | null;
  /** When it was said, or last inferred. */
  readonly at: number;
  /** When somebody said it is not so. It stays, so that it is not inferred again. */
  readonly deniedAt: number | null;
  readonly revision: number;
}

/** Customers whose facts are to be read, those denied among them. */
export interface ProfileFactNeeds {
  readonly profileFacts?: readonly CustomerId[];
}

/** What is known about them, with what was said about accounts that were merged into theirs: see `settleFacts`. */
export interface ProfileFacts {
  profileFacts(customerId: CustomerId): readonly ProfileFact[];
}

/** What people say about a customer: written whole, the revision one ahead; and whose facts are all to be forgotten. */
export interface ProfileFactChanges {
  readonly profileFacts?: readonly ProfileFact[];
  /** Of these only what was denied stays, also of accounts merged into theirs. Done before new facts are written. */
  readonly profileFactsForgotten?: readonly CustomerId[];
}

const byNameAndItem = (a: ProfileFact, b: ProfileFact) =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : a.item - b.item;

/**
 * The facts of an account and of those merged into it as those of one person, by name and item. What purchases say is
 * inferred anew for the account that stays, so of the others only words of people count, where the account has none.
 */
export function settleFacts(rows: readonly ProfileFact[], customerId: CustomerId): readonly ProfileFact[] {
  const [own, others] = [
    rows.filter((row) => row.customerId === customerId),
    rows.filter((row) => row.customerId !== customerId),
  ];
  const settled = new Map(own.map((row) => [keyOf(row), row]));
  for (const row of others) {
    const there = settled.get(keyOf(row));
    if (row.source !== 'purchases' && (!there || there.source === 'purchases')) settled.set(keyOf(row), row);
  }
  return [...settled.values()].sort(byNameAndItem);
}

function keyOf({ name, item }: ProfileFact): string {
  return `${name} ${item}`;
}

/** Whether the customer has asked us to guess nothing. */
export function guessesNothing(facts: readonly ProfileFact[]): boolean {
  return facts.some(({ name, deniedAt }) => name === noGuessing && deniedAt === null);
}

/** Those that stand: not denied, and about the customer. */
export function standingFacts(facts: readonly ProfileFact[]): readonly ProfileFact[] {
  return facts.filter(({ name, deniedAt }) => name !== noGuessing && deniedAt === null);
}
