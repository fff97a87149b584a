import { z } from '@hono/zod-openapi';
import { recordRefund } from '../../core/checkout/refund.ts';
import type { PurchaseId } from '../../core/ids.ts';
import { purchaseRules } from '../../core/program/rules.ts';
import type { Shop } from '../../core/shops.ts';
import { ProblemError, problem } from '../errors.ts';
import { identifier } from '../schemas.ts';
import { type Api, orRefuse, serve } from '../serve.ts';
import { refundResultSchema, refundResultView } from '../shapes/purchase_answer.ts';
import { refundInput, refundPostSchema } from '../shapes/refund.ts';

/** How a path names a purchase. */
export const purchaseParams = z.object({
  id: identifier(200).openapi({ description: 'Your id of the purchase, or ours (`pur_…`)' }),
});

/** Our id of a shop's own purchase. Throws 404. */
export async function purchaseIdOf(api: Api, shop: Shop, reference: string): Promise<PurchaseId> {
  const id = await api.parts.purchases.idOf(shop.id, reference);
  if (id) return id;
  throw new ProblemError(problem('purchase_not_found', `this shop posted no purchase "${reference}"`));
}

const linesExample = {
  id: 'refund-881',
  at: '2026-11-21T10:00:00+02:00',
  lines: [{ sku: 'cheese', quantity: 0.314 }],
};
const amountExample = { id: 'refund-882', at: '2026-11-21T10:05:00+02:00', amount: 5000 };
const allExample = { id: 'refund-883', at: '2026-11-21T10:10:00+02:00' };

/** The call by which goods go back. */
export function refundRoutes(api: Api): void {
  serve(
    api,
    {
      method: 'post',
      path: '/v1/purchases/{id}/refunds',
      right: 'purchases:write',
      tag: 'Purchases',
      summary: 'Record goods brought back',
      description:
        'Some goods, an amount, or all that is left; as often as there is something left. Points that paid for the goods go back to the lots they came from (one that has burned since: with the grace of the program), points the goods earned are taken back at the rate they were earned, coupons get back what they took off, and their use once everything has come back. Any sequence of refunds ends where one of everything does, to the point. Before the payment or within the return window the points are taken from those that wait. Post it again with the same body as often as you like: the first answer comes back, with status 200 and `Idempotent-Replay: true`.',
      params: purchaseParams,
      body: refundPostSchema,
      examples: {
        lines: { summary: 'One article', value: linesExample },
        amount: { summary: 'An amount', value: amountExample },
        all: { summary: 'All that is left', value: allExample },
      },
      answers: {
        201: { description: 'Recorded', schema: refundResultSchema },
        200: {
          description: 'It had been recorded before: the first answer again',
          schema: refundResultSchema,
        },
      },
      problems: [
        ...(['purchase_not_found', 'refund_conflict', 'nothing_left', 'not_refundable'] as const),
        ...(['line_not_found', 'more_than_bought', 'refund_too_large', 'in_the_future'] as const),
        'writer_stopped',
      ],
    },
    async ({ params, body, shop }) => {
      const { submit, program, claimUrl } = api.parts;
      const id = await purchaseIdOf(api, shop, params.id);
      const command = recordRefund(refundInput(body, id, shop), purchaseRules(program()));
      const { result, replayed } = orRefuse(await submit(command));
      const answer = refundResultView(result, claimUrl);
      if (!replayed) return { status: 201, body: answer };
      return { status: 200, body: answer, headers: { 'Idempotent-Replay': 'true' } };
    },
  );
}
