import { isNews, type Models, scoreOf } from '../../core/insights/models.ts';
import { type Reading, readRow, readRows, type Statement, statement } from '../database.ts';

/** One page of customers to score: those after an id, as of a day (days since 1970). */
export interface ScoreQuestion {
  readonly models: Models;
  readonly today: number;
  readonly after: string;
}

/** What a page came to: scores that changed by more than a reader would notice, and where the next page begins. */
export interface ScorePage {
  readonly changed: readonly (readonly [customerId: string, ...score: readonly number[]])[];
  /** The last customer of the page; undefined: there are no more. */
  readonly last: string | undefined;
}

const pageSize = 20_000;

const pageSql = `select max(c.id) as last, count(*) as customers,
    json_group_array(json_array(c.id, c.order_days, c.last_day - c.first_day, ?1 - c.first_day, c.paid_minor,
      s.alive, s.expected_orders, s.value_minor)) as figures
  from (select id, order_days, first_day, last_day, paid_minor from customers
    where id > ?2 and order_days > 1 and erased_at is null and merged_into is null order by id limit ?3) c
  left join customer_scores s on s.customer_id = c.id`;

type Figures = readonly [id: string, ...figures: readonly (number | null)[]];

/** Scores a page of repeat buyers. A long look: see `analyses.ts`. */
export async function scorePage(
  database: Reading,
  { models, today, after }: ScoreQuestion,
): Promise<ScorePage> {
  const page = await readRow(database, pageSql, today, after, pageSize);
  if (!page || page.last === null) return { changed: [], last: undefined };
  const all: readonly Figures[] = JSON.parse(String(page.figures));
  const changed = all.flatMap((figures) => changeOf(models, figures));
  return { changed, last: Number(page.customers) < pageSize ? undefined : String(page.last) };
}

function changeOf(models: Models, [id, ...figures]: Figures): ScorePage['changed'] {
  const [orderDays, spanDays, ageDays, paidMinor] = figures.map(Number) as [number, number, number, number];
  const [alive, expectedOrders, valueMinor] = figures.slice(4);
  const score = scoreOf(models, { orderDays, spanDays, ageDays, paidMinor });
  const kept =
    alive == null
      ? undefined
      : { alive, expectedOrders: Number(expectedOrders), valueMinor: Number(valueMinor) };
  return score && isNews(score, kept) ? [[id, score.alive, score.expectedOrders, score.valueMinor]] : [];
}

/** Keeps scores, in the place of those there were; not of who was forgotten or merged meanwhile. */
export function scoreStatement(changed: ScorePage['changed'], now: number): Statement {
  return statement(
    `insert into customer_scores (customer_id, alive, expected_orders, value_minor, computed_at)
     select value ->> 0, value ->> 1, value ->> 2, value ->> 3, ?2 from json_each(?1) scored
     join customers c on c.id = scored.value ->> 0 and c.erased_at is null and c.merged_into is null where true
     on conflict (customer_id) do update set alive = excluded.alive, expected_orders = excluded.expected_orders,
       value_minor = excluded.value_minor, computed_at = excluded.computed_at`,
    JSON.stringify(changed),
    now,
  );
}

/** Customers with a score who are to have none: gone back to one order, merged, forgotten. All, where no model holds. */
export async function scoresToRemove(
  database: Reading,
  { fitted, limit }: { readonly fitted: boolean; readonly limit: number },
): Promise<string[]> {
  const stands = 'c.order_days > 1 and c.erased_at is null and c.merged_into is null';
  const rows = await readRows(
    database,
    `select s.customer_id as id from customer_scores s left join customers c on c.id = s.customer_id
     where ?1 = 0 or (${stands}) is not true limit ?2`,
    fitted ? 1 : 0,
    limit,
  );
  return rows.map(({ id }) => String(id));
}

/** Removes the scores of customers. */
export function removeScores(customerIds: readonly string[]): Statement {
  return statement(
    'delete from customer_scores where customer_id in (select value from json_each(?))',
    JSON.stringify(customerIds),
  );
}
