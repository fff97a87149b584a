import Libsql from 'libsql';
import { SvoiError } from '../core/errors.ts';
import type { Database, Row, Statement } from './database.ts';

/** Statements kept compiled: those of Svoi are a few dozen. */
const mostCompiled = 500;

/**
 * Opens a database file beside the connection that writes it, to read only: it never commits nor checkpoints, since
 * two connections that do can lose what was committed. Each batch sees one state of the database.
 */
export function openReader(path: string): Database {
  const driver = new Libsql(path);
  for (const pragma of ['query_only=1', 'wal_autocheckpoint=0', 'busy_timeout=5000', 'cache_size=-8192']) {
    driver.exec(`pragma ${pragma}`);
  }
  const compiled = new Map<string, ReturnType<typeof driver.prepare>>();
  const prepare = (sql: string) => {
    const prepared = compiled.get(sql) ?? driver.prepare(sql);
    if (compiled.size < mostCompiled) compiled.set(sql, prepared);
    return prepared;
  };
  const all = ({ sql, args }: Statement) => prepare(sql).all(args) as Row[];
  return {
    kind: 'file',
    async read(statements) {
      if (statements.length === 1) return statements.map(all);
      // Another connection may commit between two statements: together they must see one state.
      driver.exec('begin');
      try {
        return statements.map(all);
      } finally {
        driver.exec('rollback');
      }
    },
    write: () => Promise.reject(new SvoiError('read_only', 'this connection only reads')),
    close: () => driver.close(),
  };
}
