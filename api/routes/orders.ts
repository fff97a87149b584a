import { z } from '@hono/zod-openapi';
import type { OrderId } from '../../core/ids.ts';
import { tellOrderStatus } from '../../core/journeys/order_status.ts';
import { ProblemError, problem } from '../errors.ts';
import { parsePathReference } from '../references.ts';
import { identifier } from '../schemas.ts';
import { type Api, orRefuse, serve } from '../serve.ts';
import {
  orderInput,
  orderSchema,
  orderStatusSchema,
  orderView,
  orderWithHistorySchema,
  orderWithHistoryView,
} from '../shapes/order.ts';

const right = 'orders:write';
const tag = 'Orders';

const params = z.object({
  id: identifier(200).openapi({
    description: 'Your own id of the order, the invoice or the document',
    example: 'order-77',
  }),
});

/** The calls about orders, invoices and documents. */
export function orderRoutes(api: Api): void {
  serveStatus(api);
  serveGet(api);
  serveList(api);
}

function serveStatus(api: Api): void {
  serve(
    api,
    {
      method: 'post',
      path: '/v1/orders/{id}/status',
      ...{ right, tag },
      summary: 'Tell the state of an order',
      description:
        'The first time makes it known. Each change of state is an event (`order_status`) that journeys may tell the customer of; the same state again is none. A state older than the newest known stays in the history, tells nobody and does not turn the order back. Invoices and documents go the same way: their `due_at` lets journeys remind of them.',
      params,
      body: orderStatusSchema,
      examples: {
        order_shipped: {
          summary: 'An order on its way',
          value: {
            customer: { phone: '+380671234567' },
            status: 'shipped',
            at: '2026-11-20T14:05:00+02:00',
            number: '1077',
            total: 129_800,
            tracking_url: 'https://post.example/59000000000001',
          },
        },
        invoice: {
          summary: 'An invoice to be paid',
          value: {
            customer: { external_id: 'client-5' },
            status: 'awaiting_payment',
            at: '2026-11-20T14:05:00Z',
            kind: 'invoice',
            number: 'INV-204',
            total: 1_250_000,
            url: 'https://shop.example/invoices/204',
            due_at: '2026-11-27T18:00:00+02:00',
            manager: '+380501112233',
          },
        },
      },
      answers: { 200: { description: 'The order as it is now', schema: orderSchema } },
      problems: ['customer_not_found', 'in_the_future', 'writer_stopped'],
    },
    async ({ params: { id }, body, shop }) => {
      const { submit, program } = api.parts;
      const { result } = orRefuse(await submit(tellOrderStatus(orderInput(id, body, shop, program()))));
      return { status: 200, body: orderView(result) };
    },
  );
}

function serveGet(api: Api): void {
  serve(
    api,
    {
      method: 'get',
      path: '/v1/orders/{id}',
      ...{ right, tag },
      summary: 'Read an order',
      description: 'By your own id or by ours, with the states it came through; only what your shop told of.',
      params,
      answers: { 200: { description: 'The order', schema: orderWithHistorySchema } },
      problems: ['order_not_found'],
    },
    async ({ params: { id }, shop }) => {
      const found = await api.parts.orders.find(shop.id, id);
      if (!found) throw new ProblemError(problem('order_not_found', `this shop told of no order ${id}`));
      return { status: 200, body: orderWithHistoryView(found.order, found.history) };
    },
  );
}

const orderId = z.string().regex(/^ord_[0-9A-Z]{26}$/, 'our ids of orders look like ord_01KAB…');

const pageSchema = z.object({
  customer: identifier(210).openapi({ description: '`cus_…`, `phone:+380…`, `card:…` or `ext:…`' }),
  cursor: orderId.optional().openapi({ description: '`next` of the page before' }),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

function serveList(api: Api): void {
  serve(
    api,
    {
      method: 'get',
      path: '/v1/orders',
      ...{ right, tag },
      summary: 'List orders of a customer',
      description: 'Orders, invoices and documents your shop told of, the newest state first.',
      query: pageSchema,
      answers: {
        200: {
          description: 'A page',
          schema: z
            .object({ orders: z.array(orderSchema), next: z.string().nullable() })
            .openapi('OrderPage'),
        },
      },
      problems: ['customer_not_found'],
    },
    async ({ query: { customer, cursor, limit }, shop }) => {
      const { orders, program } = api.parts;
      const ref = parsePathReference(customer, shop, program(), 'customer');
      const before = cursor === undefined ? {} : { before: cursor as OrderId };
      const found = await orders.list(shop.id, ref, { limit: limit + 1, ...before });
      if (!found) throw new ProblemError(problem('customer_not_found', 'nobody is known by this reference'));
      const shown = found.slice(0, limit);
      const next = found.length > limit ? (shown.at(-1)?.id ?? null) : null;
      return { status: 200, body: { orders: shown.map(orderView), next } };
    },
  );
}
