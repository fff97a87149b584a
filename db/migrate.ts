import { fileURLToPath } from 'node:url';
import type { Client } from '@libsql/client';
import { drizzle } from 'drizzle-orm/libsql';
import { migrate as applyMigrations } from 'drizzle-orm/libsql/migrator';

const migrationsFolder = fileURLToPath(new URL('./migrations', import.meta.url));

/** Applies the committed migrations that the database does not have yet. Needs a filesystem, so not on Workers. */
export async function migrate(client: Client): Promise<void> {
  await applyMigrations(drizzle(client), { migrationsFolder });
}
