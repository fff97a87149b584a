import { encodeTime } from 'ulid';
import type { RfmFigures } from '../../core/insights/rfm/cuts.ts';
import { type Reading, type Row, readRow, type Statement, statement } from '../database.ts';
import { countsOnce } from './rfm_source.ts';

/** Characters of an id after its prefix. */
const keyLength = 26;
const customersOfPage = 50_000;
/** Of each page all that changed is listed anew: a day's purchases go into one. */
const changedOfPage = 150_000;
/** Two processes' clocks and a commit that waited: what was written down as so much older may have been missed. */
const overlapMs = 600_000;
/** Newcomers since everything was read; beyond so many everything is read again. */
const mostAdded = 100_000;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * The figures of all customers as they were last read: about 65 bytes of each, so 65 MB for a million. `sorted` of them
 * stand in the order of their ids; those who came since are found by name.
 */
interface Memory {
  readAt: number;
  sorted: number;
  length: number;
  /** The packed texts as they were read, and where in them the id of each customer begins. */
  texts: Uint8Array;
  textLength: number;
  keyAt: Uint32Array;
  lastDays: Int32Array;
  orders: Int32Array;
  paidMinor: Float64Array;
  readonly added: Map<string, number>;
}

const memories = new WeakMap<Reading, Memory>();

/**
 * The figures of all customers as of `now`. What was read before is kept, and only whoever bought, brought back,
 * claimed, was merged or forgotten since is read again; `full` reads everything.
 */
export async function figuresInMemory(database: Reading, now: number, full: boolean): Promise<RfmFigures> {
  const known = memories.get(database);
  const isUsable = known && !full && known.readAt <= now && known.added.size <= mostAdded;
  const memory = isUsable ? known : emptyMemory();
  memories.delete(database);
  await (isUsable ? readChanged(database, memory) : readAll(database, memory));
  memory.readAt = now;
  memories.set(database, memory);
  return memory;
}

function emptyMemory(): Memory {
  return {
    ...{ readAt: 0, sorted: 0, length: 0, textLength: 0, added: new Map() },
    ...{ texts: new Uint8Array(), keyAt: new Uint32Array() },
    ...{ lastDays: new Int32Array(), orders: new Int32Array(), paidMinor: new Float64Array() },
  };
}

/** Numbers end with a space, and so many rows are one text: a cell takes a microsecond, however little is in it. */
const packed =
  "group_concat(substr(id, 5) || coalesce(last_day, 0) || ' ' || orders || ' ' || paid_minor || ' ', '') as packed";

async function readAll(database: Reading, memory: Memory): Promise<void> {
  const sql = `select max(id) as last, count(*) as customers, ${packed} from (
    select id, last_day, orders, paid_minor from customers
    where id > ? and orders > 0 and ${countsOnce} order by id limit ${customersOfPage})`;
  for (let after = ''; ; ) {
    const page = await readRow(database, sql, after);
    const customers = Number(page?.customers ?? 0);
    const text = bytesOf(page);
    const from = memory.textLength;
    makeRoom(memory, customers, text.length);
    keep(memory, text);
    eachPacked(memory.texts.subarray(0, memory.textLength), from, (at, figures) =>
      append(memory, at, figures),
    );
    if (customers < customersOfPage) break;
    after = String(page?.last);
  }
  memory.sorted = memory.length;
}

async function readChanged(database: Reading, memory: Memory): Promise<void> {
  for (let after = ''; ; ) {
    const page = await readRow(database, ...changedSince(memory.readAt - overlapMs, after));
    const text = bytesOf(page);
    eachPacked(text, 0, (at, figures) => {
      const index = indexOf(memory, text, at);
      if (index !== undefined) return put(memory, index, figures);
      if (figures[1] > 0) add(memory, text.subarray(at, at + keyLength), figures);
    });
    if (Number(page?.customers ?? 0) < changedOfPage) return;
    after = String(page?.last);
  }
}

/**
 * Everybody whose figures can have changed, with none where the person no longer counts. Ids tell when they were made.
 * Who others were merged into is always among them, for what the others bought: they are few.
 */
function changedSince(since: number, after: string): [sql: string, ...args: Statement['args']] {
  const time = encodeTime(Math.max(0, since), 10);
  const { sql, args } = statement(
    `with touched (id) as materialized (
       select customer_id from purchases where id > ?
       union select customer_id from purchases where claimed_at >= ?
       union select p.customer_id from refunds r cross join purchases p on p.id = r.purchase_id where r.id > ?
       union select from_id from merges where id > ? or undone_at >= ?
       union select into_id from merges where id > ? or undone_at >= ?
       union select merged_into from customers where merged_into is not null
       union select id from customers where erased_at >= ?)
     select max(id) as last, count(*) as customers, ${packed} from (
       select c.id, last_day, paid_minor, case when ${countsOnce} then orders else 0 end as orders
       from touched cross join customers c on c.id = touched.id
       where touched.id > ? order by touched.id limit ${changedOfPage})`,
    ...[`pur_${time}`, since, `ref_${time}`, `mrg_${time}`, since, `mrg_${time}`, since, since, after],
  );
  return [sql, ...args];
}

type Figures = readonly [lastDay: number, orders: number, paidMinor: number];

function bytesOf(page: Row | undefined): Uint8Array {
  return encoder.encode(String(page?.packed ?? ''));
}

/** Calls back with every customer of a packed text from a place on: where the id begins, and the figures. */
function eachPacked(bytes: Uint8Array, from: number, take: (at: number, figures: Figures) => void): void {
  const figures: [number, number, number] = [0, 0, 0];
  for (let at = from; at < bytes.length; ) {
    let position = at + keyLength;
    for (let column = 0; column < 3; column += 1) {
      let value = 0;
      let sign = 1;
      for (let byte = bytes[position] ?? 32; byte !== 32; byte = bytes[position] ?? 32) {
        if (byte === 45) sign = -1;
        else value = value * 10 + byte - 48;
        position += 1;
      }
      figures[column] = value * sign;
      position += 1;
    }
    take(at, figures);
    at = position;
  }
}

function put(memory: Memory, index: number, [lastDay, orders, paidMinor]: Figures): void {
  memory.lastDays[index] = lastDay;
  memory.orders[index] = orders;
  memory.paidMinor[index] = paidMinor;
}

function append(memory: Memory, keyAt: number, figures: Figures): void {
  memory.keyAt[memory.length] = keyAt;
  put(memory, memory.length, figures);
  memory.length += 1;
}

function keep(memory: Memory, text: Uint8Array): void {
  memory.texts.set(text, memory.textLength);
  memory.textLength += text.length;
}

function add(memory: Memory, key: Uint8Array, figures: Figures): void {
  makeRoom(memory, 1, keyLength);
  memory.added.set(decoder.decode(key), memory.length);
  append(memory, memory.textLength, figures);
  keep(memory, key);
}

/** Room for so many more customers and bytes: a quarter more than there are at a time. */
function makeRoom(memory: Memory, customers: number, bytes: number): void {
  if (memory.textLength + bytes > memory.texts.length) {
    const texts = new Uint8Array(Math.ceil((memory.textLength + bytes) * 1.25));
    texts.set(memory.texts);
    memory.texts = texts;
  }
  if (memory.length + customers <= memory.orders.length) return;
  const room = Math.ceil((memory.length + customers) * 1.25);
  const grown = <Column extends { set(from: Column): void }>(column: Column, from: Column) => {
    column.set(from);
    return column;
  };
  memory.keyAt = grown(new Uint32Array(room), memory.keyAt);
  memory.lastDays = grown(new Int32Array(room), memory.lastDays);
  memory.orders = grown(new Int32Array(room), memory.orders);
  memory.paidMinor = grown(new Float64Array(room), memory.paidMinor);
}

function indexOf(memory: Memory, bytes: Uint8Array, at: number): number | undefined {
  let [low, high] = [0, memory.sorted - 1];
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const difference = compare(memory.texts, memory.keyAt[middle] ?? 0, bytes, at);
    if (difference === 0) return middle;
    if (difference < 0) low = middle + 1;
    else high = middle - 1;
  }
  if (memory.added.size === 0) return undefined;
  return memory.added.get(decoder.decode(bytes.subarray(at, at + keyLength)));
}

function compare(keys: Uint8Array, from: number, bytes: Uint8Array, at: number): number {
  for (let offset = 0; offset < keyLength; offset += 1) {
    const difference = (keys[from + offset] ?? 0) - (bytes[at + offset] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
