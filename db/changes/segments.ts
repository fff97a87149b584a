import type { Statement } from '../database.ts';
import { inserter, updater } from '../rows.ts';
import * as schema from '../schema.ts';
import { type Changes, forRows } from './part.ts';

const insertSegments = inserter(schema.segments);
const updateSegments = updater(schema.segments, ['name', 'rule', 'updatedAt', 'removedAt', 'revision']);

/** Saved segments. */
export function segmentStatements(changes: Changes): Statement[] {
  return [...forRows(changes.segments, insertSegments), ...forRows(changes.segmentUpdates, updateSegments)];
}
