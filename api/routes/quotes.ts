import { z } from '@hono/zod-openapi';
import { quoteCart } from '../../core/checkout/quote.ts';
import { purchaseRules } from '../../core/program/rules.ts';
import { usingCodes } from '../codes.ts';
import { type Api, orRefuse, serve } from '../serve.ts';
import {
  discountSchema,
  discountView,
  quoteInput,
  quoteSchema,
  reasonView,
  rejectedSchema,
} from '../shapes/coupon.ts';

const answerSchema = z
  .object({
    total: z.int().openapi({ description: 'Before coupons, minor units' }),
    discounts: z.array(discountSchema).openapi({ description: 'The coupons that count' }),
    rejected: z
      .array(rejectedSchema)
      .openapi({ description: 'Those that do not, and why; a purchase that names them may be refused' }),
    payable: z.int().openapi({ description: 'After coupons, minor units' }),
    points: z.object({
      balance: z.int(),
      max_spend: z.int().openapi({ description: 'How many points may pay for it' }),
      would_earn: z.int().openapi({ description: 'What it earns when nothing is paid with points' }),
    }),
  })
  .openapi('Quote');

/** The call that prices a cart. */
export function quoteRoutes(api: Api): void {
  serve(
    api,
    {
      method: 'post',
      path: '/v1/quotes',
      right: 'coupons:use',
      tag: 'Coupons',
      summary: 'Price a cart',
      description:
        'What a purchase of these lines with these coupons would cost now, how many points may pay for it, and what it would earn: the same figures as the purchase. Of several coupons those count that leave the customer best off. Writes nothing. Too many wrong codes get 429.',
      body: quoteSchema,
      examples: {
        cart: {
          summary: 'A cart of a known phone',
          value: {
            customer: { phone: '+380671234567' },
            lines: [{ sku: '4820000000017', category: 'coffee', quantity: 2, unit_price: 64900 }],
            store: 'Khreshchatyk 1',
          },
        },
      },
      answers: { 200: { description: 'The quote', schema: answerSchema } },
      problems: ['customer_not_found', 'writer_stopped'],
    },
    async ({ body, shop, address }) => {
      const { parts } = api;
      const program = parts.program();
      const input = quoteInput(body, shop, program, parts.clock.now());
      const quoting = () => parts.submit(quoteCart(input, purchaseRules(program)));
      const quote = () => quoting().then((outcome) => orRefuse(outcome).result);
      const isWrong = (result: Awaited<ReturnType<typeof quote>>) =>
        result.rejected.some(({ code }) => code === 'coupon_not_found');
      const result = await usingCodes(api, { shop, address }, input.coupons, quote, isWrong);
      const { totalMinor, discounts, rejected, payableMinor, points } = result;
      return {
        status: 200,
        body: {
          total: totalMinor,
          discounts: discounts.map(discountView),
          rejected: rejected.map((one) => ({ code: one.typed, ...reasonView(one) })),
          payable: payableMinor,
          points: {
            balance: points.balance,
            max_spend: points.maxSpend,
            would_earn: points.wouldEarn,
          },
        },
      };
    },
  );
}
