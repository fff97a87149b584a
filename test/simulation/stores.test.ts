import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase } from '../../db/open.ts';
import { verifyLedger } from '../../db/verify.ts';
import { testSvoi } from '../support/svoi.ts';
import { contentsOfDatabase, contentsOfMemory } from './compare.ts';
import { DatabaseShop } from './database_shop.ts';
import { simulate } from './run.ts';
import { history } from './steps.ts';
import { World } from './world.ts';

test.each([1, 2, 3])('x %i', async (seed) => {
  const t = await testSvoi();
  const world = new World(seed);
  const shop = await DatabaseShop.open(t.svoi.database, world);
  for (const turn of history(world, 200, false)) await shop.take(turn);
  const memory = simulate(seed, 200, false);
  expect(await contentsOfDatabase(t.svoi.database)).toEqual(contentsOfMemory(memory.store));
  expect((await verifyLedger(t.svoi.database)).fault).toBeUndefined();
  t.close();
});
