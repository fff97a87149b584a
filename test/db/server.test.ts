import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, it } from 'vitest';
import { recordPurchase } from '../../core/checkout/record.ts';
import { fillBatch, orderCodes } from '../../core/coupons/batch.ts';
import { createCoupon } from '../../core/coupons/create.ts';
import { createIds, type ShopId } from '../../core/ids.ts';
import { purchaseRules } from '../../core/program/rules.ts';
import { type Database, readRows, statement } from '../../db/database.ts';
import { openFileDatabase } from '../../db/file.ts';
import { filePragmas, openDatabase } from '../../db/open.ts';
import { createValues } from '../../db/values.ts';
import { verifyLedger } from '../../db/verify.ts';
import { createSvoi } from '../../svoi.ts';
import { databaseContract } from '../contract/database.ts';
import { aDefinition } from '../support/coupons.ts';
import { aPurchase, buy } from '../support/purchases.ts';
import { programOf } from '../support/server.ts';
import { hasLibsqlServer, startLibsqlServer } from '../support/sqld.ts';
import { testSvoi } from '../support/svoi.ts';

const folder = mkdtempSync(join(tmpdir(), 'svoi-server-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

databaseContract('a file', async () => {
  const database = await openDatabase({ url: `file:${join(folder, 'contract.db')}` });
  return { connect: async () => database, stop: async () => database.close() };
});

describe.skipIf(!hasLibsqlServer)('with a real libSQL server', () => {
  databaseContract('a libSQL server', async () => {
    const server = await startLibsqlServer();
    const opened: Database[] = [];
    return {
      async connect() {
        const database = await openDatabase({ url: server.url });
        opened.push(database);
        return database;
      },
      async stop() {
        for (const database of opened) database.close();
        await server.stop();
      },
    };
  });

  it('two processes start on a new server at once, and both get their turn with one busy customer', async () => {
    const server = await startLibsqlServer();
    const clock = { now: () => Date.now() };
    const databases = await Promise.all([1, 2].map(() => openDatabase({ url: server.url })));
    const shops = await Promise.all(
      databases.map((database) => createSvoi({ database, clock, ids: createIds(), random: Math.random })),
    );
    const outcomes = await Promise.all(
      shops.flatMap((svoi, shop) =>
        Array.from({ length: 30 }, (_, index) =>
          buy(svoi, aPurchase({ at: clock.now(), externalId: `${shop}-${index}` })),
        ),
      ),
    );
    const balances = outcomes.map(({ result }) => result.points.balance).sort((a, b) => a - b);
    expect(balances).toEqual(Array.from({ length: 60 }, (_, index) => 50 * (index + 1)));
    for (const database of databases) database.close();
    await server.stop();
  });

  it('two processes take no more of a coupon than it may give, and make no more codes than were wanted', async () => {
    const server = await startLibsqlServer();
    const clock = { now: () => Date.now() };
    const databases = await Promise.all([1, 2].map(() => openDatabase({ url: server.url })));
    const shops = await Promise.all(
      databases.map((database) => createSvoi({ database, clock, ids: createIds(), random: Math.random })),
    );
    const [first, second] = shops;
    if (!first || !second) throw new Error('there are two');
    const rules = purchaseRules(first.program());
    const effect = { kind: 'amount', amount_minor: 1000 };
    const shared = aDefinition({ effect, limits: { budget_minor: 7500 } });
    await first.submit(createCoupon(shared, 'cli', rules));
    const outcomes = await Promise.all(
      shops.flatMap((svoi, shop) =>
        Array.from({ length: 15 }, (_, index) => {
          const customer = { phone: `+38067000${shop}${String(index).padStart(3, '0')}` };
          const input = { at: clock.now(), externalId: `${shop}-${index}`, customer, coupons: ['SPRING'] };
          return svoi.submit(recordPurchase(aPurchase(input), rules));
        }),
      ),
    );
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(7);
    expect(await readRows(first.database, 'select uses, used_minor from coupons')).toEqual([
      { uses: 7, used_minor: 7000 },
    ]);
    const single = aDefinition({ name: 'Single', effect, code: { pattern: '########' } });
    const made = await first.submit(createCoupon(single, 'cli', rules));
    if (!made.ok) throw new Error(made.refusal.code);
    const order = { shopId: 'shp_test' as ShopId, externalId: '1', couponId: made.result.id, count: 5000 };
    const ordered = await first.submit(orderCodes(order, 'cli'));
    if (!ordered.ok) throw new Error(ordered.refusal.code);
    const fills = Array.from({ length: 6 }, (_, index) => (index % 2 ? first : second));
    await Promise.all(fills.map((svoi) => svoi.submit(fillBatch(ordered.result.id, rules))));
    expect(
      await readRows(first.database, 'select count(*) as n from coupon_codes where batch_id is not null'),
    ).toEqual([{ n: 5000 }]);
    for (const database of databases) database.close();
    await server.stop();
  });

  it('a server killed while purchases are written loses none that was acknowledged and doubles none', async () => {
    const server = await startLibsqlServer();
    const { svoi, clock, close } = await testSvoi({ url: server.url });
    const inputs = Array.from({ length: 40 }, (_, index) =>
      aPurchase({
        at: clock.now(),
        externalId: `r-${index}`,
        customer: { phone: `+38067000000${index % 4}` },
      }),
    );
    const waiting = inputs.map((input) => buy(svoi, input));
    await waiting[0];
    await server.restartAfterKill();
    const outcomes = await Promise.all(waiting);
    const rows = await readRows(svoi.database, 'select id from purchases order by id');
    expect(rows.map((row) => row.id)).toEqual(outcomes.map(({ result }) => String(result.id)).sort());
    expect((await verifyLedger(svoi.database)).fault).toBeUndefined();
    close();
    await server.stop();
  });
});

function startShop(url: string, run: string) {
  const child = spawn(process.execPath, programOf('test/support/steady-shop.ts', url, run), {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { child, acknowledged: createInterface(child.stdout), errors: createInterface(child.stderr) };
}

it('kill -9 in the middle of writing loses nothing that was acknowledged', async () => {
  const url = `file:${join(folder, 'killed.db')}`;
  const acknowledged: string[] = [];
  for (const run of ['first', 'second']) {
    const shop = startShop(url, run);
    let seen = 0;
    shop.acknowledged.on('line', (id) => {
      acknowledged.push(id);
      seen += 1;
      if (seen === 40) shop.child.kill('SIGKILL');
    });
    await once(shop.acknowledged, 'close');
    expect(seen).toBeGreaterThanOrEqual(40);
  }
  const database = await openDatabase({ url });
  const rows = await readRows(database, 'select external_id from purchases');
  const kept = new Set(rows.map((row) => row.external_id));
  expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
  expect((await verifyLedger(database)).fault).toBeUndefined();
  database.close();
});

it('a group decided while the disk failed under the one before it is not written, even if the disk works again', async () => {
  const database = await openDatabase({ url: `file:${join(folder, 'failing.db')}` });
  const fatal: unknown[] = [];
  let writes = 0;
  let fail = (): void => {};
  const disk: Database = {
    ...database,
    read(statements) {
      fail();
      return database.read(statements);
    },
    write(statements) {
      writes += 1;
      if (writes > 1) return database.write(statements);
      // The first commit fails while the facts of the next group are being read.
      return new Promise((_, reject) => {
        fail = () => reject(Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_FSYNC' }));
      });
    },
  };
  const svoi = await createSvoi({
    ...{ database: disk, ids: createIds(), random: Math.random, groupLimit: 1 },
    clock: { now: () => Date.now() },
    onFatal: (error) => fatal.push(error),
  });
  const at = Date.now();
  const all = [1, 2, 3, 4].map((index) =>
    buy(svoi, aPurchase({ at, externalId: `r-${index}`, customer: { phone: `+38067000000${index}` } })),
  );
  const outcomes = await Promise.allSettled(all);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'rejected']);
  await svoi.writer.idle();
  expect([writes, fatal.length]).toEqual([1, 1]);
  expect(await readRows(database, 'select external_id from purchases')).toEqual([]);
  database.close();
});

it('a writer that closes commits what it took, and takes nothing more', async () => {
  const { svoi, close } = await testSvoi();
  const at = svoi.clock.now();
  const taken = buy(svoi, aPurchase({ at, externalId: 'taken' }));
  const closed = svoi.writer.close();
  await expect(buy(svoi, aPurchase({ at, externalId: 'late' }))).rejects.toMatchObject({
    code: 'writer_stopped',
  });
  await closed;
  expect(await readRows(svoi.database, 'select external_id from purchases')).toEqual([
    { external_id: 'taken' },
  ]);
  expect(await taken).toMatchObject({ ok: true });
  close();
});

it('whoever has just let go of the file and still holds a lock is waited for', async () => {
  const path = join(folder, 'let-go.db');
  (await openDatabase({ url: `file:${path}` })).close();
  const database = openFileDatabase(path, filePragmas);
  expect(await database.perform([statement('pragma busy_timeout')])).toEqual([[{ timeout: 5000 }]]);
  database.close();
});

it('after a checkpoint the file can be copied alone, without its log', async () => {
  const path = join(folder, 'whole.db');
  const database = await openDatabase({ url: `file:${path}` });
  await createValues(database).set('greeting', 'hello');
  await readRows(database, 'select 1');
  await database.checkpoint?.();
  copyFileSync(path, `${path}-copy`);
  database.close();
  const copy = await openDatabase({ url: `file:${path}-copy` });
  expect(await createValues(copy).get('greeting')).toBe('hello');
  copy.close();
});

it('a second process on the same file is refused with a line that says what to do', async () => {
  const url = `file:${join(folder, 'taken.db')}`;
  const database = await openDatabase({ url });
  const shop = startShop(url, 'second');
  const lines: string[] = [];
  shop.errors.on('line', (line) => lines.push(line));
  const [code] = await once(shop.child, 'close');
  expect(code).toBe(1);
  expect(lines.join('\n')).toMatch(/taken\.db is already in use by another Svoi process: stop that one/);
  database.close();
  expect((await verifyLedger(await openDatabase({ url }))).fault).toBeUndefined();
});

it('after an I/O error nothing more is acknowledged, and the process is told to end', async () => {
  const database = await openDatabase({ url: `file:${join(folder, 'broken.db')}` });
  const fatal: unknown[] = [];
  let broken = false;
  const disk: Database = {
    ...database,
    write: (statements) =>
      broken
        ? Promise.reject(Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_FSYNC' }))
        : database.write(statements),
  };
  const svoi = await createSvoi({
    database: disk,
    clock: { now: () => Date.now() },
    ids: createIds(),
    random: Math.random,
    onFatal: (error) => fatal.push(error),
  });
  const at = Date.now();
  await buy(svoi, aPurchase({ at, externalId: 'before' }));
  broken = true;
  const during = [1, 2, 3].map((index) => buy(svoi, aPurchase({ at, externalId: `during-${index}` })));
  for (const one of during) await expect(one).rejects.toMatchObject({ code: 'writer_stopped' });
  broken = false;
  await expect(buy(svoi, aPurchase({ at, externalId: 'after' }))).rejects.toMatchObject({
    code: 'writer_stopped',
  });
  expect(fatal).toHaveLength(1);
  expect(await readRows(database, 'select external_id from purchases')).toEqual([{ external_id: 'before' }]);
  database.close();
});
