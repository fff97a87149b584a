import { z } from '@hono/zod-openapi';
import { type CustomerTopics, setTopics, type TopicSwitches } from '../../core/journeys/topics.ts';
import { parsePathReference } from '../references.ts';
import { identifier, utcOrNull, utcSchema } from '../schemas.ts';
import { type Api, orRefuse, serve } from '../serve.ts';

const tag = 'Customers';

const params = z.object({
  ref: identifier(210).openapi({
    description: '`cus_…`, `phone:+380…`, `card:…` or `ext:…` (your own id of the customer)',
    example: 'phone:+380671234567',
  }),
});

const switchesSchema = z.strictObject({
  points: z.boolean(),
  orders: z.boolean(),
  reminders: z.boolean(),
  greetings: z.boolean(),
  offers: z.boolean(),
  surveys: z.boolean(),
});

const topicsSchema = z
  .object({
    topics: switchesSchema,
    journeys: z
      .array(z.object({ key: z.string(), until: utcSchema.nullable() }))
      .openapi({ description: 'Single journeys the customer does not want; `until` null: for good' }),
  })
  .openapi('CustomerTopics');

/** The calls about what customers want to hear of. */
export function topicRoutes(api: Api): void {
  serveRead(api);
  servePut(api);
}

function viewOf({ topics, journeys }: CustomerTopics): z.output<typeof topicsSchema> {
  return {
    topics: { ...topics },
    journeys: journeys.map(({ subject, until }) => ({
      key: subject.replace('journey:', ''),
      until: utcOrNull(until),
    })),
  };
}

function serveRead(api: Api): void {
  serve(
    api,
    {
      method: 'get',
      path: '/v1/customers/{ref}/topics',
      right: 'customers:read',
      tag,
      summary: 'What a customer wants to hear of',
      description:
        'Topics that the customer switched on and off in the chat. Whether offers may be sent at all is a consent of its own.',
      params,
      answers: { 200: { description: 'The topics', schema: topicsSchema } },
      problems: ['customer_not_found', 'writer_stopped'],
    },
    async ({ params: { ref }, shop }) => {
      const { program, submit } = api.parts;
      const asked = parsePathReference(ref, shop, program());
      return { status: 200, body: viewOf(orRefuse(await submit(setTopics(asked, {}))).result) };
    },
  );
}

function servePut(api: Api): void {
  serve(
    api,
    {
      method: 'put',
      path: '/v1/customers/{ref}/topics',
      right: 'customers:write',
      tag,
      summary: 'Switch topics on and off',
      description: 'As the customer said to you. Topics that are left out stay. Safe to repeat.',
      params,
      body: z.strictObject({ topics: switchesSchema.partial() }).openapi('CustomerTopicsPut'),
      examples: {
        no_offers: { summary: 'No more offers', value: { topics: { offers: false } } },
      },
      answers: { 200: { description: 'It is so from now on', schema: topicsSchema } },
      problems: ['customer_not_found', 'writer_stopped'],
    },
    async ({ params: { ref }, body, shop }) => {
      const { program, submit } = api.parts;
      const asked = parsePathReference(ref, shop, program());
      const command = setTopics(asked, wantedOf(body.topics));
      return { status: 200, body: viewOf(orRefuse(await submit(command)).result) };
    },
  );
}

/** Only what was said. */
function wantedOf(topics: Partial<Record<keyof TopicSwitches, boolean | undefined>>): Partial<TopicSwitches> {
  return Object.fromEntries(Object.entries(topics).filter(([, isOn]) => isOn !== undefined));
}
