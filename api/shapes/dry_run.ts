import { z } from '@hono/zod-openapi';
import type { DryRun } from '../../core/journeys/dry_run/types.ts';
import { utc, utcSchema } from '../schemas.ts';

const counts = z.record(z.string(), z.int());

const exampleSchema = z.object({
  customer: z.string(),
  name: z.string().nullable(),
  phone: z.string().nullable(),
  started_at: utcSchema,
  steps: z.array(z.object({ step: z.int(), at: utcSchema, withheld: z.string().nullable() })),
  end: z.enum(['done', 'goal', 'stopped', 'underway']),
});

/** What a journey would have done. */
export const dryRunSchema = z
  .object({
    days: z.int(),
    from: utcSchema,
    to: utcSchema,
    came: z.int().openapi({ description: 'Starts there were' }),
    started: z.int().openapi({ description: 'Of them, who would have been under way' }),
    people: z.int().openapi({ description: 'Different people among those' }),
    not_started: counts.openapi({
      description: 'Why not: `before` (entered already), `muted`, `outside`, `control`, `holdout`',
    }),
    steps: z.array(
      z.object({
        step: z.int().openapi({ description: 'Its place among all steps as written, from 0' }),
        what: z.enum(['message', 'coupon', 'points', 'tag', 'untag', 'staff', 'survey']),
        people: z.int(),
        days: z.array(z.object({ day: z.iso.date(), people: z.int() })),
      }),
    ),
    messages: z.int(),
    not_told: counts.openapi({ description: 'Messages kept back: `consent`, `no_channel`, `frequency`' }),
    cost: z
      .number()
      .nullable()
      .openapi({ description: 'About what the messages cost, in minor units; null: a price is not known' }),
    coupons: z.int(),
    points: z.int(),
    ends: counts.openapi({ description: 'How it ended: `goal`, `stopped`, `done`, `underway`' }),
    examples: z.array(exampleSchema),
    unknown: z.array(z.string()).openapi({
      description:
        'What cannot be known: `heard` (whether somebody would have read or answered: the other way was taken), `waited`, `while`, `today` (segments, answers and consents are those of today), `no_history` (nobody kept who came to the segment), `balances` (points and spending are those of today), `instant`, `too_many`',
    }),
  })
  .openapi('DryRun');

/** A dry run for an answer. */
export function dryRunView(run: DryRun): z.output<typeof dryRunSchema> {
  const { days, came, started, people, messages, priceMicros, coupons, points, unknown } = run;
  return {
    ...{ days, from: utc(run.from), to: utc(run.to), came, started, people, messages, coupons, points },
    ...{ not_started: run.notStarted, not_told: run.notTold, ends: run.ends, unknown: [...unknown] },
    cost: priceMicros === null ? null : priceMicros / 10_000,
    steps: run.steps.map(({ number, what, people, days }) => ({
      step: number,
      what,
      people,
      days: [...days],
    })),
    examples: run.examples.map(({ customerId, name, phone, startedAt, steps, end }) => ({
      ...{ customer: customerId, name, phone, started_at: utc(startedAt), end },
      steps: steps.map(({ number, at, withheld }) => ({
        step: number,
        at: utc(at),
        withheld: withheld ?? null,
      })),
    })),
  };
}
