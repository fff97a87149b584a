import Libsql from 'libsql';
import type { Database, Row, Statement } from './database.ts';

/**
 * A database file behind the native driver. Every call is synchronous inside, so batches never interleave; compiled
 * statements are kept, which `@libsql/client` does not do (docs/decisions/0001).
 */
export function openDriver(path: string): Database & { exec(sql: string): void } {
  const driver = new Libsql(path);
  const compiled = new Map<string, ReturnType<typeof driver.prepare>>();

  function prepare(sql: string) {
    const known = compiled.get(sql);
    if (known) return known;
    const made = driver.prepare(sql);
    if (compiled.size < 500) compiled.set(sql, made);
    return made;
  }

  function run({ sql, args }: Statement): Row[] {
    const prepared = prepare(sql);
    if (prepared.reader) return prepared.all(args) as Row[];
    prepared.run(args);
    return [];
  }

  function write(statements: readonly Statement[]): Row[][] {
    driver.exec('begin immediate');
    try {
      const results = statements.map(run);
      driver.exec('commit');
      return results;
    } catch (error) {
      if (driver.inTransaction) driver.exec('rollback');
      throw error;
    }
  }

  return {
    kind: 'file',
    read: async (statements) => statements.map(run),
    write: async (statements) => write(statements),
    exec: (sql) => driver.exec(sql),
    close: () => driver.close(),
  };
}
