import { type Reading, readRow, readRows } from '../database.ts';
import { sha256 } from '../hash.ts';

/** A journey that starts with coming to a segment or leaving it. */
export interface SegmentJourney {
  readonly key: string;
  /** When it was switched on. */
  readonly since: number;
  /** The segment, in the compact form. */
  readonly rule: string;
}

/**
 * The map on which is kept who stands in the segment of a journey. Another rule, or switching on anew, is another map:
 * who is inside then has not come.
 */
export function segmentMapOf({ key, since, rule }: SegmentJourney): string {
  return `journey:${key}:${since}:${sha256(rule).slice(0, 8)}`;
}

const rulesSql = `select j.key, j.since, v.definition ->> '$.when.segment' as rule from journeys j
  join journey_versions v on v.journey = j.key and v.version = j.version
  where j.is_on = 1 and j.since is not null and v.definition ->> '$.when.segment' is not null`;

/** The maps of journeys that are on. */
export async function journeyMaps(database: Reading): Promise<string[]> {
  const rows = await readRows(database, `${rulesSql} order by j.key`);
  return rows.map(({ key, since, rule }) =>
    segmentMapOf({ key: String(key), since: Number(since), rule: String(rule) }),
  );
}

/** The rule of a journey's map; undefined where it is no such map, or of a rule that is in force no more. */
export async function ruleOfMap(database: Reading, map: string): Promise<string | undefined> {
  const [kind, key = ''] = map.split(':');
  if (kind !== 'journey') return undefined;
  const row = await readRow(database, `${rulesSql} and j.key = ?`, key);
  const rule = row && String(row.rule);
  return rule !== undefined && map === segmentMapOf({ key, since: Number(row?.since), rule })
    ? rule
    : undefined;
}
