import { describe, expect, test } from 'vitest';
import { type Database, readRows } from '../../db/database.ts';
import { openDatabase } from '../../db/open.ts';
import { verifyLedger } from '../../db/verify.ts';
import { hasLibsqlServer, startLibsqlServer } from '../support/sqld.ts';
import { seededRandom, testSvoi } from '../support/svoi.ts';
import { contentsOfDatabase, contentsOfMemory } from './compare.ts';
import { DatabaseShop } from './database_shop.ts';
import { sendEverything } from './providers.ts';
import { simulate } from './run.ts';
import { history } from './steps.ts';
import { World } from './world.ts';

/** Lives through a history on a database, and compares every row and seal with the same history in memory. */
async function compare(database: Database, seed: number, length: number): Promise<void> {
  const world = new World(seed);
  const shop = await DatabaseShop.open(database, world);
  for (const turn of history(world, length, false)) await shop.take(turn);
  const { store } = simulate(seed, length, { races: false });
  expect(await contentsOfDatabase(database)).toEqual(contentsOfMemory(store));
  expect((await verifyLedger(database)).fault).toBeUndefined();
}

// Whoever replays one seed in memory waits for nothing else.
describe.skipIf(process.env.SVOI_SEED)('a shop ends in the same rows and seals in memory and', () => {
  test.each([11, 12, 13, 14])('on a file, seed %i', async (seed) => {
    const { svoi, close } = await testSvoi();
    try {
      await compare(svoi.database, seed, 200);
    } finally {
      close();
    }
  });

  test.skipIf(!hasLibsqlServer)('on a libSQL server', async () => {
    const server = await startLibsqlServer();
    const database = await openDatabase({ url: server.url });
    try {
      await compare(database, 17, 100);
    } finally {
      database.close();
      await server.stop();
    }
  });
});

test.skipIf(process.env.SVOI_SEED)(
  'providers that fail get every message of a shop in its order, and none of them twice',
  async () => {
    const { svoi, close } = await testSvoi();
    try {
      const world = new World(18);
      const shop = await DatabaseShop.open(svoi.database, world);
      for (const turn of history(world, 150, false)) await shop.take(turn);
      const accepted = await sendEverything(shop.svoi, world.clock, seededRandom(18));
      const ids = accepted.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      const sent = await readRows(svoi.database, `select id from messages where state = 'sent' order by id`);
      expect(sent.map(({ id }) => id)).toEqual([...ids].sort());
      expect(ids.length).toBeGreaterThan(20);
      // An answer may overtake what we began to say ourselves; what matters alike stays in order.
      for (const { address, category } of accepted) {
        const inLine = accepted.filter((one) => one.address === address && one.category === category);
        const told = inLine.map(({ id }) => id);
        expect(told).toEqual([...told].sort());
      }
    } finally {
      close();
    }
  },
);
