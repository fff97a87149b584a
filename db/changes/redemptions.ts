import type { PaymentCode, Redemption } from '../../core/redemptions/types.ts';
import { type Statement, statement } from '../database.ts';
import { inserter, updater } from '../rows.ts';
import * as schema from '../schema.ts';
import { type Changes, forRows } from './part.ts';

const insert = { redemptions: inserter(schema.redemptions), codes: inserter(schema.paymentCodes) };

const updateRedemptions = updater(schema.redemptions, [
  ...([
    'consent',
    'expiresAt',
    'status',
    'settledAt',
    'purchaseId',
    'taken',
    'returned',
    'revision',
  ] as const),
]);

/** Redemptions, what became of them, and the codes customers show. */
export function redemptionStatements(changes: Changes): Statement[] {
  return [
    ...forRows(changes.redemptions, (redemptions) => insert.redemptions(redemptions.map(redemptionRow))),
    ...forRows(changes.redemptionUpdates, (redemptions) => updateRedemptions(redemptions.map(redemptionRow))),
    ...forRows(changes.usedPaymentCodes, (codes) =>
      statement(
        'delete from payment_codes where code in (select value from json_each(?))',
        JSON.stringify(codes),
      ),
    ),
    ...forRows(changes.paymentCodes, issueCodes),
  ];
}

function redemptionRow(redemption: Redemption): typeof schema.redemptions.$inferSelect {
  return { ...redemption, taken: JSON.stringify(redemption.taken) };
}

/**
 * New codes take the place of the customers' last ones, and codes whose time is over make room. A code that somebody
 * else holds fails the commit, and another is drawn.
 */
function issueCodes(codes: readonly PaymentCode[]): Statement[] {
  const now = Math.min(...codes.map((code) => code.createdAt));
  return [
    statement(
      'delete from payment_codes where expires_at <= ? or customer_id in (select value from json_each(?))',
      now,
      JSON.stringify(codes.map((code) => code.customerId)),
    ),
    insert.codes(codes),
  ];
}
