import { z } from '@hono/zod-openapi';
import { recordPurchase } from '../../core/checkout/record.ts';
import { purchaseRules } from '../../core/program/rules.ts';
import { recordPayment } from '../../core/purchases/payment.ts';
import type { PurchaseResult } from '../../core/purchases/types.ts';
import type { Shop } from '../../core/shops.ts';
import {
  detailsOf,
  internalProblem,
  invalidRequest,
  isWriterStopped,
  type Problem,
  ProblemError,
  problem,
  refusalProblem,
} from '../errors.ts';
import { identifier } from '../schemas.ts';
import { type Api, orRefuse, serve } from '../serve.ts';
import { type PurchaseBody, parsePurchase, purchaseSchema } from '../shapes/purchase.ts';

const batchLimit = 500;
const batchBodyLimit = 8 * 1024 * 1024;

const resultSchema = z
  .object({
    id: z.string().openapi({ example: 'pur_01KANW6Q3J8X5T0G9R2B7C4D6E' }),
    customer: z.string().nullable().openapi({ description: 'Null when nobody was named' }),
    points: z.object({
      earned: z.int().openapi({ description: 'Points that can be spent from now on' }),
      pending: z.int().openapi({ description: 'Points that wait for the payment' }),
      spent: z.int(),
      balance: z.int().openapi({ description: 'What the customer can spend after this purchase' }),
    }),
  })
  .openapi('PurchaseResult');

const batchSchema = z
  .array(z.unknown())
  .min(1)
  .max(batchLimit)
  .openapi({
    type: 'array',
    items: { $ref: '#/components/schemas/Purchase' },
    minItems: 1,
    maxItems: batchLimit,
  });

const batchAnswerSchema = z
  .object({
    results: z.array(
      z.object({
        status: z
          .int()
          .openapi({ description: 'The status this purchase would have been answered with alone' }),
        body: z.unknown().openapi({ description: 'A PurchaseResult, or a Problem' }),
      }),
    ),
  })
  .openapi('BatchResult');

const saleExample = {
  id: 'receipt-10234',
  at: '2026-11-20T14:05:00+02:00',
  customer: { phone: '+380671234567' },
  store: 'Khreshchatyk 1',
  lines: [
    { sku: '4820000000017', name: 'Coffee beans, 1 kg', category: 'coffee', quantity: 1, unit_price: 64900 },
    { sku: 'cheese', name: 'Cheese', quantity: 0.314, unit_price: 52000, amount: 16000 },
  ],
  total: 80900,
};

const creditExample = {
  id: 'order-77',
  at: '2026-11-20T14:05:00Z',
  customer: { external_id: 'client-5' },
  lines: [{ id: '1', sku: 'desk', quantity: 1, unit_price: 1250000 }],
  paid: false,
  cart_id: 'cart-9001',
};

const anonymousExample = {
  id: 'receipt-10235',
  at: '2026-11-20T14:07:30+02:00',
  lines: [{ sku: 'bag', quantity: 2, unit_price: 300 }],
};

/** The calls about purchases. */
export function purchaseRoutes(api: Api): void {
  servePurchase(api);
  serveBatch(api);
  servePayment(api);
}

function servePurchase(api: Api): void {
  serve(
    api,
    {
      method: 'post',
      path: '/v1/purchases',
      right: 'purchases:write',
      tag: 'Purchases',
      summary: 'Record a purchase',
      description:
        'The customer earns points by the program in force. A phone or external id that nobody has yet makes a customer, who is not registered until the phone is proved in a chat. Post it again with the same body as often as you like: the first answer comes back, with status 200 and `Idempotent-Replay: true`.',
      body: purchaseSchema,
      examples: {
        sale: { summary: 'A receipt of a known phone', value: saleExample },
        credit: { summary: 'An order that will be paid later', value: creditExample },
        anonymous: { summary: 'Nobody named', value: anonymousExample },
      },
      answers: {
        201: { description: 'Recorded', schema: resultSchema },
        200: { description: 'It had been recorded before: the first answer again', schema: resultSchema },
      },
      problems: ['purchase_conflict', 'customer_not_found', 'in_the_future', 'writer_stopped'],
    },
    async ({ body, shop }) => {
      const recorded = await record(api, body, shop);
      if (!recorded.ok) throw new ProblemError(recorded.problem);
      if (!recorded.replayed) return { status: 201, body: recorded.result };
      return { status: 200, body: recorded.result, headers: { 'Idempotent-Replay': 'true' } };
    },
  );
}

function serveBatch(api: Api): void {
  serve(
    api,
    {
      method: 'post',
      path: '/v1/purchases/batch',
      right: 'purchases:write',
      tag: 'Purchases',
      summary: `Record up to ${batchLimit} purchases`,
      description:
        'Each as if posted alone, in order: one that is refused does not stop the others. The fastest way to bring in many. A body of up to 8 MiB; counts as one request.',
      body: batchSchema,
      bodyLimit: batchBodyLimit,
      examples: {
        day: {
          summary: 'Two receipts',
          value: [
            { ...saleExample, id: 'receipt-10236' },
            { ...anonymousExample, id: 'receipt-10237' },
          ],
        },
      },
      answers: {
        200: { description: 'What became of each, in the order they came in', schema: batchAnswerSchema },
      },
      problems: ['writer_stopped'],
    },
    async ({ body, shop }) => {
      const results = await Promise.all(body.map((item) => recordOne(api, item, shop)));
      return { status: 200, body: { results } };
    },
  );
}

function servePayment(api: Api): void {
  serve(
    api,
    {
      method: 'post',
      path: '/v1/purchases/{id}/payment',
      right: 'purchases:write',
      tag: 'Purchases',
      summary: 'Report a payment',
      description:
        'Full payment arrived for a purchase posted with `paid: false`; its pending points can be spent from now on. Paying again changes nothing.',
      params: z.object({
        id: identifier(200).openapi({ description: 'Your id of the purchase, or ours (`pur_…`)' }),
      }),
      answers: { 200: { description: 'Paid', schema: resultSchema } },
      problems: ['purchase_not_found', 'writer_stopped'],
    },
    async ({ params, shop }) => {
      const id = await api.parts.purchases.idOf(shop.id, params.id);
      if (!id)
        throw new ProblemError(problem('purchase_not_found', `this shop posted no purchase "${params.id}"`));
      const command = recordPayment(id, `shop:${shop.id}`, purchaseRules(api.parts.program()));
      return { status: 200, body: orRefuse(await api.parts.submit(command)).result };
    },
  );
}

type Recorded =
  | { readonly ok: true; readonly result: PurchaseResult; readonly replayed: boolean }
  | { readonly ok: false; readonly problem: Problem };

async function record(api: Api, body: PurchaseBody, shop: Shop): Promise<Recorded> {
  const program = api.parts.program();
  const parsed = parsePurchase(body, shop, program);
  if (!parsed.ok) return parsed;
  const outcome = await api.parts.submit(recordPurchase(parsed.input, purchaseRules(program)));
  return outcome.ok ? outcome : { ok: false, problem: refusalProblem(outcome.refusal) };
}

/** One purchase of a batch, answered as if it had been posted alone. A stopped writer fails the whole batch. */
async function recordOne(api: Api, value: unknown, shop: Shop): Promise<{ status: number; body: unknown }> {
  const parsed = purchaseSchema.safeParse(value);
  if (!parsed.success) return itemOf(invalidRequest(detailsOf(parsed.error.issues, 'body')));
  try {
    const recorded = await record(api, parsed.data, shop);
    if (!recorded.ok) return itemOf(recorded.problem);
    return { status: recorded.replayed ? 200 : 201, body: recorded.result };
  } catch (error) {
    if (isWriterStopped(error)) throw error;
    api.parts.log.error({ error, shop: shop.id, purchase: parsed.data.id }, 'a purchase of a batch failed');
    return itemOf(internalProblem());
  }
}

function itemOf(body: Problem): { status: number; body: Problem } {
  return { status: body.status, body };
}
