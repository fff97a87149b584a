import type { SegmentId } from '../../core/ids.ts';
import { type Reading, statement } from '../database.ts';

/** A saved segment, with how many were in it last night; null: it was not there yet. */
export interface SavedSegment {
  readonly id: SegmentId;
  readonly name: string;
  readonly rule: string;
  readonly customers: number | null;
}

const columns = `s.id, s.name, s.rule, (select z.customers from segment_sizes z
  where z.map = s.id and z.state = 'in' order by z.day desc limit 1) as customers`;

function savedFrom(row: Readonly<Record<string, string | number | null>>): SavedSegment {
  return {
    id: row.id as SegmentId,
    name: String(row.name),
    rule: String(row.rule),
    customers: row.customers === null ? null : Number(row.customers),
  };
}

/** A page of the saved segments, by name. */
export async function savedSegments(
  database: Reading,
  { offset, limit }: { readonly offset: number; readonly limit: number },
): Promise<SavedSegment[]> {
  const [rows = []] = await database.read([
    statement(
      `select ${columns} from segments s where s.removed_at is null order by lower(s.name), s.id limit ? offset ?`,
      limit,
      offset,
    ),
  ]);
  return rows.map(savedFrom);
}

/** A saved segment by its name, however it is capitalised; undefined where there is none. */
export async function segmentNamed(database: Reading, name: string): Promise<SavedSegment | undefined> {
  const [rows = []] = await database.read([
    statement(`select ${columns} from segments s where s.removed_at is null`),
  ]);
  return rows.map(savedFrom).find((one) => one.name.toLowerCase() === name.toLowerCase());
}

/** A saved segment by its id; undefined where it was removed. */
export async function savedSegment(database: Reading, id: string): Promise<SavedSegment | undefined> {
  const [rows = []] = await database.read([
    statement(`select ${columns} from segments s where s.id = ? and s.removed_at is null`, id),
  ]);
  const [row] = rows;
  return row && savedFrom(row);
}
