import Libsql from 'libsql';
import { SvoiError } from '../core/errors.ts';
import type { Database, Row } from './database.ts';

/**
 * Opens a database file beside the process that writes it, to read only: it never commits nor checkpoints, since two
 * connections that do can lose what was committed. Each batch sees one state of the database.
 */
export function openReader(path: string): Database {
  const driver = new Libsql(path);
  for (const pragma of ['query_only=1', 'wal_autocheckpoint=0', 'busy_timeout=5000'])
    driver.exec(`pragma ${pragma}`);
  return {
    kind: 'file',
    async read(statements) {
      driver.exec('begin');
      try {
        return statements.map(({ sql, args }) => driver.prepare(sql).all(args) as Row[]);
      } finally {
        driver.exec('rollback');
      }
    },
    write: () => Promise.reject(new SvoiError('read_only', 'this connection only reads')),
    close: () => driver.close(),
  };
}
