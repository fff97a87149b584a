import type { SegmentId } from '../../core/ids.ts';
import type { Segment } from '../../core/segments/saved.ts';
import { type Reading, readRow, readRows } from '../database.ts';
import { segmentFrom } from '../facts/segments.ts';

/** Saved segments, newest first: `limit` of them, older than `before` where given. */
export async function listSegments(
  database: Reading,
  { limit, before }: { readonly limit: number; readonly before?: SegmentId },
): Promise<Segment[]> {
  const older = before === undefined ? [] : [before];
  const rows = await readRows(
    database,
    `select * from segments where removed_at is null ${older.map(() => 'and id < ?').join('')}
     order by id desc limit ?`,
    ...older,
    limit,
  );
  return rows.map(segmentFrom);
}

/** A saved segment by our id, or by its name as it is written. */
export async function findSegment(database: Reading, reference: string): Promise<Segment | undefined> {
  const row = await readRow(
    database,
    'select * from segments where removed_at is null and (id = ?1 or name = ?1) order by id = ?1 desc limit 1',
    reference,
  );
  return row && segmentFrom(row);
}
