import type { Client, InStatement, ResultSet } from '@libsql/client';

/** One statement with its arguments. */
export type Statement = { readonly sql: string; readonly args: readonly (string | number | null)[] };

/** A row by column name. Text and whole numbers only: there are no blobs, and no integer leaves 2^53. */
export type Row = Readonly<Record<string, string | number | null>>;

/** The database as the stores see it: batches, each atomic. The same on a file and on a libSQL server. */
export interface Database {
  readonly kind: 'file' | 'server';
  read(statements: readonly Statement[]): Promise<Row[][]>;
  /** Commits all statements or none, at full durability. */
  write(statements: readonly Statement[]): Promise<Row[][]>;
  /** Gathers all that was committed in the database file itself, so that it may be copied alone; absent on a server. */
  checkpoint?(): Promise<void>;
  close(): void;
}

/** As much of a database as whoever only looks at it needs. */
export type Reading = Pick<Database, 'read'>;

/** A statement from SQL and its arguments. */
export function statement(sql: string, ...args: readonly (string | number | null)[]): Statement {
  return { sql, args };
}

/** Wraps a libSQL client. On a file it must be the only one that writes (docs/decisions/0001). */
export function wrapClient(client: Client, kind: Database['kind']): Database {
  const batch = async (statements: readonly Statement[], mode: 'read' | 'write') => {
    if (statements.length === 0) return [];
    const results = await client.batch(statements as InStatement[], mode);
    return results.map(rowsOf);
  };
  return {
    kind,
    read: (statements) => batch(statements, 'read'),
    write: (statements) => batch(statements, 'write'),
    close: () => client.close(),
  };
}

function rowsOf(result: ResultSet): Row[] {
  return result.rows as unknown as Row[];
}

/** The one row of a one-statement read, or undefined. */
export async function readRow(
  database: Reading,
  sql: string,
  ...args: Statement['args']
): Promise<Row | undefined> {
  const [rows] = await database.read([{ sql, args }]);
  return rows?.[0];
}

/** All rows of a one-statement read. */
export async function readRows(database: Reading, sql: string, ...args: Statement['args']): Promise<Row[]> {
  const [rows] = await database.read([{ sql, args }]);
  return rows ?? [];
}
