import { z } from '@hono/zod-openapi';
import type { EventId } from '../../core/ids.ts';
import { tellEvent } from '../../core/journeys/triggers/tell.ts';
import { ProblemError, problem } from '../errors.ts';
import { parsePathReference } from '../references.ts';
import { identifier } from '../schemas.ts';
import { type Api, orRefuse, serve } from '../serve.ts';
import { eventInput, eventPostSchema, eventSchema, eventToldSchema, eventView } from '../shapes/event.ts';

const right = 'events:write';
const tag = 'Journeys';

/** The calls by which shops tell of what happened, for journeys to listen to. */
export function eventRoutes(api: Api): void {
  servePost(api);
  serveList(api);
}

function servePost(api: Api): void {
  serve(
    api,
    {
      method: 'post',
      path: '/v1/events',
      ...{ right, tag },
      summary: 'Tell of something that happened to a customer',
      description:
        'Journeys start with it (`when: { event: table_booked }`) and wait for it (`wait: { for: table_booked }`). Of what we know ourselves we tell ourselves: purchases, carts, orders, registrations. Safe to repeat: the same body under the same id is the first answer again. Events of more than a day ago start nothing.',
      body: eventPostSchema,
      examples: {
        booked: {
          summary: 'A table is booked',
          value: {
            id: 'booking-15',
            type: 'table_booked',
            customer: { phone: '+380671234567' },
            at: '2026-11-20T14:05:00+02:00',
            data: { guests: 4, hall: 'terrace' },
          },
        },
      },
      answers: { 200: { description: 'Taken', schema: eventToldSchema } },
      problems: [
        ...(['customer_not_found', 'event_conflict', 'event_type_reserved', 'in_the_future'] as const),
        'writer_stopped',
      ],
    },
    async ({ body, shop }) => {
      const { submit, program } = api.parts;
      const { result } = orRefuse(await submit(tellEvent(eventInput(body, shop, program()))));
      return { status: 200, body: { id: result.id, customer: result.customerId } };
    },
  );
}

const eventId = z.string().regex(/^evt_[0-9A-Z]{26}$/, 'our ids of events look like evt_01KAB…');

const pageSchema = z.object({
  customer: identifier(210).openapi({ description: '`cus_…`, `phone:+380…`, `card:…` or `ext:…`' }),
  cursor: eventId.optional().openapi({ description: '`next` of the page before' }),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

function serveList(api: Api): void {
  serve(
    api,
    {
      method: 'get',
      path: '/v1/events',
      ...{ right, tag },
      summary: 'List what happened to a customer',
      description: 'What shops told of and what we found ourselves, the newest first.',
      query: pageSchema,
      answers: {
        200: {
          description: 'A page',
          schema: z
            .object({ events: z.array(eventSchema), next: z.string().nullable() })
            .openapi('EventPage'),
        },
      },
      problems: ['customer_not_found'],
    },
    async ({ query: { customer, cursor, limit }, shop }) => {
      const { events, program } = api.parts;
      const ref = parsePathReference(customer, shop, program(), 'customer');
      const before = cursor === undefined ? {} : { before: cursor as EventId };
      const found = await events.list(ref, { limit: limit + 1, ...before });
      if (!found) throw new ProblemError(problem('customer_not_found', 'nobody is known by this reference'));
      const shown = found.slice(0, limit);
      const next = found.length > limit ? (shown.at(-1)?.id ?? null) : null;
      return { status: 200, body: { events: shown.map(eventView), next } };
    },
  );
}
