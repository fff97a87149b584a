import { lifecycleStates } from '../../core/insights/lifecycle.ts';
import { rfmSegments, rfSegments } from '../../core/program/rfm.ts';
import { ageEnding } from '../../core/segments/fields.ts';
import type { Catalogue } from '../../core/segments/types.ts';
import { type Reading, type Row, type Statement, statement } from '../database.ts';
import type { SegmentProgram } from './context.ts';

/** A list that is longer than this is not checked: whatever is typed is taken. */
const mostNames = 20_000;

/** The values of a column that stands second in an index, each looked up by the one before: no matter how many rows. */
function distinct(table: string, column: string, where: string, ...args: Statement['args']): Statement {
  return statement(
    `with recursive found (name) as (
       select min(${column}) from ${table} where ${where}
       union all
       select (select min(${column}) from ${table} where ${where} and ${column} > found.name) from found where found.name is not null)
     select name from found where name is not null limit ${mostNames + 1}`,
    ...args,
    ...args,
  );
}

const bought = (facet: string) => distinct('customer_totals', 'value', 'facet = ?', facet);

const statements: readonly Statement[] = [
  bought('store'),
  bought('category'),
  bought('product'),
  statement(`select sku as name from products limit ${mostNames + 1}`),
  statement('select name from segments where removed_at is null'),
  statement(`select name from coupons limit ${mostNames + 1}`),
  statement('select name from shops'),
  distinct('customer_facts', 'name', 'true'),
];

/** The names a shop has, for checking what people write in segments, and for saying what they may have meant. */
export async function segmentCatalogue(database: Reading, program: SegmentProgram): Promise<Catalogue> {
  const results = (await database.read(statements)).map(namesIn);
  const [stores = [], categories = [], products = [], listed = [], ...more] = results;
  const [segments = [], coupons = [], shops = [], facts = []] = more;
  return {
    ...checked({ stores, categories, products: [...new Set([...products, ...listed])], coupons }),
    ...{ segments, shops },
    facts: factNames(facts, program),
    tiers: program.tiers.map(({ name }) => name),
    rfmProfiles: program.rfm.profiles.map(({ name }) => name),
    ...{ rfmSegments, rfSegments, lifecycles: lifecycleStates },
  };
}

function namesIn(rows: readonly Row[]): string[] {
  return rows.map(({ name }) => String(name));
}

/** The lists that are whole. */
function checked(lists: Readonly<Partial<Record<keyof Catalogue, readonly string[]>>>): Catalogue {
  return Object.fromEntries(Object.entries(lists).filter(([, names]) => names.length <= mostNames));
}

/** Facts that are known of somebody, and those the program's rules can infer; a child's age by its own name. */
function factNames(known: readonly string[], { facts = [] }: SegmentProgram): string[] {
  const children = facts.filter(({ kind }) => kind === 'child').map(({ name }) => name);
  const aged = new Set([...children, ...known.filter((name) => name === 'child')]);
  const names = [...known, ...facts.map(({ name }) => name)].filter((name) => name !== 'no_guessing');
  return [...new Set([...names, ...[...aged].map((name) => name + ageEnding)])];
}
