import { randomBytes } from 'node:crypto';
import { type Outcome, refuse } from '../core/errors.ts';
import type { Ids, ShopId } from '../core/ids.ts';
import type { Clock } from '../core/ports.ts';
import type { Scope, Shop } from '../core/shops.ts';
import { type Database, readRow, readRows, statement } from './database.ts';
import { sha256 } from './hash.ts';
import { inserter, reader } from './rows.ts';
import * as schema from './schema.ts';

/** A shop with what can be known only now: the key, and the secret if it must sign. Neither is shown again. */
export interface NewKey {
  readonly shop: Shop;
  readonly key: string;
}

/** A shop as listed: never its key. */
export interface ListedShop extends Shop {
  readonly createdAt: number;
  readonly revokedAt: number | null;
}

/** The shop systems that may call us. Of a key only its SHA-256 is kept: 256 random bits need no salt. */
export interface Shops {
  /** Adds a shop and returns its key, this once. `signed`: every change it makes must carry a signature. */
  add(name: string, scope: Scope, signed?: boolean): Promise<Outcome<NewKey, 'shop_exists'>>;
  /** All shops ever added, the oldest first. */
  list(): Promise<ListedShop[]>;
  /** Gives a shop, named by its name or id, a new key (and a new secret if it signs); the old ones stop at once. */
  rotate(shop: string): Promise<Outcome<NewKey, 'shop_not_found'>>;
  /** Stops a shop's key for good. */
  revoke(shop: string): Promise<Outcome<Shop, 'shop_not_found'>>;
  /** The shop a key belongs to. A change made by another process is seen within `rememberMs`. */
  find(key: string): Promise<Shop | undefined>;
}

/** Where shops are kept, and how long a key is believed. */
export interface ShopsOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  /** How long a key may be believed without asking the database again. */
  readonly rememberMs?: number;
}

const shopOf = reader(schema.shops);
const insertShop = inserter(schema.shops);

/** Opens the shops of a database. */
export function createShops({ database, clock, ids, rememberMs = 2000 }: ShopsOptions): Shops {
  let remembered = new Map<string, { readonly shop: Shop; readonly until: number }>();

  async function write(sql: string, ...args: (string | number | null)[]): Promise<void> {
    await database.write([statement(sql, ...args)]);
    // A new map, so that a look-up which read the row before this write remembers it nowhere.
    remembered = new Map();
  }

  async function named(shop: string): Promise<ListedShop | undefined> {
    const row = await readRow(
      database,
      'select * from shops where (name = ?1 or id = ?1) and revoked_at is null',
      shop,
    );
    return row && listed(shopOf(row));
  }

  return {
    async add(name, scope, signed = false) {
      if (await readRow(database, 'select 1 from shops where name = ?', name)) {
        return refuse(
          'shop_exists',
          `there is a shop "${name}" already; rotate its key, or use another name`,
        );
      }
      const now = clock.now();
      const shop = { id: ids.next('shp', now), name, scope, signingSecret: signed ? newSecret() : null };
      const key = newKey();
      await database.write([
        insertShop([{ ...shop, keyHash: sha256(key), createdAt: now, revokedAt: null }]),
      ]);
      return { ok: true, result: { shop, key } };
    },
    async list() {
      const rows = await readRows(database, 'select * from shops order by created_at, id');
      return rows.map((row) => listed(shopOf(row)));
    },
    async rotate(nameOrId) {
      const found = await named(nameOrId);
      if (!found) return noShop(nameOrId);
      const key = newKey();
      const shop = { ...found, signingSecret: found.signingSecret && newSecret() };
      const sql = 'update shops set key_hash = ?, signing_secret = ? where id = ?';
      await write(sql, sha256(key), shop.signingSecret, shop.id);
      return { ok: true, result: { shop, key } };
    },
    async revoke(nameOrId) {
      const shop = await named(nameOrId);
      if (!shop) return noShop(nameOrId);
      await write('update shops set revoked_at = ? where id = ?', clock.now(), shop.id);
      return { ok: true, result: shop };
    },
    async find(key) {
      if (!looksLikeKey.test(key)) return undefined;
      const hash = sha256(key);
      const memory = remembered;
      const known = memory.get(hash);
      if (known && known.until > clock.now()) return known.shop;
      memory.delete(hash);
      const row = await readRow(
        database,
        'select * from shops where key_hash = ? and revoked_at is null',
        hash,
      );
      if (!row) return undefined;
      const shop = listed(shopOf(row));
      memory.set(hash, { shop, until: clock.now() + rememberMs });
      return shop;
    },
  };
}

const looksLikeKey = /^svoi_[\w-]{43}$/;

function newKey(): string {
  return `svoi_${randomBytes(32).toString('base64url')}`;
}

/** A secret as Standard Webhooks writes them. */
function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

function listed({ keyHash, id, scope, ...shop }: typeof schema.shops.$inferSelect): ListedShop {
  return { ...shop, id: id as ShopId, scope: scope as Scope };
}

function noShop(nameOrId: string) {
  return refuse('shop_not_found', `no shop is called "${nameOrId}", or its key was revoked`);
}
