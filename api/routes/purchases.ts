import { recordPurchase } from '../../core/checkout/record.ts';
import { purchaseRules } from '../../core/program/rules.ts';
import { recordPayment } from '../../core/purchases/payment.ts';
import type { PurchaseResult } from '../../core/purchases/types.ts';
import type { Shop } from '../../core/shops.ts';
import { refusedCode, usingCodes } from '../codes.ts';
import {
  couponProblems,
  detailsOf,
  internalProblem,
  invalidRequest,
  isWriterStopped,
  type Problem,
  ProblemError,
  problem,
  refusalProblem,
} from '../errors.ts';
import type { Guesser } from '../guesses.ts';
import { batchAnswer, batchOf } from '../schemas.ts';
import { type Api, orRefuse, serve } from '../serve.ts';
import { type PurchaseBody, parsePurchase, purchaseSchema } from '../shapes/purchase.ts';
import {
  purchaseResultSchema,
  purchaseResultView,
  purchaseView,
  purchaseViewSchema,
} from '../shapes/purchase_answer.ts';
import { purchaseIdOf, purchaseParams } from './refunds.ts';

const batchLimit = 500;
const batchBodyLimit = 8 * 1024 * 1024;

const batchSchema = batchOf('Purchase', batchLimit);

const batchAnswerSchema = batchAnswer('BatchResult', 'purchase', 'A PurchaseResult, or a Problem');

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
  serveRead(api);
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
        'The customer earns points by the program in force. A phone or external id that nobody has yet makes a customer, who is not registered until the phone is proved in a chat. Points that were held pay for part of it, and coupons take something off, when it names them. Without a customer, a purchase that is worth points answers with a code to print on the receipt: the first customer to send or scan it gets them. Post it again with the same body as often as you like: the first answer comes back, with status 200 and `Idempotent-Replay: true`.',
      body: purchaseSchema,
      examples: {
        sale: { summary: 'A receipt of a known phone', value: saleExample },
        credit: { summary: 'An order that will be paid later', value: creditExample },
        anonymous: { summary: 'Nobody named: points for whoever claims them', value: anonymousExample },
      },
      answers: {
        201: { description: 'Recorded', schema: purchaseResultSchema },
        200: {
          description: 'It had been recorded before: the first answer again',
          schema: purchaseResultSchema,
        },
      },
      problems: [
        ...(['purchase_conflict', 'customer_not_found', 'in_the_future', 'redemption_not_found'] as const),
        ...(['redemption_mismatch', 'redemption_too_large', 'redemption_not_agreed'] as const),
        ...(['redemption_expired', 'redemption_closed', 'writer_stopped'] as const),
        ...couponProblems,
      ],
    },
    async ({ body, shop, address }) => {
      const recorded = await record(api, body, { shop, address });
      if (!recorded.ok) throw new ProblemError(recorded.problem);
      const answer = purchaseResultView(recorded.result, api.parts.claimUrl);
      if (!recorded.replayed) return { status: 201, body: answer };
      return { status: 200, body: answer, headers: { 'Idempotent-Replay': 'true' } };
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
    async ({ body, shop, address }) => {
      const poster = { shop, address };
      const results = await Promise.all(body.map((item) => recordOne(api, item, poster)));
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
        'Full payment arrived for a purchase posted with `paid: false`; its pending points can be spent from now on, or once the return window of the program closes. Paying again changes nothing.',
      params: purchaseParams,
      answers: { 200: { description: 'Paid', schema: purchaseResultSchema } },
      problems: ['purchase_not_found', 'writer_stopped'],
    },
    async ({ params, shop }) => {
      const { submit, program, claimUrl } = api.parts;
      const id = await purchaseIdOf(api, shop, params.id);
      const { result } = orRefuse(
        await submit(recordPayment(id, `shop:${shop.id}`, purchaseRules(program()))),
      );
      return { status: 200, body: purchaseResultView(result, claimUrl) };
    },
  );
}

function serveRead(api: Api): void {
  serve(
    api,
    {
      method: 'get',
      path: '/v1/purchases/{id}',
      right: 'purchases:write',
      tag: 'Purchases',
      summary: 'Read a purchase',
      description: 'As it stands now: its lines, what came back of each, and its points; your own only.',
      params: purchaseParams,
      answers: { 200: { description: 'The purchase', schema: purchaseViewSchema } },
      problems: ['purchase_not_found'],
    },
    async ({ params, shop }) => {
      const { purchases, clock, claimUrl } = api.parts;
      const found = await purchases.read(await purchaseIdOf(api, shop, params.id));
      if (!found) throw new ProblemError(problem('purchase_not_found', 'there is no such purchase'));
      return { status: 200, body: purchaseView(found, clock.now(), claimUrl) };
    },
  );
}

/** Who posts, and from where. */
interface Poster extends Guesser {
  readonly shop: Shop;
}

/** The answer to one purchase of a batch. */
interface Item {
  readonly status: number;
  readonly body: unknown;
}

type Recorded =
  | { readonly ok: true; readonly result: PurchaseResult; readonly replayed: boolean }
  | { readonly ok: false; readonly problem: Problem };

async function record(api: Api, body: PurchaseBody, poster: Poster): Promise<Recorded> {
  const program = api.parts.program();
  const parsed = parsePurchase(body, poster.shop, program);
  if (!parsed.ok) return parsed;
  const submit = () => api.parts.submit(recordPurchase(parsed.input, purchaseRules(program)));
  const outcome = await usingCodes(api, poster, parsed.input.coupons, submit, refusedCode);
  return outcome.ok ? outcome : { ok: false, problem: refusalProblem(outcome.refusal) };
}

/** One purchase of a batch, answered as if it had been posted alone. A stopped writer fails the whole batch. */
async function recordOne(api: Api, value: unknown, poster: Poster): Promise<Item> {
  const parsed = purchaseSchema.safeParse(value);
  if (!parsed.success) return itemOf(invalidRequest(detailsOf(parsed.error.issues, 'body')));
  try {
    const recorded = await record(api, parsed.data, poster);
    if (!recorded.ok) return itemOf(recorded.problem);
    const answer = purchaseResultView(recorded.result, api.parts.claimUrl);
    return { status: recorded.replayed ? 200 : 201, body: answer };
  } catch (error) {
    if (isWriterStopped(error)) throw error;
    if (error instanceof ProblemError) return itemOf(error.problem);
    api.parts.log.error(
      { error, shop: poster.shop.id, purchase: parsed.data.id },
      'a purchase of a batch failed',
    );
    return itemOf(internalProblem());
  }
}

function itemOf(body: Problem): Item {
  return { status: body.status, body };
}
