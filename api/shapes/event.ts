import { z } from '@hono/zod-openapi';
import type { StoredEvent } from '../../core/journeys/events.ts';
import type { EventInput } from '../../core/journeys/triggers/tell.ts';
import type { Program } from '../../core/program/program.ts';
import type { Shop } from '../../core/shops.ts';
import { invalidRequest, ProblemError } from '../errors.ts';
import { parseReference, referenceError, referenceSchema } from '../references.ts';
import { EARLIEST_TIME, identifier, timeSchema, utc, utcOrNull, utcSchema } from '../schemas.ts';

const nameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,39}$/, 'a name of up to 40 lower case letters, digits and underscores');

const dataSchema = z.record(nameSchema, z.union([z.string().max(2000), z.number(), z.boolean(), z.null()]), {
  error:
    'plain values (text, number, true, false or null) under names of lower case letters, digits and underscores',
});

/** The most characters of the data of an event, as JSON. */
const longestData = 8192;

/** An event as a shop system posts it. */
export const eventPostSchema = z
  .strictObject({
    id: identifier(200).openapi({ description: 'Your own id of it: the same again changes nothing' }),
    type: nameSchema.openapi({
      description: 'What happened, in words of yours: journeys listen to it by this name',
      example: 'table_booked',
    }),
    customer: referenceSchema,
    at: timeSchema.openapi({ description: 'When it happened' }),
    data: dataSchema
      .refine(
        (data) => JSON.stringify(data).length <= longestData,
        `at most ${longestData} characters as JSON`,
      )
      .default({})
      .openapi({ description: 'Whatever journeys ask for (`where`) and texts say (`event.NAME`)' }),
  })
  .openapi('EventPost');

/** That an event was taken. */
export const eventToldSchema = z
  .object({ id: z.string().openapi({ example: 'evt_01KANW6Q3J8X5T0G9R2B7C4D6E' }), customer: z.string() })
  .openapi('EventTold');

/** An event as we keep it. */
export const eventSchema = z
  .object({
    id: z.string(),
    type: z.string(),
    customer: z.string(),
    at: utcSchema,
    data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    recorded_at: utcSchema,
    handled_at: utcSchema.nullable().openapi({ description: 'When journeys took it up; null: not yet' }),
  })
  .openapi('Event');

/** An event in our words. Throws 422 with everything that only the program can tell. */
export function eventInput(body: z.output<typeof eventPostSchema>, shop: Shop, program: Program): EventInput {
  const { id: externalId, type, data } = body;
  const customer = parseReference(body.customer, shop, program);
  const at = Date.parse(body.at);
  const errors = [
    ...(at < EARLIEST_TIME ? [{ pointer: '/at', detail: 'a time after the year 2000' }] : []),
    ...(customer.ok ? [] : [referenceError('/customer', customer)]),
  ];
  if (errors.length > 0 || !customer.ok) throw new ProblemError(invalidRequest(errors));
  return { shopId: shop.id, externalId, type, customer: customer.ref, at, data };
}

/** An event for an answer. */
export function eventView({ id, type, customerId, at, data, recordedAt, handledAt }: StoredEvent) {
  return {
    ...{ id, type, customer: customerId, at: utc(at), data: { ...data } },
    ...{ recorded_at: utc(recordedAt), handled_at: utcOrNull(handledAt) },
  };
}
