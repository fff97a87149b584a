/** One row of a file: the line it stands on (the first is 1), and its cells. */
export interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

/** Rows of one receipt, in the order of the file. */
export type Document = readonly Row[];

/** Collects rows into documents by their id. */
export interface Grouper {
  /** Takes a row; returns the documents that are now complete. */
  add(id: string, row: Row): Document[];
  /** The documents that are left when the file ends. */
  end(): Document[];
}

/**
 * Groups rows that have the same id and stand within `window` rows of each other: tills write the rows of two
 * receipts in turns, but not at two ends of a year. A row without an id stands alone.
 */
export function groupRows(window = 1000): Grouper {
  // A map keeps the order of insertion, so the document that has waited longest is always first.
  const open = new Map<string, { rows: Row[]; last: number }>();
  let count = 0;

  function complete(): Document[] {
    const done: Document[] = [];
    for (const [id, { rows, last }] of open) {
      if (last + window >= count) break;
      open.delete(id);
      done.push(rows);
    }
    return done;
  }

  return {
    add(id, row) {
      count += 1;
      const rows = open.get(id)?.rows ?? [];
      rows.push(row);
      open.delete(id);
      open.set(id === '' ? `\n${row.line}` : id, { rows, last: count });
      return complete();
    },
    end() {
      const rest = [...open.values()].map(({ rows }) => rows);
      open.clear();
      return rest;
    },
  };
}
