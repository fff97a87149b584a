import { type Reading, statement } from '../database.ts';

/** What names are looked up of. */
export const nameKinds = ['stores', 'categories', 'cities', 'segments'] as const;
export type NameKind = (typeof nameKinds)[number];

/** How many are offered. */
const mostNames = 8;

const ofTotals = `select value as name from customer_totals where facet = ? group by value order by count(*) desc, value limit ${mostNames}`;

const statements = {
  stores: statement(ofTotals, 'store'),
  categories: statement(ofTotals, 'category'),
  cities: statement(
    `select city as name from customers where city is not null and erased_at is null and merged_into is null
     group by city order by count(*) desc, city limit ${mostNames}`,
  ),
  segments: statement(
    `select name from segments where removed_at is null order by updated_at desc, name limit ${mostNames}`,
  ),
} as const satisfies Readonly<Record<NameKind, unknown>>;

/** The names most customers have to do with, the most frequent first; of saved segments the newest. */
export async function frequentNames(database: Reading, kind: NameKind): Promise<string[]> {
  const [rows = []] = await database.read([statements[kind]]);
  return rows.map(({ name }) => String(name));
}
