import { localTime } from '../core/time.ts';
import {
  type Database,
  type Reading,
  type Row,
  readRow,
  readRows,
  type Statement,
  statement,
} from './database.ts';
import { recountFigures, recountTotals, wrongTotals } from './figures.ts';
import * as schema from './schema.ts';
import { createValues } from './values.ts';

/** How far a rebuild has come. */
export interface RebuildProgress {
  /** The zone whose days are counted. */
  readonly zone: string;
  readonly startedAt: number;
  /** Local times come before figures, which count their days. Of each, the last id that is done. */
  readonly part: 'purchases' | 'customers';
  readonly after: string;
  readonly purchases: number;
  readonly customers: number;
  /** Purchases whose local time was another, and customers of whom any figure or total was. */
  readonly moved: number;
  readonly differed: number;
}

/** What a rebuild works with. */
export interface RebuildOptions {
  readonly database: Database;
  readonly zone: string;
  readonly now: number;
  /** `customersToRebuild`, asked away from the thread that serves requests. */
  nextCustomers(after: string): Promise<CustomersToRebuild>;
  /** Called after each page. Whoever throws here ends the rebuild: the next one goes on from there. */
  onProgress?(progress: RebuildProgress): void;
}

/** One page is one commit: a purchase that is posted meanwhile waits for no more than that. */
const pagePurchases = 2000;
const pageCustomers = 200;
/** Where a rebuild is kept that was stopped, and for how long it is worth going on with. */
const keptAs = 'rebuild';
const keptMs = 24 * 60 * 60_000;

/**
 * Counts the figures and totals of all customers from scratch, and local times in `zone`. Safe beside a running writer and
 * to repeat; one that was stopped goes on where it was.
 */
export async function rebuildFigures(options: RebuildOptions): Promise<RebuildProgress> {
  const { database, onProgress = () => {} } = options;
  let progress = await findProgress(options);
  for (;;) {
    const page =
      progress.part === 'purchases'
        ? await purchasePage(progress, options)
        : await customerPage(progress, options);
    if (!page) break;
    progress = page;
    onProgress(progress);
  }
  await database.write([statement('delete from values_kept where name = ?', keptAs)]);
  return progress;
}

async function findProgress({ database, zone, now }: RebuildOptions): Promise<RebuildProgress> {
  const kept = await createValues(database).get(keptAs);
  const earlier = kept && (JSON.parse(kept) as RebuildProgress);
  if (earlier && earlier.zone === zone && earlier.startedAt > now - keptMs) return earlier;
  return {
    ...{ zone, startedAt: now, part: 'purchases', after: '' },
    ...{ purchases: 0, customers: 0, moved: 0, differed: 0 },
  };
}

function keep(progress: RebuildProgress): Statement {
  return statement(
    'insert into values_kept (name, value) values (?, ?) on conflict (name) do update set value = excluded.value',
    keptAs,
    JSON.stringify(progress),
  );
}

type PurchaseTime = readonly [id: string, at: number, localAt: number];

/** Local times of the next purchases; after the last of them, the first customers are next. */
async function purchasePage(before: RebuildProgress, { database }: RebuildOptions): Promise<RebuildProgress> {
  const row = await readRow(
    database,
    `select json_group_array(json_array(id, at, local_at)) as page
     from (select id, at, local_at from purchases where id > ? order by id limit ?)`,
    before.after,
    pagePurchases,
  );
  const page = JSON.parse(String(row?.page)) as PurchaseTime[];
  const last = page.at(-1);
  if (!last) return { ...before, part: 'customers', after: '' };
  const wrong = page
    .map(([id, at, localAt]) => [id, localTime(at, before.zone), localAt] as const)
    .filter(([, right, localAt]) => right !== localAt);
  const progress = {
    ...before,
    after: last[0],
    purchases: before.purchases + page.length,
    moved: before.moved + wrong.length,
  };
  await database.write([...(wrong.length > 0 ? [moveTo(wrong)] : []), keep(progress)]);
  return progress;
}

function moveTo(times: readonly (readonly [id: string, right: number, was: number])[]): Statement {
  return statement(
    `update purchases set local_at = moved.value ->> 1, revision = revision + 1 from json_each(?) as moved
     where purchases.id = moved.value ->> 0`,
    JSON.stringify(times),
  );
}

const wantedSql = 'select value from json_each(?1)';

/** The next customers, and those among them whose totals are wrong: the others' need not be written again. */
export interface CustomersToRebuild {
  readonly ids: readonly string[];
  readonly wrong: readonly string[];
}

/** The next customers after an id: as many as one page takes. */
export async function customersToRebuild(database: Reading, after: string): Promise<CustomersToRebuild> {
  const rows = await readRows(
    database,
    `select id, (select count(*) from purchases where customer_id = customers.id) as purchases
     from customers where id > ? order by id limit ?`,
    after,
    pageCustomers,
  );
  let purchases = 0;
  const fits = rows.filter((row) => {
    purchases += Number(row.purchases);
    return purchases <= pagePurchases;
  });
  // One who has more than a page takes is a page alone.
  const ids = (fits.length > 0 ? fits : rows.slice(0, 1)).map(({ id }) => String(id));
  const [wrong = []] = await database.read([wrongTotals(wantedSql, JSON.stringify(ids))]);
  return { ids, wrong: wrong.map((row) => String(row.customer_id)) };
}

/** Figures of the next customers; undefined where there are none left. */
async function customerPage(
  before: RebuildProgress,
  { database, nextCustomers }: RebuildOptions,
): Promise<RebuildProgress | undefined> {
  const { ids, wrong } = await nextCustomers(before.after);
  const last = ids.at(-1);
  if (last === undefined) return undefined;
  const [all, some] = [ids, wrong].map((list) => JSON.stringify(list)) as [string, string];
  const results = await database.write([
    // A page behind: it is done again after a stop, which changes nothing.
    keep(before),
    figuresOf(all),
    recountFigures(wantedSql, all),
    figuresOf(all),
    ...(wrong.length > 0 ? recountTotals(wantedSql, some) : []),
  ]);
  const changed = new Set([...changedBetween(results[1] ?? [], results[3] ?? []), ...wrong]);
  return {
    ...before,
    after: last,
    customers: before.customers + ids.length,
    differed: before.differed + changed.size,
  };
}

const figureColumns = schema.customerFigures.map((figure) => schema.customers[figure].name).join(', ');

function figuresOf(ids: string): Statement {
  return statement(
    `select id, json_array(${figureColumns}) as figures from customers where id in (${wantedSql}) order by id`,
    ids,
  );
}

function changedBetween(before: readonly Row[], after: readonly Row[]): string[] {
  return after.filter(({ figures }, index) => figures !== before[index]?.figures).map(({ id }) => String(id));
}
