import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Client, createClient } from '@libsql/client';
import Libsql from 'libsql';
import { SvoiError } from '../core/errors.ts';
import { type Database, statement, wrapClient } from './database.ts';
import { type FileDatabase, openFileDatabase } from './file.ts';
import { migrate } from './migrate.ts';
import { openReader } from './reader.ts';

/** Where the database is: `file:…`, or `http(s)://` and `libsql://` for a libSQL server. */
export interface DatabaseSettings {
  readonly url: string;
  readonly authToken?: string | undefined;
}

/**
 * Opens the database and brings its schema up to date. A file is opened by one process only: a second one is
 * refused with `database_in_use`, because two writers on the bundled SQLite can lose commits.
 */
export async function openDatabase(settings: DatabaseSettings): Promise<Database> {
  return settings.url.startsWith('file:') ? openFile(settings.url) : openServer(settings);
}

/** Opens a database that is in use to look at it only: one that its process has opened before. */
export function openToRead({ url, authToken }: DatabaseSettings): Database {
  if (url.startsWith('file:')) return openReader(url.slice('file:'.length));
  return wrapClient(serverClient({ url, authToken }), 'server');
}

function serverClient({ url, authToken }: DatabaseSettings): Client {
  const near = url.startsWith('http://') ? { fetch: fetchPlain } : {};
  return createClient({ url, ...(authToken ? { authToken } : {}), ...near });
}

/** Answers of a server in our own network are not compressed: packing and unpacking took longer than the way. */
function fetchPlain(request: Request): Promise<Response> {
  request.headers.set('accept-encoding', 'identity');
  return fetch(request);
}

async function openServer(settings: DatabaseSettings): Promise<Database> {
  const client = serverClient(settings);
  await migrate(client);
  return wrapClient(client, 'server');
}

async function openFile(url: string): Promise<Database> {
  const path = url.slice('file:'.length);
  mkdirSync(dirname(path), { recursive: true });
  const release = lockFile(path);
  try {
    await migrateFile(url);
    const database = openFileDatabase(path, filePragmas);
    await checkPragmas(database);
    return {
      ...database,
      close() {
        database.close();
        release();
      },
    };
  } catch (error) {
    release();
    throw error;
  }
}

async function migrateFile(url: string): Promise<void> {
  const client = createClient({ url, concurrency: 1 });
  try {
    await migrate(client);
  } finally {
    client.close();
  }
}

/**
 * Full durability, and 32 MiB of pages in memory: a million purchases touch more than the default 2 MiB. Whoever let go of
 * the file just before may still be checkpointing it: that is waited for.
 */
export const filePragmas = [
  'busy_timeout=5000',
  'journal_mode=wal',
  'synchronous=full',
  'cache_size=-32768',
  'wal_autocheckpoint=4000',
];

async function checkPragmas(database: FileDatabase): Promise<void> {
  const pragmas = [statement('pragma journal_mode'), statement('pragma synchronous')];
  const [[journal] = [], [synchronous] = []] = await database.perform(pragmas);
  if (journal?.journal_mode === 'wal' && synchronous?.synchronous === 2) return;
  throw new SvoiError(
    'database_not_durable',
    `the database cannot be set to full durability (journal ${journal?.journal_mode}, synchronous ${synchronous?.synchronous}): put it on a local disk`,
  );
}

/**
 * Holds an exclusive lock beside the database for as long as the process lives: the operating system lets go of it
 * even after kill -9, so no stale lock can keep a shop closed.
 */
export function lockFile(path: string): () => void {
  const lock = new Libsql(`${path}.lock`);
  try {
    lock.exec('pragma locking_mode=exclusive');
    lock.exec('begin exclusive');
    return () => lock.close();
  } catch (error) {
    lock.close();
    if (!/locked|busy/i.test(String(error))) throw error;
    throw new SvoiError(
      'database_in_use',
      `${path} is already in use by another Svoi process: stop that one first, or set DATABASE_URL to another file`,
      { cause: error },
    );
  }
}
