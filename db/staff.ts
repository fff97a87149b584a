import type { Staff } from '../core/staff/types.ts';
import { type Database, readRows } from './database.ts';
import { staffFrom } from './facts/staff.ts';

/** Everybody on the staff, the first to be invited first. */
export async function listStaff(database: Database): Promise<Staff[]> {
  const rows = await readRows(
    database,
    'select * from staff where removed_at is null order by created_at, id',
  );
  return rows.map(staffFrom);
}
