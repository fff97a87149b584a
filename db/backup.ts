import { existsSync } from 'node:fs';
import { link, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import Libsql from 'libsql';
import { SvoiError } from '../core/errors.ts';
import { type Database, readRow } from './database.ts';
import { lockFile, openDatabase } from './open.ts';

/**
 * Copies the database at `path` into a new file, whole and compact, also while a server writes it. Refuses to write
 * over a file that is there.
 */
export async function backUp(path: string, target: string): Promise<void> {
  if (!existsSync(path)) throw new SvoiError('no_database', `there is no database at ${path}`);
  if (existsSync(target)) throw new SvoiError('file_exists', `${target} is there already: name another file`);
  const unfinished = `${target}.unfinished`;
  await rm(unfinished, { force: true });
  const driver = new Libsql(path);
  try {
    driver.exec('pragma wal_autocheckpoint=0');
    driver.prepare('vacuum into ?').run([unfinished]);
  } catch (cause) {
    await rm(unfinished, { force: true });
    throw new SvoiError('backup_failed', `${target} cannot be written: ${String(cause)}`, { cause });
  } finally {
    driver.close();
  }
  await sync(unfinished);
  await rename(unfinished, target);
  await sync(dirname(target));
}

/**
 * Puts a backup in the place of the database at `path`, after `check` has found nothing wrong in a copy of it. Refuses
 * while a process uses the database. The database that was there is kept: resolves to its new name, if there was one.
 */
export async function restore(
  backup: string,
  path: string,
  now: number,
  check: (database: Database) => Promise<void>,
): Promise<string | undefined> {
  refuseStrangers(backup);
  const release = lockFile(path);
  const copy = `${path}.restoring`;
  try {
    await removeDatabase(copy);
    // Not a copy of the file alone: what its log still holds belongs to it.
    await backUp(backup, copy);
    await checkCopy(copy, check);
    const kept = existsSync(path)
      ? `${path}.before-${new Date(now).toISOString().replace(/[:.]/g, '-')}`
      : undefined;
    if (kept !== undefined) await keep(path, kept);
    await rename(copy, path);
    await sync(dirname(path));
    return kept;
  } finally {
    await removeDatabase(copy);
    release();
  }
}

function refuseStrangers(backup: string): void {
  if (!existsSync(backup)) throw new SvoiError('no_backup', `there is no file ${backup}`);
  const driver = new Libsql(backup);
  try {
    driver.exec('pragma query_only=1');
    const sql = "select name from sqlite_master where type = 'table' and name = 'ledger_transactions'";
    if (driver.prepare(sql).all([]).length === 1) return;
  } catch (cause) {
    throw new SvoiError('not_a_backup', `${backup} is not a database, or it is damaged`, { cause });
  } finally {
    driver.close();
  }
  throw new SvoiError('not_a_backup', `${backup} is not a backup of Svoi`);
}

async function checkCopy(copy: string, check: (database: Database) => Promise<void>): Promise<void> {
  const database = await openDatabase({ url: `file:${copy}` });
  try {
    const row = await readRow(database, 'pragma integrity_check(1)');
    if (row?.integrity_check !== 'ok') {
      throw new SvoiError('not_a_backup', `the backup is damaged: ${row?.integrity_check}`);
    }
    await check(database);
  } finally {
    database.close();
  }
}

/** The old database under another name, with what its log still holds; its own name stays until it is replaced. */
async function keep(path: string, kept: string): Promise<void> {
  await link(path, kept).catch(() => rename(path, kept));
  for (const part of ['-wal', '-shm']) {
    if (existsSync(path + part)) await rename(path + part, kept + part);
  }
}

async function removeDatabase(path: string): Promise<void> {
  for (const part of ['', '-wal', '-shm', '.lock']) await rm(path + part, { force: true });
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r');
  await file.sync().finally(() => file.close());
}
