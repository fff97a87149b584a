import type { Statement } from '../database.ts';
import { inserter, updater } from '../rows.ts';
import * as schema from '../schema.ts';
import { type Changes, forRows } from './part.ts';

const insert = inserter(schema.orders);
const update = updater(schema.orders, [
  ...(['customerId', 'kind', 'number', 'status', 'totalMinor', 'trackingUrl', 'url', 'dueAt'] as const),
  ...(['manager', 'at', 'recordedAt', 'revision'] as const),
]);

/** Orders, invoices and documents, as shops tell of them. */
export function orderStatements(changes: Changes): Statement[] {
  return [...forRows(changes.orders, insert), ...forRows(changes.orderUpdates, update)];
}
