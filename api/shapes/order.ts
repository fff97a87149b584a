import { z } from '@hono/zod-openapi';
import { parsePhone } from '../../core/customers/phone.ts';
import type { OrderInput } from '../../core/journeys/order_status.ts';
import type { Program } from '../../core/program/program.ts';
import { knownStatuses, type Order, orderKinds } from '../../core/purchases/orders.ts';
import type { Shop } from '../../core/shops.ts';
import { invalidRequest, ProblemError } from '../errors.ts';
import type { OrderMoment } from '../parts.ts';
import { parseReference, referenceError, referenceSchema, wrongPhone } from '../references.ts';
import {
  amountSchema,
  EARLIEST_TIME,
  identifier,
  timeSchema,
  urlSchema,
  utc,
  utcOrNull,
  utcSchema,
} from '../schemas.ts';

const statusSchema = identifier(60).openapi({
  description: `In your words; customers read ${knownStatuses.map((one) => `\`${one}\``).join(', ')} in their language, others as they are`,
  example: 'shipped',
});

/** The state of an order as a shop system posts it. */
export const orderStatusSchema = z
  .strictObject({
    customer: referenceSchema,
    status: statusSchema,
    at: timeSchema.openapi({ description: 'When it came to this state' }),
    kind: z
      .enum(orderKinds)
      .nullish()
      .openapi({ description: 'Default: `order`. An invoice is to be paid, a document to be signed' }),
    number: identifier(100).nullish().openapi({ description: 'As people know it; default: your id of it' }),
    total: amountSchema.nullish(),
    tracking_url: urlSchema.nullish().openapi({ description: 'Where the customer sees it travel' }),
    url: urlSchema.nullish().openapi({ description: 'Its page: where it is paid, signed or looked at' }),
    due_at: timeSchema.nullish().openapi({ description: 'Until when it must be paid, signed or fetched' }),
    manager: identifier(40)
      .nullish()
      .openapi({ description: 'The phone of one of your staff who looks after it and gets copies' }),
  })
  .openapi('OrderStatus', { description: 'What is absent stays as it was told before.' });

/** An order as we keep it. */
export const orderSchema = z
  .object({
    id: z.string().openapi({ example: 'ord_01KANW6Q3J8X5T0G9R2B7C4D6E' }),
    external_id: z.string().openapi({ description: 'Your own id' }),
    customer: z.string(),
    kind: z.enum(orderKinds),
    number: z.string(),
    status: z.string(),
    at: utcSchema.openapi({ description: 'When it came to this state' }),
    total: z.int().nullable(),
    tracking_url: z.string().nullable(),
    url: z.string().nullable(),
    due_at: utcSchema.nullable(),
    manager: z.string().nullable(),
  })
  .openapi('Order');

/** An order with the states it came through. */
export const orderWithHistorySchema = orderSchema
  .extend({
    history: z
      .array(z.object({ status: z.string(), at: utcSchema }))
      .openapi({ description: 'Its changes of state, the oldest first' }),
  })
  .openapi('OrderWithHistory');

/** The state of an order in our words. Throws 422 with everything that only the program can tell. */
export function orderInput(
  externalId: string,
  body: z.output<typeof orderStatusSchema>,
  shop: Shop,
  program: Program,
): OrderInput {
  const customer = parseReference(body.customer, shop, program);
  const manager = body.manager ? parsePhone(body.manager, program.country) : undefined;
  const times = { at: Date.parse(body.at), due_at: body.due_at ? Date.parse(body.due_at) : undefined };
  const errors = [
    ...Object.entries(times).flatMap(([name, at]) =>
      at === undefined || at >= EARLIEST_TIME
        ? []
        : [{ pointer: `/${name}`, detail: 'a time after the year 2000' }],
    ),
    ...(body.manager && manager === undefined ? [{ pointer: '/manager', detail: wrongPhone(program) }] : []),
    ...(customer.ok ? [] : [referenceError('/customer', customer)]),
  ];
  if (errors.length > 0 || !customer.ok) throw new ProblemError(invalidRequest(errors));
  return {
    ...{ shopId: shop.id, externalId, customer: customer.ref, status: body.status, at: times.at },
    ...(body.kind ? { kind: body.kind } : {}),
    ...(body.number ? { number: body.number } : {}),
    ...(typeof body.total === 'number' ? { totalMinor: body.total } : {}),
    ...(body.tracking_url ? { trackingUrl: body.tracking_url } : {}),
    ...(body.url ? { url: body.url } : {}),
    ...(times.due_at === undefined ? {} : { dueAt: times.due_at }),
    ...(manager === undefined ? {} : { manager }),
  };
}

/** An order for an answer. */
export function orderView(order: Order): z.output<typeof orderSchema> {
  const { id, externalId, customerId, kind, number, status, at, totalMinor, trackingUrl, url } = order;
  return {
    ...{ id, external_id: externalId, customer: customerId, kind, number, status, at: utc(at) },
    ...{ total: totalMinor, tracking_url: trackingUrl, url, due_at: utcOrNull(order.dueAt) },
    manager: order.manager,
  };
}

/** An order for an answer, with the states it came through. */
export function orderWithHistoryView(
  order: Order,
  history: readonly OrderMoment[],
): z.output<typeof orderWithHistorySchema> {
  return { ...orderView(order), history: history.map(({ status, at }) => ({ status, at: utc(at) })) };
}
