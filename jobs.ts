import { expirePoints } from './core/customers/expiry.ts';
import { customersWithDueLots } from './db/due.ts';
import type { Svoi } from './svoi.ts';

/** Customers of one round: one group of the writer, so that a purchase waits for no more than that. */
const customersAtOnce = 256;

/**
 * Writes off all points that are due, as of the midnight each was due: late after a week of downtime, but with the
 * same figures. Safe to run anywhere at any time, twice at once too. Resolves to how many points that were.
 */
export async function expireDuePoints(svoi: Pick<Svoi, 'database' | 'clock' | 'submit'>): Promise<number> {
  let total = 0;
  for (;;) {
    const due = await customersWithDueLots(svoi.database, svoi.clock.now(), customersAtOnce);
    if (due.length === 0) return total;
    const outcomes = await Promise.all(due.map((id) => svoi.submit(expirePoints(id))));
    for (const outcome of outcomes) if (outcome.ok) total += outcome.result.expired;
  }
}
