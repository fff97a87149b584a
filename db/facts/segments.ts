import type { Segment, SegmentFacts } from '../../core/segments/saved.ts';
import { type Row, statement } from '../database.ts';
import { reader } from '../rows.ts';
import * as schema from '../schema.ts';
import type { FactSource } from './source.ts';

const segmentOf = reader(schema.segments);

/** A saved segment as stored, in the words of core. */
export function segmentFrom(row: Row): Segment {
  return segmentOf(row) as Segment;
}

/** Reads the saved segments: a small table, whole. */
export function segmentSource(): FactSource<Pick<SegmentFacts, 'savedSegments'>> {
  let found: readonly Segment[] = [];
  return {
    queries(needs) {
      if (!needs.savedSegments) return [];
      return [
        {
          statement: statement('select * from segments order by id'),
          take(rows) {
            found = rows.map(segmentFrom);
          },
        },
      ];
    },
    facts: { savedSegments: () => found },
    keys: { savedSegments: () => ['segments'] },
  };
}
