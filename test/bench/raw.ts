import Libsql from 'libsql';
import type { Statement } from '../../db/database.ts';
import { filePragmas, openDatabase } from '../../db/open.ts';

/** The plainest way to write to a file: the driver on this thread, statements compiled once, nothing else. */
export interface RawDatabase {
  /** Commits all statements at once. */
  write(statements: readonly Statement[]): void;
  close(): void;
}

/** Opens a new file of Svoi's schema, at the durability of a real start. */
export async function openRaw(path: string): Promise<RawDatabase> {
  (await openDatabase({ url: `file:${path}` })).close();
  const driver = new Libsql(path);
  for (const pragma of filePragmas) driver.exec(`pragma ${pragma}`);
  const compiled = new Map<string, ReturnType<typeof driver.prepare>>();
  const run = ({ sql, args }: Statement) => {
    const prepared = compiled.get(sql) ?? driver.prepare(sql);
    compiled.set(sql, prepared);
    prepared.run(args);
  };
  return {
    write(statements) {
      driver.exec('begin immediate');
      statements.forEach(run);
      driver.exec('commit');
    },
    close: () => driver.close(),
  };
}
