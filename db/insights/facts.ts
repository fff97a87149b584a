import type { CustomerId } from '../../core/ids.ts';
import { type AgeMonths, ageOn } from '../../core/insights/facts/age.ts';
import {
  guessesNothing,
  type ProfileFact,
  settleFacts,
  standingFacts,
} from '../../core/insights/facts/types.ts';
import { type Reading, type Row, type Statement, statement } from '../database.ts';
import { reader } from '../rows.ts';
import * as schema from '../schema.ts';

/** A fact as it stands today. */
export interface FactInView extends ProfileFact {
  /** Of a child: how old it is; null for all other facts. */
  readonly age: AgeMonths | null;
}

/** What is known about a customer, and whether the customer lets us guess. */
export interface FactsInView {
  readonly facts: readonly FactInView[];
  readonly guessing: boolean;
}

const factRow = reader(schema.customerFacts);

/** A fact as stored, in the words of core. */
export function profileFactFrom(row: Row): ProfileFact {
  const { because, ...fact } = factRow(row);
  return {
    ...(fact as Omit<ProfileFact, 'because'>),
    because: JSON.parse(because) as ProfileFact['because'],
  };
}

/** Reads the facts of customers, those of accounts merged into theirs too; `wanted` is who was asked for. */
export function factsOf(ids: readonly CustomerId[]): Statement {
  return statement(
    `select i.value as wanted, f.* from json_each(?) i join customer_facts f on f.customer_id in
       (select id from customers where id = i.value union select id from customers where merged_into = i.value)`,
    JSON.stringify(ids),
  );
}

/** The facts of one customer from rows of `factsOf`, as they stand on `today` (days since 1970 on the program's calendar). */
export function viewFacts(rows: readonly Row[], customerId: CustomerId, today: number): FactsInView {
  const facts = settleFacts(rows.map(profileFactFrom), customerId);
  return {
    facts: standingFacts(facts).map((fact) => ({ ...fact, age: ageOf(fact, today) })),
    guessing: !guessesNothing(facts),
  };
}

function ageOf({ low, high }: ProfileFact, today: number): AgeMonths | null {
  return low === null || high === null ? null : ageOn({ low, high }, today);
}

/** What is known about a customer on `today` (days since 1970 on the program's calendar), the surest first. */
export async function readFacts(
  database: Reading,
  customerId: CustomerId,
  today: number,
): Promise<FactsInView> {
  const [rows = []] = await database.read([factsOf([customerId])]);
  return viewFacts(rows, customerId, today);
}
