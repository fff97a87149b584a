import type { CustomerId } from '../../../core/ids.ts';
import {
  type DailyLook,
  type Found,
  type FoundPage,
  foundAtOnce,
} from '../../../core/journeys/triggers/finding.ts';
import { parseSegment } from '../../../core/segments/parse.ts';
import type { Reading, Row, Statement } from '../../database.ts';
import { type CompiledSegment, compileSegment } from '../../segments/compile.ts';
import { segmentContext } from '../../segments/context.ts';

/** One page of a look. */
export type Finder<Look = DailyLook> = (database: Reading, look: Look) => Promise<FoundPage>;

const everybody: CompiledSegment = { where: 'c.erased_at is null and c.merged_into is null', args: [] };

/**
 * Who may enter, as a condition over `customers c`: those who are there, and in the segment where one is named. Throws
 * where a segment cannot be read or followed.
 */
export async function whoMayEnter(
  database: Reading,
  { who, program, now }: Pick<DailyLook, 'who' | 'program' | 'now'>,
): Promise<CompiledSegment> {
  const parsed = who === undefined ? undefined : parseSegment(who);
  if (!parsed?.ok) return parsed ? { ...everybody, where: 'false' } : everybody;
  return compileSegment(parsed.rule, await segmentContext(database, program, now));
}

/** Rows of one read as a page, where the last row says where the next page begins. */
export function pageOf(
  rows: readonly Row[],
  found: (row: Row) => Found[],
  at: (last: Row) => string,
): FoundPage {
  const last = rows.length < foundAtOnce ? undefined : rows.at(-1);
  return { found: rows.flatMap(found), ...(last ? { next: at(last) } : {}) };
}

/** The customer of a row, and the zone of its clocks. */
export function whose({ customer_id: id, zone }: Row): Pick<Found, 'customerId' | 'zone'> {
  return { customerId: String(id) as CustomerId, zone: zone == null ? null : String(zone) };
}

/** Several values as arguments of one list. */
export function list(values: readonly (string | number)[]): Statement['args'][number] {
  return JSON.stringify(values);
}
