import Libsql from 'libsql';
import { encodeTime } from 'ulid';
import { createIds } from '../../core/ids.ts';
import { DAY_MS, localTime } from '../../core/time.ts';
import { openDatabase } from '../../db/open.ts';
import { seededRandom } from '../support/svoi.ts';

/** How large a shop to make up. */
export interface ShopSize {
  readonly customers: number;
  /** About so many: within a thousandth. */
  readonly purchases: number;
}

/** A million customers with ten purchases each, or as many as `SVOI_BENCH_CUSTOMERS` says. */
export function shopSize(): ShopSize {
  const customers = Number(process.env.SVOI_BENCH_CUSTOMERS ?? 1_000_000);
  return { customers, purchases: customers * 10 };
}

const zone = 'Europe/Kyiv';
const years = 3;
const mostOrders = 500;

/**
 * Makes a database file of a shop with years of history until `now`, the same for the same arguments. A few customers
 * buy most of it (Pareto), spending is log-normal, and most who once bought have gone silent since. Every figure of a
 * customer is what the commits of these purchases would have left; the ledger alone is empty.
 */
export async function makeShop(path: string, size: ShopSize, now: number): Promise<void> {
  (await openDatabase({ url: `file:${path}` })).close();
  const driver = new Libsql(path);
  const settings = ['journal_mode=off', 'synchronous=off', 'cache_size=-200000'];
  for (const setting of settings) driver.exec(`pragma ${setting}`);
  driver.exec('begin');
  makePeople(driver, size, now);
  makeCalendar(driver, now);
  makeMultipliers(driver);
  driver.exec(made);
  for (const sql of fill(encodeTime(now - DAY_MS, 10), now)) driver.exec(sql);
  driver.exec('commit');
  driver.exec('analyze');
  driver.close();
}

/** Who buys how often, since when and until when, for about how much: everything that is drawn at random. */
function makePeople(driver: Libsql.Database, { customers, purchases }: ShopSize, now: number): void {
  driver.exec(
    'create temp table people (n integer primary key, id text, orders integer, made integer, first_day integer, days integer, money integer, seed integer)',
  );
  const insert = driver.prepare('insert into people values (?, ?, ?, ?, ?, ?, ?, ?)');
  const random = seededRandom(12);
  const ids = createIds(seededRandom(5));
  const weights = Float64Array.from({ length: customers }, () => frequency(random()));
  const scale = purchases / weights.reduce((sum, weight) => sum + weight, 0);
  const today = Math.floor(localTime(now, zone) / DAY_MS);
  let [wanted, made] = [0, 0];
  for (const [index, weight] of weights.entries()) {
    wanted += weight * scale;
    const orders = Math.min(mostOrders, Math.round(wanted) - made);
    const first = Math.floor(365 * years * random() ** 0.8) + 1;
    const alive = Math.floor(-Math.log(1 - random()) * 200 * Math.sqrt(orders + 1));
    // Who still buys was here last within about as long as between two purchases.
    const since = Math.floor((random() * 2 * first) / Math.max(orders, 2));
    const days = orders > 1 ? Math.max(0, Math.min(first - 1 - since, alive)) : 0;
    const money = Math.round(40_000 * logNormal(random, 0.7));
    const id = ids.next('cus', now - DAY_MS - customers + index);
    insert.run([index + 1, id, orders, made, today - first, days, money, Math.floor(random() * 2 ** 31)]);
    made += orders;
  }
}

/** Pareto with a shape of 0.8, to a limit; one in twelve registered and never bought. */
function frequency(random: number): number {
  return random < 1 / 12 ? 0 : Math.min(400, ((1 - random) * (12 / 11)) ** (-1 / 0.8));
}

/** A factor around 1 (Box and Muller). */
function logNormal(random: () => number, sigma: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.exp(sigma * normal);
}

/** How far the shop's clock is from UTC on each day. */
function makeCalendar(driver: Libsql.Database, now: number): void {
  driver.exec('create temp table calendar (day integer primary key, shift integer)');
  const insert = driver.prepare('insert into calendar values (?, ?)');
  const today = Math.floor(now / DAY_MS);
  for (let day = today - 365 * years - 3; day <= today + 1; day += 1) {
    const noon = day * DAY_MS + DAY_MS / 2;
    insert.run([day, localTime(noon, zone) - noon]);
  }
}

/** SQLite has no exponents: a thousand factors to pick from, and the numbers of a customer's purchases. */
function makeMultipliers(driver: Libsql.Database): void {
  driver.exec('create temp table factors (n integer primary key, factor real)');
  driver.exec('create temp table numbers (k integer primary key)');
  const random = seededRandom(9);
  const factor = driver.prepare('insert into factors values (?, ?)');
  for (let n = 0; n < 1024; n += 1) factor.run([n, logNormal(random, 0.8)]);
  const number = driver.prepare('insert into numbers values (?)');
  for (let k = 1; k <= mostOrders; k += 1) number.run([k]);
}

/** Every purchase: by day they rise with `k`, the first on the first day and the last on the last. */
const made = `create temp table purchases_made as
  select h.n, id, number, h.day, day_before, h.day * ${DAY_MS} + hour as local_at, h.day * ${DAY_MS} + hour - shift as at,
    max(100, cast(money * factor as integer)) as minor,
    'store-' || (case when mixed % 8 > 0 then seed % 48 else mixed % 48 end) as store,
    ((mixed >> 3 & 255) * (mixed >> 11 & 255)) / 326 as product
  from (select p.n, id, money, seed, p.made + k as number,
      first_day + days * (k - 1) / max(orders - 1, 1) as day,
      first_day + days * max(k - 2, 0) / max(orders - 1, 1) as day_before,
      mixed, ${9 * 3_600_000} + mixed % ${12 * 3_600_000} as hour
    from (select p.*, k, (seed + k * 7919) * 48271 % 2147483647 as mixed
      from people p cross join numbers on k <= orders) p) h
  cross join calendar c on c.day = h.day cross join factors f on f.n = (mixed >> 7 & 1023)`;

function fill(time: string, now: number): string[] {
  const purchaseId = `'pur_${time}' || printf('%016d', number)`;
  return [
    `insert into purchases (id, kind, shop_id, external_id, customer_id, store, at, recorded_at, local_at, total_minor, paid_at, earned, pending)
     select ${purchaseId}, 'sale', 'shp_made', printf('m-%010d', number), id, store, at, at, local_at, minor, at, 0, 0
     from purchases_made`,
    `insert into purchase_lines (purchase_id, position, sku, name, category, quantity, unit_price_minor, amount_minor)
     select ${purchaseId}, 1, 'sku-' || product, 'Goods ' || product, 'category-' || (product % 12), 1, minor, minor
     from purchases_made`,
    ...['store', `'category-' || (product % 12)`, `'sku-' || product`].map((value, index) => {
      const facet = ['store', 'category', 'product'][index];
      return `insert into customer_totals (customer_id, facet, value, orders, quantity, paid_minor, first_at, last_at)
        select id, '${facet}', ${value} as value, count(*), count(*), sum(minor), min(at), max(at)
        from purchases_made group by id, value`;
    }),
    `create temp table figures as
     select n as person, count(*) as orders, sum(minor) as paid, min(at) as first_at, max(at) as last_at,
       1 + sum(day > day_before) as order_days, min(day) as first_day, max(day) as last_day,
       sum((day - day_before) * (day - day_before)) as gap_squares
     from purchases_made group by n`,
    'create unique index temp.figures_person on figures (person)',
    customers,
    addresses(now),
    consents(now),
  ];
}

/** One in ten has no gender or birthday; seven in ten have a chat; one in five said no to offers or was never asked. */
const customers = `insert into customers (id, phone, name, birthday, gender, locale, city, created_at, registered_at, registered_in,
    orders, paid_minor, first_at, last_at, order_days, first_day, last_day, gap_squares, chats, offers, heard_at)
  select p.id, '+38067' || printf('%07d', n), 'Name ' || (seed % 5000),
    case when seed % 10 > 0 then printf('%04d-%02d-%02d', 1950 + seed / 7 % 57, 1 + seed / 11 % 12, 1 + seed / 13 % 28) end,
    case when seed / 17 % 10 = 0 then null when seed / 17 % 10 < 7 then 'female' else 'male' end,
    case when seed / 19 % 4 = 0 then 'ru' else 'uk' end, 'city-' || (seed % 24),
    p.first_day * ${DAY_MS}, p.first_day * ${DAY_MS}, 'telegram',
    coalesce(f.orders, 0), coalesce(paid, 0), f.first_at, f.last_at, coalesce(order_days, 0), f.first_day, f.last_day,
    coalesce(gap_squares, 0), ${chatOf('seed')}, ${offersOf('seed')},
    case when ${chatOf('seed')} > 0 then (p.first_day + days) * ${DAY_MS} end
  from people p left join temp.figures f on f.person = p.n`;

/** 1 Telegram, 2 Viber, 4 WhatsApp, or 0. */
function chatOf(seed: string): string {
  return `(case when ${seed} / 23 % 10 < 4 then 1 when ${seed} / 23 % 10 < 6 then 2 when ${seed} / 23 % 10 < 7 then 4 else 0 end)`;
}

function offersOf(seed: string): string {
  return `(case when ${seed} / 29 % 10 < 8 then 1 when ${seed} / 29 % 10 < 9 then 0 end)`;
}

function addresses(now: number): string {
  return `insert into addresses (id, channel, external_id, customer_id, locale, reachable, last_seen_at, revision)
    select 'adr_${encodeTime(now - DAY_MS, 10)}' || printf('%016d', n),
      case ${chatOf('seed')} when 1 then 'telegram' when 2 then 'viber' else 'whatsapp' end,
      printf('%010d', n), id, 'uk', 1, (first_day + days) * ${DAY_MS}, 1
    from people where ${chatOf('seed')} > 0`;
}

function consents(now: number): string {
  return `insert into consents (id, customer_id, category, granted, text, text_version, locale, source, at)
    select 'con_${encodeTime(now - DAY_MS, 10)}' || printf('%016d', n), id, 'marketing', ${offersOf('seed')},
      'May we write?', 1, 'uk', 'telegram', first_day * ${DAY_MS}
    from people where ${offersOf('seed')} is not null`;
}
