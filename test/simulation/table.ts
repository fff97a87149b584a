/** A row could not be written because of one that is there: somebody else was first. */
export class StaleError extends Error {}

/** What undoes the writes of a commit that fails, in the order they were made. */
export type Journal = (() => void)[];

/** How rows of a table are found. */
export interface Shape<Row, Index extends string> {
  readonly name: string;
  key(row: Row): string;
  /** Values by which no two rows are the same; null: the row is left out. */
  readonly unique?: Partial<Readonly<Record<Index, (row: Row) => string | null>>>;
  /** Values that many rows may share. */
  readonly groups?: Partial<Readonly<Record<Index, (row: Row) => string | null>>>;
}

/**
 * Rows in memory with the promises of the database: unique keys, and updates of rows with a `revision` only one ahead.
 * A broken promise throws a StaleError; what had been written by then is undone through the journal.
 */
export class Table<Row extends object, Index extends string = never> {
  readonly #rows = new Map<string, Row>();
  readonly #indexes: readonly {
    readonly name: string;
    readonly unique: boolean;
    readonly found: Map<string, Set<string>>;
    read(row: Row): string | null;
  }[];
  readonly #shape: Shape<Row, Index>;
  readonly #journal: Journal;

  constructor(shape: Shape<Row, Index>, journal: Journal) {
    this.#shape = shape;
    this.#journal = journal;
    const indexes = (of: Shape<Row, Index>['groups'], unique: boolean) =>
      Object.entries<(row: Row) => string | null>({ ...of }).map(([name, read]) => ({
        ...{ name, unique, read },
        found: new Map<string, Set<string>>(),
      }));
    this.#indexes = [...indexes(shape.unique, true), ...indexes(shape.groups, false)];
  }

  get size(): number {
    return this.#rows.size;
  }

  get(key: string): Row | undefined {
    return this.#rows.get(key);
  }

  values(): IterableIterator<Row> {
    return this.#rows.values();
  }

  /** All rows with this value, the first written first. */
  all(index: Index, value: string): Row[] {
    const keys = this.#indexes.find(({ name }) => name === index)?.found.get(value) ?? [];
    return [...keys].flatMap((key) => this.#rows.get(key) ?? []);
  }

  /** The row with this value. */
  find(index: Index, value: string): Row | undefined {
    return this.all(index, value)[0];
  }

  insert(row: Row): void {
    const key = this.#shape.key(row);
    if (this.#rows.has(key)) throw new StaleError(`${this.#shape.name} has ${key}`);
    this.#set(key, undefined, row);
  }

  /** Rewrites a row; one that is not there stays away, as in SQL. */
  update(row: Row): void {
    const key = this.#shape.key(row);
    const before = this.#rows.get(key);
    if (!before) return;
    if ('revision' in before && 'revision' in row && row.revision !== Number(before.revision) + 1) {
      throw new StaleError(`${this.#shape.name} ${key} changed meanwhile`);
    }
    this.#set(key, before, row);
  }

  /** Rewrites a row past the check of its revision, as statements do that count it up themselves. */
  overwrite(row: Row): void {
    const key = this.#shape.key(row);
    const before = this.#rows.get(key);
    if (before) this.#set(key, before, row);
  }

  remove(key: string): void {
    const before = this.#rows.get(key);
    if (before) this.#set(key, before, undefined);
  }

  #set(key: string, before: Row | undefined, after: Row | undefined): void {
    this.#move(key, before, after, true);
    this.#journal.push(() => this.#move(key, after, before, false));
  }

  #move(key: string, before: Row | undefined, after: Row | undefined, checked: boolean): void {
    if (checked && after) this.#check(before, after);
    for (const { found, read } of this.#indexes) {
      const [from, to] = [before ? read(before) : null, after ? read(after) : null];
      if (from === to) continue;
      if (from !== null) found.get(from)?.delete(key);
      if (to === null) continue;
      const keys = found.get(to);
      if (keys) keys.add(key);
      else found.set(to, new Set([key]));
    }
    if (after) this.#rows.set(key, after);
    else this.#rows.delete(key);
  }

  #check(before: Row | undefined, after: Row): void {
    for (const { name, unique, found, read } of this.#indexes) {
      const value = unique ? read(after) : null;
      if (value === null || (before && read(before) === value)) continue;
      if ((found.get(value)?.size ?? 0) > 0) {
        throw new StaleError(`${this.#shape.name} has ${name} ${value} already`);
      }
    }
  }
}

/** Rows in chains, numbered 1, 2, 3, … within each: a number that is taken fails the commit. */
export class Chains<Row extends { readonly seq: number }> {
  readonly #chains = new Map<string, Row[]>();
  readonly #journal: Journal;
  readonly #name: string;

  constructor(name: string, journal: Journal) {
    this.#name = name;
    this.#journal = journal;
  }

  /** How many rows there are in all chains. */
  get size(): number {
    let size = 0;
    for (const rows of this.#chains.values()) size += rows.length;
    return size;
  }

  of(chain: string): readonly Row[] {
    return this.#chains.get(chain) ?? [];
  }

  head(chain: string): Row | undefined {
    return this.#chains.get(chain)?.at(-1);
  }

  entries(): IterableIterator<[string, Row[]]> {
    return this.#chains.entries();
  }

  append(chain: string, row: Row): void {
    const rows = this.#chains.get(chain) ?? [];
    if (row.seq <= rows.length) throw new StaleError(`${this.#name} ${chain} has number ${row.seq} already`);
    if (rows.length === 0) this.#chains.set(chain, rows);
    rows.push(row);
    this.#journal.push(() => rows.pop());
  }
}
