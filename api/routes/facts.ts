import { z } from '@hono/zod-openapi';
import { isDayFact, isDayValue } from '../../core/insights/facts/days.ts';
import { denyFact, type SaidValue, stateFact } from '../../core/insights/facts/say.ts';
import { noGuessing } from '../../core/insights/facts/types.ts';
import { DAY_MS, localTime } from '../../core/time.ts';
import { invalidRequest, ProblemError } from '../errors.ts';
import { parsePathReference } from '../references.ts';
import { identifier } from '../schemas.ts';
import { type Api, orRefuse, serve } from '../serve.ts';
import { factSchema, factView } from '../shapes/fact.ts';

const right = 'customers:write';
const tag = 'Customers';

const paramsSchema = z.object({
  ref: identifier(210).openapi({
    description: '`cus_…`, `phone:+380…`, `card:…` or `ext:…` (your own id of the customer)',
    example: 'phone:+380671234567',
  }),
  name: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,19}$/, 'a name of up to 20 small Latin letters, digits and _, like pet')
    .refine((name) => name !== noGuessing, 'only the customer can say this, in the chat')
    .openapi({
      description: '`child`, `pet`, `car`, `skin_type`, `name_day`, `wedding_day`, or a name of yours',
      example: 'pet',
    }),
});

const itemSchema = z.int().min(1).max(20).default(1);

const putSchema = z
  .strictObject({
    item: itemSchema.openapi({ description: 'Which of several, from 1' }),
    value: identifier(120).optional(),
    born: z
      .union([z.iso.date(), z.strictObject({ from: z.iso.date(), to: z.iso.date() })], {
        error: 'a day like 2023-05-17, or the first and last day it may have been: { from, to }',
      })
      .optional()
      .openapi({
        description: 'Of a child: the day it was born on, or the first and last day it may have been',
      }),
  })
  .refine(({ value, born }) => (value === undefined) !== (born === undefined), 'give either value or born')
  .refine(({ born }) => typeof born !== 'object' || born.from <= born.to, {
    path: ['born', 'to'],
    error: 'not before `from`',
  })
  .openapi('FactInput');

/** The calls by which shops tell what they know of a customer. */
export function factRoutes(api: Api): void {
  servePut(api);
  serveDelete(api);
}

function servePut(api: Api): void {
  serve(
    api,
    {
      method: 'put',
      path: '/v1/customers/{ref}/facts/{name}',
      right,
      tag,
      summary: 'Tell something about a customer',
      description:
        'What a shop knows stands above what purchases suggest, and below what the customer said. Facts are read with the customer. Safe to repeat.',
      params: paramsSchema,
      body: putSchema,
      examples: {
        pet: { summary: 'A pet (name: pet)', value: { value: 'dog' } },
        child: { summary: 'A child (name: child)', value: { born: '2023-05-17' } },
        wedding_day: { summary: 'A wedding (name: wedding_day)', value: { value: '2015-06-20' } },
      },
      answers: { 200: { description: 'Known from now on', schema: factSchema } },
      problems: ['customer_not_found', 'fact_refused', 'writer_stopped'],
    },
    async ({ params, body, shop }) => {
      const { program, submit } = api.parts;
      const ref = parsePathReference(params.ref, shop, program());
      const fact = { name: params.name, item: body.item, ...saidValue(body) };
      if (isDayFact(fact.name) && !isDayValue(fact.value)) {
        const detail = 'a day like 2015-06-20, or --06-20 without the year';
        throw new ProblemError(invalidRequest([{ pointer: '/value', detail }]));
      }
      const { result } = orRefuse(await submit(stateFact(ref, fact, 'shop')));
      return { status: 200, body: factView(result, todayOf(api)) };
    },
  );
}

function saidValue({ value = 'yes', born }: z.output<typeof putSchema>): SaidValue {
  if (born === undefined) return { value, low: null, high: null };
  const { from, to } = typeof born === 'string' ? { from: born, to: born } : born;
  return { value, low: Date.parse(from) / DAY_MS, high: Date.parse(to) / DAY_MS };
}

function todayOf({ parts }: Api): number {
  return Math.floor(localTime(parts.clock.now(), parts.program().zone) / DAY_MS);
}

function serveDelete(api: Api): void {
  serve(
    api,
    {
      method: 'delete',
      path: '/v1/customers/{ref}/facts/{name}',
      right,
      tag,
      summary: 'Deny something about a customer',
      description:
        'It is not so: it is gone from the customer, and purchases do not suggest it again. Safe to repeat.',
      params: paramsSchema,
      query: z.object({
        item: z.coerce
          .number()
          .int()
          .min(1)
          .max(20)
          .default(1)
          .openapi({ description: 'Which of several, from 1' }),
      }),
      answers: { 200: { description: 'Denied', schema: factSchema } },
      problems: ['customer_not_found', 'fact_not_found', 'fact_refused', 'writer_stopped'],
    },
    async ({ params, query, shop }) => {
      const { program, submit } = api.parts;
      const ref = parsePathReference(params.ref, shop, program());
      const { result } = orRefuse(
        await submit(denyFact(ref, { name: params.name, item: query.item }, 'shop')),
      );
      return { status: 200, body: factView(result, todayOf(api)) };
    },
  );
}
