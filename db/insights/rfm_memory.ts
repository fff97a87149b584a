import { encodeTime } from 'ulid';
import type { RfmFigures } from '../../core/insights/rfm/cuts.ts';
import { type Reading, type Row, readRow } from '../database.ts';
import { countsOnce } from './rfm_source.ts';

/** Characters of an id after its prefix. */
const keyLength = 26;
const customersOfPage = 50_000;
/** Two processes' clocks and a commit that waited: what was written down as so much older may have been missed. */
const overlapMs = 600_000;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * The figures of all customers as they were last read, in the order of their ids but for newcomers: about 75 bytes of
 * each, so 75 MB for a million.
 */
interface Memory {
  readAt: number;
  length: number;
  /** The packed texts as they were read, and where in them the id of each customer begins. */
  texts: Uint8Array;
  textLength: number;
  keyAt: Uint32Array;
  /** Customers by a hash of their ids, each one more than its index; 0: nobody. At most half of the slots are taken; made when they are first needed. */
  slots: Uint32Array;
  lastDays: Int32Array;
  orders: Int32Array;
  paidMinor: Float64Array;
}

const memories = new WeakMap<Reading, Memory>();

/**
 * The figures of all customers as of `now`. What was read before is kept, and only whoever bought, brought back,
 * claimed, was merged or forgotten since is read again; `full` reads everything.
 */
export async function figuresInMemory(database: Reading, now: number, full: boolean): Promise<RfmFigures> {
  const known = memories.get(database);
  const isUsable = known && !full && known.readAt <= now;
  const memory = isUsable ? known : emptyMemory();
  memories.delete(database);
  await (isUsable ? readChanged(database, memory) : readAll(database, memory));
  memory.readAt = now;
  memories.set(database, memory);
  return memory;
}

function emptyMemory(): Memory {
  return {
    ...{ readAt: 0, length: 0, textLength: 0, slots: new Uint32Array() },
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
}

async function readChanged(database: Reading, memory: Memory): Promise<void> {
  if (memory.slots.length <= memory.length * 2) fillSlots(memory);
  const changed = await changedSince(database, memory.readAt - overlapMs);
  for (const ids of pagesOf(memory, changed)) {
    const text = bytesOf(await readRow(database, changedFigures, ids));
    eachPacked(text, 0, (at, figures) => {
      const index = indexOf(memory, text, at);
      if (index !== undefined) return put(memory, index, figures);
      if (figures[1] > 0) add(memory, text.subarray(at, at + keyLength), figures);
    });
  }
}

/** None where the person no longer counts. */
const changedFigures = `select ${packed} from (
  select c.id, last_day, paid_minor, case when ${countsOnce} then orders else 0 end as orders
  from json_each(?) as changed cross join customers c on c.id = 'cus_' || changed.value)`;

/**
 * The ids of everybody whose figures can have changed since a moment, without their prefix, some of them twice. Ids tell
 * when they were made. Who others were merged into is always among them, for what the others bought: they are few.
 */
async function changedSince(database: Reading, since: number): Promise<Uint8Array> {
  const time = encodeTime(Math.max(0, since), 10);
  const row = await readRow(
    database,
    `select group_concat(substr(id, 5), '') as ids from (
       select customer_id as id from purchases where id > ?
       union all select customer_id from purchases where claimed_at >= ?
       union all select p.customer_id from refunds r cross join purchases p on p.id = r.purchase_id where r.id > ?
       union all select from_id from merges where id > ? or undone_at >= ?
       union all select into_id from merges where id > ? or undone_at >= ?
       union all select merged_into from customers where merged_into is not null
       union all select id from customers where erased_at >= ?)`,
    ...[`pur_${time}`, since, `ref_${time}`, `mrg_${time}`, since, `mrg_${time}`, since, since],
  );
  return encoder.encode(String(row?.ids ?? ''));
}

/**
 * Ids once each as JSON lists, those that are known in the order in which they stand in the database: it finds neighbours
 * much faster. A mark for each known customer puts them in order, which sorting a hundred thousand texts takes half a
 * second for.
 */
function pagesOf(memory: Memory, ids: Uint8Array): string[] {
  const isChanged = new Uint8Array(memory.length);
  const unknown = new Set<string>();
  for (let at = 0; at < ids.length; at += keyLength) {
    const index = indexOf(memory, ids, at);
    if (index === undefined) unknown.add(decoder.decode(ids.subarray(at, at + keyLength)));
    else isChanged[index] = 1;
  }
  const keys: string[] = [];
  for (let index = 0; index < isChanged.length; index += 1) {
    if (isChanged[index] !== 1) continue;
    const at = memory.keyAt[index] ?? 0;
    keys.push(decoder.decode(memory.texts.subarray(at, at + keyLength)));
  }
  for (const key of unknown) keys.push(key);
  return Array.from({ length: Math.ceil(keys.length / customersOfPage) }, (_, page) =>
    JSON.stringify(keys.slice(page * customersOfPage, (page + 1) * customersOfPage)),
  );
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
  append(memory, memory.textLength, figures);
  keep(memory, key);
  if (memory.slots.length <= memory.length * 2) fillSlots(memory);
  else memory.slots[slotOf(memory, key, 0)] = memory.length;
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

function fillSlots(memory: Memory): void {
  memory.slots = new Uint32Array(2 ** Math.ceil(Math.log2(Math.max(2, memory.length * 2.5))));
  for (let index = 0; index < memory.length; index += 1) {
    memory.slots[slotOf(memory, memory.texts, memory.keyAt[index] ?? 0)] = index + 1;
  }
}

function indexOf(memory: Memory, bytes: Uint8Array, at: number): number | undefined {
  const found = memory.slots[slotOf(memory, bytes, at)] ?? 0;
  return found === 0 ? undefined : found - 1;
}

/** Where an id stands, or would (open addressing). A search among sorted ids touches twenty places far apart, this two. */
function slotOf({ slots, texts, keyAt }: Memory, bytes: Uint8Array, at: number): number {
  const last = slots.length - 1;
  let slot = hashOf(bytes, at) & last;
  for (let found = slots[slot] ?? 0; found !== 0; found = slots[slot] ?? 0) {
    if (isSame(texts, keyAt[found - 1] ?? 0, bytes, at)) return slot;
    slot = (slot + 1) & last;
  }
  return slot;
}

/** FNV-1a, with its high bits folded in. */
function hashOf(bytes: Uint8Array, at: number): number {
  let hash = 0x811c9dc5;
  for (let offset = 0; offset < keyLength; offset += 1) {
    hash = Math.imul(hash ^ (bytes[at + offset] ?? 0), 0x01000193);
  }
  return hash ^ (hash >>> 15);
}

/** From the end: what ids begin with is the time, which neighbours share. */
function isSame(texts: Uint8Array, from: number, bytes: Uint8Array, at: number): boolean {
  for (let offset = keyLength - 1; offset >= 0; offset -= 1) {
    if (texts[from + offset] !== bytes[at + offset]) return false;
  }
  return true;
}
