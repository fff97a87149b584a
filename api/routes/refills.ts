import { z } from '@hono/zod-openapi';
import { longestRefillDays, refillSources } from '../../core/insights/refill.ts';
import { DAY_MS } from '../../core/time.ts';
import { invalidRequest, ProblemError } from '../errors.ts';
import type { RefillCursor, RefillInList } from '../parts.ts';
import { identifier, utc, utcSchema } from '../schemas.ts';
import { type Api, serve } from '../serve.ts';

const refillSchema = z
  .object({
    customer: z.string().openapi({ example: 'cus_01KANW6Q3J8X5T0G9R2B7C4D6E' }),
    sku: z.string().openapi({ example: 'COFFEE-1KG' }),
    name: z.string().nullable().openapi({ description: 'What the product is called, where we were told' }),
    bought_at: utcSchema,
    due_at: utcSchema.openapi({ description: 'When what was bought will be used up' }),
    days: z.number().openapi({ description: 'How long the last order lasts in all' }),
    source: z.enum(refillSources).openapi({
      description:
        'Where that is known from. product: `consumption_days`; own: the customer bought it three times or more; others: the median of all who bought it again',
    }),
  })
  .openapi('Refill');

const pageSchema = z.object({
  days: z.coerce
    .number()
    .int()
    .min(1)
    .max(longestRefillDays)
    .default(7)
    .openapi({ description: 'How many days to look ahead' }),
  cursor: identifier(300).optional().openapi({ description: '`next` of the page before' }),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});

/** The call that lists who is about to run out of what. */
export function refillRoutes(api: Api): void {
  serve(
    api,
    {
      method: 'get',
      path: '/v1/refills',
      right: 'refills:read',
      tag: 'Products',
      summary: 'List who is about to run out of what',
      description:
        'Products people will have used up in the next `days`, those that run out first before the others. A product is expected to run out where `consumption_days` is known, where the customer bought it three times or more, or where enough of all who bought it did so again. It is worked out anew each night and soon after each purchase.',
      query: pageSchema,
      answers: {
        200: {
          description: 'A page',
          schema: z
            .object({ refills: z.array(refillSchema), next: z.string().nullable() })
            .openapi('RefillPage'),
        },
      },
    },
    async ({ query: { days, cursor, limit } }) => {
      const from = api.parts.clock.now();
      const after = cursor === undefined ? {} : { after: parseCursor(cursor) };
      const found = await api.parts.refills.list({
        from,
        to: from + days * DAY_MS,
        limit: limit + 1,
        ...after,
      });
      const shown = found.slice(0, limit);
      const last = found.length > limit ? shown.at(-1) : undefined;
      return { status: 200, body: { refills: shown.map(refillView), next: last ? cursorOf(last) : null } };
    },
  );
}

function refillView({ customerId, sku, name, boughtAt, dueAt, days, source }: RefillInList) {
  return {
    ...{ customer: customerId, sku, name, bought_at: utc(boughtAt), due_at: utc(dueAt) },
    ...{ days: Math.round(days * 10) / 10, source },
  };
}

function cursorOf({ dueAt, customerId, sku }: RefillCursor): string {
  return `${dueAt}.${customerId}.${sku}`;
}

function parseCursor(cursor: string): RefillCursor {
  const [, dueAt, customerId, sku] = cursor.match(/^(\d{1,15})\.(cus_[0-9A-Z]{26})\.(.+)$/) ?? [];
  if (dueAt === undefined || customerId === undefined || sku === undefined) {
    throw new ProblemError(
      invalidRequest([{ parameter: 'cursor', detail: 'a cursor is what `next` of the page before said' }]),
    );
  }
  return { dueAt: Number(dueAt), customerId, sku };
}
