import { type Database, readRow, statement } from './database.ts';

/** Single values by name, kept over restarts: secrets made once, the playground's clock, how far polling has come. */
export interface Values {
  get(name: string): Promise<string | undefined>;
  set(name: string, value: string): Promise<void>;
  /** Sets `value` unless there is one already, and returns what holds then. */
  setOnce(name: string, value: string): Promise<string>;
}

const insert = 'insert into values_kept (name, value) values (?, ?)';

/** The values of `database`. */
export function createValues(database: Database): Values {
  const get = async (name: string) => {
    const row = await readRow(database, 'select value from values_kept where name = ?', name);
    return row ? String(row.value) : undefined;
  };
  return {
    get,
    async set(name, value) {
      await database.write([
        statement(`${insert} on conflict (name) do update set value = excluded.value`, name, value),
      ]);
    },
    async setOnce(name, value) {
      await database.write([statement(`${insert} on conflict (name) do nothing`, name, value)]);
      return (await get(name)) ?? value;
    },
  };
}
