import { type Database, readRow, statement } from './database.ts';
import { reader } from './rows.ts';
import * as schema from './schema.ts';

/** How far one import has come: the same file, mapping and shop are the same import. */
export type ImportProgress = typeof schema.imports.$inferSelect;

const importOf = reader(schema.imports);

/** The import with this id, if it was ever begun. */
export async function findImport(database: Database, id: string): Promise<ImportProgress | undefined> {
  const row = await readRow(database, 'select * from imports where id = ?', id);
  return row && importOf(row);
}

/** Keeps how far an import has come, in place of what was kept before. */
export async function saveImport(database: Database, progress: ImportProgress): Promise<void> {
  const { id, kind, rowsDone, rejected, startedAt, finishedAt } = progress;
  await database.write([
    statement(
      `insert into imports (id, kind, rows_done, rejected, started_at, finished_at) values (?, ?, ?, ?, ?, ?)
       on conflict (id) do update set rows_done = excluded.rows_done, rejected = excluded.rejected,
         started_at = excluded.started_at, finished_at = excluded.finished_at`,
      id,
      kind,
      rowsDone,
      rejected,
      startedAt,
      finishedAt,
    ),
  ]);
}
