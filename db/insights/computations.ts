import { type Reading, readRow, type Statement, statement } from '../database.ts';

/** What was computed under a name, and when (epoch milliseconds). */
export interface Computation<Result> {
  readonly result: Result;
  readonly computedAt: number;
}

/** What was last computed under `name`, as it was written. Undefined where nothing was. */
export async function readComputation<Result>(
  database: Reading,
  name: string,
): Promise<Computation<Result> | undefined> {
  const row = await readRow(database, 'select result, computed_at from computations where name = ?', name);
  return row && { result: JSON.parse(String(row.result)), computedAt: Number(row.computed_at) };
}

/** Keeps what was computed under `name`, in the place of what was there. */
export function computationStatement(name: string, result: unknown, computedAt: number): Statement {
  return statement(
    `insert into computations (name, result, computed_at) values (?, ?, ?)
     on conflict (name) do update set result = excluded.result, computed_at = excluded.computed_at`,
    name,
    JSON.stringify(result),
    computedAt,
  );
}
