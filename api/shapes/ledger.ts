import { z } from '@hono/zod-openapi';
import { type Reason, transactionKinds } from '../../core/ledger/types.ts';
import type { LedgerPage } from '../parts.ts';
import { utc, utcSchema } from '../schemas.ts';

/** A page of a customer's ledger. */
export const ledgerSchema = z
  .object({
    transactions: z.array(
      z.object({
        seq: z.int().openapi({ description: '1, 2, 3, … for this customer' }),
        id: z.string().openapi({ example: 'txn_01KANW6Q3J8X5T0G9R2B7C4D6E' }),
        kind: z.enum(transactionKinds),
        points: z.int().openapi({ description: 'What changed; for `pending`, what now waits' }),
        balance: z.int().openapi({ description: 'What could be spent after it' }),
        at: utcSchema.openapi({ description: 'When it happened' }),
        recorded_at: utcSchema.openapi({ description: 'When we were told' }),
        actor: z.string().openapi({ example: 'shop:shp_01KANW6Q3J8X5T0G9R2B7C4D6E' }),
        reason: z
          .looseObject({ rule: z.string() })
          .openapi({ description: 'The rule, the version of the program, and the figures of the rule' }),
        reference: z.string().nullable().openapi({ description: 'The id of the purchase it is about' }),
        lots: z
          .array(z.object({ id: z.string(), points: z.int(), expires_at: utcSchema }))
          .openapi({ description: 'Points put into lots (+) or taken out of them (-)' }),
      }),
    ),
    next: z
      .string()
      .nullable()
      .openapi({ description: 'The cursor of the next, older page; null at the end' }),
  })
  .openapi('LedgerPage');

/** A page for an answer. */
export function ledgerView({ transactions, more }: LedgerPage): z.output<typeof ledgerSchema> {
  return {
    transactions: transactions.map((transaction) => ({
      seq: transaction.seq,
      id: transaction.id,
      kind: transaction.kind,
      points: transaction.points,
      balance: transaction.balance.available,
      at: utc(transaction.happenedAt),
      recorded_at: utc(transaction.recordedAt),
      actor: transaction.actor,
      reason: reasonView(transaction.reason),
      reference: transaction.reference,
      lots: transaction.lots.map(({ id, points, expiresAt }) => ({ id, points, expires_at: utc(expiresAt) })),
    })),
    next: more ? String(transactions.at(-1)?.seq) : null,
  };
}

/** A reason in the words of the API: `basisMinor` is `basis`, as amounts at this door are always minor units. */
function reasonView({ rule, ...figures }: Reason): { rule: string } & Record<string, unknown> {
  const named = Object.entries(figures).map(([name, value]) => [
    name.replace(/Minor$/, '').replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    name.endsWith('At') && typeof value === 'number' ? utc(value) : value,
  ]);
  return { rule, ...Object.fromEntries(named) };
}
