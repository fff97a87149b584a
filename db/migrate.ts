import { fileURLToPath } from 'node:url';
import type { Client } from '@libsql/client';
import { drizzle } from 'drizzle-orm/libsql';
import { migrate as applyMigrations } from 'drizzle-orm/libsql/migrator';

const migrationsFolder = fileURLToPath(new URL('./migrations', import.meta.url));

/** Applies the committed migrations that the database does not have yet. Needs a filesystem, so not on Workers. */
export async function migrate(client: Client): Promise<void> {
  const apply = () => applyMigrations(drizzle(client), { migrationsFolder });
  try {
    await apply();
  } catch {
    // They go in as one batch. When two processes start on a new server, the second finds the tables there and
    // fails whole; looking again, it finds nothing left to apply. Any other reason fails again.
    await apply();
  }
}
