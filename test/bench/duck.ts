import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { RfmResult } from '../../core/insights/rfm/types.ts';
import type { Database } from '../../db/database.ts';
import { readRow } from '../../db/database.ts';

/** DuckDB with a table of the same purchases: a number for each customer, the day, and what was paid. */
export interface Duck {
  /** Cuts and sizes by code as of `day`, from the purchases. */
  rfm(day: number): Promise<Record<string, RfmResult['codes'][string]>>;
  close(): void;
}

const page = 200_000;

/** As much of DuckDB's package as is used here. */
interface DuckPackage {
  readonly DuckDBInstance: { create(path: string): Promise<{ connect(): Promise<Connection> }> };
}

interface Connection {
  run(sql: string): Promise<unknown>;
  runAndReadAll(sql: string): Promise<{ getRowObjects(): Record<string, unknown>[] }>;
  closeSync(): void;
}

const wanted = '@duckdb/node-api';

/** Not among the dependencies: 70 MiB of native code for one line of the bench. */
async function duckPackage(): Promise<DuckPackage> {
  try {
    return (await import(/* @vite-ignore */ wanted)) as DuckPackage;
  } catch (cause) {
    const how = `npm install --no-save ${wanted}@1.5.6-r.1`;
    throw new Error(`this line compares with DuckDB, which is not installed: ${how}`, { cause });
  }
}

/** Copies the purchases of `database` into DuckDB, by way of a file in `folder`. */
export async function openDuck(database: Database, folder: string): Promise<Duck> {
  const csv = `${folder}/purchases.csv`;
  await exportPurchases(database, csv);
  const { DuckDBInstance } = await duckPackage();
  const instance = await DuckDBInstance.create(':memory:');
  const duck = await instance.connect();
  await duck.run(
    `create table raw as select * from read_csv('${csv}', header = false, columns = {'id': 'varchar', 'day': 'integer', 'minor': 'bigint'})`,
  );
  await duck.run(
    'create table people as select id, row_number() over () as customer from (select distinct id from raw)',
  );
  await duck.run(
    'create table purchases as select customer::integer as customer, day, minor from raw join people using (id)',
  );
  await duck.run('drop table raw');
  return {
    async rfm(day) {
      const rows = await (await duck.runAndReadAll(query(day))).getRowObjects();
      return Object.fromEntries(
        rows.map(({ code, customers, orders, paid }) => [
          String(code),
          { customers: Number(customers), orders: Number(orders), paidMinor: Number(paid) },
        ]),
      );
    },
    close: () => duck.closeSync(),
  };
}

async function exportPurchases(database: Database, csv: string): Promise<void> {
  const file = createWriteStream(csv);
  const sql = `select max(id) as last, count(*) as purchases,
      group_concat(customer_id || ',' || (local_at / 86400000) || ',' || total_minor || char(10), '') as text
    from (select id, customer_id, local_at, total_minor from purchases where id > ? order by id limit ${page})`;
  for (let after = ''; ; ) {
    const row = await readRow(database, sql, after);
    if (!file.write(String(row?.text ?? ''))) await once(file, 'drain');
    if (Number(row?.purchases) < page) break;
    after = String(row?.last);
  }
  file.end();
  await once(file, 'finish');
}

function query(day: number): string {
  const above = (value: string, cuts: string) =>
    [1, 2, 3, 4].map((index) => `(${value} > ${cuts}[${index}])::integer`).join(' + ');
  return `with figures as (
      select ${day} - max(day) as recency, count(*) as orders, sum(minor) as paid from purchases group by customer),
    cuts as (select quantile_cont(recency, [0.2, 0.4, 0.6, 0.8]) as r, quantile_cont(orders, [0.2, 0.4, 0.6, 0.8]) as f,
      quantile_cont(paid, [0.2, 0.4, 0.6, 0.8]) as m from figures)
    select (5 - (${above('recency', 'r')})) * 100 + (1 + ${above('orders', 'f')}) * 10 + 1 + ${above('paid', 'm')} as code,
      count(*) as customers, sum(orders) as orders, sum(paid) as paid
    from figures, cuts group by 1`;
}
