import { z } from '@hono/zod-openapi';
import { eraseCustomer } from '../../core/customers/erase.ts';
import type { CustomerRef } from '../../core/customers/types.ts';
import { upsertCustomer } from '../../core/customers/upsert.ts';
import type { Shop } from '../../core/shops.ts';
import { ProblemError, problem } from '../errors.ts';
import { parsePathReference } from '../references.ts';
import { identifier } from '../schemas.ts';
import { type Api, orRefuse, serve } from '../serve.ts';
import { customerInput, customerPostSchema, customerSchema, customerView } from '../shapes/customer.ts';
import { ledgerSchema, ledgerView } from '../shapes/ledger.ts';

const paramsSchema = z.object({
  ref: identifier(210).openapi({
    description: '`cus_…`, `phone:+380…`, `card:…` or `ext:…` (your own id of the customer)',
    example: 'phone:+380671234567',
  }),
});

const pageSchema = z.object({
  cursor: z
    .string()
    .regex(/^[1-9]\d{0,14}$/, 'a cursor is what `next` of the page before said')
    .optional()
    .openapi({ description: '`next` of the page before' }),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

const example = {
  phone: '067 123 45 67',
  name: 'Олена',
  birthday: '1990-05-17',
  gender: 'female',
  locale: 'uk',
  external_id: 'client-7',
  consents: { service: true, marketing: true },
};

/** The calls about customers. */
export function customerRoutes(api: Api): void {
  servePost(api);
  serveGet(api);
  serveLedger(api);
  serveDelete(api);
}

function servePost(api: Api): void {
  serve(
    api,
    {
      method: 'post',
      path: '/v1/customers',
      right: 'customers:write',
      tag: 'Customers',
      summary: 'Add or change a customer',
      description:
        'Named by the phone. A shop does not prove a phone: the customer registers, and gets the welcome points, in a chat. Safe to repeat.',
      body: customerPostSchema,
      examples: { client: { summary: 'A client of the web shop', value: example } },
      answers: {
        201: { description: 'Added', schema: customerSchema },
        200: { description: 'There was one already; changed where it differs', schema: customerSchema },
      },
      problems: ['customer_mismatch', 'card_taken', 'writer_stopped'],
    },
    async ({ body, shop }) => {
      const { program, clock, consentTexts, submit } = api.parts;
      const input = customerInput(body, shop, program(), clock.now());
      const { result } = orRefuse(await submit(upsertCustomer(input, consentTexts, program().locale)));
      return { status: result.created ? 201 : 200, body: await read(api, { id: result.id }, shop) };
    },
  );
}

function serveGet(api: Api): void {
  serve(
    api,
    {
      method: 'get',
      path: '/v1/customers/{ref}',
      right: 'customers:read',
      tag: 'Customers',
      summary: 'Read a customer',
      description:
        'All there is to know: the profile, the points as they count now, the chats and consents, what was bought and where, the own rhythm and what to expect, segments, coupons, the last purchases and messages, facts, and what the customer thinks of you.',
      params: paramsSchema,
      answers: { 200: { description: 'The customer', schema: customerSchema } },
      problems: ['customer_not_found'],
    },
    async ({ params, shop }) => {
      const ref = parsePathReference(params.ref, shop, api.parts.program());
      return { status: 200, body: await read(api, ref, shop) };
    },
  );
}

function serveLedger(api: Api): void {
  serve(
    api,
    {
      method: 'get',
      path: '/v1/customers/{ref}/ledger',
      right: 'customers:read',
      tag: 'Customers',
      summary: 'Read a ledger',
      description:
        'Every change of a customer’s points, newest first, a page at a time: each with its reason and the lots it made or took from.',
      params: paramsSchema,
      query: pageSchema,
      answers: { 200: { description: 'A page', schema: ledgerSchema } },
      problems: ['customer_not_found'],
    },
    async ({ params, query, shop }) => {
      const ref = parsePathReference(params.ref, shop, api.parts.program());
      const beforeSeq = query.cursor === undefined ? {} : { beforeSeq: Number(query.cursor) };
      const page = await api.parts.customers.ledger(ref, { limit: query.limit, ...beforeSeq });
      if (!page) throw nobody();
      return { status: 200, body: ledgerView(page) };
    },
  );
}

function serveDelete(api: Api): void {
  serve(
    api,
    {
      method: 'delete',
      path: '/v1/customers/{ref}',
      right: 'customers:erase',
      tag: 'Customers',
      summary: 'Forget a person',
      description:
        'Everything that names or reaches the person is removed for good and the points are given up; the ledger keeps its sums. Again by our id: the same answer.',
      params: paramsSchema,
      answers: {
        200: {
          description: 'Forgotten',
          schema: z
            .object({
              id: z.string(),
              erased: z.boolean(),
              forfeited: z.int().openapi({ description: 'Points given up by this call' }),
            })
            .openapi('ErasedCustomer'),
        },
      },
      problems: ['customer_not_found', 'writer_stopped'],
    },
    async ({ params, shop }) => {
      const ref = parsePathReference(params.ref, shop, api.parts.program());
      const { result } = orRefuse(await api.parts.submit(eraseCustomer(ref, `shop:${shop.id}`)));
      return { status: 200, body: { id: result.customer, erased: true, forfeited: result.forfeited } };
    },
  );
}

async function read(api: Api, ref: CustomerRef, shop: Shop) {
  const details = await api.parts.customers.details(ref, shop.id);
  if (!details) throw nobody();
  return customerView(details, shop, api.parts.clock.now(), api.parts.program());
}

function nobody(): ProblemError {
  return new ProblemError(problem('customer_not_found', 'nobody is known by this reference'));
}
