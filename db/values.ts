import { type Database, readRows, statement } from './database.ts';

/** Single values by name, kept over restarts: secrets made once, the playground's clock, how far polling has come. */
export interface Values {
  get(name: string): Promise<string | undefined>;
  /** Those of several that there are, by name. */
  getAll(names: readonly string[]): Promise<ReadonlyMap<string, string>>;
  set(name: string, value: string): Promise<void>;
  /** Sets each to its value, all in one commit. */
  setAll(values: ReadonlyMap<string, string>): Promise<void>;
  /** Sets `value` unless there is one already, and returns what holds then. */
  setOnce(name: string, value: string): Promise<string>;
}

const insert =
  'insert into values_kept (name, value) select value ->> 0, value ->> 1 from json_each(?) where true';

/** The values of `database`. */
export function createValues(database: Database): Values {
  const getAll = async (names: readonly string[]) => {
    const sql = 'select name, value from values_kept where name in (select value from json_each(?))';
    const rows = await readRows(database, sql, JSON.stringify(names));
    return new Map(rows.map(({ name, value }) => [String(name), String(value)]));
  };
  const get = async (name: string) => (await getAll([name])).get(name);
  const write = async (values: Iterable<readonly [string, string]>, conflict: string) => {
    await database.write([
      statement(`${insert} on conflict (name) do ${conflict}`, JSON.stringify([...values])),
    ]);
  };
  const setAll = (values: ReadonlyMap<string, string>) => write(values, 'update set value = excluded.value');
  return {
    get,
    getAll,
    setAll,
    set: (name, value) => setAll(new Map([[name, value]])),
    async setOnce(name, value) {
      await write([[name, value]], 'nothing');
      return (await get(name)) ?? value;
    },
  };
}
