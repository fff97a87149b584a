import type { OneTimeCode } from '../../core/customers/one_time_code.ts';
import { DAY_MS } from '../../core/time.ts';
import { type Statement, statement } from '../database.ts';
import { inserter, updater } from '../rows.ts';
import * as schema from '../schema.ts';
import { type Changes, forRows } from './part.ts';

const insert = inserter(schema.oneTimeCodes);
const update = updater(schema.oneTimeCodes, ['tries', 'closedAt', 'revision']);

/** The limits look back a day: what is older by another one makes room. */
const keptMs = 2 * DAY_MS;

/** One-time codes: first those that are over, so that a new one may take their place. */
export function codeStatements(changes: Changes): Statement[] {
  return [
    ...forRows(changes.oneTimeCodeUpdates, update),
    ...forRows(changes.oneTimeCodes, (codes) => [
      statement('delete from one_time_codes where created_at < ?', oldestOf(codes) - keptMs),
      insert(codes),
    ]),
  ];
}

function oldestOf(codes: readonly OneTimeCode[]): number {
  return Math.min(...codes.map(({ createdAt }) => createdAt));
}
