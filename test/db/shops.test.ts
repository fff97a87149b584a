import { afterEach, beforeEach, expect, test } from 'vitest';
import { readRows } from '../../db/database.ts';
import { createShops, type Shops } from '../../db/shops.ts';
import { type TestSvoi, testSvoi } from '../support/svoi.ts';

let here: TestSvoi;
let shops: Shops;

beforeEach(async () => {
  here = await testSvoi();
  shops = openShops();
});
afterEach(() => here.close());

function openShops(): Shops {
  const { database, ids } = here.svoi;
  return createShops({ database, clock: here.clock, ids });
}

async function added(name = 'Till 1', signed = false) {
  const outcome = await shops.add(name, 'till', signed);
  if (!outcome.ok) throw new Error(outcome.refusal.detail);
  return outcome.result;
}

test('a key opens its own shop, and nothing else does', async () => {
  const { shop, key } = await added();
  expect(await shops.find(key)).toMatchObject({ id: shop.id, name: 'Till 1', scope: 'till' });
  expect(await shops.find(`${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`)).toBeUndefined();
  expect(await shops.find('')).toBeUndefined();
});

test('the database holds no key, only its hash', async () => {
  const { key } = await added();
  const rows = await readRows(here.svoi.database, 'select * from shops');
  expect(JSON.stringify(rows)).not.toContain(key.slice(5));
});

test('two shops cannot share a name', async () => {
  await added();
  expect(await shops.add('Till 1', 'admin')).toMatchObject({ ok: false, refusal: { code: 'shop_exists' } });
});

test('a revoked key stops at once in this process, and within two seconds in another', async () => {
  const { key } = await added();
  const elsewhere = openShops();
  await shops.find(key);
  await elsewhere.find(key);
  await shops.revoke('Till 1');
  expect(await shops.find(key)).toBeUndefined();
  here.clock.advance(2000);
  expect(await elsewhere.find(key)).toBeUndefined();
});

test('a key looked up while it is revoked is not believed afterwards', async () => {
  const { key } = await added();
  const [, revoked] = await Promise.all([shops.find(key), shops.revoke('Till 1')]);
  expect(revoked.ok).toBe(true);
  expect(await shops.find(key)).toBeUndefined();
});

test('rotating gives a new key and a new signing secret, and stops the old key', async () => {
  const { shop, key } = await added('Site', true);
  const rotated = await shops.rotate(shop.id);
  if (!rotated.ok) throw new Error(rotated.refusal.detail);
  expect(await shops.find(key)).toBeUndefined();
  expect(await shops.find(rotated.result.key)).toMatchObject({ id: shop.id });
  expect(shop.signingSecret).toMatch(/^whsec_/);
  expect(rotated.result.shop.signingSecret).not.toBe(shop.signingSecret);
});

test('the list shows revoked shops too, and a shop revoked or unknown is refused by name', async () => {
  await added('A');
  await added('B');
  await shops.revoke('A');
  expect((await shops.list()).map(({ name, revokedAt }) => [name, revokedAt !== null])).toEqual([
    ['A', true],
    ['B', false],
  ]);
  expect(await shops.revoke('A')).toMatchObject({ ok: false, refusal: { code: 'shop_not_found' } });
  expect(await shops.rotate('C')).toMatchObject({ ok: false, refusal: { code: 'shop_not_found' } });
});
