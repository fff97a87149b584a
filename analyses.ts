import type { Reading } from './db/database.ts';
import { factsPage } from './db/insights/facts_pages.ts';
import { secondPurchase } from './db/insights/lifecycle.ts';
import { fitModels } from './db/insights/models.ts';
import { scorePage, scoresToRemove } from './db/insights/scores.ts';

/**
 * Long looks at the database by name: each reads, counts, and answers with data that can be sent between threads. None
 * writes, and none may hold up the thread that serves requests (see `analyst.ts`).
 */
export const analyses = {
  /** How many customers there are: those who were forgotten, and those who became part of another, aside. */
  async customers(database: Reading, _: null): Promise<number> {
    const sql = 'select count(*) as customers from customers where erased_at is null and merged_into is null';
    const [rows] = await database.read([{ sql, args: [] }]);
    return Number(rows?.[0]?.customers ?? 0);
  },
  factsPage,
  secondPurchase,
  fitModels,
  scorePage,
  scoresToRemove,
} satisfies Record<string, (database: Reading, question: never) => Promise<unknown>>;

/** The analyses by name. */
export type Analyses = typeof analyses;
