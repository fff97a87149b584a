import { DAY_MS } from '../../core/time.ts';
import { type Statement, statement } from '../database.ts';
import { sha256 } from '../hash.ts';
import { inserter } from '../rows.ts';
import * as schema from '../schema.ts';
import { type Changes, forRows } from './part.ts';

const insertExports = inserter(schema.exports);

/** One-time links to lists of customers. Those that are long over go. */
export function exportStatements({ exports, exportsFetched }: Changes): Statement[] {
  return [
    ...forRows(exports, (all) => [
      statement(
        'delete from exports where expires_at < ?',
        Math.min(...all.map(({ createdAt }) => createdAt)) - DAY_MS,
      ),
      insertExports(
        all.map(({ token, ...rest }) => ({ ...rest, tokenHash: sha256(token), fetchedAt: null })),
      ),
    ]),
    ...forRows(exportsFetched, (all) =>
      statement(
        `update exports set fetched_at = f.value ->> 1 from json_each(?) as f where exports.token_hash = f.value ->> 0`,
        JSON.stringify(all.map(({ token, at }) => [sha256(token), at])),
      ),
    ),
  ];
}
