import type { DialogChanges } from '../../core/dialogs/types.ts';
import type { Statement } from '../database.ts';

/** Everything a decision may write, by kind. */
export type Changes = DialogChanges;

/** The statement that writes rows, if there are any. */
export function forRows<Some>(
  rows: readonly Some[] | undefined,
  make: (rows: readonly Some[]) => Statement | Statement[],
): Statement[] {
  if (!rows || rows.length === 0) return [];
  const made = make(rows);
  return Array.isArray(made) ? made : [made];
}
